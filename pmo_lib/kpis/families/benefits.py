"""Benefits KPIs: planned, realised, measured, and how soon.

A benefit is promised once its project is approved or begun; nobody expects it any more once the
project is cancelled.
"""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.portfolio import original_baselines
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of

MEASURABLE = ["measure", "baseline_value", "target_value", "due_on", "owner"]


@kpi(
    id="V1", name="Benefits realisation rate", family="value", unit="share", better="higher",
    statistic="ratio", population="benefits planned to date", segment="class",
    needs=("benefit_reports.planned", "benefit_reports.realised"),
)  # fmt: skip
def benefits_realisation(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
) -> pd.DataFrame:
    """Realised to date ÷ planned to date, of the same benefits in the same months.

    Both sides count only months of which both are known, or what nobody measured would look
    unrealised; a benefit never measured is left out and told. One of which nothing was planned to
    date does not count yet, whatever it has brought. The whole is of benefits in money; others are
    never added to them, nor to others in another unit.
    """
    promised = _expected(projects, benefits, data_date)
    past = _until(benefit_reports, data_date)
    both = past.dropna(subset=["planned", "realised"])
    sums = both.groupby("benefit_id")[["planned", "realised"]].sum()
    due = ~(promised["due_on"] > data_date) | promised["benefit_id"].isin(past["benefit_id"])
    units = promised[due].join(sums, on="benefit_id")
    units = units[units["planned"] != 0]  # nothing was to come yet
    unit = units["unit"].str.casefold()
    is_money = unit.isin(["currency", settings.currency.casefold()]) | unit.isna()
    financial = units["class"] != "non_financial"
    # with neither class nor unit, or no unit of what is not money, nobody knows what it adds to
    summable = units["unit"].notna() | (financial & units["class"].notna())
    kind = units["class"].fillna("class not stated")
    counted_in = units["unit"].fillna("unit not stated")
    return observations(
        units,
        period=f"{data_date:%Y-%m}",
        numerator=units["realised"].where(summable),
        denominator=units["planned"],
        segment=kind.where(is_money & financial, kind + ": " + counted_in),
        pooled=is_money & financial,
    )


@kpi(
    id="V2", name="Benefit forecast drift", family="value", unit="share", better="near",
    near=(0.0, 0.0), statistic="clustered_median", population="benefits",
    needs=("benefits.target_value", "benefit_reports.forecast"),
)  # fmt: skip
def forecast_drift(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """(Latest forecast at maturity - target) ÷ target of benefits; the median.

    A benefit without a forecast yet, or whose target is not known or 0, is left out and told.
    """
    promised = _expected(projects, benefits, data_date)
    forecasts = _until(benefit_reports, data_date).dropna(subset=["forecast"])
    latest = forecasts.sort_values("period").groupby("benefit_id")["forecast"].last()
    units = promised.join(latest, on="benefit_id")
    return observations(
        units,
        period=f"{data_date:%Y-%m}",
        numerator=units["forecast"] - units["target_value"],
        denominator=units["target_value"].where(units["target_value"] != 0),
    )


@kpi(
    id="V3", name="Measurable benefits", family="value", unit="share", better="higher",
    statistic="clustered_rate", population="benefits",
    needs=tuple(f"benefits.{name}" for name in MEASURABLE),
)  # fmt: skip
def measurable_benefits(
    projects: pd.DataFrame, benefits: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Benefits with measure, baseline value, target, due date and owner ÷ benefits.

    Every benefit promised by the data date counts, whatever became of its project: it is the
    plan that is judged.
    """
    promised = _promised(projects, benefits, data_date)
    complete = promised[MEASURABLE].notna().all(axis=1)
    return observations(promised, period=f"{data_date:%Y-%m}", numerator=complete.astype("float64"))


@kpi(
    id="V4", name="Measured benefits", family="value", unit="share", better="higher",
    statistic="clustered_rate", population="benefits past due",
    needs=("benefits.due_on", "benefit_reports.realised"),
)  # fmt: skip
def measured_benefits(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """Benefits past due with at least one realised value, 0 included ÷ benefits past due.

    A benefit without a due date may be past due or not: it is left out and told.
    """
    promised = _expected(projects, benefits, data_date)
    due = promised[~(promised["due_on"] > data_date)]
    known = _until(benefit_reports, data_date).dropna(subset=["realised"])
    measured = flag(due["benefit_id"].isin(known["benefit_id"]), due["due_on"].notna())
    return observations(due, period=months_of(due["due_on"]), numerator=measured)


@kpi(
    id="V8", name="Time to value", family="value", unit="days", better="lower",
    statistic="survival_median", population="approved projects with benefits",
    needs=("projects.status", "benefit_reports.realised"),
)  # fmt: skip
def time_to_value(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    baselines: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Days from approval to the end of the month of the first benefit above 0, Kaplan–Meier median.

    None yet is censored: at the data date; on the day it was cancelled; for a completed project
    after the last month anybody measured. A completed project that nobody measured is left out:
    its benefits may have come unseen. Without approval of the project, that of its original
    baseline counts.
    """
    units = projects[projects["project_id"].isin(benefits["project_id"])]
    if baselines is not None:
        original = original_baselines(baselines).set_index("project_id")["approved_on"]
        units = units.join(original.rename("baselined_on"), on="project_id")
        units = units.assign(approved_on=units["approved_on"].fillna(units["baselined_on"]))
    approved, status = units["approved_on"], units["status"]
    units = units[~((approved > data_date) | (approved.isna() & (status == "proposed")))]

    known = _until(benefit_reports, data_date).dropna(subset=["realised"])
    known = known.merge(benefits[["benefit_id", "project_id"]], on="benefit_id")
    month_ends = pd.to_datetime(known["period"], format="%Y-%m") + pd.offsets.MonthEnd(0)
    of_project = known["project_id"]
    first = month_ends[known["realised"] > 0].groupby(of_project).min()
    last = month_ends.groupby(of_project).max()
    units = units.join(first.rename("first_on"), on="project_id")
    units = units.join(last.rename("measured_until"), on="project_id")

    status, over = units["status"], ~(units["finished_on"] > data_date)
    still = pd.Series(data_date, index=units.index).where(status.notna())
    still = still.mask((status == "completed") & over, units["measured_until"])
    still = still.mask((status == "cancelled") & over, units["finished_on"])
    days = (units["first_on"].fillna(still) - units["approved_on"]).dt.days
    return observations(
        units,
        period=f"{data_date:%Y-%m}",
        numerator=days.where(days >= 0),
        ended=units["first_on"].notna(),
    )


def _promised(
    projects: pd.DataFrame, benefits: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Benefits of projects approved or begun by the data date, with what is known of those."""
    columns = ["project_id", "department", "status", "approved_on", "started_on", "finished_on"]
    joined = benefits.merge(projects[columns], on="project_id")
    later = joined["approved_on"].fillna(joined["started_on"]) > data_date
    return joined[~later & (joined["status"] != "proposed")]


def _expected(
    projects: pd.DataFrame, benefits: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Those of `_promised` whose project has not been cancelled by the data date."""
    promised = _promised(projects, benefits, data_date)
    return promised[~((promised["status"] == "cancelled") & ~(promised["finished_on"] > data_date))]


def _until(benefit_reports: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    return benefit_reports[benefit_reports["period"] <= f"{data_date:%Y-%m}"]
