"""The tables of the workbook, declared once.

From this page come the pandas types, the Great Expectations suites, the data dictionary and the
columns of the sample and the importers. Money is in the currency of the settings and in constant
prices; a period is a month.
"""

from graphlib import TopologicalSorter

import pandas as pd

from pmo_lib.contract.columns import (
    column,
    department,
    empty_when,
    hours,
    in_order,
    money,
    needed_when,
    of_project,
    of_service,
)
from pmo_lib.contract.schema import Table

RAG = ("green", "amber_green", "amber", "amber_red", "red")
STATUSES = ("proposed", "active", "on_hold", "completed", "cancelled")
STATISTICS = (
    "mean", "median", "share", "count", "total", "index",
    "p05", "p10", "p20", "p25", "p30", "p40", "p60", "p70", "p75", "p80", "p90", "p95",
)  # fmt: skip


_TABLES = (
    Table("projects", "a project", ("project_id",), (
        column("project_id", "id", "the project's identifier", "required"),
        column("name", "text", "what people call it", "expected"),
        column("department", "text", "the department that owns it", "required"),
        column("category", "text", "kind of project, the same words for all", "optional"),
        column("method", "text", "how it is run", "optional", "waterfall", "agile", "hybrid"),
        column("investment_class", "text", "what the money is for", "optional",
                "run", "grow", "innovate"),
        column("strategic_goal", "text", "the goal of the strategy it serves"),
        column("sponsor", "text", "the role that answers for it"),
        column("status", "text", "where it stands; empty where nobody knows", "expected",
                *STATUSES),
        column("approved_on", "date", "the day it was approved"),
        column("started_on", "date", "the day work began", "expected"),
        column("finished_on", "date", "the day it was completed or cancelled"),
        money("actual_cost", "what it has cost so far, in all when finished"),
        column("pmo_used", "text", "whether it used the PMO's services, where each project chose",
                "optional", "yes", "no"),
        column("approval_risk", "number", "risk score given before it was approved"),
        column("work_size", "number", "size of the work, fixed outside the PMO: users, sites, m²",
                low=0),
        column("negative_control", "number", "a figure of it that the PMO cannot move"),
    ), (
        in_order("started_on", "finished_on"),
        in_order("approved_on", "started_on", "warning"),
        needed_when("finished_on", "status", "completed", "cancelled"),
        needed_when("actual_cost", "status", "completed"),
        empty_when("finished_on", "status", "proposed", "active", "on_hold"),
    )),
    Table("baselines", "a version of a project's baseline", ("project_id", "version"), (
        of_project(),
        column("version", "integer", "0 is the original", "required", low=0),
        column("approved_on", "date", "the day this version was approved", "expected"),
        column("start", "date", "planned start", "expected"),
        column("finish", "date", "planned finish", "expected"),
        money("cost", "planned cost, whole life", "expected"),
        money("benefit", "planned benefit, whole life"),
        column("price_base", "integer", "year of the prices", low=1900, high=2200, unit="year"),
    ), (in_order("start", "finish"),)),
    Table("status_reports", "a project × month × rater", ("project_id", "period", "rated_by"), (
        of_project(),
        column("period", "period", "the month reported on", "required"),
        money("planned_value", "work planned to date at its budget (PV)", accrues="to date"),
        money("earned_value", "work done to date at its budget (EV)", accrues="to date"),
        money("actual_cost", "cost of the work to date (AC)", accrues="to date"),
        column("estimate_at_completion", "money",
                "forecast of the final cost (EAC); below 0 where a project earns more"),
        column("forecast_finish", "date", "forecast of the finish"),
        column("rag", "text", "status rating; empty where none was given", "optional", *RAG),
        column("rag_scale", "integer", "points of the rating scale", low=3, high=5),
        column("rated_by", "text", "who gave the rating", "required", "owner", "independent"),
        column("due_on", "date", "the day the report was due"),
        column("submitted_on", "date", "the day it came; empty where it has not", awaited=True),
    )),
    Table("milestones", "a milestone", ("project_id", "milestone_id"), (
        of_project(),
        column("milestone_id", "id", "the milestone's identifier", "required"),
        column("name", "text", "what people call it"),
        column("baseline_date", "date", "planned date", "expected"),
        column("forecast_date", "date", "forecast date"),
        column("actual_date", "date", "the day it was met; empty where it has not been",
                awaited=True),
    )),
    Table("gates", "an attempt at a gate", ("project_id", "gate", "attempt"), (
        of_project(),
        column("gate", "text", "the gate's name", "required"),
        column("attempt", "integer", "1 is the first", "required", low=1),
        column("submitted_on", "date", "the day the papers came", "expected"),
        column("decided_on", "date", "the day of the decision; empty where there is none",
                awaited=True),
        column("decision", "text", "the decision", "optional",
                "pass", "conditional", "hold", "stop"),
    ), (in_order("submitted_on", "decided_on"),)),
    Table("benefits", "a benefit", ("benefit_id",), (
        column("benefit_id", "id", "the benefit's identifier", "required"),
        of_project(),
        column("class", "text", "what kind of benefit", "expected",
                "cashable", "non_cashable", "cost_avoidance", "non_financial"),
        column("unit", "text", "what it is counted in", "expected"),
        column("measure", "text", "how it is measured"),
        column("owner", "text", "the role that answers for it"),
        column("baseline_value", "number", "value before the project"),
        column("target_value", "number", "value it should reach"),
        column("due_on", "date", "the day it should be reached"),
        column("verified_by", "text", "who verified what was realised, other than its owner"),
    )),
    Table("benefit_reports", "a benefit × month", ("benefit_id", "period"), (
        column("benefit_id", "id", "the benefit", "required", to="benefits.benefit_id"),
        column("period", "period", "the month", "required"),
        column("planned", "number", "planned in the month", accrues="in the month"),
        column("forecast", "number", "forecast of the whole, at maturity"),
        column("realised", "number", "realised in the month; empty where not measured",
                awaited=True, accrues="in the month"),
    )),
    Table("demands", "a request for a project", ("demand_id",), (
        column("demand_id", "id", "the request's identifier", "required"),
        department(),
        column("created_on", "date", "the day it was made", "required"),
        column("decided_on", "date", "the day of the decision; empty where there is none",
                awaited=True),
        column("project_id", "id", "the project it became", "optional",
                to="projects.project_id", awaited=True),
    ), (in_order("created_on", "decided_on"),)),
    Table("risks", "a risk", ("risk_id",), (
        column("risk_id", "id", "the risk's identifier", "required"),
        of_project(),
        column("raised_on", "date", "the day it was raised", "required"),
        column("closed_on", "date", "the day it was closed; empty while open", awaited=True),
        column("probability", "share", "chance that it happens", "expected"),
        money("impact", "cost if it happens", "expected"),
    ), (in_order("raised_on", "closed_on"),)),
    Table("capacity", "a role × month", ("role", "period"), (
        column("role", "text", "the role", "required"),
        column("period", "period", "the month", "required"),
        hours("capacity_hours", "hours there are", "required"),
        hours("demand_hours", "hours asked for", "expected"),
        hours("booked_hours", "hours given", "expected"),
    )),
    Table("services", "a PMO service", ("service_id",), (
        column("service_id", "id", "the service's identifier", "required"),
        column("name", "text", "what customers call it", "required"),
        column("domain", "text", "part of the PMO's work", "optional",
                "strategy", "delivery", "capability"),
        column("description", "text", "what it does"),
        column("target_user", "text", "the role it is for"),
        column("challenge", "text", "the customer's challenge it answers"),
        column("benefit", "text", "what the customer gets from it"),
        column("sla_days", "number", "promised days to serve a request", unit="days", low=0),
        column("owner", "text", "the role that answers for it"),
    )),
    Table("service_requests", "an occasion a customer needed a service", ("request_id",), (
        column("request_id", "id", "the occasion's identifier", "required"),
        of_service(),
        department(),
        column("role", "text", "the customer's role"),
        column("opened_on", "date", "the day it was needed", "required"),
        column("due_on", "date", "the day it was promised for"),
        column("closed_on", "date", "the day it was served; empty while open", awaited=True),
        column("channel", "text", "who served it", "required", "pmo", "self_run", "external",
                "shadow", "route_around", "own_tool"),
        column("satisfaction", "integer", "the customer's score", unit="1–5", low=1, high=5),
    ), (in_order("opened_on", "closed_on"),)),
    Table("survey_responses", "a respondent × service × wave",
          ("respondent_id", "wave", "service_id"), (
        column("respondent_id", "id", "the respondent, a pseudonym", "required"),
        column("wave", "period", "the month of the survey", "required"),
        department(),
        column("role", "text", "the respondent's role"),
        of_service(),
        column("importance", "integer", "how much it matters", unit="1–7", low=1, high=7),
        column("expected", "integer", "what was expected", unit="1–7", low=1, high=7),
        column("perceived", "integer", "what was received", unit="1–7", low=1, high=7),
        column("recommend", "integer", "would recommend it", unit="0–10", low=0, high=10),
        column("contribution", "text", "what it contributed", "optional",
                "none", "some", "significant", "essential"),
        column("project_id", "id", "the completed project that is rated", "optional",
                to="projects.project_id"),
        column("project_success", "integer", "was the project worth its effort and cost",
                unit="0–10", low=0, high=10),
    )),
    Table("value_statements", "a promise to a customer", ("statement_id",), (
        column("statement_id", "id", "the statement's identifier", "required"),
        department(),
        column("challenge", "text", "the customer's challenge, in their words"),
        column("opportunity", "text", "what could be better"),
        column("statement", "text", "the promise", "expected"),
        of_service("optional"),
        column("kpi_id", "id", "the KPI that will show it"),
        column("target", "text", "how much is promised, with its unit: 10 working days, 90 %, 4, "
                "or better than before"),
    )),
    Table("communications", "a report sent to a customer",
          ("department", "statement_id", "report", "sent_on"), (
        department(),
        column("statement_id", "id", "the promise it reports on", "required",
                to="value_statements.statement_id"),
        column("report", "text", "the report's name", "required"),
        column("sent_on", "date", "the day it was sent", "required"),
        column("decision", "text", "what the customer decided on it"),
    )),
    Table("decisions", "an ask of a report, and what became of it", ("ask_id", "asked_on"), (
        column("ask_id", "id", "the ask's id, as asks.csv and the page have it", "required"),
        column("asked_on", "date", "the day it was asked", "required"),
        column("decided_on", "date", "the day it was decided"),
        column("decision", "text", "what was decided", "optional", "accepted", "dropped"),
        column("done_on", "date", "the day that what was decided was done"),
        column("reason", "text", "why it was decided so"),
    ), (
        in_order("asked_on", "decided_on"),
        in_order("decided_on", "done_on"),
    )),
    Table("rollouts", "a department adopting a service", ("department", "service_id"), (
        department(),
        of_service(),
        column("adopted_on", "date", "the day the department began to use it", "required"),
    )),
    Table("lots", "a project that took part in a draw", ("lot_id", "project_id"), (
        column("lot_id", "id", "the draw", "required"),
        of_project(),
        of_service(),
        department(),
        column("assigned_by_lot", "text", "whether it got the service", "required", "yes", "no"),
        column("drawn_on", "date", "the day of the draw", "required"),
        column("seed", "text", "what the order was made from", "required"),
        column("candidates_hash", "text", "hash of who took part", "required"),
    )),
    Table("pledges", "a question pledged before its answer was seen", ("pledge_id",), (
        column("pledge_id", "id", "the pledge", "required"),
        column("question", "text", "what is to be found out", "required"),
        column("outcome", "text", "the one outcome that answers it", "required",
                "cost", "schedule", "benefits"),
        column("service_id", "id", "the PMO service; empty for all together",
                to="services.service_id"),
        column("design", "text", "by which comparison", "required"),
        column("smallest_effect", "text", "the smallest effect of interest, a share", "required"),
        column("rules", "text", "what else could be chosen", "required"),
        column("assumptions", "text", "every number that comes from no data", "required"),
        column("pledged_on", "date", "the day it was written", "required"),
        column("look_on", "text", "the month whose pack answers it, YYYY-MM", "required"),
        column("data_hash", "text", "hash of the tables as they were", "required"),
        column("pledge_hash", "text", "hash of all the other cells", "required"),
    )),
    Table("pmo_costs", "a month × cost category", ("period", "category"), (
        column("period", "period", "the month", "required"),
        column("category", "text", "staff, tools, training, …", "required"),
        money("amount", "what it cost", "required", accrues="in the month"),
        column("fte", "number", "full-time equivalents", unit="FTE", low=0),
        hours("reporting_hours", "hours spent on reporting"),
    )),
    Table("benchmarks", "a published or peer figure",
          ("source", "year", "metric", "kpi_id", "segment", "statistic", "unit_of_analysis",
           "url"), (
        column("source", "text", "who published it", "required"),
        column("year", "integer", "the source's year; of a financial year, that in which it ends",
                "required", low=1900, high=2200),
        column("metric", "text", "what was measured, in the source's words"),
        column("kpi_id", "id", "the KPI it may be set beside; empty where none measures it"),
        column("segment", "text", "of which organisations or projects: all, or a category",
                "required"),
        column("statistic", "text", "what the figure is", "required", *STATISTICS),
        column("value", "number", "the figure", "required"),
        column("unit", "text", "its unit: share, %, points, days, …", "required"),
        column("sd", "number", "standard deviation of what was counted, in the same unit", low=0),
        column("n", "integer", "how many units it rests on; empty where not published", low=1),
        column("unit_of_analysis", "text", "what was counted", "required",
                "project", "respondent", "organisation", "report", "other"),
        column("population", "text", "whether the projects had ended", "optional",
                "completed", "in flight"),
        column("baseline_definition", "text", "the estimate that outcomes are set against",
                "optional", "approval", "decision to build", "first report"),
        column("prices", "text", "whether inflation is taken out of costs", "optional",
                "constant", "nominal"),
        column("price_base", "integer", "year of the prices", low=1900, high=2200, unit="year"),
        column("rating_scale", "integer", "colours of the rating scale", low=3, high=5),
        column("sector", "text", "the sector of those counted"),
        column("evidence", "text", "read in the source itself, or as others report it",
                "optional", "primary", "secondary"),
        column("url", "text", "where it was published"),
        column("note", "text", "what else a reader should know"),
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
