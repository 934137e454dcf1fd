"""What the benchmark report says; renewed by `pytest --snapshot-update`, and read before."""

from dataclasses import replace

from builders.gaps import EVERY_KPI, small
from builders.reports import page
from builders.tables import DEPARTMENTS, of_department
from builders.workbooks import workbook


def test_beside_a_peer_and_published_figures(snapshot: object) -> None:
    opened = workbook(small(), disclosure=EVERY_KPI)
    peer = workbook(of_department(small(), DEPARTMENTS[0]), disclosure=EVERY_KPI)
    assert page("02_benchmark", replace(opened, peers={"Elsewhere": peer})) == snapshot


def test_beside_nobody(snapshot: object) -> None:
    assert page("02_benchmark", workbook({"projects": small()["projects"]})) == snapshot
