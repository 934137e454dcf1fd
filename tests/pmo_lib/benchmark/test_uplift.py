"""Uplifts and tails: published examples, ranks worked by hand, and planted truths."""

from math import exp, isnan
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.worked_cases import close, floats, parameters
from pmo_lib.benchmark.uplift import Uplift, fewest, tail, uplift
from pmo_lib.stats import quantiles, rates

OVERRUNS = st.lists(st.floats(-0.99, 20), max_size=40).map(floats)


@pytest.mark.parametrize("case", parameters("uplift"))
def test_worked_uplifts(case: dict[str, Any]) -> None:
    given = {k: floats(v) if isinstance(v, list) else v for k, v in case["inputs"].items()}
    found = uplift(**given)
    for name, value in case["expected"].items():
        assert close(getattr(found, name), value, case["tolerance"]), name


class TestFewest:
    @pytest.mark.parametrize(("p", "n"), [(0.5, 5), (0.8, 11), (0.9, 22)])
    def test_is_as_published_at_90_percent(self, p: float, n: int) -> None:
        assert fewest(p, 0.9) == n

    @given(p=st.floats(0.05, 0.95), level=st.floats(0.5, 0.99))
    def test_is_where_order_statistics_begin(self, p: float, level: float) -> None:
        n = fewest(p, level)
        assert quantiles.order_statistic_ranks(n, p, level) is not None
        assert n == 2 or quantiles.order_statistic_ranks(n - 1, p, level) is None


class TestUplift:
    @given(OVERRUNS.filter(lambda v: len(v) >= 11 and np.ptp(v) > 1e-3))
    def test_of_a_large_class_has_the_intervals_of_all_quantiles(self, values: Any) -> None:
        found, usual = uplift(values, 0.8, 0.9), quantiles.quantile(values, 0.8, 0.9)
        assert (found.low, found.high) == pytest.approx((usual.low, usual.high), abs=1e-9)
        assert found.value == pytest.approx(np.quantile(values, 0.8, method="weibull"), abs=1e-9)
        assert (found.own_weight, found.note) == (1, "")

    @given(OVERRUNS, OVERRUNS)
    def test_is_in_order_or_says_why_not(self, own: Any, others: Any) -> None:
        parent = np.concatenate([own, others])
        p80 = uplift(own, 0.8, 0.9, parent)
        p50 = uplift(own, 0.5, 0.9, parent, decided_at=0.8)
        assert p50.own_weight == p80.own_weight or isnan(p50.own_weight + p80.own_weight)
        if p80.value == p80.value:
            assert p50.value <= p80.value + 1e-9
        for found in (p50, p80):
            assert found.n == len(own)
            if isnan(found.low):
                assert found.note
            else:
                assert found.low - 1e-9 <= found.value <= found.high + 1e-9

    def test_of_a_small_class_lies_between_it_and_its_parent(self) -> None:
        parent = np.linspace(0, 0.4, 60)
        own = np.full(6, 1.0)
        found = uplift(own, 0.8, 0.9, parent)
        assert uplift(parent, 0.8, 0.9).value < found.value <= 1.0
        assert found.high == 1.0
        assert "6 projects of this class: 23\xa0%" in found.note

    def test_of_a_small_class_reaches_down_to_its_own_lower_bound(self) -> None:
        """P(Binomial(8, 0.8) >= 4) = 99.0 %, and of 5 it is 94.4 %: below the 95 % of one end."""
        found = uplift(np.arange(8.0), 0.8, 0.9, np.linspace(10, 20, 40))
        assert found.low == 3.0
        assert found.own_weight == pytest.approx(8 / 28)

    def test_of_an_empty_class_is_the_parents_and_says_so(self) -> None:
        parent = np.linspace(0, 0.4, 61)
        found = uplift(floats([]), 0.8, 0.9, parent)
        assert found.value == pytest.approx(0.4 * (61 * (16.8 - 0.5) / 20 - 0.5) / 60)
        assert (found.n, found.own_weight) == (0, 0)
        assert "no project of this class is completed" in found.note

    @pytest.mark.parametrize(
        ("own", "parent", "p", "why"),
        [
            (3, None, 0.8, "3 completed projects of this class: a P80 needs 11"),
            (1, 10, 0.8, "1 completed project of this class and 10 in all: a P80 needs 11"),
            (1, 90, 0.9, "even beside all others a P90 needs 2"),
            (0, 0, 0.8, "0 completed projects of this class and 0 in all"),
        ],
    )
    def test_of_too_few_is_no_number(
        self, own: int, parent: int | None, p: float, why: str
    ) -> None:
        others = None if parent is None else np.linspace(0, 1, parent)
        found = uplift(np.linspace(0, 1, own), p, 0.9, others)
        assert all(map(isnan, (found.value, found.low, found.high, found.own_weight)))
        assert why in found.note

    def test_of_equal_overruns_has_no_interval(self) -> None:
        found = uplift(np.zeros(12), 0.8, 0.9)
        assert found.value == 0
        assert isnan(found.low)
        assert "all 12 overran by the same 0\xa0%" in found.note


def lognormal(chance: np.random.Generator, n: int, middle: float = 0.1) -> Any:
    return np.exp(chance.normal(middle, 0.35, n)) - 1


def held(found: Uplift, middle: float = 0.1) -> bool:
    """Whether the interval holds the P80 of the class's lognormal cost ratios."""
    return found.low <= exp(middle + 0.35 * NormalDist().inv_cdf(0.8)) - 1 <= found.high


class TestPlantedTruth:
    def test_interval_of_eleven_holds_the_p80_nine_times_in_ten(self) -> None:
        chance = np.random.default_rng(1)
        hits = sum(held(uplift(lognormal(chance, 11), 0.8, 0.9)) for _ in range(600))
        assert 0.87 <= hits / 600 <= 0.94  # 0.902 expected; 3 standard errors are 0.036

    def test_new_projects_stay_below_the_value_as_often_as_it_says(self) -> None:
        chance = np.random.default_rng(2)
        below = [
            lognormal(chance, 1)[0] <= uplift(lognormal(chance, 11), 0.8, 0.9).value
            for _ in range(2000)
        ]
        assert np.mean(below) == pytest.approx(0.8, abs=0.027)  # 3 standard errors

    @pytest.mark.parametrize("between", [0.05, 0.2, 0.5])
    @pytest.mark.parametrize("n", [3, 10])
    def test_pooled_interval_holds_where_classes_differ(self, n: int, between: float) -> None:
        """`between` is the variance of classes' log ratios as a share of that within."""
        chance, hits = np.random.default_rng(3), 0
        for _ in range(300):
            middles = 0.1 + 0.35 * chance.normal(0, between**0.5, 8)
            classes = [lognormal(chance, n if i == 0 else 25, m) for i, m in enumerate(middles)]
            hits += held(uplift(classes[0], 0.8, 0.9, np.concatenate(classes)), middles[0])
        assert hits / 300 >= 0.9


class TestTail:
    def test_counts_those_at_the_limit_and_their_mean(self) -> None:
        # 0.1 + 0.4 is 0.5 but for rounding
        found = tail(floats([0.1 * 5 - 1e-12, 1.5, *[0.0] * 8]), 0.9)
        share = rates.rate(2, 10, 0.9)
        ends = f"{100 * share.low:.0f}\xa0% to {100 * share.high:.0f}\xa0%"
        assert f"20\xa0% of 10 projects ({ends}) overran by 50\xa0% or more" in found
        assert "on average by 100\xa0%" in found
        assert "cannot be told from fewer than 30" in found

    @pytest.mark.parametrize(
        ("index", "said"),
        [(0.8, "there is no mean"), (1.6, "no sample tells the mean"), (6.0, "on average by")],
    )
    def test_a_heavy_one_has_no_mean(self, index: float, said: str) -> None:
        ratios = floats([(1 - (i + 0.5) / 400) ** (-1 / index) for i in range(400)])
        found = tail(ratios - 1, 0.9)
        assert said in found
        assert ("on average by" in found) == (index > 2)
        assert ("only quantiles are shown" in found) == (index <= 2)

    def test_an_index_near_two_is_said_to_be_unsure(self) -> None:
        ratios = floats([(1 - (i + 0.5) / 100) ** (-1 / 2.5) for i in range(100)])
        assert "whether the spread has a limit is not sure" in tail(ratios - 1, 0.9)

    def test_of_nothing_and_of_no_tail(self) -> None:
        assert tail(floats([]), 0.9) == "No project has both costs."
        flat = tail(np.zeros(40), 0.9)
        assert flat.startswith("0\xa0% of 40 projects")
        assert flat.endswith("or more.")

    def test_says_what_projects_in_flight_did(self) -> None:
        assert "have grown by 50\xa0% or more" in tail(np.zeros(40), 0.9, "have grown")
