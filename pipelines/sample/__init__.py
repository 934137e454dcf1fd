"""The synthetic sample portfolio: every declared table filled, with truths to find in it."""

from pipelines.sample.files import portfolio, write
from pipelines.sample.truths import TRUTHS, Department, Truths

__all__ = ["TRUTHS", "Department", "Truths", "portfolio", "write"]
