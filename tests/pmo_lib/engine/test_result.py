"""One result, and the tidy frame of many."""

from dataclasses import FrozenInstanceError, replace
from math import isnan

import pytest

from builders.results import result
from pmo_lib.engine.result import COLUMNS, STATES, KpiResult, tidy
from pmo_lib.kpis.statistics import STATISTICS

RESULT = result("D1", value=0.5, low=0.4, high=0.6, n=10, missing=2)


def test_nothing_said_is_not_measured_and_has_no_value() -> None:
    found = KpiResult("D1", "Finance", "2026-09", STATISTICS["rate"])
    assert found.state == "not measured"
    assert not found.is_measured
    assert isnan(found.value)
    assert found.n == 0


@pytest.mark.parametrize("state", STATES)
def test_only_measured_is_measured(state: str) -> None:
    assert replace(RESULT, state=state).is_measured == (state == "measured")  # type: ignore[arg-type]


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RESULT.than_before = "worse"  # type: ignore[misc]


class TestTidy:
    def test_has_the_columns_that_reports_promise(self) -> None:
        promised = {"kpi_id", "department", "period", "value", "low", "high", "n", "baseline",
                    "change", "signal", "state", "reason"}  # fmt: skip
        assert promised <= set(tidy([]).columns)

    def test_one_row_a_result(self) -> None:
        found = tidy([RESULT, result("D1", "Sales", value=0.25, n=10)])
        assert list(found.columns) == list(COLUMNS)
        assert list(found["department"]) == ["Finance", "Sales"]
        assert list(found["value"]) == [0.5, 0.25]
        assert list(found["n"]) == [10, 10]

    def test_types_are_the_same_with_and_without_rows(self) -> None:
        empty, full = tidy([]), tidy(iter([RESULT]))
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()
        assert full.dtypes[["value", "n", "state"]].astype(str).tolist() == [
            "float64", "Int64", "str",
        ]  # fmt: skip

    def test_how_few_are_too_few_is_not_told(self) -> None:
        found = tidy([result(state="too few", n=3, cases=3), RESULT])
        assert found["n"].isna().tolist() == [True, False]
        assert found["cases"].isna().tolist() == [True, False]
        assert found["missing"].isna().tolist() == [True, False]

    def test_every_figure_stands_in_the_column_of_its_name(self) -> None:
        given = {
            "value": 1.0, "low": 2.0, "high": 3.0, "n": 40, "missing": 5, "cases": 6,
            "baseline": 7.0, "change": 8.0, "change_low": 9.0, "change_high": 10.0,
            "detectable": 11.0, "p_value": 12.0,
            "target_low": 13.0, "target_high": 14.0, "target_p_value": 15.0,
            "than_before": "worse", "against_target": "kept", "signal": "none",
            "compared": "said", "state": "measured", "reason": "why", "segment": "part",
        }  # fmt: skip
        row = tidy([result("D3", "Sales", statistic="p80", **given)]).to_dict("records")[0]
        own = {"kpi_id": "D3", "department": "Sales", "period": "2026-09", "statistic": "p80"}
        assert row == own | given
