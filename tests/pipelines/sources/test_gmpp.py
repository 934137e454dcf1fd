"""The GMPP reader: every layout and every trap of the published files, in files made up here."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pipelines.declared import declared
from pipelines.sources import Imported, source
from pipelines.sources.gmpp import read
from pipelines.sources.gmpp_entries import NET_INCOME, read_date, read_money, read_rating, snapshot
from pmo_lib.contract.schema import InOrder
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError

TURNED = (
    "Project name",
    "Department",
    "MPA RAG rating\n(on a five-point scale)",
    "Description / Aims \n",
    "Departmental commentary on actions planned or taken on the MPA RAG rating.",
    "Project - Start Date\n(Latest approved start date)",
    "Project - End Date\n(Latest approved end date)",
    "2014/2015 Budget (£million)",
    "Total budgeted whole life costs (£million)\n(including non-government costs)",
    "Departmental narrative on budgeted whole life costs",
)
OLD = [
    "project_name",
    "department",
    "colour_rating",
    "start_date",
    "end_date",
    "wlc_baseline_incl_NCG",
    "year",
]
NUMBERED = [*OLD, "report_category", "project_number"]
NEW = [
    "year",
    "project_number",
    "project_name",
    "department",
    "report_category",
    "colour_rating",
    "colour_rating",
    "start_date",
    "end_date",
    "wlc_baseline_incl_NCG",
    "TOTAL Baseline Benefits (£m)",
]
EXEMPT = "Exempt under Section 43 of the Freedom of Information Act 2000"


def write(
    path: Path,
    rows: Sequence[Sequence[str]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
) -> Path:
    stream = StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=newline).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def old(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file of 2018 or 2019: name, department, rating, start, end and cost of each project."""
    return write(folder / f"uk_{year}.csv", [OLD, *([*row, str(year)] for row in projects)])


def numbered(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file of 2020 or 2021: as `old`, and the number last."""
    rows = [[*row[:6], str(year), "ICT", row[6]] for row in projects]
    return write(folder / f"uk_{year}.csv", [NUMBERED, *rows])


def new(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file since 2022: number, name, both ratings, start, end, cost and benefit."""
    rows = [[str(year), n, name, "MOD", "ICT", *rest] for n, name, *rest in projects]
    return write(folder / f"uk_{year}.csv", [NEW, *rows], ";", "cp1252")


def unread(imported: Imported) -> list[tuple[str, str, str, str]]:
    columns = ["record", "column", "value", "reason"]
    return list(imported.unread[columns].itertuples(index=False, name=None))


def ids(imported: Imported) -> list[str]:
    return imported.tables["projects"]["project_id"].tolist()


def versions(imported: Imported) -> list[tuple[str, float, str]]:
    frame = imported.tables["baselines"]
    dates = [frame[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("approved_on", "finish")]
    return list(zip(dates[0], frame["cost"].fillna(-1), dates[1], strict=True))


class TestCells:
    @pytest.mark.parametrize(
        ("text", "millions"),
        [
            ("£1,996", "1996"),
            ("450.37", "450.37"),
            ("£32.24", "32.24"),
            ("£26.19m", "26.19"),
            ("\xa0£9941.96 ", "9941.96"),
            ("-£7,169.20", "-7169.20"),
            ("0", "0"),
        ],
    )
    def test_money_is_read(self, text: str, millions: str) -> None:
        assert str(read_money(text)) == millions

    @pytest.mark.parametrize(
        "text",
        ["9.40%", "Reset", EXEMPT, "1,5", "12,34", "1.5.2", "", "£", "--3", "-£-3", "٣", "1e6"],
    )
    def test_what_is_no_amount_is_not_guessed(self, text: str) -> None:
        assert read_money(text) is None

    @given(
        st.decimals(min_value=-999_999, max_value=999_999, places=2),
        st.sampled_from(["{:,}", "{}", "£{:,}", "£{}m", " £{:,} "]),
    )
    def test_money_survives_its_formats(self, millions: Decimal, style: str) -> None:
        assert read_money(style.format(millions)) == millions

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("31/05/2010", date(2010, 5, 31)),
            ("30.06.08", date(2008, 6, 30)),
            ("2013-03-29", date(2013, 3, 29)),
            ("20.05.2020", date(2020, 5, 20)),
            ("02/03/2015\n", date(2015, 3, 2)),
            ("17.03.97", date(1997, 3, 17)),
        ],
    )
    def test_dates_are_read_day_first(self, text: str, day: date) -> None:
        assert read_date(text) == day

    @pytest.mark.parametrize(
        "text", ["1/012/2014", "31.02.2020", "2020-13-01", "#N/A", "TBD", "2014"]
    )
    def test_what_is_no_date_is_not_guessed(self, text: str) -> None:
        assert read_date(text) is None

    @given(
        st.dates(min_value=date(1969, 1, 1), max_value=date(2068, 12, 31)),
        st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"]),
    )
    def test_dates_survive_their_formats(self, day: date, style: str) -> None:
        assert read_date(day.strftime(style)) == day

    @given(st.text() | st.from_regex(r"-?£?[\d,./-]+m?", fullmatch=True))
    def test_no_text_stops_the_reading(self, text: str) -> None:
        assert isinstance(read_money(text), Decimal | None)
        assert isinstance(read_date(text), date | None)

    @pytest.mark.parametrize(
        ("text", "rag"),
        [
            ("Amber ", "amber"),
            ("Amber/ Red", "amber_red"),
            ("Amber/red", "amber_red"),
            ("Amber-Green", "amber_green"),
            ("No DCA", None),
            ("", None),
        ],
    )
    def test_ratings_are_read_whatever_their_spelling(self, text: str, rag: str | None) -> None:
        assert read_rating(text) == rag


PROJECT = ("Tidal Barrage", "DfT", "Amber/Green", "31/05/2010", "01/09/2018", "£1,996.50")


def turned_2015(folder: Path) -> Path:
    name, department, rating, start, end, cost = PROJECT
    cells = (name, department, rating, "Aims", "Why\nso", start, end, "£3.00m", cost, "None")
    rows = [[heading, cell, ""] for heading, cell in zip(TURNED, cells, strict=True)]
    return write(folder / "old.csv", [*rows, ["", "", ""]], encoding="cp1252")


def rows_2015(folder: Path) -> Path:
    dotted = [text.replace("/20", ".").replace("/", ".") for text in PROJECT[3:5]]
    return old(folder, 2015, (*PROJECT[:3], *dotted, PROJECT[5]))


def semicolons_2015(folder: Path) -> Path:
    row = (*PROJECT[:3], "2010-05-31", "2018-09-01", "1996.50", "2015")
    return write(folder / "any.csv", [OLD, row], ";", "utf-8-sig", "\r\n")


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

    def test_the_year_is_told_by_the_headings_rather_than_the_name(self, tmp_path: Path) -> None:
        path = turned_2015(tmp_path).rename(tmp_path / "published_in_2020.csv")
        assert read([path]).tables["status_reports"]["period"].tolist() == ["2014-09"]

    def test_the_snapshot_moves_to_march(self) -> None:
        assert snapshot(2014) == date(2013, 9, 30)
        assert snapshot(2020) == date(2019, 9, 30)
        assert snapshot(2021) == date(2021, 3, 31)


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
            ("One", "end_date", f"{long[:300]}…", "exempt from publication"),
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
            ["The report explains how costs are counted", "", "", ""],
            ["", "a stray", "", ""],
        ]
        imported = read([write(tmp_path / "uk_2017.csv", rows)])
        note = "a note or heading with nothing beside it"
        assert unread(imported) == [
            ("", "", "The report explains how costs are counted", note),
            ("One", "", "a stray", "no heading over the cell"),
            ("", "Department", "MOD", "no project name in the record"),
            ("Only a remark", "Project name", "Only a remark", note),
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

    def test_five_point_colours_are_no_rating_on_three_points(self, tmp_path: Path) -> None:
        imported = read([new(tmp_path, 2023, ("N1", "One", "Amber/Red", "", "", "", "", ""))])
        assert unread(imported) == [("One", "colour_rating", "Amber/Red", "not a rating")]

    def test_a_project_given_twice_is_kept_once(self, tmp_path: Path) -> None:
        rows = (PROJECT, ("TIDAL  barrage", "DFT", "Red", "", "", ""))
        imported = read([old(tmp_path, 2018, *rows)])
        assert imported.tables["status_reports"]["rag"].tolist() == ["amber_green"]
        assert set(imported.unread["reason"]) == {"the project stands twice in the file"}
        assert set(imported.unread["value"]) == {"TIDAL  barrage", "DFT", "Red", "2018"}


class TestRatings:
    def test_each_rater_has_a_row_and_the_figures_stand_once(self, tmp_path: Path) -> None:
        rest = ("01.01.2020", "01.01.2030", "7", "9")
        path = new(
            tmp_path,
            2023,
            ("N1", "Both", "Green", "Red", *rest),
            ("N2", "Owner only", "", "Amber", *rest),
            ("N3", "Neither", EXEMPT, "", *rest),
        )
        imported = read([path])
        reports = imported.tables["status_reports"].fillna({"rag": ""})
        columns = ["project_id", "rated_by", "rag", "rag_scale"]
        assert list(reports[columns].itertuples(index=False, name=None)) == [
            ("N1", "independent", "green", 3),
            ("N1", "owner", "red", 3),
            ("N2", "owner", "amber", 3),
            ("N3", "independent", "", 3),
        ]
        assert reports["estimate_at_completion"].sum() == 21_000_000
        assert imported.tables["baselines"]["benefit"].tolist() == [9_000_000] * 3
        assert len(imported.unread) == 1


class TestLinks:
    def test_a_number_outlives_the_name_and_a_name_the_number(self, tmp_path: Path) -> None:
        files = [
            old(tmp_path, 2018, ("Borders & Ports (BP)", "HO", "Red", "", "", "3")),
            numbered(tmp_path, 2020, ("Borders and Ports", "HO", "Red", "", "", "4", "Ho_1")),
            numbered(tmp_path, 2021, ("Gateway", "HO", "Red", "", "", "5", "HO_1")),
            new(tmp_path, 2023, ("HOME_1", "The Gateway Programme", "Red", "", "", "", "6", "")),
        ]
        imported = read(files)
        assert ids(imported) == ["HOME_1"]
        assert imported.tables["projects"]["name"].tolist() == ["The Gateway Programme"]
        assert len(imported.tables["status_reports"]) == 4
        assert "1 of 1 projects were followed" in imported.notes[1]

    def test_spaces_and_punctuation_do_not_part_a_name(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("100,000 e-Mails", "DH", "Red", "", "", ""))
        late = old(tmp_path, 2019, ("100000 eMails", "DH", "Red", "", "", ""))
        assert ids(read([early, late])) == ["100000-emails"]

    def test_names_that_differ_in_brackets_only_stay_apart_in_one_year(
        self, tmp_path: Path
    ) -> None:
        rest = ("DoH", "Red", "", "", "3")
        files = [
            old(tmp_path, 2018, ("Service (North)", *rest), ("Service (South)", *rest)),
            old(tmp_path, 2019, ("Service", *rest)),
        ]
        assert ids(read(files)) == ["service", "service-north", "service-south"]

    def test_a_later_namesake_elsewhere_is_another_project(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("IT", "DWP", "Red", "01.01.10", "01.01.16", "3"))
        late = old(tmp_path, 2019, ("IT", "NCA", "Red", "01.04.16", "01.01.22", "3"))
        assert ids(read([early, late])) == ["it", "it-dwp"]
        moved = old(tmp_path, 2019, ("IT", "NCA", "Red", "01.01.10", "01.01.22", "3"))
        assert ids(read([early, moved])) == ["it"]

    def test_of_two_namesakes_the_one_in_the_department_is_meant(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("IT", "NCA", "Red", "", "", ""))
        late = old(
            tmp_path, 2019, ("IT", "DWP", "Green", "", "", ""), ("IT", "NCA", "Green", "", "", "")
        )
        reports = read([early, late]).tables["status_reports"]
        assert reports.loc[reports["rag"] == "red", "project_id"].tolist() == ["it-nca"]

    def test_a_known_number_goes_before_a_namesake(self, tmp_path: Path) -> None:
        early = numbered(
            tmp_path,
            2020,
            ("Gateway", "HO", "Red", "", "", "", "HO_2"),
            ("Ports", "HO", "Amber", "", "", "", "HO_1"),
        )
        late = numbered(tmp_path, 2021, ("Gateway", "HO", "Green", "", "", "", "HO_1"))
        reports = read([early, late]).tables["status_reports"].set_index("project_id")["rag"]
        assert reports.loc["HO_1"].tolist() == ["amber", "green"]
        assert reports.loc["HO_2"] == "red"

    def test_only_those_in_the_latest_file_are_active(self, tmp_path: Path) -> None:
        files = [
            old(
                tmp_path,
                2018,
                ("Gone", "MoD", "Red", "", "", ""),
                ("Here", "MoD", "Red", "", "", ""),
            ),
            old(tmp_path, 2019, ("Here", "MOD", "Red", "01.01.10", "", "")),
        ]
        imported = read([*files])
        projects = imported.tables["projects"].set_index("name")
        assert projects["status"].fillna("").to_dict() == {"Gone": "", "Here": "active"}
        assert projects["department"].tolist() == ["MOD", "MOD"]

    def test_work_has_not_started_on_a_day_still_to_come(self, tmp_path: Path) -> None:
        imported = read([old(tmp_path, 2018, ("Soon", "MOD", "Red", "01.10.17", "01.01.20", ""))])
        assert imported.tables["projects"]["started_on"].isna().all()
        assert imported.tables["baselines"]["start"].tolist() == [pd.Timestamp(2017, 10, 1)]


class TestBaselines:
    @staticmethod
    def plans(folder: Path, *plans: tuple[str, str, str]) -> list[tuple[str, float, str]]:
        files = [
            old(folder, year, ("One", "MOD", "Red", *plan))
            for year, plan in enumerate(plans, start=2015)
        ]
        return versions(read(files))

    def test_a_version_begins_when_the_cost_or_a_date_changes(self, tmp_path: Path) -> None:
        assert self.plans(
            tmp_path,
            ("01.01.10", "01.01.20", "5.10"),
            ("01.01.10", "01.01.20", "5.10"),
            ("01.01.10", "01.01.20", "5.25"),
            ("01.01.10", "01.01.21", "5.25"),
            ("01.01.10", "01.01.21", "5.20"),
        ) == [
            ("2014-09-30", 5_100_000, "2020-01-01"),
            ("2016-09-30", 5_250_000, "2020-01-01"),
            ("2017-09-30", 5_250_000, "2021-01-01"),
            ("2018-09-30", 5_200_000, "2021-01-01"),
        ]

    def test_a_missing_cost_is_no_change_and_stays_in_force(self, tmp_path: Path) -> None:
        assert self.plans(
            tmp_path,
            ("01.01.10", "01.01.20", "5"),
            ("01.01.10", "01.01.20", EXEMPT),
            ("01.01.10", "01.01.21", ""),
            ("01.01.10", "01.01.21", "5"),
        ) == [("2014-09-30", 5_000_000, "2020-01-01"), ("2016-09-30", 5_000_000, "2021-01-01")]

    def test_a_value_published_late_completes_the_version(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("01.01.10", "", ""), ("01.01.10", "01.01.20", "5")) == [
            ("2014-09-30", 5_000_000, "2020-01-01")
        ]

    def test_rounding_is_no_change(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", "", "66.35006939"), ("", "", "66.35"), ("", "", "66")) == [
            ("2014-09-30", 66_350_069.39, "")
        ]

    def test_a_finish_overtaken_by_a_new_start_no_longer_holds(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("01.01.10", "01.01.12", "5"), ("01.01.13", "", "5")) == [
            ("2014-09-30", 5_000_000, "2012-01-01"),
            ("2015-09-30", 5_000_000, ""),
        ]

    def test_without_any_plan_there_is_no_version(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", EXEMPT, "")) == []

    def test_money_comes_without_float_dirt(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", "", "4.2282708"))[0][1] == 4_228_270.80


def panel(folder: Path) -> list[Path]:
    return [
        turned_2015(folder),
        old(folder, 2018, PROJECT, ("Lost (and found)", "HO", EXEMPT, "TBD", "01.02.20", "1.10")),
        numbered(folder, 2021, ("Tidal Barrage", "DFT", "Red", "", "2019-09-01", "£9", "DFT_1")),
        new(folder, 2023, ("DFT_1", "Barrage", "", "Green", "01.04.2016", "", "10", "-3")),
    ]


class TestWhole:
    def test_the_order_of_the_files_does_not_matter(self, tmp_path: Path) -> None:
        files = panel(tmp_path)
        expected = read(files)
        for order in permutations(files):
            imported = read(order)
            assert imported.notes == expected.notes
            assert_frame_equal(imported.unread, expected.unread)
            for name, frame in imported.tables.items():
                assert_frame_equal(frame, expected.tables[name])

    def test_the_tables_keep_the_declaration(self, tmp_path: Path) -> None:
        tables = source("gmpp").read(panel(tmp_path)).tables
        assert list(tables) == ["projects", "baselines", "status_reports"]
        for name, frame in tables.items():
            table = TABLES[name]
            assert {c: str(t) for c, t in frame.dtypes.items()} == {
                column.name: column.pandas_type for column in table
            }
            assert frame.columns.tolist() == list(table.column_names)
            assert len(frame) > 0
            assert not frame.duplicated(list(table.key)).any()
            assert frame["project_id"].isin(tables["projects"]["project_id"]).all()
            for column in table:
                values = frame[column.name].dropna()
                assert len(values) == len(frame) or column.need != "required"
                assert not column.allowed or values.isin(column.allowed).all()
                assert column.low is None or (values >= column.low).all()
            for rule in table.rules:
                if isinstance(rule, InOrder):
                    dates = frame[[rule.first, rule.second]].dropna()
                    assert (dates[rule.first] <= dates[rule.second]).all()

    def test_rows_are_in_the_order_of_their_keys(self, tmp_path: Path) -> None:
        rest = ("MOD", "Red", "", "01.01.20", "")
        imported = read([old(tmp_path, 2018, ("Zebra", *rest), ("Ant", *rest))])
        for frame in imported.tables.values():
            assert frame["project_id"].tolist() == ["ant", "zebra"]

    def test_years_that_were_not_given_are_told(self, tmp_path: Path) -> None:
        note = read(panel(tmp_path)).notes[0]
        assert note == "No file was given for 2016, 2017, 2019, 2020, 2022."


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
            (f"{','.join(OLD)}\nOne,MOD,Red,,,,2018\nTwo,MOD,Red,,,,2019\n", "says 2018, 2019"),
            (f"{','.join(OLD)}\nOne,MOD,Red,,,,soon\n", "says soon"),
            ("project_name,department,colour_rating\nOne,MOD,Red\n", "tells its year"),
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


def test_settings_say_that_the_baseline_is_the_first_report(tmp_path: Path) -> None:
    row = ("Apollo", "MOD", "Green", "01/04/2015", "01/04/2020", "100")
    settings = declared(Settings, read([old(tmp_path, 2018, row)]).settings, "")
    assert (settings.currency, settings.baseline_definition) == ("GBP", "first report")
