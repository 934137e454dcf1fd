"""A second estimate of the PMO's effect, by another method and other people's code.

Group-time effects of Callaway & Sant'Anna (2021, Journal of Econometrics 225), estimated by the
optional package diff-diff. It stands beside the headline of `attribution`, which does not
depend on it; where it cannot be had, `refusal` says why.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import FEWEST_DEPARTMENTS
from pmo_lib.errors import DataError, ParameterError
from pmo_lib.stats.numbers import ROUNDING
from pmo_lib.wording import counted

VERSION = "3.13"  # the one the contract tests know
INSTALL = 'pip install "diff-diff==3.13.*"'
NEEDED = f"needs the package diff-diff: {INSTALL}"
PERIODS = {1: "quarter", 2: "half-year", 4: "year"}  # by their quarters
COLUMNS = ["event_time", "effect", "low", "high"]
NEVER = 0  # how diff-diff is told that a unit is never treated

# what it raises on data that it cannot use; anything else is a bug and may be seen
RAISED = (ValueError, RuntimeError, ArithmeticError, LookupError, TypeError)


def _no_points() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS, dtype="float64")


@dataclass(frozen=True)
class Opinion:
    """A mean effect on the treated with its error and interval; missing where `refusal` says why.

    ``value`` weighs each group's effect in each period by the size of the group; ``n`` counts the
    rows given to the package, ``version`` is the package's. ``event_study`` has the columns
    event_time (periods since adoption), effect, low, high; the period before adoption is the base,
    0 without an interval. ``note`` holds what was left out and every warning of the package.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    error: float = nan
    n: int = 0
    version: str = ""
    event_study: pd.DataFrame = field(default_factory=_no_points)
    note: str = ""
    refusal: str = ""


def second_opinion(
    projects: pd.DataFrame,
    first_quarter_by_department: pd.Series,
    level: float,
    period_quarters: int = 2,
) -> Opinion:
    """The effect of adoption on the projects' value, against departments that had not adopted yet.

    `projects` has department, quarter (counted on from a first quarter of a year) and value;
    `first_quarter_by_department` counts alike, missing is never. Projects are a repeated
    cross-section, errors are clustered by department (t of G - 1). Departments have
    no levels of their own, as they have in the headline: where their shares in the projects change
    from period to period, so does what is compared.

    Time is in half-years, as quarters with few projects would be lost. In the half-year of its
    adoption a department's earlier projects are left out; so are the departments that have no
    half-year before adoption. DataError where anything in the projects is missing.
    """
    if period_quarters not in PERIODS:
        what = f"periods of {period_quarters} quarters are not known"
        raise ParameterError(what, remedy="Allowed: 1, 2 or 4 quarters")
    rows = projects[["department", "quarter", "value"]]
    numbers = rows[["quarter", "value"]].to_numpy("float64", na_value=nan)
    if rows["department"].isna().any() or not np.isfinite(numbers).all():
        what = "projects without a department, a quarter or a finite value cannot be compared"
        raise DataError(what, remedy="Leave them out before, and say how many they are")
    frame, left_out = _in_periods(rows, first_quarter_by_department, period_quarters)
    refusal = _without_design(frame, PERIODS[period_quarters])
    if refusal:
        return Opinion(n=len(frame), note=_told(left_out), refusal=refusal)
    found = group_time(
        frame, "value", "project", "period", "first", panel=False, level=level, cluster="department"
    )
    return replace(found, note=_told([*left_out, found.note]))


def group_time(
    frame: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    first_treat: str,
    *,
    panel: bool,
    level: float = 0.95,
    cluster: str | None = None,
    control_group: str = "not_yet_treated",
    base_period: str = "universal",
) -> Opinion:
    """What diff-diff estimates of columns of `frame`, whose `first_treat` is 0 for never treated.

    A `panel` has each unit in each period; otherwise every row is a unit of its own. `base_period`
    is universal (the last before treatment) or varying (for leads, the one before; R's default).
    """
    if not 0 < level < 1:
        raise ParameterError(f"the level {level} is no probability", remedy="Give one, as 0.95")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        package, refusal = _package()
        version = str(getattr(package, "__version__", ""))
        if refusal:
            return Opinion(version=version, refusal=refusal)
        try:
            result = package.CallawaySantAnna(
                control_group=control_group,
                base_period=base_period,
                panel=panel,
                cluster=cluster,
                alpha=1 - level,
            ).fit(frame.copy(), outcome=outcome, unit=unit, time=time, first_treat=first_treat)
            found = _read(result, version)
        except RAISED as problem:
            said = str(problem) or type(problem).__name__
            found = Opinion(n=len(frame), version=version, refusal=f"diff-diff says: {said}")
    warned = dict.fromkeys(f"diff-diff warns: {warning.message}" for warning in caught)
    return replace(found, note=_told([found.note, *warned]))


def _package() -> tuple[Any, str]:
    """The package, and why it cannot be asked."""
    try:
        import diff_diff
    except ImportError as problem:
        if isinstance(problem, ModuleNotFoundError) and problem.name == "diff_diff":
            return None, NEEDED
        return None, f"the package diff-diff does not load ({problem}): {INSTALL}"
    if not str(diff_diff.__version__).startswith(f"{VERSION}."):
        return diff_diff, f"needs diff-diff {VERSION}, not {diff_diff.__version__}: {INSTALL}"
    return diff_diff, ""


def _in_periods(
    rows: pd.DataFrame, first_quarter: pd.Series, quarters: int
) -> tuple[pd.DataFrame, list[str]]:
    """Projects by period counted from 1, as far as they can serve, and what was left out."""
    word = PERIODS[quarters]
    quarter = rows["quarter"].to_numpy("int64")
    adopted = first_quarter.reindex(rows["department"]).to_numpy("float64", na_value=nan)
    start = quarter.min() // quarters if len(rows) else 0
    period = quarter // quarters - start + 1
    first = adopted // quarters - start + 1
    always = first <= 1  # NaN, never, is not
    mixed = ~always & (period == first) & (quarter < adopted)
    last = period.max(initial=0)
    frame = pd.DataFrame(
        {
            "department": rows["department"].to_numpy(),
            "project": np.arange(len(rows)),
            "period": period,
            "first": np.where(first <= last, first, NEVER).astype("int64"),
            "value": rows["value"].to_numpy("float64"),
        }
    )
    left_out = []
    if always.any():
        have = counted(frame.loc[always, "department"].nunique(), "department")
        left_out.append(f"{have} without a {word} before adoption left out")
    if mixed.any():
        have = counted(int(mixed.sum()), "project")
        left_out.append(f"{have} of the {word} of adoption, started before it, left out")
    return frame[~always & ~mixed].reset_index(drop=True), left_out


def _without_design(frame: pd.DataFrame, word: str) -> str:
    """Why these dates of adoption allow no comparison; nothing where they may."""
    departments = frame["department"].nunique()
    if departments < FEWEST_DEPARTMENTS:
        have = counted(departments, "department")
        return f"only {have} have projects that can serve; {FEWEST_DEPARTMENTS} are needed"
    if not (frame["first"].gt(NEVER) & frame["period"].ge(frame["first"])).any():
        return "no project was started under the PMO within the data"
    if len(frame["first"].unique()) == 1:
        return f"all departments adopted in one {word}, so there is nothing to compare with"
    return ""


def _read(result: Any, version: str) -> Opinion:
    """The package's result in our words."""
    value, error = float(result.overall_att), float(result.overall_se)
    low, high = (float(bound) for bound in result.overall_conf_int)
    found = Opinion(n=int(result.n_obs), version=version, note=_lost(result.group_time_effects))
    if not isfinite(value):
        return replace(
            found, refusal="diff-diff finds no effect after adoption that it can estimate"
        )
    if not isfinite(error):
        return replace(found, refusal="diff-diff knows no error of its estimate")
    if error <= ROUNDING or not isfinite(low + high):
        return replace(found, refusal="the outcome does not vary between what is compared")
    points = result.aggregate("event_study").to_dataframe()
    names = {"att": "effect", "conf_int_lower": "low", "conf_int_upper": "high"}
    study = points.rename(columns=names)[COLUMNS].astype("float64").reset_index(drop=True)
    return replace(found, value=value, low=low, high=high, error=error, event_study=study)


def _lost(effects: dict[tuple[int, int], dict[str, Any]]) -> str:
    """How many effects after adoption are not in the value, for want of cases to compare."""
    after = [cell["effect"] for (group, time), cell in effects.items() if time >= group]
    lost = sum(not isfinite(effect) for effect in after)
    if not lost:
        return ""
    return f"{lost} of {len(after)} effects (one per group and period after adoption) are not known"


def _told(parts: Sequence[str]) -> str:
    return "; ".join(part for part in parts if part)
