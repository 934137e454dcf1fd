"""The calibration of forecasts: counted by hand, and on histories whose truth is known."""

from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.worked_cases import floats
from pmo_lib.benchmark.forecast_calibration import back_test, calibration, calibration_sentence
from pmo_lib.stats.estimate import NOTHING, Estimate
from pmo_lib.stats.rates import rate

FIRST = pd.Timestamp("2020-01-01")


def past(approved: Any, finished: Any, overruns: Any, category: Any = "IT") -> pd.DataFrame:
    """A history; the days count from the first of 2020."""
    return pd.DataFrame(
        {
            "category": category,
            "approved_on": FIRST + pd.to_timedelta(approved, "D"),
            "finished_on": FIRST + pd.to_timedelta(finished, "D"),
            "overrun": overruns,
        }
    )


def exchangeable(chance: np.random.Generator, n: int = 120) -> pd.DataFrame:
    approved = np.sort(chance.integers(0, 1800, n))
    finished = approved + chance.integers(100, 500, n)
    return past(approved, finished, np.exp(chance.normal(0.1, 0.35, n)) - 1)


def test_calibration_is_the_share_at_or_below() -> None:
    found = calibration(floats([1, 2, 3, 0.1 + 0.2]), floats([1, 1, 4, 0.3]), 0.9)
    assert found == rate(3, 4, 0.9)
    assert isnan(calibration(floats([]), floats([]), 0.9).value)


class TestBackTest:
    def test_uses_only_what_was_completed_before(self) -> None:
        # five done by day 50; one approved on day 50 knows four, two later ones know all five
        history = past(
            [0, 0, 0, 0, 0, 50, 51, 60], [10, 20, 30, 40, 50, 100, 110, 120],
            [0.1, 0.2, 0.3, 0.4, 0.5, 9.0, 0.3, 0.31],
        )  # fmt: skip
        found = back_test(history, 0.5, 0.9)
        assert (found.value, found.n) == (0.5, 2)
        assert "6 projects left out: fewer than 5" in found.note
        # c is 1 for the two, -2/5 for each of the five: 2² ÷ (2 + 5 × 0.16) = 4 ÷ 2.8 cases
        expected = rate(0.5 * 4 / 2.8, 4 / 2.8, 0.9)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))

    def test_never_mixes_categories_nor_uses_unknown_days(self) -> None:
        history = past([0] * 5 + [50], [10] * 5 + [90], [0.1] * 5 + [0.2])
        other = history.assign(category=["IT"] * 5 + ["Roads"])
        assert back_test(other, 0.5, 0.9).n == 0
        undated = history.assign(finished_on=history["finished_on"].where(history.index != 0))
        assert back_test(undated, 0.5, 0.9).n == 0
        assert back_test(history, 0.5, 0.9).n == 1

    @pytest.mark.parametrize("p", [0.5, 0.8])
    def test_of_projects_that_are_all_alike_is_what_was_promised(self, p: float) -> None:
        chance = np.random.default_rng(5)
        found = [back_test(exchangeable(chance), p, 0.9) for _ in range(60)]
        assert np.mean([f.value for f in found]) == pytest.approx(p, abs=0.03)
        assert np.mean([f.low <= p <= f.high for f in found]) >= 0.8  # 0.9 less 2.6 errors

    def test_of_projects_that_became_dearer_is_too_low(self) -> None:
        history = exchangeable(np.random.default_rng(6), 200)
        later = history["approved_on"] > FIRST + pd.Timedelta(days=900)
        dearer = history.assign(overrun=history["overrun"] + later)
        found = back_test(dearer, 0.8, 0.9)
        assert found.high < 0.8
        assert "such forecasts are too low" in calibration_sentence(found, 0.8)

    def test_of_no_history_has_no_value(self) -> None:
        found = back_test(exchangeable(np.random.default_rng(7)).head(0), 0.8, 0.9)
        assert isnan(found.value)
        assert found.n == 0


class TestSentence:
    def test_judges_only_what_the_interval_tells(self) -> None:
        assert calibration_sentence(Estimate(0.7, 0.6, 0.82, 50), 0.8) == (
            "70\xa0% of 50 completed projects cost no more than their P80 forecast "
            "(60\xa0% to 82\xa0%), in line with the 80\xa0% it promises."
        )
        assert "fewer than the 80\xa0%" in calibration_sentence(Estimate(0.6, 0.5, 0.7, 50), 0.8)
        assert "are too high" in calibration_sentence(Estimate(0.9, 0.85, 0.95, 50), 0.8)

    def test_says_that_nothing_can_be_checked(self) -> None:
        assert "cannot be checked yet: there are none" in calibration_sentence(NOTHING, 0.8)
