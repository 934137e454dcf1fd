"""What lies after the data date is told, table by table."""

from typing import Any

import pytest

from builders.tables import project, report, tables
from pipelines.questions.asked import Asked
from pipelines.questions.dates import after_the_data_date, far_before, of_the_future
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


def test_dates_years_before_all_others_are_told() -> None:
    (found,) = far_before(asked(status_reports=[*REPORTS, report("p1", "1998-03", rag="red")]))
    assert "1 date of status_reports lies years before all others" in str(found)


@pytest.mark.parametrize(("today", "told"), [("2026-03-01", 0), ("2026-02-28", 1)])
def test_data_date_after_today_is_told(today: str, told: int) -> None:
    given = tables(status_reports=REPORTS)
    found = Asked(given, Settings(), data_date=data_date(given, "", "2026-03"), today=today)
    assert len(list(of_the_future(found))) == told
