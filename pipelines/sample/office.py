"""The office itself: what it costs, the capacity of the roles, figures of peers to set beside."""

from pipelines.sample.chance import Stream
from pipelines.sample.months import (
    FIRST_MONTH,
    LAST_MONTH,
    SLOW_MONTHS,
    month_named,
    period_of,
)
from pipelines.sample.rows import Row, money
from pipelines.sample.truths import TRUTHS
from pmo_lib.tables import TABLES

PMO_FOUNDED = month_named("2022-01")  # one quarter before the first department adopted
COST_A_FTE_MONTH = 7_400
FTE_AT_START, FTE_NOW = 5.0, 12.0
REPORTING_HOURS_AT_START, REPORTING_HOURS_NOW = 190, 110

HOURS_A_MONTH = 140
# role: (people, demand ÷ capacity)
CAPACITY = {
    "Project manager": (24, 0.88),
    "Business analyst": (14, 0.90),
    "Developer": (40, 0.86),
    "Tester": (12, 0.78),
    "Architect": (6, 0.84),
    "Change manager": (7, 0.70),
}
OVERLOAD = 1.28  # demand ÷ capacity of the role planted as overloaded

_PEERS, _CLASS = "Synthetic peer survey", "Synthetic reference class"
# source, year, KPI, segment, statistic, value, unit, n, unit of analysis
BENCHMARKS = (
    (_PEERS, 2025, "D1", "all", "share", 0.45, "share", 410, "project"),
    (_PEERS, 2025, "D2", "all", "share", 0.48, "share", 410, "project"),
    (_PEERS, 2025, "D1", "public sector", "share", 0.39, "share", None, "respondent"),
    (_PEERS, 2025, "D2", "public sector", "share", 0.41, "share", 350, "respondent"),
    (_PEERS, 2025, "D3", "all", "median", 0.09, "share", 410, "project"),
    (_PEERS, 2025, "D3", "all", "p75", 0.31, "share", 410, "project"),
    (_PEERS, 2025, "D5", "all", "median", 0.12, "share", 410, "project"),
    (_PEERS, 2025, "V1", "all", "mean", 0.74, "share", 64, "organisation"),
    (_PEERS, 2025, "R3", "all", "mean", 8, "points", 1_250, "respondent"),
    (_PEERS, 2025, "R8", "all", "share", 0.30, "share", 64, "organisation"),
    (_PEERS, 2025, "R11", "all", "median", 0.05, "share", 64, "organisation"),
    (_PEERS, 2025, "G8", "all", "share", 0.80, "share", 9_600, "report"),
    (_CLASS, 2024, "D3", "Business system", "median", 0.11, "share", 180, "project"),
    (_CLASS, 2024, "D3", "Business system", "p75", 0.42, "share", 180, "project"),
    (_CLASS, 2024, "D4", "Business system", "share", 0.18, "share", 180, "project"),
    (_CLASS, 2024, "D3", "Infrastructure", "median", 0.08, "share", 95, "project"),
    (_CLASS, 2024, "D3", "Infrastructure", "p75", 0.27, "share", 95, "project"),
)


def pmo_cost_rows() -> list[Row]:
    return [row for month in range(PMO_FOUNDED, LAST_MONTH + 1) for row in _costs(month)]


def _costs(month: int) -> list[Row]:
    stream = Stream("PMO cost", period_of(month))
    grown = min(1.0, (month - PMO_FOUNDED) / 36)  # full size after three years
    fte = round(2 * (FTE_AT_START + (FTE_NOW - FTE_AT_START) * grown)) / 2
    hours = REPORTING_HOURS_AT_START + (REPORTING_HOURS_NOW - REPORTING_HOURS_AT_START) * grown
    trained = 0.4 if month % 12 + 1 in SLOW_MONTHS else 1.0
    amounts = {
        "staff": fte * COST_A_FTE_MONTH * (1 + stream.normal(0, 0.02)),
        "tools": 5_200 + 600 * fte + stream.normal(0, 250),
        "training": trained * stream.lognormal(4_500, 0.4),
    }
    return [
        {
            "period": period_of(month),
            "category": category,
            "amount": money(amount),
            "fte": fte if category == "staff" else None,
            "reporting_hours": (
                round(hours + stream.normal(0, 9), 1) if category == "staff" else None
            ),
        }
        for category, amount in amounts.items()
    ]


def capacity_rows() -> list[Row]:
    return [
        _capacity(role, month) for role in CAPACITY for month in range(FIRST_MONTH, LAST_MONTH + 1)
    ]


def _capacity(role: str, month: int) -> Row:
    stream = Stream("capacity", role, period_of(month))
    people, load = CAPACITY[role]
    if role == TRUTHS.overloaded_role:
        load = OVERLOAD
    on_leave = 0.85 if month % 12 + 1 in SLOW_MONTHS else 1.0
    capacity = round(people * HOURS_A_MONTH * on_leave)
    demand = round(people * HOURS_A_MONTH * load * (1 + stream.normal(0, 0.05)))
    booked = min(round(demand * stream.uniform(0.94, 1.0)), round(capacity * 1.04))
    return {
        "role": role,
        "period": period_of(month),
        "capacity_hours": capacity,
        "demand_hours": stream.mostly(demand, missing=0.015),
        "booked_hours": stream.mostly(booked, missing=0.015),
    }


def benchmark_rows() -> list[Row]:
    return [_benchmark(*figure) for figure in BENCHMARKS]


def _benchmark(
    source: str,
    year: int,
    kpi_id: str,
    segment: str,
    statistic: str,
    value: float,
    unit: str,
    n: int | None,
    unit_of_analysis: str,
) -> Row:
    stated: Row = {
        "source": source,
        "year": year,
        "kpi_id": kpi_id,
        "segment": segment,
        "statistic": statistic,
        "value": value,
        "unit": unit,
        "n": n,
        "unit_of_analysis": unit_of_analysis,
    }
    return {name: stated.get(name) for name in TABLES["benchmarks"].column_names}
