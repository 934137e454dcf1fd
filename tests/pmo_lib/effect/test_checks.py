"""Checks of one figure each: what the PMO cannot move, the mix of projects, and who is lost."""

import numpy as np
import pytest

from pmo_lib.causal.attribution import VARYING
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.checks import (
    Check,
    attrition,
    effect_in_words,
    negative_control,
    same_mix,
)
from pmo_lib.wording import TIED


def said(found: Check) -> str:
    """What was found, with plain spaces."""
    return found.detail.replace(TIED, " ")


class TestNegativeControl:
    @pytest.mark.parametrize(("p", "state"), [(0.04, "failed"), (0.05, "failed"), (0.06, "passed")])
    def test_fails_where_it_moved(self, p: float, state: str) -> None:
        found = negative_control(Effect(value=0.2, low=0.1, high=0.3, p=p))
        assert found.state == state
        assert found.detail == f"+0.2 (+0.1 to +0.3), p = {p:.2f}"

    def test_cannot_tell_where_it_is_refused(self) -> None:
        found = negative_control(Effect(refusal="the outcome never varies"))
        assert (found.state, found.detail) == ("cannot tell", "the outcome never varies")


class TestMix:
    def test_fails_where_one_of_them_moved(self) -> None:
        # of two the smallest p must be at most 2.5 %
        quiet = Effect(value=0.1, p=0.4)
        for p, state in ((0.02, "failed"), (0.03, "passed")):
            found = same_mix([("cost", Effect(value=-0.2, p=p)), ("duration", quiet)])
            assert found.state == state
            # exp(-0.2) - 1 = -0.181, exp(0.1) - 1 = 0.105
            assert said(found) == f"cost −18 % (p = {p:.2f}) and duration +11 % (p = 0.40)"

    def test_leaves_out_what_is_refused(self) -> None:
        refused = ("duration", Effect(refusal="why"))
        found = same_mix([("cost", Effect(value=-0.2, p=0.04)), refused])
        assert found.state == "failed"
        assert same_mix([refused]).state == "cannot tell"
        assert same_mix([]).detail == "no plan is known"


class TestAttrition:
    @pytest.mark.parametrize(("p", "state"), [(0.05, "failed"), (0.06, "passed")])
    def test_fails_where_the_pmo_loses_another_share(self, p: float, state: str) -> None:
        found = attrition(Effect(value=0.123, p=p))
        assert (found.id, found.state) == ("attrition", state)
        assert said(found) == f"+12 points under the PMO, p = {p:.2f}"

    def test_passes_where_none_is_lost(self) -> None:
        for why in ("the outcome never varies", "the outcome does not vary between departments"):
            found = attrition(Effect(refusal=why, remedy=VARYING))
            assert (found.state, found.detail) == ("passed", "none is lost")

    def test_cannot_tell_where_it_is_refused(self) -> None:
        found = attrition(Effect(refusal="too few"))
        assert (found.state, found.detail) == ("cannot tell", "too few")


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
