"""Checks of one figure each, which vote only where they could tell half of the effect."""

from collections.abc import Mapping
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pmo_lib.causal.attribution import VARYING
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.checks import (
    Check,
    approved,
    attrition,
    effect_in_words,
    negative_control,
    sees,
    voted,
)
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.wording import TIED


def said(found: Check) -> str:
    """What was found, with plain spaces."""
    return found.detail.replace(TIED, " ")


def effect(value: float, error: float = 0.001, **more: Any) -> Effect:
    """An effect of which the jackknife over two departments has this error."""
    return Effect(value=value, without=pd.Series([value - error, value + error]), **more)


def states(given: Mapping[Any, tuple[Check, str]]) -> dict[Any, tuple[str, str]]:
    """The checks that are in another state than they should be: those of both."""
    return {
        name: (check.state, state) for name, (check, state) in given.items() if check.state != state
    }


class TestVote:
    def test_the_error_is_the_one_that_was_asked_for(self) -> None:
        assert effect(0.3, 0.07).jackknife_error == pytest.approx(0.07)

    def test_sees_what_a_test_at_a_tenth_finds_in_half_of_all_cases(self) -> None:
        # the estimate of a bias as large as the critical value lies beyond it every other time
        critical = stats.norm.isf(0.1 / 2)
        beyond, short = critical + 0.01, critical - 0.01
        power = [stats.norm.sf(critical - size) for size in (short, beyond)]
        assert power[0] < 0.5 < power[1]
        assert [sees(1.0, size) for size in (short, beyond, -beyond)] == [False, True, True]
        assert not sees(nan, 9.0)

    def test_only_what_could_have_told_passes_or_fails(self) -> None:
        for failed, state in ((True, "failed"), (False, "passed")):
            able, blind = (
                voted("donut", "so much", failed=failed, error=error, half=-0.1)
                for error in (0.06, 0.0609)
            )
            assert (able.state, able.detail) == (state, "so much")
            assert blind.state == "cannot tell"
            assert blind.detail == "so much; half of the effect would not have been seen"


class TestNegativeControl:
    def test_fails_where_it_moved(self) -> None:
        found = {
            p: (negative_control(effect(0.2, low=0.1, high=0.3, p=p), 0.01), state)
            for p, state in ((0.04, "failed"), (0.05, "failed"), (0.06, "passed"))
        }
        assert not states(found)
        assert found[0.04][0].detail == "+0.2 (+0.1 to +0.3), p = 0.04"

    def test_has_no_vote_where_half_of_the_effect_would_not_have_been_seen(self) -> None:
        given = effect(0.2, 0.1, low=0.0, high=0.4, p=0.01)
        found = {
            half: (negative_control(given, half), state)
            for half, state in ((0.16, "cannot tell"), (0.17, "failed"), (-0.17, "failed"))
        }
        assert not states(found)

    def test_cannot_tell_where_it_is_refused(self) -> None:
        found = negative_control(Effect(refusal="the outcome never varies"), 1.0)
        assert (found.state, found.detail) == ("cannot tell", "the outcome never varies")


class TestAttrition:
    def test_fails_where_the_pmo_loses_another_share(self) -> None:
        found = {
            p: (attrition(effect(0.123, p=p), 0.1), state)
            for p, state in ((0.05, "failed"), (0.06, "passed"))
        }
        assert not states(found)
        check = found[0.05][0]
        assert (check.id, said(check)) == ("attrition", "+12 points under the PMO, p = 0.05")

    def test_has_no_vote_where_half_of_the_effect_would_not_have_been_seen(self) -> None:
        found = {
            half: (attrition(effect(0.1, 0.1, p=0.01), half), state)
            for half, state in ((0.16, "cannot tell"), (0.17, "failed"))
        }
        assert not states(found)

    def test_passes_where_none_is_lost(self) -> None:
        for why in ("the outcome never varies", "the outcome does not vary between departments"):
            found = attrition(Effect(refusal=why, remedy=VARYING), 0.0)
            assert (found.state, found.detail) == ("passed", "none is lost")

    def test_cannot_tell_where_it_is_refused(self) -> None:
        found = attrition(Effect(refusal="too few"), 1.0)
        assert (found.state, found.detail) == ("cannot tell", "too few")


class TestApproved:
    """Against an effect of −0.2 on a logarithm a rise of 0.1 of what was approved is half."""

    SAVED = Effect(value=-0.2)

    def of(self, value: float, error: float, p: float, outcome: str = "cost_overrun") -> Check:
        moved = effect(value, error, p=p, low=value - 0.1, high=value + 0.1)
        return approved(OUTCOMES[outcome], self.SAVED, moved)

    def test_of_a_ratio_a_rise_fails_by_chance_or_by_its_size(self) -> None:
        found = {
            "more than chance": (self.of(0.02, 0.01, 0.10), "failed"),
            "one-sided it is chance": (self.of(0.02, 0.01, 0.11), "passed"),
            "half of the effect": (self.of(0.1, 0.2, 0.9), "failed"),
            "less than half": (self.of(0.099, 0.06, 0.5), "passed"),
            "a fall explains no saving": (self.of(-0.3, 0.01, 0.001), "passed"),
        }
        assert not states(found)

    def test_of_a_ratio_it_passes_only_where_a_rise_would_have_been_seen(self) -> None:
        found = {
            "1.645 × 0.0607 is just below half": (self.of(0.0, 0.0607, 0.9), "passed"),
            "1.645 × 0.0609 is above it": (self.of(0.0, 0.0609, 0.9), "cannot tell"),
            "even of a fall": (self.of(-0.05, 0.2, 0.9), "cannot tell"),
        }
        assert not states(found)

    def test_of_actual_cost_a_rise_fails_and_nothing_else_matters(self) -> None:
        found = {
            "a rise": (self.of(0.02, 0.01, 0.10, "cost"), "failed"),
            "half of it": (self.of(0.1, 0.2, 0.9, "cost"), "failed"),
            "no rise": (self.of(0.0, 0.3, 0.9, "cost"), "passed"),
            "a fall": (self.of(-0.3, 0.01, 0.001, "schedule"), "passed"),
        }
        assert not states(found)

    def test_a_harm_is_explained_by_a_fall_and_of_a_ratio_alone(self) -> None:
        fell = effect(-0.3, p=0.01, low=-0.4, high=-0.2)
        rose = effect(0.3, p=0.01, low=0.2, high=0.4)
        harm = Effect(value=0.2)
        found = {
            (name, way): (approved(OUTCOMES[name], harm, moved), state)
            for name, way, moved, state in (
                ("cost_overrun", "fell", fell, "failed"), ("cost_overrun", "rose", rose, "passed"),
                ("cost", "fell", fell, "passed"), ("cost", "rose", rose, "passed"),
            )
        }  # fmt: skip
        assert not states(found)

    def test_of_a_share_kept_a_rise_of_a_twentieth_explains_it(self) -> None:
        kept = Effect(value=0.4)
        found = {
            (value, error): (
                approved(OUTCOMES["on_time"], kept, effect(value, error, p=p, low=0, high=1)), state
            )
            for value, error, p, state in (
                (0.05, 0.5, 0.9, "failed"), (0.049, 0.01, 0.9, "passed"),
                (0.0, 0.031, 0.9, "cannot tell"), (0.01, 0.01, 0.1, "failed"),
                (-0.2, 0.01, 0.01, "passed"),
            )
        }  # fmt: skip
        assert not states(found)

    def test_says_how_it_moved(self) -> None:
        # exp(0.1) - 1 = 0.105, exp(0.2) - 1 = 0.221
        assert said(self.of(0.1, 0.01, 0.01)) == "+11 % (0 % to +22 %)"

    def test_what_never_moved_has_not_risen(self) -> None:
        nothing = Effect(refusal="the outcome never varies", remedy=VARYING)
        for name in ("cost", "cost_overrun", "on_time"):
            found = approved(OUTCOMES[name], self.SAVED, nothing)
            assert (found.state, found.detail) == ("passed", "no more was approved")

    def test_cannot_tell_where_it_is_refused(self) -> None:
        found = approved(OUTCOMES["cost"], self.SAVED, Effect(refusal="nobody says"))
        assert (found.state, found.detail) == ("cannot tell", "nobody says")


class TestWithoutASize:
    def test_less_approved_may_be_smaller_projects(self) -> None:
        cost, saved = OUTCOMES["cost"], Effect(value=-0.2, low=-0.3, high=-0.1, p=0.01)
        wrong = {}
        for value, p, state in (
            (-0.15, 0.3, "failed"), (-0.05, 0.05, "failed"), (-0.05, 0.5, "passed"),
            (0.15, 0.3, "failed"),
        ):  # fmt: skip
            smaller = Effect(value=value, low=value - 0.1, high=value + 0.1, p=p)
            found = approved(cost, saved, smaller, sized=False)
            with_size = approved(cost, saved, smaller)
            if found.state != state or (value < 0 and with_size.state != "passed"):
                wrong[value, p] = (found.state, with_size.state)
        assert not wrong


class TestInWords:
    @pytest.mark.parametrize(
        ("value", "logarithm", "words"),
        [
            (-0.2, True, "−18 %"), (0.2, True, "+22 %"), (-0.2, False, "−20 points"),
            (0.13, False, "+13 points"), (np.log(0.5), True, "−50 %"),
        ],
    )  # fmt: skip
    def test_logarithms_are_shares_and_shares_are_points(
        self, value: float, logarithm: bool, words: str
    ) -> None:
        assert effect_in_words(value, logarithm).replace(TIED, " ") == words
