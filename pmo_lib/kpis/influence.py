"""Influence functions: how far each case moves an estimate, up to a factor.

Cases that are in both periods move both estimates; the covariance follows from how far each does
(the influence function of the statistic, summed over the case's units).
"""

import numpy as np
import pandas as pd

from pmo_lib.kpis.estimators import values


def of_sums(units: pd.DataFrame) -> pd.Series:
    """Of Σy ÷ Σx = R: y - R × x."""
    share = units["numerator"].sum() / units["denominator"].sum()
    return _by_case(units, units["numerator"] - share * units["denominator"])


def of_mean(units: pd.DataFrame, *, column: str = "") -> pd.Series:
    """Of a mean: the value less the mean, of a column or of numerator ÷ denominator."""
    own = units[column] if column else values(units)
    return _by_case(units, own - own.mean())


def of_slips(units: pd.DataFrame) -> pd.Series:
    """Of slips ÷ changes."""
    return of_mean(units[units["numerator"] != 0], column="slipped")


def of_geometric_mean(units: pd.DataFrame) -> pd.Series:
    """Of a geometric mean of 1 + overrun: the logarithm less its mean."""
    logs = pd.Series(np.log1p(values(units)), index=units.index)
    return _by_case(units, logs - logs.mean())


def of_quantile(units: pd.DataFrame, *, p: float) -> pd.Series:
    """Of a quantile: 1 - p at or below it, -p above."""
    own = values(units)
    return _by_case(units, (own <= own.quantile(p)).astype("float64") - p)


def of_nps(units: pd.DataFrame) -> pd.Series:
    """Of a net promoter score: +1, 0 or -1 less their mean."""
    own = values(units)
    scores = (own >= 9).astype("float64") - (own <= 6)
    return _by_case(units, scores - scores.mean())


def of_mean_nps(units: pd.DataFrame) -> pd.Series:
    """Of the mean of cases' net promoter scores: each one's own less that mean."""
    scores = values(units)
    net = (scores >= 9).astype("float64") - (scores <= 6)
    own = net.groupby(units["case_id"]).mean()
    return own - own.mean()


def unknown(_units: pd.DataFrame) -> pd.Series:
    """Of a statistic of which it is not known: of no case."""
    return pd.Series(dtype="float64")


def _by_case(units: pd.DataFrame, moves: pd.Series) -> pd.Series:
    return moves.groupby(units["case_id"]).sum()
