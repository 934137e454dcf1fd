"""The adopters' own line comes off exactly, and bends bias it by no more than is said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from builders.panels import NEVER, RollOut, by_hand, drawn, every_cell
from pmo_lib.causal.sensitivity import Trended, breakdown, trended

ADOPTED = dict(zip("ABCDEFGH", [5, 5, 7, 7, 9, NEVER, NEVER, NEVER], strict=True))
EXACT = every_cell(ADOPTED, 12, 2)
NOISY = every_cell(ADOPTED, 12, 2, noise=0.5, seed=2)


def of(rollout: RollOut, level: float = 0.9) -> Trended:
    return trended(rollout.cells, level)


def on_a_path(rollout: RollOut, path: dict[int, float]) -> RollOut:
    """The adopters' projects moved by what the path says of their quarters since adoption."""
    return rollout.with_values(rollout.rows["value"] + rollout.since.map(path).fillna(0))


class TestTrended:
    @pytest.mark.parametrize("slope", [0.0, -0.3, 5.0])
    def test_takes_a_line_of_the_adopters_off_exactly(self, slope: float) -> None:
        line = {k: slope * k for k in range(-20, 20)}
        assert of(on_a_path(EXACT, line)).value == pytest.approx(0, abs=1e-6)
        found, before = of(on_a_path(NOISY, line)), of(NOISY)
        assert found.value == pytest.approx(before.value, abs=1e-6)
        assert found.error == pytest.approx(before.error, abs=1e-6)

    def test_leaves_an_effect_beside_the_line(self) -> None:
        path = {k: 0.2 * k - 0.7 * (k >= 0) for k in range(-20, 20)}
        assert of(on_a_path(EXACT, path)).value == pytest.approx(-0.7, abs=1e-6)

    def test_is_the_imputation_with_the_line_as_covariate(self) -> None:
        rows = NOISY.rows.assign(x1=NOISY.since.fillna(0.0))
        expected = by_hand(RollOut(rows, NOISY.adopted, ("x1",)))
        assert expected is not None
        assert of(NOISY).value == pytest.approx(expected.effect)

    def test_error_is_of_the_jackknife_and_the_interval_of_t(self) -> None:
        found = of(NOISY)
        rows = NOISY.rows.assign(x1=NOISY.since.fillna(0.0))
        without = []
        for name in ADOPTED:
            one = by_hand(RollOut(rows[rows["department"] != name], NOISY.adopted, ("x1",)))
            assert one is not None
            without.append(one.effect)
        error = (7 / 8 * np.square(np.array(without) - found.value).sum()) ** 0.5
        assert found.error == pytest.approx(error)
        assert found.high - found.value == pytest.approx(stats.t.ppf(0.95, 7) * error)
        assert found.value - found.low == pytest.approx(stats.t.ppf(0.95, 7) * error)

    @pytest.mark.parametrize("stay", [0, 1])
    def test_needs_two_departments_that_stay(self, stay: int) -> None:
        dates = [4, 5, 6, 7, 8, *[NEVER] * stay]
        rollout = every_cell(dict(zip("ABCDEF", dates, strict=False)), 12, 2, noise=1)
        found = of(rollout)
        said = "needs two departments that had not adopted by the end of the data"
        assert found.note == said
        assert np.isnan([found.value, found.error, found.low, found.high, found.max_bias]).all()

    def test_does_not_change_what_it_is_given(self) -> None:
        cells = NOISY.cells
        before = cells.x.copy(), cells.y.copy()
        trended(cells, 0.9)
        np.testing.assert_array_equal(cells.x, before[0])
        np.testing.assert_array_equal(cells.y, before[1])


class TestBend:
    BEND = of(EXACT).max_bias

    @given(st.lists(st.floats(-1, 1), min_size=24, max_size=24), st.floats(-3, 3))
    def test_no_path_biases_by_more(self, bends: list[float], slope: float) -> None:
        slopes = slope + np.cumsum(bends)  # second differences of 1 at most
        heights = np.cumsum(slopes)
        path = dict(zip(range(-12, 12), heights, strict=True))
        assert abs(of(on_a_path(EXACT, path)).value) <= self.BEND + 1e-5

    def test_some_path_biases_by_as_much(self) -> None:
        # of each bend its answer; the worst path takes every bend with the sign of its answer
        own = range(-8, 7)  # quarters since adoption: A to E within 12 quarters, −9 to 6
        answers = {
            at: of(on_a_path(EXACT, {k: float(max(k - at, 0)) for k in range(-12, 12)})).value
            for at in own
        }
        assert sum(abs(answer) for answer in answers.values()) == pytest.approx(self.BEND)
        worst = {
            k: sum(np.sign(answer) * max(k - at, 0) for at, answer in answers.items())
            for k in range(-12, 12)
        }
        assert of(on_a_path(EXACT, worst)).value == pytest.approx(self.BEND)

    def test_does_not_hang_on_the_outcome(self) -> None:
        assert of(NOISY).max_bias == pytest.approx(self.BEND)

    @pytest.mark.parametrize("seed", [1, 6, 9])
    def test_holds_with_gaps_and_covariates(self, seed: int) -> None:
        rollout = drawn(seed, 9, 10, 2, 2.0)
        found = of(rollout)
        assert found.note == ""
        chance = np.random.default_rng(seed)
        for _ in range(20):
            heights = np.cumsum(np.cumsum(chance.choice([-1.0, 1.0], 20)))
            moved = of(on_a_path(rollout, dict(zip(range(-10, 10), heights, strict=True))))
            assert abs(moved.value - found.value) <= found.max_bias * (1 + 1e-6)


class TestBreakdown:
    @staticmethod
    def at(value: float = -1.0, error: float = 0.2, bend: float = 3.0, level: float = 0.9) -> float:
        return breakdown(Trended(value=value, error=error, max_bias=bend), level, 20)

    @given(st.floats(0.5, 5), st.floats(0.01, 0.2), st.floats(0.1, 30))
    def test_there_the_interval_just_reaches_0(self, v: float, error: float, bend: float) -> None:
        found = self.at(v, error, bend)
        widened = stats.t.ppf(0.95, 19) / stats.norm.ppf(0.95)
        half = error * widened * stats.foldnorm.ppf(0.9, found * bend / error)
        assert half == pytest.approx(v, rel=1e-6)

    def test_is_0_where_the_interval_includes_0_at_once(self) -> None:
        # t of 19 at 90 % is 1.729
        assert self.at(value=0.2 * 1.72) == 0
        assert self.at(value=0.2 * 1.74) > 0

    def test_grows_with_the_effect(self) -> None:
        found = [self.at(value=v) for v in (0.1, 0.4, 0.6, 1.0, 2.0)]
        assert found == sorted(found)
        assert found[0] == 0 < found[1]

    def test_shrinks_with_the_error_the_bend_and_the_level(self) -> None:
        for name, values in (("error", (0.01, 0.1, 0.2, 0.5)), ("bend", (0.5, 1, 4)),
                             ("level", (0.8, 0.9, 0.99))):  # fmt: skip
            found = [self.at(**{name: v}) for v in values]
            assert found == sorted(found, reverse=True)
            assert len(set(found)) == len(found)

    def test_is_the_same_for_better_and_worse(self) -> None:
        assert self.at(value=1.0) == self.at(value=-1.0)

    def test_is_never_more_than_the_effect_over_the_bend(self) -> None:
        assert 0 < self.at() < 1 / 3

    def test_cannot_be_told_without_an_error(self) -> None:
        assert np.isnan(self.at(error=float("nan")))
        assert np.isnan(self.at(error=0.0))
        assert np.isnan(breakdown(Trended(note="too few"), 0.9, 20))
