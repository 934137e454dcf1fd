"""Published figures made ready to be judged: in our units, versioned, faults named."""

from difflib import get_close_matches
from typing import Any

import pandas as pd

from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.wording import Unit

PER_CENT = ("%", "% of spend", "% of budget", "per cent", "percent")
# written so, a segment is all there is; "all (IT)" may be a part of it
EVERYTHING = (
    "all", "all (uk+intl)", "all projects", "all respondents", "all types", "global", "overall",
)  # fmt: skip
SAME_FIGURE = ["source", "year", "metric", "kpi_id", "segment", "statistic", "unit_of_analysis"]
SAME_SET = [
    "source", "year", "metric", "kpi_id", "segment", "unit_of_analysis", "population",
    "baseline_definition", "prices", "rating_scale", "sector",
]  # fmt: skip
FEWEST_QUANTILES = 3
DIGITS = 12  # 0.07 % is 0.0007, whatever the floating point says
# units that say the same of a figure as a KPI's own
UNITS: dict[Unit, set[str]] = {
    "share": {"share"}, "ratio": {"ratio", "share"}, "days": {"days"}, "hours": {"hours"},
    "count": {"count", "projects"}, "points": {"points"}, "score": {"score", "points"},
    "money": {"money"},
}  # fmt: skip
# as what a KPI's unit is told
OURS: dict[Unit, str] = {"share": "shares or %", "count": "counts", "score": "a score"}


def published(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """`benchmarks` with value and sd in the KPI's unit, and version, versions, fault.

    A text that is not stated is empty.
    ``versions`` counts the different published values of one figure; ``version`` is this one's
    number in the order of rows. They are shown side by side and never averaged. ``fault`` says why
    the figure itself is of no use; empty where it is. A mean without sd or n has none.
    """
    text: list[str] = list(benchmarks.select_dtypes("str"))
    rows = benchmarks.reset_index(drop=True)
    rows[text] = rows[text].fillna("")
    stated = rows["unit"].str.strip()
    plain = stated.str.casefold()
    per_cent = plain.isin(PER_CENT)
    segment = rows["segment"].str.strip()
    rows = rows.assign(
        value=rows["value"].where(~per_cent, (rows["value"] / 100).round(DIGITS)),
        sd=rows["sd"].where(~per_cent, (rows["sd"] / 100).round(DIGITS)),
        unit=stated.mask(plain.isin(set().union(*UNITS.values())), plain).mask(per_cent, "share"),
        segment=segment.mask(segment.str.casefold().isin(EVERYTHING), "all"),
    )
    values = rows.groupby(SAME_FIGURE, dropna=False, sort=False)["value"]
    numbers = values.transform(lambda own: pd.factorize(own)[0] + 1)
    return rows.assign(
        version=numbers.astype("int64"),
        versions=values.transform("nunique").astype("int64"),
        fault=[_fault(row, unit) for row, unit in zip(rows.itertuples(), stated, strict=True)],
    )


def quantiles(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The sets of three or more quantiles of one and the same thing, by their probability ``p``.

    `rows` are of `published`. A set that contradicts itself has that fault.
    """
    of_kpi = rows[rows["kpi_id"].isin(list(CATALOGUE)) & (rows["fault"] == "")]
    ranked = of_kpi.assign(p=of_kpi["statistic"].map(p_of).astype("float64")).dropna(subset=["p"])
    sets = []
    for _, group in ranked.groupby(SAME_SET, dropna=False, sort=False):
        ordered = group.sort_values("p", kind="stable").drop_duplicates(["p", "value"])
        if ordered["p"].nunique() >= FEWEST_QUANTILES:
            sets.append(ordered.assign(fault=_fault_of_set(ordered)))
    return sets


def p_of(statistic: str) -> float:
    """The probability of a quantile's name: median 0.5, p80 0.8; missing for other statistics."""
    if statistic == "median":
        return 0.5
    digits = statistic.removeprefix("p")
    return int(digits) / 100 if statistic.startswith("p") and digits.isdigit() else float("nan")


def _fault_of_set(ordered: pd.DataFrame) -> str:
    twice = ordered.loc[ordered["p"].duplicated(), "p"]
    if len(twice):
        return f"It tells two values of its P{100 * twice.iloc[0]:.0f}."
    if not ordered["value"].is_monotonic_increasing:
        return "Its quantiles do not rise from one to the next."
    return ""


def _fault(row: Any, stated_unit: str) -> str:
    """Why the figure itself is of no use: impossible, of no known KPI, or in another unit."""
    kpi = CATALOGUE.get(row.kpi_id)
    if row.unit == "share" and _is_share(row, kpi) and not 0 <= row.value <= 1:
        shown = f"{100 * row.value:,.6g}".replace("-", "−")
        return f"A share of {shown} % is {'above 100 %' if row.value > 1 else 'below 0'}."
    if not row.kpi_id:
        return ""
    if kpi is None:
        near = get_close_matches(row.kpi_id.upper(), CATALOGUE, n=1, cutoff=0.5)
        return f"There is no KPI {row.kpi_id}{f'; the nearest is {near[0]}' if near else ''}."
    if row.unit not in UNITS[kpi.unit]:
        return f"It is in {stated_unit}; {kpi.id} is in {OURS.get(kpi.unit, kpi.unit)}."
    if kpi.scale and not kpi.scale[0] <= row.value <= kpi.scale[1]:
        low, high = (f"{end:g}".replace("-", "−") for end in kpi.scale)
        return f"It is {row.value:,.6g}; {kpi.id} lies between {low} and {high}.".replace("-", "−")
    return ""


def _is_share(row: Any, kpi: Kpi | None) -> bool:
    """Whether it can only lie between 0 and 1: a share of units, or of many organisations'."""
    is_rate = kpi is not None and kpi.statistic.is_rate
    return row.statistic == "share" or (is_rate and row.unit_of_analysis == "organisation")
