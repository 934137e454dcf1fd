"""Dates of adoption: from roll-outs, the design they allow, and what is told of them."""

from dataclasses import replace
from itertools import product
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.tables import Row, tables
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.panel import panel
from pmo_lib.effect.adoption import (
    Adoption,
    adoption,
    by_department,
    design,
    lead,
    notes,
    on_the_edge,
    refusal_of_service,
    under_pmo,
)
from pmo_lib.months import quarter_number


def rollout(department: str, service: str, day: str) -> Row:
    return {"department": department, "service_id": service, "adopted_on": day}


ROLLOUTS = [
    rollout("A", "S1", "2024-05-02"),
    rollout("A", "S2", "2024-02-01"),
    rollout("B", "S1", "2025-07-01"),
    rollout("C", "S2", "2026-01-31"),
]


def projects(*rows: tuple[str, str], **cells: Any) -> pd.DataFrame:
    """Projects of a department begun on a day."""
    frame = pd.DataFrame(rows, columns=["department", "started_on"])
    started = pd.to_datetime(frame["started_on"])
    return frame.assign(
        started_on=started,
        quarter=quarter_number(started).astype("int64"),
        pmo_used=None,
        value=1.0,
    ).assign(**cells)


def days(**dates: str) -> pd.Series:
    return pd.Series({name: pd.Timestamp(day) for name, day in dates.items()})


def adopted(others: pd.Series | None = None, **dates: str) -> Adoption:
    return Adoption(days(**dates), days() if others is None else others)


class TestAdoption:
    def test_of_all_services_the_first_counts(self) -> None:
        found = adoption(tables(rollouts=ROLLOUTS))
        expected = {"A": "2024-02-01", "B": "2025-07-01", "C": "2026-01-31"}
        assert {d: str(day.date()) for d, day in found.dates.items()} == expected
        assert found.others.empty

    def test_of_one_service_the_others_stand_beside_it(self) -> None:
        found = adoption(tables(rollouts=ROLLOUTS), "S1")
        assert {d: str(day.date()) for d, day in found.dates.items()} == {
            "A": "2024-05-02", "B": "2025-07-01",
        }  # fmt: skip
        assert {d: str(day.date()) for d, day in found.others.items()} == {
            "A": "2024-02-01", "C": "2026-01-31",
        }  # fmt: skip

    def test_quarters_are_counted_on(self) -> None:
        found = adoption(tables(rollouts=ROLLOUTS)).cells(4)
        assert found.to_dict() == {"A": 2024 * 4, "B": 2025 * 4 + 2, "C": 2026 * 4}

    def test_half_years_are_counted_on(self) -> None:
        found = adoption(tables(rollouts=ROLLOUTS)).cells(2)
        assert found.to_dict() == {"A": 2024 * 2, "B": 2025 * 2 + 1, "C": 2026 * 2}

    @pytest.mark.parametrize("given", [{}, {"rollouts": []}])
    def test_without_roll_outs_nobody_has_adopted(self, given: Any) -> None:
        found = adoption(tables(**given))
        assert found.dates.empty
        assert found.others.empty
        assert found.cells(4).empty


class TestSides:
    PROJECTS = projects(
        ("A", "2024-05-01"), ("A", "2024-05-02"), ("A", "2024-04-01"), ("A", "2024-03-31"),
        ("A", "2024-09-01"), ("B", "2024-05-01"),
    )  # fmt: skip
    DATES = days(A="2024-05-02")

    def test_under_the_pmo_from_the_day_on(self) -> None:
        found = under_pmo(self.PROJECTS, self.DATES)
        assert found.tolist() == [False, True, False, False, True, False]

    def test_on_the_edge_in_the_quarter_but_before_the_day(self) -> None:
        found = on_the_edge(self.PROJECTS, self.DATES)
        assert found.tolist() == [True, False, True, False, False, False]

    def test_on_the_edge_of_a_half_year_is_in_it_but_before_the_day(self) -> None:
        found = on_the_edge(self.PROJECTS, self.DATES, 2)
        assert found.tolist() == [True, False, True, True, False, False]
        july = on_the_edge(self.PROJECTS, days(A="2024-09-15"), 2)
        assert july.tolist() == [False] * 4 + [True, False]


class TestLead:
    """How long before an adoption a start was to be in flight at it, by the plans."""

    @staticmethod
    def of(planned_days: list[float], per_year: int = 4, start: str = "2024-01-15") -> int:
        rows = projects(*[("A", start)] * len(planned_days))
        given = rows.assign(approved_days=np.log(planned_days))
        return lead(given, days(A="2025-01-01"), per_year)

    def test_by_hand(self) -> None:
        # begun in the middle of the cell: of 360 days planned 46, 137, 228 and 320 come before the
        # adoption, which leaves 87, 62, 37 and 11 % under the PMO; of half-years 91, 274: 75, 24 %
        assert [self.of([360.0], per_year) for per_year in (4, 2)] == [3, 1]
        # 80 days: 43 % of the quarter before it, then none; of the half-year none
        assert [self.of([80.0], per_year) for per_year in (4, 2)] == [1, 0]
        # 60 days: 24 %
        assert self.of([60.0]) == 0

    def test_by_explicit_counting(self) -> None:
        wrong = {}
        for seed, per_year in product(range(10), (4, 2)):
            planned = np.exp(np.random.default_rng(seed).normal(5.5, 1, 30)).tolist()
            expected = 0
            while True:
                before = (expected + 0.5) * 365.25 / per_year
                shares = [max(0.0, each - before) / each for each in planned]
                if sum(shares) / len(shares) <= 0.25:
                    break
                expected += 1
            if (found := self.of(planned, per_year)) != expected:
                wrong[seed, per_year] = found, expected
        assert not wrong

    def test_plans_under_the_pmo_and_unknown_ones_do_not_count(self) -> None:
        rows = projects(*[("A", "2024-01-15")] * 3, ("A", "2025-02-01"))
        given = rows.assign(approved_days=np.log([360.0, 360.0, np.nan, 9_999.0]))
        assert lead(given, days(A="2025-01-01"), 4) == 3

    def test_none_where_no_plan_is_known(self) -> None:
        assert self.of([np.nan]) == 0
        assert self.of([360.0], start="2025-02-01") == 0


class TestDesign:
    TWO = projects(("A", "2024-01-01"), ("B", "2024-01-01"), ("B", "2025-01-01"))

    def test_staggered_where_dates_differ(self) -> None:
        assert design(self.TWO, adopted(A="2024-02-01", B="2024-04-01")) == "staggered roll-out"

    def test_staggered_where_some_never_adopt(self) -> None:
        assert design(self.TWO, adopted(A="2024-02-01")) == "staggered roll-out"

    def test_interrupted_where_all_adopt_in_one_quarter(self) -> None:
        found = design(self.TWO, adopted(A="2024-02-01", B="2024-03-31"))
        assert found == "interrupted time series"

    def test_interrupted_where_the_pmo_began_for_everybody(self) -> None:
        assert design(self.TWO, adopted(), "2024-02") == "interrupted time series"

    def test_matched_where_each_project_chose(self) -> None:
        chose = self.TWO.assign(pmo_used=["yes", "no", None])
        assert design(chose, adopted()) == "matched projects"
        assert design(chose, adopted(), "2024-02") == "matched projects"
        one_quarter = adopted(A="2024-02-01", B="2024-02-01")
        assert design(chose, one_quarter) == "matched projects"
        assert design(chose, adopted(A="2024-02-01")) == "staggered roll-out"

    def test_not_matched_where_all_chose_the_same(self) -> None:
        assert design(self.TWO.assign(pmo_used="yes"), adopted()) == "none"

    def test_none_where_nothing_is_known(self) -> None:
        assert design(self.TWO, adopted()) == "none"

    def test_roll_outs_of_departments_without_projects_do_not_count(self) -> None:
        assert design(self.TWO, adopted(Z="2024-02-01")) == "none"
        found = design(self.TWO, adopted(A="2024-02-01", B="2024-02-01", Z="2020-01-01"))
        assert found == "interrupted time series"


class TestRefusalOfService:
    SIX = projects(*[(name, day) for name in "ABCDEF" for day in ("2023-01-01", "2025-11-01")])

    def test_nothing_where_there_are_no_others(self) -> None:
        assert refusal_of_service(self.SIX, adopted(A="2024-01-01")) == ""

    def test_nothing_where_four_departments_have_one_without_the_other(self) -> None:
        others = days(A="2024-04-01", B="2024-04-01", C="2024-04-01")
        mine = {"A": "2024-01-01", "B": "2023-04-01", "D": "2024-01-01"}
        assert refusal_of_service(self.SIX, adopted(others, **mine)) == ""

    def test_said_where_they_are_fewer(self) -> None:
        others = days(A="2024-04-01", B="2024-04-01")
        mine = {"A": "2024-04-30", "B": "2023-04-01", "C": "2023-04-01"}
        assert refusal_of_service(self.SIX, adopted(others, **mine)) == (
            "the service was adopted apart from the others in only 2 departments; 4 are needed to "
            "tell it from them, so report all services together"
        )

    def test_apart_after_the_data_is_not_apart(self) -> None:
        others = days(**dict.fromkeys("ABCDE", "2026-01-01"))
        mine = dict.fromkeys("ABCDE", "2027-01-01")
        assert "in only 0 departments" in refusal_of_service(self.SIX, adopted(others, **mine))

    def test_apart_before_the_data_is_not_apart(self) -> None:
        others = days(**dict.fromkeys("ABCDE", "2010-01-01"))
        mine = dict.fromkeys("ABCDE", "2012-01-01")
        assert "in only 0 departments" in refusal_of_service(self.SIX, adopted(others, **mine))


class TestNotes:
    """Of 2024: A, B and C have projects in every quarter, D in the last two."""

    ROWS = projects(
        *[(name, f"2024-{month:02}-15") for name in "ABC" for month in (1, 4, 7, 10)],
        ("D", "2024-07-15"), ("D", "2024-10-15"),
    )  # fmt: skip

    def told(self, **dates: str) -> list[str]:
        found = adopted(**dates)
        cells = panel(self.ROWS, adopted=found.cells(4))
        return notes(cells, found)

    def told_of(self, *, but: str = "", **dates: str) -> list[str]:
        """Without the note on who has no roll-out, which is of `but`."""
        first, *others = self.told(**dates)
        assert first == f"Departments that have no roll-out, and stand for no PMO: {but}."
        return others

    def test_nothing_where_all_serve(self) -> None:
        rows = self.ROWS[self.ROWS["department"] != "D"]
        found = adopted(A="2024-07-01", B="2024-12-31", C="2024-10-01")
        assert notes(panel(rows, adopted=found.cells(4)), found) == []

    def test_without_a_roll_out(self) -> None:
        assert self.told_of(A="2024-07-01", B="2024-12-31", but="C and D") == []

    def test_adopted_after_the_data(self) -> None:
        assert self.told_of(A="2025-01-01", C="2026-05-01", but="B and D") == [
            "Departments that adopted only after the last quarter that counts, and stand for no "
            "PMO: A and C."
        ]

    def test_adopted_before_the_data(self) -> None:
        assert self.told_of(B="2023-12-31", but="A, C and D")[0] == (
            "Departments that had adopted before the first project in the data, so nothing of "
            "before is known: B."
        )

    def test_without_a_project(self) -> None:
        named = dict.fromkeys("AYZ", "2024-07-01")
        assert self.told_of(**named, but="B, C and D") == [
            "Departments that are named in the roll-outs but have no project that counts: Y and Z."
        ]

    def test_with_too_little_before(self) -> None:
        assert self.told_of(A="2024-07-01", C="2024-04-01", D="2024-10-01", but="B") == [
            "Departments with projects in fewer than two quarters before they adopted cannot be "
            "compared with themselves: C and D."
        ]

    def test_quarters_left_out_before_the_adoption_are_not_before_it(self) -> None:
        found = adopted(A="2024-10-01", B="2024-07-01")
        cells = panel(self.ROWS, adopted=found.cells(4), lead=1)
        assert notes(cells, found)[-1].endswith("compared with themselves: B.")
        assert not any(": A and B." in each for each in notes(cells, found))

    def test_half_years_are_named(self) -> None:
        found = adopted(A="2024-10-01")
        halves = self.ROWS.assign(quarter=self.ROWS["quarter"] // 2)
        cells = panel(halves, adopted=found.cells(2), per_year=2)
        assert notes(cells, found)[-1] == (
            "Departments with projects in fewer than two half-years before they adopted cannot be "
            "compared with themselves: A."
        )


def test_each_department_with_its_projects_before_and_since() -> None:
    first = np.array([1, 4, 0, 3])
    cells = replace(panel(TestNotes.ROWS), first=first)
    found = by_department(cells, Effect(without=pd.Series({"A": -0.1, "D": 0.2})))
    assert found["department"].tolist() == ["A", "B", "C", "D"]
    assert found["adopted"].tolist() == ["2024-Q2", "", "2024-Q1", "2024-Q4"]
    for each, f in zip(found.itertuples(), first, strict=True):
        quarter = TestNotes.ROWS.query("department == @each.department")["quarter"]
        since = quarter >= TestNotes.ROWS["quarter"].min() + f
        assert (each.n_before, each.n_since) == ((~since).sum(), since.sum())
    assert found["effect_without"].tolist() == pytest.approx([-0.1, nan, nan, 0.2], nan_ok=True)


def test_of_half_years_their_names() -> None:
    halves = TestNotes.ROWS.assign(quarter=TestNotes.ROWS["quarter"] // 2)
    cells = replace(panel(halves, per_year=2), first=np.array([1, 2, 0, 1]))
    found = by_department(cells, Effect())
    assert found["adopted"].tolist() == ["2024 H2", "", "2024 H1", "2024 H2"]
    assert found["n_before"].tolist() == [2, 4, 0, 0]
    assert found["n_since"].tolist() == [2, 0, 4, 2]
