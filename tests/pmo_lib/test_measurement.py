"""The measurement: one figure is one figure, whoever asks for it."""

from dataclasses import replace

import pytest
from pandas.testing import assert_frame_equal

from builders.portfolio import with_customers
from builders.workbooks import workbook
from pmo_lib.assessment.assessed import assessed
from pmo_lib.assessment.series import charts, joined
from pmo_lib.engine.observe import observe
from pmo_lib.engine.result import ORGANISATION, tidy
from pmo_lib.errors import ParameterError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement

PERIOD = "2026-09"


@pytest.fixture(scope="module")
def measured() -> Measurement:
    return workbook(with_customers()).measured(PERIOD)


def test_results_are_those_of_every_subject(measured: Measurement) -> None:
    expected = tidy(assessed(measured.seen, measured.departments))
    assert_frame_equal(measured.kpis().drop(columns="signal"), expected.drop(columns="signal"))
    assert list(dict.fromkeys(measured.kpis()["department"])) == [
        ORGANISATION, *measured.departments,
    ]  # fmt: skip


def test_kpis_of_one_are_a_part_of_those_of_all(measured: Measurement) -> None:
    for name in ("", *measured.departments):
        own = measured.kpis(name)
        assert set(own["department"]) == {name or ORGANISATION}
    sizes = [len(measured.kpis(name)) for name in ("", *measured.departments)]
    assert sum(sizes) == len(measured.kpis())


def test_signal_is_that_of_the_chart_of_what_happens_by_the_month(measured: Measurement) -> None:
    wrong = []
    for row in measured.kpis().to_dict("records"):
        kpi = CATALOGUE[row["kpi_id"]]
        is_charted = (
            kpi.window != "data date" and row["state"] == "measured"
            and row["statistic"] == str(kpi.statistic) and not row["segment"]
        )  # fmt: skip
        chart = measured.charts(row["department"]).behaviours[kpi.id].signal if is_charted else ""
        if row["signal"] != chart:
            wrong.append((kpi.id, row["department"], row["statistic"], row["segment"]))
    assert not wrong


def test_observations_are_the_cases_within_the_window(measured: Measurement) -> None:
    units = observe(CATALOGUE["D3"], measured.view).reset_index(drop=True)
    assert_frame_equal(measured.observations("D3"), units)
    name = measured.departments[0]
    own = measured.observations("D3", name)
    assert len(own) == (units["department"] == name).sum() > 0


def test_the_organisation_has_all_cases_and_its_charts_by_either_name(
    measured: Measurement,
) -> None:
    for name in ("", ORGANISATION):
        assert_frame_equal(measured.observations("D3", name), measured.observations("D3"))
        assert measured.charts(name) is measured.charts(ORGANISATION)


def test_charts_of_some_kpis_join_to_those_of_all(measured: Measurement) -> None:
    ids = list(CATALOGUE)
    some = [charts(measured.seen, [ORGANISATION], ids[n::3])[ORGANISATION] for n in range(3)]
    whole, found = measured.charts(ORGANISATION), joined(some)
    assert set(found.behaviours) == set(whole.behaviours) == set(ids)
    assert found.by_year == whole.by_year
    for kpi_id in ids:
        assert_frame_equal(found.trends[kpi_id], whole.trends[kpi_id])


def test_series_is_what_the_chart_and_the_sparkline_draw(measured: Measurement) -> None:
    chart = measured.charts("Finance").behaviours["D1"]
    assert_frame_equal(measured.series("D1", "Finance"), chart.points)
    quarters = measured.series("D1", "Finance", "quarter")
    assert quarters["period"].str.contains("Q").all()


def test_what_is_kept_is_not_computed_again(measured: Measurement) -> None:
    kept = replace(measured, kept={"results": measured.results[:1]})
    assert kept.results == measured.results[:1]


@pytest.mark.parametrize("ask", ["observations", "series"])
def test_unknown_kpi_names_the_nearest(measured: Measurement, ask: str) -> None:
    with pytest.raises(ParameterError, match="there is no KPI 'D33'") as caught:
        getattr(measured, ask)("D33")
    assert "D3" in str(caught.value)


def test_unknown_department_names_the_nearest(measured: Measurement) -> None:
    with pytest.raises(ParameterError, match="there is no department 'Finanse'") as caught:
        measured.series("D1", "Finanse")
    assert "Finance" in str(caught.value)
