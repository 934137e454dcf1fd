"""Published figures made ready to be judged: in our units, versioned, faults named."""

from difflib import get_close_matches

import pandas as pd

from pmo_lib.catalogue import CATALOGUE

PER_CENT = ("%", "% of spend", "% of budget")
EVERYTHING = ("all", "global", "all respondents", "all types")
SAME_FIGURE = ["source", "year", "metric", "kpi_id", "segment", "statistic", "unit_of_analysis"]
SAME_SET = ["source", "year", "kpi_id", "segment", "unit_of_analysis"]
FEWEST_QUANTILES = 3
# units that say the same of a figure as a KPI's own
UNITS = {
    "share": {"share"}, "ratio": {"ratio"}, "days": {"days"}, "hours": {"hours"},
    "count": {"count"}, "points": {"points"}, "score": {"score"},
}  # fmt: skip


def published(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """`benchmarks` with value and sd in the KPI's unit, and version, versions, fault.

    ``versions`` counts the different values told of one figure; ``version`` is this one's number
    in the order of rows. They are shown side by side and never averaged. ``fault`` says why the
    figure itself is of no use; empty where it is.
    """
    rows = benchmarks.reset_index(drop=True)
    per_cent = rows["unit"].isin(PER_CENT)
    segment = rows["segment"].str.strip()
    is_all = segment.str.casefold().str.replace(r"\s*\(.*\)$", "", regex=True).isin(EVERYTHING)
    rows = rows.assign(
        value=rows["value"].where(~per_cent, rows["value"] / 100),
        sd=rows["sd"].where(~per_cent, rows["sd"] / 100),
        unit=rows["unit"].mask(per_cent, "share"),
        segment=segment.mask(is_all, "all"),
    )
    told = rows.groupby(SAME_FIGURE, dropna=False, sort=False)["value"]
    numbers = told.transform(lambda values: pd.factorize(values)[0] + 1)
    return rows.assign(
        version=numbers.astype("int64"),
        versions=told.transform("nunique").astype("int64"),
        fault=[_fault(row) for row in rows.itertuples()],
    )


def quantiles(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The sets of three or more quantiles of one source, year, KPI and segment, by probability.

    `rows` are of `published`. Quantiles that do not rise have that fault.
    """
    of_kpi = rows[rows["kpi_id"].isin(list(CATALOGUE)) & (rows["fault"] == "")]
    ranked = of_kpi.assign(p=of_kpi["statistic"].map(p_of).astype("float64")).dropna(subset=["p"])
    sets = []
    for _, group in ranked.groupby(SAME_SET, dropna=False, sort=False):
        ordered = group.sort_values("p").drop_duplicates("p", keep=False)
        if len(ordered) < FEWEST_QUANTILES:
            continue
        if not ordered["value"].is_monotonic_increasing:
            ordered = ordered.assign(fault="Its quantiles do not rise from one to the next.")
        sets.append(ordered)
    return sets


def p_of(statistic: str) -> float:
    """The probability of a quantile's name: median 0.5, p80 0.8; missing for other statistics."""
    if statistic == "median":
        return 0.5
    digits = statistic.removeprefix("p")
    return int(digits) / 100 if statistic.startswith("p") and digits.isdigit() else float("nan")


def _fault(row: object) -> str:
    kpi_id, statistic, value, unit = (
        getattr(row, name) for name in ("kpi_id", "statistic", "value", "unit")
    )
    if statistic == "share" and value > 1:
        return f"A share of {100 * value:,.0f} % is above 100 %."
    if statistic == "share" and value < 0:
        return f"A share of {100 * value:,.0f} % is below 0."
    if pd.isna(kpi_id) or not kpi_id:
        return ""
    if kpi_id not in CATALOGUE:
        near = get_close_matches(str(kpi_id), CATALOGUE, n=1, cutoff=0.0)
        return (
            f"There is no KPI {kpi_id}; the nearest is {near[0]}."
            if near
            else (f"There is no KPI {kpi_id}.")
        )
    if unit not in UNITS[CATALOGUE[str(kpi_id)].unit]:
        return f"It is in {unit}; {kpi_id} is in {CATALOGUE[str(kpi_id)].unit}."
    return ""
