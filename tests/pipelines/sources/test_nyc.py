"""The reader of New York's capital projects: every spelling and trap, in extracts made up here."""

import csv
import gzip
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pipelines.declared import declared
from pipelines.sources import Imported, source
from pipelines.sources.nyc import read
from pipelines.sources.nyc_reports import (
    FAR,
    NO_AMOUNT,
    NO_COST,
    NO_DATE,
    NO_MONTH,
    NO_PROJECT,
    REVERSED,
    TWICE,
    read_amount,
    read_date,
)
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError

COLUMNS = (
    "Date Reported As Of", "PID", "Project Name", "Description", "Category", "Borough",
    "Managing Agency", "Client Agency", "Current Phase", "Design Start", "Budget Forecast",
    "Latest Budget Changes", "Total Budget Changes", "Forecast Completion",
    "Latest Schedule Changes", "Total Schedule Changes",
)  # fmt: skip
MAY, SEPTEMBER = "05/01/2014 12:00:00 AM", "09/01/2014 12:00:00 AM"
Row = Mapping[str, str]


def row(pid: str = "3", reported: str = MAY, **cells: str) -> Row:
    """A report, cells by their heading in small letters with underscores."""
    given = {
        "date_reported_as_of": reported, "pid": pid, "project_name": f"Project {pid}",
        "category": "Sewers", "managing_agency": "DEP", "current_phase": "Design",
        "design_start": "09/23/2013", "budget_forecast": "182980960",
        "forecast_completion": "01/14/2020",
    } | cells  # fmt: skip
    return {name: given.get("_".join(name.lower().split()), "") for name in COLUMNS}


def text(rows: Sequence[Row], columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> str:
    stream = StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([each[name] for name in columns] for each in rows)
    return stream.getvalue()


def load(folder: Path, *rows: Row) -> Imported:
    path = folder / "extract.csv"
    path.write_text(text(rows), encoding="utf-8")
    return read([path])


def unread(imported: Imported) -> list[tuple[Any, ...]]:
    columns = ["line", "record", "column", "value", "reason"]
    return list(imported.unread[columns].itertuples(index=False, name=None))


def project(imported: Imported, pid: str = "3") -> "pd.Series[Any]":
    return imported.tables["projects"].set_index("project_id").loc[pid]


def said(imported: Imported, begin: str) -> str:
    (note,) = [note for note in imported.notes if begin in note]
    return note


class TestCells:
    @pytest.mark.parametrize(
        "spelling",
        [
            "05/01/2014 12:00:00 AM", "5/1/2014", "05/01/2014", "2014-05-01", "05/01/2014 00:00",
            "2014-05-01T00:00:00.000", "2014-05-01 00:00:00", "2014 May 01 12:00:00 AM",
        ],
    )  # fmt: skip
    def test_dates_are_read_month_first_or_as_iso(self, spelling: str) -> None:
        assert read_date(spelling) == datetime(2014, 5, 1)

    @pytest.mark.parametrize(
        "wrong", ["13/01/2014", "02/30/2015", "2014", "TBD", "05/01/14", "2014-13-01", "٥/1/2014"]
    )
    def test_what_is_no_date_is_not_guessed(self, wrong: str) -> None:
        assert read_date(wrong) is None

    @given(
        st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)),
        st.sampled_from(["%m/%d/%Y", "%m/%d/%Y 12:00:00 AM", "%Y-%m-%d", "%Y-%m-%dT00:00:00"]),
    )
    def test_dates_survive_their_spellings(self, day: date, written: str) -> None:
        found = read_date(day.strftime(written))
        assert found is not None
        assert found.date() == day

    @pytest.mark.parametrize(
        ("spelling", "amount"),
        [
            ("182980960", 182_980_960), ("-4318643.37", -4_318_643.37), ("$1,234.50", 1_234.5),
            ("-$25,000,000", -25_000_000), ("182980960.0", 182_980_960), ("0", 0),
        ],
    )  # fmt: skip
    def test_amounts_are_read(self, spelling: str, amount: float) -> None:
        assert read_amount(spelling) == amount

    @pytest.mark.parametrize("wrong", ["TBD", "1,5", "1.5.2", "--3", "1e6", "$", "1 000", "25M"])
    def test_what_is_no_amount_is_not_guessed(self, wrong: str) -> None:
        assert read_amount(wrong) is None

    @given(st.text() | st.from_regex(r"[\d/:,. -]+(AM|PM)?", fullmatch=True))
    def test_no_text_stops_the_reading(self, anything: str) -> None:
        assert isinstance(read_date(anything), datetime | None)
        assert isinstance(read_amount(anything), float | None)


TWO = (
    row(),
    row(reported=SEPTEMBER, budget_forecast="190000000", forecast_completion="07/19/2020"),
    row("7", reported=SEPTEMBER, managing_agency="DDC", current_phase="Construction"),
)


def as_exported(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_text(text(TWO), encoding="utf-8")
    return path


def in_another_order(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_text(text(TWO[::-1], COLUMNS[::-1], ";"), encoding="utf-8-sig", newline="\r\n")
    return path


def from_the_api(folder: Path) -> Path:
    """Names with underscores, ISO dates, and amounts as pandas writes them."""
    frame = pd.DataFrame(TWO)[list(COLUMNS)]
    for name in ("Date Reported As Of", "Design Start", "Forecast Completion"):
        frame[name] = [f"{read_date(cell):%Y-%m-%dT00:00:00.000}" for cell in frame[name]]
    frame["Budget Forecast"] = frame["Budget Forecast"].astype(float)
    frame.columns = pd.Index(["_".join(name.lower().split()) for name in frame])
    frame.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def compressed(folder: Path) -> Path:
    (folder / "a.csv").write_bytes(gzip.compress(text(TWO).encode()))  # whatever it is called
    return folder / "a.csv"


def without_what_we_do_not_need(folder: Path) -> Path:
    path = folder / "a.csv"
    absent = {"Description", "Borough", "Total Budget Changes", "Latest Schedule Changes"}
    path.write_text(text(TWO, [name for name in COLUMNS if name not in absent]))
    return path


class TestSpellings:
    @pytest.mark.parametrize(
        "make", [in_another_order, from_the_api, compressed, without_what_we_do_not_need]
    )
    def test_every_one_says_the_same(self, tmp_path: Path, make: Callable[[Path], Path]) -> None:
        expected = read([as_exported(tmp_path)]).tables
        found = read([make(tmp_path)]).tables
        for name, table in expected.items():
            assert_frame_equal(found[name], table)

    def test_optional_columns_may_all_be_missing(self, tmp_path: Path) -> None:
        required = [
            "Date Reported As Of", "PID", "Managing Agency", "Budget Forecast",
            "Forecast Completion",
        ]  # fmt: skip
        (tmp_path / "a.csv").write_text(text(TWO, required))
        imported = read([tmp_path / "a.csv"])
        found = project(imported)
        assert found["status"] == "active"
        assert found[["name", "category", "started_on"]].isna().all()
        assert len(imported.unread) == 0

    def test_overlapping_extracts_are_the_same_as_one(self, tmp_path: Path) -> None:
        early, late = tmp_path / "early.csv", tmp_path / "late.csv"
        early.write_text(text(TWO[:2]))
        late.write_text(text(TWO[1:]))
        both, one = read([early, late]), read([as_exported(tmp_path)])
        for name, table in one.tables.items():
            assert_frame_equal(both.tables[name], table)
        assert said(both, "to the letter") == (
            "Left aside, because they repeat another to the letter: 1 row."
        )

    def test_order_of_rows_and_files_does_not_matter(self, tmp_path: Path) -> None:
        paths = []
        for number, each in enumerate(TWO):
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_text(text([each]))
        forward, backward = read(paths), read(paths[::-1])
        for name, table in forward.tables.items():
            assert_frame_equal(backward.tables[name], table)


class TestProjects:
    def test_say_what_was_published_last(self, tmp_path: Path) -> None:
        found = project(
            load(tmp_path, row(category="Sewers"), row(reported=SEPTEMBER, category=""))
        )
        assert found["name"] == "Project 3"
        assert (found["department"], found["category"]) == ("DEP", "Sewers")

    @pytest.mark.parametrize(
        ("phase", "status"),
        [
            ("Design", "active"), ("Close-Out", "active"), ("Completed", "completed"),
            ("CANCELLED", "cancelled"), ("On-Hold", "on_hold"),
        ],
    )  # fmt: skip
    def test_status_is_what_the_last_phase_says(
        self, tmp_path: Path, phase: str, status: str
    ) -> None:
        found = project(load(tmp_path, row(), row(reported=SEPTEMBER, current_phase=phase)))
        assert found["status"] == status
        assert pd.isna(found["finished_on"])

    def test_status_is_unknown_where_the_latest_month_says_nothing(self, tmp_path: Path) -> None:
        nothing = {"current_phase": "", "budget_forecast": "", "forecast_completion": ""}
        imported = load(
            tmp_path,
            row("1", SEPTEMBER),
            row("2"),  # has no row in September
            row("3"),
            row("3", SEPTEMBER, **nothing),
            row("4", managing_agency="DOT"),
            row("4", SEPTEMBER, managing_agency="DOT", **nothing),
        )
        status = imported.tables["projects"].set_index("project_id")["status"]
        assert status.fillna("").to_dict() == {"1": "active", "2": "", "3": "", "4": ""}
        assert said(imported, "have no status").startswith("3 projects of which 2014-09 says")
        assert said(imported, "In that month").endswith("any project of DOT.")

    def test_start_is_the_latest_that_was_not_still_to_come(self, tmp_path: Path) -> None:
        rows = (
            row(design_start="01/05/2014"),
            row(reported=SEPTEMBER, design_start="02/05/2014"),
            row(reported="01/01/2015", design_start="03/05/2015"),
        )
        assert project(load(tmp_path, *rows))["started_on"] == pd.Timestamp(2014, 2, 5)


class TestBaselines:
    def test_are_the_first_published_of_each(self, tmp_path: Path) -> None:
        rows = (
            row(budget_forecast="", forecast_completion="", design_start=""),
            row(reported=SEPTEMBER, forecast_completion=""),
            row(reported="02/01/2015", budget_forecast="5", forecast_completion="07/19/2020"),
            row(reported="08/01/2015", budget_forecast="6", forecast_completion="07/19/2021"),
        )
        (plan,) = load(tmp_path, *rows).tables["baselines"].itertuples()
        assert (plan.version, plan.cost) == (0, 182_980_960)
        assert pd.isna(plan.approved_on)
        assert plan.start == pd.Timestamp(2013, 9, 23)
        assert plan.finish == pd.Timestamp(2020, 7, 19)

    def test_are_none_where_nothing_was_planned(self, tmp_path: Path) -> None:
        nothing = row(budget_forecast="", forecast_completion="", design_start="")
        imported = load(tmp_path, nothing, row("4"))
        assert imported.tables["baselines"]["project_id"].tolist() == ["4"]
        assert len(imported.tables["status_reports"]) == 2

    def test_start_after_an_earlier_published_finish_is_no_part(self, tmp_path: Path) -> None:
        rows = (
            row(design_start="", forecast_completion="06/01/2015"),
            row(reported="08/01/2015", design_start="07/01/2015", forecast_completion=""),
        )
        imported = load(tmp_path, *rows)
        (plan,) = imported.tables["baselines"].itertuples()
        assert pd.isna(plan.start)
        assert plan.finish == pd.Timestamp(2015, 6, 1)
        assert said(imported, "no part of the original").startswith("1 design start")


class TestReports:
    def test_are_one_a_project_and_month(self, tmp_path: Path) -> None:
        reports = load(tmp_path, *TWO).tables["status_reports"]
        assert reports["period"].tolist() == ["2014-05", "2014-09", "2014-09"]
        assert reports["estimate_at_completion"].tolist() == [182_980_960, 190_000_000, 182_980_960]
        assert reports["forecast_finish"].iloc[1] == pd.Timestamp(2020, 7, 19)
        assert set(reports["rated_by"]) == {"owner"}
        assert reports["rag"].isna().all()

    def test_last_of_a_month_counts_and_the_other_is_listed(self, tmp_path: Path) -> None:
        first = row(design_start="", category="", budget_forecast="1")
        imported = load(tmp_path, first, row(reported="05/20/2014", budget_forecast="2"))
        assert imported.tables["status_reports"]["estimate_at_completion"].tolist() == [2]
        assert [(cell[2], cell[3], cell[4]) for cell in unread(imported)] == [
            ("date_reported_as_of", MAY, TWICE),
            ("pid", "3", TWICE),
            ("managing_agency", "DEP", TWICE),
            ("budget_forecast", "1", TWICE),
            ("forecast_completion", "01/14/2020", TWICE),
            ("project_name", "Project 3", TWICE),
            ("current_phase", "Design", TWICE),
        ]

    def test_of_two_on_one_day_the_first_counts(self, tmp_path: Path) -> None:
        imported = load(tmp_path, row(budget_forecast="1"), row(budget_forecast="2"))
        assert imported.tables["status_reports"]["estimate_at_completion"].tolist() == [1]
        assert (3, "Project 3", "budget_forecast", "2", TWICE) in unread(imported)


class TestUnread:
    def test_every_unreadable_cell_is_listed_and_left_empty(self, tmp_path: Path) -> None:
        imported = load(
            tmp_path,
            row("1", budget_forecast="TBD", design_start="soon"),
            row("2", budget_forecast="0"),
            row("3", budget_forecast="-4102606"),
            row("4", forecast_completion="10/21/2108"),
            row("5", design_start="01/15/2020", forecast_completion="01/14/2020"),
        )
        assert unread(imported) == [
            (2, "Project 1", "design_start", "soon", NO_DATE),
            (2, "Project 1", "budget_forecast", "TBD", NO_AMOUNT),
            (3, "Project 2", "budget_forecast", "0", NO_COST),
            (4, "Project 3", "budget_forecast", "-4102606", NO_COST),
            (5, "Project 4", "forecast_completion", "10/21/2108", FAR),
            (6, "Project 5", "design_start", "01/15/2020", REVERSED),
            (6, "Project 5", "forecast_completion", "01/14/2020", REVERSED),
        ]
        reports = imported.tables["status_reports"].set_index("project_id")
        assert reports["estimate_at_completion"].isna().tolist() == [True, True, True, False, False]
        assert reports["forecast_finish"].isna().tolist() == [False, False, False, True, True]
        assert set(imported.unread["file"]) == {"extract.csv"}

    def test_rows_without_a_project_or_month_are_left_aside(self, tmp_path: Path) -> None:
        imported = load(tmp_path, row(), row(""), row("4", ""), row("5", "13/13/2014"))
        assert imported.tables["projects"]["project_id"].tolist() == ["3"]
        assert unread(imported) == [
            (3, "Project", "pid", "", NO_PROJECT),
            (4, "Project 4", "date_reported_as_of", "", NO_MONTH),
            (5, "Project 5", "date_reported_as_of", "13/13/2014", NO_MONTH),
        ]

    def test_rows_of_another_width_are_listed(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text(text(TWO) + "05/01/2014,9,short\n")
        imported = read([tmp_path / "a.csv"])
        assert unread(imported) == [
            (5, "", "", "05/01/2014 | 9 | short", "3 cells under 16 headings")
        ]


class TestNotes:
    def test_tell_leaps_of_a_budget(self, tmp_path: Path) -> None:
        rows = (
            row(budget_forecast="44570000"),
            row(reported=SEPTEMBER, budget_forecast="42970"),
            row(reported="02/01/2015", budget_forecast="44952000"),
        )
        imported = load(tmp_path, *rows)
        assert said(imported, "Budgets at least").endswith("3 in 2014-09, 3 in 2015-02.")
        assert 42_970 in imported.tables["status_reports"]["estimate_at_completion"].tolist()

    def test_tell_combined_categories(self, tmp_path: Path) -> None:
        imported = load(tmp_path, row("1", category="Bridges, Streets and Roadways"), row("2"))
        assert said(imported, "Categories").endswith(": Bridges, Streets and Roadways.")

    def test_tell_how_many_totals_are_last_less_first(self, tmp_path: Path) -> None:
        rows = (
            row("1", budget_forecast="100"),
            row("1", SEPTEMBER, budget_forecast="130", total_budget_changes="30"),
            row("2", budget_forecast="100"),
            row("2", SEPTEMBER, budget_forecast="130", total_budget_changes="-7"),
        )
        assert "for 1 of 2 projects" in said(load(tmp_path, *rows), "total budget change")

    def test_tell_projects_first_seen_under_construction(self, tmp_path: Path) -> None:
        rows = (row("1", current_phase="Construction"), row("2"))
        assert "1 of 2 projects were already under construction" in said(
            load(tmp_path, *rows), "The original baseline"
        )

    def test_tell_columns_without_a_place(self, tmp_path: Path) -> None:
        assert "borough, client_agency, description" in load(tmp_path, row()).notes[-1]


class TestTables:
    def test_are_declared_and_typed(self, tmp_path: Path) -> None:
        imported = load(tmp_path, *TWO)
        assert imported.settings["currency"] == "USD"
        assert declared(Settings, imported.settings, "").baseline_definition == "first report"
        for name, table in imported.tables.items():
            assert {c.name: c.pandas_type for c in TABLES[name]} == dict(table.dtypes.astype(str))
            assert not table.duplicated(list(TABLES[name].key)).any()

    def test_source_is_known_by_its_name(self) -> None:
        assert source("nyc").read is read  # type: ignore[attr-defined]


class TestMistakes:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "is empty"),
            (b" \n\n", "no known column"),
            (b"a,b\n1,2\n", "no known column"),
            (
                b"obj_year,organisation,question_measure,value\n2023,Acas,B01,58\n",
                "no known column",
            ),
            (b"PID,Managing Agency\n3,DEP\n", "no column date_reported_as_of, budget_forecast"),
            (
                text(TWO).replace("Budget Forecast", "Forecast of Budget").encode(),
                "no column budget_forecast (is it forecast_of_budget?)",
            ),
            (text([]).encode(), "headings but no rows"),
            (text([row("")]).encode(), "no row has both a PID and a date"),
            (text(TWO).encode("utf-16"), "UTF-16"),
            (text(TWO).encode() + b'"3,', "quotes do not match"),
            (gzip.compress(text(TWO).encode())[:-20], "broken or cut short"),
            (b"\x1f\x8bnot gzip at all", "broken or cut short"),
        ],
    )
    def test_file_that_cannot_be_used_is_told_with_what_is_expected(
        self, tmp_path: Path, content: bytes, problem: str
    ) -> None:
        path = tmp_path / "mine.csv"
        path.write_bytes(content)
        with pytest.raises(PmoError) as caught:
            read([path])
        message = str(caught.value)
        assert problem in message
        assert "mine.csv" in message
        assert "Date Reported As Of" in message or "Fetch the file again" in message

    def test_bomb_is_not_unpacked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(text(TWO).encode()))
        monkeypatch.setattr("pipelines.sources.extracts.MOST_BYTES", 100)
        with pytest.raises(PmoError, match="holds more than 100 bytes"):
            read([tmp_path / "bomb.csv.gz"])

    def test_column_that_can_be_done_without_is_missed_aloud(self, tmp_path: Path) -> None:
        path = tmp_path / "extract.csv"
        content = text([row()]).replace("Design Start", "Start of Design").replace("Category", "X")
        path.write_text(content, encoding="utf-8")
        assert said(read([path]), "no column") == (
            "extract.csv has no column category, design_start (is it start_of_design?): left empty."
        )
        assert not any("no column" in note for note in load(tmp_path, row()).notes)

    def test_all_mistakes_are_told_together(self, tmp_path: Path) -> None:
        for name in ("one.csv", "two.csv"):
            (tmp_path / name).write_bytes(b"")
        with pytest.raises(PmoError) as caught:
            read([tmp_path / "one.csv", tmp_path, tmp_path / "two.csv", tmp_path / "gone.csv"])
        assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
            "one.csv", str(tmp_path), "two.csv", str(tmp_path / "gone.csv"),
        ]  # fmt: skip

    def test_no_file_at_all(self) -> None:
        with pytest.raises(PmoError, match="There is no file to read"):
            read([])

    def test_command_ends_with_2_and_writes_nothing(
        self, pmo: Callable[..., Any], tmp_path: Path
    ) -> None:
        (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
        done = pmo("import", "nyc", tmp_path / "mine.csv", "--to", tmp_path / "to")
        assert done.exit_code == 2
        assert "mine.csv" in done.stderr
        assert not (tmp_path / "to").exists()
