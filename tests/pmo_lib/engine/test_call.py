"""A KPI that raises is named with file and line wherever it would be; all others are published."""

from collections.abc import Iterator
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from builders.catalogue import only_kpis
from builders.portfolio import portfolio
from builders.views import with_baseline
from pmo_lib.assessment.assessed import assessed
from pmo_lib.assessment.series import history
from pmo_lib.engine.call import called
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.observe import attempt, observe, results, yearly_results
from pmo_lib.engine.result import ORGANISATION, tidy
from pmo_lib.engine.view import View
from pmo_lib.errors import KpiError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import OBSERVATION_COLUMNS, Kpi, kpi, observations

VIEW = View(portfolio(), "2026-09")
DEPARTMENTS = ["Finance", "Sales"]
REMEDY = "mend the function, or take the KPI out of the catalogue"


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis({"D1", "D2", "D3", "D6", "P2", "R6"}):
        yield


def declared(function: Any, **more: Any) -> Kpi:
    facts: dict[str, Any] = {
        "id": "D99", "name": "Mine", "family": "delivery", "unit": "ratio", "better": "lower",
        "statistic": "mean", "population": "started projects",
    }  # fmt: skip
    return kpi(**(facts | more))(function)


def misspelt(projects: pd.DataFrame) -> pd.DataFrame:
    return observations(projects, period="2026-09", numerator=projects["bugdet"])


LINE = misspelt.__code__.co_firstlineno + 1
FAILED = f"its function raised KeyError: 'bugdet' (engine/test_call.py, line {LINE}): {REMEDY}"


@pytest.fixture(params=["data date", "year"])
def broken(request: Any, monkeypatch: pytest.MonkeyPatch) -> Kpi:
    mine = declared(misspelt, window=request.param)
    monkeypatch.setitem(CATALOGUE, "D99", mine)
    return mine


@pytest.mark.usefixtures("broken")
class TestWhatRaises:
    def test_has_failed_in_every_department_with_file_line_and_remedy(self) -> None:
        found = assessed(VIEW, DEPARTMENTS)
        own = [r for r in found if r.kpi_id == "D99"]
        assert [r.department for r in own] == [ORGANISATION, *DEPARTMENTS]
        assert {(r.state, r.reason) for r in own} == {("failed", FAILED)}
        assert all(r.value != r.value and r.n == 0 for r in own)
        assert {r.kpi_id for r in found if r.state == "failed"} == {"D99"}

    def test_does_not_touch_the_others(self) -> None:
        found = tidy(assessed(VIEW, DEPARTMENTS))
        others = [name for name in CATALOGUE if name != "D99"]
        alone = tidy(assessed(VIEW, DEPARTMENTS, others))
        pd.testing.assert_frame_equal(found[found["kpi_id"] != "D99"].reset_index(drop=True), alone)

    def test_is_not_in_a_baseline_and_the_baseline_says_why(self) -> None:
        frozen = freeze(VIEW, "before", version=1, frozen_on="", data_hash="", workbook_version="")
        assert frozen.unmeasured["D99"] == FAILED
        assert "D99" not in frozen.observations

    def test_has_no_history(self) -> None:
        assert history("D99", VIEW).behaviour().signal == f"cannot tell: {FAILED}"
        assert history("D99", VIEW).series().empty
        assert yearly_results("D99", VIEW, ORGANISATION, 3) == []

    def test_asked_for_by_itself_raises_with_its_name(self) -> None:
        with pytest.raises(KpiError, match=r"^KPI D99: its function raised KeyError") as raised:
            observe(CATALOGUE["D99"], VIEW)
        assert isinstance(raised.value.__cause__, KeyError)


def test_that_failed_later_is_not_compared_with_its_baseline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = with_baseline(VIEW, "2026-03")
    monkeypatch.setitem(CATALOGUE, "D1", declared(misspelt, id="D1"))
    (found,) = assessed(seen, [], ["D1"])
    assert found.state == "failed"
    assert isnan(found.change.value)


def test_line_is_that_of_the_own_module_not_of_a_library() -> None:
    def deep(projects: pd.DataFrame) -> pd.DataFrame:
        return projects.astype({"department": "int64"})

    _, state, reason = attempt(declared(deep), VIEW)
    assert state == "failed"
    assert f"(engine/test_call.py, line {deep.__code__.co_firstlineno + 1})" in reason
    assert str(Path(__file__).parent) not in reason  # a page is the same on every machine


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "gave NoneType, not a table"),
        (pd.Series([1.0]), "gave Series, not a table"),
        (
            pd.DataFrame({"period": [], "numerator": [], "case_id": []}),
            "gave no column department and denominator",
        ),
        (
            pd.DataFrame({name: ["1"] for name in OBSERVATION_COLUMNS}),
            "gave numerator and denominator that are no numbers",
        ),
    ],
)
def test_what_gives_no_observations_has_failed(given: Any, said: str) -> None:
    def mine(projects: pd.DataFrame) -> Any:
        return given

    _, state, reason = attempt(declared(mine), VIEW)
    assert (state, said in reason, REMEDY in reason) == ("failed", True, True)


def test_a_column_that_the_statistic_reads_is_missed() -> None:
    def mine(projects: pd.DataFrame) -> pd.DataFrame:
        return observations(projects, period="2026-09", numerator=1.0)

    _, state, reason = attempt(declared(mine, also=("survival_p85", "cost_drift")), VIEW)
    assert state == "failed"
    assert "gave no column ended, current and original" in reason


def test_what_is_interrupted_is_no_failure_of_a_kpi() -> None:
    def interrupted(projects: pd.DataFrame) -> pd.DataFrame:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        called(declared(interrupted), projects=VIEW.tables["projects"])


def test_a_long_error_of_many_lines_is_told_in_one_short_one() -> None:
    def mine(projects: pd.DataFrame) -> pd.DataFrame:
        raise ValueError("so\n" * 500)

    reason = attempt(declared(mine), VIEW)[2]
    assert "ValueError: so so so" in reason
    assert len(reason) < 400


def test_nothing_has_failed_where_nothing_raises() -> None:
    assert all(r.state != "failed" for r in results(VIEW))


class TestTablesOfAView:
    def test_a_table_that_is_not_there_is_needed(self) -> None:
        assert VIEW.why_not("risks") == "needs risks.csv"
        assert VIEW.table("risks") is None

    def test_a_withheld_table_says_why(self) -> None:
        seen = replace(VIEW, withheld={"projects": "too many rejected"})
        assert seen.why_not("projects") == "too many rejected"
        assert seen.table("projects") is None

    def test_all_others_can_be_used(self) -> None:
        assert VIEW.why_not("projects") == ""
        assert VIEW.table("projects") is VIEW.tables["projects"]
