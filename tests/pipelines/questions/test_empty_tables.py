"""A table with a header and no rows is asked about where KPIs rest on it."""

from builders.asking import delivery, questions
from pmo_lib.contract.tables import empty
from pmo_lib.kpis.catalogue import CATALOGUE


def test_table_without_rows_is_asked_about_with_the_kpis_on_it() -> None:
    resting = {kpi.id for kpi in CATALOGUE.values() if "milestones" in kpi.tables}
    found = questions(delivery() | {"milestones": empty("milestones")})
    assert list(found) == ["empty milestones"]
    assert any(kpi_id in found["empty milestones"].asks for kpi_id in resting)
    assert found["empty milestones"].withholds == ()


def test_that_no_kpi_rests_on_is_not() -> None:
    idle = {"benchmarks"} - {name for kpi in CATALOGUE.values() for name in kpi.tables}
    assert idle
    assert questions(delivery() | {name: empty(name) for name in idle}) == {}
