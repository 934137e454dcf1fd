"""Process-behaviour charts: worked cases, gaps, baselines, the rules, and what is said of them."""

from functools import partial
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders.worked_cases import parameters
from pmo_lib.assessment.behaviour import behaviour, cannot_tell
from pmo_lib.stats.limits import natural_limits

STABLE = [0.92, 0.95, 0.90, 0.97, 0.94, 0.91, 0.96, 0.93, 0.95, 0.92, 0.94, 0.93] * 2
CENTRE = 0.935
MAYBE = st.one_of(st.none(), st.integers(-(10**6), 10**6).map(lambda n: n / 100))


def points(values: Any, first: str = "2024-01", **more: Any) -> pd.DataFrame:
    """A series of months; None is a month without data."""
    months = [str(month) for month in pd.period_range(first, periods=len(values), freq="M")]
    numbers = pd.Series([nan if value is None else float(value) for value in values])
    return pd.DataFrame({"period": months, "value": numbers, "n": 20, **more})


def quarters(values: Any, first: str = "2020Q1") -> pd.DataFrame:
    names = pd.period_range(first, periods=len(values), freq="Q")
    return points(values).assign(period=[f"{name.year}-Q{name.quarter}" for name in names])


def shares(numerators: Any, denominators: Any) -> pd.DataFrame:
    k, n = np.array(numerators, "float64"), np.array(denominators, "float64")
    value = np.divide(k, n, out=np.full(len(k), nan), where=n > 0)
    return points(list(value), numerator=k, denominator=n)


def rules(found: Any) -> list[str]:
    return list(found.points["rule"])


class TestXmr:
    def test_limits_are_those_of_the_baseline(self) -> None:
        found = behaviour(points(STABLE), "month")
        centre, half = natural_limits(np.array(STABLE))
        assert found.kind == "xmr"
        assert found.points[["centre", "lower", "upper"]].drop_duplicates().to_numpy().tolist() == [
            pytest.approx([centre, centre - half, centre + half])
        ]

    def test_no_signal_in_what_only_varies(self) -> None:
        found = behaviour(points(STABLE), "month")
        assert found.signal == "no signal: the last 24 months differ by no more than chance"
        assert (found.can_tell, found.signal[:9], found.holds) == (True, "no signal", True)
        assert rules(found) == [""] * 24

    @pytest.mark.parametrize(
        ("last", "signal"),
        [(0.70, "January 2026 lies below the lower limit"),
         (1.20, "January 2026 lies above the upper limit")],
    )  # fmt: skip
    def test_point_beyond_the_limits(self, last: float, signal: str) -> None:
        found = behaviour(points([*STABLE, last]), "month")
        assert found.signal == signal
        assert not found.signal.startswith("no signal")
        assert rules(found) == [""] * 24 + ["beyond the limits"]

    def test_several_points_beyond_the_limits(self) -> None:
        found = behaviour(points([*STABLE, 0.7, 0.94, 1.2]), "month")
        assert found.signal == (
            "2 of the last 24 months lie beyond the limits, the latest March 2026 (above)"
        )

    def test_point_beyond_the_limits_in_the_baseline_itself(self) -> None:
        found = behaviour(points([*STABLE[:20], 0.8, *STABLE[:3]]), "month")
        assert found.signal == "September 2025 lies below the lower limit"

    def test_quarters_are_named_by_their_months(self) -> None:
        found = behaviour(quarters([*STABLE, 0.7]), "quarter")
        assert found.signal == "January to March 2026 lies below the lower limit"

    def test_earlier_signals_are_marked_and_told_beside(self) -> None:
        found = behaviour(points([*STABLE, 0.7, *STABLE]), "month")
        assert found.signal.startswith("no signal")
        assert rules(found).count("beyond the limits") == 1
        assert found.notes[-1] == "1 earlier point before the last 24 marked too."


class TestEightInARow:
    def test_eight_signal_and_seven_do_not(self) -> None:
        high = CENTRE + 0.03  # within the limits, and clear of what is known of the centre
        assert behaviour(points([*STABLE, *[high] * 6, 0.91]), "month").signal.startswith("no")
        found = behaviour(points([*STABLE, 0.91, *[high] * 8]), "month")
        assert found.signal == "8 months in a row, to September 2026, lie above the centre"
        assert rules(found) == [""] * 25 + ["8 in a row"] * 8

    def test_gap_neither_counts_nor_breaks(self) -> None:
        high = CENTRE + 0.03
        run = [high, high, None, high, high, high, None, high, high, high]
        found = behaviour(points([*STABLE, 0.91, *run]), "month")
        assert "8 months in a row" in found.signal
        assert rules(found)[25:] == ["" if value is None else "8 in a row" for value in run]

    def test_point_beyond_the_limits_stays_one(self) -> None:
        found = behaviour(points([*STABLE, 0.91, *[CENTRE + 0.03] * 8, 1.5]), "month")
        assert rules(found)[-2:] == ["8 in a row", "beyond the limits"]
        assert found.signal == (
            "October 2026 lies above the upper limit; "
            "9 months in a row, to October 2026, lie above the centre"
        )

    def test_later_points_count_only_outside_what_is_known_of_the_centre(self) -> None:
        found = behaviour(points([*STABLE, *[CENTRE + 0.001] * 12]), "month")
        assert found.signal.startswith("no signal")


class TestBaseline:
    def test_is_the_first_24(self) -> None:
        found = behaviour(points(STABLE * 2), "month")
        assert found.points["is_baseline"].tolist() == [True] * 24 + [False] * 24
        assert found.notes == ("The limits rest on 24 months, January 2024 to December 2025.",)

    def test_is_up_to_the_month_given(self) -> None:
        found = behaviour(points(STABLE * 2), "month", "2026-06")
        assert found.points["is_baseline"].sum() == 30

    def test_quarter_is_in_it_where_it_is_over_by_then(self) -> None:
        found = behaviour(quarters(STABLE), "quarter", "2025-08")
        assert found.points["is_baseline"].sum() == 22  # 2025-Q2 is the last that is over

    def test_is_never_of_fewer_than_20_and_says_so(self) -> None:
        found = behaviour(points(STABLE * 2), "month", "2024-06")
        assert found.points["is_baseline"].sum() == 20
        assert "To June 2024 there are too few for limits." in found.notes

    def test_what_comes_later_does_not_move_the_limits(self) -> None:
        columns = ["centre", "lower", "upper"]
        calm = behaviour(points([*STABLE, *STABLE]), "month").points[columns]
        wild = behaviour(points([*STABLE, *np.multiply(STABLE, -50)]), "month").points[columns]
        assert_frame_equal(calm, wild)

    def test_later_limits_are_wider(self) -> None:
        found = behaviour(points(STABLE * 2), "month").points
        assert found["upper"].iloc[24] > found["upper"].iloc[23]
        assert found["lower"].iloc[24] < found["lower"].iloc[23]


class TestSkewedValues:
    def test_have_limits_of_their_logarithms(self) -> None:
        values = np.exp(np.random.default_rng(3).normal(3, 0.6, 24))
        found = behaviour(points(values), "month")
        centre, half = natural_limits(np.log(values))
        assert found.kind == "xmr of powers"
        assert found.points["centre"].iloc[0] == pytest.approx(np.exp(centre))
        assert found.points["upper"].iloc[0] == pytest.approx(np.exp(centre + half))
        assert "logarithms" in found.notes[0]

    @pytest.mark.parametrize("lowest", [0.0, -1.0])
    def test_stay_as_they_are_where_one_is_not_above_0(self, lowest: float) -> None:
        values = np.exp(np.random.default_rng(3).normal(3, 0.6, 24))
        assert behaviour(points([*values, lowest]), "month").kind == "xmr"

    def test_have_limits_of_the_roots_that_are_least_skewed(self) -> None:
        values = np.random.default_rng(4).gamma(2, 10, 24)
        found = behaviour(points(values), "month")
        centre, half = natural_limits(np.cbrt(values))
        assert "cube roots" in found.notes[0]
        assert found.points["upper"].iloc[0] == pytest.approx((centre + half) ** 3)


class TestCounts:
    COUNTS = [3, 1, 4, 2, 5, 2, 3, 6, 2, 4, 3, 1] * 2

    def test_have_limits_of_their_square_roots(self) -> None:
        found = behaviour(points(self.COUNTS), "month")
        roots = np.sqrt(np.array(self.COUNTS) + 3 / 8)
        centre, half = natural_limits(roots)
        assert found.kind == "xmr of counts"
        first = found.points.iloc[0]
        assert first["centre"] == pytest.approx(centre**2 - 3 / 8)
        assert first["upper"] == pytest.approx((centre + half) ** 2 - 3 / 8)
        assert first["lower"] == pytest.approx(max(max(centre - half, 0) ** 2 - 3 / 8, 0))

    def test_of_a_quarter_are_shown_as_the_mean_of_its_months(self) -> None:
        counts = np.array(self.COUNTS, "float64")
        own = points(counts / 3, numerator=counts)
        found = behaviour(own, "quarter", is_count=True).points
        whole = behaviour(points(counts, numerator=counts), "quarter", is_count=True).points
        for name in ("centre", "lower", "upper"):
            assert found[name].to_numpy() == pytest.approx(whole[name].to_numpy() / 3, nan_ok=True)

    def test_before_the_first_nothing_could_happen(self) -> None:
        counts = np.array([0, 0, 0, *self.COUNTS, 3])
        found = behaviour(points(counts, numerator=counts), "month", is_count=True).points
        assert found["is_baseline"].tolist() == [False] * 4 + [True] * 24
        assert found["lower"].isna().tolist() == [True] * 4 + [False] * 24

    def test_too_few_cannot_tell(self) -> None:
        found = behaviour(points([0, 1, 0, 0, 2, 0, 1, 0] * 4), "month")
        assert found.signal == (
            "cannot tell: a month has 0.5 on average, limits of so small whole numbers need 2: "
            "compare years"
        )


class TestSharesNearTheirEnd:
    def test_have_limits_of_the_arcsines_of_their_roots(self) -> None:
        n = np.array([20, 30, 25, 22] * 6)
        k = n - np.array([1, 2, 0, 1, 3, 1, 0, 2] * 3)
        found = behaviour(shares(k, n), "month", is_rate=True, bounds=(0.0, 1.0))
        p = k.sum() / n.sum()
        z = (
            2
            * np.sqrt(n + 0.5)
            * (np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))) - np.arcsin(np.sqrt(p)))
        )
        half = 2.66 * np.abs(np.diff(z)).mean()
        angle = np.arcsin(np.sqrt(p)) - half / (2 * np.sqrt(n + 0.5))
        lower = (np.sin(angle) ** 2 * (n + 0.75) - 0.375) / n
        assert found.points["lower"].to_numpy() == pytest.approx(lower, abs=2e-4)
        assert "arcsines" in found.notes[0]

    def test_cannot_tell_where_the_rarer_hardly_ever_happens(self) -> None:
        found = behaviour(shares([10, 10, 9, 10, 10, 10] * 4, [10] * 24), "month", is_rate=True)
        assert "too few for a share so near its end" in found.signal


def test_a_signal_of_the_baseline_hides_no_later_one() -> None:
    """σ of the later limits is that of what lies within the natural ones."""
    calm = behaviour(points([*STABLE, 0.93]), "month").points["upper"].iloc[-1]
    wild = [*STABLE[:20], 1.4, *STABLE[:3], 0.93]
    upper = behaviour(points(wild), "month").points["upper"].iloc[-1]
    centre, half = natural_limits(np.array(wild[:24]))
    assert upper - centre <= 1.5 * half
    assert calm < upper < 1.4


class TestShares:
    @pytest.mark.parametrize("case", parameters("behaviour", function="p_prime"))
    def test_worked_case(self, case: Any) -> None:
        times, given = case["inputs"]["times"], case["inputs"]
        table = shares(given["numerators"] * times, given["denominators"] * times)
        found = behaviour(table, "month", is_rate=True)
        assert found.kind == "p-prime"
        for name, value in case["expected"].items():
            expected = pytest.approx(np.resize(value, 20), abs=case["tolerance"])
            assert found.points[name].to_numpy() == expected

    def test_limits_stay_within_what_there_can_be(self) -> None:
        table = shares([80, 360] * 10, [100, 400] * 10)
        found = behaviour(table, "month", is_rate=True, bounds=(0.0, 1.0)).points
        assert found["upper"].max() == 1.0
        assert found["lower"].iloc[0] == pytest.approx(0.560847, abs=5e-6)

    def test_few_cases_have_wide_limits(self) -> None:
        k = [*[80, 85] * 12, 8, 80]
        found = behaviour(shares(k, [*[100] * 24, 10, 100]), "month", is_rate=True).points
        width = found["upper"] - found["lower"]
        assert width.iloc[24] > 2 * width.iloc[25]

    def test_month_without_cases_is_a_gap(self) -> None:
        k, n = [80, 85, 0, 83] * 8, [100, 100, 0, 100] * 8
        found = behaviour(shares(k, n), "month", is_rate=True)
        assert found.can_tell
        assert found.points["lower"].isna().tolist() == [False, False, True, False] * 8
        assert "8 months with too little data to show: a gap, not a zero." in found.notes

    @pytest.mark.parametrize("k", [0, 10])
    def test_all_or_none_is_equal(self, k: int) -> None:
        found = behaviour(shares([k] * 24, [10] * 24), "month", is_rate=True)
        assert found.signal == "no signal: all 24 months are equal"


class TestCannotTell:
    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ([], "0 months with a value, limits need 20: collect 20 more months"),
            ([1.0], "1 month with a value, limits need 20: collect 19 more months"),
            (STABLE[:19], "19 months with a value, limits need 20: collect 1 more month"),
            # a survey a year, or every half-year, has no 15 more months to collect
            ([*([None] * 11), 1.0] * 5,
             "5 years with a value, limits need 20: collect 15 more years"),
            ([*([None] * 5), 1.0] * 8,
             "8 half-years with a value, limits need 20: collect 12 more half-years"),
            ([None, None, 1.0] * 19,
             "19 quarters with a value, limits need 20: collect 1 more quarter"),
            ([None] * 30, "0 months with a value, limits need 20: collect 20 more months"),
            ([v for x in STABLE for v in (x, None)],
             "too few months with a value follow one another: collect every month"),
            ([*[5.0] * 24, 6.0],
             "all months of the baseline are equal, so there is no variation to set limits by"),
        ],
        ids=["none", "one", "19", "yearly", "half-yearly", "quarterly", "gaps only",
             "every other", "equal baseline"],
    )  # fmt: skip
    def test_says_why_and_what_to_collect(self, values: list[Any], why: str) -> None:
        for chart in (behaviour, partial(behaviour, residuals=True)):
            found = chart(points(values), "month")
            assert found.signal == f"cannot tell: {why}"
            assert (found.can_tell, found.holds) == (False, False)
            assert found.points["value"].isna().sum() == sum(v is None for v in values)
            assert found.points["lower"].isna().all()

    def test_neighbours_that_are_equal_show_nothing(self) -> None:
        stretches = [5.0] * 12 + [None] + [6.0] * 12
        assert "neighbouring months of the baseline are equal" in (
            behaviour(points(stretches), "month").signal
        )

    def test_without_points(self) -> None:
        found = cannot_tell("needs projects.csv", "month")
        assert found.points.empty
        assert {"period", "value", "rule"} <= set(found.points)

    def test_all_equal_to_the_end_is_no_signal(self) -> None:
        found = behaviour(points([5.0] * 30), "month")
        assert found.signal == "no signal: all 30 months are equal"
        assert (found.points["rule"] == "").all()


class TestGaps:
    def test_month_without_data_is_neither_zero_nor_filled_in(self) -> None:
        with_gap = [*STABLE[:10], None, *STABLE[10:]]
        found = behaviour(points(with_gap), "month")
        gap = found.points.iloc[10]
        assert gap[["value", "centre", "lower", "upper"]].isna().all()
        assert (gap["rule"], gap["is_baseline"]) == ("", False)
        own = np.array([nan if value is None else value for value in with_gap])
        centre, half = natural_limits(own)
        assert found.points["upper"].iloc[0] == pytest.approx(centre + half)

    def test_old_data_are_not_called_the_last_months(self) -> None:
        found = behaviour(points([*STABLE, *[None] * 12]), "month")
        assert found.signal.startswith("no signal: the last 24 months with data differ")


def wandering(n: int = 40) -> Any:
    chance, values = np.random.default_rng(11), [0.0]
    for _ in range(n - 1):
        values.append(0.8 * values[-1] + chance.normal())
    return 50 + np.array(values)


class TestArResiduals:
    def test_each_is_judged_against_what_the_one_before_lets_expect(self) -> None:
        values = wandering()
        assert not behaviour(points(values), "month").holds
        found = behaviour(points(values), "month", residuals=True)
        own = values[:24] - values[:24].mean()
        # numpy's least squares through the origin, made symmetrical, without Kendall's bias
        r = (own[1:] @ own[:-1]) / np.sqrt((own[1:] @ own[1:]) * (own[:-1] @ own[:-1]))
        r += (1 + 3 * r) / 24
        expected = values[:24].mean() + min(r, 1) * (values[:-1] - values[:24].mean())
        centre, half = natural_limits((values[1:] - expected)[:23])
        assert found.kind == "ar residuals"
        assert found.holds
        assert found.points["centre"].to_numpy()[1:] == pytest.approx(expected + centre)
        upper = found.points["upper"].to_numpy()[1:24]
        assert upper == pytest.approx((expected + centre + half)[:23])

    def test_first_point_and_that_after_a_gap_are_not_judged(self) -> None:
        values = [*wandering()]
        values[30] = None
        found = behaviour(points(values), "month", residuals=True).points
        assert found["lower"].isna().to_numpy().nonzero()[0].tolist() == [0, 30, 31]

    def test_sudden_change_signals_and_a_slow_drift_is_said_not_to(self) -> None:
        jump = wandering()[:25]
        jump[-1] += 12
        found = behaviour(points(jump), "month", residuals=True)
        assert found.signal == "January 2026 lies above the upper limit"
        calm = behaviour(points(wandering()[:25]), "month", residuals=True)
        assert "what the one before lets expect by no more than chance" in calm.signal
        assert "a slow drift is no signal" in calm.notes[0]


class TestAnySeries:
    @given(st.lists(MAYBE, max_size=60), st.sampled_from(["", "2024-06", "2026-12", "1999-01"]))
    def test_is_charted_or_told_why_not(self, values: list[float | None], until: str) -> None:
        table = points(values)
        given = table.copy()
        for chart in (behaviour, partial(behaviour, residuals=True)):
            found = chart(table, "month", until)
            assert found.points["period"].tolist() == table["period"].tolist()
            assert found.points["value"].equals(table["value"])
            judged = found.points.dropna(subset=["lower"])
            assert (judged["lower"] <= judged["centre"]).all()
            assert (judged["centre"] <= judged["upper"]).all()
            assert (found.points.loc[found.points["value"].isna(), "rule"] == "").all()
            has_signal = found.can_tell and not found.signal.startswith("no signal")
            assert has_signal <= bool((found.points["rule"] != "").any())
        assert_frame_equal(table, given)

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=40),
    )
    def test_shares_of_any_size(self, pairs: list[tuple[int, int]]) -> None:
        table = shares([min(pair) for pair in pairs], [max(pair) for pair in pairs])
        found = behaviour(table, "month", is_rate=True, bounds=(0.0, 1.0))
        judged = found.points.dropna(subset=["lower"])
        assert judged["lower"].between(0, 1).all()
        assert judged["upper"].between(0, 1).all()

    @given(st.lists(st.integers(1, 10**6), min_size=20, max_size=50))
    def test_pence_and_pounds_agree(self, pence: list[int]) -> None:
        pounds = behaviour(points([value / 100 for value in pence]), "month")
        whole = behaviour(points(pence), "month")
        assert whole.kind == pounds.kind
        assert whole.signal == pounds.signal
        upper = 100 * pounds.points["upper"].to_numpy()
        assert whole.points["upper"].to_numpy() == pytest.approx(upper, nan_ok=True)
