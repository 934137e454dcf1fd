"""Others to compare with: published figures, and the projects of a peer, all of them invented."""

import math

from pipelines.sample.chance import Stream
from pipelines.sample.months import DATA_DATE, FIRST_MONTH, LAST_MONTH, first_day, known, later
from pipelines.sample.projects import (
    BASE_SCHEDULE_LOG,
    CATEGORIES,
    DAYS_A_MONTH,
    VERBS,
    round_budget,
)
from pipelines.sample.register import PRICE_BASE
from pipelines.sample.rows import Row, money
from pipelines.sample.truths import TRUTHS

# What the figures are of. Where a fact is left out, ours cannot be shown to be of the same thing.
_COMPLETED: Row = {
    "unit_of_analysis": "project",
    "population": "completed",
    "baseline_definition": "approval",
}
_COSTS: Row = _COMPLETED | {"prices": "constant", "price_base": PRICE_BASE}
_RESPONDENTS: Row = {"unit_of_analysis": "respondent"}
_ORGANISATIONS: Row = {"unit_of_analysis": "organisation"}
_REPORTS: Row = {"unit_of_analysis": "report"}

_SURVEY, _CLASS = ("Synthetic peer survey", 2025), ("Synthetic reference class", 2024)
# source and year, KPI, segment, statistic, value, unit, n, facts
FIGURES: tuple[tuple[tuple[str, int], str, str, str, float, str, int | None, Row], ...] = (
    (_SURVEY, "D1", "all", "share", 0.45, "share", 410, _COMPLETED),
    (_SURVEY, "D2", "all", "share", 0.48, "share", 410, _COMPLETED),
    (_SURVEY, "D1", "public sector", "share", 0.39, "share", None, _RESPONDENTS),
    (_SURVEY, "D2", "public sector", "share", 0.41, "share", 350, _RESPONDENTS),
    (_SURVEY, "D3", "all", "mean", 0.24, "share", 410, _COSTS | {"sd": 0.62}),
    (_SURVEY, "D3", "all", "median", 0.09, "share", 410, _COSTS),
    (_SURVEY, "D3", "all", "p75", 0.31, "share", 410, _COSTS),
    (_SURVEY, "D3", "all", "p80", 0.40, "share", 410, _COSTS),
    (_SURVEY, "D3", "all", "p90", 0.78, "share", 410, _COSTS),
    (_SURVEY, "D5", "all", "median", 0.12, "share", 410, _COMPLETED),
    (_SURVEY, "V1", "all", "mean", 0.74, "share", 64, _ORGANISATIONS),
    (_SURVEY, "R3", "all", "index", 8, "points", 1_250, _RESPONDENTS),
    (_SURVEY, "R8", "all", "share", 0.30, "share", 64, _ORGANISATIONS),
    (_SURVEY, "R11", "all", "median", 0.05, "share", 64, _ORGANISATIONS),
    (_SURVEY, "G8", "all", "share", 0.80, "share", 9_600, _REPORTS),
    (_CLASS, "D3", "Business system", "median", 0.11, "share", 180, _COSTS),
    (_CLASS, "D3", "Business system", "p75", 0.42, "share", 180, _COSTS),
    (_CLASS, "D3", "Business system", "p80", 0.53, "share", 180, _COSTS),
    (_CLASS, "D3", "Business system", "p90", 0.96, "share", 180, _COSTS),
    (_CLASS, "D4", "Business system", "share", 0.18, "share", 180, _COSTS),
    (_CLASS, "D3", "Infrastructure", "median", 0.08, "share", 95, _COSTS | {"prices": "nominal"}),
    (_CLASS, "D3", "Infrastructure", "p75", 0.27, "share", 95, _COSTS | {"prices": "nominal"}),
    (_CLASS, "D3", "New product", "median", 0.10, "share", 70,
     _COSTS | {"baseline_definition": "decision to build"}),
    (_CLASS, "D3", "Process improvement", "median", 0.05, "share", 120,
     {"unit_of_analysis": "project", "population": "completed"}),
)  # fmt: skip

PEER = "Synthetic peer"
PEER_PROJECTS = 180
PEER_SETTINGS = f"""\
organisation: {PEER} (synthetic data)
price_base: {PRICE_BASE}
profile:
  sector: public
  pmo_type: supportive
  pmo_since: 2014
  governance_weight: medium
"""
PEER_COST_LOG = 0.05  # level of its log(actual ÷ original cost), luck apart: a little above ours
_DEPARTMENTS = ("Northern division", "Southern division")
# More building and larger projects than ours, so that a plain comparison is not like with like.
_MIX = {
    "Business system": 0.16,
    "Infrastructure": 0.36,
    "Process improvement": 0.14,
    "Regulatory change": 0.18,
    "New product": 0.16,
}
_TYPICAL_BUDGET = 600_000


def benchmark_rows() -> list[Row]:
    return [_figure(*figure) for figure in FIGURES]


def _figure(
    source: tuple[str, int],
    kpi_id: str,
    segment: str,
    statistic: str,
    value: float,
    unit: str,
    n: int | None,
    facts: Row,
) -> Row:
    stated: Row = {"source": source[0], "year": source[1], "kpi_id": kpi_id, "segment": segment}
    return stated | {"statistic": statistic, "value": value, "unit": unit, "n": n} | facts


def peer_rows() -> dict[str, list[Row]]:
    """The peer's projects and their original baselines, as tables of our own form."""
    pairs = [_peer_project(number) for number in range(PEER_PROJECTS)]
    return {
        "projects": [project for project, _ in pairs],
        "baselines": [baseline for _, baseline in pairs],
    }


def _peer_project(number: int) -> tuple[Row, Row]:
    stream = Stream("peer project", str(number))
    category = stream.weighted(_MIX)
    span_days = (first_day(LAST_MONTH) - first_day(FIRST_MONTH)).days
    approved_on = later(
        first_day(FIRST_MONTH), span_days * (number + stream.uniform(0, 1)) / PEER_PROJECTS
    )
    size_log = stream.normal(0, 1)
    budget = round_budget(_TYPICAL_BUDGET * round(math.exp(0.95 * size_log), 9))
    months = min(max(9.5 * math.exp(0.22 * size_log + stream.normal(0, 0.25)), 3), 24)
    planned_days = round(months * DAYS_A_MONTH)
    start = later(approved_on, stream.lognormal(14, 0.5))

    luck_log = stream.normal(0, TRUTHS.cost_body_sd_log)
    if stream.happens(TRUTHS.cost_tail_share):
        luck_log += stream.exponential(TRUTHS.cost_tail_mean_log)
    level_log = PEER_COST_LOG + CATEGORIES[category][1] + 0.02 * size_log
    cost_log = max(level_log + luck_log, -0.6)
    schedule_log = BASE_SCHEDULE_LOG + 0.5 * luck_log + stream.normal(0, 0.16)
    ends_on = later(start, max(45, round(planned_days * math.exp(min(schedule_log, 1.2)), 3)))

    project_id, finished_on = f"Q{number + 1:04d}", known(ends_on)
    begun = start <= DATA_DATE
    project: Row = {
        "project_id": project_id,
        "name": f"{stream.one_of(CATEGORIES[category][2])} {stream.one_of(VERBS)}",
        "department": stream.one_of(_DEPARTMENTS),
        "category": category,
        "status": "completed" if finished_on else "active" if begun else "proposed",
        "approved_on": approved_on,
        "started_on": known(start),
        "finished_on": finished_on,
        "actual_cost": money(budget * round(math.exp(cost_log), 6)) if finished_on else None,
    }
    baseline: Row = {
        "project_id": project_id,
        "version": 0,
        "approved_on": approved_on,
        "start": start,
        "finish": later(start, planned_days),
        "cost": budget,
        "price_base": PRICE_BASE,
    }
    return project, baseline
