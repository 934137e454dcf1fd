"""Published figures: units, versions, faults, and sets of quantiles."""

from typing import Any

import pandas as pd
import pytest
from handmade import frame

from pmo_lib.published import p_of, published, quantiles

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

    @pytest.mark.parametrize("segment", ["all (UK+intl)", "All", "global", " all "])
    def test_all_is_written_one_way(self, segment: str) -> None:
        assert rows({"segment": segment})["segment"].tolist() == ["all"]

    def test_table_is_not_changed(self) -> None:
        table = frame("benchmarks", [ROW])
        before = table.copy()
        published(table)
        pd.testing.assert_frame_equal(table, before)


class TestFaults:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({}, ""),
            ({"kpi_id": None}, ""),
            ({"value": 120.0}, "A share of 120 % is above 100 %."),
            ({"value": 45.0, "unit": "share"}, "A share of 4,500 % is above 100 %."),
            ({"value": -3.0}, "A share of -3 % is below 0."),
            ({"kpi_id": "D99"}, "There is no KPI D99; the nearest is D9."),
            ({"statistic": "mean", "unit": "USD k"}, "It is in USD k; D1 is in share."),
            ({"statistic": "mean", "value": 120.0, "kpi_id": "D3"}, ""),
        ],
    )
    def test_are_named(self, change: dict[str, Any], fault: str) -> None:
        assert rows(change)["fault"].tolist() == [fault]


class TestVersions:
    def test_two_values_of_one_figure_are_both_kept(self) -> None:
        found = rows({"url": "a", "value": 23.0}, {"url": "b", "value": 24.0}, {"year": 2024})
        assert found["version"].tolist() == [1, 2, 1]
        assert found["versions"].tolist() == [2, 2, 1]
        assert found["value"].tolist() == [0.23, 0.24, 0.38]

    def test_the_same_value_twice_is_one_version(self) -> None:
        assert rows({"url": "a"}, {"url": "b"})["versions"].tolist() == [1, 1]


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

    @pytest.mark.parametrize(("name", "p"), [("median", 0.5), ("p05", 0.05), ("p80", 0.8)])
    def test_names(self, name: str, p: float) -> None:
        assert p_of(name) == p

    @pytest.mark.parametrize("name", ["mean", "share", "p", "px"])
    def test_other_statistics_are_none(self, name: str) -> None:
        assert pd.isna(p_of(name))
