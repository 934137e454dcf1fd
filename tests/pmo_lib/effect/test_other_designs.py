"""Designs without a control group: their words have a ceiling, and are tested together."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import all_at_once, case, chosen, evidence, without
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.claim import Claim, Word
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.other_designs import (
    ITS_CAVEAT,
    MATCHED_CAVEAT,
    RATIO_CAVEAT,
    _alike,
    _chosen,
    corrected,
)
from pmo_lib.effect.outcomes import OUTCOMES, cases
from pmo_lib.stats.significance import discovery, holm
from pmo_lib.worth.value_case import ValueCase

COST = OUTCOMES["cost"]


def finding(word: Word) -> Finding:
    nothing = Effect(value=-0.1, p=0.03)
    return Finding(COST, "matched projects", nothing, nothing, Claim(word, "Why.", "Remedy."))


class TestTestedTogether:
    @pytest.mark.parametrize("word", ["consistent with", "associated", "likely"])
    def test_a_difference_is_taken_back_above_one_in_twenty(self, word: Word) -> None:
        found = corrected(finding(word), 0.06)
        assert (found.claim.word, found.p_adjusted) == ("not shown", 0.06)
        assert found.claim.why == (
            "A difference is seen, but of several outcomes tested one would show it by chance."
        )
        assert found.claim.remedy == "Remedy."
        assert corrected(finding(word), 0.05).claim == Claim(word, "Why.", "Remedy.")

    @pytest.mark.parametrize("word", ["not shown", "no effect of that size", "not testable"])
    def test_nothing_else_changes(self, word: Word) -> None:
        for p in (0.01, 0.5, nan):
            assert corrected(finding(word), p).claim.word == word


class TestAlike:
    BALANCE = pd.DataFrame({"covariate": ["risk"], "before": 0.5, "after": 0.05, "good": True})
    FOUND = Effect(support=0.8, balance=BALANCE)

    def test_needs_risk_balance_and_four_of_five_matched(self) -> None:
        assert _alike(self.FOUND)
        assert not _alike(replace(self.FOUND, balance=self.BALANCE.assign(covariate="size")))
        assert not _alike(replace(self.FOUND, support=0.79))
        assert not _alike(replace(self.FOUND, balance=self.BALANCE.assign(good=False)))
        assert not _alike(replace(self.FOUND, balance=self.BALANCE.iloc[:0]))
        assert not _alike(replace(self.FOUND, support=nan))


def assert_tested_together(seen: ValueCase) -> None:
    p = [each.tested.p for each in seen.findings]
    adjusted = [each.p_adjusted for each in seen.findings]
    assert adjusted == pytest.approx([*holm(p[:3]), *p[3:5], *discovery(p[5:])], nan_ok=True)


class TestTimeSeries:
    SEEN = case(all_at_once())

    def test_a_planted_effect_is_consistent_with_the_pmo_and_no_more(self) -> None:
        cost = self.SEEN.findings[0]
        assert cost.design == "interrupted time series"
        assert cost.claim.word == "consistent with"
        assert cost.claim.why.endswith(ITS_CAVEAT)
        assert len(cost.tested.series)
        assert cost.tested.low < np.log(0.75) < cost.tested.high
        assert not any(each.claim.counts for each in self.SEEN.findings)

    def test_outcomes_are_tested_together(self) -> None:
        assert_tested_together(self.SEEN)

    def test_no_outcome_is_no_test(self) -> None:
        given = all_at_once()
        given["projects"] = given["projects"].assign(actual_cost=np.nan)
        cost, schedule, *_ = case(given).findings
        assert cost.claim.word == "not testable"
        assert cost.claim.why.startswith("No completed project has this outcome: needs actual_cost")
        assert cost.n_left_out == (given["projects"]["status"] == "completed").sum()
        assert np.isnan(cost.p_adjusted)
        assert schedule.p_adjusted <= 2 * schedule.tested.p

    def test_started_before_the_day_are_on_neither_side(self) -> None:
        given = all_at_once()
        day = given["rollouts"]["adopted_on"].iloc[0] + pd.Timedelta(days=40)
        given["rollouts"] = given["rollouts"].assign(adopted_on=day)
        started = given["projects"]["started_on"]
        edge = (started < day) & (started >= day - pd.Timedelta(days=40))
        cost = case(given).findings[0]
        assert cost.n_edge == edge.sum() > 0
        completed = given["projects"]["status"] == "completed"
        assert cost.tested.n == (completed & ~edge).sum()

    def test_month_that_is_named_stands_before_the_roll_out(self) -> None:
        """Projects of the roll-out's quarter are then on no edge; those of the month's are."""
        given, began = all_at_once(), "2022-08"
        first = pd.Timestamp("2022-07-01")
        started = given["projects"]["started_on"]
        edge = (started >= first) & (started < pd.Timestamp(f"{began}-01"))
        cost = case(given, began=began).findings[0]
        assert cost.n_edge == edge.sum() > 0
        after = cost.tested.series.loc[cost.tested.series["post"], "quarter"]
        assert after.min() == 2022 * 4 + 2


class TestMatchedProjects:
    SEEN = case(chosen())

    def test_without_risk_at_most_associated(self) -> None:
        cost = self.SEEN.findings[0]
        assert cost.design == "matched projects"
        assert cost.claim.word == "associated"
        assert cost.claim.why.endswith(MATCHED_CAVEAT)
        assert cost.claim.remedy.startswith("A risk score given before approval")
        assert 0.5 < cost.tested.support <= 1

    def test_outcomes_are_tested_together(self) -> None:
        assert_tested_together(self.SEEN)

    def test_what_is_matched_on_is_no_outcome(self) -> None:
        """The duration approved always, and the cost approved where nobody records a size."""
        given = chosen()
        unsized = given | {"projects": given["projects"].assign(work_size=np.nan)}
        found = {
            name: [seen.finding(each).tested.refusal for each in ("approved_cost", "approved_days")]  # type: ignore[union-attr]
            for name, seen in (("sized", self.SEEN), ("not sized", case(unsized)))
        }
        why = "projects are matched on it, so it can hardly differ"
        assert found == {"sized": ["", why], "not sized": [why, why]}

    def test_a_large_project_is_no_outlier_for_its_size(self) -> None:
        given = chosen()
        exact = given["projects"]["work_size"] ** 2
        seen = evidence(given | {"projects": given["projects"].assign(actual_cost=exact)})
        known = cases(seen.projects, COST, seen.data_date)
        np.testing.assert_allclose(_chosen(known, COST)["value"], known["cost"])

    def test_likely_takes_risk_and_size_and_no_ratio_is_ever(self) -> None:
        given = chosen()
        risk = pd.Series(np.random.default_rng(4).random(len(given["projects"])))
        words = {}
        for name, cells in (("sized", {}), ("not sized", {"work_size": np.nan})):
            own = given["projects"].assign(approval_risk=risk, **cells)
            seen = case(given | {"projects": own})
            words[name] = {each.outcome.id: each.claim.word for each in seen.findings}
        assert "likely" not in words["not sized"].values()
        ratios = [each.id for each in OUTCOMES.values() if each.is_ratio]
        assert not {words["sized"][name] for name in ratios} & {"likely", "demonstrated"}

    def test_of_a_ratio_it_is_said_that_more_may_have_been_approved(self) -> None:
        said = {f.outcome.id: RATIO_CAVEAT in f.claim.why for f in self.SEEN.findings}
        shown = {f.outcome.id for f in self.SEEN.findings if f.claim.word == "associated"}
        assert shown == {"cost", "cost_overrun"}
        assert (said["cost"], said["cost_overrun"]) == (False, True)

    def test_who_does_not_say_whether_it_used_the_pmo_is_left_out(self) -> None:
        given = chosen()
        used = given["projects"]["pmo_used"].copy()
        used.iloc[:7] = None
        given["projects"] = given["projects"].assign(pmo_used=used)
        assert case(given).findings[0].n_left_out == 7


class TestNone:
    def test_says_what_to_fill(self) -> None:
        for each in case(without("rollouts")).findings:
            assert each.claim.word == "not testable"
            assert each.claim.why == "Nobody says when which department began to use the PMO."
            assert "pmo_since" in each.claim.remedy
