"""Every word of the verdict, what earns it, and the sentences that go with it."""

from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.causal.attribution import BEFORE_AND_SINCE, FURTHER, VARYING
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.checks import REQUIRED, Check, CheckState
from pmo_lib.effect.claim import (
    COUNTED,
    Claim,
    Word,
    claim,
    helps,
    ruled_out,
    without_controls,
)
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.wording import TIED

COST, BENEFITS = OUTCOMES["cost"], OUTCOMES["benefits"]
BETTER = Effect(value=-0.10, low=-0.15, high=-0.05, p=0.001)
OPEN = Effect(value=-0.02, low=-0.15, high=0.11, p=0.6)
NARROW = Effect(value=-0.01, low=-0.03, high=0.01, p=0.6)
REFUSED = Effect(refusal="no project was started under the PMO within the data")


def checks(**states: CheckState) -> list[Check]:
    """The required checks and one more, passed where nothing else is said; _ stands for -."""
    said = {name.replace("_", "-"): state for name, state in states.items()}
    return [Check(name, said.get(name, "passed"), "found") for name in (*REQUIRED, "placebo")]


def judged(
    found: Effect, given: list[Check] | None = None, outcome: Any = COST, **options: float
) -> Claim:
    asked = {"p_adjusted": found.p, "smallest": 0.05} | options
    return claim(outcome, found, checks() if given is None else given, **asked)


def associated(found: Effect, outcome: Any = COST) -> Claim:
    given = replace(found, remedy="Record why.")
    return without_controls(outcome, given, word="associated", smallest=0.05, caveat="Each chose.")


class TestEveryWord:
    def test_demonstrated(self) -> None:
        found = judged(BETTER)
        assert found.word == "demonstrated"
        assert found.why == "Neither interval includes zero, and every check is passed."
        assert found.remedy == (
            "A reason why adopters would have changed just then without the PMO."
        )

    def test_likely_with_one_failed(self) -> None:
        found = judged(BETTER, checks(donut="failed"))
        assert found.word == "likely"
        assert found.why == "The interval does not include zero, but of the checks donut failed."
        assert "More quarters before adoption" in found.remedy

    def test_likely_with_some_that_cannot_tell(self) -> None:
        found = judged(BETTER, checks(pre_trend="cannot tell", donut="cannot tell"))
        assert found.word == "likely"
        assert found.why.endswith("of the checks pre-trend and donut cannot tell.")

    def test_likely_with_both(self) -> None:
        found = judged(BETTER, checks(placebo="failed", donut="cannot tell"))
        assert found.word == "likely"
        assert found.why.endswith("of the checks placebo failed and donut cannot tell.")

    def test_not_shown_with_two_failed(self) -> None:
        found = judged(BETTER, checks(donut="failed", placebo="failed"))
        assert found.word == "not shown"
        assert found.why == (
            "The interval does not include zero, but the checks donut and placebo failed: "
            "something else may have made the difference."
        )
        assert found.remedy.startswith("A roll-out in an order that has nothing to do")

    def test_not_shown_where_the_data_are_too_few(self) -> None:
        found = judged(OPEN)
        assert found.word == "not shown"
        # exp(-0.15) - 1 = -0.139, exp(0.11) - 1 = 0.116
        assert found.why.replace(TIED, " ") == (
            "The interval includes zero, and effects that matter as well: the data are too "
            "few to tell. Ruled out: a gain above 14 % and a harm above 12 %."
        )
        assert found.remedy == "More departments, and more projects in each, would show it."

    def test_not_shown_where_it_is_one_of_many_tested(self) -> None:
        found = judged(BETTER, p_adjusted=0.07)
        assert found.word == "not shown"
        assert "all outcomes of the kind tested together" in found.why
        assert "it would in 7 in 100. Ruled out: a gain above" in found.why

    def test_one_in_twenty_is_shown(self) -> None:
        assert judged(BETTER, p_adjusted=0.05).word == "demonstrated"
        assert associated(replace(BETTER, p=0.05)).word == "associated"

    def test_no_effect_of_that_size(self) -> None:
        found = judged(NARROW)
        assert found.word == "no effect of that size"
        # exp(-0.05) - 1 = -0.0488, exp(-0.03) - 1 = -0.0296, exp(0.01) - 1 = 0.0101
        assert found.why.replace(TIED, " ") == (
            "The interval leaves out even the smallest effect of interest, 5 % less. Smaller "
            "effects it may hold. Ruled out: a gain above 3 % and a harm above 1 %."
        )

    def test_the_smallest_effect_is_said_in_the_outcomes_own_unit(self) -> None:
        assert "of interest, 18\u00a0% less." in judged(NARROW, smallest=0.2).why
        said = judged(NARROW, smallest=0.2, outcome=OUTCOMES["on_time"]).why
        assert "of interest, 20 points more." in said

    def test_not_shown_where_no_interval_can_be_given(self) -> None:
        found = judged(Effect(value=-0.1, p=0.4))
        assert found.word == "not shown"
        assert found.why == (
            "No interval can be given: too few other dates of adoption allow an estimate."
        )
        assert found.remedy == "More departments, adopting in other quarters."

    def test_not_testable(self) -> None:
        found = judged(REFUSED)
        assert found.word == "not testable"
        assert found.why == "No project was started under the PMO within the data."

    def test_associated_and_consistent_with(self) -> None:
        found = associated(BETTER)
        assert found.word == "associated"
        assert found.why == "The interval does not include zero. Each chose."
        assert found.remedy == "Record why."
        other = without_controls(COST, BETTER, word="consistent with", smallest=0.05, caveat="")
        assert other.word == "consistent with"

    def test_without_controls_too_the_others_are_reached(self) -> None:
        assert associated(OPEN).word == "not shown"
        assert associated(OPEN).why.startswith("No difference is seen that chance could not make.")
        assert associated(replace(BETTER, p=0.06)).word == "not shown"
        assert associated(NARROW).word == "no effect of that size"
        assert associated(NARROW).why == "No such difference is seen. Each chose."
        assert associated(REFUSED).word == "not testable"
        assert associated(REFUSED).remedy == "Record why."

    def test_is_one_of_those_declared(self) -> None:
        reached = {
            claim(COST, found, checks(donut=one, jackknife=two), p_adjusted=p, smallest=s).word
            for found, one, two, p, s in product(
                (BETTER, OPEN, NARROW, REFUSED), get_args(CheckState), get_args(CheckState),
                (0.01, 0.9), (0.0, 0.05),
            )
        }  # fmt: skip
        assert reached | {"associated", "consistent with"} == set(get_args(Word))


class TestWhatCounts:
    def test_only_what_is_demonstrated_or_likely(self) -> None:
        for word in get_args(Word):
            assert Claim(word, "", "").counts == (word in ("demonstrated", "likely"))
        assert COUNTED == ("demonstrated", "likely")

    @given(
        st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5),
        st.lists(st.sampled_from(get_args(CheckState)), min_size=5, max_size=5),
    )  # fmt: skip
    def test_nothing_counts_of_which_the_interval_includes_0(
        self, value: float, below: float, above: float, p: float, smallest: float, states: list[Any]
    ) -> None:
        found = Effect(value=value, low=value - below, high=value + above, p=p)
        given = [replace(one, state=s) for one, s in zip(checks(), states, strict=True)]
        said = claim(COST, found, given, p_adjusted=p, smallest=smallest)
        if said.counts:
            assert found.excludes_zero
            assert p <= 0.05
            assert states.count("failed") <= 1
        if said.word == "demonstrated":
            assert "failed" not in states
            assert states[:4] == ["passed"] * 4
        assert said.why.endswith(".")
        assert said.remedy.endswith(".")

    @pytest.mark.parametrize("name", REQUIRED)
    @pytest.mark.parametrize("state", ["failed", "cannot tell"])
    def test_nothing_is_demonstrated_without_each_required_check(
        self, name: str, state: CheckState
    ) -> None:
        given = [replace(one, state=state) if one.id == name else one for one in checks()]
        assert judged(BETTER, given).word == "likely"
        left_out = [one for one in checks() if one.id != name]
        assert judged(BETTER, left_out).word == "likely"

    def test_a_further_check_need_not_be_able_to_tell(self) -> None:
        found = judged(BETTER, checks(placebo="cannot tell"))
        assert found.word == "demonstrated"
        assert "every check is passed but placebo, which cannot tell" in found.why

    def test_every_check_that_cannot_tell_is_named_though_not_required(self) -> None:
        found = judged(
            BETTER, checks(jackknife="failed", placebo="cannot tell", donut="cannot tell")
        )
        assert found.why.endswith(
            "of the checks jackknife failed and donut and placebo cannot tell."
        )

    def test_an_interval_without_zero_is_not_yet_a_verdict_and_both_yardsticks_are_told(
        self,
    ) -> None:
        found = judged(BETTER, p_adjusted=0.08)
        assert found.word == "not shown"
        assert "at most 5 in 100 such portfolios" in found.why
        assert "; it would in 8 in 100. " in found.why


class TestBesideApproved:
    """A saving beside what was approved: as the check of it went, and whether it is a ratio."""

    @staticmethod
    def of(outcome: str, state: CheckState, found: Effect = BETTER, **others: Any) -> Claim:
        given = [Check("approved", state, "+9\u00a0% (0\u00a0% to +19\u00a0%)"), *checks(**others)]
        return judged(found, given, OUTCOMES[outcome])

    def test_words(self) -> None:
        expected = {
            ("cost", "passed"): "demonstrated", ("cost", "failed"): "not shown",
            ("cost", "cannot tell"): "associated",
            ("cost_overrun", "passed"): "demonstrated", ("cost_overrun", "failed"): "associated",
            ("cost_overrun", "cannot tell"): "associated",
        }  # fmt: skip
        found = {asked: self.of(*asked).word for asked in expected}
        assert found == expected

    def test_a_padded_approval_makes_a_ratio_better_and_is_no_saving(self) -> None:
        found = self.of("cost_overrun", "failed")
        assert found.why.replace(TIED, " ") == (
            "Projects came closer to what was approved, which is no saving by itself; and approved "
            "cost moved as well, +9 % (0 % to +19 %)."
        )
        assert found.remedy.startswith("Fill work_size")
        assert not found.counts

    def test_where_it_cannot_be_told_that_is_said(self) -> None:
        found = self.of("schedule_overrun", "cannot tell")
        assert "; how approved duration moved cannot be told well enough: +9" in found.why
        assert not found.counts

    def test_of_actual_cost_the_projects_may_be_other_ones(self) -> None:
        rose, unknown = (self.of("cost", state) for state in ("failed", "cannot tell"))
        assert "but approved cost moved as well, +9" in rose.why
        assert "but approved cost is not known well enough: +9" in unknown.why
        assert unknown.remedy.startswith("Fill start, finish and cost in baselines.csv")
        for each in (rose, unknown):
            assert "closer to what was approved" not in each.why
            assert each.why.endswith("; the projects may be other ones.")

    def test_comes_before_the_other_checks_and_after_the_test(self) -> None:
        assert self.of("cost_overrun", "failed", donut="failed").word == "associated"
        assert self.of("cost_overrun", "passed", donut="failed").word == "likely"
        assert self.of("cost_overrun", "failed", OPEN).word == "not shown"
        assert self.of("cost_overrun", "failed", NARROW).word == "no effect of that size"

    def test_what_was_approved_itself_and_benefits_have_no_such_check(self) -> None:
        for outcome in ("benefits", "approved_cost"):
            assert judged(BETTER, outcome=OUTCOMES[outcome]).word == "demonstrated"


class TestRuledOut:
    # exp(-0.15) - 1 = -0.139, exp(-0.05) - 1 = -0.049, exp(0.11) - 1 = 0.116
    @pytest.mark.parametrize(
        ("outcome", "low", "high", "said"),
        [
            ("cost", -0.15, 0.11, "a gain above 14 % and a harm above 12 %"),
            ("cost", -0.15, -0.05, "a gain above 14 % and any harm"),
            ("cost", 0.05, 0.11, "any gain and a harm above 12 %"),
            ("benefits", -0.15, 0.11, "a gain above 11 points and a harm above 15 points"),
            ("benefits", 0.05, 0.11, "a gain above 11 points and any harm"),
            ("benefits", -0.15, -0.05, "any gain and a harm above 15 points"),
        ],
    )
    def test_is_what_the_interval_leaves_out_on_either_side(
        self, outcome: str, low: float, high: float, said: str
    ) -> None:
        found = Effect(value=(low + high) / 2, low=low, high=high)
        assert ruled_out(OUTCOMES[outcome], found).replace(TIED, " ") == f"Ruled out: {said}."


class TestDirection:
    def test_helps(self) -> None:
        assert helps(COST, -0.1)
        assert not helps(COST, 0.1)
        assert helps(BENEFITS, 0.1)
        assert not helps(BENEFITS, -0.1)
        assert not helps(COST, 0.0)
        assert not helps(BENEFITS, 0.0)

    def test_harm_is_said(self) -> None:
        worse = Effect(value=0.10, low=0.05, high=0.15, p=0.001)
        for found in (judged(worse), judged(worse, checks(donut="failed"))):
            assert found.why.endswith(" The effect is for the worse.")
        assert judged(BETTER, outcome=BENEFITS).why.endswith(" The effect is for the worse.")
        assert "worse" not in judged(worse, outcome=BENEFITS).why
        assert "It is for the worse. Each chose." in associated(worse).why
        assert "worse" not in associated(worse, BENEFITS).why


class TestSmallestEffectOfInterest:
    def test_only_an_effect_for_the_better_is_left_out(self) -> None:
        # costs: an effect of −5 % or better lies outside −3 % to +20 %
        found = Effect(value=0.08, low=-0.03, high=0.20, p=0.3)
        assert judged(found).word == "no effect of that size"
        # benefits: +5 % or better does not lie outside it
        assert judged(found, outcome=BENEFITS).word == "not shown"
        assert judged(replace(found, low=-0.2, high=0.03), outcome=BENEFITS).word == (
            "no effect of that size"
        )

    def test_at_the_end_of_the_interval_it_is_not_left_out(self) -> None:
        assert judged(replace(NARROW, low=-0.05)).word == "not shown"
        assert judged(replace(NARROW, low=-0.0499)).word == "no effect of that size"

    @pytest.mark.parametrize("smallest", [0.0, -0.1, float("nan")])
    def test_where_there_is_none_nothing_is_left_out(self, smallest: float) -> None:
        assert judged(NARROW, smallest=smallest).word == "not shown"

    def test_an_interval_without_ends_leaves_nothing_out(self) -> None:
        endless = Effect(value=-0.1, p=0.4)
        assert judged(endless).word == "not shown"
        assert associated(endless).word == "not shown"


class TestRemedy:
    @pytest.mark.parametrize("remedy", [FURTHER, VARYING, BEFORE_AND_SINCE, "Collect it."])
    def test_is_that_of_the_refusal(self, remedy: str) -> None:
        found = judged(Effect(refusal="why not", remedy=remedy))
        assert (found.word, found.why, found.remedy) == ("not testable", "Why not.", remedy)
