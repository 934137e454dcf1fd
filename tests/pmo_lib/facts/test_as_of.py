"""Tables at one data date and at many, on rows worked out by hand."""

import pandas as pd
import pytest

from pmo_lib.facts.as_of import at_each, last_known, month_ends_before, with_facts

ENDS = pd.to_datetime(["2026-07-31", "2026-08-31"])
REPORTS = pd.DataFrame(
    {
        "project_id": ["b", "b", "a"],
        "period": ["2026-05", "2026-08", "2026-07"],
        "cost": [5.0, 8.0, 7.0],
    }
)


def test_whole_table_is_there_at_every_date_one_after_the_other() -> None:
    table = pd.DataFrame({"name": ["x", "y"]}, index=[7, 3])
    found = at_each(table, ENDS)
    assert found["name"].tolist() == ["x", "y", "x", "y"]
    assert found["data_date"].tolist() == [ENDS[0], ENDS[0], ENDS[1], ENDS[1]]
    assert found.index.is_unique
    assert at_each(table, ENDS[0]).index.tolist() == [7, 3]


def test_facts_come_by_date_and_then_in_their_own_order() -> None:
    seen = at_each(pd.DataFrame({"project_id": ["a", "b", "c"]}), ENDS)
    found = with_facts(seen, REPORTS)
    assert found["cost"].tolist() == [5, 8, 7, 5, 8, 7]
    assert found["row"].tolist() == [1, 1, 0, 4, 4, 3]


@pytest.mark.parametrize(("within", "known"), [(None, [7, 5, 7, 8]), (2, [7, -1, 7, 8])])
def test_last_known_is_of_the_data_date_and_no_older_than_asked(
    within: int | None, known: list[float]
) -> None:
    seen = at_each(pd.DataFrame({"project_id": ["a", "b"]}), ENDS)
    found = last_known(seen, REPORTS, ["cost"], within=within)
    assert found["cost"].fillna(-1).tolist() == known


def test_of_whom_nothing_is_known_nothing_is_said() -> None:
    seen = at_each(pd.DataFrame({"project_id": ["c"]}), ENDS)
    assert last_known(seen, REPORTS, ["cost"])["cost"].isna().all()
    assert last_known(seen, REPORTS.iloc[:0], ["cost"])["cost"].isna().all()


def test_month_ends_are_whole_months_back_over_the_turn_of_the_year() -> None:
    dates = pd.Series(pd.to_datetime(["2026-03-31", "2026-01-15"]))
    found = month_ends_before(dates, 1).dt.strftime("%Y-%m-%d").tolist()
    assert found == ["2026-02-28", "2025-12-31"]
