"""What two months' figures of answers differ by is no few of them."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builders.tables import request
from builders.views import view
from pmo_lib.engine.observe import observe
from pmo_lib.engine.released import in_cell, window
from pmo_lib.engine.result import ORGANISATION, of_subject
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month_range

FEW = 5
MONTHS = month_range("2024-01", "2026-09")


def test_where_every_month_has_enough_it_is_the_last_twelve() -> None:
    months = [m for m in MONTHS for _ in range(FEW)]
    assert window(months, "2026-09", 12, FEW) == ("2025-09", "2026-09")
    assert window([], "2026-09", 12, FEW) == ("2025-09", "2026-09")


def test_a_few_wait_for_more() -> None:
    months = [m for m in MONTHS[:-2] for _ in range(FEW)]
    for last, until in (((3, 0), "2026-07"), ((3, 1), "2026-07"), ((3, 2), "2026-09")):
        new = [m for m, n in zip(MONTHS[-2:], last, strict=True) for _ in range(n)]
        assert window([*months, *new], "2026-09", 12, FEW)[1] == until


def test_where_there_never_were_enough_it_is_the_last_twelve_of_which_there_are_too_few() -> None:
    assert window(["2026-03", "2026-08"], "2026-09", 12, FEW) == ("2025-09", "2026-09")
    gone = ["2024-01"] * 9
    assert window([*gone, "2026-08"], "2026-09", 12, FEW) == ("2025-09", "2026-09")


@given(st.lists(st.integers(0, 7), min_size=20, max_size=33))
def test_two_months_differ_by_none_or_by_enough(counts: list[int]) -> None:
    months = MONTHS[: len(counts)]
    answers = [m for m, n in zip(months, counts, strict=True) for _ in range(n)]
    seen = [
        shown if len(shown) >= FEW else set()
        for period in months
        for after, until in [window([m for m in answers if m <= period], period, 12, FEW)]
        for shown in [{(m, i) for i, m in enumerate(answers) if after < m <= until}]
    ]
    steps = [{len(new - old), len(old - new)} for old, new in pairwise(seen)]
    assert [step for step in steps if step & set(range(1, FEW))] == []


def test_the_attack_on_two_packs_of_satisfaction_tells_of_no_few() -> None:
    """Each figure of R4 in two following months, of two departments and three services."""
    chance = np.random.default_rng(3)
    rows = [
        request(
            f"q{i}", department=str(chance.choice(["Finance", "Sales"], p=[0.8, 0.2])),
            service_id=str(chance.choice(["S1", "S2", "S3"], p=[0.6, 0.3, 0.1])),
            opened_on=f"{month}-02", closed_on=f"{month}-{chance.integers(3, 28):02d}",
            satisfaction=int(chance.integers(1, 6)),
        )
        for i, month in enumerate(np.repeat(MONTHS, 6))
    ]  # fmt: skip
    kpi, last, told, moved = CATALOGUE["R4"], {}, [], 0
    for period in MONTHS[-14:]:
        units = observe(kpi, view(period, {}, service_requests=rows))
        for department in (ORGANISATION, "Finance", "Sales"):
            for part in ("", "S1", "S2", "S3"):
                own = in_cell(of_subject(units, department), department, is_part=bool(part))
                now = set(own.loc[(own["segment"] == part) | (part == ""), "case_id"])
                if len(now) < FEW:
                    continue  # not shown
                before = last.get((department, part), now)
                moved += now != before
                if {len(now - before), len(before - now)} & set(range(1, FEW)):
                    told.append((period, department, part))
                last[department, part] = now
    assert told == []
    assert moved > 30
