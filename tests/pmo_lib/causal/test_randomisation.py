"""Randomisation inference: against estimates made anew one by one, and under no effect at all."""

from dataclasses import replace
from itertools import permutations
from math import comb, factorial, inf
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders import worked_cases as cases
from builders.panels import NEVER, RollOut, by_hand, drawn, every_cell, sides
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import impute
from pmo_lib.causal.panel import treated_cells
from pmo_lib.causal.randomisation import assignments, randomised

# few enough to be enumerated: 6! ÷ (2! × 2! × 2!) = 90 ways
FEW = every_cell({"A": 3, "B": 3, "C": 5, "D": 5, "E": NEVER, "F": NEVER}, 8, 2, noise=1.0, seed=4)
# 8! ÷ (2! × 2! × 2! × 2!) = 2,520 ways
MORE = every_cell(
    {"A": 3, "B": 3, "C": 5, "D": 5, "E": 7, "F": 7, "G": NEVER, "H": NEVER}, 9, 2, 1.0, seed=8
)
WITH_EFFECT = FEW.with_values(FEW.rows["value"] + 1.5 * (FEW.since >= 0))


def at_random(rollout: RollOut, level: float = 0.9, **options: object) -> Effect:
    return randomised(rollout.cells, level, **options)  # type: ignore[arg-type]


def every_permutation(rollout: RollOut) -> list[tuple[int, ...]]:
    return sorted(set(permutations(rollout.cells.first.tolist())))


def p_anew(rollout: RollOut, effect: float) -> float:
    """p of the effect: the outcome less effect × treatment, estimated under every permutation."""
    values = rollout.rows["value"] - effect * (rollout.since >= 0)
    cells = rollout.with_values(values).cells
    dates = [tuple(rollout.cells.first), *every_permutation(rollout)]
    treated = np.stack([treated_cells(np.array(first), cells.quarters) for first in dates])
    found = impute(cells, ~treated, treated)
    true, *all_of_them = abs(found.effect[:, 0]) / found.error()[:, 0]
    return sum(each >= true * (1 - 1e-9) for each in all_of_them) / len(all_of_them)


class TestAssignments:
    @pytest.mark.parametrize("case", cases.parameters("attribution", function="assignments"))
    def test_worked(self, case: dict[str, Any]) -> None:
        assert assignments(np.array(case["inputs"]["first"])) == case["expected"]["value"]

    def test_is_how_many_distinct_orders_there_are(self) -> None:
        for first in ([1, 2, 3, 4], [1, 1, 2, 3, 3], [5, 5, 5, 5], [0, 7]):
            assert assignments(np.array(first)) == len(set(permutations(first)))

    def test_of_large_numbers_is_exact(self) -> None:
        assert assignments(np.array([1] * 20 + [2] * 20)) == comb(40, 20)
        assert assignments(np.arange(100)) == float(factorial(100))

    def test_of_more_than_150_departments_is_beyond_counting(self) -> None:
        assert assignments(np.arange(151)) == inf
        assert assignments(np.zeros(151)) == 1


class TestEnumeration:
    """Where there are few ways, each is taken once."""

    def test_every_other_permutation_is_an_estimate(self) -> None:
        found = at_random(FEW)
        expected = []
        for first in every_permutation(FEW):
            if first != tuple(FEW.cells.first):
                treated = treated_cells(np.array(first), 8)[None]
                expected.append(float(impute(FEW.cells, ~treated, treated).effect[0, 0]))
        assert len(found.permuted) == 89
        np.testing.assert_allclose(np.sort(found.permuted), np.sort(expected), atol=1e-9)

    @pytest.mark.parametrize("effect", [0.0, -0.4, 0.9])
    def test_p_is_the_share_of_permutations_as_far_out(self, effect: float) -> None:
        rollout = FEW.with_values(FEW.rows["value"] + effect * (FEW.since >= 0))
        assert at_random(rollout).p == pytest.approx(p_anew(rollout, 0.0))

    def test_p_is_at_least_one_in_as_many_ways(self) -> None:
        rollout = FEW.with_values(FEW.rows["value"] + 50 * (FEW.since >= 0))
        assert at_random(rollout).p == pytest.approx(1 / 90)

    def test_does_not_hang_on_the_seed(self) -> None:
        one, other = at_random(FEW, seed=1), at_random(FEW, seed=2)
        assert (one.p, one.low, one.high) == (other.p, other.low, other.high)

    def test_permutations_without_an_estimate_do_not_count(self) -> None:
        # C to F begin one quarter before the adoption: where A and B never adopt, nothing is known
        full = every_cell(dict(zip("ABCDEF", [6, NEVER, 6, 6, 6, NEVER], strict=True)), 8, 2, 1.0)
        rows = full.rows[full.rows["department"].isin(["A", "B"]) | (full.rows["quarter"] >= 5)]
        found = at_random(RollOut(rows, full.adopted))
        assert assignments(full.cells.first) == 15
        assert len(found.permuted) == 13
        assert not np.isnan(found.permuted).any()
        assert found.p * 14 == pytest.approx(round(found.p * 14))


class TestInterval:
    """The effects that are not rejected: found by sums, checked by estimating anew."""

    @pytest.mark.parametrize("rollout", [FEW, WITH_EFFECT], ids=["no effect", "an effect"])
    @pytest.mark.parametrize("level", [0.8, 0.9])
    def test_is_the_set_of_effects_not_rejected(self, rollout: RollOut, level: float) -> None:
        found = at_random(rollout, level)
        estimate = impute(rollout.cells, *sides(rollout))
        step = 0.02 * float(estimate.error()[0, 0])
        assert found.low < float(estimate.effect[0, 0]) < found.high
        for inside in (found.low, found.low + step, found.high - step, found.high):
            assert p_anew(rollout, inside) > 1 - level + 1e-9
        for outside in (found.low - step, found.high + step):
            assert p_anew(rollout, outside) <= 1 - level + 1e-9

    def test_on_a_grid_estimated_anew(self) -> None:
        found = at_random(FEW)
        grid = np.linspace(found.low - 1, found.high + 1, 41)
        kept = [effect for effect in grid if p_anew(FEW, effect) > 0.1 + 1e-9]
        step = grid[1] - grid[0]
        assert found.low <= kept[0] <= found.low + step
        assert found.high - step <= kept[-1] <= found.high

    def test_moves_with_the_effect(self) -> None:
        one, other = at_random(FEW), at_random(WITH_EFFECT)
        step = 0.01 * (one.high - one.low)
        assert other.low == pytest.approx(one.low + 1.5, abs=step)
        assert other.high == pytest.approx(one.high + 1.5, abs=step)

    def test_grows_with_the_level(self) -> None:
        ends = [(r.low, r.high) for r in (at_random(MORE, level) for level in (0.5, 0.8, 0.9))]
        lows, highs = zip(*ends, strict=True)
        assert list(lows) == sorted(lows, reverse=True)
        assert list(highs) == sorted(highs)

    @pytest.mark.parametrize("effect", [0.0, 0.2, 0.5, 1.0, 2.0])
    def test_leaves_out_none_where_p_is_below_alpha(self, effect: float) -> None:
        rollout = MORE.with_values(MORE.rows["value"] + effect * (MORE.since >= 0))
        found = at_random(rollout, permutations=199)
        assert (found.p <= 0.1) == (found.low > 0 or found.high < 0)

    def test_leaves_out_an_effect_of_which_p_is_just_alpha(self) -> None:
        # 1 - 0.9 is 0.09999999999999998 to a computer, and p is 20 ÷ 200
        found = at_random(MORE, permutations=199)
        assert found.p == pytest.approx(0.1, abs=1e-12)
        assert found.high < 0

    def test_has_no_ends_where_no_effect_can_be_rejected(self) -> None:
        # 1 ÷ 90 is the least p there is
        found = at_random(FEW, 0.99)
        assert np.isnan([found.low, found.high]).all()
        assert found.p > 0

    def test_is_left_out_where_not_asked_for(self) -> None:
        found = at_random(FEW, ends=False)
        assert np.isnan([found.low, found.high]).all()
        assert found.p == at_random(FEW).p


class TestDrawing:
    """Where there are many ways, some are drawn."""

    def test_the_same_seed_gives_the_same(self) -> None:
        one, other = (at_random(MORE, permutations=199, seed=5) for _ in range(2))
        assert (one.p, one.low, one.high) == (other.p, other.low, other.high)
        np.testing.assert_array_equal(one.permuted, other.permuted)

    def test_another_seed_gives_another(self) -> None:
        one, other = (at_random(MORE, permutations=199, seed=seed) for seed in (5, 6))
        assert not np.array_equal(one.permuted, other.permuted)

    def test_draws_as_many_as_asked_for(self) -> None:
        assert len(at_random(MORE, permutations=199).permuted) == 199

    def test_comes_near_to_all_of_them(self) -> None:
        rollout = MORE.with_values(MORE.rows["value"] + 0.25 * (MORE.since >= 0))
        every = at_random(rollout, permutations=2520)
        some = at_random(rollout, permutations=999)
        assert len(every.permuted) == 2519
        error = (every.p * (1 - every.p) / 999) ** 0.5
        assert some.p == pytest.approx(every.p, abs=4 * error)

    def test_the_order_of_departments_matters_by_chance_only(self) -> None:
        rollout = MORE.with_values(MORE.rows["value"] + 0.25 * (MORE.since >= 0))
        names = dict(zip("ABCDEFGH", "HCAGBFED", strict=True))
        rows = rollout.rows.assign(department=rollout.rows["department"].map(names))
        other = RollOut(rows, rollout.adopted.rename(index=names))
        one, two = (at_random(r, permutations=999).p for r in (rollout, other))
        assert two == pytest.approx(one, abs=6 * (one * (1 - one) / 999) ** 0.5)

    def test_leaves_the_panel_alone(self) -> None:
        cells = MORE.cells
        before = cells.y.copy()
        randomised(cells, 0.9, permutations=9)
        np.testing.assert_array_equal(cells.y, before)


class TestUnderNoEffect:
    def test_p_is_uniform(self) -> None:
        runs = []
        adopted = dict(zip("ABCDEFGH", [3, 3, 5, 5, 7, 7, NEVER, NEVER], strict=True))
        for seed in range(300):
            rollout = every_cell(adopted, 9, 1, 1.0, seed=seed)
            chance = np.random.default_rng(1000 + seed)  # whole departments have good years
            shock = chance.normal(0, 1, (8, 9))
            d = rollout.rows["department"].map("ABCDEFGH".index)
            values = rollout.rows["value"] + shock[d, rollout.rows["quarter"]]
            # and the dates fall at random
            dates = chance.permutation(rollout.adopted.to_numpy())
            permuted = RollOut(rollout.rows.assign(value=values), rollout.adopted.copy())
            permuted.adopted[:] = dates
            runs.append(at_random(permuted, permutations=99, seed=seed, ends=False).p)
        shares = [np.mean(np.array(runs) <= alpha) for alpha in (0.1, 0.25, 0.5, 0.75)]
        assert 0.05 <= shares[0] <= 0.15
        assert shares[1:] == pytest.approx([0.25, 0.5, 0.75], abs=0.09)


class TestUsableCells:
    def test_the_others_serve_neither_side(self) -> None:
        usable = np.ones((6, 8), dtype=bool)
        usable[0, 3] = usable[4, 6] = usable[2, 1] = False
        found = at_random(FEW, usable=usable)
        at = {("A", 3), ("E", 6), ("C", 1)}
        kept = [
            (d, t) not in at
            for d, t in zip(FEW.rows["department"], FEW.rows["quarter"], strict=True)
        ]
        expected = at_random(RollOut(FEW.rows[kept], FEW.adopted))
        assert found.p == expected.p
        assert found.low == pytest.approx(expected.low, rel=1e-6)
        np.testing.assert_allclose(found.permuted, expected.permuted, atol=1e-8)

    def test_nothing_where_none_are(self) -> None:
        found = at_random(FEW, usable=np.zeros((6, 8), dtype=bool))
        assert np.isnan(found.p)


class TestEarlier:
    """Adoption pretended to have come before: of what came after the true one nothing is known."""

    @pytest.mark.parametrize("effect", [1.0, -3.0, 99.0])
    def test_an_effect_after_adoption_sets_off_no_alarm(self, effect: float) -> None:
        after = MORE.with_values(MORE.rows["value"] + effect * (MORE.since >= 0))
        assert at_random(after, earlier=2, permutations=199, ends=False).p > 0.1

    def test_finds_what_was_there_before(self) -> None:
        before = (MORE.since >= -2) & (MORE.since < 0)
        rollout = MORE.with_values(MORE.rows["value"] + 5 * before)
        quiet, loud = (
            at_random(r, earlier=2, permutations=199, ends=False) for r in (MORE, rollout)
        )
        assert quiet.p > 0.05
        assert loud.p <= 0.05

    def test_cannot_be_where_there_was_too_little_before(self) -> None:
        assert np.isnan(at_random(FEW, earlier=4, ends=False).p)

    def test_lies_before_what_is_left_out(self) -> None:
        # adoption at 5 and 7, pretended at 2 and 4: of the quarter before it nothing is known
        dates = dict(zip("ABCDEF", [5, 5, 7, 7, NEVER, NEVER], strict=True))
        rollout = every_cell(dates, 9, 2, noise=1.0, seed=4)
        cells = replace(rollout.cells, lead=1)
        found = randomised(cells, 0.9, earlier=2, ends=False)
        assert found.p == pytest.approx(p_by_hand(rollout, lead=1, earlier=2))
        spoilt = rollout.rows["value"] + 99.0 * (rollout.since >= -1)
        same = replace(rollout.with_values(spoilt).cells, lead=1)
        assert randomised(same, 0.9, earlier=2, ends=False).p == pytest.approx(found.p)


def p_by_hand(rollout: RollOut, lead: int, earlier: int = 0) -> float:
    """p of no effect in explicit loops: under each order of the dates who is left out is anew.

    Of a placebo, so many quarters earlier, nothing since the lead before the dates is known, nor
    what is since the lead before the true ones.
    """
    names, sizes = list(rollout.adopted.index), []
    true = tuple(rollout.adopted)
    orders = {tuple(str(d) for d in order): order for order in permutations(true)}
    for order in orders.values():
        dates = pd.Series(order, index=names, dtype="float64")
        since = rollout.rows["quarter"] - rollout.rows["department"].map(dates)
        if earlier:
            kept, dates = ~(since >= -lead) & ~(rollout.since >= -lead), dates - lead - earlier
        else:
            kept = ~((since < 0) & (since >= -lead))
        found = by_hand(RollOut(rollout.rows[kept], dates))
        if found is None:
            continue
        sizes.append((abs(found.effect) / found.error, [str(d) for d in order]))
    own = next(size for size, order in sizes if order == [str(d) for d in true])
    return sum(size >= own * (1 - 1e-9) for size, _ in sizes) / len(sizes)


class TestLead:
    """Quarters before an adoption that serve neither side, whichever dates are supposed."""

    @pytest.mark.parametrize("lead", [0, 1])
    def test_is_counted_anew_under_each_order_of_the_dates(self, lead: int) -> None:
        cells = replace(FEW.cells, lead=lead)
        assert randomised(cells, 0.9).p == pytest.approx(p_by_hand(FEW, lead))

    def test_what_comes_just_before_the_true_dates_counts_under_others_alone(self) -> None:
        spoilt = FEW.with_values(FEW.rows["value"] + 5.0 * (FEW.since == -1))
        one, other = (replace(each.cells, lead=1) for each in (FEW, spoilt))
        found = [randomised(cells, 0.9, ends=False) for cells in (one, other)]
        assert found[0].value == pytest.approx(found[1].value)
        assert not np.allclose(found[0].permuted, found[1].permuted)


TWELVE = dict(zip("ABCDEFGHIJKL", [4, 4, 6, 6, 8, 8, 10, 10, 12, *[NEVER] * 3], strict=True))


class TestDetectable:
    def of(self, seed: int, effect: float, lead: int) -> Effect:
        rollout = every_cell(TWELVE, 14, 2, 1.0, seed=seed)
        values = rollout.rows["value"] - effect * (rollout.since >= 0)
        cells = replace(rollout.with_values(values).cells, lead=lead)
        return randomised(cells, 0.9, permutations=99, ends=False, seed=seed)

    @pytest.mark.parametrize("lead", [0, 1])
    def test_is_seen_in_four_of_five_cases(self, lead: int) -> None:
        told = float(np.mean([self.of(seed, 0.0, lead).detectable for seed in range(60)]))
        seen = np.mean([self.of(seed, told, lead).p <= 0.05 for seed in range(100, 260)])
        assert 0.72 <= seen <= 0.88  # ± 2.5 standard errors

    def test_is_told_in_standard_errors_by_how_the_statistic_falls(self) -> None:
        found = at_random(FEW, alpha=0.1)
        without = FEW.with_values(FEW.rows["value"] - found.value * (FEW.since >= 0)).cells
        treated = np.stack([treated_cells(np.array(f), 8) for f in every_permutation(FEW)])
        anew = impute(without, ~treated, treated)
        true = [f == tuple(FEW.cells.first) for f in every_permutation(FEW)].index(True)
        sizes = np.delete(abs(anew.effect[:, 0]) / anew.error()[:, 0], true)
        critical = np.sort(sizes)[-9]  # p is a tenth where 8 and the true one are beyond, of 90
        error = anew.error()[true, 0]
        expected = (critical + np.quantile(sizes, 0.6)) * error
        assert found.detectable == pytest.approx(expected)

    def test_does_not_hang_on_the_effect_itself(self) -> None:
        one, other = at_random(FEW), at_random(WITH_EFFECT)
        assert other.detectable == pytest.approx(one.detectable)

    def test_is_nothing_where_no_p_is_as_small(self) -> None:
        assert np.isnan(at_random(FEW, alpha=0.011).detectable)  # the least p is 1 ÷ 90
        assert at_random(FEW, alpha=0.0112).detectable > 0


def test_gaps_and_covariates_are_no_hindrance() -> None:
    rollout = drawn(21, 7, 9, 2, 2.0)
    found = at_random(rollout, permutations=199)
    assert 0 < found.p <= 1
    assert found.low < found.high
