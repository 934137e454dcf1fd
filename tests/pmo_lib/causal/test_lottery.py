"""The effect of a draw by lot: by the whole regression, and by every possible draw."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from pmo_lib.causal.lottery import FEWEST_EACH, by_lot


def rows(
    n: int = 60, effect: float = -0.2, seed: int = 1, strata: int = 5, noise: float = 0.3
) -> pd.DataFrame:
    """Half of each stratum is treated; the value rests on stratum, size, treatment and noise."""
    chance = np.random.default_rng(seed)
    stratum = np.arange(n) % strata
    treated = np.zeros(n, dtype="bool")
    for s in range(strata):
        own = np.flatnonzero(stratum == s)
        treated[chance.permutation(own)[: len(own) // 2]] = True
    size = chance.normal(0, 1, n)
    value = 0.3 * stratum + size + effect * treated + chance.normal(0, noise, n)
    names = [f"s{s}" for s in stratum]
    return pd.DataFrame(
        {"stratum": names, "department": names, "treated": treated, "size": size, "value": value}
    )


def regression(given: pd.DataFrame) -> tuple[float, float]:
    """The slope on treated beside size and dummies of the strata, and its HC1 error by hand."""
    dummies = [given["stratum"] == name for name in sorted(given["stratum"].unique())]
    x = np.column_stack([given["treated"], given["size"], *dummies]).astype("float64")
    y = given["value"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    meat = (x * (y - x @ beta)[:, None] ** 2).T @ x
    variance = len(y) / (len(y) - x.shape[1]) * (inverse @ meat @ inverse)[0, 0]
    return float(beta[0]), float(np.sqrt(variance))


class TestEstimate:
    def test_is_that_of_the_regression(self) -> None:
        given = rows()
        found = by_lot(given, ["size"], 0.9, permutations=99)
        assert (found.value, found.error) == pytest.approx(regression(given))
        assert (found.n, found.clusters, found.support) == (60, 5, 1.0)

    def test_p_is_the_share_of_all_draws_at_least_as_large(self) -> None:
        given = rows(n=20, strata=1, effect=-0.35)
        y, d = given["value"].to_numpy(), given["treated"].to_numpy()

        def size(treated: np.ndarray) -> float:
            a, b = y[treated], y[~treated]
            error = np.sqrt(
                20 / 18 * (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / 100
            )
            return abs(a.mean() - b.mean()) / error

        chance, own = np.random.default_rng(5), size(d)
        every = list(combinations(range(20), 10))
        some = [every[i] for i in chance.choice(len(every), 4000, replace=False)]
        exact = np.mean([size(np.isin(np.arange(20), each)) >= own - 1e-9 for each in some])
        found = by_lot(given, [], 0.9, permutations=3999)
        assert found.p == pytest.approx(exact, abs=0.03)

    def test_interval_holds_what_is_not_rejected(self) -> None:
        given = rows()
        found = by_lot(given, ["size"], 0.9, permutations=499)
        moved = {
            name: by_lot(
                given.assign(value=given["value"] - end * given["treated"]), ["size"], 0.9,
                permutations=499,
            ).p
            for name, end in (
                ("low", found.low), ("high", found.high), ("value", found.value),
                ("below", found.low - 0.05), ("above", found.high + 0.05),
            )
        }  # fmt: skip
        assert moved["value"] == 1.0
        assert 0.09 < moved["low"] < 0.14
        assert 0.09 < moved["high"] < 0.14
        assert max(moved["below"], moved["above"]) < 0.1

    def test_strata_with_one_side_alone_tell_nothing(self) -> None:
        given = rows()
        more = given.iloc[:4].assign(stratum="alone", treated=True, value=99.0)
        found = by_lot(pd.concat([given, more], ignore_index=True), ["size"], 0.9, permutations=99)
        plain = by_lot(given, ["size"], 0.9, permutations=99)
        assert found.value == pytest.approx(plain.value)
        assert found.support == pytest.approx(30 / 34)

    def test_without_each_department(self) -> None:
        given = rows()
        found = by_lot(given, ["size"], 0.9, permutations=9)
        for name, value in found.without.items():
            kept = given[given["department"] != name]
            assert value == pytest.approx(regression(kept)[0])


class TestRefusals:
    def test_too_few_on_a_side(self) -> None:
        found = by_lot(rows(n=2 * FEWEST_EACH - 2, strata=1), [], 0.9)
        assert found.refusal == f"only {FEWEST_EACH - 1} projects on one side of the draw have " \
            f"this outcome; {FEWEST_EACH} are needed"  # fmt: skip

    def test_an_outcome_that_never_varies(self) -> None:
        assert by_lot(rows().assign(value=1.0), [], 0.9).refusal == "the outcome never varies"


class TestSimulated:
    def test_level_coverage_and_detectable_effect(self) -> None:
        rejected, held, seen = [], [], []
        for seed in range(60):
            null = by_lot(rows(effect=0.0, seed=seed), ["size"], 0.9, permutations=99)
            rejected.append(null.p <= 0.05)
            held.append(null.low <= 0 <= null.high)
            strong = rows(effect=-null.detectable, seed=seed)
            seen.append(by_lot(strong, ["size"], 0.9, permutations=99).p <= 0.05)
        assert np.mean(rejected) <= 0.14  # 5 % and three standard errors
        assert 0.78 <= np.mean(held) <= 1.0
        assert 0.64 <= np.mean(seen) <= 0.95
