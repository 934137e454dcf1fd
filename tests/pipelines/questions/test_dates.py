"""What lies after the data date is told, table by table."""

from collections.abc import Callable
from random import Random
from typing import Any

import pandas as pd
import pytest

from builders.tables import baseline, project, report, tables
from pipelines.questions.asked import Asked
from pipelines.questions.dates import (
    after_the_data_date,
    far_after,
    far_before,
    of_the_future,
    turned_round,
)
from pmo_lib.contract.settings import Settings
from pmo_lib.facts.data_date import data_date

TODAY = "2026-11-27"
REPORTS = [report(f"p{n}", f"2026-0{m}", rag="red") for n in range(4) for m in (1, 2, 3)]


def asked(**rows: Any) -> Asked:
    given = tables(**rows)
    return Asked(given, Settings(), data_date=data_date(given, TODAY, ""), today=TODAY)


def test_dates_after_it_are_counted_with_examples() -> None:
    late = [project("p8", finished_on="2062-01-09"), project("p9", finished_on="2026-04-02")]
    given = asked(projects=late, status_reports=[*REPORTS, report("p1", "2062-03", rag="red")])
    found = {question.table: question for question in after_the_data_date(given)}
    assert set(found) == {"projects", "status_reports"}
    assert "2 dates of projects lie after the data date, March 2026" in str(found["projects"])
    assert "the last in January 2062" in str(found["projects"])
    assert "p8 in 2062-01" in str(found["projects"])
    assert "waived: [after_data_date projects]" in str(found["projects"])
    assert not any(question.withholds for question in found.values())


def test_plans_after_it_are_not_told() -> None:
    given = asked(status_reports=[*REPORTS, report("p1", "2026-12", planned_value=1.0)])
    assert list(after_the_data_date(given)) == []


def test_days_years_after_all_others_are_asked_about_and_not_used() -> None:
    plans = [f"20{year}-0{at}-15" for year in (24, 25, 26) for at in (2, 5, 8)]
    rows = [baseline(f"p{at}", start=None, finish=day) for at, day in enumerate(plans)]

    def found(*days: str) -> list[Any]:
        more = [baseline(f"q{at}", start=None, finish=day) for at, day in enumerate(days)]
        return list(far_after(asked(baselines=[*rows, *more])))

    for far in (("2099-12-31",) * 4, ("2050-01-01",), ("2099-12-31", "2100-01-01")):
        (one,) = found(*far)
        assert one.question.id == "far_after baselines.finish"
        assert all(day in one.question.asks for day in far)
        more = [baseline(f"q{at}", start=None, finish=day) for at, day in enumerate(far)]
        given = tables(baselines=[*rows, *more])
        left = one.mend(given)["baselines"]["finish"]
        assert list(left.isna()) == [False] * len(rows) + [True] * len(far)
    assert found() == found("2039-06-30") == found("2099-01-01", "2099-02-01", "2099-03-01") == []


def test_dates_years_before_all_others_are_told() -> None:
    (found,) = far_before(asked(status_reports=[*REPORTS, report("p1", "1998-03", rag="red")]))
    assert "1 date of status_reports lies years before all others" in str(found)


@pytest.mark.parametrize(("today", "told"), [("2026-03-01", 0), ("2026-02-28", 1)])
def test_data_date_after_today_is_told(today: str, told: int) -> None:
    given = tables(status_reports=REPORTS)
    found = Asked(given, Settings(), data_date=data_date(given, "", "2026-03"), today=today)
    assert len(list(of_the_future(found))) == told


def started(days: pd.DatetimeIndex | list[str]) -> Asked:
    return asked(projects=[project(f"p{n}", started_on=day) for n, day in enumerate(days)])


def days_of(seed: int, count: int = 40) -> pd.DatetimeIndex:
    """Days of four years, each as likely as any other."""
    draw = Random(seed)
    first = pd.Timestamp("2022-01-01")
    return pd.DatetimeIndex([first + pd.Timedelta(days=draw.randrange(1461)) for _ in range(count)])


def turned(days: pd.DatetimeIndex) -> list[str]:
    """What is left of them in a spreadsheet that takes each day for a month where it can."""
    return [f"{day.year}-{day.day:02d}-{day.month:02d}" for day in days if day.day <= 12]


def test_dates_that_are_all_up_to_the_12th_are_asked_about() -> None:
    missed = [n for n in range(30) if not list(turned_round(started(turned(days_of(n, 80)))))]
    assert not missed
    (question,) = turned_round(started(turned(days_of(1, 80))))
    assert question.id == "swapped projects.started_on"
    assert question.withholds == ("projects.started_on",)
    assert "turned day and month round in projects.started_on? All of 28 dates" in question.asks


MONTHS = pd.date_range("2022-01-01", periods=48, freq="MS")


@pytest.mark.parametrize(
    ("what", "days"),
    [
        ("any day", days_of),
        ("the first", lambda _: MONTHS),
        ("the last", lambda _: MONTHS + pd.offsets.MonthEnd(0)),
        ("one day", lambda n: MONTHS + pd.Timedelta(days=n % 12)),
        ("two days", lambda n: MONTHS + pd.to_timedelta([n % 12, 4] * 24, unit="D")),
        ("first working day", lambda _: MONTHS + pd.offsets.BDay(0)),
        (
            "first Monday",
            lambda _: MONTHS + pd.to_timedelta([-m.weekday() % 7 for m in MONTHS], unit="D"),
        ),
        ("of few", lambda n: days_of(n, 200)[days_of(n, 200).day <= 12][:15]),
    ],
)
def test_days_that_come_so_are_not(what: str, days: Callable[[int], pd.DatetimeIndex]) -> None:
    assert not [n for n in range(30) if list(turned_round(started(days(n))))], what


def test_days_of_reports_are_told_only() -> None:
    sent = [
        report(f"p{n}", day[:7], submitted_on=day) for n, day in enumerate(turned(days_of(2, 80)))
    ]
    (question,) = turned_round(asked(status_reports=sent))
    assert question.withholds == ()


def test_fewer_dates_are_enough_beside_a_column_that_is_turned_round() -> None:
    starts, ends = turned(days_of(1, 80)), turned(days_of(7, 30))[:8]
    rows = [
        project(f"p{n}", started_on=day, finished_on=end, approved_on=f"2021-{1 + n % 12:02d}-01")
        for n, (day, end) in enumerate(zip(starts, [*ends, *[None] * len(starts)], strict=False))
    ]
    found = turned_round(asked(projects=rows))
    assert [question.column for question in found] == ["started_on", "finished_on"]
