"""The change between two periods: published values, independent formulas, shared cases."""

from math import exp, isnan, log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from builders.results import change_of
from builders.worked_cases import close, parameters
from pmo_lib.engine.result import Change
from pmo_lib.kpis.statistics import STATISTICS
from pmo_lib.stats.significance import detectable, p_above, p_value


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


def test_detectable_is_what_80_in_100_such_samples_would_show() -> None:
    # half width 0.1 at 90 %: se = 0.1 / 1.644854; (1.644854 + 0.841621) x se
    assert detectable(-0.1, 0.1, 0.9) == pytest.approx(0.1511668, abs=1e-6)


class TestPValue:
    def test_is_one_less_the_level_where_the_interval_touches(self) -> None:
        assert p_value(0.5, 0.4, 0.6, 0.4, 30, 0.9) == pytest.approx(0.1)
        assert p_value(0.5, 0.4, 0.6, 0.6, 30, 0.95) == pytest.approx(0.05)

    def test_is_students_of_a_mean(self) -> None:
        values = np.array([5.0, 7.0, 6.5, 8.0, 6.0, 5.5, 7.5])
        half = t.ppf(0.95, 6) * values.std(ddof=1) / sqrt(7)
        mean = values.mean()
        expected = 2 * t.sf(abs(mean - 5.0) / (values.std(ddof=1) / sqrt(7)), 6)
        assert p_value(mean, mean - half, mean + half, 5.0, 7, 0.9) == pytest.approx(expected)

    def test_is_nearly_the_normal_one_of_many(self) -> None:
        expected = 2 * norm.sf(2.5)
        found = p_value(2.5, 2.5 - 1.6448536, 2.5 + 1.6448536, 0, 100_000, 0.9)
        assert found == pytest.approx(expected, rel=1e-3)

    def test_missing_ends_have_none(self) -> None:
        assert isnan(p_value(0.5, float("nan"), float("nan"), 0.4, 30, 0.9))

    def test_of_ties_is_never_0(self) -> None:
        """An interval of order statistics may end at the value; no more is known than that."""
        given = {
            (2.0, 2.0, 2.0, 1.9): 0.1,  # both ends are the value
            (10.0, 10.0, 11.0, 9.9): 0.1,  # the reference is outside, if just so
            (10.0, 9.0, 10.0, 10.1): 0.1,
            (10.0, 10.0, 11.0, 10.0): 1.0,
        }
        found = {each: p_value(*each, cases=300, level=0.9) for each in given}
        assert found == pytest.approx(given)
        far = p_value(10.0, 10.0, 11.0, 5.0, 300, 0.9)
        assert 0 < far == pytest.approx(p_value(10.0, 9.0, 11.0, 5.0, 300, 0.9))

    def test_one_sided_ones_of_both_sides_are_all(self) -> None:
        above = p_above(0.5, 0.4, 0.6, 0.4, 30, 0.9)
        assert above == pytest.approx(0.05)
        assert above + p_above(-0.5, -0.6, -0.4, -0.4, 30, 0.9) == pytest.approx(1.0)

    @given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5), st.integers(2, 500))
    def test_is_a_probability_small_only_outside(
        self, value: float, below: float, above: float, cases: int
    ) -> None:
        found = p_value(value, value - below, value + above, 0.0, cases, 0.9)
        assert 0 <= found <= 1
        if value - below > 1e-9 or value + above < -1e-9:
            assert found < 0.1 + 1e-9
        if value - below < -1e-9 and value + above > 1e-9:
            assert found > 0.1 - 1e-9


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
