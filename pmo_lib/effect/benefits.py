"""The benefits a project realised in its first year, as a share of what that year should bring."""

from collections.abc import Mapping

import pandas as pd

from pmo_lib.months import month_number, months_of

BENEFIT_MONTHS = 12  # counted from the day the project ended
MOST_BENEFIT = 2.0  # of the plan; more is a plan nobody meant
BENEFITS = {
    "project_id": "str", "benefits": "float64", "benefits_as_planned": "float64",
    "planned_benefit": "float64", "unverified_share": "float64", "cashable_share": "float64",
}  # fmt: skip


def benefits_realised(tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> pd.DataFrame:
    """By project: `benefits`, realised ÷ planned in the first year; and what a year should bring.

    Realised counts by months since the finish as it was, planned by months since the finish as it
    was planned, so that what comes earlier is not counted as more. Of benefits in money whose plan
    is known of at least half of the year's months. What nobody measured counts nothing, whether a
    month or all of a benefit: measuring stops where benefits disappoint. `benefits_as_planned` is
    the other bound, under which it all came as planned. `unverified_share` is that of the planned
    money which nobody but its owner vouches for.
    """
    if not {"benefits", "benefit_reports"} <= set(tables):
        return no_rows(BENEFITS).set_index("project_id")
    of_money = tables["benefits"][tables["benefits"]["class"] != "non_financial"]
    plan = rows[["project_id", "ended_on", "finish"]]
    reports = tables["benefit_reports"].merge(of_money, on="benefit_id")
    reports = reports.merge(plan, on="project_id")

    def by_age(column: str, since: str) -> pd.Series:
        age = month_number(reports["period"]) - month_number(months_of(reports[since]))
        inside = reports.assign(age=age)[(age >= 1) & (age <= BENEFIT_MONTHS)]
        known = inside.dropna(subset=[column])
        sums: pd.Series = known.groupby(["benefit_id", "age"])[column].sum()
        return sums

    planned_at = by_age("planned", "finish")
    realised = by_age("realised", "ended_on").reindex(planned_at.index)
    months = pd.DataFrame(
        {
            "planned": planned_at,
            "realised": realised.fillna(0.0),
            "as_planned": realised.fillna(planned_at),
        }
    ).groupby("benefit_id")
    enough = months.size() >= BENEFIT_MONTHS / 2
    parts = months.sum()
    parts["due"] = parts["planned"].where(enough)
    each = of_money[["benefit_id", "project_id", "class", "verified_by"]].merge(
        parts.rename_axis("benefit_id").reset_index(), on="benefit_id"
    )
    alone = each["planned"].where(each["verified_by"].isna(), 0.0)
    cash = each["planned"].where(each["class"] == "cashable", 0.0)
    measured = each[each["due"] > 0]
    sums = measured.groupby("project_id")[["realised", "as_planned", "due"]].sum()
    planned = each.groupby("project_id")["planned"].sum()
    planned = planned.where(planned > 0)
    return pd.DataFrame(
        {
            "benefits": (sums["realised"] / sums["due"]).clip(0, MOST_BENEFIT),
            "benefits_as_planned": (sums["as_planned"] / sums["due"]).clip(0, MOST_BENEFIT),
            "planned_benefit": planned,
            "unverified_share": alone.groupby(each["project_id"]).sum() / planned,
            "cashable_share": cash.groupby(each["project_id"]).sum() / planned,
        }
    )


def no_rows(columns: Mapping[str, str]) -> pd.DataFrame:
    """A table without rows, its columns typed as if it had some: what is merged needs a key."""
    return pd.DataFrame(columns=list(columns)).astype(dict(columns))
