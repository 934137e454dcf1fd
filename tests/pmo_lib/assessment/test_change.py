"""The change between two periods: published values, independent formulas, shared cases."""

from math import exp, isnan, log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from builders.results import change_of
from builders.worked_cases import close, parameters
from pmo_lib.engine.result import Change
from pmo_lib.kpis.statistics import STATISTICS


def change(statistic: str, now: pd.DataFrame, before: pd.DataFrame, level: float) -> Change:
    return change_of(STATISTICS[statistic], now, before, level)


def units(numerators: Any, denominators: Any = 1.0, cases: Any = None, **more: Any) -> pd.DataFrame:
    rows = pd.DataFrame({"numerator": np.asarray(numerators, dtype=float), **more})
    rows["denominator"] = denominators
    rows["case_id"] = list(cases) if cases is not None else [f"c{i}" for i in range(len(rows))]
    return rows.assign(department="Finance", period="2026-09")


def others(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(case_id="other " + rows["case_id"])


@pytest.mark.parametrize("case", parameters("change"))
def test_published_differences_of_rates(case: dict[str, Any]) -> None:
    now, before = (
        units([1.0] * sample["successes"] + [0.0] * (sample["n"] - sample["successes"]))
        for sample in (case["now"], case["before"])
    )
    found = change(case["statistic"], now, others(before), case["level"])
    for name, value in case["expected"].items():
        assert close(getattr(found, name), value, case["tolerance"]), name


class TestMeans:
    NOW, BEFORE = [5.0, 7.0, 6.5, 8.0, 6.0], [4.0, 4.5, 5.0, 3.5]

    def test_of_different_cases_is_welchs(self) -> None:
        found = change("mean", units(self.NOW), others(units(self.BEFORE)), 0.9)
        v1, v0 = np.var(self.NOW, ddof=1) / 5, np.var(self.BEFORE, ddof=1) / 4
        df = (v1 + v0) ** 2 / (v1**2 / 4 + v0**2 / 3)
        half = t.ppf(0.95, df) * sqrt(v1 + v0)
        assert found.value == pytest.approx(6.5 - 4.25)
        assert (found.low, found.high) == pytest.approx((2.25 - half, 2.25 + half))

    def test_of_the_same_cases_is_about_the_paired(self) -> None:
        chance = np.random.default_rng(1)
        level = chance.normal(0, 5, 200)
        before, now = level + chance.normal(0, 1, 200), level + 0.5 + chance.normal(0, 1, 200)
        found = change("mean", units(now), units(before), 0.9)
        paired = now - before
        half = t.ppf(0.95, 199) * paired.std(ddof=1) / sqrt(200)
        assert found.high - found.low == pytest.approx(2 * half, rel=0.05)
        apart = change("mean", units(now), others(units(before)), 0.9)
        assert apart.high - apart.low > 3 * (found.high - found.low)


class TestRatios:
    def jackknifed(self, y1: Any, x1: Any, y0: Any, x0: Any, df: int) -> tuple[float, float]:
        """Leave out one case at a time, by a plain loop."""
        n = len(y1)
        logs = []
        for i in range(n):
            keep = [k for k in range(n) if k != i]
            logs.append(log(y1[keep].sum() / x1[keep].sum()) - log(y0[keep].sum() / x0[keep].sum()))
        error = sqrt((n - 1) / n * sum((value - np.mean(logs)) ** 2 for value in logs))
        middle = log(y1.sum() / x1.sum()) - log(y0.sum() / x0.sum())
        base, half = y0.sum() / x0.sum(), t.ppf(0.95, df) * error
        return base * (exp(middle - half) - 1), base * (exp(middle + half) - 1)

    def test_of_the_same_cases_leaves_each_out_of_both(self) -> None:
        chance = np.random.default_rng(2)
        x0 = chance.uniform(80, 120, 140)
        y0 = x0 * chance.normal(0.9, 0.1, 140)
        x1, y1 = x0 * 1.5, 1.5 * y0 * chance.normal(1.05, 0.02, 140)
        found = change("ratio", units(y1, x1), units(y0, x0), 0.9)
        assert (found.low, found.high) == pytest.approx(self.jackknifed(y1, x1, y0, x0, 139))
        assert found.low > 0

    def test_of_other_cases_adds_the_variances(self) -> None:
        chance = np.random.default_rng(3)
        x0, x1 = chance.uniform(80, 120, 140), chance.uniform(80, 120, 135)
        y0, y1 = x0 * chance.normal(0.9, 0.1, 140), x1 * chance.normal(0.9, 0.1, 135)
        found = change("ratio", units(y1, x1), others(units(y0, x0)), 0.9)
        pad0, pad1 = np.zeros(135), np.zeros(140)
        expected = self.jackknifed(
            np.r_[y1, pad1], np.r_[x1, pad1], np.r_[pad0, y0], np.r_[pad0, x0], 134
        )
        assert (found.low, found.high) == pytest.approx(expected)


class TestSharesOfAWhole:
    """Of what each has spent a part is for growth: no share can change by more than all."""

    def test_interval_ends_where_a_share_can_go_and_p_is_unmoved(self) -> None:
        chance = np.random.default_rng(11)
        wrong = {}
        for case in range(40):
            n = int(chance.integers(4, 14))
            whole = chance.lognormal(0, 1.5, 2 * n)
            part = whole * (chance.random(2 * n) < 0.4) * chance.random(2 * n)
            now, before = units(part[:n], whole[:n]), others(units(part[n:], whole[n:]))
            found = change("bounded_ratio", now, before, 0.9)
            base = part[n:].sum() / whole[n:].sum()
            if isnan(found.low):
                continue
            if not (-base <= found.low <= found.high <= 1 - base + 1e-12):
                wrong[case] = found
            if not (isnan(found.detectable) or found.detectable <= 1):
                wrong[case] = found
        assert wrong == {}

    def test_what_may_exceed_its_whole_has_no_such_end(self) -> None:
        chance = np.random.default_rng(3)
        now = units(chance.lognormal(0.5, 0.9, 8), np.ones(8))
        before = others(units(chance.lognormal(-0.5, 0.9, 8), np.ones(8)))
        found = change("bounded_ratio", now, before, 0.9)
        assert found.high > 1


class TestCombining:
    @pytest.mark.parametrize("statistic", ["median", "p80", "nps", "geometric_mean"])
    def test_no_change_against_itself(self, statistic: str) -> None:
        rows = units([2, 9, 10, 7, 3, 8, 10, 5, 9, 6, 4, 8, 7, 9, 10, 1, 2, 9, 8, 7])
        found = change(statistic, rows, rows, 0.9)
        assert found.value == 0
        assert found.low <= 0 <= found.high
        apart = change(statistic, rows, others(rows), 0.9)
        assert apart.high - apart.low >= found.high - found.low

    def test_of_quantiles_squares_and_adds_the_two_intervals(self) -> None:
        chance = np.random.default_rng(4)
        now, before = units(chance.normal(5, 1, 50)), others(units(chance.normal(4, 1, 60)))
        found = change("median", now, before, 0.9)
        a, b = (STATISTICS["median"](rows, 0.9) for rows in (now, before))
        assert found.low == pytest.approx(
            found.value - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
        )
        assert found.high == pytest.approx(
            found.value + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
        )

    def test_without_an_interval_there_is_a_change_and_nothing_more(self) -> None:
        found = change("mean", units([1.0, 1.0]), others(units([2.0, 3.0])), 0.9)
        assert found.value == -1.5
        assert isnan(found.low)
        assert isnan(found.high)
        assert isnan(found.detectable)
        assert isnan(found.p_value)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=40),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=40),
)
def test_rates_stay_possible_and_turn_round(a: list[Any], b: list[Any]) -> None:
    now = units([y for y, _ in a], cases=[f"c{c}" for _, c in a])
    before = units([y for y, _ in b], cases=[f"c{c}" for _, c in b])
    found = change("clustered_rate", now, before, 0.9)
    assert -1 <= found.value <= 1
    assert found.low <= found.value + 1e-12
    assert found.high >= found.value - 1e-12
    turned = change("clustered_rate", before, now, 0.9)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9)
