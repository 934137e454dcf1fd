"""The day that a GMPP file reports on, told from its content and last from its name."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from builders.gmpp import new, turned_2015
from pipelines.sources.gmpp import read
from pipelines.sources.gmpp.dates import last_joined, reported_on, snapshot, year_of
from pmo_lib.errors import DataError

MARCH_2025 = date(2025, 3, 31)
NARRATIVE = "Departmental narrative on variance for"


def told(
    name: str, column: Sequence[str] = (), over: Sequence[str] = (), headings: Sequence[str] = ()
) -> date:
    return reported_on(Path(name), column, over, headings)[0]


def test_the_snapshot_moves_to_march() -> None:
    assert snapshot(2014) == date(2013, 9, 30)
    assert snapshot(2020) == date(2019, 9, 30)
    assert snapshot(2021) == date(2021, 3, 31)
    assert [year_of(snapshot(year)) for year in (2014, 2020, 2021)] == [2014, 2020, 2021]


def test_what_tells_the_day_in_its_order() -> None:
    cases = {
        "year column": told("x_2020.csv", ["2025", "2025"], ["Report 2023-24"]),
        "financial year in the column": told("x.csv", ["2024-25"]),
        "day over the table": told("x_2020.csv", (), ["Report 2025-26", "as at 31 March 2025"]),
        "month over the table": told("x.csv", (), ["Snapshot: March 2025"]),
        "day in numbers": told("x.csv", (), (), ["End date (at 31/03/2025)"]),
        "the later of two days": told(
            "x.csv", (), (), ["DCA at 31 March 2024", "DCA at 31st March 2025"]
        ),
        "year over the table": told("x.csv", (), ["NISTA Annual Report 2024–25"], ["In 2023-24"]),
        "year in a heading": told("x.csv", (), (), [f"{NARRATIVE} 2024/25", "Department"]),
        "heading with long years": told("x.csv", (), (), ["2024/2025 Budget"]),
        "heading in brackets": told("x.csv", (), (), ["Variance (2024-25)"]),
        "a year of prices beside it": told(
            "x.csv", (), (), ["Baseline, 2019/20 prices", f"{NARRATIVE} 2024/25"]
        ),
        "of two years that of the name": told(
            "x_2024_25.csv", (), (), ["DCA 2023-24", "DCA 2024-25"]
        ),
        "a year of the past beside it": told(
            "x_2025.csv", (), (), ["Change since 2023-24", f"DCA ({'x' * 100} of 2019/20)"]
        ),
        "name with a year": told("gmpp_2025.csv"),
        "name with a financial year": told("gmpp_2024_25.csv"),
        "name with a day of publication": told("GMPP-2024-25-published-2025-08-11.csv"),
        "name with long years": told("gmpp 2024-2025.xlsx"),
    }
    assert {case: day for case, day in cases.items() if day != MARCH_2025} == {}


def test_a_quarter_ends_when_it_does() -> None:
    assert told("x.csv", (), ["GMPP data, Q2 2025/26"]) == date(2025, 9, 30)
    assert told("x.csv", (), ["GMPP data 2025-26 Q3"]) == date(2025, 12, 31)
    assert told("x.csv", (), (), ["Rating at 24/25-Q4"]) == MARCH_2025


def test_what_tells_no_day() -> None:
    for name, headings in (
        ("mine.csv", []),
        ("mine.csv", ["DCA 2023-24", "DCA 2024-25"]),
        ("uk_2019.csv", ["DCA 2023-24", "DCA 2024-25"]),
        ("uk_2019_or_2020.csv", []),
        ("uk_2025.csv", ["Variance in 2023-24"]),
        ("mine.csv", ["Baseline (2024/25 prices)", "Published 11-12", "24/25 things"]),
    ):
        with pytest.raises(DataError, match=r"tells its year|Several years are told"):
            reported_on(Path(name), (), (), headings)


def test_a_day_told_by_the_name_alone_or_against_it_is_said() -> None:
    assert "by its name alone" in reported_on(Path("gmpp_2025.csv"), (), (), ())[1]
    assert "whatever its name says" in reported_on(Path("gmpp_2026.csv"), ["2025"], (), ())[1]
    assert reported_on(Path("gmpp_2025.csv"), ["2025"], (), ())[1] == ""


def test_headings_without_a_name_or_against_it(tmp_path: Path) -> None:
    path = turned_2015(tmp_path)
    assert read([path]).tables["status_reports"]["period"].tolist() == ["2014-09"]
    with pytest.raises(
        DataError, match=r"published_in_2020\.csv: Several years are told: 2015, 20"
    ):
        read([path.rename(tmp_path / "published_in_2020.csv")])


def test_projects_that_joined_after_the_day_belie_it(tmp_path: Path) -> None:
    numbers = ["MOD_0001_2425-Q4", "MOD_0002_2526-Q1", "MOD_0003", "HO_0004_2526_Q4"]
    assert last_joined(numbers) == date(2025, 6, 30)
    assert last_joined(numbers[:1]) == date.min
    rest = ("Amber", "", "01/01/2020", "01/01/2030", "5", "6")
    late = new(tmp_path, 2025, *((number, f"Project {number}", *rest) for number in numbers))
    with pytest.raises(DataError, match=r"cannot show 2025-03-31.*joined until 2025-06-30"):
        read([late])
    heads = ["As in the report of 2019/20"]
    assert reported_on(Path("x_2026.csv"), (), (), heads, MARCH_2025)[0] == date(2026, 3, 31)
