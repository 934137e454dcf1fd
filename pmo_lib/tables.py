"""The 19 tables of the workbook, declared once.

From this page come the pandas types, the Great Expectations suites, the data dictionary and the
columns of the sample and the importers. Money is in the currency of the settings and in constant
prices; a period is a month.
"""

from graphlib import TopologicalSorter

import pandas as pd

from pmo_lib.schema import Column, EmptyWhen, InOrder, Kind, Need, NeededWhen, Severity, Table

RAG = ("green", "amber_green", "amber", "amber_red", "red")
STATUSES = ("proposed", "active", "on_hold", "completed", "cancelled")
STATISTICS = (
    "mean", "median", "share", "count", "total", "index",
    "p05", "p10", "p20", "p25", "p30", "p40", "p60", "p70", "p75", "p80", "p90", "p95",
)  # fmt: skip


def _column(
    name: str,
    kind: Kind,
    meaning: str,
    need: Need = "optional",
    *allowed: str,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    to: str = "",
) -> Column:
    if kind == "money":
        unit = unit or "currency"
    if kind == "share":
        low, high = 0.0 if low is None else low, 1.0 if high is None else high
    return Column(name, kind, meaning, need, unit, allowed, low, high, to)


def _project(need: Need = "required") -> Column:
    return _column("project_id", "id", "the project", need, to="projects.project_id")


def _service(need: Need = "required") -> Column:
    return _column("service_id", "id", "the PMO service", need, to="services.service_id")


def _department(need: Need = "required") -> Column:
    return _column("department", "text", "the department", need)


def _money(name: str, meaning: str, need: Need = "optional") -> Column:
    return _column(name, "money", meaning, need, low=0)


def _in_order(first: str, second: str, severity: Severity = "critical") -> InOrder:
    return InOrder(first, second, f"{first} must not be after {second}", severity)


def _needed_when(column: str, when: str, *values: str) -> NeededWhen:
    meaning = f"{column} must be given where {when} is {' or '.join(values)}"
    return NeededWhen(column, when, values, meaning)


def _empty_when(column: str, when: str, *values: str) -> EmptyWhen:
    meaning = f"{column} must be empty where {when} is {' or '.join(values)}"
    return EmptyWhen(column, when, values, meaning)


_TABLES = (
    Table("projects", "a project", ("project_id",), (
        _column("project_id", "id", "the project's identifier", "required"),
        _column("name", "text", "what people call it", "expected"),
        _column("department", "text", "the department that owns it", "required"),
        _column("category", "text", "kind of project, the same words for all", "optional"),
        _column("method", "text", "how it is run", "optional", "waterfall", "agile", "hybrid"),
        _column("investment_class", "text", "what the money is for", "optional",
                "run", "grow", "innovate"),
        _column("strategic_goal", "text", "the goal of the strategy it serves"),
        _column("sponsor", "text", "the role that answers for it"),
        _column("status", "text", "where it stands; empty where nobody knows", "expected",
                *STATUSES),
        _column("approved_on", "date", "the day it was approved"),
        _column("started_on", "date", "the day work began", "expected"),
        _column("finished_on", "date", "the day it was completed or cancelled"),
        _money("actual_cost", "what it has cost so far, in all when finished"),
        _column("pmo_used", "text", "whether it used the PMO's services, where each project chose",
                "optional", "yes", "no"),
        _column("approval_risk", "number", "risk score given before it was approved"),
        _column("negative_control", "number", "a figure of it that the PMO cannot move"),
    ), (
        _in_order("started_on", "finished_on"),
        _in_order("approved_on", "started_on", "warning"),
        _needed_when("finished_on", "status", "completed", "cancelled"),
        _needed_when("actual_cost", "status", "completed"),
        _empty_when("finished_on", "status", "proposed", "active", "on_hold"),
    )),
    Table("baselines", "a version of a project's baseline", ("project_id", "version"), (
        _project(),
        _column("version", "integer", "0 is the original", "required", low=0),
        _column("approved_on", "date", "the day this version was approved", "expected"),
        _column("start", "date", "planned start", "expected"),
        _column("finish", "date", "planned finish", "expected"),
        _money("cost", "planned cost, whole life", "expected"),
        _money("benefit", "planned benefit, whole life"),
        _column("price_base", "integer", "year of the prices", low=1900, high=2200, unit="year"),
    ), (_in_order("start", "finish"),)),
    Table("status_reports", "a project × month × rater", ("project_id", "period", "rated_by"), (
        _project(),
        _column("period", "period", "the month reported on", "required"),
        _money("planned_value", "work planned to date at its budget (PV)"),
        _money("earned_value", "work done to date at its budget (EV)"),
        _money("actual_cost", "cost of the work to date (AC)"),
        _column("estimate_at_completion", "money",
                "forecast of the final cost (EAC); below 0 where a project earns more"),
        _column("forecast_finish", "date", "forecast of the finish"),
        _column("rag", "text", "status rating; empty where none was given", "optional", *RAG),
        _column("rag_scale", "integer", "points of the rating scale", low=3, high=5),
        _column("rated_by", "text", "who gave the rating", "required", "owner", "independent"),
        _column("due_on", "date", "the day the report was due"),
        _column("submitted_on", "date", "the day it came; empty where it has not"),
    )),
    Table("milestones", "a milestone", ("project_id", "milestone_id"), (
        _project(),
        _column("milestone_id", "id", "the milestone's identifier", "required"),
        _column("name", "text", "what people call it"),
        _column("baseline_date", "date", "planned date", "expected"),
        _column("forecast_date", "date", "forecast date"),
        _column("actual_date", "date", "the day it was met; empty where it has not been"),
    )),
    Table("gates", "an attempt at a gate", ("project_id", "gate", "attempt"), (
        _project(),
        _column("gate", "text", "the gate's name", "required"),
        _column("attempt", "integer", "1 is the first", "required", low=1),
        _column("submitted_on", "date", "the day the papers came", "expected"),
        _column("decided_on", "date", "the day of the decision; empty where there is none"),
        _column("decision", "text", "the decision", "optional",
                "pass", "conditional", "hold", "stop"),
    ), (_in_order("submitted_on", "decided_on"),)),
    Table("benefits", "a benefit", ("benefit_id",), (
        _column("benefit_id", "id", "the benefit's identifier", "required"),
        _project(),
        _column("class", "text", "what kind of benefit", "expected",
                "cashable", "non_cashable", "cost_avoidance", "non_financial"),
        _column("unit", "text", "what it is counted in", "expected"),
        _column("measure", "text", "how it is measured"),
        _column("owner", "text", "the role that answers for it"),
        _column("baseline_value", "number", "value before the project"),
        _column("target_value", "number", "value it should reach"),
        _column("due_on", "date", "the day it should be reached"),
    )),
    Table("benefit_reports", "a benefit × month", ("benefit_id", "period"), (
        _column("benefit_id", "id", "the benefit", "required", to="benefits.benefit_id"),
        _column("period", "period", "the month", "required"),
        _column("planned", "number", "planned in the month"),
        _column("forecast", "number", "forecast of the whole, at maturity"),
        _column("realised", "number", "realised in the month; empty where not measured"),
    )),
    Table("demands", "a request for a project", ("demand_id",), (
        _column("demand_id", "id", "the request's identifier", "required"),
        _department(),
        _column("created_on", "date", "the day it was made", "required"),
        _column("decided_on", "date", "the day of the decision; empty where there is none"),
        _column("project_id", "id", "the project it became", "optional",
                to="projects.project_id"),
    ), (_in_order("created_on", "decided_on"),)),
    Table("risks", "a risk", ("risk_id",), (
        _column("risk_id", "id", "the risk's identifier", "required"),
        _project(),
        _column("raised_on", "date", "the day it was raised", "required"),
        _column("closed_on", "date", "the day it was closed; empty while open"),
        _column("probability", "share", "chance that it happens", "expected"),
        _money("impact", "cost if it happens", "expected"),
    ), (_in_order("raised_on", "closed_on"),)),
    Table("capacity", "a role × month", ("role", "period"), (
        _column("role", "text", "the role", "required"),
        _column("period", "period", "the month", "required"),
        _column("capacity_hours", "number", "hours there are", "required", unit="hours", low=0),
        _column("demand_hours", "number", "hours asked for", "expected", unit="hours", low=0),
        _column("booked_hours", "number", "hours given", "expected", unit="hours", low=0),
    )),
    Table("services", "a PMO service", ("service_id",), (
        _column("service_id", "id", "the service's identifier", "required"),
        _column("name", "text", "what customers call it", "required"),
        _column("domain", "text", "part of the PMO's work", "optional",
                "strategy", "delivery", "capability"),
        _column("description", "text", "what it does"),
        _column("target_user", "text", "the role it is for"),
        _column("challenge", "text", "the customer's challenge it answers"),
        _column("benefit", "text", "what the customer gets from it"),
        _column("sla_days", "number", "promised days to serve a request", unit="days", low=0),
        _column("owner", "text", "the role that answers for it"),
    )),
    Table("service_requests", "an occasion a customer needed a service", ("request_id",), (
        _column("request_id", "id", "the occasion's identifier", "required"),
        _service(),
        _department(),
        _column("role", "text", "the customer's role"),
        _column("opened_on", "date", "the day it was needed", "required"),
        _column("due_on", "date", "the day it was promised for"),
        _column("closed_on", "date", "the day it was served; empty while open"),
        _column("channel", "text", "who served it", "required", "pmo", "self_run", "external",
                "shadow", "route_around", "own_tool"),
        _column("satisfaction", "integer", "the customer's score", unit="1–5", low=1, high=5),
    ), (_in_order("opened_on", "closed_on"),)),
    Table("survey_responses", "a respondent × service × wave",
          ("respondent_id", "wave", "service_id"), (
        _column("respondent_id", "id", "the respondent, a pseudonym", "required"),
        _column("wave", "period", "the month of the survey", "required"),
        _department(),
        _column("role", "text", "the respondent's role"),
        _service(),
        _column("importance", "integer", "how much it matters", unit="1–7", low=1, high=7),
        _column("expected", "integer", "what was expected", unit="1–7", low=1, high=7),
        _column("perceived", "integer", "what was received", unit="1–7", low=1, high=7),
        _column("recommend", "integer", "would recommend it", unit="0–10", low=0, high=10),
        _column("contribution", "text", "what it contributed", "optional",
                "none", "some", "significant", "essential"),
        _column("project_id", "id", "the completed project that is rated", "optional",
                to="projects.project_id"),
        _column("project_success", "integer", "was the project worth its effort and cost",
                unit="0–10", low=0, high=10),
    )),
    Table("survey_scores", "an organisation × wave × measure", ("department", "wave", "measure"), (
        _column("department", "text", "the department, or what a benchmark is called", "required"),
        _column("wave", "period", "the month of the survey", "required"),
        _column("measure", "text", "the question or index", "required"),
        _column("score", "share", "share of favourable answers, or the index", "expected"),
        _column("respondents", "integer", "how many answered", low=0),
        _column("kind", "text", "whose score it is; a group holds organisations that have rows of "
                "their own", "required", "organisation", "group", "benchmark", "mean"),
    )),
    Table("value_statements", "a promise to a customer", ("statement_id",), (
        _column("statement_id", "id", "the statement's identifier", "required"),
        _department(),
        _column("challenge", "text", "the customer's challenge, in their words"),
        _column("opportunity", "text", "what could be better"),
        _column("statement", "text", "the promise", "expected"),
        _service("optional"),
        _column("kpi_id", "id", "the KPI that will show it"),
    )),
    Table("communications", "a report sent to a customer",
          ("department", "statement_id", "report", "sent_on"), (
        _department(),
        _column("statement_id", "id", "the promise it reports on", "required",
                to="value_statements.statement_id"),
        _column("report", "text", "the report's name", "required"),
        _column("sent_on", "date", "the day it was sent", "required"),
        _column("decision", "text", "what the customer decided on it"),
    )),
    Table("rollouts", "a department adopting a service", ("department", "service_id"), (
        _department(),
        _service(),
        _column("adopted_on", "date", "the day the department began to use it", "required"),
    )),
    Table("pmo_costs", "a month × cost category", ("period", "category"), (
        _column("period", "period", "the month", "required"),
        _column("category", "text", "staff, tools, training, …", "required"),
        _money("amount", "what it cost", "required"),
        _column("fte", "number", "full-time equivalents", unit="FTE", low=0),
        _column("reporting_hours", "number", "hours spent on reporting", unit="hours", low=0),
    )),
    Table("benchmarks", "a published or peer figure",
          ("source", "year", "metric", "kpi_id", "segment", "statistic", "unit_of_analysis",
           "url"), (
        _column("source", "text", "who published it", "required"),
        _column("year", "integer", "the source's year; of a financial year, that in which it ends",
                "required", low=1900, high=2200),
        _column("metric", "text", "what was measured, in the source's words"),
        _column("kpi_id", "id", "the KPI it may be set beside; empty where none measures it"),
        _column("segment", "text", "of which organisations or projects: all, or a category",
                "required"),
        _column("statistic", "text", "what the figure is", "required", *STATISTICS),
        _column("value", "number", "the figure", "required"),
        _column("unit", "text", "its unit: share, %, points, days, …", "required"),
        _column("sd", "number", "standard deviation of what was counted, in the same unit", low=0),
        _column("n", "integer", "how many units it rests on; empty where not published", low=1),
        _column("unit_of_analysis", "text", "what was counted", "required",
                "project", "respondent", "organisation", "report", "other"),
        _column("population", "text", "whether the projects had ended", "optional",
                "completed", "in flight"),
        _column("baseline_definition", "text", "the estimate that outcomes are set against",
                "optional", "approval", "decision to build", "first report"),
        _column("prices", "text", "whether inflation is taken out of costs", "optional",
                "constant", "nominal"),
        _column("price_base", "integer", "year of the prices", low=1900, high=2200, unit="year"),
        _column("rating_scale", "integer", "colours of the rating scale", low=3, high=5),
        _column("sector", "text", "the sector of those counted"),
        _column("evidence", "text", "read in the source itself, or as others report it",
                "optional", "primary", "secondary"),
        _column("url", "text", "where it was published"),
        _column("note", "text", "what else a reader should know"),
    )),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}


def in_reference_order() -> list[Table]:
    """All tables, each after the tables that it refers to."""
    graph = {table.name: table.references for table in _TABLES}
    return [TABLES[name] for name in TopologicalSorter(graph).static_order()]


def empty(name: str) -> pd.DataFrame:
    """The table without rows: its declared columns with their declared types."""
    return pd.DataFrame(
        {column.name: pd.Series(dtype=column.pandas_type) for column in TABLES[name]}
    )
