"""Interrupted time series: explicit sums for the fit and its errors, planted effects, refusals."""

from math import isnan, log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from pmo_lib.causal.interrupted import (
    design,
    generalised,
    has_season,
    interrupted,
    residual_autocorrelation,
)

BEGAN = 8100


def projects(
    seed: int, before: int = 12, after: int = 12, *, level: float = 0.0, slope: float = 0.0,
    trend: float = 0.0, noise: float = 0.3, season: float = 0.0, rho: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """3 to 14 projects a quarter around a line, with what the PMO adds once it began."""
    chance = np.random.default_rng(seed)
    shock, rows = 0.0, []
    for t in range(-before, after):
        shock = rho * shock + chance.normal(0, noise)
        line = 0.5 + trend * t + (level + slope * t) * (t >= 0) + season * (t % 4 == 3)
        for _ in range(chance.integers(3, 15)):
            own = shock if rho else chance.normal(0, noise)
            rows.append({"quarter": BEGAN + t, "value": line + own})
    return pd.DataFrame(rows)


def by_hand(found: pd.DataFrame) -> tuple[list[list[float]], list[float], list[float]]:
    """Rows of the design, means and numbers, written out."""
    rows, means, sizes = [], [], []
    for quarter in sorted(set(found["quarter"])):
        values = [float(v) for v in found["value"][found["quarter"] == quarter]]
        t = float(quarter - BEGAN)
        rows.append([1.0, t, 1.0, t] if t >= 0 else [1.0, t, 0.0, 0.0])
        means.append(sum(values) / len(values))
        sizes.append(float(len(values)))
    return rows, means, sizes


class TestFit:
    t = np.array([-5.0, -4, -3, -1, 0, 1, 2, 4])  # a quarter without projects on each side
    y = np.array([1.0, 1.3, 0.9, 1.1, 2.0, 2.4, 2.1, 3.0])
    n = np.array([3.0, 1, 4, 2, 5, 2, 6, 1])

    def test_of_independent_quarters_solves_the_weighted_normal_equations(self) -> None:
        x = design(self.t, False)
        cross, moments = np.zeros((4, 4)), np.zeros(4)
        for row, mean, size in zip(x, self.y, self.n, strict=True):
            for i in range(4):
                moments[i] += size * row[i] * mean
                for j in range(4):
                    cross[i, j] += size * row[i] * row[j]
        expected = np.linalg.solve(cross, moments)
        found = generalised(self.t, x, self.y, self.n, 0.0)
        assert found.coefficients == pytest.approx(expected)
        squares = sum(self.n * (self.y - x @ expected) ** 2)
        assert found.variance == pytest.approx(squares / 4)
        assert found.covariance == pytest.approx(np.linalg.inv(cross) * squares / 4)

    def test_of_quarters_that_resemble_one_another_is_aitkens(self) -> None:
        x = design(self.t, False)
        omega = np.array(
            [
                [0.6 ** abs(a - b) / sqrt(n * m) for b, m in zip(self.t, self.n, strict=True)]
                for a, n in zip(self.t, self.n, strict=True)
            ]
        )
        inverse = np.linalg.inv(omega)
        covariance = np.linalg.inv(x.T @ inverse @ x)
        expected = covariance @ x.T @ inverse @ self.y
        left = self.y - x @ expected
        found = generalised(self.t, x, self.y, self.n, 0.6)
        assert found.coefficients == pytest.approx(expected)
        assert found.covariance == pytest.approx(covariance * (left @ inverse @ left) / 4)
        # the restricted likelihood of Harville (1974) up to what does not depend on rho
        height = (
            log(np.linalg.det(omega)) / 2
            + log(np.linalg.det(x.T @ inverse @ x)) / 2
            + 2 * log(left @ inverse @ left)
        )
        assert found.height == pytest.approx(height + sum(np.log(self.n)) / 2)

    def test_the_likeness_of_quarters_is_found_without_much_bias(self) -> None:
        t, x = np.arange(-20.0, 20), design(np.arange(-20.0, 20), False)
        found = []
        for seed in range(60):
            chance, y = np.random.default_rng(seed), np.zeros(140)
            for i in range(1, 140):
                y[i] = 0.6 * y[i - 1] + chance.normal()
            found.append(residual_autocorrelation(t, x, y[100:], np.ones(40)))
        assert np.mean(found) == pytest.approx(0.6, abs=0.07)

    def test_quarters_that_alternate_are_taken_as_independent(self) -> None:
        t = np.arange(-8.0, 8)
        assert residual_autocorrelation(t, design(t, False), (-1.0) ** t, np.ones(16)) == 0.0


class TestEffect:
    def test_is_the_mean_over_projects_since_the_pmo_began(self) -> None:
        given_ = projects(3, 9, 8)
        rows, means, sizes = by_hand(given_)
        x, y, n = np.array(rows), np.array(means), np.array(sizes)
        found = interrupted(given_, BEGAN)
        assert (
            residual_autocorrelation(x[:, 1], x, y, n) == 0.0
        )  # so that the weighted fit is the whole of it
        cross = np.linalg.inv(x.T @ (x * n[:, None]))
        b = cross @ x.T @ (n * y)
        after = [(size, row[1]) for size, row in zip(sizes, rows, strict=True) if row[2]]
        value = sum(size * (b[2] + b[3] * t) for size, t in after) / sum(s for s, _ in after)
        mean_t = sum(size * t for size, t in after) / sum(s for s, _ in after)
        gradient = np.array([0, 0, 1, mean_t])
        variance = sum(n * (y - x @ b) ** 2) / (17 - 4)
        error = sqrt(gradient @ cross @ gradient * variance)
        assert found.value == pytest.approx(value)
        assert found.error == pytest.approx(error)
        assert found.low == pytest.approx(value - student.ppf(0.95, 13) * error)
        assert found.high == pytest.approx(value + student.ppf(0.95, 13) * error)
        assert found.p == pytest.approx(2 * student.sf(abs(value) / error, 13))
        assert found.n == len(given_)

    def test_planted_level_and_slope_are_found(self) -> None:
        found = interrupted(
            projects(5, 16, 12, level=-0.3, slope=-0.05, trend=0.02, noise=0.02), BEGAN
        )
        post = found.series[found.series["post"]]
        t = post["quarter"].to_numpy("float64") - BEGAN
        weights = post["n"].to_numpy("float64")
        expected = float(weights @ (-0.3 - 0.05 * t) / weights.sum())
        assert found.low < expected < found.high
        assert found.value == pytest.approx(expected, abs=0.03)
        assert found.p < 0.001
        gap = (post["fitted"] - post["counterfactual"]).to_numpy("float64")
        assert gap == pytest.approx(-0.3 - 0.05 * t, abs=0.05)

    def test_a_season_is_taken_out_once_three_years_tell_of_it(self) -> None:
        given_ = projects(6, 12, 9, level=-0.2, season=1.0, noise=0.05)
        found = interrupted(given_, BEGAN)
        assert found.value == pytest.approx(-0.2, abs=0.05)
        t = found.series["quarter"].to_numpy("float64") - BEGAN
        assert has_season(t)
        assert not has_season(t[1:])

    @pytest.mark.parametrize("quarters", [8, 12])
    def test_of_a_trend_that_all_share_is_none_in_nine_of_ten(self, quarters: int) -> None:
        covers, naive = [], []
        for seed in range(120):
            given_ = projects(seed, quarters, quarters, trend=-0.0125)
            found = interrupted(given_, BEGAN)
            covers.append(found.low <= 0 <= found.high)
            after = given_["quarter"] >= BEGAN
            naive.append(given_["value"][after].mean() - given_["value"][~after].mean())
        assert 0.86 <= np.mean(covers) <= 0.97
        assert np.mean(naive) == pytest.approx(-0.0125 * quarters, abs=0.02)

    def test_of_quarters_that_resemble_one_another_has_a_longer_interval(self) -> None:
        covers, longer = [], []
        for seed in range(100):
            found = interrupted(projects(seed, 16, 12, rho=0.5), BEGAN)
            covers.append(found.low <= 0 <= found.high)
            if "may still be too short" in found.note:
                plain = interrupted(projects(seed, 16, 12), BEGAN)
                longer.append(found.error > plain.error)
        assert np.mean(covers) > 0.78
        assert np.mean(longer) > 0.8

    def test_says_that_quarters_resemble_one_another(self) -> None:
        found = interrupted(projects(1, 20, 20, rho=0.8), BEGAN)
        assert "may still be too short" in found.note

    def test_of_a_perfect_fit_has_no_interval(self) -> None:
        quarters = np.arange(BEGAN - 8, BEGAN + 8)
        values = 0.1 * (quarters - BEGAN) + (quarters >= BEGAN)
        found = interrupted(pd.DataFrame({"quarter": quarters, "value": values}), BEGAN)
        assert found.value == pytest.approx(1)
        assert isnan(found.low)
        assert isnan(found.p)
        assert "no interval" in found.note


class TestSeries:
    def test_carries_the_line_before_on_with_where_a_mean_would_lie(self) -> None:
        given_ = projects(3, 9, 8)
        found = interrupted(given_, BEGAN)
        rows, means, sizes = by_hand(given_)
        x, n = np.array(rows), np.array(sizes)
        rho = residual_autocorrelation(x[:, 1], x, np.array(means), n)
        fit = generalised(x[:, 1], x, np.array(means), n, rho)
        for k, row in enumerate(found.series.to_dict("records")):
            at = np.array([1.0, rows[k][1], 0, 0])
            line = float(at @ fit.coefficients)
            error = sqrt(at @ fit.covariance @ at + fit.variance / sizes[k])
            half = student.ppf(0.95, 13) * error
            assert row["quarter"] == BEGAN - 9 + k
            assert row["observed"] == pytest.approx(means[k])
            assert row["n"] == sizes[k]
            assert row["post"] == (k >= 9)
            assert row["fitted"] == pytest.approx(float(x[k] @ fit.coefficients))
            assert row["counterfactual"] == pytest.approx(line)
            assert row["counterfactual_low"] == pytest.approx(line - half)
            assert row["counterfactual_high"] == pytest.approx(line + half)

    def test_a_quarter_without_projects_is_left_out_and_counted(self) -> None:
        given_ = projects(4, 12, 12)
        given_ = given_[~given_["quarter"].isin([BEGAN - 3, BEGAN + 5])]
        found = interrupted(given_, BEGAN)
        assert "without a project: 2" in found.note
        row = found.series.set_index("quarter").loc[BEGAN + 5]
        assert row["n"] == 0
        assert isnan(row["observed"])
        assert isnan(row["counterfactual_low"])
        assert row["counterfactual"] == row["counterfactual"]


class TestRefusal:
    @pytest.mark.parametrize(("before", "after", "side"), [(7, 9, "before"), (9, 7, "after")])
    def test_says_how_many_quarters_there_are(self, before: int, after: int, side: str) -> None:
        found = interrupted(projects(1, before, after), BEGAN)
        assert found.refusal.startswith(f"7 quarters with projects {side}")
        assert "8 before and 8 after" in found.refusal
        assert isnan(found.value)
        assert len(found.series) == 16

    def test_of_one_outcome_for_all(self) -> None:
        found = interrupted(projects(1).assign(value=0.1), BEGAN)
        assert "the same in every quarter" in found.refusal

    def test_of_no_outcome_at_all(self) -> None:
        assert interrupted(projects(1).assign(value=np.nan), BEGAN).refusal == (
            "no project has an outcome"
        )

    def test_of_a_table_without_rows(self) -> None:
        nothing = pd.DataFrame({"quarter": [], "value": []})
        assert interrupted(nothing, BEGAN).refusal == "no project has an outcome"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 14), st.integers(8, 14), st.floats(0.1, 100))
def test_whatever_is_given_stays_and_its_order_and_unit_do_not_matter(
    seed: int, before: int, after: int, unit: float
) -> None:
    given_ = projects(seed, before, after)
    kept = given_.copy(deep=True)
    found = interrupted(given_, BEGAN)
    pd.testing.assert_frame_equal(given_, kept)
    assert found.low < found.value < found.high
    shuffled = interrupted(given_.sample(frac=1, random_state=seed), BEGAN)
    assert shuffled.value == pytest.approx(found.value, rel=1e-6, abs=1e-9)
    assert shuffled.error == pytest.approx(found.error, rel=1e-6)
    scaled = interrupted(given_.assign(value=given_["value"] * unit), BEGAN)
    assert scaled.value == pytest.approx(unit * found.value, rel=1e-3, abs=1e-4 * unit)
    later = interrupted(given_.assign(quarter=given_["quarter"] + 40), BEGAN + 40)
    assert later.value == pytest.approx(found.value)
