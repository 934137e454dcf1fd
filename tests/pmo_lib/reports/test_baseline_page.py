"""What the baseline report says; renewed by `pytest --snapshot-update`, and read before."""

from builders.gaps import EVERY_KPI, small
from builders.reports import page
from builders.workbooks import workbook


def test_with_every_table(snapshot: object) -> None:
    assert page("01_baseline", workbook(small(), disclosure=EVERY_KPI), until="2026-06") == snapshot


def test_of_projects_alone(snapshot: object) -> None:
    assert page("01_baseline", workbook({"projects": small()["projects"]})) == snapshot
