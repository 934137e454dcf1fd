"""Direct standardisation: the published check, plain loops, strata that nobody fills."""

from math import isnan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from builders.worked_cases import close, floats, parameters
from pmo_lib.stats.standardisation import standardised, standardised_gap, stratified_mean


def units(*kinds: tuple[str | None, str | None, list[float]]) -> pd.DataFrame:
    rows = [(value, category, tier) for category, tier, values in kinds for value in values]
    return pd.DataFrame(rows, columns=["value", "category", "size_tier"])


@pytest.mark.parametrize("case", parameters("like_for_like"))
def test_worked_cases(case: dict[str, Any]) -> None:
    weights, means, deviations, sizes = (
        floats(case["inputs"][name]) for name in ("weights", "means", "deviations", "sizes")
    )
    found = stratified_mean(weights, means, deviations**2, sizes, case["inputs"]["level"])
    for name, value in case["expected"].items():
        assert close(getattr(found, name), value, case["tolerance"]), name


class TestStandardised:
    OURS = units(
        ("IT", "Small", [0.1, 0.2, 0.4, 0.0, 0.3]),
        ("Roads", "Small", [0.5, 0.9, 0.7, 0.6, 0.8, 0.7]),
        ("Rail", "Large", [2.0, 3.0]),
    )
    PEERS = units(
        ("IT", "Small", [0.0] * 6), ("Roads", "Small", [0.5] * 3), ("Rail", "Large", [1.0])
    )

    def test_is_our_means_with_the_peers_mix(self) -> None:
        found = standardised(self.OURS, self.PEERS, 0.9)
        assert found.value == pytest.approx(6 / 9 * 0.2 + 3 / 9 * 0.7)
        assert found.strata == 2
        assert found.coverage == pytest.approx(0.9)
        it, roads = (
            np.var([0.1, 0.2, 0.4, 0, 0.3], ddof=1),
            np.var([5, 9, 7, 6, 8, 7], ddof=1) / 100,
        )
        a, b = (6 / 9) ** 2 * it / 5, (3 / 9) ** 2 * roads / 6
        half = t.ppf(0.95, (a + b) ** 2 / (a**2 / 4 + b**2 / 5)) * sqrt(a + b)
        assert found.error == pytest.approx(sqrt(a + b))
        assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))
        assert found.note == ""

    def test_says_what_part_of_the_peers_it_speaks_for(self) -> None:
        found = standardised(self.OURS, self.PEERS, 0.9, fewest=6)
        assert found.coverage == pytest.approx(0.3)
        assert found.note == "the kinds of project that we have hold only 30% of the peers"

    def test_unknown_kinds_are_in_no_stratum(self) -> None:
        peers = pd.concat([self.PEERS, units((None, "Small", [9.0] * 5), ("IT", None, [9.0] * 5))])
        found = standardised(self.OURS, peers, 0.9)
        assert found.coverage == pytest.approx(9 / 20)
        assert found.value == pytest.approx(standardised(self.OURS, self.PEERS, 0.9).value)

    def test_without_any_tier_the_category_alone_parts(self) -> None:
        found = standardised(self.OURS, self.PEERS.assign(size_tier=None), 0.9)
        assert found.strata == 2
        assert found.value == pytest.approx(6 / 9 * 0.2 + 3 / 9 * 0.7)

    def test_no_category_in_common_is_refused(self) -> None:
        found = standardised(self.OURS, units(("Prisons", "Small", [1.0] * 9)), 0.9)
        assert isnan(found.value)
        assert found.coverage == 0
        assert found.note == "no kind of project that the peers have has 5 of ours"

    def test_no_peers_at_all_are_refused(self) -> None:
        assert isnan(standardised(self.OURS, self.PEERS.iloc[:0], 0.9).value)


class TestValuesAllAlike:
    def test_of_a_rate_get_half_a_case_of_either_kind(self) -> None:
        ours = units(("IT", "Small", [1.0] * 5))
        found = standardised(ours, ours, 0.9)
        p = 5.5 / 6
        assert found.error == pytest.approx(sqrt(p * (1 - p) / 5))
        assert found.low == pytest.approx(1 - t.ppf(0.95, 4) * sqrt(p * (1 - p) / 5))
        assert found.high == 1

    def test_of_overruns_get_the_variance_within_the_others(self) -> None:
        ours = units(("IT", "Small", [0.3] * 5), ("Roads", "Small", [0.1, 0.2, 0.4, 0.0, 0.3]))
        spread = np.var([0.1, 0.2, 0.4, 0, 0.3], ddof=1)  # 4 degrees of 8, the other 4 have none
        found = standardised(ours, ours, 0.9)
        assert found.error == pytest.approx(sqrt((spread / 2 / 5 + spread / 5) / 4))

    def test_of_everything_leave_no_interval(self) -> None:
        ours = units(("IT", "Small", [0.3] * 5), ("Roads", "Small", [0.3] * 5))
        found = standardised(ours, ours, 0.9)
        assert found.value == pytest.approx(0.3)
        assert isnan(found.low)
        assert found.note == "no interval: all values are equal"


def test_the_gaps_variance_is_ours_the_peers_and_that_of_their_mix() -> None:
    ours = units(("A", "S", [1.0, 2, 3, 4, 5]), ("B", "S", [4.0, 6, 5, 7, 3, 5]))
    peers = units(("A", "S", [2.0, 4, 1, 3]), ("B", "S", [1.0, 3, 2, 4, 5, 3]))
    found = standardised_gap(ours, peers, 0.9)
    assert found.value == pytest.approx(0.4 * 0.5 + 0.6 * 2.0)
    parts = [
        (0.16 * 2.5 / 5, 4), (0.36 * 2.0 / 6, 5),
        (0.16 * (5 / 3) / 4, 3), (0.36 * 2.0 / 6, 5),
        ((0.4 * 0.25 + 0.6 * 4 - 1.4**2) / 10, 9),
    ]  # fmt: skip
    variance = sum(part for part, _ in parts)
    df = variance**2 / sum(part**2 / freedom for part, freedom in parts)
    assert found.high - found.value == pytest.approx(t.ppf(0.95, df) * sqrt(variance))
    assert found.n == 11


KINDS = st.tuples(st.floats(-1, 3), st.sampled_from("ABC"), st.sampled_from(["Small", None]))
SIDES = st.lists(KINDS, min_size=1, max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=["value", "category", "size_tier"])
)


@given(SIDES, SIDES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(ours: Any, peers: Any, chance: Any) -> None:
    shuffled = [side.iloc[chance.sample(range(len(side)), len(side))] for side in (ours, peers)]
    first, second = standardised(ours, peers, 0.9), standardised(*shuffled, 0.9)
    assert (second.value, second.coverage) == pytest.approx(
        (first.value, first.coverage), abs=1e-9, nan_ok=True
    )


@given(SIDES)
def test_a_reference_that_is_ours_has_no_gap(ours: Any) -> None:
    known = ours.assign(size_tier="Small")
    assert standardised(known, known, 0.9, fewest=1).coverage == 1
    gap = standardised_gap(known, known, 0.9)
    assert gap.value == pytest.approx(0, abs=1e-12) or (known.value_counts("category") < 5).all()
