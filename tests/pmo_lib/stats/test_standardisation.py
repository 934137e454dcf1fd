"""Direct standardisation: worked by hand, strata that nobody fills, what must hold."""

from math import isnan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from pmo_lib.stats.standardisation import standardised_gap


def units(*kinds: tuple[str | None, str | None, list[float]]) -> pd.DataFrame:
    rows = [(value, category, tier) for category, tier, values in kinds for value in values]
    return pd.DataFrame(rows, columns=["value", "category", "size_tier"])


class TestGap:
    """Peers whose values are all 0 have, in strata, no mean and hardly a variance of their own."""

    OURS = units(
        ("IT", "Small", [0.1, 0.2, 0.4, 0.0, 0.3]),
        ("Roads", "Small", [0.5, 0.9, 0.7, 0.6, 0.8, 0.7]),
        ("Rail", "Large", [2.0, 3.0]),
    )
    PEERS = units(
        ("IT", "Small", [0.0] * 6), ("Roads", "Small", [0.5] * 3), ("Rail", "Large", [1.0])
    )

    def test_weighs_the_gap_of_each_stratum_by_the_peers(self) -> None:
        found, coverage = standardised_gap(self.OURS, self.PEERS, 0.9)
        assert found.value == pytest.approx(6 / 9 * 0.2 + 3 / 9 * (0.7 - 0.5))
        assert (found.n, coverage) == (11, pytest.approx(0.9))
        assert found.note == "over 2 kinds of project, which hold 90% of the peers"

    def test_unknown_kinds_are_in_no_stratum(self) -> None:
        odd = units((None, "Small", [9.0] * 5), ("IT", None, [9.0] * 5))
        found, coverage = standardised_gap(self.OURS, pd.concat([self.PEERS, odd]), 0.9)
        assert coverage == pytest.approx(9 / 20)
        assert found.value == standardised_gap(self.OURS, self.PEERS, 0.9)[0].value

    def test_without_any_tier_the_category_alone_parts(self) -> None:
        found, _ = standardised_gap(self.OURS, self.PEERS.assign(size_tier=None), 0.9)
        assert found.value == pytest.approx(6 / 9 * 0.2 + 3 / 9 * 0.2)

    def test_strata_with_too_few_of_ours_are_left_out(self) -> None:
        four = self.OURS.iloc[1:]
        found, coverage = standardised_gap(four, self.PEERS, 0.9)
        assert (found.value, coverage) == (pytest.approx(0.2), pytest.approx(0.3))

    def test_no_kind_in_common_is_refused(self) -> None:
        refused = [
            standardised_gap(self.OURS, units(("Prisons", "Small", [1.0] * 9)), 0.9),
            standardised_gap(self.OURS, self.PEERS.iloc[:0], 0.9),
            standardised_gap(self.OURS.assign(category=None, size_tier=None), self.PEERS, 0.9),
        ]
        for found, coverage in refused:
            assert isnan(found.value)
            assert coverage == 0
            assert found.note == "no kind of project that the peers have has 5 of ours"


class TestValuesAllAlike:
    """Of a stratum with all values alike the variance is not 0."""

    def half(self, ours: pd.DataFrame, peers: pd.DataFrame) -> float:
        found, _ = standardised_gap(ours, peers, 0.9)
        return found.high - found.value

    def test_of_a_rate_get_half_a_case_of_either_kind(self) -> None:
        ours = units(("IT", "Small", [1.0] * 5))
        p = 5.5 / 6
        variance = p * (1 - p) / 5  # of either side, with 4 degrees of freedom each
        assert self.half(ours, ours) == pytest.approx(t.ppf(0.95, 8) * sqrt(2 * variance))

    def test_of_overruns_get_the_variance_within_the_others(self) -> None:
        ours = units(("IT", "Small", [0.3] * 5), ("Roads", "Small", [0.1, 0.2, 0.4, 0.0, 0.3]))
        spread = np.var([0.1, 0.2, 0.4, 0, 0.3], ddof=1)  # 4 degrees of 8, the other 4 have none
        alike, other = spread / 2 / 5 / 4, spread / 5 / 4  # each stratum has half the weight
        df = 4 * (2 * alike + 2 * other) ** 2 / (2 * alike**2 + 2 * other**2)
        expected = t.ppf(0.95, df) * sqrt(2 * alike + 2 * other)
        assert self.half(ours, ours) == pytest.approx(expected)

    def test_of_everything_leave_no_interval(self) -> None:
        ours = units(("IT", "Small", [0.3] * 5), ("Roads", "Small", [0.3] * 5))
        assert isnan(self.half(ours, ours))


def test_the_gaps_variance_is_ours_the_peers_and_that_of_their_mix() -> None:
    ours = units(("A", "S", [1.0, 2, 3, 4, 5]), ("B", "S", [4.0, 6, 5, 7, 3, 5]))
    peers = units(("A", "S", [2.0, 4, 1, 3]), ("B", "S", [1.0, 3, 2, 4, 5, 3]))
    found, _ = standardised_gap(ours, peers, 0.9)
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
    (first, covered), (second, again) = (
        standardised_gap(*sides, 0.9) for sides in ((ours, peers), shuffled)
    )
    assert (second.value, again) == pytest.approx((first.value, covered), abs=1e-9, nan_ok=True)


@given(SIDES)
def test_a_reference_that_is_ours_has_no_gap(ours: Any) -> None:
    known = ours.assign(size_tier="Small")
    gap, _ = standardised_gap(known, known, 0.9)
    assert gap.value == pytest.approx(0, abs=1e-12) or (known.value_counts("category") < 5).all()
