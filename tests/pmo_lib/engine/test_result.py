"""One result, and the tidy frame of many."""

from dataclasses import FrozenInstanceError, fields, replace
from math import isnan

import pytest

from pmo_lib.engine.result import STATES, KpiResult, tidy
from pmo_lib.kpis.statistics import STATISTICS

RESULT = KpiResult(
    "D1", "Finance", "2026-09", STATISTICS["rate"], "", 0.5, 0.4, 0.6, 10, 2, state="measured"
)  # fmt: skip


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
        RESULT.value = 1.0  # type: ignore[misc]


class TestTidy:
    NAMES = [field.name for field in fields(KpiResult)]  # noqa: RUF012

    def test_has_the_columns_that_reports_promise(self) -> None:
        promised = {"kpi_id", "department", "period", "value", "low", "high", "n", "baseline",
                    "change", "signal", "state", "reason"}  # fmt: skip
        assert promised <= set(tidy([]).columns)

    def test_one_row_a_result(self) -> None:
        found = tidy([RESULT, replace(RESULT, department="Sales", value=0.25)])
        assert list(found.columns) == self.NAMES
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
        found = tidy([replace(RESULT, state="too few", n=3, cases=3), RESULT])
        assert found["n"].isna().tolist() == [True, False]
        assert found["cases"].isna().tolist() == [True, False]
        assert found["missing"].isna().tolist() == [True, False]
