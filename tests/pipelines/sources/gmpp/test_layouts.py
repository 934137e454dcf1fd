"""Every layout of the GMPP says the same, and what has no place is listed."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from builders.gmpp import (
    EXEMPT,
    OLD,
    PROJECT,
    ids,
    new,
    old,
    rows_2015,
    semicolons_2015,
    turned_2015,
    unread,
    versions,
    write,
)
from pipelines.sources.gmpp import read
from pipelines.sources.gmpp.entries import NET_INCOME
from pmo_lib.errors import PmoError


class TestLayouts:
    @pytest.mark.parametrize("make", [turned_2015, rows_2015, semicolons_2015])
    def test_every_layout_says_the_same(self, tmp_path: Path, make: Callable[[Path], Path]) -> None:
        tables = read([make(tmp_path)]).tables
        project, plan, report = (frame.iloc[0] for frame in tables.values())
        assert [len(frame) for frame in tables.values()] == [1, 1, 1]
        assert (project["project_id"], project["name"]) == ("tidal-barrage", "Tidal Barrage")
        assert project["started_on"] == plan["start"] == pd.Timestamp(2010, 5, 31)
        assert report["forecast_finish"] == plan["finish"] == pd.Timestamp(2018, 9, 1)
        assert report["estimate_at_completion"] == plan["cost"] == 1_996_500_000
        assert plan["approved_on"] == pd.Timestamp(2014, 9, 30)
        assert (report["period"], report["rag"]) == ("2014-09", "amber_green")
        assert (report["rag_scale"], report["rated_by"]) == (5, "independent")

    def test_a_turned_file_with_semicolons_and_two_ratings(self, tmp_path: Path) -> None:
        rows = [
            ["GMPP ID Number", "MOD_0001_2122-Q1", "MOD_0002_2122-Q1"],
            ["Project Name", "Radar, phase 1", "Radar, phase 2"],
            ["Department", "MOD", "MOD"],
            ["Annual Report Category", "ICT", "ICT"],
            ["IPA Delivery Confidence Assessment", "Green", ""],
            ["SRO Delivery Confidence Assessment", "", "Red"],
            ["Project - Start Date \n(Latest Approved Start Date)", "2013-03-29", "2020-03-02"],
            ["Project - End Date \n(Latest Approved End Date)", "2033-03-29", ""],
            ["TOTAL Baseline Whole Life Costs (£m)", "", "7"],
        ]
        reports = read([write(tmp_path / "uk_2022.csv", rows, ";")]).tables["status_reports"]
        assert reports["project_id"].tolist() == ["MOD_0001_2122-Q1", "MOD_0002_2122-Q1"]
        assert reports["period"].unique().tolist() == ["2022-03"]
        assert reports["rated_by"].tolist() == ["independent", "owner"]
        assert reports["rag"].tolist() == ["green", "red"]
        assert reports["rag_scale"].tolist() == [3, 3]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
    def test_every_encoding_keeps_the_name(self, tmp_path: Path, encoding: str) -> None:
        row = ["Café £", *PROJECT[1:], "2018"]
        imported = read([write(tmp_path / "a.csv", [OLD, row], encoding=encoding)])
        assert imported.tables["projects"]["name"].tolist() == ["Café £"]

    def test_a_byte_outside_the_encoding_spoils_only_itself(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.csv", [OLD, ["Café ?", *PROJECT[1:], "2018"]], encoding="cp1252")
        path.write_bytes(path.read_bytes().replace(b"?", b"\x9d"))
        assert read([path]).tables["projects"]["name"].tolist() == ["Café \ufffd"]

    def test_lines_are_counted_through_line_breaks_of_every_kind(self, tmp_path: Path) -> None:
        path = tmp_path / "uk_2018.csv"
        path.write_bytes(
            (",".join([*OLD, "budget_comment"])).encode()
            + b'\r\nOne,MOD,Amber,01.01.10,01.01.20,5,2018,"a\rb\nc\r\nd"\n'
            + b"Two,MOD,Amber,TBD,01.01.20,5,2018,e\r\n"
        )
        cell = read([path]).unread.iloc[0]
        assert (cell["file"], cell["line"], cell["record"]) == ("uk_2018.csv", 6, "Two")
        assert (cell["column"], cell["value"]) == ("start_date", "TBD")


class TestUnread:
    def test_every_unreadable_cell_is_listed_with_its_text(self, tmp_path: Path) -> None:
        long = f"{EXEMPT} {'x' * 400}"
        rows = (
            ("One", "MOD", EXEMPT, "1/012/2014", long, "9.40%"),
            ("Two", "MOD", "No DCA", "01.01.14", "Reset", "-£7.00"),
            ("Three", "MOD", "", "", "", "£0.00"),
        )
        imported = read([old(tmp_path, 2018, *rows)])
        assert unread(imported) == [
            ("One", "colour_rating", EXEMPT, "exempt from publication"),
            ("One", "start_date", "1/012/2014", "not a date"),
            ("One", "end_date", f"{long[:299]}…", "exempt from publication"),
            ("One", "wlc_baseline_incl_NCG", "9.40%", "not an amount in £ million"),
            ("Two", "colour_rating", "No DCA", "not a rating"),
            ("Two", "end_date", "Reset", "not a date"),
            ("Two", "wlc_baseline_incl_NCG", "-£7.00", NET_INCOME),
            ("Three", "wlc_baseline_incl_NCG", "£0.00", "0 stands for no figure yet"),
        ]
        assert imported.unread["line"].tolist() == [2, 2, 2, 2, 3, 3, 3, 4]
        reports = imported.tables["status_reports"]
        assert reports["rag"].isna().all()
        assert reports["estimate_at_completion"].dropna().tolist() == [-7_000_000]
        assert versions(imported) == [("2017-09-30", -1, "")]  # of Two, whose start is readable

    def test_a_finish_before_the_start_leaves_both_empty(self, tmp_path: Path) -> None:
        row = ("One", "MOD", "Red", "20.02.2023", "20.01.2023", "5")
        imported = read([old(tmp_path, 2018, row)])
        reason = "the finish is before the start"
        assert unread(imported) == [
            ("One", "start_date", "20.02.2023", reason),
            ("One", "end_date", "20.01.2023", reason),
        ]
        plan = imported.tables["baselines"].iloc[0]
        assert plan[["start", "finish"]].isna().all()
        assert plan["cost"] == 5_000_000

    def test_what_stands_beside_the_table_is_listed(self, tmp_path: Path) -> None:
        rows = [
            ["Project name", "One", "", "Only a remark"],
            ["Department", "MOD", "MOD", ""],
            ["IPA RAG rating", "Red", "", ""],
            ["Start date", "01/02/2010", "", ""],
            ["End date", "01/02/2020", "", ""],
            ["Whole life cost", "3", "", ""],
            ["The report explains how costs are counted", "", "", ""],
            ["", "a stray", "", ""],
        ]
        imported = read([write(tmp_path / "uk_2017.csv", rows)])
        note = "a note or heading with nothing beside it"
        assert unread(imported) == [
            ("One", "", "a stray", "no heading over the cell"),
            ("", "Department", "MOD", "no project name in the record"),
            ("Only a remark", "Project name", "Only a remark", note),
            ("", "", "The report explains how costs are counted", note),
        ]
        assert imported.unread["line"].isna().all()
        assert not any("explains how" in sentence for sentence in imported.notes)
        assert ids(imported) == ["one"]

    def test_cells_beyond_the_headings_are_listed(self, tmp_path: Path) -> None:
        imported = read([write(tmp_path / "a.csv", [OLD, [*PROJECT, "2018", "", "see page 9"]])])
        assert unread(imported) == [("Tidal Barrage", "", "see page 9", "no heading over the cell")]

    def test_columns_without_a_place_are_named(self, tmp_path: Path) -> None:
        assert "2014/2015 Budget (£million)" in read([turned_2015(tmp_path)]).notes[-1]

    def test_of_a_column_given_twice_the_first_is_read(self, tmp_path: Path) -> None:
        rows = [[*OLD, "department"], [*PROJECT, "2018", "MOD"]]
        imported = read([write(tmp_path / "a.csv", rows)])
        assert imported.tables["projects"]["department"].tolist() == ["DfT"]
        assert imported.notes[-1].endswith("no place for: department.")

    def test_a_slip_of_five_points_is_no_rating_on_three(self, tmp_path: Path) -> None:
        rest = ("", "01.01.2020", "01.01.2030", "7", "")
        rows = [(f"N{n}", f"Project {n}", "Amber", *rest) for n in range(10)]
        imported = read([new(tmp_path, 2023, *rows, ("N10", "Slip", "Amber/Red", *rest))])
        assert unread(imported) == [("Slip", "colour_rating", "Amber/Red", "not a rating")]
        assert imported.tables["status_reports"]["rag_scale"].unique().tolist() == [3]

    def test_a_project_given_twice_is_kept_once(self, tmp_path: Path) -> None:
        rows = (PROJECT, ("TIDAL  barrage", "DFT", "Red", "", "", ""))
        imported = read([old(tmp_path, 2018, *rows)])
        assert imported.tables["status_reports"]["rag"].tolist() == ["amber_green"]
        assert set(imported.unread["reason"]) == {"the project stands twice in the file"}
        assert set(imported.unread["value"]) == {"TIDAL barrage", "DFT", "Red", "2018"}


class TestMistakes:
    def fails(self, *files: Path) -> str:
        with pytest.raises(PmoError) as caught:
            read(files)
        return str(caught.value)

    def test_the_same_year_twice(self, tmp_path: Path) -> None:
        (tmp_path / "copy").mkdir()
        message = self.fails(rows_2015(tmp_path), turned_2015(tmp_path / "copy"))
        assert "Two files report on 2015" in message
        assert "old.csv, uk_2015.csv" in message

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ("", "is empty"),
            (" \n\n", "is empty"),
            ("name,amount\nrent,5\n", "not an annual file of the Government Major Projects"),
            (f'{",".join(OLD)}\n"One,MOD,Red,,,,2018\n', "quotes do not match"),
            (f"{','.join(OLD)}\n", "no project"),
            (
                f"{','.join(OLD)}\nOne,MOD,Red,,,,2018\nTwo,MOD,Red,,,,2019\n",
                "Several years are told: 2018, 2019",
            ),
            (f"{','.join(OLD)}\nOne,MOD,Red,,,,soon\n", "tells its year"),
            (f"{','.join(OLD[:-1])}\nOne,MOD,Red,,,\n", "tells its year"),
        ],
    )
    def test_a_file_that_cannot_be_used(self, tmp_path: Path, content: str, problem: str) -> None:
        path = tmp_path / "mine.csv"
        path.write_text(content, encoding="utf-8")
        message = self.fails(path)
        assert problem in message
        assert "mine.csv" in message

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        assert "none.csv: The file cannot be read" in self.fails(tmp_path / "none.csv")
        assert "cannot be read" in self.fails(tmp_path)

    def test_no_file_at_all(self) -> None:
        assert "Give at least one GMPP file" in self.fails()
