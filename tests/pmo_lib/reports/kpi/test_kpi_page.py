"""What the KPI report says; renewed by `pytest --snapshot-update`, and read before."""

from builders.gaps import EVERY_KPI, small
from builders.reports import page
from builders.whole import whole
from builders.workbooks import workbook


def test_of_the_organisation(snapshot: object) -> None:
    assert page("03_kpi_report", workbook(whole())) == snapshot


def test_of_a_department_with_few_projects(snapshot: object) -> None:
    opened = workbook(small(), disclosure=EVERY_KPI)
    assert page("03_kpi_report", opened, department="<b>Sales</b>") == snapshot


def test_of_projects_alone(snapshot: object) -> None:
    assert page("03_kpi_report", workbook({"projects": whole()["projects"]})) == snapshot
