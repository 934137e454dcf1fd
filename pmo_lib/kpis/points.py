"""Values without intervals: what each statistic comes to in every cell, and on how many cases.

They are the values of the estimators, got for thousands of cells at once. A statistic that is not
here is asked of its estimator cell by cell.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from pmo_lib.kpis.cells import Cells, Integers
from pmo_lib.kpis.statistics import ESTIMATORS, Statistic
from pmo_lib.stats.numbers import Floats, total
from pmo_lib.stats.quantiles import sample_quantile, survival_time
from pmo_lib.stats.skill import by_case_and_colour, skill_score

Points = tuple[Floats, Integers]


def points(statistic: Statistic, cells: Cells) -> Points:
    """The statistic's value in each cell, and the number of its independent cases."""
    if statistic in POINTS:
        return POINTS[statistic](cells)
    found = [
        ESTIMATORS[statistic](cells.units.iloc[a:b], 0.9)
        for a, b in zip(cells.bounds[:-1], cells.bounds[1:], strict=True)
    ]
    return np.array([e.value for e in found]), np.array([e.cases for e in found], dtype="int64")


def _rate(cells: Cells) -> Points:
    return cells.each(lambda k: k.sum() / len(k), cells.column("numerator")), cells.sizes


def _rate_by_case(cells: Cells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    known = cells.each_by_case(lambda n: (n > 0).sum(), below).astype("int64")
    rates = cells.each_by_case(_rate_of_sums, above, below)
    return rates, np.where(known > 0, known, cells.cases)


def _rate_of_sums(successes: Floats, sizes: Floats) -> float:
    n = sizes[sizes > 0].sum()
    return float(successes[sizes > 0].sum() / n) if n else np.nan


def _rate_difference(cells: Cells) -> Points:
    groups = [cells.where((cells.units["group"] == name).to_numpy(dtype=bool))
              for name in ("first", "second")]  # fmt: skip
    (first, n), (second, m) = (_rate_by_case(group) for group in groups)
    both = groups[0].sizes + groups[1].sizes
    return first - second, np.where((n > 0) & (m > 0), np.minimum(n, m), both)


def _ratio(cells: Cells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    return cells.each_by_case(_ratio_of_sums, above, below), cells.cases


def _ratio_of_sums(above: Floats, below: Floats) -> float:
    base = total(below)
    return total(above) / base if base > 0 else np.nan


def _quotient(cells: Cells) -> Points:
    above, below = cells.column("numerator"), cells.column("denominator")
    return cells.each(_quotient_of_sums, above, below), cells.sizes


def _quotient_of_sums(above: Floats, below: Floats) -> float:
    base = below.sum()
    return float(above.sum() / base) if base > 0 else np.nan


def _mean(cells: Cells) -> Points:
    return cells.each(np.mean, cells.quotients), cells.sizes


def _mean_by_case(cells: Cells) -> Points:
    values = cells.quotients
    return cells.each_by_case(_rate_of_sums, values, np.ones(len(values))), cells.cases


def _monthly_mean(cells: Cells) -> Points:
    months, _ = pd.factorize(cells.units["period"])
    found = Cells(cells.units.assign(case_id=months), cells.bounds)
    numerator = found.column("numerator")
    return found.each_by_case(np.mean, numerator), found.cases


def _count(cells: Cells) -> Points:
    return cells.each(np.sum, cells.column("numerator")), cells.sizes


def _median(cells: Cells) -> Points:
    return cells.each(lambda x: sample_quantile(np.sort(x), 0.5), cells.quotients), cells.sizes


def _median_by_case(cells: Cells) -> Points:
    return _median(cells)[0], cells.cases


def _survival_median(cells: Cells) -> Points:
    ended = cells.units["ended"].to_numpy(dtype=bool)
    return cells.each(lambda t, e: survival_time(t, e, 0.5), cells.quotients, ended), cells.sizes


def _nps(cells: Cells) -> Points:
    # scores of one case are taken as one, as the estimator does
    scores, weight = cells.column("numerator"), cells.cases / np.maximum(cells.sizes, 1)
    promoters, detractors = (
        weight * cells.each(np.sum, among.astype("float64")) for among in (scores >= 9, scores <= 6)
    )
    return 100 * ((promoters - detractors) / cells.cases), cells.cases


def _skill(cells: Cells) -> Points:
    colours, _ = pd.factorize(cells.units["segment"], sort=True, use_na_sentinel=False)
    return cells.each(_skill_of, cells.case, colours, cells.column("numerator")), cells.cases


def _skill_of(cases: Integers, colours: Integers, ill: Floats) -> float:
    _, colours = np.unique(colours, return_inverse=True)
    return skill_score(*by_case_and_colour(cases - cases[0], colours, ill))


POINTS: Mapping[Statistic, Callable[[Cells], Points]] = {
    "rate": _rate,
    "clustered_rate": _rate_by_case,
    "rate_difference": _rate_difference,
    "ratio": _ratio,
    "bounded_ratio": _ratio,
    "event_rate": _ratio,
    "quotient": _quotient,
    "mean": _mean,
    "clustered_mean": _mean_by_case,
    "monthly_mean": _monthly_mean,
    "count": _count,
    "median": _median,
    "clustered_median": _median_by_case,
    "survival_median": _survival_median,
    "nps": _nps,
    "skill": _skill,
}
