"""What is promised of every KPI, shown on a portfolio in which all are measured."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.results import ALL, Measured, differing, in_hundredths, result_table
from builders.tables import (
    BENEFITS,
    DEPARTMENTS,
    MONEY,
    of_department,
    open_project,
    report,
    with_money,
)
from builders.views import view, with_baseline
from builders.whole import value_case, whole, whole_view
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import pooled, usable
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS

FACTS = {name for name, each in STATISTICS.items() if each.is_fact}
KEPT_BY_DEPARTMENT = [item.id for item in CATALOGUE.values() if item.level == "department"]
FOR_THE_ORGANISATION = [item.id for item in CATALOGUE.values() if item.level == "organisation"]
OF_ONE_CASE_A_DEPARTMENT = {"R6"}  # the department itself: too few to be shown alone
SHOW_ALL = {"too_few": 1, "indicative": 1}


@cache
def measured() -> Measured:
    """The portfolio with nothing too few to show; no test may change it."""
    return Measured.of(whole_view(whole(), disclosure=SHOW_ALL))


@cache
def disclosed() -> pd.DataFrame:
    """Its results as they may be shown."""
    return result_table(whole_view(whole()), ALL)


def of_kpi(found: pd.DataFrame, kpi_id: str) -> pd.DataFrame:
    return found[found["kpi_id"] == kpi_id]


class TestWholePortfolio:
    """The tests below say something only of what is measured."""

    def test_measures_every_statistic_of_every_kpi(self) -> None:
        found = disclosed()[disclosed()["department"] == ORGANISATION]
        found = found[found["segment"] == ""].set_index(["kpi_id", "statistic"])
        for item in CATALOGUE.values():
            for statistic in {item.statistic, *item.also} - {STATISTICS["quadrant_share"]}:
                assert found.loc[(item.id, statistic.id), "state"] == "measured"

    def test_measures_them_for_every_department(self) -> None:
        heads = disclosed().drop_duplicates(["kpi_id", "department"]).set_index("kpi_id")
        heads = heads[heads["department"] != ORGANISATION].loc[KEPT_BY_DEPARTMENT]
        other = heads[heads["state"] != "measured"]
        assert set(other.index) == OF_ONE_CASE_A_DEPARTMENT
        assert set(other["state"]) == {"too few"}

    def test_what_is_not_kept_by_department_says_so(self) -> None:
        own = disclosed()[disclosed()["department"] != ORGANISATION]
        own = own[own["kpi_id"].isin(FOR_THE_ORGANISATION)]
        assert len(own) == len(FOR_THE_ORGANISATION) * len(DEPARTMENTS)
        assert set(own["state"]) == {"not measured"}
        assert set(own["reason"]) == {"is kept for the organisation only, not by department"}

    def test_units_are_told_apart(self) -> None:
        """No test below may hold because there is only one case, or nothing left out."""
        left_out = 0
        for kpi_id, observed in measured().units.items():
            units = pooled(observed)
            assert units["case_id"].nunique() > 5, kpi_id
            left_out += int(units[["numerator", "denominator"]].isna().any(axis=1).any())
        assert left_out > len(CATALOGUE) // 3


class TestWhatDoesNotMatter:
    """Of rows, their index and other departments see test_any_portfolio."""

    def test_the_day_it_is_computed_and_the_order_of_sets(self) -> None:
        code = (
            "from builders.whole import value_case, whole, whole_view\n"
            "from builders.results import ALL, result_table\n"
            "print(result_table(whole_view(whole()), ALL).to_csv(index=False), end='')"
        )
        here = Path(__file__).parents[2]
        paths = os.pathsep.join([str(here), str(here.parent)])
        seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True,
            env=os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        found = ran.stdout.replace(b"\r\n", b"\n")
        csv = disclosed().to_csv(index=False)
        assert hashlib.sha256(found).digest() == hashlib.sha256(csv.encode()).digest()


class TestMoney:
    def test_pounds_or_pence(self) -> None:
        pence = with_money(whole(), lambda column: (column * 100).round())
        found = result_table(whole_view(pence, disclosure=SHOW_ALL), ALL)
        assert not differing(in_hundredths(measured().results), found)

    @pytest.mark.parametrize("scale", [1, 100])
    @pytest.mark.parametrize("spent", [73.37, 1234.56, 0.1])
    def test_what_was_spent_and_taken_back_is_nothing(self, scale: int, spent: float) -> None:
        to_date = {"2025-09": 100.1, "2026-02": 100.1 + spent, "2026-09": 100.1}
        seen = view(
            projects=[open_project(started_on="2025-09-01", investment_class="grow")],
            status_reports=[report("p1", p, actual_cost=c * scale) for p, c in to_date.items()],
            pmo_costs=[{"period": f"2026-0{m}", "category": "staff", "amount": 7.0 * scale}
                       for m in range(1, 10)],
        )  # fmt: skip
        (found,) = results(seen, kpis=["V6"])
        assert (found.state, found.reason) == ("undefined", "what it is divided by is zero")

    def test_value_case_in_pounds_or_pence(self) -> None:
        pounds = whole_view(whole())
        assert pounds.value_case is not None
        pence = replace(pounds, value_case=pounds.value_case * 100)
        assert not differing(*(result_table(seen, kpis=["R12"]) for seen in (pounds, pence)))

    def test_no_kpi_that_is_judged_is_an_amount(self) -> None:
        """Then every one of them must be the same in pounds and in pence."""
        units = {item.unit for item in CATALOGUE.values() if item.better != "context"}
        assert units <= {"share", "ratio", "days", "hours", "count", "points", "score"}

    def test_every_money_column_is_scaled(self) -> None:
        money = {name: [c.name for c in table if c.kind == "money"]
                 for name, table in TABLES.items()}  # fmt: skip
        assert {name: columns for name, columns in money.items() if columns} == MONEY
        for name, columns in BENEFITS.items():
            assert columns == [c.name for c in TABLES[name] if c.kind == "number"]


class TestDepartments:
    """A department's results hang on its own rows alone, so each can be computed on its own."""

    def test_one_by_one_and_concatenated_equal_all_at_once(self) -> None:
        seen = whole_view(whole(), customers=dict.fromkeys(DEPARTMENTS, 40))
        seen = with_baseline(seen, "2025-09")
        parts = [
            result_table(replace(seen, tables=of_department(seen.tables, name)), [name])
            for name in DEPARTMENTS
        ]
        assert not differing(result_table(seen, DEPARTMENTS), pd.concat(parts))

    def test_their_units_are_those_of_the_organisation(self) -> None:
        for kpi_id in KEPT_BY_DEPARTMENT:
            assert measured().units[kpi_id]["department"].notna().all(), kpi_id
        for kpi_id in FOR_THE_ORGANISATION:
            assert measured().units[kpi_id]["department"].isna().all(), kpi_id


class TestParts:
    def test_each_is_told_after_the_whole_with_all_its_units(
        self, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            for department in (ORGANISATION, DEPARTMENTS[0]) if item.segment else ():
                with subtests.test(item.id, department=department):
                    found = of_kpi(measured().results, item.id)
                    found = found[found["department"] == department]
                    if department != ORGANISATION and item.level == "organisation":
                        assert found["segment"].tolist() == [""]
                        continue
                    units = measured().units[item.id]
                    if department != ORGANISATION:
                        units = units[units["department"] == department]
                    sizes = units.groupby("segment").size().to_dict()
                    assert len(sizes) > (item.id != "G9")  # last rated by the owners alone
                    # the whole bears no name
                    assert found["segment"].is_monotonic_increasing
                    parts = found[found["segment"] != ""].set_index("segment")
                    parts = parts[parts["statistic"] == item.segment_statistic.id]
                    assert (parts["n"] + parts["missing"]).to_dict() == sizes

    def test_kpis_without_parts_have_none(self) -> None:
        without = [item.id for item in CATALOGUE.values() if not item.segment]
        found = measured().results
        assert (found.loc[found["kpi_id"].isin(without), "segment"] == "").all()


def test_inputs_are_not_changed() -> None:
    seen = measured().view
    for name, table in whole().items():
        assert_frame_equal(seen.tables[name], table, obj=name)
    assert seen.value_case is not None
    assert_frame_equal(seen.value_case, value_case.__wrapped__())  # not the one that is kept


class TestFewCases:
    def test_nothing_is_shown_but_facts(self, subtests: pytest.Subtests) -> None:
        found = result_table(whole_view(whole(), disclosure={"too_few": 1000, "indicative": 1000}))
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                own = of_kpi(found, item.id)
                facts = own["statistic"].isin(FACTS) | ("verdict" in item.given)
                assert (own.loc[facts, "state"] == "measured").all()
                assert own.loc[~facts, ["value", "low", "high"]].isna().all(axis=None)
                few = own["state"] == "too few"
                assert own.loc[few, ["n", "missing", "cases"]].isna().all(axis=None)
                # P4 judges by a percentile of the department, which is then not shown either
                state = "undefined" if item.id == "P4" else "too few"
                assert set(own.loc[~facts, "state"]) <= {state}

    def test_some_are_marked_indicative(self, subtests: pytest.Subtests) -> None:
        for found in results(whole_view(whole(), disclosure={"indicative": 10**6})):
            fact = found.statistic.is_fact or "verdict" in CATALOGUE[found.kpi_id].given
            with subtests.test(found.kpi_id, statistic=found.statistic.id):
                assert ("indicative" in found.reason) == (found.is_measured and not fact)


def test_value_without_limit_is_left_out_and_told(subtests: pytest.Subtests) -> None:
    """Validation lets none through; should one come it must not make a figure."""
    for kpi_id, observed in measured().units.items():
        units, item = pooled(observed), CATALOGUE[kpi_id]
        first = np.arange(len(units)) == 0
        kept = usable(item, units.assign(numerator=units["numerator"].mask(first, np.inf)))
        with subtests.test(kpi_id):
            assert len(usable(item, units)) - 1 <= len(kept) < len(units)
            assert np.isfinite(kept[["numerator", "denominator"]]).all(axis=None)


ASKED = dict.fromkeys([*DEPARTMENTS, "Marketing", "Operations", "Research"], 30)
SURVEYS = [item.id for item in CATALOGUE.values() if item.scale]


class TestCustomers:
    def test_all_kpis_of_surveys_have_a_scale(self) -> None:
        of_surveys = [k.id for k in CATALOGUE.values() if "survey_responses" in k.tables]
        assert of_surveys == SURVEYS

    def test_number_asked_narrows_the_interval_and_is_told(self, subtests: pytest.Subtests) -> None:
        for kpi_id in SURVEYS:
            with subtests.test(kpi_id):
                known = results(whole_view(whole(), customers=ASKED), kpis=[kpi_id])[0]
                unknown = results(whole_view(whole()), kpis=[kpi_id])[0]
                assert known.value == unknown.value
                assert known.high - known.low < unknown.high - unknown.low
                assert "of 180 asked in 2026-09 answered" in known.reason
                assert "said the worst or the best" in known.reason
                assert "how many were asked is not known" in unknown.reason
