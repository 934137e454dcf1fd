"""What must hold for an effect to be the PMO's, and what is not claimed."""

from typing import Any, get_args

import pytest

from pmo_lib.causal.effect import Effect
from pmo_lib.effect.adoption import Design
from pmo_lib.effect.claim import Claim, Word
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY, SECONDARY
from pmo_lib.reports.value.value_method import method, not_claimed


def finding(outcome: str = "cost", word: Word = "not shown", **given: Any) -> Finding:
    nothing, said = Effect(), Claim(word, f"Why {outcome}.", f"Remedy {outcome}.")
    return Finding(
        OUTCOMES[outcome],
        given.pop("design", "staggered roll-out"),
        nothing,
        nothing,
        said,
        **given,
    )


class TestMethod:
    @pytest.mark.parametrize("design", get_args(Design))
    def test_every_design_has_one_and_only_the_roll_out_permutes_dates(
        self, design: Design
    ) -> None:
        said = " ".join(method([finding(design=design)], 1))
        assert said.endswith(".")
        assert ("permutation test of the dates" in said) is (design == "staggered roll-out")

    @pytest.mark.parametrize("design", ["interrupted time series", "matched projects"])
    def test_without_controls_it_says_that_nothing_becomes_money(self, design: Design) -> None:
        assert "none becomes money" in method([finding(design=design)], 1)[-1]

    def test_outcomes_of_either_kind_are_counted(self) -> None:
        every = [finding(each.id) for each in (*PRIMARY, *SECONDARY)]
        said = method(every, len(PRIMARY))[-1]
        assert said.startswith(f"The {len(PRIMARY)} pre-specified outcomes share one error")
        assert f"the {len(SECONDARY)} others are under false-discovery control" in said


class TestNotClaimed:
    @pytest.mark.parametrize("word", get_args(Word))
    def test_only_what_does_not_count_is_named_with_reason_and_remedy(self, word: Word) -> None:
        found = finding(word=word)
        named = f"Actual cost: {word}. Why cost. Remedy cost." in not_claimed([found], "")
        assert named is not found.claim.counts

    def test_service_alone_and_all_together_differ(self) -> None:
        assert any("What each service did" in each for each in not_claimed([], ""))
        assert any("What other services did" in each for each in not_claimed([], "S1"))

    def test_outcomes_left_out_are_counted_by_name(self) -> None:
        primary = [finding(n_left_out=10), finding("schedule"), finding("benefits", n_left_out=3)]
        assert not_claimed(primary, "")[-1] == (
            "Projects that ended without a recorded outcome: actual cost 10 and benefits "
            "realised 3."
        )

    def test_without_any_left_out_it_does_not_speak_of_them(self) -> None:
        assert not any("without a recorded" in each for each in not_claimed([finding()], ""))
