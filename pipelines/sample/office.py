"""The office itself: what it costs, and the capacity of the roles."""

from pipelines.sample.chance import Stream
from pipelines.sample.months import FIRST_MONTH, LAST_MONTH, SLOW_MONTHS, month_named, period_of
from pipelines.sample.rows import Row, money
from pipelines.sample.truths import TRUTHS

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
