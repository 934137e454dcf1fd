"""From a register as people keep it to our tables, by a map that the file itself proposes."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipelines.mapping import made_for, propose, write_map
from pipelines.maps.declared import read_map
from pipelines.maps.grid import grids
from pipelines.maps.listed import header_line, listed
from pipelines.maps.mapped import mapped
from pipelines.maps.proposed import ProposedSheet
from pipelines.maps.source import MapSource, shipped
from pipelines.maps.written import as_yaml
from pmo_lib.errors import DataError, PmoError, SettingsError

HEADINGS = (
    "Ref", "Scheme", "Project Title", "Directorate", "Stage", "Health", "Start Date",
    "Target Completion", "Actual Completion", "Approved Budget (£k)", "Spend to date (£k)", "Notes",
)  # fmt: skip
# planted: 4 schemes have ended, 2 in time; one is TBC, one a total, one is written twice
ROWS = tuple(
    row.split("|")
    for row in """\
S1|A|Bridge|Roads|Closed||03/02/2023|25/11/2023|24/11/2023|100|90.5|x
S2|A|Tunnel|Roads|Closed||14/03/2023|01/12/2023|20/12/2023|200|260|
S3|B|School|Estates|Closed||05/04/2023|30/06/2024|30/06/2024|1,300|1250|
S4|B|Library|Estates|Closed||06/05/2023|02/02/2024|09/02/2024|50|51|
S5|B|Clinic|Estates|In Delivery|A/G|17/06/2024|TBC||70|20|late
S6|C|Depot|Roads|On Hold|R|28/07/2024|31/12/2026||80|8|
S6|C|Depot|Roads|On Hold|R|28/07/2024|31/12/2026||80|8|
TOTAL|||||||||1800|1679.5|""".splitlines()
)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a title above the headings, and empty rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Register"
    for row in (["Register of schemes as at 31/10/2026"], [], HEADINGS, *ROWS):
        sheet.append([*row])
    path = tmp_path_factory.mktemp("register") / "Our schemes.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def proposed(register: Path) -> ProposedSheet:
    (sheet,) = propose(register)
    return sheet


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


class TestProposal:
    def test_reads_a_register_right(
        self, register: Path, proposed: ProposedSheet, tmp_path: Path
    ) -> None:
        write_map([proposed], tmp_path / "map.yml", force=False)
        imported = MapSource.at(tmp_path / "map.yml").read([register])
        projects = imported.tables["projects"].set_index("project_id")
        baselines = imported.tables["baselines"].set_index("project_id")
        reports = imported.tables["status_reports"].set_index("project_id")
        assert imported.unread.empty
        assert projects["status"].value_counts().to_dict() == {
            "completed": 4, "active": 1, "on_hold": 1,
        }  # fmt: skip
        done = projects[projects["status"] == "completed"]
        assert int((done["finished_on"] <= baselines["finish"].reindex(done.index)).sum()) == 2
        assert projects.loc["S1", "actual_cost"] == 90_500
        assert baselines.loc["S3", "cost"] == 1_300_000
        assert pd.isna(baselines.loc["S5", "finish"])
        assert reports["rag"].dropna().to_dict() == {"S5": "amber_green", "S6": "red"}
        assert set(reports["period"]) == {"2026-10"}

    def test_says_what_it_leaves_out(self, proposed: ProposedSheet) -> None:
        assert proposed.listed.left_out == (
            "line 1: above the headings",
            "line 11: a total",
            "line 10: the same as a row above",
        )
        assert set(proposed.left) == {"Scheme", "Notes"}

    def test_takes_a_finish_that_open_projects_have_for_a_plan(
        self, export: Callable[..., Path]
    ) -> None:
        path = export(
            "list.csv", "Project ID,Project Name,Department,Status,End Date",
            *(f"P{i},Project {i},IT,{'Closed' if i % 2 else 'In Progress'},2026-0{1 + i % 9}-15"
              for i in range(12)),
        )  # fmt: skip
        (sheet,) = propose(path)
        ends = {each.table: each.column for each in sheet.proposals if each.heading == "End Date"}
        assert ends == {"baselines": "finish"}

    def test_abstains(self, export: Callable[..., Path]) -> None:
        """Where fewer than 95 % of the cells can be read, or day or month may be first."""
        rows = [
            f"P{i},IT,{'soon' if i == 3 else f'2025-0{1 + i % 9}-01'},"
            f"0{1 + i % 9}/0{1 + i % 8}/2025,{'about 9' if i < 2 else i}"
            for i in range(12)
        ]
        path = export("a.csv", "Project ID,Department,Start Date,Actual Finish,Actual Cost", *rows)
        (sheet,) = propose(path)
        assert {each.column for each in sheet.proposals} == {"project_id", "department"}
        assert ["finished_on" in doubt for doubt in sheet.doubts] == [True]

    def test_makes_snapshots_of_a_list_that_comes_again(
        self, export: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = export(
            "s.csv", "Report Date,Project Number,Agency,Forecast Completion,Budget Forecast",
            *(f"2026-0{month}-28,N{i},DOT,2027-0{month}-01,{100 * month + i}"
              for month in (1, 2, 3) for i in range(5)),
        )  # fmt: skip
        write_map(propose(path), tmp_path / "m.yml", force=False)
        tables = MapSource.at(tmp_path / "m.yml").read([path]).tables
        assert {name: len(rows) for name, rows in tables.items()} == {
            "projects": 5, "status_reports": 15, "baselines": 5,
        }  # fmt: skip
        assert sorted(tables["baselines"]["cost"]) == [100, 101, 102, 103, 104]

    def test_is_not_written_over_another(self, proposed: ProposedSheet, tmp_path: Path) -> None:
        (tmp_path / "m.yml").write_text("mine")
        with pytest.raises(DataError, match="there already"):
            write_map([proposed], tmp_path / "m.yml", force=False)

    def test_of_a_file_that_holds_nothing_of_ours(self, export: Callable[..., Path]) -> None:
        with pytest.raises(DataError, match="none of its columns is known"):
            propose(export("x.csv", "Fruit,Taste", "apple,sour", "pear,sweet"))


class TestMapDeclaration:
    GOOD = "sheets:\n- tables:\n    projects:\n      project_id: Ref\n      department: Area\n"

    def test_tells_every_mistake(self, export: Callable[..., Path]) -> None:
        wrong = {
            "unknown table": self.GOOD.replace("projects:", "project:"),
            "unknown column 'projct_id'": self.GOOD.replace("project_id", "projct_id"),
            "required column department": self.GOOD.replace("      department: Area\n", ""),
            "unknown key 'sheeet'": self.GOOD.replace("- tables", "- sheeet: A\n  tables"),
            "at least one sheet": "sheets: []\n",
        }
        missed = {}
        for said, text in wrong.items():
            try:
                read_map(export("m.yml", text))
                missed[said] = "no error"
            except SettingsError as error:
                if said not in str(error):
                    missed[said] = str(error)
            except PmoError as error:
                if said not in str(error):
                    missed[said] = str(error)
        assert not missed

    def test_is_as_the_documentation_writes_it(self, export: Callable[..., Path]) -> None:
        text = (Path(__file__).parents[3] / "docs" / "maps.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        (sheet,) = read_map(export("m.yml", example)).sheets
        assert set(sheet.tables) == {"projects", "baselines", "status_reports"}

    def test_names_the_nearest_headings_of_a_changed_export(
        self, export: Callable[..., Path]
    ) -> None:
        declared = read_map(export("m.yml", self.GOOD))
        changed = export("e.csv", "Reference,Area,Name", "A,IT,x")
        with pytest.raises(DataError, match=r"'Ref' \(nearest today: 'Reference'"):
            mapped(declared, [changed], "m.yml")

    def test_finds_what_was_moved(self, export: Callable[..., Path]) -> None:
        """Columns in another order, other columns between, a title above, another separator."""
        declared = read_map(export("m.yml", self.GOOD))
        given = {
            "order": ("Area,Ref", "IT,A"),
            "more": ("No,Ref,X,Area", "1,A,,IT"),
            "title": ("Our list of projects,,", ",,", "Ref,Area,Z", "A,IT,z"),
            "semicolons": ("Ref;Area", "A;IT"),
            "case": ("REF,  area ", "A,IT"),
        }
        wrong = {}
        for name, lines in given.items():
            found = mapped(declared, [export(f"{name}.csv", *lines)], "m.yml").found["projects"]
            cells = found[0].cells
            if (cells["project_id"].tolist(), cells["department"].tolist()) != (["A"], ["IT"]):
                wrong[name] = cells.to_dict()
        assert not wrong

    def test_keeps_the_lines_of_the_file(self, export: Callable[..., Path]) -> None:
        declared = read_map(export("m.yml", self.GOOD))
        path = export("e.csv", "A title,", "Ref,Area", "A,IT", ",", "B,HR")
        (raw,) = mapped(declared, [path], "m.yml").found["projects"]
        assert raw.lines.tolist() == [3, 5]
        assert raw.again is not None
        assert raw.again(frozenset([5])).cells["project_id"].tolist() == ["B"]


class TestShippedMaps:
    def test_are_maps(self) -> None:
        assert set(shipped()) >= {"jira", "azure_devops", "planner", "servicenow", "smartsheet",
                                  "project_online"}  # fmt: skip
        for path in shipped().values():
            read_map(path)

    def test_of_jira_takes_epics_for_projects(self, export: Callable[..., Path]) -> None:
        path = export(
            "jira.csv",
            "Summary,Issue key,Issue Type,Status,Project name,Created,Resolved,Due date,Sprint,"
            "Sprint,Parent key",
            "Portal,A-1,Epic,In Progress,Alpha,01/Feb/24 9:15 AM,,30/Jun/24 12:00 AM,S1,S2,",
            "Log in,A-2,Story,Done,Alpha,03/Feb/24 9:15 AM,10/Mar/24 1:00 PM,"
            "01/Mar/24 12:00 AM,S,,A-1",
        )  # fmt: skip
        tables = MapSource.at(shipped()["jira"]).read([path]).tables
        assert tables["projects"]["project_id"].tolist() == ["A-1"]
        assert tables["baselines"]["finish"].dt.strftime("%Y-%m-%d").tolist() == ["2024-06-30"]
        (milestone,) = tables["milestones"].to_dict("records")
        assert (milestone["project_id"], milestone["milestone_id"]) == ("A-1", "A-2")
        assert f"{milestone['actual_date']:%Y-%m-%d}" == "2024-03-10"

    def test_of_jira_reads_german_exports_with_headings_that_stand_twice(
        self, export: Callable[..., Path]
    ) -> None:
        path = export(
            "de.csv",
            "Zusammenfassung,Vorgangsschlüssel,Vorgangstyp,Status,Projektname,Erstellt,Erledigt,"
            "Fälligkeitsdatum,Sprint,Sprint,Übergeordnet",
            "Portal,A-1,Epic,In Bearbeitung,Alpha,01.02.24 09:15,,30.06.24 00:00,S1,S2,",
            "Log in,A-2,Story,Fertig,Alpha,03.02.24 09:15,10.03.24 13:00,01.03.24 00:00,S,,A-1",
        )  # fmt: skip
        imported = MapSource.at(shipped()["jira"]).read([path])
        assert imported.unread.empty
        (project,) = imported.tables["projects"].to_dict("records")
        assert (project["project_id"], project["status"]) == ("A-1", "active")
        (milestone,) = imported.tables["milestones"].to_dict("records")
        assert milestone["project_id"] == "A-1"
        assert f"{milestone['actual_date']:%Y-%m-%d}" == "2024-03-10"

    def test_of_a_language_that_it_does_not_know_names_the_headings(
        self, export: Callable[..., Path]
    ) -> None:
        path = export("it.csv", "Riepilogo,Chiave segnalazione,Stato", "Portal,A-1,In corso")
        with pytest.raises(DataError, match=r"'Issue key'.*'Chiave segnalazione'.*pmo map makes"):
            MapSource.at(shipped()["jira"]).read([path])

    def test_of_jira_says_that_there_is_no_epic(self, export: Callable[..., Path]) -> None:
        path = export("j.csv", "Issue key,Issue Type,Status,Created", "A-1,Bug,Done,2024-02-01")
        with pytest.raises(DataError, match=r"no row has Issue Type.*it holds Bug 1"):
            MapSource.at(shipped()["jira"]).read([path])


class TestGrid:
    def test_finds_the_headings(self, export: Callable[..., Path]) -> None:
        given = {
            1: ("Ref,Name,Cost", "A,x,1", "B,y,2"),
            3: ("Register 2026,,", ",,", "Ref,Name,Cost", "A,x,1"),
            2: ("Exported on,2026-10-31,", "Ref,Name,Cost", "A,x,1", "B,y,2"),
        }
        found = {}
        for line, lines in given.items():
            (grid,) = grids(export(f"{line}.csv", *lines))
            found[line] = header_line(grid)
        assert found == {line: line for line in given}

    def test_numbers_headings_that_come_again(self, export: Callable[..., Path]) -> None:
        (grid,) = grids(export("a.csv", "Key,Sprint,Sprint,sprint", "A,1,2,3"))
        assert list(listed(grid, 1).cells) == ["Key", "Sprint", "Sprint (2)", "sprint (3)"]

    def test_leaves_out_totals_only(self, export: Callable[..., Path]) -> None:
        words = ("Total", "TOTAL:", "Sub-total", "Grand total", "Gesamt", "Total general")
        projects = ("Total Care Programme", "Summer school", "Subtotal review board")
        lines = ["Ref,Cost", *(f"{each},1" for each in (*words, *projects))]
        (grid,) = grids(export("a.csv", *lines))
        assert tuple(listed(grid, 1).cells["Ref"]) == projects

    def test_leaves_out_what_is_no_row_and_says_so(self, export: Callable[..., Path]) -> None:
        """Rows of another width, the headings again on each page, a note at the end."""
        lines = (
            "Ref,Name,Area", "A,One,IT", "B,Two, and more,IT", "C,Three", "Ref,Name,Area",
            "D,Four,HR", "Confidential,,",
        )  # fmt: skip
        (grid,) = grids(export("a.csv", *lines))
        one = listed(grid, 1)
        assert one.cells["Ref"].tolist() == ["A", "D"]
        assert one.ragged == ((3, ["B", "Two", "and more", "IT"]), (4, ["C", "Three"]))
        assert one.left_out == (
            "line 5: the headings again",
            "line 7: a note below the list",
            "lines 3, 4: more or fewer cells than headings",
        )

    def test_refuses_what_cannot_be_read(self, tmp_path: Path) -> None:
        """Quotes that do not match, UTF-16, old and broken workbooks: as exports everywhere."""
        given = {
            "a.csv": (b'Ref,Name\nA,"12" x"\nB,"y\n', "quotes do not match"),
            "b.csv": ("Ref,Name\nA,1\n".encode("utf-16"), "UTF-16"),
            "c.xlsx": (b"PK\x03\x04 no workbook", "cannot be read as an Excel workbook"),
            "d.xls": (b"\xd0\xcf\x11\xe0", r"Save it as .xlsx"),
            "e.csv": (b"", "is empty"),
        }
        missed = {}
        for name, (content, said) in given.items():
            path = tmp_path / name
            path.write_bytes(content)
            try:
                grids(path)
                missed[name] = "no error"
            except DataError as error:
                if said not in str(error) or name not in str(error):
                    missed[name] = str(error)
        assert not missed


class TestWhatIsNoValue:
    def test_sentences_are_left_unread(self, export: Callable[..., Path]) -> None:
        """Why nothing is stated is no value: the column is proposed, the cell is listed later."""
        why = "Exempt under Section 43 of the Act"
        path = export(
            "a.csv", "Project ID,Department,Planned Finish,RAG,Budget (£m)",
            *(f"P{i},IT,{why if i % 4 == 0 else f'{i + 1}/12/2030'},{why if i % 5 == 0 else 'Red'},"
              f"{why if i % 3 == 0 else i}" for i in range(24)),
        )  # fmt: skip
        (sheet,) = propose(path)
        found = {each.column: each.fit for each in sheet.proposals}
        assert {"finish", "rag", "cost"} <= set(found)
        assert "6 texts left unread" in found["finish"].said
        assert found["cost"].scale == 1_000_000

    def test_of_ranges_the_middle_counts(self, export: Callable[..., Path], tmp_path: Path) -> None:
        path = export(
            "a.csv", "Project ID;Department;Whole Life Cost (£m);Planned Finish",
            *(f"P{i};IT;{10 + i}.5;3{i % 2}/01/2030" for i in range(8)),
            "Q1;IT;Low: 1,000.00, Mid: 2,820.00, High: 3,100.00;"
            "Low: 31/03/2025, Mid: 30/04/2025, High: 31/05/2025",
        )  # fmt: skip
        write_map(propose(path), tmp_path / "m.yml", force=False)
        imported = MapSource.at(tmp_path / "m.yml").read([path])
        row = imported.tables["baselines"].set_index("project_id").loc["Q1"]
        assert row["cost"] == 2_820_000_000
        assert f"{row['finish']:%Y-%m-%d}" == "2025-04-30"
        assert imported.unread.empty

    def test_a_list_of_names_alone_is_none_of_projects(self, export: Callable[..., Path]) -> None:
        turned = export("t.csv", "Project name,Bridge,Tunnel,Depot", "Cost,1,2,3", "RAG,A,G,R")
        with pytest.raises(DataError, match="turn the list round"):
            propose(turned)

    @pytest.mark.parametrize(
        ("first_year", "column"), [(2026, "baselines.start"), (2024, "projects.started_on")]
    )
    def test_days_still_to_come_are_a_plan(
        self, export: Callable[..., Path], tmp_path: Path, first_year: int, column: str
    ) -> None:
        """Most of them: all are a plan. Some: those up to the day of the list are facts."""
        path = export(
            "Register 2026-10-31.csv", "Project ID,Department,Start Date,Actual Finish",
            *(f"P{i},IT,{first_year + i % 4}-12-01,2026-01-0{1 + i % 9}" for i in range(12)),
        )  # fmt: skip
        sheets = propose(path)
        found = {each.heading: f"{each.table}.{each.column}" for each in sheets[0].proposals}
        assert found["Start Date"] == column
        assert found["Actual Finish"] == "projects.finished_on"
        write_map(sheets, tmp_path / "m.yml", force=False)
        projects = MapSource.at(tmp_path / "m.yml").read([path]).tables["projects"]
        years = set(projects["started_on"].dropna().dt.year)
        assert years == ({2024, 2025} if first_year == 2024 else set())

    def test_scores_are_neither_shares_nor_money(self, export: Callable[..., Path]) -> None:
        path = export(
            "risks.csv", "Risk ID,Project,Date Raised,Likelihood (1-5),Impact (1-5)",
            *(f"R{i},P{i % 3},2026-01-0{1 + i % 9},{1 + i % 5},{1 + i % 4}" for i in range(20)),
        )  # fmt: skip
        (sheet,) = propose(path)
        assert {"probability", "impact"}.isdisjoint(each.column for each in sheet.proposals)

    def test_who_rates_is_told_by_the_heading(self, export: Callable[..., Path]) -> None:
        text = as_yaml(propose(export(
            "a.csv", "Project ID,Department,IPA Delivery Confidence Assessment",
            *(f"P{i},IT,{'Red' if i % 2 else 'Amber'}" for i in range(12)),
        )))  # fmt: skip
        assert "rated_by: {constant: independent}" in text

    def test_a_file_of_a_tool_that_we_know_is_said_to_be_so(
        self, export: Callable[..., Path]
    ) -> None:
        path = export("j.csv", "Issue key,Issue Type,Status,Created", "A-1,Bug,Done,2024-02-01")
        assert made_for(propose(path)) == ["jira"]


class TestSnapshots:
    MAP = """\
sheets:
- as_at: Reported
  snapshots: true
  tables:
    projects:
      project_id: Ref
      department: Area
      status: {column: Phase, words: {Build: active, Over: completed}}
    baselines:
      project_id: Ref
      version: {constant: "0"}
      finish: Finish
      cost: Cost
    status_reports:
      project_id: Ref
      period: {constant: as_at}
      rated_by: {constant: owner}
      forecast_finish: Finish
"""
    LINES = (
        "Reported,Ref,Area,Phase,Finish,Cost",
        "2026-01-10,A,IT,Build,,5", "2026-01-10,B,HR,Build,2026-06-01,7",
        "2026-01-10,C,HR,Over,,", "2026-02-03,A,IT,Build,2026-05-01,6",
        "2026-02-27,A,Digital,Build,2026-07-01,8",
    )  # fmt: skip

    @pytest.fixture
    def source(self, export: Callable[..., Path]) -> MapSource:
        return MapSource.at(export("m.yml", self.MAP))

    def test_newest_row_stands_and_what_was_stated_first_is_the_plan(
        self, source: MapSource, export: Callable[..., Path]
    ) -> None:
        tables = source.read([export("s.csv", *self.LINES)]).tables
        projects = tables["projects"].set_index("project_id")
        assert projects["department"].to_dict() == {"A": "Digital", "B": "HR", "C": "HR"}
        baselines = tables["baselines"].set_index("project_id")
        assert baselines["cost"].to_dict() == {"A": 5, "B": 7}
        assert baselines["finish"].dt.strftime("%m").to_dict() == {"A": "05", "B": "06"}

    def test_of_a_month_the_last_report_stands(
        self, source: MapSource, export: Callable[..., Path]
    ) -> None:
        reports = source.read([export("s.csv", *self.LINES)]).tables["status_reports"]
        months = list(zip(reports["project_id"], reports["period"], strict=True))
        assert sorted(months) == [
            ("A", "2026-01"), ("A", "2026-02"), ("B", "2026-01"), ("C", "2026-01"),
        ]  # fmt: skip
        assert reports["forecast_finish"].dropna().dt.month.tolist() == [6, 7]

    def test_who_is_gone_from_the_newest_list_is_open_no_more(
        self, source: MapSource, export: Callable[..., Path]
    ) -> None:
        projects = source.read([export("s.csv", *self.LINES)]).tables["projects"]
        status = projects.set_index("project_id")["status"].fillna("").to_dict()
        assert status == {"A": "active", "B": "", "C": "completed"}

    def test_one_file_a_month_is_the_same_as_one_with_all(
        self, source: MapSource, export: Callable[..., Path]
    ) -> None:
        head, *rows = self.LINES
        months = [export(f"{at}.csv", head, *(row for row in rows if row.startswith(at)))
                  for at in ("2026-02", "2026-01")]  # fmt: skip
        one = source.read([export("s.csv", *self.LINES)]).tables
        several = source.read(months).tables
        unlike = [
            name for name, rows in one.items()
            if not rows.sort_values([*rows][:2], ignore_index=True).equals(
                several[name].sort_values([*rows][:2], ignore_index=True))
        ]  # fmt: skip
        assert not unlike

    def test_keep_file_and_line(self, source: MapSource, export: Callable[..., Path]) -> None:
        path = export("s.csv", *self.LINES)
        (raw,) = mapped(source.declared, [path], "m.yml").found["projects"]
        lines = dict(zip(raw.cells["project_id"], raw.lines.tolist(), strict=True))
        assert lines == {"A": 6, "B": 3, "C": 4}


class TestCurrency:
    ROWS = tuple(f"P{i},IT,{10 + i},{20 + i}" for i in range(8))

    def test_of_headings_goes_into_the_settings(
        self, export: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = export("a.csv", "Project ID,Department,Spend (€k),Budget (€k)", *self.ROWS)
        write_map(propose(path), tmp_path / "m.yml", force=False)
        assert MapSource.at(tmp_path / "m.yml").read([path]).settings == {"currency": "EUR"}

    def test_of_a_single_column_that_differs_is_left_to_people(
        self, export: Callable[..., Path]
    ) -> None:
        head = "Project ID,Department,Spend (£k),Budget (£k),Forecast cost (EUR k)"
        (sheet,) = propose(export("a.csv", head, *(f"{row},3" for row in self.ROWS)))
        assert sheet.currency == "GBP"
        assert any("in EUR, others in GBP" in doubt for doubt in sheet.doubts)
        assert "estimate_at_completion" not in {each.column for each in sheet.proposals}

    def test_of_cells_goes_into_the_settings_where_there_is_but_one(
        self, export: Callable[..., Path]
    ) -> None:
        kept = (
            "sheets: [{tables: {projects: {project_id: ID, department: Area, actual_cost: Cost}}}]"
        )
        source = MapSource.at(export("m.yml", kept))
        one = source.read([export("one.csv", "ID,Area,Cost", "A,IT,€ 5", "B,IT,€ 7")])
        two = export("two.csv", "ID,Area,Cost", "A,IT,€ 5", "B,IT,£ 7")
        assert one.settings == {"currency": "EUR"}
        with pytest.raises(DataError, match="amounts are in EUR and GBP"):
            source.read([two])
        ours = MapSource.at(export("n.yml", f"settings: {{currency: EUR}}\n{kept}"))
        strict = ours.read([two])
        assert strict.unread["value"].tolist() == ["£ 7"]
