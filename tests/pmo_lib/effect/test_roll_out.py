"""Findings: each outcome's estimate by hand, who is left out, and what is tested together."""

from math import isnan, log, nan

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from builders.panels import RollOut, by_hand
from builders.rollouts import case, evidence, rolled_out
from builders.tables import Tables
from pmo_lib.causal.attribution import attribution
from pmo_lib.effect.claim import ALPHA
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY, SECONDARY
from pmo_lib.effect.roll_out import compared, estimated, findings, in_own_unit
from pmo_lib.stats.significance import discovery, holm
from pmo_lib.worth.money import WEIGHT
from pmo_lib.worth.value_case import ValueCase


def of(given: Tables, outcome: str = "cost") -> Finding:
    """The estimate of one outcome, without checks."""
    return estimated(evidence(given), OUTCOMES[outcome], permutations=39)


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


def by_loops(given: Tables, winsorised: bool) -> RollOut:
    """The projects that ended, with log cost ÷ plan and what was approved, from the tables."""
    plans = {row.project_id: row for row in given["baselines"].itertuples()}
    rows = []
    for each in given["projects"].itertuples():
        plan, start = plans[each.project_id], each.started_on
        rows.append(
            {
                "department": each.department, "quarter": 4 * start.year + (start.month - 1) // 3,
                "value": log(each.actual_cost / plan.cost), "size": log(plan.cost),
                "days": log((plan.finish - plan.start).days), "it": each.category == "IT",
                "roads": each.category == "Roads",
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    if winsorised:
        frame["value"] = frame["value"].clip(*np.quantile(frame["value"], [0.05, 0.95]))
    dates = given["rollouts"].set_index("department")["adopted_on"]
    adopted = dates.dt.year * 4 + dates.dt.quarter - 1
    return RollOut(frame, adopted.astype("float64"), ("size", "days", "it", "roads"))


class TestEstimated:
    FOUND = of(rolled_out())

    @pytest.mark.parametrize("winsorised", [True, False])
    def test_tested_on_winsorised_values_and_priced_as_they_are(self, winsorised: bool) -> None:
        expected = by_hand(by_loops(rolled_out(), winsorised))
        assert expected is not None
        found = self.FOUND.tested if winsorised else self.FOUND.priced
        assert found.value == pytest.approx(expected.effect, rel=1e-6)
        assert found.error == pytest.approx(expected.error, rel=1e-6)
        assert found.n == len(expected.compared)

    def test_nobody_is_left_out(self) -> None:
        found = self.FOUND
        assert (found.n_left_out, found.n_edge, found.n_unlike) == (0, 0, 0)
        assert self.FOUND.sample is not None
        assert len(self.FOUND.sample.rows) == len(rolled_out()["projects"])

    def test_a_share_is_never_winsorised(self) -> None:
        found = of(rolled_out(), "on_time")
        assert found.tested.value == found.priced.value

    def test_a_larger_project_weighs_more_where_that_is_asked(self) -> None:
        given = evidence(rolled_out())
        sample = compared(given, OUTCOMES["cost"], weight=WEIGHT).sample
        assert sample is not None
        found = attribution(sample.priced, 0.9, permutations=0)
        rollout = by_loops(rolled_out(), False)
        expected = by_hand(rollout, weights=np.exp(rollout.rows["size"]).tolist())
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

    def test_so_is_a_plan_not_known_only_under_the_pmo(self) -> None:
        given = rolled_out()
        unknown = some(under(given), 0.1)
        plans = given["baselines"]
        start = plans["start"].mask(
            plans["project_id"].isin(given["projects"]["project_id"][unknown])
        )
        found = of(given | {"baselines": plans.assign(start=start)})
        assert found.n_unlike == unknown.sum()

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
            "should have it; 50\u00a0% are needed: actual_cost in projects.csv and cost in "
            "baselines.csv"
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
            "no completed project has this outcome: needs actual_cost in projects.csv and cost in "
            "baselines.csv"
        )


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
    return case(half_cancelled())


class TestFindings:
    def test_the_primary_come_first(self, whole: ValueCase) -> None:
        assert [each.outcome for each in whole.findings] == [*PRIMARY, *SECONDARY]

    def test_each_kind_is_tested_together(self, whole: ValueCase) -> None:
        p = [each.tested.p for each in whole.findings]
        adjusted = [each.p_adjusted for each in whole.findings]
        assert adjusted[:3] == pytest.approx(holm(p[:3]))
        assert adjusted[3:] == pytest.approx(stats.false_discovery_control(p[3:]).tolist())

    def test_planted_effects_are_found_and_no_other(self, whole: ValueCase) -> None:
        words = {each.outcome.id: each.claim for each in whole.findings}
        assert words["cost"].counts
        assert words["schedule"].counts
        assert words["benefits"].word == "not shown"

    def test_each_has_its_checks(self, whole: ValueCase, cancelling: ValueCase) -> None:
        for seen, shared in ((whole, ["mix"]), (cancelling, ["negative control", "mix"])):
            for each in seen.findings:
                ids = [check.id for check in each.checks]
                could_matter = each.tested.excludes_zero and each.p_adjusted <= ALPHA
                if each.outcome.role == "primary" or could_matter:
                    assert ids[8:] == ["attrition", *shared]
                else:
                    assert ids == []
                    assert each.claim.word in {"not shown", "no effect of that size"}

    def test_attrition_passes_where_none_is_lost(self, whole: ValueCase) -> None:
        check = next(c for c in whole.findings[0].checks if c.id == "attrition")
        assert (check.state, check.detail) == ("passed", "none is lost")

    def test_attrition_fails_where_many_under_the_pmo_are_cancelled(
        self, cancelling: ValueCase
    ) -> None:
        for each in cancelling.findings[:2]:
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
        estimated(given, OUTCOMES["cost"], permutations=9)
        findings(given, "none", smallest=dict.fromkeys(OUTCOMES, 0.05))
        pd.testing.assert_frame_equal(given.projects, before)
