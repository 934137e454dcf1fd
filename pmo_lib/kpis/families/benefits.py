"""Benefits KPIs: planned, realised, measured, and how soon.

A benefit is promised once its project is approved or begun; nobody expects it any more once the
project is cancelled.
"""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates, at_each, last_known, with_facts
from pmo_lib.facts.portfolio import original_baselines
from pmo_lib.kpis.kpi import Beside, flag, kpi, observations
from pmo_lib.months import months_of

MEASURABLE = ["measure", "baseline_value", "target_value", "due_on", "owner"]


@kpi(
    id="V1", name="Benefits realisation rate", family="value", unit="share", better="higher",
    statistic="ratio", also=("total", "base_total"), population="benefits planned to date",
    segment="class",
    needs=("benefit_reports.planned", "benefit_reports.realised"),
    uses=("projects.status", "benefits.class", "benefits.unit", "benefits.due_on"),
    beside=(Beside("if unreported months realised nothing", "at_least", "all_planned"),),
)  # fmt: skip
def benefits_realisation(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: Dates,
    settings: Settings,
) -> pd.DataFrame:
    """Realised to date ÷ planned to date, of the same benefits in the same months.

    Those of cancelled projects are left out. Both sides count only months of which both are known,
    or what nobody measured would look unrealised; a benefit never measured counts as missing. One
    of which nothing was planned to date does not count yet, whatever it has brought. The whole is
    of benefits in money; others are never added to them, nor to others in another unit.
    """
    promised = _expected(projects, benefits, data_date)
    reported = _has_begun(promised, benefit_reports)
    due = promised[~(promised["due_on"] > promised["data_date"]) | reported]
    both = benefit_reports.dropna(subset=["planned", "realised"])
    past = with_facts(due[["benefit_id", "data_date"]], both, key="benefit_id")
    past = past[past["period"] <= months_of(past["data_date"])]
    sums = past.groupby("row")[["planned", "realised"]].sum().reindex(range(len(due)))
    planned = benefit_reports.dropna(subset=["planned"])
    ever = with_facts(due[["benefit_id", "data_date"]], planned, key="benefit_id")
    ever = ever[ever["period"] <= months_of(ever["data_date"])]
    whole = ever.groupby("row")["planned"].sum().reindex(range(len(due)))
    units = due.assign(**sums.set_axis(due.index), all_planned=whole.to_numpy())
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
        numerator=units["realised"].where(summable),
        denominator=units["planned"],
        segment=kind.where(is_money & financial, kind + ": " + counted_in),
        pooled=is_money & financial,
        at_least=units["realised"]
        .fillna(0.0)
        .where(summable & is_money & financial & units["all_planned"].notna()),
        all_planned=units["all_planned"],
    )


@kpi(
    id="V2", name="Benefit forecast drift", plain="drift of benefit forecasts",
    family="value", unit="share", better="near",
    near=(0.0, 0.0), statistic="clustered_median", population="benefits",
    needs=("benefits.target_value", "benefit_reports.forecast"),
    uses=("projects.status",),
)  # fmt: skip
def forecast_drift(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: Dates,
) -> pd.DataFrame:
    """(Latest forecast at maturity - target) ÷ target of benefits; the median.

    Those of cancelled projects are left out. A benefit without a forecast yet, or whose target is
    not known or 0, counts as missing.
    """
    promised = _expected(projects, benefits, data_date)
    forecasts = benefit_reports.dropna(subset=["period", "forecast"])
    forecasts = forecasts.sort_values(["benefit_id", "period"], kind="stable")
    latest = last_known(promised, forecasts, ["forecast"], key="benefit_id")["forecast"]
    target = promised["target_value"]
    return observations(
        promised,
        numerator=latest - target,
        denominator=target.where(target != 0),
    )


@kpi(
    id="V3", name="Measurable benefits", family="value", unit="share", better="higher",
    statistic="clustered_rate", population="benefits",
    needs=tuple(f"benefits.{name}" for name in MEASURABLE),
)  # fmt: skip
def measurable_benefits(
    projects: pd.DataFrame, benefits: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """Benefits with measure, baseline value, target, due date and owner ÷ benefits.

    Every benefit promised by the data date counts, whatever became of its project: it is the
    plan that is judged.
    """
    promised = _promised(projects, benefits, data_date)
    complete = promised[MEASURABLE].notna().all(axis=1)
    return observations(promised, numerator=complete.astype("float64"))


@kpi(
    id="V4", name="Measured benefits", family="value", unit="share", better="higher",
    statistic="clustered_rate", population="benefits past due of projects not cancelled",
    needs=("benefits.due_on", "benefit_reports.realised"),
    beside=(Beside("with those of cancelled projects", "with_cancelled"),),
)  # fmt: skip
def measured_benefits(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: Dates,
) -> pd.DataFrame:
    """Benefits past due with at least one realised value, 0 included ÷ benefits past due.

    Those of cancelled projects are left out of both; beside it the share with them. A benefit
    without a due date may be past due or not: it counts as missing.
    """
    promised = _promised(projects, benefits, data_date)
    due = promised[~(promised["due_on"] > promised["data_date"])]
    known = _has_begun(due, benefit_reports.dropna(subset=["realised"]))
    measured = flag(known, due["due_on"].notna())
    return observations(
        due,
        period=months_of(due["due_on"]),
        numerator=measured,
        pooled=~_is_cancelled(due),
        with_cancelled=measured,
    )


@kpi(
    id="V8", name="Time to value", family="value", unit="days", better="lower",
    statistic="survival_median", population="approved projects with benefits",
    needs=("projects.status", "benefit_reports.realised"),
    beside=(
        Beside("were those that nobody measured still without any", "at_least"),
    ),
)  # fmt: skip
def time_to_value(
    projects: pd.DataFrame,
    benefits: pd.DataFrame,
    benefit_reports: pd.DataFrame,
    data_date: Dates,
    baselines: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Days from approval to the end of the month of the first benefit above 0, Kaplan–Meier median.

    None yet is censored: at the data date; on the day it was cancelled; for a completed project
    after the last month anybody measured. A completed project that nobody measured is left out:
    its benefits may have come unseen; beside it the median with them, censored at the data date.
    Without approval of the project, that of its original
    baseline counts.
    """
    units = at_each(projects[projects["project_id"].isin(benefits["project_id"])], data_date)
    if baselines is not None:
        original = original_baselines(baselines).set_index("project_id")["approved_on"]
        units = units.join(original.rename("baselined_on"), on="project_id")
        units = units.assign(approved_on=units["approved_on"].fillna(units["baselined_on"]))
    approved, status = units["approved_on"], units["status"]
    waiting = approved.isna() & (status == "proposed")
    units = units[~((approved > units["data_date"]) | waiting)]

    known = benefit_reports.dropna(subset=["realised"])
    known = known.merge(benefits[["benefit_id", "project_id"]], on="benefit_id")
    known = known.sort_values(["project_id", "period"], kind="stable")
    month_ends = pd.to_datetime(known["period"], format="%Y-%m") + pd.offsets.MonthEnd(0)
    known = known.assign(month_end=month_ends)
    good = known[known["realised"] > 0].drop_duplicates("project_id")  # the first of each project
    first_on, measured_until = (
        last_known(units, reports, ["month_end"])["month_end"] for reports in (good, known)
    )
    status, over = units["status"], ~(units["finished_on"] > units["data_date"])
    still = units["data_date"].where(status.notna())
    still = still.mask((status == "completed") & over, measured_until)
    still = still.mask((status == "cancelled") & over, units["finished_on"])
    days = (first_on.fillna(still) - units["approved_on"]).dt.days
    unseen = (status == "completed") & over & first_on.isna() & measured_until.isna()
    at_least = days.mask(unseen, (units["data_date"] - units["approved_on"]).dt.days)
    return observations(
        units,
        numerator=days.where(days >= 0),
        ended=first_on.notna(),
        at_least=at_least.where(at_least >= 0),
    )


def _promised(projects: pd.DataFrame, benefits: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Benefits of projects approved or begun by the data date, with what is known of those."""
    columns = ["project_id", "department", "status", "approved_on", "started_on", "finished_on"]
    seen = at_each(projects.loc[projects["status"] != "proposed", columns], data_date)
    later = seen["approved_on"].fillna(seen["started_on"]) > seen["data_date"]
    return with_facts(seen[~later], benefits)


def _expected(projects: pd.DataFrame, benefits: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Those of `_promised` whose project has not been cancelled by the data date."""
    promised = _promised(projects, benefits, data_date)
    return promised[~_is_cancelled(promised)]


def _is_cancelled(promised: pd.DataFrame) -> pd.Series:
    over = ~(promised["finished_on"] > promised["data_date"])
    cancelled: pd.Series = (promised["status"] == "cancelled") & over
    return cancelled


def _has_begun(promised: pd.DataFrame, benefit_reports: pd.DataFrame) -> pd.Series:
    """Whether each benefit has a report by its data date."""
    first = benefit_reports.groupby("benefit_id")["period"].min()
    reported = promised["benefit_id"].map(first).astype("str")  # of no report numbers are mapped
    begun: pd.Series = reported <= months_of(promised["data_date"])
    return begun
