"""The effect on cost at which the PMO pays for itself, by hand."""

from math import isnan, log

import pandas as pd
import pytest

from pmo_lib.worth.costs import break_even_on_cost


class TestBreakEven:
    BASE = pd.Timestamp("2023-12-31")
    PAID = pd.DataFrame({"period": ["2023-12", "2024-12"], "amount": [10.0, 11.0]})
    UNDER = pd.DataFrame(
        {
            "ended_on": pd.to_datetime(["2023-12-31", "2024-12-31", None]),
            "actual_cost": [100.0, 110.0, 500.0],
        }
    )

    def test_by_hand(self) -> None:
        # without discounting 21 of 210 spent; what has not ended counts nothing
        found = break_even_on_cost(self.UNDER, self.PAID, self.BASE, 0.0)
        assert found == pytest.approx(-log(1 + 21 / 210))

    def test_discounted_by_days(self) -> None:
        d = 1.1 ** (-366 / 365.25)  # 2024 was a leap year
        found = break_even_on_cost(self.UNDER, self.PAID, self.BASE, 0.1)
        assert found == pytest.approx(-log(1 + (10 + 11 * d) / (100 + 110 * d)))

    def test_missing_without_spend(self) -> None:
        assert isnan(break_even_on_cost(self.UNDER.iloc[2:], self.PAID, self.BASE, 0.0))
