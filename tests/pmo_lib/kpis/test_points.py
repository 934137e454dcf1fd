"""Values of many cells at once are the estimators' own."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pmo_lib.kpis.cells import UnitCells
from pmo_lib.kpis.statistics import STATISTICS

COUNTS = {"rate", "clustered_rate", "rate_difference", "slip_share", "skill", "tail_mean"}
POINTS = [name for name, each in STATISTICS.items() if each.per_cell]
SIZES = np.array([1, 2, 3, 5, 9, 20, 40, 130])


def units(statistic: str, seed: int) -> pd.DataFrame:
    """Observations with cases of several units, one of them without a name."""
    chance = np.random.default_rng(seed)
    n = int(SIZES.sum())
    summed = statistic in {"ratio", "bounded_ratio", "event_rate", "quotient"}
    of_counts = chance.integers(0, 2, n).astype("float64")
    return pd.DataFrame(
        {
            "numerator": chance.integers(0, 11, n) * 1.0 if statistic == "nps"
            else of_counts if statistic in COUNTS else chance.lognormal(0, 1, n).round(3),
            "denominator": chance.choice([0.0, 0.3, 1.7], n) if summed else 1.0,
            "case_id": pd.array(chance.choice(["a", "b", "c", "d", "e", None], n), "str"),
            "period": pd.array(chance.choice(["2026-01", "2026-02", "2026-03"], n), "str"),
            "ended": chance.random(n) < 0.7,
            "group": pd.array(chance.choice(["first", "second"], n), "str"),
            "segment": pd.array(chance.choice(["red", "amber", "green"], n), "str"),
        }
    )  # fmt: skip


@pytest.mark.parametrize("statistic", POINTS)
def test_value_and_cases_are_the_estimators(statistic: str) -> None:
    ends = np.append(0, np.cumsum(SIZES))
    for seed in range(20):
        rows = units(statistic, seed)
        values, cases = STATISTICS[statistic].in_cells(UnitCells(rows, ends))
        expected = [STATISTICS[statistic](rows.iloc[a:b], 0.9) for a, b in pairwise(ends)]
        np.testing.assert_allclose(values, [each.value for each in expected], rtol=1e-14)
        assert cases.tolist() == [each.cases for each in expected]


def test_statistic_without_points_is_asked_of_its_estimator() -> None:
    rows = units("p80", 1)
    values, cases = STATISTICS["p80"].in_cells(UnitCells(rows, np.array([0, 5, len(rows)])))
    assert values.tolist() == [np.quantile(rows["numerator"][:5], 0.8),
                               np.quantile(rows["numerator"][5:], 0.8)]  # fmt: skip
    assert cases.tolist() == [5, len(rows) - 5]


@pytest.mark.parametrize("statistic", POINTS)
def test_of_no_cell_there_is_nothing(statistic: str) -> None:
    values, cases = STATISTICS[statistic].in_cells(
        UnitCells(units(statistic, 1).iloc[:0], np.array([0]))
    )
    assert len(values) == len(cases) == 0


def test_cases_are_counted_cell_by_cell() -> None:
    rows = pd.DataFrame({"case_id": ["a", "a", "b", "a", "c", "a"], "numerator": 1.0})
    cells = UnitCells(rows, np.array([0, 3, 3, 6]))
    assert cells.cases.tolist() == [2, 0, 2]
    most = cells.each_by_case(lambda x: x.max(initial=0), cells.column("numerator"))
    assert most.tolist() == [2, 0, 2]
