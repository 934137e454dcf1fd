"""Whether estimates stand: each check passes, fails and cannot tell where that is planted."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
import pytest

import pmo_lib.effect.robustness
from builders.panels import NEVER, RollOut, by_hand, every_cell
from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import PreTrend
from pmo_lib.causal.sensitivity import Trended
from pmo_lib.effect.checks import REQUIRED, Check
from pmo_lib.effect.robustness import Robustness
from pmo_lib.stats.estimate import Estimate
from pmo_lib.wording import TIED

# thirteen departments, four years before the first adopts
NAMES = "ABCDEFGHIJKLM"
ADOPTED = dict(zip(NAMES, [16, 16, 18, 18, 20, 20, 22, 22, *[NEVER] * 5], strict=True))
PLAIN = every_cell(ADOPTED, 28, 2, noise=0.3, seed=5)
EFFECT = PLAIN.with_values(PLAIN.rows["value"] - 1.0 * (PLAIN.since >= 0))


def checked(rollout: RollOut) -> Robustness:
    cells = rollout.cells
    return Robustness(cells, attribution(cells, 0.9, permutations=199), 0.9)


def planted(added: object) -> Robustness:
    return checked(EFFECT.with_values(EFFECT.rows["value"] + added))


def said(found: Check) -> str:
    """What was found, with plain spaces."""
    return found.detail.replace(TIED, " ")


GOOD = checked(EFFECT)
NONE = checked(PLAIN)
BEFORE = (EFFECT.since >= -4) & (EFFECT.since < 0)


class TestAllOfThem:
    def test_pass_where_only_the_effect_is_there(self) -> None:
        found = {each.id: each.state for each in GOOD.checks()}
        assert found == dict.fromkeys(found, "passed")

    def test_are_told_apart_by_their_ids(self) -> None:
        ids = [each.id for each in GOOD.checks()]
        assert len(set(ids)) == len(ids) == 7
        assert set(REQUIRED) < set(ids)

    def test_ask_a_question_and_say_what_was_found(self) -> None:
        for each in [*GOOD.checks(), *NONE.checks()]:
            assert each.question.endswith("?")
            assert each.detail
            assert "nan" not in each.detail
            assert each.state in ("passed", "failed", "cannot tell")


class TestJackknife:
    def test_passes_where_its_interval_leaves_out_0(self) -> None:
        own = Estimate(-0.2, -0.3, -0.1)
        found = replace(GOOD, found=replace(GOOD.found, jackknife=own))
        assert found.jackknife().state == "passed"
        assert said(found.jackknife()) == "its interval is −30 points to −10 points"

    def test_fails_where_it_includes_0(self) -> None:
        own = Estimate(-0.1, -0.3, 0.1)
        found = replace(GOOD, found=replace(GOOD.found, jackknife=own))
        assert found.jackknife().state == "failed"
        assert said(found.jackknife()).endswith("−30 points to +10 points")


class TestPreTrend:
    def with_test(self, test: PreTrend) -> Check:
        given = replace(GOOD)
        given.__dict__["pre_trend"] = test
        return given.pre_trend_check()

    def test_a_bad_year_before_adoption_is_found(self) -> None:
        found = planted(2.0 * BEFORE).pre_trend_check()
        assert found.state == "failed"
        assert "the year's mean was +" in found.detail

    def test_fails_at_a_tenth(self) -> None:
        assert self.with_test(PreTrend(0.10, 0.1, 0.01)).state == "failed"
        assert self.with_test(PreTrend(0.11, 0.1, 0.01)).state == "passed"

    def test_has_no_vote_where_half_of_the_effect_would_not_have_been_seen(self) -> None:
        half = abs(GOOD.found.value) / 2
        found = {
            (p, share): self.with_test(PreTrend(p, 0.1, share * half / 1.645)).state
            for p in (0.5, 0.01)
            for share in (0.99, 1.01)
        }
        assert found == {
            (0.5, 0.99): "passed", (0.5, 1.01): "cannot tell",
            (0.01, 0.99): "failed", (0.01, 1.01): "cannot tell",
        }  # fmt: skip

    def test_cannot_tell_without_a_p(self) -> None:
        found = self.with_test(PreTrend())
        assert (found.state, found.detail) == ("cannot tell", "too few projects before adoption")


class TestLeaveOneOut:
    def of(self, **without: float) -> Check:
        own = pd.Series(without)
        return replace(GOOD, found=Effect(value=-0.5, without=own)).leave_one_out()

    def test_passes_where_the_sign_stays(self) -> None:
        found = self.of(A=-0.4, B=-0.6)
        assert (found.state, said(found)) == ("passed", "from −60 points to −40 points")

    def test_cannot_tell_where_nothing_can_be_estimated_without_one(self) -> None:
        found = self.of(A=-0.4, B=nan, C=nan)
        assert (found.state, found.detail) == (
            "cannot tell", "nothing can be estimated without B and C"
        )  # fmt: skip

    def test_a_sign_that_turns_weighs_more_than_one_unknown(self) -> None:
        found = self.of(A=0.4, B=-0.6, C=nan)
        assert found.state == "failed"
        assert found.detail.endswith("it changes sign without A")

    def test_names_those_without_which_it_turns(self) -> None:
        found = self.of(A=-0.4, B=0.1, C=0.0, D=-0.9)
        assert found.state == "failed"
        assert said(found) == "from −90 points to +10 points; it changes sign without B and C"

    def test_an_effect_of_department_alone_is_found(self) -> None:
        own = (PLAIN.since >= 0) * np.where(PLAIN.rows["department"] == "C", -4.0, 0.3)
        found = checked(PLAIN.with_values(PLAIN.rows["value"] + own)).leave_one_out()
        assert found.state == "failed"
        assert found.detail.endswith("it changes sign without C")


class TestLeftOutBefore:
    """Quarters before an adoption that count on neither side are in no check of what was before."""

    BAD = EFFECT.with_values(
        EFFECT.rows["value"] + 9.0 * ((EFFECT.since >= -2) & (EFFECT.since < 0))
    )

    def of(self, lead: int) -> Robustness:
        cells = replace(self.BAD.cells, lead=lead)
        return Robustness(cells, attribution(cells, 0.9, permutations=199), 0.9)

    def test_a_bad_half_year_is_found_where_it_counts_alone(self) -> None:
        found = {lead: {each.id: each.state for each in self.of(lead).checks()} for lead in (0, 2)}
        wrong = {"pre-trend", "donut", "placebo in time"}
        assert {name for name, state in found[0].items() if state == "failed"} >= wrong
        assert "failed" not in found[2].values()

    def test_the_effect_is_that_without_their_projects(self) -> None:
        kept = ~((EFFECT.since >= -2) & (EFFECT.since < 0))
        expected = by_hand(RollOut(self.BAD.rows[kept], EFFECT.adopted))
        assert expected is not None
        assert self.of(2).found.value == pytest.approx(expected.effect)

    def test_the_donut_leaves_out_the_year_before_them(self) -> None:
        kept = ~((EFFECT.since >= -6) & (EFFECT.since < 0))
        expected = by_hand(RollOut(self.BAD.rows[kept], EFFECT.adopted))
        assert expected is not None
        assert said(self.of(2).donut()).startswith(f"−{-100 * expected.effect:.0f} points; ")


class TestDonut:
    def test_is_the_effect_without_the_year_before(self) -> None:
        kept = ~BEFORE
        expected = by_hand(RollOut(EFFECT.rows[kept], EFFECT.adopted))
        assert expected is not None
        assert said(GOOD.donut()).startswith(f"−{-100 * expected.effect:.0f} points; ")
        assert GOOD.donut().state == "passed"

    def test_a_bad_year_moves_it(self) -> None:
        # no effect, but a bad year before: the plain estimate is fooled, the donut is not
        dip = PLAIN.with_values(PLAIN.rows["value"] + 2.0 * BEFORE)
        found = checked(dip)
        assert found.found.value < -0.3
        assert found.donut().state == "failed"
        own, other = (each.donut().detail.split(";")[0] for each in (found, NONE))
        assert own == other

    def test_error_of_the_difference_is_of_the_jackknife(self) -> None:
        dates = dict(zip("ABCDEFG", [7, 7, 8, 8, *[NEVER] * 3], strict=True))
        small = every_cell(dates, 10, 1, noise=0.3)
        near = (small.since >= -4) & (small.since < 0)
        away = []
        for name in dates:
            own = small.rows["department"] != name
            plain, donut = (
                by_hand(RollOut(small.rows[kept], small.adopted)) for kept in (own, own & ~near)
            )
            assert plain is not None
            assert donut is not None
            away.append(donut.effect - plain.effect)
        found, donut = checked(small), by_hand(RollOut(small.rows[~near], small.adopted))
        assert donut is not None
        difference = donut.effect - found.found.value
        error = (6 / 7 * np.square(np.array(away) - difference).sum()) ** 0.5
        words = {True: "\u00a0%", False: "\u00a0points"}[found.logarithm]
        assert found.donut().detail.endswith(f"a standard error of {100 * error:.0f}{words}")

    def test_cannot_tell_where_nothing_is_left(self) -> None:
        short = every_cell(
            dict(zip("ABCDEFGH", [4, 4, 5, 5, *[NEVER] * 4], strict=True)), 9, 2, 0.3
        )
        found = checked(short).donut()
        assert found.state == "cannot tell"
        assert found.detail == "nothing is left to compare with"


class TestPlaceboInTime:
    def test_passes_without_a_path_of_their_own(self) -> None:
        found = GOOD.placebo_in_time()
        assert found.state == "passed"
        assert "for 1 year earlier and p = " in found.detail
        assert found.detail.endswith("for 2 years earlier")

    def test_fails_where_the_year_before_was_another(self) -> None:
        found = planted(2.0 * BEFORE).placebo_in_time()
        assert found.state == "failed"

    @pytest.mark.parametrize(
        ("one", "two", "state", "said"),
        [
            (0.03, 0.90, "passed", "p = 0.03 for 1 year earlier and p = 0.90 for 2 years earlier"),
            (0.90, 0.02, "failed", "p = 0.90 for 1 year earlier and p = 0.02 for 2 years earlier"),
            (0.03, nan, "failed", "p = 0.03 for 1 year earlier"),
            (nan, 0.06, "passed", "p = 0.06 for 2 years earlier"),
        ],
    )
    def test_two_share_one_error_rate(
        self, monkeypatch: pytest.MonkeyPatch, one: float, two: float, state: str, said: str
    ) -> None:
        check = self.with_placebos(monkeypatch, {4: one, 8: two}, spread=0.01)
        assert (check.state, check.detail) == (state, said)

    @staticmethod
    def with_placebos(
        patch: pytest.MonkeyPatch, p: dict[int, float], spread: float, **given: object
    ) -> Check:
        """The check where placebo dates so many cells earlier have these p, and permuted spread."""
        permuted = np.array([-spread, spread])

        def of(*_: object, earlier: int, **__: object) -> Effect:
            return Effect(p=p[earlier], permuted=permuted)

        patch.setattr(pmo_lib.effect.robustness, "randomised", of)
        return replace(GOOD, **given).placebo_in_time()

    def test_has_no_vote_where_half_of_the_effect_would_not_have_been_seen(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        half, found = abs(GOOD.found.value) / 2, {}
        for share in (0.99, 1.01):
            check = self.with_placebos(monkeypatch, {4: 0.001, 8: 0.9}, share * half / 1.645)
            found[share] = check.state
        assert found == {0.99: "failed", 1.01: "cannot tell"}

    def test_has_no_vote_where_no_other_dates_can_be_estimated(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for few in (np.zeros(0), np.zeros(1)):
            found = Effect(p=1.0, permuted=few)
            monkeypatch.setattr(pmo_lib.effect.robustness, "randomised", lambda *_, **__: found)  # noqa: B023
            assert GOOD.placebo_in_time().state == "cannot tell"

    def test_of_half_years_a_year_is_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        halves = replace(GOOD.cells, per_year=2)
        check = self.with_placebos(monkeypatch, {2: 0.5, 4: 0.5}, 0.01, cells=halves)
        assert check.detail == "p = 0.50 for 1 year earlier and p = 0.50 for 2 years earlier"

    def test_dates_lie_before_what_is_left_out_before_adoption(self) -> None:
        # a bad quarter before adoption, which is left out, is none of the placebo's
        bad = EFFECT.with_values(EFFECT.rows["value"] + 9.0 * (EFFECT.since == -1))
        found = {}
        for lead in (0, 1):
            cells = replace(bad.cells, lead=lead)
            made = Robustness(cells, attribution(cells, 0.9, permutations=199), 0.9)
            found[lead] = made.placebo_in_time().state
        assert found == {0: "failed", 1: "passed"}

    def test_cannot_tell_where_there_is_nothing_before(self) -> None:
        short = every_cell(
            dict(zip("ABCDEFGH", [4, 4, 5, 5, *[NEVER] * 4], strict=True)), 9, 2, 0.3
        )
        assert checked(short).placebo_in_time().state == "cannot tell"


class TestAdoptersTrend:
    LINE = EFFECT.since.fillna(0) * -0.1

    def test_of_mere_improvement_nothing_is_left(self) -> None:
        improving = checked(PLAIN.with_values(PLAIN.rows["value"] + self.LINE))
        assert improving.found.excludes_zero  # fooled
        assert abs(improving.trended.value) < 3 * improving.trended.error
        assert improving.trended.value == pytest.approx(NONE.trended.value, abs=1e-6)
        assert improving.adopters_trend().state == "failed"

    def test_an_effect_stays_beside_improvement(self) -> None:
        found = planted(self.LINE / 2)
        assert found.adopters_trend().state == "passed"
        assert found.trended.value == pytest.approx(GOOD.trended.value, abs=1e-6)

    def with_trended(self, found: Trended) -> Check:
        given = replace(GOOD, found=Effect(value=-1.0))
        given.__dict__["trended"] = found
        return given.adopters_trend()

    def test_half_of_the_effect_must_be_left_where_that_would_have_been_seen(self) -> None:
        # of an effect of -1; 1.645 × 0.3 is just below a half, × 0.31 above it
        expected = {
            (0.1, 0.3): "failed", (-0.49, 0.3): "failed", (-0.5, 0.3): "passed",
            (-3.0, 0.3): "passed", (-0.6, 0.31): "cannot tell", (0.1, 0.31): "cannot tell",
        }  # fmt: skip
        found = {
            (value, error): self.with_trended(Trended(value, -2, 1, error=error)).state
            for value, error in expected
        }
        assert found == expected

    def test_cannot_tell_where_all_adopt(self) -> None:
        found = self.with_trended(Trended(note="needs two departments that stay"))
        assert (found.state, found.detail) == ("cannot tell", "needs two departments that stay")


class TestBending:
    """How far trends may bend before the effect is lost: a number and no vote."""

    def with_bends(self, before: float, most: float, reason: str = "") -> str:
        given = replace(GOOD)
        given.__dict__["trended"] = Trended(note=reason)
        given.__dict__["_leads"] = (pd.DataFrame(), PreTrend(curvature=before))
        given.__dict__["breakdown"] = most
        return given.bending.replace(TIED, " ")

    def test_is_said_by_the_year_beside_what_was_before(self) -> None:
        # a year are four quarters, and a curvature by the quarter² 16 of a year²
        assert self.with_bends(0.01, 0.02) == (
            "holds while trends bend by up to 32 points a year, each year; before adoption they "
            "bent by 16 points"
        )

    def test_what_was_before_need_not_be_known(self) -> None:
        found = self.with_bends(nan, 0.02)
        assert found == "holds while trends bend by up to 32 points a year, each year"

    def test_may_be_none_at_all(self) -> None:
        assert self.with_bends(0.0, 0.0) == "holds only while trends do not bend at all"

    def test_is_not_said_where_all_adopt_or_nothing_is_known(self) -> None:
        assert self.with_bends(0.01, 0.02, "needs two departments that stay") == ""
        assert self.with_bends(0.01, nan) == ""

    def test_is_no_check(self) -> None:
        assert not any("bend" in each.detail for each in GOOD.checks())


class TestDominance:
    def test_fails_where_one_department_is_most_of_it(self) -> None:
        many = pd.concat([EFFECT.rows, *[EFFECT.rows[EFFECT.rows["department"] == "B"]] * 8])
        found = checked(RollOut(many, EFFECT.adopted)).dominance()
        # A to H have 12, 12, 10, 10, 8, 8, 6, 6 quarters of 2 projects: 144; B has 9 times 24
        assert found.state == "failed"
        assert found.detail == "B has 64\u00a0% of the projects compared"

    def test_passes_where_none_is(self) -> None:
        assert GOOD.dominance().state == "passed"
        assert GOOD.dominance().detail == "A has 17\u00a0% of the projects compared"  # 24 of 144


class TestInWords:
    def test_each_check_of_a_logarithm_says_shares(self) -> None:
        found = replace(GOOD, logarithm=True)
        for each in (found.jackknife(), found.leave_one_out(), found.adopters_trend()):
            assert "points" not in each.detail
            assert "%" in each.detail
