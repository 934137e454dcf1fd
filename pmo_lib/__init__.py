"""What the numbers mean: pure functions from tables to tables."""

__version__ = "0.1.0"
