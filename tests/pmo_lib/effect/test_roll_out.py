"""Findings: each outcome's estimate by hand, who is left out, and what is tested together."""

from dataclasses import replace
from math import isnan, log, nan

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from builders.panels import ByHand, RollOut, by_hand
from builders.rollouts import case, evidence, permuted, rolled_out, rules
from builders.tables import Tables
from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.claim import ALPHA
from pmo_lib.effect.comparison import compared
from pmo_lib.effect.finding import STRADDLERS, Finding, Straddlers
from pmo_lib.effect.outcomes import APPROVED, OUTCOMES, PRIMARY, SECONDARY
from pmo_lib.effect.roll_out import _together, estimated, findings, in_own_unit
from pmo_lib.stats.significance import discovery, holm
from pmo_lib.worth.money import WEIGHT
from pmo_lib.worth.value_case import ValueCase

PANEL_CHECKS = (
    "jackknife", "pre-trend", "leave-one-out", "donut", "placebo in time", "adopters' trend",
    "dominance",
)  # fmt: skip


def of(given: Tables, outcome: str = "cost") -> Finding:
    """The estimate of one outcome, without checks."""
    return estimated(evidence(given), OUTCOMES[outcome], rules=rules(39))


def under(given: Tables) -> pd.Series:
    """Whether each project was started when its department had adopted."""
    adopted = given["rollouts"].set_index("department")["adopted_on"]
    projects = given["projects"]
    return projects["started_on"] >= projects["department"].map(adopted)


def changed(given: Tables, **columns: object) -> Tables:
    return given | {"projects": given["projects"].assign(**columns)}


def some(of_them: pd.Series, share: float) -> pd.Series:
    """A share of those chosen, at random."""
    return of_them & (np.random.default_rng(8).random(len(of_them)) < share)


class TestHolm:
    def test_worked_example(self) -> None:
        # 4 × 0.005, 3 × 0.01, 2 × 0.03, and 0.04 that is never below the one before
        found = holm([0.01, 0.04, 0.03, 0.005])
        assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])

    def test_missing_ones_are_no_tests(self) -> None:
        found = holm([0.02, nan, 0.03])
        assert found[::2] == pytest.approx([0.04, 0.04])
        assert isnan(found[1])

    def test_is_never_above_1(self) -> None:
        assert holm([0.9, 0.8]) == [1.0, 1.0]

    def test_of_one_or_none(self) -> None:
        assert holm([0.03]) == [0.03]
        assert holm([]) == []
        assert all(isnan(each) for each in holm([nan, nan]))


class TestDiscovery:
    def test_worked_example(self) -> None:
        # 4 ÷ rank × p from the largest down, never above the one after: 0.04, 0.04, 0.02, 0.02
        found = discovery([0.01, 0.04, 0.03, 0.005])
        assert found == pytest.approx([0.02, 0.04, 0.04, 0.02])

    def test_missing_ones_are_no_tests(self) -> None:
        found = discovery([0.02, nan, 0.03])
        assert found[::2] == pytest.approx([0.03, 0.03])
        assert isnan(found[1])
        assert all(isnan(each) for each in discovery([nan]))
        assert discovery([]) == []


class TestInOwnUnit:
    def test_a_share_saved_is_a_logarithm(self) -> None:
        assert in_own_unit(OUTCOMES["cost"], 0.05) == pytest.approx(-log(0.95))
        assert in_own_unit(OUTCOMES["benefits"], 0.05) == 0.05


LEAD = {4: 2, 2: 1}  # of plans of about 200 days: 1 - 137 ÷ 200 is more than a quarter


def by_loops(
    given: Tables, outcome: str = "cost", winsorised: bool = True, per_year: int = 4
) -> RollOut:
    """The projects that ended and were not in flight at the adoption, with category and size."""
    plans = {row.project_id: row for row in given["baselines"].itertuples()}
    dates = given["rollouts"].set_index("department")["adopted_on"]
    adopted = (dates.dt.year * 4 + dates.dt.quarter - 1) // (4 // per_year)
    rows = []
    for each in given["projects"].itertuples():
        plan, start = plans[each.project_id], each.started_on
        spent, took = log(each.actual_cost), log((each.finished_on - start).days)
        values = {"cost": spent, "schedule": took, "cost_overrun": spent - log(plan.cost)}
        rows.append(
            {
                "department": each.department, "value": values[outcome],
                "quarter": (4 * start.year + (start.month - 1) // 3) // (4 // per_year),
                "size": log(each.work_size), "it": each.category == "IT",
                "roads": each.category == "Roads", "cost": plan.cost,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    if winsorised:
        x = np.column_stack([np.ones(len(frame)), frame[["size", "it", "roads"]].astype(float)])
        expected = x @ np.linalg.solve(x.T @ x, x.T @ frame["value"])
        left = frame["value"] - expected
        frame["value"] = expected + left.clip(*np.quantile(left, [0.05, 0.95]))
    since = frame["quarter"] - frame["department"].map(adopted)
    kept = frame[~((since < 0) & (since >= -LEAD[per_year]))]
    return RollOut(kept, adopted.astype("float64"), ("size", "it", "roads"))


def same(found: Effect, expected: ByHand | None) -> bool:
    """Whether effect and error are those by hand."""
    assert expected is not None
    by_hand = (expected.effect, expected.error)
    return (found.value, found.error) == pytest.approx(by_hand, rel=1e-6)


class TestEstimated:
    FOUND = of(rolled_out())

    @pytest.mark.parametrize("outcome", ["cost", "schedule", "cost_overrun"])
    def test_tested_on_winsorised_values_and_priced_as_they_are(self, outcome: str) -> None:
        found = of(rolled_out(), outcome)
        assert same(found.tested, by_hand(by_loops(rolled_out(), outcome)))
        priced = by_hand(by_loops(rolled_out(), outcome, winsorised=False))
        assert same(found.priced, priced)
        assert priced is not None
        assert found.tested.n == found.priced.n == len(priced.compared)

    def test_nobody_is_left_out(self) -> None:
        found = self.FOUND
        assert (found.n_left_out, found.n_edge, found.n_unlike, found.n_unsized) == (0, 0, 0, 0)
        assert self.FOUND.sample is not None
        assert len(self.FOUND.sample.rows) == len(rolled_out()["projects"])

    def test_a_share_is_never_winsorised(self) -> None:
        found = of(rolled_out(), "on_time")
        assert found.tested.value == found.priced.value

    def test_a_larger_project_weighs_more_where_that_is_asked(self) -> None:
        given = evidence(rolled_out())
        sample = compared(given, OUTCOMES["cost_overrun"], weight=WEIGHT).sample
        assert sample is not None
        found = attribution(sample.priced, 0.9, permutations=0)
        rollout = by_loops(rolled_out(), "cost_overrun", winsorised=False)
        expected = by_hand(rollout, weights=rollout.rows["cost"].tolist())
        assert expected is not None
        assert found.value == pytest.approx(expected.effect, rel=1e-6)

    def test_on_the_edge_are_counted_and_on_neither_side(self) -> None:
        given = rolled_out()
        rollouts = given["rollouts"].assign(
            adopted_on=given["rollouts"]["adopted_on"] + pd.Timedelta(days=40)
        )
        day = given["projects"]["department"].map(rollouts.set_index("department")["adopted_on"])
        started = given["projects"]["started_on"]
        edge = (started < day) & (started >= day - pd.Timedelta(days=40))
        whole = of(given | {"rollouts": rollouts})
        found, sample = whole, whole.sample
        assert found.n_edge == edge.sum() > 0
        assert sample is not None
        assert not sample.rows["project_id"].isin(given["projects"]["project_id"][edge]).any()
        without = given | {"projects": given["projects"][~edge], "rollouts": rollouts}
        assert found.tested.value == pytest.approx(of(without).tested.value)


class TestStraddlers:
    """In flight at the adoption, by what was planned."""

    def counted(self, straddlers: Straddlers, outcome: str) -> Finding:
        given = replace(evidence(rolled_out()), straddlers=straddlers)
        return compared(given, OUTCOMES[outcome])

    def test_are_counted_and_left_out_or_untreated(self) -> None:
        given = rolled_out()["projects"]
        adopted = rolled_out()["rollouts"].set_index("department")["adopted_on"]
        day = given["department"].map(adopted)
        near = (given["started_on"] < day) & (given["started_on"] >= day - pd.DateOffset(months=6))
        assert self.counted("left out", "cost").n_straddling == near.sum() > 0
        found = self.counted("untreated", "cost")
        assert (found.n_straddling, found.sample.tested.lead) == (0, 0)  # type: ignore[union-attr]

    def test_were_approved_before_it_all_the_same(self) -> None:
        for outcome in ("approved_cost", "approved_days"):
            assert self.counted("left out", outcome).n_straddling == 0

    def test_left_out_an_effect_on_them_moves_nothing(self) -> None:
        given = rolled_out()
        day = given["projects"]["department"].map(
            given["rollouts"].set_index("department")["adopted_on"]
        )
        near = (given["projects"]["started_on"] < day) & (
            given["projects"]["started_on"] >= day - pd.DateOffset(months=6)
        )
        helped = given["projects"]["actual_cost"].where(~near, given["projects"]["actual_cost"] / 2)
        left_out, as_untreated = (
            [
                compared(replace(evidence(each), straddlers=how), OUTCOMES["cost"]).sample
                for each in (given, changed(given, actual_cost=helped))
            ]
            for how in STRADDLERS
        )
        values = [
            [attribution(s.priced, 0.9, permutations=0).value for s in samples if s]
            for samples in (left_out, as_untreated)
        ]
        assert values[0][1] == pytest.approx(values[0][0])
        assert values[1][1] > values[1][0] + 0.05  # what it made cheaper makes it seem less


class TestSizes:
    def test_a_project_of_unknown_size_is_left_out_and_counted_where_most_have_one(self) -> None:
        given = rolled_out()
        gaps = some(pd.Series(True, index=given["projects"].index), 0.2)
        found = of(changed(given, work_size=given["projects"]["work_size"].mask(gaps)))
        without = of(given | {"projects": given["projects"][~gaps]})
        assert found.n_unsized == gaps.sum() > 0
        assert found.tested.value == pytest.approx(without.tested.value)

    def test_where_most_on_one_side_have_none_it_is_not_held_fixed_and_nobody_left_out(
        self,
    ) -> None:
        given = rolled_out()
        for side in (True, False):
            gaps = some(under(given) == side, 0.7)
            found = of(changed(given, work_size=given["projects"]["work_size"].mask(gaps)))
            assert found.n_unsized == 0
            assert found.sample is not None
            assert found.sample.fixed == ("is_IT", "is_Roads")

    def test_makes_the_effect_on_actual_cost_the_more_exact(self) -> None:
        sized, unsized = (of(given) for given in (
            rolled_out(), changed(rolled_out(), work_size=np.nan),
        ))  # fmt: skip
        assert sized.tested.error < 0.7 * unsized.tested.error

    def test_spread_is_what_is_held_fixed_leaves(self) -> None:
        sample = of(rolled_out()).sample
        assert sample is not None
        rows = by_loops(rolled_out(), winsorised=False)
        # of all projects, those in flight too: the residuals, winsorised
        whole = sample.rows
        assert len(whole) > len(rows.rows)
        x = np.column_stack([np.ones(len(whole)), whole[list(sample.fixed)]])
        left = whole["value"] - x @ np.linalg.solve(x.T @ x, x.T @ whole["value"])
        assert sample.spread == pytest.approx(left.clip(*np.quantile(left, [0.05, 0.95])).std())


def thinned(every: int) -> Tables:
    """Every second, third, … project alone, so that many quarters have none."""
    given = rolled_out()
    return given | {"projects": given["projects"].iloc[::every].reset_index(drop=True)}


class TestHalfYears:
    """Where quarters are too thin, half-years are compared."""

    def test_only_where_quarters_support_less_than_half(self) -> None:
        found = {every: compared(evidence(thinned(every)), OUTCOMES["cost"]) for every in (1, 2)}
        assert {every: each.cells for every, each in found.items()} == {
            1: "quarter",
            2: "half-year",
        }
        sample = found[2].sample
        assert sample is not None
        assert sample.support > 0.9
        assert sample.tested.per_year == 2

    def test_effect_is_that_of_half_years_by_hand(self) -> None:
        found, expected = of(thinned(2)), by_loops(thinned(2), per_year=2)
        assert same(found.tested, by_hand(expected))
        since = by_loops(thinned(2), winsorised=False, per_year=2).rows
        whole = len(thinned(2)["projects"])
        assert found.n_straddling == whole - len(since)

    def test_start_of_each_department_is_its_half_year(self) -> None:
        sample, dates = of(thinned(2)).sample, thinned(2)["rollouts"]
        assert sample is not None
        cells = sample.tested
        names = dict(zip(cells.departments, cells.first + cells.first_quarter, strict=True))
        expected = {
            each.department: each.adopted_on.year * 2 + (each.adopted_on.month > 6)
            for each in dates.itertuples()
        }
        assert {name: names[name] for name in expected} == expected

    def test_are_told_in_the_departments_and_the_event_study(self) -> None:
        with permuted(39):
            found = case(thinned(2)).findings[0]
        assert set(found.departments["adopted"].str[-3:]) <= {" H1", " H2", ""}
        assert list(found.quarters["quarter"])[:3] == [-3, -2, -1]  # one left out, a year before
        assert found.half_years["quarter"].is_unique
        assert (found.half_years["quarter"] // 4).between(2020, 2026).all()

    def test_on_the_edge_are_those_of_the_half_year(self) -> None:
        given = thinned(2)
        given["rollouts"] = given["rollouts"].assign(
            adopted_on=given["rollouts"]["adopted_on"] + pd.Timedelta(days=40)
        )
        day = given["projects"]["department"].map(
            given["rollouts"].set_index("department")["adopted_on"]
        )
        first = pd.to_datetime(
            day.dt.year.astype("Int64").astype("str")
            + np.where(day.dt.month > 6, "-07-01", "-01-01"),
            errors="coerce",
        )
        started = given["projects"]["started_on"]
        assert of(given).n_edge == ((started >= first) & (started < day)).sum() > 0


class TestWhoIsLeftOut:
    def test_a_kind_found_only_under_the_pmo_is_counted_and_not_compared(self) -> None:
        given = rolled_out()
        space = some(under(given), 0.1)
        category = given["projects"]["category"].mask(space, "Space")
        found = of(changed(given, category=category))
        assert found.n_unlike == space.sum() >= 5
        without = of(given | {"projects": given["projects"][~space]})
        assert found.tested.value == pytest.approx(without.tested.value)
        assert found.tested.n == without.tested.n

    def test_not_recorded_are_counted(self) -> None:
        given = rolled_out()
        gaps = some(pd.Series(True, index=given["projects"].index), 0.1)
        found = of(changed(given, actual_cost=given["projects"]["actual_cost"].mask(gaps)))
        assert found.n_left_out == gaps.sum()
        assert found.tested.refusal == ""

    @pytest.mark.parametrize(("side", "name"), [(True, "under"), (False, "without")])
    def test_recorded_of_less_than_half_on_one_side_is_too_little(
        self, side: bool, name: str
    ) -> None:
        given = rolled_out()
        own = under(given) == side
        gaps = some(own, 0.6)
        whole = of(changed(given, actual_cost=given["projects"]["actual_cost"].mask(gaps)))
        found = whole
        share = 1 - gaps.sum() / own.sum()
        assert share < 0.5
        said = (
            f"it is recorded of only {100 * share:.0f}\u00a0% of the projects {name} the PMO that "
            "should have it; 50\u00a0% are needed: actual_cost in projects.csv"
        )
        assert found.tested.refusal == found.priced.refusal == said
        assert found.n_left_out == gaps.sum()
        assert whole.sample is None

    def test_recorded_of_half_is_enough(self) -> None:
        given = rolled_out()
        own = given["projects"].index[under(given)]
        gaps = given["projects"].index.isin(own[: len(own) // 2])
        found = of(changed(given, actual_cost=given["projects"]["actual_cost"].mask(gaps)))
        assert "recorded" not in found.tested.refusal

    def test_recorded_of_none(self) -> None:
        found = of(changed(rolled_out(), actual_cost=np.nan))
        assert found.tested.refusal == (
            "no completed project has this outcome: needs actual_cost in projects.csv"
        )


class TestRules:
    def test_level_is_that_of_the_most_significant_of_its_kind(self) -> None:
        level = {name: rules(9).alpha(each) for name, each in OUTCOMES.items()}
        assert {name for name, alpha in level.items() if alpha == pytest.approx(0.05 / 3)} == {
            each.id for each in PRIMARY
        }
        assert all(level[each.id] == 0.05 for each in (*APPROVED, *SECONDARY))

    def test_services_divide_the_level_and_multiply_p(self) -> None:
        alone, beside = rules(9), rules(9, services=4)
        for each in OUTCOMES.values():
            assert beside.alpha(each) == pytest.approx(alone.alpha(each) / 4)
        found = [finding(p) for p in (0.001, 0.01, 0.2, 0.02, 0.5, 0.01, 0.02, 0.03, nan)]
        once, four = (_together(found, rules(9, services=n)) for n in (1, 4))
        assert once == pytest.approx(
            [0.003, 0.02, 0.2, 0.02, 0.5, 0.03, 0.03, 0.03, nan], nan_ok=True
        )
        assert four == pytest.approx(
            [0.012, 0.08, 0.8, 0.08, 1.0, 0.12, 0.12, 0.12, nan], nan_ok=True
        )

    def test_minimum_detectable_effect_is_larger_where_more_is_asked(self) -> None:
        given = evidence(rolled_out())
        one, four = (estimated(given, OUTCOMES["cost"], rules=rules(399, n)).tested for n in (1, 4))
        assert one.p == four.p
        assert one.detectable < four.detectable

    def test_services_are_those_of_the_roll_outs_where_one_is_asked_for(self) -> None:
        given = rolled_out()
        later = given["rollouts"].assign(
            service_id="S2", adopted_on=given["rollouts"]["adopted_on"] + pd.DateOffset(months=9)
        )
        both = given | {"rollouts": pd.concat([given["rollouts"], later])}
        with permuted(99):
            found = {service: case(both, service=service).findings[:3] for service in ("", "S1")}
        for service, times in (("", 1), ("S1", 2)):
            p = [each.tested.p for each in found[service]]
            expected = [min(1.0, times * each) for each in holm(p)]
            assert [each.p_adjusted for each in found[service]] == pytest.approx(expected)


def finding(p: float) -> Finding:
    own = Effect(value=-0.1, p=p)
    return Finding(OUTCOMES["cost"], "staggered roll-out", own, own)


@pytest.fixture(scope="module")
def whole() -> ValueCase:
    """The roll-out as it is."""
    return case(rolled_out())


def half_cancelled() -> Tables:
    """Half of the projects under the PMO are cancelled; a negative control is given."""
    given = rolled_out()
    lost = some(under(given), 0.5)
    chance = np.random.default_rng(9)
    return changed(
        given, status=given["projects"]["status"].mask(lost, "cancelled"),
        negative_control=chance.normal(10, 1, len(lost)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def cancelling() -> ValueCase:
    with permuted(199):
        return case(half_cancelled())


def padded(by: float) -> Tables:
    """No saving, and under the PMO so much more is approved."""
    given = rolled_out(0.0)
    plans = given["baselines"]
    own = plans["project_id"].map(
        dict(zip(given["projects"]["project_id"], under(given), strict=True))
    )
    return given | {"baselines": plans.assign(cost=plans["cost"] * (1 + by * own.astype(bool)))}


class TestBesideApproved:
    def test_a_padded_plan_is_closer_to_what_was_approved_and_no_saving(self) -> None:
        with permuted(199):
            found = case(padded(0.3))
        words = {each.outcome.id: each.claim for each in found.findings}
        assert words["cost"].word in {"not shown", "no effect of that size"}
        assert words["cost_overrun"].word == "associated"
        assert "which is no saving by itself" in words["cost_overrun"].why
        approved = found.finding("approved_cost")
        assert approved is not None
        assert approved.tested.low < log(1.3) < approved.tested.high
        assert approved.claim.why.endswith("The effect is for the worse.")

    def test_a_saving_of_dearer_projects_is_not_shown(self) -> None:
        """More was approved and less was spent: they are other projects, perhaps."""
        given = padded(0.3)
        cheaper = given["projects"]["actual_cost"].where(
            ~under(given), given["projects"]["actual_cost"] * 0.6
        )
        with permuted(199):
            found = case(changed(given, actual_cost=cheaper)).findings[0]
        assert found.tested.high < 0
        assert found.claim.word == "not shown"
        assert "approved cost moved as well" in found.claim.why
        assert found.claim.remedy.startswith("Fill work_size")

    def test_each_is_held_against_the_approval_of_its_own(self, whole: ValueCase) -> None:
        said = {
            each.outcome.id: next((c.detail for c in each.checks if c.id == "approved"), None)
            for each in whole.findings
            if each.checks
        }
        assert said["cost"] == said["cost_overrun"] != said["schedule"] == said["schedule_overrun"]
        assert said["benefits"] is None


class TestUnmeasured:
    """Benefits that nobody measures any longer under the PMO, and what they would be as planned."""

    @staticmethod
    def of(share: float) -> Finding:
        """So many projects under the PMO are never measured; the others bring twice as much."""
        given = rolled_out(0.0)
        own = given["projects"]["project_id"][under(given)]
        chance = np.random.default_rng(4)
        silent = set(own[chance.random(len(own)) < share])
        project = given["benefit_reports"]["benefit_id"].str.removeprefix("b").astype(int)
        ids = given["projects"]["project_id"].to_numpy()[project]
        reports = given["benefit_reports"]
        realised = (reports["realised"] / 2).where(~np.isin(ids, own), reports["realised"])
        realised = realised.mask(np.isin(ids, list(silent)))
        with permuted(99):
            found = case(given | {"benefit_reports": reports.assign(realised=realised)})
        return next(each for each in found.findings if each.outcome.id == "benefits")

    def test_passes_where_all_is_measured(self) -> None:
        found = self.of(0.0)
        check = next(each for each in found.checks if each.id == "unmeasured")
        assert check.state == "passed"
        assert found.tested.value > 0.2

    def test_fails_where_the_sign_hangs_on_it(self) -> None:
        # of 85 % nothing is known and so nothing counts: less than before, and more as planned
        found = self.of(0.85)
        check = next(each for each in found.checks if each.id == "unmeasured")
        assert found.tested.value < 0
        assert check.state == "failed"
        assert check.detail.startswith("it would be +")

    def test_is_of_benefits_alone(self, whole: ValueCase) -> None:
        have = {f.outcome.id for f in whole.findings if any(c.id == "unmeasured" for c in f.checks)}
        assert have == {"benefits"}


class TestFindings:
    def test_primary_then_approved_then_secondary(self, whole: ValueCase) -> None:
        assert [each.outcome for each in whole.findings] == [*PRIMARY, *APPROVED, *SECONDARY]

    def test_each_kind_is_tested_together(self, whole: ValueCase) -> None:
        p = [each.tested.p for each in whole.findings]
        adjusted = [each.p_adjusted for each in whole.findings]
        assert adjusted[:3] == pytest.approx(holm(p[:3]))
        assert adjusted[3:5] == p[3:5]
        assert adjusted[5:] == pytest.approx(stats.false_discovery_control(p[5:]).tolist())

    def test_planted_effects_are_found_and_no_other(self, whole: ValueCase) -> None:
        words = {each.outcome.id: each.claim for each in whole.findings}
        assert words["cost"].counts
        assert words["schedule"].counts
        for name in ("benefits", "approved_cost", "approved_days"):
            assert words[name].word in {"not shown", "no effect of that size"}

    def test_each_has_its_checks(self, whole: ValueCase, cancelling: ValueCase) -> None:
        for seen, control in ((whole, []), (cancelling, ["negative control"])):
            for each in seen.findings:
                outcome, ids = each.outcome, [check.id for check in each.checks]
                could_matter = each.tested.excludes_zero and each.p_adjusted <= ALPHA
                ratio = outcome.is_ratio and outcome.logarithm
                if outcome.role == "primary" or ratio or could_matter:
                    first = ["approved"] * bool(outcome.approved)
                    lost = ["attrition"] * (outcome.role != "approved")
                    last = ["unmeasured"] * bool(outcome.other_bound)
                    assert ids == [*first, *PANEL_CHECKS, *lost, *control, *last]
                else:
                    assert ids == []
                    assert each.claim.word in {"not shown", "no effect of that size"}

    def test_attrition_passes_where_none_is_lost(self, whole: ValueCase) -> None:
        check = next(c for c in whole.findings[0].checks if c.id == "attrition")
        assert (check.state, check.detail) == ("passed", "none is lost")

    def test_attrition_fails_where_many_under_the_pmo_are_cancelled(
        self, cancelling: ValueCase
    ) -> None:
        for each in cancelling.findings[:1]:
            check = next(c for c in each.checks if c.id == "attrition")
            assert check.state == "failed"
            assert "points under the PMO" in check.detail
            assert each.claim.word != "demonstrated"

    def test_cancelled_projects_are_not_compared(self) -> None:
        given = half_cancelled()
        sample = of(given).sample
        assert sample is not None
        gone = given["projects"].query("status == 'cancelled'")["project_id"]
        assert len(gone) > 50
        assert not sample.rows["project_id"].isin(gone).any()

    def test_a_service_that_cannot_be_told_from_the_others_is_refused(self) -> None:
        given = rolled_out()
        both = pd.concat([given["rollouts"], given["rollouts"].assign(service_id="S2")])
        found = case(given | {"rollouts": both}, service="S1").findings
        for each in found:
            assert each.claim.word == "not testable"
            assert "apart from the others in only 0 departments" in each.tested.refusal
            assert each.checks == ()

    def test_inputs_are_left_alone(self) -> None:
        given = evidence(rolled_out())
        before = given.projects.copy()
        estimated(given, OUTCOMES["cost"], rules=rules(9))
        findings(given, "none", rules=rules(9))
        pd.testing.assert_frame_equal(given.projects, before)
