"""Outcomes of projects by hand, which of them should be known, and what is held fixed."""

from itertools import product
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.tables import Row, baseline, numbered, open_project, project, tables
from builders.views import settings
from pmo_lib.effect.outcomes import (
    APPROVED,
    OUTCOMES,
    PRIMARY,
    SECONDARY,
    cases,
    kinds,
    losses,
    outcome_projects,
    ripe_quarters,
    sized,
    unlike_any,
    winsorised,
    with_fixed,
)

TODAY = pd.Timestamp("2026-09-30")


def known(given: Any = None, today: pd.Timestamp = TODAY, **rows: list[Row]) -> pd.DataFrame:
    """The projects with their outcomes, by project."""
    found = outcome_projects(tables(**rows), today, settings(**(given or {})))
    return found.set_index("project_id")


def one(project_cells: Row | None = None, baseline_cells: Row | None = None, **more: Any) -> Any:
    """The outcomes of a project that was planned at 181 days and 100, and took as much."""
    rows = {
        "projects": [project(**(project_cells or {}))],
        "baselines": [baseline(**(baseline_cells or {}))],
    }
    return known(more.pop("given", None), **(rows | more)).loc["p1"]


class TestDeclared:
    def test_three_primary_outcomes_were_declared_beforehand(self) -> None:
        assert [each.id for each in PRIMARY] == ["cost", "schedule", "benefits"]
        assert [each.id for each in APPROVED] == ["approved_cost", "approved_days"]
        assert [each.id for each in SECONDARY] == [
            "cost_overrun", "schedule_overrun", "on_time", "on_budget",
        ]  # fmt: skip

    def test_no_primary_outcome_is_a_ratio_to_what_was_approved(self) -> None:
        ratios = {each.id for each in OUTCOMES.values() if each.is_ratio}
        assert ratios == {each.id for each in SECONDARY}

    def test_each_names_what_must_not_have_risen_beside_it(self) -> None:
        named = {each.id: each.approved for each in OUTCOMES.values() if each.approved}
        of_cost = dict.fromkeys(["cost", "cost_overrun", "on_budget"], "approved_cost")
        of_time = dict.fromkeys(["schedule", "schedule_overrun", "on_time"], "approved_days")
        assert named == of_cost | of_time

    def test_ids_are_their_keys(self) -> None:
        assert all(name == each.id for name, each in OUTCOMES.items())

    def test_shares_alone_and_the_control_are_not_winsorised(self) -> None:
        as_they_are = {each.id for each in OUTCOMES.values() if not each.has_tails}
        assert as_they_are == {"on_time", "on_budget", "control"}

    def test_each_is_a_column(self) -> None:
        found = known(projects=[project()], baselines=[baseline()])
        assert set(OUTCOMES) <= set(found.columns)
        assert {each.other_bound for each in PRIMARY} - {""} <= set(found.columns)


class TestNothingToReckonWith:
    """What is missing or empty takes rows and values away, never a column nor its type."""

    FULL = {  # noqa: RUF012
        "projects": [project(actual_cost=90.0)],
        "baselines": [baseline()],
        "benefits": [{"benefit_id": "b", "project_id": "p1", "class": "cashable"}],
        "benefit_reports": [{"benefit_id": "b", "period": "2026-08", "planned": 1.0}],
    }

    def test_columns_and_types_stay(self) -> None:
        expected, wrong = known(**self.FULL).dtypes, []
        for starts, without, how in product(
            ("known", "unknown"), ("baselines", "benefits", "benefit_reports"), ("absent", "empty")
        ):
            given = tables(**self.FULL)
            if starts == "unknown":  # so nobody has begun
                given["projects"]["started_on"] = given["projects"]["started_on"].shift()
            nothing = given.pop(without).iloc[:0]
            found = outcome_projects(
                given | ({without: nothing} if how == "empty" else {}), TODAY, settings()
            )
            if not found.set_index("project_id").dtypes.equals(expected):
                wrong.append((starts, without, how))
        assert not wrong

    def test_portfolio_without_any_start_has_no_rows(self) -> None:
        given = {name: self.FULL[name] for name in ("projects", "baselines")}
        given["projects"] = [project(started_on=None), project("p2", started_on=None)]
        assert known(**given).empty


class TestCostAndSchedule:
    GIVEN = {"actual_cost": 130.0, "finished_on": "2026-08-01", "work_size": 40.0}  # noqa: RUF012

    def test_are_logarithms_each_on_its_own_and_of_the_two_together(self) -> None:
        # 1 January to 1 July are 181 days, to 1 August 212
        expected = {
            "cost": log(130), "approved_cost": log(100), "cost_overrun": log(130 / 100),
            "schedule": log(212), "approved_days": log(181), "schedule_overrun": log(212 / 181),
            "log_size": log(40),
        }  # fmt: skip
        found = one(self.GIVEN)
        assert {name: found[name] for name in expected} == pytest.approx(expected)

    def test_belong_to_the_quarter_of_the_start(self) -> None:
        assert one()["quarter"] == 8104

    def test_what_was_approved_is_the_original_plan(self) -> None:
        again = baseline(version=1, cost=500.0, finish="2027-01-01")
        found = one(baselines=[baseline(), again])
        assert found["approved_cost"] == pytest.approx(log(100))
        assert found["approved_days"] == pytest.approx(log(181))
        assert found["cost_overrun"] == found["schedule_overrun"] == pytest.approx(0)

    def missing(self, *given: Row | None, **more: Any) -> set[str]:
        """Which of the six have no value."""
        names = [
            f"{a}{b}" for a, b in product(("cost", "schedule"), ("", "_overrun"))
        ] + ["approved_cost", "approved_days"]  # fmt: skip
        found = one(*given, **more)
        return {name for name in names if np.isnan(found[name])}

    def test_each_needs_its_own_cells_and_no_other(self) -> None:
        of_actual_cost, of_approved_cost = (
            {"cost", "cost_overrun"},
            {"approved_cost", "cost_overrun"},
        )
        of_finish, of_plan = {"schedule", "schedule_overrun"}, {"approved_days", "schedule_overrun"}
        wrong = {}
        for cells, plan, expected in (
            *(({"actual_cost": cost}, None, of_actual_cost) for cost in (None, 0.0, -5.0)),
            *((None, {"cost": cost}, of_approved_cost) for cost in (None, 0.0, -5.0)),
            ({"finished_on": "2026-01-01"}, None, of_finish),  # no day at all
            *((None, {"finish": day}, of_plan) for day in ("2026-01-01", None)),
        ):
            if (found := self.missing(cells, plan)) != expected:
                wrong[str((cells, plan))] = found
        assert not wrong

    def test_cost_in_other_prices_is_not_compared(self) -> None:
        given = {"price_base": 2020}
        assert np.isnan(one(None, {"price_base": 2015}, given=given)["cost_overrun"])
        assert one(None, {"price_base": 2020}, given=given)["cost_overrun"] == pytest.approx(0)

    def test_without_a_baseline_actual_ones_are_known_alone(self) -> None:
        expected = {"approved_cost", "approved_days", "cost_overrun", "schedule_overrun"}
        for rows in ({"baselines": []}, {"baselines": [baseline("p2")]}):
            assert self.missing(**rows) == expected
            assert np.isnan(one(**rows)[["on_time", "on_budget"]].astype(float)).all()
        alone = known(projects=[project()]).loc["p1"]
        assert alone["cost"] == pytest.approx(log(project()["actual_cost"]))
        assert np.isnan(alone["cost_overrun"])

    @pytest.mark.parametrize("size", [None, 0.0, -3.0])
    def test_no_size_is_none(self, size: float | None) -> None:
        assert np.isnan(one({"work_size": size})["log_size"])


class TestOnTimeAndBudget:
    @pytest.mark.parametrize(("day", "kept"), [("2026-06-30", 1), ("2026-07-01", 1),
                                               ("2026-07-02", 0)])  # fmt: skip
    def test_on_time_to_the_day(self, day: str, kept: int) -> None:
        assert one({"finished_on": day})["on_time"] == kept

    @pytest.mark.parametrize(("cost", "kept"), [(99.0, 1), (100.0, 1), (100.01, 0)])
    def test_on_budget_to_the_penny(self, cost: float, kept: int) -> None:
        assert one({"actual_cost": cost})["on_budget"] == kept

    def test_within_the_tolerance(self) -> None:
        given = {"tolerances": {"schedule_days": 10, "cost_share": 0.1}}
        found = one({"finished_on": "2026-07-11", "actual_cost": 110.0}, given=given)
        assert (found["on_time"], found["on_budget"]) == (1, 1)
        found = one({"finished_on": "2026-07-12", "actual_cost": 110.1}, given=given)
        assert (found["on_time"], found["on_budget"]) == (0, 0)

    def test_missing_where_the_plan_is(self) -> None:
        found = one(None, {"finish": None, "cost": None})
        assert np.isnan([found["on_time"], found["on_budget"]]).all()


class TestWhoCounts:
    def test_proposed_and_not_begun_leave_and_cancelled_stay(self) -> None:
        rows = [
            project("done"), open_project("running"), open_project("waiting", status="on_hold"),
            project("cancelled", status="cancelled"), open_project("idea", status="proposed"),
            open_project("undated", started_on=None),
            open_project("future", started_on="2026-10-01"),
            open_project("unknown", status=None), open_project("today", started_on="2026-09-30"),
        ]  # fmt: skip
        found = known(projects=rows, baselines=[])
        stay = {"done", "running", "waiting", "cancelled", "unknown", "today"}
        assert set(found.index) == stay
        assert found["cancelled"].to_dict() == {name: name == "cancelled" for name in stay}

    def test_cancelled_have_no_outcome_though_they_have_an_end(self) -> None:
        found = one({"status": "cancelled"})
        assert pd.isna(found["ended_on"])
        names = ["cost", "schedule", "benefits", "on_time", "on_budget", "control"]
        assert np.isnan(found[names].astype(float)).all()
        assert found["approved_cost"] == pytest.approx(log(100))  # its plan is known

    def test_outcomes_only_of_what_has_ended_by_the_data_date(self) -> None:
        rows = [
            project("p1", negative_control=7.0),
            project("p2", finished_on="2026-10-01", negative_control=7.0),
            open_project("p3", negative_control=7.0),
            project("p4", status=None, negative_control=7.0),
        ]
        found = known(projects=rows, baselines=numbered(4, baseline))
        for name in ("cost", "schedule", "on_time", "on_budget", "control"):
            assert found[name].notna().tolist() == [True, False, False, False], name
        assert found.loc["p1", "control"] == 7.0
        assert found["ended_on"].notna().tolist() == [True, False, False, False]
        assert found["approved_cost"].notna().all()  # what was planned is known of all

    def test_tables_are_left_alone(self) -> None:
        given = tables(projects=[project()], baselines=[baseline()])
        before = {name: table.copy() for name, table in given.items()}
        outcome_projects(given, TODAY, settings())
        for name, table in given.items():
            pd.testing.assert_frame_equal(table, before[name])


def months(benefit: str, first: str, n: int, **cells: Any) -> list[Row]:
    """Reports of a benefit for so many months."""
    periods = pd.period_range(first, periods=n, freq="M")
    return [{"benefit_id": benefit, "period": str(p)} | cells for p in periods]


class TestBenefits:
    """A project finished, as planned, on 1 July 2024; so the first year is August 2024 to July."""

    PROJECT = project(started_on="2024-01-01", finished_on="2024-07-01")
    PLAN = baseline(start="2024-01-01", finish="2024-07-01")
    BENEFIT = {"benefit_id": "b1", "project_id": "p1", "class": "cashable"}  # noqa: RUF012

    def of(self, reports: list[Row], *more: Row, finish: str = "2024-07-01", **cells: Any) -> Any:
        benefits = [self.BENEFIT | cells, *more]
        return known(
            projects=[self.PROJECT], baselines=[self.PLAN | {"finish": finish}],
            benefits=benefits, benefit_reports=reports,
        ).loc["p1"]  # fmt: skip

    def test_realised_over_planned_in_the_first_year(self) -> None:
        found = self.of(months("b1", "2024-08", 12, planned=10.0, realised=8.0))
        assert found["benefits"] == pytest.approx(0.8)
        assert found["planned_benefit"] == 120
        assert found["cashable_share"] == 1

    def test_what_is_before_and_after_the_year_does_not_count(self) -> None:
        early = months("b1", "2024-06", 2, planned=99.0, realised=99.0)
        late = months("b1", "2025-08", 5, planned=99.0, realised=99.0)
        year = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        found = self.of([*early, *year, *late])
        assert found["benefits"] == pytest.approx(0.8)
        assert found["planned_benefit"] == 120

    def test_finishing_early_does_not_count_as_more(self) -> None:
        # planned to finish on 1 October: planned counts from November, realised from August
        # so of twelve months each the first twelve of age are compared
        planned = months("b1", "2024-11", 12, planned=10.0)
        realised = {row["period"]: row for row in months("b1", "2024-08", 12, realised=10.0)}
        rows = {row["period"]: row for row in planned}
        merged = [rows.get(p, {}) | realised.get(p, {}) for p in sorted({*rows, *realised})]
        merged = [{"planned": None, "realised": None} | row for row in merged]
        found = self.of(merged, finish="2024-10-01")
        assert found["benefits"] == pytest.approx(1.0)

    def test_months_not_measured_are_nothing_and_as_planned_at_the_other_bound(self) -> None:
        rows = months("b1", "2024-08", 12, planned=10.0, realised=6.0)
        for row in rows[::3]:
            row["realised"] = None  # four of twelve
        found = self.of(rows)
        assert found["benefits"] == pytest.approx(8 * 6 / 120)
        assert found["benefits_as_planned"] == pytest.approx((8 * 6 + 4 * 10) / 120)

    @pytest.mark.parametrize("measured", [12, 7, 1, 0])
    def test_measuring_no_longer_never_makes_more_of_it(self, measured: int) -> None:
        rows = months("b1", "2024-08", 12, planned=10.0, realised=6.0)
        for row in rows[measured:]:
            row["realised"] = None
        found = self.of(rows)
        assert found["benefits"] == pytest.approx(measured * 6 / 120)
        assert found["benefits_as_planned"] == pytest.approx(1 - measured * 4 / 120)

    def test_where_all_was_measured_the_bounds_are_one(self) -> None:
        found = self.of(months("b1", "2024-08", 12, planned=10.0, realised=7.0))
        assert found["benefits"] == found["benefits_as_planned"] == pytest.approx(0.7)

    def test_months_of_age_are_compared_not_of_the_calendar(self) -> None:
        # planned from November 2024: 10 in its first half-year, 30 in its second; realised from
        # August, the first half-year alone, all of it: 60 of 240, and not what the calendar has
        planned = months("b1", "2024-11", 6, planned=10.0, realised=None)
        planned += months("b1", "2025-05", 6, planned=30.0, realised=None)
        first = {str(p) for p in pd.period_range("2024-08", periods=6, freq="M")}
        rows = {row["period"]: row for row in planned}
        for period in first:
            empty = {"benefit_id": "b1", "period": period, "planned": None}
            rows[period] = rows.get(period, empty) | {"realised": 10.0}
        found = self.of([rows[p] for p in sorted(rows)], finish="2024-10-01")
        assert found["benefits"] == pytest.approx(60 / 240)
        assert found["benefits_as_planned"] == pytest.approx((60 + 6 * 30) / 240)
        assert found["planned_benefit"] == 240

    @pytest.mark.parametrize(("known", "share"), [(6, 0.6), (5, None)])
    def test_months_of_a_known_plan_are_six_at_least(self, known: int, share: float | None) -> None:
        rows = months("b1", "2024-08", 12, planned=10.0, realised=6.0)
        for row in rows[known:]:
            row["planned"] = None  # measured, but with nothing to hold it against
        found = self.of(rows)["benefits"]
        assert np.isnan(found) if share is None else found == pytest.approx(share)

    def test_several_are_added_up(self) -> None:
        second = {"benefit_id": "b2", "project_id": "p1", "class": "non_cashable"}
        rows = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        rows += months("b2", "2024-08", 12, planned=30.0, realised=12.0)
        found = self.of(rows, second)
        assert found["benefits"] == pytest.approx((96 + 144) / (120 + 360))
        assert found["cashable_share"] == pytest.approx(120 / 480)

    def test_one_that_nobody_measured_counts_nothing_or_as_planned(self) -> None:
        second = {"benefit_id": "b2", "project_id": "p1", "class": "non_cashable"}
        rows = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        rows += months("b2", "2024-08", 12, planned=30.0)
        found = self.of(rows, second)
        assert found["benefits"] == pytest.approx(96 / 480)
        assert found["benefits_as_planned"] == pytest.approx((96 + 360) / 480)
        assert found["planned_benefit"] == 480

    def test_one_whose_plan_is_too_short_to_count_is_in_neither_bound(self) -> None:
        second = {"benefit_id": "b2", "project_id": "p1", "class": "non_cashable"}
        rows = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        rows += months("b2", "2024-08", 5, planned=30.0, realised=30.0)
        found = self.of(rows, second)
        assert found["benefits"] == found["benefits_as_planned"] == pytest.approx(0.8)

    def test_share_that_nobody_but_its_owner_vouches_for_is_of_what_was_planned(self) -> None:
        second = {"benefit_id": "b2", "project_id": "p1", "class": "cashable"}
        rows = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        rows += months("b2", "2024-08", 12, planned=30.0, realised=1.0)
        found = {
            (one, two): self.of(rows, second | {"verified_by": two}, verified_by=one)[
                "unverified_share"
            ]
            for one, two in product((None, "Finance"), repeat=2)
        }
        assert found == pytest.approx(
            {(None, None): 1.0, ("Finance", None): 0.75, (None, "Finance"): 0.25,
             ("Finance", "Finance"): 0.0}
        )  # fmt: skip

    def test_what_is_not_money_does_not_count(self) -> None:
        rows = months("b1", "2024-08", 12, planned=10.0, realised=8.0)
        found = self.of(rows, **{"class": "non_financial"})
        assert np.isnan([found["benefits"], found["planned_benefit"]]).all()

    @pytest.mark.parametrize(("realised", "share"), [(25.0, 2.0), (-3.0, 0.0)])
    def test_stay_between_nothing_and_twice_the_plan(self, realised: float, share: float) -> None:
        rows = months("b1", "2024-08", 12, planned=10.0, realised=realised)
        assert self.of(rows)["benefits"] == share

    def test_without_a_plan_there_is_no_share(self) -> None:
        found = self.of(months("b1", "2024-08", 12, planned=0.0, realised=8.0))
        assert np.isnan([found["benefits"], found["planned_benefit"]]).all()

    def test_without_the_tables_they_are_missing(self) -> None:
        assert np.isnan(one()["benefits"])


class TestCases:
    """Which projects of a quarter's should be known by now."""

    def quarter(self, n: int, done: int, start: str, name: str) -> list[Row]:
        finished = str((pd.Timestamp(start) + pd.Timedelta(days=30)).date())
        return [
            project(f"{name}{i}", started_on=start, finished_on=finished)
            if i < done
            else open_project(f"{name}{i}", started_on=start)
            for i in range(n)
        ]

    def counted(self, *quarters: list[Row], outcome: str = "cost") -> list[str]:
        rows = [row for own in quarters for row in own]
        plans = [baseline(row["project_id"], start=row["started_on"]) for row in rows]
        found = outcome_projects(tables(projects=rows, baselines=plans), TODAY, settings())
        return sorted(cases(found, OUTCOMES[outcome], TODAY)["project_id"])

    def test_a_quarter_counts_where_four_of_five_have_ended(self) -> None:
        assert len(self.counted(self.quarter(5, 4, "2025-01-01", "a"))) == 4
        assert self.counted(self.quarter(5, 3, "2025-01-01", "a")) == []

    def test_after_the_last_such_quarter_nothing_counts(self) -> None:
        ripe = self.quarter(5, 5, "2025-01-01", "a")
        unripe = self.quarter(5, 3, "2025-04-01", "b")
        assert self.counted(ripe, unripe) == [f"a{i}" for i in range(5)]

    def test_an_earlier_quarter_counts_on_its_own(self) -> None:
        unripe = self.quarter(5, 3, "2024-10-01", "a")
        ripe = self.quarter(5, 5, "2025-01-01", "b")
        assert self.counted(unripe, ripe) == [f"b{i}" for i in range(5)]  # 8 of 10 in the year

    def test_a_single_short_one_does_not_open_a_year_that_is_not_ripe(self) -> None:
        unripe = self.quarter(8, 5, "2024-10-01", "a")
        short = self.quarter(1, 1, "2025-01-01", "b")
        assert self.counted(unripe, short) == []  # 6 of 9 in the year up to it
        much_later = self.quarter(1, 1, "2025-10-01", "c")  # of another year
        assert self.counted(unripe, much_later) == ["c0"]

    def test_the_year_are_quarters_of_the_calendar_with_projects_or_without(self) -> None:
        unripe = self.quarter(8, 5, "2024-07-01", "a")
        within = self.quarter(1, 1, "2025-04-01", "b")  # three quarters later
        after = self.quarter(1, 1, "2025-07-01", "b")
        assert self.counted(unripe, within) == []
        assert self.counted(unripe, after) == ["b0"]

    def test_cancelled_projects_are_none_of_them(self) -> None:
        rows = self.quarter(5, 4, "2025-01-01", "a")
        rows += [row | {"project_id": f"c{row['project_id']}", "status": "cancelled"}
                 for row in self.quarter(5, 5, "2025-01-01", "b")]  # fmt: skip
        assert self.counted(rows) == ["a0", "a1", "a2", "a3"]

    def test_benefits_should_be_known_a_year_after_the_finish(self) -> None:
        # begun on 1 September, ended on 1 October 2025: on 30 September 2026 no year has passed
        late, before = (self.quarter(5, 5, day, "a") for day in ("2025-09-01", "2025-08-31"))
        assert self.counted(late) == self.counted(before) == [f"a{i}" for i in range(5)]
        assert self.counted(late, outcome="benefits") == []
        assert len(self.counted(before, outcome="benefits")) == 5

    def test_the_plan_is_known_at_once(self) -> None:
        assert (
            len(self.counted(self.quarter(5, 0, "2026-07-01", "a"), outcome="approved_cost")) == 5
        )

    def test_value_is_the_outcome_and_may_be_missing(self) -> None:
        rows = numbered(5, project, actual_cost=[100.0, 200.0, None, 100.0, 100.0])
        found = outcome_projects(
            tables(projects=rows, baselines=numbered(5, baseline)), TODAY, settings()
        )
        values = cases(found, OUTCOMES["cost"], TODAY)["value"]
        np.testing.assert_allclose(values, np.log([100, 200, np.nan, 100, 100]))


class TestRipeQuarters:
    def test_by_explicit_counting(self) -> None:
        chance = np.random.default_rng(4)
        n = 150
        quarter = chance.choice([8100, 8101, 8102, 8104, 8105, 8108, 8109, 8110, 8111], n)
        ends = pd.Timestamp("2025-01-01") + pd.to_timedelta(chance.integers(0, 730, n), "D")
        ends = pd.Series(ends).where(pd.Series((quarter < 8109) | (chance.random(n) < 0.7)))
        frame = pd.DataFrame(
            {"quarter": quarter, "cancelled": chance.random(n) < 0.1, "ended_on": ends}
        )
        for today in pd.date_range("2025-09-30", "2027-03-31", freq="QE"):
            for outcome in (OUTCOMES["cost"], OUTCOMES["benefits"]):
                expected = set()
                for q in range(8100, 8112):
                    own = year = due_own = due_year = 0
                    for each in frame.itertuples():
                        if each.cancelled or not q - 4 < each.quarter <= q:
                            continue
                        known = each.ended_on + pd.DateOffset(months=outcome.months) <= today
                        year, due_year = year + 1, due_year + known
                        if each.quarter == q:
                            own, due_own = own + 1, due_own + known
                    if own and due_own >= 0.8 * own and due_year >= 0.8 * year:
                        expected.add(q)
                assert ripe_quarters(frame, outcome, today) == expected

    def test_none_without_projects(self) -> None:
        found = known(projects=[project(status="cancelled")], baselines=[])
        assert ripe_quarters(found, OUTCOMES["cost"], TODAY) == set()
        assert ripe_quarters(found.iloc[:0], OUTCOMES["cost"], TODAY) == set()


class TestLosses:
    def test_are_those_without_an_outcome_for_whatever_reason(self) -> None:
        rows = [
            *numbered(20, project),
            project("cancelled", status="cancelled"), open_project("running"),
            project("endless", finished_on=None), project("unrecorded", actual_cost=None),
        ]  # fmt: skip
        plans = [baseline(row["project_id"]) for row in rows]
        found = outcome_projects(tables(projects=rows, baselines=plans), TODAY, settings())
        lost = losses(found, OUTCOMES["cost"], TODAY).set_index("project_id")["value"]
        assert len(lost) == 24
        assert set(lost[lost == 1].index) == {"cancelled", "running", "endless", "unrecorded"}

    def test_only_of_quarters_that_count(self) -> None:
        rows = [*numbered(5, project), open_project("late", started_on="2026-08-01")]
        found = outcome_projects(tables(projects=rows), TODAY, settings())
        lost = losses(found, OUTCOMES["schedule_overrun"], TODAY)
        assert "late" not in set(lost["project_id"])
        assert lost["value"].tolist() == [1.0] * 5  # no plan, so no outcome

    def test_what_is_not_due_is_lost_though_it_is_known(self) -> None:
        rows = numbered(10, project, started_on="2024-01-01", finished_on="2024-07-01")
        rows[0]["finished_on"] = "2026-07-01"
        found = outcome_projects(tables(projects=rows), TODAY, settings()).assign(benefits=1.0)
        lost = losses(found, OUTCOMES["benefits"], TODAY)
        assert lost["value"].tolist() == [1.0] + [0.0] * 9


class TestKinds:
    def test_rare_ones_and_those_not_stated_are_one_each(self) -> None:
        category = ["IT"] * 5 + ["Road"] * 4 + ["Sea"] + [None] * 5
        rows = pd.DataFrame({"category": pd.Series(category, dtype="str")})
        assert kinds(rows).tolist() == ["IT"] * 5 + ["other"] * 5 + ["not stated"] * 5

    def test_few_not_stated_are_others(self) -> None:
        rows = pd.DataFrame({"category": pd.Series(["IT"] * 5 + [None], dtype="str")})
        assert kinds(rows).tolist() == ["IT"] * 5 + ["other"]


class TestUnlikeAny:
    """Ten of IT on either side, and six of roads, of which so many are without the PMO."""

    @staticmethod
    def of(without: int) -> list[bool]:
        category = pd.Series(["IT"] * 10 + ["Road"] * 6, dtype="str")
        under = pd.Series([True] * 5 + [False] * 5 + [True] * (6 - without) + [False] * without)
        return unlike_any(pd.DataFrame({"category": category}), under).tolist()

    def test_of_a_kind_found_only_under_the_pmo(self) -> None:
        assert self.of(0) == [False] * 10 + [True] * 6

    def test_one_without_it_is_too_few_and_two_are_enough(self) -> None:
        assert self.of(1) == [False] * 10 + [True] * 5 + [False]
        assert self.of(2) == [False] * 16


class TestSized:
    """Ten projects on either side, of which so many have a size."""

    @staticmethod
    def of(under: int, without: int) -> bool:
        sizes = [1.0] * under + [np.nan] * (10 - under) + [1.0] * without
        rows = pd.DataFrame({"log_size": sizes + [np.nan] * (10 - without)})
        return sized(rows, pd.Series([True] * 10 + [False] * 10))

    def test_where_half_on_either_side_have_one(self) -> None:
        expected = {(5, 5): True, (10, 10): True, (4, 10): False, (10, 4): False, (0, 0): False}
        assert {given: self.of(*given) for given in expected} == expected

    def test_one_side_alone_is_asked_where_there_is_no_other(self) -> None:
        rows = pd.DataFrame({"log_size": [1.0, np.nan]})
        assert sized(rows, pd.Series([False, False]))
        assert not sized(rows.iloc[:0], pd.Series([], dtype="bool"))


class TestDrawnIn:
    def test_to_the_fifth_and_ninety_fifth_percentile(self) -> None:
        found = winsorised(pd.Series(np.arange(101.0)))
        assert (found.min(), found.max()) == (5, 95)
        np.testing.assert_array_equal(found[5:96], np.arange(5.0, 96.0))

    def test_missing_stays_missing(self) -> None:
        assert winsorised(pd.Series([1.0, np.nan, 2.0])).isna().tolist() == [False, True, False]

    def test_beside_what_is_held_fixed_it_is_what_that_leaves(self) -> None:
        chance = np.random.default_rng(3)
        fixed = pd.DataFrame({"kind": chance.integers(0, 2, 200), "size": chance.normal(0, 3, 200)})
        values = pd.Series(2 + fixed["kind"] + fixed["size"] + chance.standard_t(2, 200))
        x = np.column_stack([np.ones(200), fixed])
        expected = x @ np.linalg.solve(x.T @ x, x.T @ values)
        low, high = np.quantile(values - expected, [0.05, 0.95])
        by_hand = expected + np.clip(values - expected, low, high)
        np.testing.assert_allclose(winsorised(values, fixed), by_hand)

    def test_a_large_project_is_no_outlier_for_its_size(self) -> None:
        size = pd.Series(np.arange(101.0))
        np.testing.assert_allclose(winsorised(3 * size, size.to_frame("size")), 3 * size, atol=1e-9)

    def test_without_columns_it_is_that_of_the_values(self) -> None:
        values = pd.Series(np.arange(101.0))
        pd.testing.assert_series_equal(winsorised(values, pd.DataFrame()), winsorised(values))


class TestWithFixed:
    @staticmethod
    def rows(category: list[str | None]) -> pd.DataFrame:
        sizes = np.arange(len(category), dtype="float64")
        plan = {"approved_cost": sizes, "approved_days": sizes, "log_size": sizes}
        return pd.DataFrame({"category": pd.Series(category, dtype="str")} | plan)

    def test_categories_are_dummies_but_for_the_first(self) -> None:
        found, names = with_fixed(self.rows(["IT"] * 5 + ["Building"] * 6), size=False)
        assert names == ["is_IT"]
        assert found["is_IT"].tolist() == [1.0] * 5 + [0.0] * 6

    def test_size_is_held_fixed_where_asked(self) -> None:
        found, names = with_fixed(self.rows(["IT"] * 5 + ["Building"] * 6), size=True)
        assert names == ["is_IT", "size_of_work"]
        assert found["size_of_work"].tolist() == list(range(11))

    def test_what_was_approved_never_is(self) -> None:
        for size in (True, False):
            _, names = with_fixed(self.rows(["IT"] * 9), size)
            assert names == ["size_of_work"] * size

    def test_rare_ones_are_one(self) -> None:
        category = ["Building"] * 6 + ["IT"] * 4 + ["Road"] * 1
        found, names = with_fixed(self.rows(category), size=False)
        assert names == ["is_other"]
        assert found["is_other"].sum() == 5

    def test_not_stated_is_one_of_its_own(self) -> None:
        found, names = with_fixed(self.rows(["Building"] * 6 + [None] * 5), size=False)
        assert names == ["is_not stated"]
        assert found["is_not stated"].sum() == 5

    def test_rows_and_their_order_stay(self) -> None:
        rows = self.rows(["IT"] * 5 + ["Building"] * 5).set_index(pd.Index(range(20, 30)))
        before = rows.copy()
        found, _ = with_fixed(rows, size=True)
        assert list(found.index) == list(rows.index)
        pd.testing.assert_frame_equal(rows, before)
