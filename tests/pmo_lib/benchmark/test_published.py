"""Published figures: units, versions, faults, and sets of quantiles."""

from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.tables import frame
from pmo_lib.benchmark.published import UNITS, p_of, published, quantiles
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import Unit

ROW: dict[str, Any] = {
    "source": "A survey", "year": 2025, "metric": "late", "kpi_id": "D1", "segment": "all",
    "statistic": "share", "value": 38.0, "unit": "%", "n": 200, "unit_of_analysis": "project",
}  # fmt: skip


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    return published(frame("benchmarks", [ROW | change for change in changes]))


class TestUnits:
    def test_per_cent_become_shares(self) -> None:
        found = rows({"sd": 30.0}, {"value": 0.4, "unit": "share"})
        assert found["value"].tolist() == [0.38, 0.4]
        assert found["sd"].iloc[0] == 0.3
        assert found["unit"].tolist() == ["share", "share"]

    @pytest.mark.parametrize("unit", ["%", " % ", "Per cent", "% of spend", "percent"])
    def test_per_cent_is_written_in_many_ways(self, unit: str) -> None:
        found = rows({"unit": unit})
        assert (found["value"].tolist(), found["unit"].tolist()) == ([0.38], ["share"])

    def test_other_units_stay_as_they_were_written(self) -> None:
        assert rows({"kpi_id": None, "unit": "USD thousand"})["unit"].tolist() == ["USD thousand"]
        assert rows({"kpi_id": "P3", "unit": "Days"})["unit"].tolist() == ["days"]

    def test_every_unit_of_a_kpi_may_be_published(self) -> None:
        assert set(UNITS) == set(get_args(Unit))
        assert all(unit in allowed for unit, allowed in UNITS.items())

    @pytest.mark.parametrize("segment", ["all (IT)", "global (software)", "Rail", "all of Rail"])
    def test_a_part_is_not_all(self, segment: str) -> None:
        assert rows({"segment": segment})["segment"].tolist() == [segment]

    @pytest.mark.parametrize("segment", ["all (UK+intl)", "All", "global", " all "])
    def test_all_is_written_one_way(self, segment: str) -> None:
        assert rows({"segment": segment})["segment"].tolist() == ["all"]

    def test_table_is_not_changed(self) -> None:
        table = frame("benchmarks", [ROW])
        before = table.copy()
        published(table)
        pd.testing.assert_frame_equal(table, before)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"kpi_id": None}, ""),
    ({"value": 120.0}, "A share of 120 % is above 100 %."),
    ({"value": 45.0, "unit": "share"}, "A share of 4,500 % is above 100 %."),
    ({"value": 100.0}, ""),
    ({"value": 0.0}, ""),
    ({"value": 100.4}, "A share of 100.4 % is above 100 %."),
    ({"value": -3.0}, "A share of −3 % is below 0."),
    ({"value": 120.0, "kpi_id": None}, "A share of 120 % is above 100 %."),
    ({"value": 900.0, "unit": "people", "kpi_id": None}, ""),
    ({"value": 120.0, "statistic": "mean", "unit_of_analysis": "organisation"},
     "A share of 120 % is above 100 %."),
    ({"kpi_id": "d3 "}, "There is no KPI d3 ; the nearest is D3."),
    ({"kpi_id": "overrun"}, "There is no KPI overrun."),
    ({"kpi_id": "D99"}, "There is no KPI D99; the nearest is D9."),
    ({"statistic": "mean", "unit": "USD k"},
     "It is in USD k; D1 is in shares or %."),
    ({"statistic": "count", "value": 50.0, "unit": "projects", "kpi_id": "G9"},
     "It is in projects; G9 is in shares or %."),
    ({"statistic": "mean", "value": 12.0, "unit": "months", "kpi_id": "P3"},
     "It is in months; P3 is in days."),
    ({"statistic": "mean", "value": 120.0, "kpi_id": "D3"}, ""),
    ({"statistic": "mean", "value": 447.0, "kpi_id": "D4"}, ""),  # of those in the tail
    ({"statistic": "total", "value": 95.0, "kpi_id": "D6"}, ""),  # a CPI of 0.95
    ({"statistic": "index", "value": 36.0, "unit": "points", "kpi_id": "R3"}, ""),
    ({"statistic": "index", "value": -136.0, "unit": "points", "kpi_id": "R3"},
     "It is −136; R3 lies between −100 and 100."),
    ({"statistic": "index", "value": 36.0, "kpi_id": "R3"},
     "It is in %; R3 is in points."),
    ({"statistic": "mean", "n": None, "kpi_id": "D3"}, ""),
    ({"statistic": "mean", "sd": None, "kpi_id": "D3"}, ""),
]  # fmt: skip


class TestFaults:
    def test_are_named(self) -> None:
        found = [(change, rows(change)["fault"].iloc[0]) for change, _ in FAULTS]
        assert found == FAULTS


class TestVersions:
    def test_two_values_of_one_figure_are_both_kept(self) -> None:
        found = rows({"url": "a", "value": 23.0}, {"url": "b", "value": 24.0}, {"year": 2024})
        assert found["version"].tolist() == [1, 2, 1]
        assert found["versions"].tolist() == [2, 2, 1]
        assert found["value"].tolist() == [0.23, 0.24, 0.38]

    def test_the_same_value_twice_is_one_version(self) -> None:
        assert rows({"url": "a"}, {"url": "b"})["versions"].tolist() == [1, 1]
        again = {"url": "b", "value": 0.0007, "unit": "share"}  # 0.07 / 100 is a hair more
        assert rows({"url": "a", "value": 0.07}, again)["versions"].tolist() == [1, 1]

    @pytest.mark.parametrize(
        "change",
        [{"year": 2024}, {"metric": "on time"}, {"segment": "Rail"}, {"statistic": "mean"},
         {"unit_of_analysis": "respondent"}, {"kpi_id": None}, {"source": "Another"}],
    )  # fmt: skip
    def test_of_another_figure_is_no_contradiction(self, change: dict[str, Any]) -> None:
        assert rows({}, {"value": 50.0} | change)["versions"].tolist() == [1, 1]

    def test_figures_without_kpi_or_metric_can_contradict_too(self) -> None:
        bare = {"kpi_id": None, "metric": None}
        found = rows(bare | {"url": "a"}, bare | {"url": "b", "value": 50.0})
        assert found["version"].tolist() == [1, 2]

    @given(st.lists(st.sampled_from([10.0, 20.0, 30.0]), min_size=1, max_size=8))
    def test_all_are_kept_none_is_averaged(self, values: list[float]) -> None:
        found = rows(*({"value": value, "url": str(i)} for i, value in enumerate(values)))
        assert found["value"].tolist() == [value / 100 for value in values]
        assert set(found["version"]) == set(range(1, len(set(values)) + 1))
        assert set(found["versions"]) == {len(set(values))}


def test_empty_table_stays_empty() -> None:
    found = published(frame("benchmarks", []))
    assert found.empty
    assert {"version", "versions", "fault"} <= set(found)
    assert quantiles(found) == []


def test_unknown_kpis_never_raise() -> None:
    for kpi_id in ("", "D99", "é", "D1 or D2", *CATALOGUE):
        assert len(rows({"kpi_id": kpi_id})) == 1


class TestQuantiles:
    SET = ({"statistic": "p80", "value": 30.0}, {"statistic": "median", "value": 5.0},
           {"statistic": "p90", "value": 60.0})  # fmt: skip

    def test_three_are_a_set_in_order(self) -> None:
        (found,) = quantiles(rows(*({"kpi_id": "D3"} | each for each in self.SET)))
        assert found["p"].tolist() == [0.5, 0.8, 0.9]
        assert found["value"].tolist() == [0.05, 0.3, 0.6]

    def test_two_are_none(self) -> None:
        assert quantiles(rows(*({"kpi_id": "D3"} | each for each in self.SET[:2]))) == []

    def test_that_do_not_rise_have_a_fault(self) -> None:
        broken = ({"kpi_id": "D3"} | each for each in (*self.SET[:2], {**self.SET[2], "value": 9}))
        (found,) = quantiles(rows(*broken))
        assert set(found["fault"]) == {"Its quantiles do not rise from one to the next."}

    def test_that_are_equal_may_stand(self) -> None:
        flat = ({"kpi_id": "D3"} | each | {"value": 5.0} for each in self.SET)
        (found,) = quantiles(rows(*flat))
        assert set(found["fault"]) == {""}

    def test_of_other_things_are_no_set(self) -> None:
        """A quantile in other prices, of another metric or of other projects is of another set."""
        for other in ({"prices": "nominal"}, {"metric": "operating cost"}, {"segment": "Rail"},
                      {"population": "in flight"}, {"year": 2020}, {"sector": "public"},
                      {"baseline_definition": "first report"}):  # fmt: skip
            mixed = ({"kpi_id": "D3"} | each for each in (*self.SET[:2], self.SET[2] | other))
            assert quantiles(rows(*mixed)) == []

    def test_the_same_told_twice_counts_once(self) -> None:
        again = [{"kpi_id": "D3", "url": url} | each for url in "ab" for each in self.SET]
        (found,) = quantiles(rows(*again))
        assert found["p"].tolist() == [0.5, 0.8, 0.9]
        assert set(found["fault"]) == {""}

    def test_two_values_of_one_quantile_are_a_fault_of_the_set(self) -> None:
        twice = [*self.SET, self.SET[0] | {"value": 35.0, "url": "b"}]
        (found,) = quantiles(rows(*({"kpi_id": "D3"} | each for each in twice)))
        assert found["value"].tolist() == [0.05, 0.3, 0.35, 0.6]
        assert set(found["fault"]) == {"It tells two values of its P80."}

    def test_impossible_ones_and_those_of_no_kpi_are_left_out(self) -> None:
        for kpi_id in (None, "D99"):
            assert quantiles(rows(*({"kpi_id": kpi_id} | each for each in self.SET))) == []

    @pytest.mark.parametrize(("name", "p"), [("median", 0.5), ("p05", 0.05), ("p80", 0.8)])
    def test_names(self, name: str, p: float) -> None:
        assert p_of(name) == p

    @pytest.mark.parametrize("name", ["mean", "share", "p", "px"])
    def test_other_statistics_are_none(self, name: str) -> None:
        assert pd.isna(p_of(name))
