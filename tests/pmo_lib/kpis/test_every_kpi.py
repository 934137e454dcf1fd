"""What is promised of every KPI, whatever the data: what may not matter, and what is never said."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders.any_tables import any_tables
from builders.gaps import without_rows, without_tables
from builders.results import result_table
from builders.tables import (
    BENEFITS,
    DEPARTMENTS,
    MONEY,
    PERIOD,
    Tables,
    baseline,
    frame,
    numbered,
    of_department,
    open_project,
    project,
    report,
    tables,
    with_money,
)
from builders.views import view, with_baseline
from builders.whole import whole, whole_view
from pipelines.reading.parse import FIRST_YEAR, LAST_YEAR, MOST
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import observe, observe_all, results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import pooled, usable
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import OBSERVATION_COLUMNS, Kpi
from pmo_lib.kpis.statistics import STATISTICS

FACTS = {name for name, each in STATISTICS.items() if each.is_fact}
ALL = (ORGANISATION, *DEPARTMENTS)
KEPT_BY_DEPARTMENT = [item.id for item in CATALOGUE.values() if item.level == "department"]
FOR_THE_ORGANISATION = [item.id for item in CATALOGUE.values() if item.level == "organisation"]
OF_ONE_CASE_A_DEPARTMENT = {"R6"}  # the department itself: too few to be shown alone
FROM_TABLES = [name for name in CATALOGUE if name not in {"R12", "G6"}]
LIGHT = examples(max_examples=6, phases=[Phase.generate])  # a portfolio takes long to shrink
SHOW_ALL = {"too_few": 1, "indicative": 1}


def everything(
    given_tables: Tables, departments: tuple[str, ...] = (ORGANISATION,), **disclosure: int
) -> pd.DataFrame:
    """All results; by default nothing is too few to show."""
    seen = whole_view(given_tables, disclosure=SHOW_ALL | disclosure)
    return result_table(seen, departments)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), rtol=1e-9)


def of_kpi(found: pd.DataFrame, kpi_id: str) -> pd.DataFrame:
    return found[found["kpi_id"] == kpi_id]


def concatenated(one: Tables, other: Tables) -> Tables:
    return {
        name: pd.concat([table, other[name]], ignore_index=True) if name in other else table
        for name, table in one.items()
    }


class TestWholePortfolio:
    """The tests below say something only of what is measured."""

    def test_measures_every_statistic_of_every_kpi(self) -> None:
        found = result_table(whole_view(whole()))
        found = found[found["segment"] == ""].set_index(["kpi_id", "statistic"])
        for item in CATALOGUE.values():
            for statistic in {item.statistic, *item.also} - {STATISTICS["quadrant_share"]}:
                assert found.loc[(item.id, statistic.id), "state"] == "measured"

    def test_measures_them_for_every_department(self, subtests: pytest.Subtests) -> None:
        for kpi_id in KEPT_BY_DEPARTMENT:
            with subtests.test(kpi_id):
                state = "too few" if kpi_id in OF_ONE_CASE_A_DEPARTMENT else "measured"
                found = results(whole_view(whole()), DEPARTMENTS, [kpi_id])
                heads = {r.department: r.state for r in reversed(found)}
                assert heads == dict.fromkeys(DEPARTMENTS, state)

    def test_what_is_not_kept_by_department_says_so(self, subtests: pytest.Subtests) -> None:
        for found in results(whole_view(whole()), DEPARTMENTS, FOR_THE_ORGANISATION):
            with subtests.test(found.kpi_id, department=found.department):
                assert found.state == "not measured"
                assert found.reason == "is kept for the organisation only, not by department"

    def test_units_are_told_apart(self) -> None:
        """No test below may hold because there is only one case, or nothing left out."""
        left_out = 0
        for item in CATALOGUE.values():
            units = pooled(observe(item, whole_view(whole())))
            assert units["case_id"].nunique() > 5, item.id
            left_out += int(units[["numerator", "denominator"]].isna().any(axis=1).any())
        assert left_out > len(CATALOGUE) // 3


class TestWhatDoesNotMatter:
    def test_order_of_rows(self) -> None:
        shuffled = {n: t.sample(frac=1, random_state=3) for n, t in whole().items()}
        same(everything(whole(), ALL), everything(shuffled, ALL))

    @LIGHT
    @given(given_tables=any_tables(), seed=st.integers(0, 2**16))
    def test_order_of_any_rows(self, given_tables: Tables, seed: int) -> None:
        shuffled = {n: t.sample(frac=1, random_state=seed) for n, t in given_tables.items()}
        same(everything(given_tables), everything(shuffled))

    def test_index_of_the_tables(self) -> None:
        moved = {name: t.set_index(t.index * 2 + 1000) for name, t in whole().items()}
        same(everything(whole()), everything(moved))

    def test_tables_that_no_kpi_reads(self) -> None:
        read = {name for k in CATALOGUE.values() for name in (*k.tables, *k.optional_tables)}
        unread = set(TABLES) - read
        assert unread == {"benchmarks"}
        more = whole() | {name: frame(name, []) for name in unread}
        same(everything(whole()), everything(more))

    def test_the_day_it_is_computed_and_the_order_of_sets(self) -> None:
        def digest(seed: str) -> str:
            code = (
                "from builders.whole import whole, whole_view\n"
                "from builders.results import result_table\n"
                "print(result_table(whole_view(whole())).to_csv(index=False), end='')"
            )
            here = Path(__file__).parents[2]
            paths = os.pathsep.join([str(here), str(here.parent)])
            ran = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, check=True,
                env=os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": seed},
            )  # fmt: skip
            return hashlib.sha256(ran.stdout.replace(b"\r\n", b"\n")).hexdigest()

        csv = result_table(whole_view(whole())).to_csv(index=False)
        assert digest("1") == digest("2") == hashlib.sha256(csv.encode()).hexdigest()


class TestMoney:
    def test_pounds_or_pence(self) -> None:
        pence = with_money(whole(), lambda column: (column * 100).round())
        same(everything(whole(), ALL), everything(pence, ALL))

    @LIGHT
    @given(pence=any_tables())
    def test_any_pounds_or_pence(self, pence: Tables) -> None:
        pounds = with_money(pence, lambda column: column / 100)
        same(everything(pounds), everything(pence))

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
        same(*(result_table(seen, kpis=["R12"]) for seen in (pounds, pence)))

    def test_no_kpi_is_an_amount(self) -> None:
        """Then every one of them must be the same in pounds and in pence."""
        units = {item.unit for item in CATALOGUE.values()}
        assert units <= {"share", "ratio", "days", "hours", "count", "points", "score"}

    def test_every_money_column_is_scaled(self) -> None:
        money = {name: [c.name for c in table if c.kind == "money"]
                 for name, table in TABLES.items()}  # fmt: skip
        assert {name: columns for name, columns in money.items() if columns} == MONEY
        for name, columns in BENEFITS.items():
            assert columns == [c.name for c in TABLES[name] if c.kind == "number"]


class TestDepartments:
    """A department's results hang on its own rows alone, so each can be computed on its own."""

    @staticmethod
    def one_by_one(seen: View) -> Iterator[pd.DataFrame]:
        for name in DEPARTMENTS:
            yield result_table(replace(seen, tables=of_department(seen.tables, name)), [name])

    @pytest.mark.parametrize("customers", [{}, dict.fromkeys(DEPARTMENTS, 40)])
    def test_one_by_one_and_concatenated_equal_all_at_once(self, customers: dict[str, int]) -> None:
        seen = whole_view(whole(), customers=customers)
        keys = ["kpi_id", "statistic", "segment", "department"]
        parts = pd.concat(self.one_by_one(seen))
        same(result_table(seen, DEPARTMENTS).sort_values(keys), parts.sort_values(keys))

    def test_one_by_one_against_a_baseline(self) -> None:
        seen = with_baseline(whole_view(whole()), "2025-09")
        keys = ["kpi_id", "statistic", "segment", "department"]
        parts = pd.concat(self.one_by_one(seen))
        same(result_table(seen, DEPARTMENTS).sort_values(keys), parts.sort_values(keys))

    @LIGHT
    @given(given_tables=any_tables())
    def test_observations_of_one_are_its_part_of_all(self, given_tables: Tables) -> None:
        name = given_tables["projects"]["department"].iloc[0]
        alone = whole_view(of_department(given_tables, name))
        together = whole_view(given_tables)
        for kpi_id in KEPT_BY_DEPARTMENT:
            item = CATALOGUE[kpi_id]
            if availability(item, alone)[0] == "measured":
                units = observe(item, together)
                own = units[units["department"] == name]
                assert_frame_equal(
                    _sorted(own), _sorted(observe(item, alone)), check_dtype=False, obj=kpi_id
                )

    def test_another_department_changes_nothing(self, subtests: pytest.Subtests) -> None:
        fewer = {name: _without(table, "Finance") for name, table in whole().items()}
        with_it, without_it = (
            result_table(whole_view(t), DEPARTMENTS[1:], KEPT_BY_DEPARTMENT)
            for t in (whole(), fewer)
        )
        for kpi_id in KEPT_BY_DEPARTMENT:
            with subtests.test(kpi_id):
                same(of_kpi(with_it, kpi_id), of_kpi(without_it, kpi_id))

    @LIGHT
    @given(given_tables=any_tables())
    def test_another_department_changes_nothing_of_any(self, given_tables: Tables) -> None:
        other = tables(
            projects=numbered(9, project, department="Another", actual_cost=700.0),
            baselines=numbered(9, baseline, cost=1.0),
            status_reports=numbered(9, report, earned_value=3.0, actual_cost=1.0),
            benefits=[{"benefit_id": f"other {i}", "project_id": f"p{i + 1}"} for i in range(9)],
            demands=[{"demand_id": f"other {i}", "department": "Another",
                      "created_on": "2025-01-01"} for i in range(9)],
        )  # fmt: skip
        for name in ("projects", "baselines", "status_reports", "benefits"):
            other[name]["project_id"] = "other " + other[name]["project_id"]
        seen = [whole_view(t) for t in (given_tables, concatenated(given_tables, other))]
        measurable = [k.id for k in CATALOGUE.values() if availability(k, seen[0])[0] == "measured"]
        same(*(result_table(v, DEPARTMENTS, measurable) for v in seen))

    def test_their_units_are_those_of_the_organisation(self) -> None:
        seen = whole_view(whole())
        for kpi_id in KEPT_BY_DEPARTMENT:
            units = observe(CATALOGUE[kpi_id], seen)
            assert units["department"].notna().all(), kpi_id
        for kpi_id in FOR_THE_ORGANISATION:
            assert observe(CATALOGUE[kpi_id], seen)["department"].isna().all(), kpi_id


class TestParts:
    def test_each_is_told_after_the_whole_with_all_its_units(
        self, subtests: pytest.Subtests
    ) -> None:
        seen = whole_view(whole(), disclosure=SHOW_ALL)
        for item in CATALOGUE.values():
            for department in (ORGANISATION, DEPARTMENTS[0]) if item.segment else ():
                with subtests.test(item.id, department=department):
                    self.check(item, department, seen)

    @staticmethod
    def check(item: Kpi, department: str, seen: View) -> None:
        found = results(seen, [department], [item.id])
        if department != ORGANISATION and item.level == "organisation":
            assert [r.segment for r in found] == [""]
            return
        units = observe(item, seen)
        units = units if department == ORGANISATION else units[units["department"] == department]
        sizes = units.groupby("segment").size().to_dict()
        assert len(sizes) > 1
        named = [r.segment for r in found]
        assert named == sorted(named)  # the whole bears no name
        parts = [r for r in found if r.segment and r.statistic == item.segment_statistic]
        assert {r.segment: r.n + r.missing for r in parts} == sizes

    def test_kpis_without_parts_have_none(self) -> None:
        found = result_table(whole_view(whole()))
        without = [item.id for item in CATALOGUE.values() if not item.segment]
        assert (found[found["kpi_id"].isin(without)]["segment"] == "").all()


class TestInputsAreNotChanged:
    def test_by_a_kpi(self, subtests: pytest.Subtests) -> None:
        seen, untouched = whole_view(whole()), whole()
        assert seen.value_case is not None
        case = seen.value_case.copy(deep=True)
        for kpi_id in CATALOGUE:
            with subtests.test(kpi_id):
                results(seen, ALL, [kpi_id])
                for name, table in untouched.items():
                    assert_frame_equal(seen.tables[name], table)
                assert_frame_equal(seen.value_case, case)

    @LIGHT
    @given(given_tables=any_tables())
    def test_whatever_they_are(self, given_tables: Tables) -> None:
        before = {name: table.copy(deep=True) for name, table in given_tables.items()}
        everything(given_tables)
        for name, table in before.items():
            assert_frame_equal(given_tables[name], table)


class TestEveryResult:
    @LIGHT
    @given(given_tables=any_tables(), too_few=st.sampled_from([1, 3, 5]))
    def test_has_a_value_only_where_it_is_measured_and_a_reason_where_not(
        self, given_tables: Tables, too_few: int
    ) -> None:
        found = everything(given_tables, ALL, too_few=too_few)
        measured = found["state"] == "measured"
        assert found.loc[measured, "value"].notna().all()
        assert found.loc[~measured, "value"].isna().all()
        # of an undefined quantile an end may be known: half take longer than 300 days
        hidden = ~found["state"].isin(["measured", "undefined"])
        assert found.loc[hidden, ["low", "high"]].isna().all(axis=None)
        assert (found.loc[~measured, "reason"] != "").all()
        estimated = measured & ~found["statistic"].isin(FACTS) & ~found["kpi_id"].eq("G6")
        assert (found.loc[estimated, "cases"] >= too_few).all()
        assert not np.isinf(found[["value", "low", "high"]]).any(axis=None)

    @LIGHT
    @given(given_tables=any_tables())
    def test_interval_holds_the_value(self, given_tables: Tables) -> None:
        found = everything(given_tables, ALL)
        assert not (found["low"] > found["value"] + 1e-9).any()
        assert not (found["high"] < found["value"] - 1e-9).any()
        rates = found[found["statistic"].isin(["rate", "clustered_rate"])]
        ends = rates.loc[rates["state"] == "measured", ["value", "low", "high"]].stack()
        assert ends.between(0, 1).all()

    @LIGHT
    @given(given_tables=any_tables())
    def test_n_and_missing_are_the_observations(self, given_tables: Tables) -> None:
        seen = whole_view(given_tables, disclosure=SHOW_ALL)
        for item in CATALOGUE.values():
            result = results(seen, kpis=[item.id])[0]
            if result.is_measured and not item.statistic.by_month:
                assert result.n + result.missing == len(pooled(observe(item, seen))), item.id
                assert result.cases <= result.n

    def test_of_few_cases_nothing_is_shown_but_facts(self, subtests: pytest.Subtests) -> None:
        found = result_table(whole_view(whole(), disclosure={"too_few": 10**6}))
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                self.check_few(item, of_kpi(found, item.id))

    @staticmethod
    def check_few(item: Kpi, found: pd.DataFrame) -> None:
        facts = found["statistic"].isin(FACTS) | ("verdict" in item.given)
        assert (found.loc[facts, "state"] == "measured").all()
        shown = found.loc[~facts, ["value", "low", "high"]]
        assert shown.isna().all(axis=None)
        few = found["state"] == "too few"
        assert found.loc[few, ["n", "missing", "cases"]].isna().all(axis=None)
        # P4 judges by a percentile of the department, which is then not shown either
        state = "undefined" if item.id == "P4" else "too few"
        assert set(found.loc[~facts, "state"]) <= {state}

    def test_of_some_cases_is_marked_indicative(self, subtests: pytest.Subtests) -> None:
        for found in results(whole_view(whole(), disclosure={"indicative": 10**6})):
            fact = found.statistic.is_fact or "verdict" in CATALOGUE[found.kpi_id].given
            with subtests.test(found.kpi_id, statistic=found.statistic.id):
                assert ("indicative" in found.reason) == (found.is_measured and not fact)


class TestNotMeasured:
    def test_missing_table_is_named(self, subtests: pytest.Subtests) -> None:
        for gap in without_tables(whole()):
            wanting = [k.id for k in CATALOGUE.values() if gap.table in k.tables]
            for found in results(whole_view(gap.tables), ALL, wanting):
                with subtests.test(found.kpi_id, missing=gap.table):
                    assert found.state == "not measured"
                    assert f"{gap.table}.csv" in found.reason
                    assert np.isnan(found.value)
                    assert found.n == 0

    @pytest.mark.parametrize("absent", [True, False], ids=["absent", "empty"])
    def test_missing_column_is_named_with_its_table(
        self, absent: bool, subtests: pytest.Subtests
    ) -> None:
        given_tables = whole()
        for need in sorted({need for k in CATALOGUE.values() for need in k.needs}):
            name, _, column = need.partition(".")
            left = given_tables[name].drop(columns=column)
            left = left if absent else _emptied(given_tables, need)
            wanting = [k.id for k in CATALOGUE.values() if need in k.needs]
            for found in results(whole_view(given_tables | {name: left}), ALL, wanting):
                with subtests.test(found.kpi_id, missing=need):
                    assert found.state == "not measured"
                    assert f"{column} in {name}.csv" in found.reason
                    assert np.isnan(found.value)

    def test_tables_without_rows_measure_nothing_and_are_never_zero(
        self, subtests: pytest.Subtests
    ) -> None:
        nothing = whole_view({name: frame(name, []) for name in TABLES})
        for found in results(nothing, ALL, FROM_TABLES):
            with subtests.test(found.kpi_id, department=found.department):
                needs = CATALOGUE[found.kpi_id].needs
                assert found.state == ("not measured" if needs else "undefined")
                assert np.isnan(found.value)

    @pytest.mark.parametrize(
        ("kpi_id", "reason"),
        [
            ("R12", "needs a value case in which an effect of the PMO is at least likely"),
            ("G6", "needs the verdict of validation"),
        ],
    )
    def test_what_else_it_is_given_is_named(self, kpi_id: str, reason: str) -> None:
        for result in results(View(whole(), PERIOD), ALL, [kpi_id]):
            assert (result.state, result.reason) == ("not measured", reason)


class TestWithoutRows:
    def test_of_one_table_break_nothing(self, subtests: pytest.Subtests) -> None:
        """Even where the columns it needs would keep the engine from asking."""
        for gap in without_rows(whole()):
            seen = whole_view(gap.tables)
            for kpi in CATALOGUE.values():
                if gap.table in (*kpi.tables, *kpi.optional_tables):
                    with subtests.test(kpi.id, empty=gap.table):
                        assert set(OBSERVATION_COLUMNS) <= set(observe_all(kpi, seen))


class TestExtremes:
    """What validation lets through at most: dates of 1950 and 2100, numbers exact to one."""

    @staticmethod
    def values(column: Column) -> list[Any]:
        if column.kind == "date":
            return [pd.Timestamp(f"{FIRST_YEAR}-01-01"), pd.Timestamp(f"{LAST_YEAR}-12-31")]
        low = -MOST if column.low is None else column.low
        return [low, 0.0, MOST if column.high is None else column.high]

    def test_break_nothing(self, subtests: pytest.Subtests) -> None:
        for name, table in whole().items():
            readers = [k.id for k in CATALOGUE.values() if name in (*k.tables, *k.optional_tables)]
            row = np.arange(len(table))
            for column in TABLES[name]:
                if column.kind not in {"date", "money", "number", "share"}:
                    continue
                with subtests.test(f"{name}.{column.name}"):
                    cells = table[column.name]
                    for at, value in enumerate(self.values(column)):  # each in other rows
                        cells = cells.mask(row % 21 == 3 + 7 * at, value)
                    spoilt = whole() | {name: table.assign(**{column.name: cells})}
                    found = result_table(whole_view(spoilt), [ORGANISATION, "Finance"], readers)
                    assert not np.isinf(found[["value", "low", "high"]]).any(axis=None)
                    assert found.loc[found["state"] == "measured", "value"].notna().all()

    def test_value_without_limit_is_left_out_and_told(self, subtests: pytest.Subtests) -> None:
        """Validation lets none through; should one come it must not make a figure."""
        seen = whole_view(whole(), disclosure=SHOW_ALL)
        for item in CATALOGUE.values():
            units = pooled(observe(item, seen))
            first = np.arange(len(units)) == 0
            kept = usable(item, units.assign(numerator=units["numerator"].mask(first, np.inf)))
            with subtests.test(item.id):
                assert len(usable(item, units)) - 1 <= len(kept) < len(units)
                assert np.isfinite(kept[["numerator", "denominator"]]).all(axis=None)


class TestWithheld:
    def test_reason_is_that_of_the_table(self, subtests: pytest.Subtests) -> None:
        for name in whole():
            why = f"9 of 90 rows of {name} were rejected"
            seen = replace(whole_view(whole()), withheld={name: why})
            needing = [k.id for k in CATALOGUE.values() if name in k.tables]
            for found in results(seen, ALL, needing):
                with subtests.test(found.kpi_id, withheld=name):
                    assert (found.state, found.reason) == ("withheld", why)
                    assert np.isnan(found.value)

    def test_table_it_can_do_without_is_as_if_not_there(self, subtests: pytest.Subtests) -> None:
        for gap in without_tables(whole()):
            readers = [k.id for k in CATALOGUE.values() if gap.table in k.optional_tables]
            withheld = replace(whole_view(whole()), withheld={gap.table: "many rows were rejected"})
            with subtests.test(gap.table):
                absent = result_table(whole_view(gap.tables), ALL, readers)
                same(absent, result_table(withheld, ALL, readers))

    def test_other_tables_do_not_matter(self) -> None:
        for item in CATALOGUE.values():
            others = set(TABLES) - {*item.tables, *item.optional_tables}
            withheld = {} if "shown_by" in item.given else dict.fromkeys(others, "rejected")
            seen = replace(whole_view(whole()), withheld=withheld)
            assert results(seen, kpis=[item.id])[0].is_measured


class TestUndefined:
    def test_before_anything_began_there_is_nothing(self, subtests: pytest.Subtests) -> None:
        none = {"P2", "R10"}  # of projects in progress, and of promises with every step taken
        for found in results(
            whole_view(whole(), "2019-12"), [ORGANISATION, "Finance"], FROM_TABLES
        ):
            elsewhere = found.department != ORGANISATION and found.kpi_id in FOR_THE_ORGANISATION
            with subtests.test(found.kpi_id, department=found.department):
                if found.kpi_id in none:
                    assert found.value == 0
                else:
                    assert found.state == ("not measured" if elsewhere else "undefined")

    def test_department_that_has_nothing(self, subtests: pytest.Subtests) -> None:
        for found in results(whole_view(whole()), ["Nobody"], KEPT_BY_DEPARTMENT):
            with subtests.test(found.kpi_id):
                assert found.state == ("measured" if found.kpi_id == "P2" else "undefined")
                assert found.n == found.missing == 0


class TestAsOf:
    @pytest.mark.parametrize("period", ["2025-10", "2026-02"])
    def test_what_came_later_changes_nothing(self, period: str, subtests: pytest.Subtests) -> None:
        then = result_table(whole_view(until(whole(), period), period), ALL)
        now = result_table(whole_view(whole(), period), ALL)
        for kpi_id in CATALOGUE:
            with subtests.test(kpi_id):
                assert (of_kpi(now, kpi_id)["state"] == "measured").any()
                same(of_kpi(then, kpi_id), of_kpi(now, kpi_id))

    @LIGHT
    @given(given_tables=any_tables(), period=st.sampled_from([PERIOD, "2026-02", "2019-12"]))
    def test_nothing_is_observed_of_months_to_come(self, given_tables: Tables, period: str) -> None:
        seen = whole_view(given_tables, period)
        for item in CATALOGUE.values():
            if availability(item, seen)[0] == "measured":
                assert not (observe_all(item, seen)["period"] > period).any(), item.id

    def test_the_portfolio_then_was_another(self) -> None:
        """Else the test above could not fail."""
        then, now = until(whole(), "2025-10"), whole()
        undated = {"services", "value_statements"}
        for name in set(now) - undated:
            assert not then[name].reset_index(drop=True).equals(now[name]), name


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


class TestPromises:
    """R10 looks at the other KPIs, now and in the baseline."""

    def test_without_a_baseline_none_is_measured(self) -> None:
        (found,) = results(whole_view(whole()), kpis=["R10"])
        assert (found.value, found.n) == (0, 18)

    @pytest.mark.parametrize("department", ALL)
    def test_with_one_those_whose_kpi_was_known_are_whole(self, department: str) -> None:
        (found,) = results(with_baseline(whole_view(whole()), "2025-09"), [department], ["R10"])
        # of six promises one names an unknown KPI, one names none, and neither was ever told
        assert found.value == pytest.approx(4 / 6)

    def test_withheld_kpi_shows_nothing(self) -> None:
        seen = with_baseline(whole_view(whole()), "2025-09")
        seen = replace(seen, withheld={"baselines": "too many rows were rejected"})
        # left are work in progress and leakage, which need no baselines
        assert results(seen, kpis=["R10"])[0].value == pytest.approx(2 / 6)


def until(given_tables: Tables, period: str) -> Tables:
    """The tables as they were at the end of the month: nothing in them is dated later."""
    end = pd.Period(period, freq="M").end_time.normalize()
    month = {n: t for n, t in given_tables.items() if "period" in t}
    cut = {name: table[table["period"] <= period] for name, table in month.items()}
    begins = {
        "projects": "started_on", "baselines": "approved_on", "gates": "submitted_on",
        "demands": "created_on", "risks": "raised_on", "service_requests": "opened_on",
        "rollouts": "adopted_on", "communications": "sent_on",
    }  # fmt: skip
    cut |= {
        name: given_tables[name][~(given_tables[name][day] > end)] for name, day in begins.items()
    }
    answers = given_tables["survey_responses"]
    cut["survey_responses"] = answers[answers["wave"] <= period]
    # what was not known yet, once the day in the first column had not come
    later = {
        "projects": ("finished_on", "actual_cost"),
        "status_reports": ("submitted_on",),
        "milestones": ("actual_date", "forecast_date"),
        "gates": ("decided_on", "decision"),
        "demands": ("decided_on", "project_id"),
        "risks": ("closed_on",),
        "service_requests": ("closed_on", "satisfaction"),
    }
    then = given_tables | cut
    for name, columns in later.items():
        to_come = then[name][columns[0]] > end
        hidden = {column: then[name][column].mask(to_come) for column in columns}
        if name == "projects":
            hidden["status"] = then[name]["status"].mask(to_come, "active")
        then[name] = then[name].assign(**hidden)
    # papers of which only the decision is dated were first heard of then
    gates = given_tables["gates"]
    unheard = gates["submitted_on"].isna() & (gates["decided_on"] > end)
    then["gates"] = then["gates"].drop(gates.index[unheard])
    for name in ("benefits", "milestones"):
        known = then[name]["project_id"].isin(then["projects"]["project_id"])
        then[name] = then[name][known]
    return then


def _emptied(given_tables: Tables, need: str) -> pd.DataFrame:
    """The table with nothing in the column."""
    name, _, column = need.partition(".")
    table = given_tables[name]
    empty = frame(name, [{}] * len(table))[column].set_axis(table.index)
    return table.assign(**{column: empty})


def _without(table: pd.DataFrame, department: str) -> pd.DataFrame:
    return table[table["department"] != department] if "department" in table else table


def _sorted(units: pd.DataFrame) -> pd.DataFrame:
    return units.sort_values(list(units.columns)).reset_index(drop=True)
