"""What may be said of an effect, and each reason why nothing may."""

from dataclasses import replace
from math import isnan

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from builders.panels import NEVER, RollOut, by_hand, every_cell
from pmo_lib.causal.attribution import BEFORE_AND_SINCE, FURTHER, VARYING, attribution, is_constant
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.panel import panel
from pmo_lib.causal.randomisation import randomised
from pmo_lib.stats.estimate import NOTHING

EIGHT = dict(zip("ABCDEFGH", [4, 4, 6, 6, 8, 8, NEVER, NEVER], strict=True))
ROLLOUT = every_cell(EIGHT, 12, 2, noise=0.5, seed=3)
NUMBERS = ("value", "error", "jackknife_error", "low", "high", "p", "detectable")


def attributed(rollout: RollOut, level: float = 0.9, **options: object) -> Effect:
    return attribution(rollout.cells, level, permutations=199, **options)  # type: ignore[arg-type]


def assert_no_number(found: Effect) -> None:
    assert all(isnan(getattr(found, name)) for name in NUMBERS)
    assert found.without.empty
    assert not found.excludes_zero
    assert found.jackknife == NOTHING or isnan(found.jackknife.low)


class TestEstimate:
    FOUND = attributed(ROLLOUT)

    def test_effect_and_error_are_those_by_hand(self) -> None:
        expected = by_hand(ROLLOUT)
        assert expected is not None
        assert self.FOUND.value == pytest.approx(expected.effect)
        assert self.FOUND.error == pytest.approx(expected.error)
        assert self.FOUND.n == len(expected.compared)
        assert self.FOUND.support == len(expected.compared) / (ROLLOUT.since >= 0).sum()
        assert self.FOUND.refusal == ""

    def test_interval_and_p_are_of_randomisation(self) -> None:
        permuted = randomised(ROLLOUT.cells, 0.9, permutations=199)
        assert (self.FOUND.p, self.FOUND.low, self.FOUND.high) == (
            permuted.p,
            permuted.low,
            permuted.high,
        )

    def test_jackknife_leaves_out_each_department(self) -> None:
        effects = {}
        for name in EIGHT:
            rows = ROLLOUT.rows[ROLLOUT.rows["department"] != name]
            without = by_hand(RollOut(rows, ROLLOUT.adopted))
            assert without is not None
            effects[name] = without.effect
        assert self.FOUND.without.to_dict() == pytest.approx(effects)
        away = np.array(list(effects.values())) - self.FOUND.value
        error = (7 / 8 * (away**2).sum()) ** 0.5
        assert self.FOUND.jackknife_error == pytest.approx(error)
        half = stats.t.ppf(0.95, 7) * error
        assert self.FOUND.jackknife.low == pytest.approx(self.FOUND.value - half)
        assert self.FOUND.jackknife.high == pytest.approx(self.FOUND.value + half)

    def test_jackknife_has_the_freedom_of_those_with_a_share(self) -> None:
        # Z was under the PMO from the first quarter on: it says nothing, and leaving it out either
        adopted = EIGHT | {"Z": 0}
        always = ROLLOUT.rows[ROLLOUT.rows["department"] == "A"].assign(department="Z")
        rows = pd.concat([ROLLOUT.rows, always.head(4)], ignore_index=True)
        found = attributed(RollOut(rows, pd.Series(adopted, dtype="float64")))
        assert found.value == pytest.approx(self.FOUND.value)
        assert found.without["Z"] == pytest.approx(found.value)
        half = stats.t.ppf(0.95, 7) * found.jackknife_error
        assert found.jackknife.high == pytest.approx(found.value + half)

    def test_detectable_is_that_of_the_dates_at_the_level_of_the_test(self) -> None:
        for alpha in (0.05, 0.02):
            found = attributed(ROLLOUT, alpha=alpha)
            permuted = randomised(ROLLOUT.cells, 0.9, permutations=199, alpha=alpha)
            assert found.detectable == permuted.detectable
        assert attributed(ROLLOUT, alpha=0.02).detectable > self.FOUND.detectable

    def test_quarters_left_out_before_adoption_are_as_if_nobody_had_begun(self) -> None:
        cells = replace(ROLLOUT.cells, lead=1)
        found = attribution(cells, 0.9, permutations=199)
        kept = ROLLOUT.rows[ROLLOUT.since != -1]
        expected = by_hand(RollOut(kept, ROLLOUT.adopted))
        assert expected is not None
        assert (found.value, found.error) == pytest.approx((expected.effect, expected.error))
        assert found.n == len(expected.compared)
        for name, value in found.without.items():
            rest = RollOut(kept[kept["department"] != name], ROLLOUT.adopted)
            other = by_hand(rest)
            assert other is not None
            assert value == pytest.approx(other.effect)

    def test_zero_is_left_out_by_either_side(self) -> None:
        assert Effect(low=0.1, high=0.2).excludes_zero
        assert Effect(low=-0.2, high=-0.1).excludes_zero
        assert not Effect(low=-0.2, high=0.1).excludes_zero
        assert not Effect(low=0.0, high=0.1).excludes_zero

    @pytest.mark.parametrize("effect", [-2.0, 2.0])
    def test_finds_a_planted_effect(self, effect: float) -> None:
        found = attributed(
            ROLLOUT.with_values(ROLLOUT.rows["value"] + effect * (ROLLOUT.since >= 0))
        )
        assert found.low < effect < found.high
        assert found.jackknife.low < effect < found.jackknife.high
        assert found.excludes_zero
        assert found.jackknife.excludes_zero
        assert found.p <= 0.02

    def test_unusable_cells_are_as_if_they_were_not(self) -> None:
        usable = np.ones((8, 12), dtype=bool)
        usable[1, 4] = usable[6, 2] = False
        kept = [
            (d, t) not in {("B", 4), ("G", 2)}
            for d, t in zip(ROLLOUT.rows["department"], ROLLOUT.rows["quarter"], strict=True)
        ]
        found = attributed(ROLLOUT, usable=usable)
        expected = attributed(RollOut(ROLLOUT.rows[kept], ROLLOUT.adopted))
        assert found.value == pytest.approx(expected.value)
        assert found.jackknife_error == pytest.approx(expected.jackknife_error)
        assert found.n == expected.n
        assert found.p == expected.p

    def test_the_same_seed_gives_the_same(self) -> None:
        again = attributed(ROLLOUT)
        for name in NUMBERS:
            assert getattr(again, name) == getattr(self.FOUND, name)


def refused(rollout: RollOut) -> str:
    found = attributed(rollout)
    assert_no_number(found)
    assert found.refusal
    return found.refusal


class TestRefusals:
    def test_five_departments(self) -> None:
        five = {name: at for name, at in EIGHT.items() if name in "ACEGH"}
        rollout = every_cell(five, 12, 2, noise=0.5)
        said = "only 5 departments have projects with this outcome; 6 are needed"
        assert refused(rollout) == said

    def test_all_in_one_quarter(self) -> None:
        rollout = every_cell(dict.fromkeys("ABCDEFGH", 6), 12, 2, noise=0.5)
        said = "all departments adopted in one quarter, so there is nothing to compare with"
        assert refused(rollout) == said

    def test_all_before_the_data_begin(self) -> None:
        adopted = dict(zip("ABCDEFGH", range(-8, 0), strict=True))
        said = "all departments had adopted before the first project, so nothing of before is known"
        assert refused(every_cell(adopted, 12)) == said

    def test_all_after_the_data_end(self) -> None:
        adopted = dict(zip("ABCDEFGH", range(12, 20), strict=True))
        said = "no project was started under the PMO within the data"
        assert refused(every_cell(adopted, 12)) == said

    def test_none_at_all(self) -> None:
        rollout = every_cell(dict.fromkeys("ABCDEFGH", NEVER), 12)
        assert refused(rollout) == "no project was started under the PMO within the data"

    def test_no_project_after_adoption(self) -> None:
        rows = ROLLOUT.rows[~(ROLLOUT.since >= 0)]
        assert "no project was started" in refused(RollOut(rows, ROLLOUT.adopted))

    def test_too_few_ways_for_the_dates_to_fall(self) -> None:
        # 9! ÷ (8! × 1!) = 9 ; 9! ÷ (7! × 2!) = 36
        for late, ways in ((1, 9), (2, 36)):
            adopted = dict(zip("ABCDEFGHI", [6] * (9 - late) + [NEVER] * late, strict=True))
            said = refused(every_cell(adopted, 12, 2, noise=0.5))
            assert said == (
                f"the dates of adoption could have fallen in only {ways} distinct ways; "
                "40 are needed for chance to be told from effect"
            )

    def test_just_enough_ways(self) -> None:
        # 10! ÷ (8! × 2!) = 45
        adopted = dict(zip("ABCDEFGHIJ", [6] * 8 + [NEVER] * 2, strict=True))
        assert attributed(every_cell(adopted, 12, 2, noise=0.5)).refusal == ""

    def test_forty_ways_are_enough(self) -> None:
        names = [f"D{i}" for i in range(40)]
        adopted = dict(zip(names, [6.0, *[NEVER] * 39], strict=True))
        found = attributed(every_cell(adopted, 8, 2, noise=0.5))
        assert "distinct ways" not in found.refusal

    @pytest.mark.parametrize(
        ("adopted", "remedy"),
        [
            (dict(zip("ABCDE", [4, 5, 6, NEVER, NEVER], strict=True)), FURTHER),
            (dict.fromkeys("ABCDEFGH", 6), FURTHER),
            (dict(zip("ABCDEFGHI", [6] * 8 + [NEVER], strict=True)), FURTHER),
            (dict(zip("ABCDEFGHIJ", [6, 6, *[NEVER] * 8], strict=True)), FURTHER),
            (dict.fromkeys("ABCDEFGH", -1), BEFORE_AND_SINCE),
            (dict.fromkeys("ABCDEFGH", NEVER), BEFORE_AND_SINCE),
        ],
    )
    def test_each_says_what_to_do(self, adopted: dict[str, float], remedy: str) -> None:
        found = attributed(every_cell(adopted, 12, 2, noise=0.5))
        assert found.refusal
        assert found.remedy == remedy
        assert not is_constant(found)

    def test_an_outcome_that_is_the_same_for_all_is_to_be_checked(self) -> None:
        rows = ROLLOUT.rows.assign(value=1.0)
        found = attributed(RollOut(rows, ROLLOUT.adopted))
        assert found.remedy == VARYING
        assert is_constant(found)
        assert not is_constant(Effect(refusal="too few"))

    TWO_ADOPTERS = "the projects that can be compared are of 2 departments; 3 are needed"

    def test_two_adopters_are_too_few(self) -> None:
        # 10! ÷ (8! × 2!) = 45 ways, but an effect of two departments may be of anything
        adopted = dict(zip("ABCDEFGHIJ", [6, 6, *[NEVER] * 8], strict=True))
        found = attributed(every_cell(adopted, 12, 2, noise=0.5))
        assert_no_number(found)
        assert found.refusal == self.TWO_ADOPTERS

    def test_three_adopters_are_enough(self) -> None:
        adopted = dict(zip("ABCDEFGHIJ", [6, 6, 6, *[NEVER] * 7], strict=True))
        assert attributed(every_cell(adopted, 12, 2, noise=0.5)).refusal == ""

    def test_adopters_that_cannot_be_compared_are_none(self) -> None:
        # C adopted in its second quarter, so it cannot be compared with itself
        adopted = dict(zip("ABCDEFGHIJ", [6, 6, 1, *[NEVER] * 7], strict=True))
        whole = every_cell(adopted, 8, 2, noise=0.5)
        kept = (whole.rows["department"] != "C") | (whole.rows["quarter"] < 3)
        assert refused(RollOut(whole.rows[kept], whole.adopted)) == self.TWO_ADOPTERS

    def test_dates_after_the_end_count_as_one_date(self) -> None:
        late = dict(zip("ABCDEF", [6, 12, 13, 14, 15, 16], strict=True))
        assert "only 6 distinct ways" in refused(every_cell(late, 12, 2, noise=0.5))

    def test_too_few_of_the_treated_can_be_compared(self) -> None:
        adopted = dict(zip("ABCDEF", [5, 6, 6, 6, 7, 7], strict=True))
        rollout = every_cell(adopted, 12, 1, noise=0.5)
        treated = sum(12 - at for at in adopted.values())
        compared = 2 + 3  # A in quarters 5 and 6, B to D in 6: from 7 on nobody is left
        found = attributed(rollout)
        assert_no_number(found)
        assert found.support == pytest.approx(compared / treated)
        assert found.refusal == (
            f"only {compared / treated:.0%} of the projects under the PMO can be compared with "
            "departments that had not adopted it yet; 50% are needed"
        )

    def test_half_of_the_treated_are_enough(self) -> None:
        # compared are quarters up to 7: 4 of A, 3 of B, 2 of C, 1 of D ; in all 22, without two 20
        adopted = dict(zip("ABCDEF", [4, 5, 6, 7, 8, 8], strict=True))
        whole = every_cell(adopted, 10, 1, noise=0.5)
        assert attributed(whole).refusal.startswith("only 45%")
        kept = (whole.rows["department"] != "F") | (whole.rows["quarter"] < 8)
        found = attributed(RollOut(whole.rows[kept], whole.adopted))
        assert (found.support, found.refusal) == (0.5, "")

    def test_an_outcome_that_never_varies(self) -> None:
        for value in (0.0, 1.0, -1e6):
            rollout = ROLLOUT.with_values(value)
            assert refused(rollout) == "the outcome never varies"

    @pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
    def test_an_outcome_without_chance(self, unit: float) -> None:
        rollout = every_cell(EIGHT, 12, 2)
        values = unit * (rollout.rows["value"] - 3 * (rollout.since >= 0))
        said = "the outcome does not vary between departments"
        assert refused(rollout.with_values(values)) == said

    def test_what_is_known_of_the_design_is_told_all_the_same(self) -> None:
        found = attributed(every_cell(dict.fromkeys("ABCDEFGH", 6), 12, 2, noise=0.5))
        assert (found.clusters, found.n) == (8, 96)

    def test_a_refusal_is_a_value_of_every_field(self) -> None:
        assert_no_number(Effect(refusal="for a reason"))

    def test_missing_values_are_an_error(self) -> None:
        rows = ROLLOUT.rows.copy()
        rows.loc[5, "value"] = NEVER
        with pytest.raises(ValueError, match="nothing missing"):
            panel(rows)


def test_does_not_change_what_it_is_given() -> None:
    cells = ROLLOUT.cells
    before = [getattr(cells, name).copy() for name in ("cases", "n", "y", "x", "xx", "xy")]
    attribution(cells, 0.9, permutations=19)
    for name, kept in zip(("cases", "n", "y", "x", "xx", "xy"), before, strict=True):
        np.testing.assert_array_equal(getattr(cells, name), kept)
    pd.testing.assert_frame_equal(ROLLOUT.rows, every_cell(EIGHT, 12, 2, 0.5, seed=3).rows)
