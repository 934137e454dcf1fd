"""Values without intervals: what a statistic comes to in every cell, and on how many cases.

They are the values of the estimators, got for thousands of cells at once; statistics are declared
with them.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from pmo_lib.kpis.cells import UnitCells
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats, Integers, total
from pmo_lib.stats.quantiles import sample_quantile, survival_time
from pmo_lib.stats.skill import by_case_and_colour, skill_score

ANY_LEVEL = 0.9  # of the intervals, which nobody asks for here
Points = tuple[Floats, Integers]


def by_estimator(estimator: Callable[[pd.DataFrame, float], Estimate], cells: UnitCells) -> Points:
    """The estimator's own values, cell by cell."""
    found = [estimator(cells.units.iloc[a:b], ANY_LEVEL) for a, b in pairwise(cells.bounds)]
    return np.array([e.value for e in found]), np.array([e.cases for e in found], dtype="int64")


def rate(cells: UnitCells) -> Points:
    return cells.each(lambda k: k.sum() / len(k), cells.column("numerator")), cells.sizes


def rate_by_case(cells: UnitCells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    known = cells.each_by_case(lambda n: (n > 0).sum(), below).astype("int64")
    rates = cells.each_by_case(_rate_of_sums, above, below)
    return rates, np.where(known > 0, known, cells.cases)


def _rate_of_sums(successes: Floats, sizes: Floats) -> float:
    n = sizes[sizes > 0].sum()
    return float(successes[sizes > 0].sum() / n) if n else np.nan


def rate_difference(cells: UnitCells) -> Points:
    groups = [cells.where((cells.units["group"] == name).to_numpy(dtype=bool))
              for name in ("first", "second")]  # fmt: skip
    (first, n), (second, m) = (rate_by_case(group) for group in groups)
    both = groups[0].sizes + groups[1].sizes
    return first - second, np.where((n > 0) & (m > 0), np.minimum(n, m), both)


def ratio(cells: UnitCells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    return cells.each_by_case(_ratio_of_sums, above, below), cells.cases


def _ratio_of_sums(above: Floats, below: Floats) -> float:
    base = total(below)
    return total(above) / base if base > 0 else np.nan


def quotient(cells: UnitCells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    return cells.each(_quotient_of_sums, above, below), cells.sizes


def _quotient_of_sums(above: Floats, below: Floats) -> float:
    base = below.sum()
    return float(above.sum() / base) if base > 0 else np.nan


def mean(cells: UnitCells) -> Points:
    return cells.each(np.mean, cells.quotients), cells.sizes


def mean_by_case(cells: UnitCells) -> Points:
    values = cells.quotients
    return cells.each_by_case(_rate_of_sums, values, np.ones(len(values))), cells.cases


def monthly_mean(cells: UnitCells) -> Points:
    months, _ = pd.factorize(cells.units["period"])
    found = UnitCells(cells.units.assign(case_id=months), cells.bounds)
    numerator = found.column("numerator")
    return found.each_by_case(np.mean, numerator), found.cases


def count(cells: UnitCells) -> Points:
    return cells.each(np.add.reduce, cells.column("numerator")), cells.sizes


def median(cells: UnitCells) -> Points:
    return cells.each(lambda x: sample_quantile(np.sort(x), 0.5), cells.quotients), cells.sizes


def median_by_case(cells: UnitCells) -> Points:
    return median(cells)[0], cells.cases


def survival_median(cells: UnitCells) -> Points:
    ended = cells.units["ended"].to_numpy(dtype=bool)
    return cells.each(lambda t, e: survival_time(t, e, 0.5), cells.quotients, ended), cells.sizes


def nps(cells: UnitCells) -> Points:
    net, cases = _net(cells), cells.cases
    if "person" in cells.units:
        people = UnitCells(cells.units.assign(case_id=cells.units["person"]), cells.bounds)
        cases = np.minimum(cases, people.cases)
    return 100 * cells.each(np.mean, net), cases


def mean_nps(cells: UnitCells) -> Points:
    net = _net(cells)
    means = cells.each_by_case(lambda own, n: float((own / n).mean()), net, np.ones(len(net)))
    return 100 * means, cells.cases


def _net(cells: UnitCells) -> Floats:
    scores = cells.column("numerator")
    return (scores >= 9).astype("float64") - (scores <= 6)


def rating_skill(cells: UnitCells) -> Points:
    colours, _ = pd.factorize(cells.units["segment"], sort=True, use_na_sentinel=False)
    return cells.each(_skill_of, cells.case, colours, cells.column("numerator")), cells.cases


def _skill_of(cases: Integers, colours: Integers, ill: Floats) -> float:
    _, colours = np.unique(colours, return_inverse=True)
    return skill_score(*by_case_and_colour(cases - cases[0], colours, ill))
