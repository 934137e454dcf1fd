"""A folder of exports becomes typed tables; every row keeps its file and line."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipelines.reading.exports import table_named
from pipelines.reading.ingest import Ingested, ingest
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError

PROJECTS = "project_id,department,started_on\nP1,IT,2026-01-05\nP2,HR,2026-02-02\n"

Load = Callable[..., Ingested]


@pytest.fixture
def load(tmp_path: Path, write: Callable[..., Path]) -> Load:
    """What is ingested from these files: `load({"projects.csv": text})`."""

    def loaded(files: dict[str, str | bytes], **settings: dict[str, str]) -> Ingested:
        write(tmp_path / "raw", files)
        return ingest(tmp_path / "raw", Settings(**settings))

    return loaded


def refusal(load: Load, files: dict[str, str | bytes]) -> str:
    with pytest.raises(PmoError) as caught:
        load(files)
    return str(caught.value)


def save_workbook(path: Path, **sheets: str) -> None:
    """A workbook with these sheets, each given as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        sheet = book.create_sheet(title)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(path)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "table"),
        [
            ("projects", "projects"),
            ("Projects", "projects"),
            ("PROJECTS 2025", "projects"),
            ("projects_2025-q1", "projects"),
            ("projects.export", "projects"),
            ("projects (2)", "projects"),
            ("Status Reports", "status_reports"),
            ("benefit_reports_2025", "benefit_reports"),
            ("benefits_2025", "benefits"),
        ],
    )
    def test_that_begin_with_a_table_are_that_table(self, name: str, table: str) -> None:
        assert table_named(name) == table

    @pytest.mark.parametrize("name", ["project", "our projects", "projectsold", "notes", ""])
    def test_of_other_files_are_none(self, name: str) -> None:
        assert table_named(name) == ""

    @pytest.mark.parametrize("name", TABLES)
    def test_of_the_tables_are_themselves(self, name: str) -> None:
        assert table_named(name) == name


class TestFolder:
    def test_that_is_not_there_is_refused_with_a_remedy(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"no such folder\. Name the folder that holds"):
            ingest(tmp_path / "nowhere", Settings())

    def test_that_is_a_file_is_refused_with_a_remedy(self, tmp_path: Path) -> None:
        (tmp_path / "projects.csv").write_text(PROJECTS)
        with pytest.raises(DataError, match=r"is a file, not a folder\. Name the folder"):
            ingest(tmp_path / "projects.csv", Settings())

    def test_without_any_table_is_refused_naming_what_was_seen_and_the_tables(
        self, load: Load
    ) -> None:
        said = refusal(load, {"plan.mpp": "x", "our_projects.csv": PROJECTS})
        assert "holds no table" in said
        assert "Put projects.csv there" in said
        assert "Files not recognised: our_projects.csv, plan.mpp" in said
        assert "status_reports" in said

    def test_without_projects_is_refused(self, load: Load) -> None:
        said = refusal(load, {"baselines.csv": "project_id,version\nP1,0\n"})
        assert "there is no table projects" in said
        assert "Put projects.csv there" in said

    def test_may_hold_only_projects(self, load: Load) -> None:
        assert list(load({"projects.csv": PROJECTS}).tables) == ["projects"]

    def test_files_that_are_no_table_are_reported(self, load: Load) -> None:
        found = load({"projects.csv": PROJECTS, "notes.csv": "a\n1\n", "old.xls": "x"})
        assert found.ignored == ("notes.csv", "old.xls")

    def test_notes_hidden_and_lock_files_are_passed_over_in_silence(self, load: Load) -> None:
        found = load({
            "projects.csv": PROJECTS, "README.md": "x", "settings.yml": "", ".hidden.csv": "x",
            "~$projects.xlsx": b"\0",
        })  # fmt: skip
        assert found.ignored == ()

    def test_folders_within_it_are_passed_over(self, load: Load, tmp_path: Path) -> None:
        (tmp_path / "raw" / "projects.csv").mkdir(parents=True)
        assert "projects" in load({"projects_a.csv": PROJECTS}).tables

    def test_all_mistakes_are_told_together(self, load: Load) -> None:
        said = refusal(
            load,
            {
                "projects.csv": "project_id,name\nP1,Apollo\n",
                "baselines.csv": "",
                "milestones.csv": "project_id,name\nP1,x\n",
            },
        )
        assert "projects.csv line 1: required column missing: department" in said
        assert "baselines.csv: is empty" in said
        assert "milestones.csv line 1: required column missing: milestone_id" in said


class TestRequiredColumn:
    def test_that_is_missing_is_refused_with_what_the_file_has(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": "project_id,dept\nP1,IT\n"})
        assert said == (
            "projects.csv line 1: required column missing: department. Add or rename the column. "
            "The file has: dept, project_id."
        )

    def test_all_that_are_missing_are_named(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": PROJECTS, "rollouts.csv": "department\nIT\n"})
        assert "required columns missing: service_id, adopted_on" in said

    def test_must_be_in_every_file_of_the_table(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": PROJECTS, "projects_b.csv": "project_id\nP9\n"})
        assert "projects_b.csv line 1: required column missing: department" in said

    def test_has_a_header_tolerant_in_case_and_spaces(self, load: Load) -> None:
        found = load({"projects.csv": "Project ID, DEPARTMENT \nP1,IT\n"})
        assert found.tables["projects"].typed["project_id"].tolist() == ["P1"]


class TestColumns:
    def test_all_declared_ones_are_there_with_their_types(self, load: Load) -> None:
        typed = load({"projects.csv": PROJECTS}).tables["projects"].typed
        assert list(typed.columns) == list(TABLES["projects"].column_names)
        for column in TABLES["projects"]:
            assert typed[column.name].dtype == column.pandas_type, column.name

    def test_absent_ones_are_told(self, load: Load) -> None:
        absent = load({"projects.csv": PROJECTS}).tables["projects"].absent_columns
        assert set(absent) == set(TABLES["projects"].column_names) - {
            "project_id", "department", "started_on",
        }  # fmt: skip

    def test_unknown_ones_are_told_and_kept_as_text(self, load: Load) -> None:
        found = load({"projects.csv": "project_id,department,Programme\nP1,IT,007\n"})
        assert found.tables["projects"].extra_columns == ("programme",)
        assert found.tables["projects"].extra["programme"].tolist() == ["007"]

    def test_order_does_not_matter(self, load: Load) -> None:
        found = load({"projects.csv": "started_on,department,project_id\n2026-01-05,IT,P1\n"})
        assert found.tables["projects"].typed.loc[0, "project_id"] == "P1"


SEVERAL = {
    "projects_b.csv": "department,project_id,actual_cost\nIT,P3,5\n",
    "projects_a.csv": PROJECTS,
}


class TestSeveralFiles:
    def test_are_one_table_each_row_with_its_file_and_line(self, load: Load) -> None:
        projects = load(SEVERAL).tables["projects"]
        assert projects.typed["project_id"].tolist() == ["P1", "P2", "P3"]
        assert projects.origin.astype({"file": "str"}).values.tolist() == [
            ["projects_a.csv", 2], ["projects_a.csv", 3], ["projects_b.csv", 2],
        ]  # fmt: skip
        assert projects.rows_read == 3

    def test_may_have_different_columns(self, load: Load) -> None:
        typed = load(SEVERAL).tables["projects"].typed
        assert typed["actual_cost"].isna().tolist() == [True, True, False]
        assert typed["started_on"].isna().tolist() == [False, False, True]

    def test_may_differ_in_separator_encoding_and_decimal_mark(self, load: Load) -> None:
        typed = load({
            "projects_a.csv": "project_id,department,actual_cost\nP1,IT,1.5\nP2,IT,\"1,996\"\n",
            "projects_b.csv": "project_id;department;actual_cost\nP3;Café;1,5\nP4;IT;1,996\n"
                              .encode("cp1252"),
        }).tables["projects"].typed  # fmt: skip
        assert typed["actual_cost"].tolist() == [1.5, 1996, 1.5, 1.996]
        assert typed.loc[2, "department"] == "Café"

    def test_same_key_in_two_is_an_error_naming_both_places(self, load: Load) -> None:
        said = refusal(
            load,
            {
                "projects_a.csv": PROJECTS,
                "projects_b.csv": "project_id,department\nP9,IT\nP2,HR\n",
            },
        )
        assert said == (
            "projects_a.csv line 3 and projects_b.csv line 3: project_id P2 stands in more than "
            "one file of projects. Remove it from all files but one."
        )

    def test_same_compound_key_in_two_names_all_its_columns(self, load: Load) -> None:
        baselines = "project_id,version\nP1,0\n"
        said = refusal(
            load,
            {"projects.csv": PROJECTS, "baselines_a.csv": baselines, "baselines_b.csv": baselines},
        )
        assert "project_id P1, version 0 stands in more than one file of baselines" in said

    def test_part_of_a_key_may_stand_in_two(self, load: Load) -> None:
        found = load({
            "projects.csv": PROJECTS,
            "baselines_a.csv": "project_id,version\nP1,0\n",
            "baselines_b.csv": "project_id,version\nP1,1\n",
        })  # fmt: skip
        assert found.tables["baselines"].rows_read == 2


class TestWorkbooks:
    def test_sheets_are_tables_by_their_names(self, load: Load, tmp_path: Path) -> None:
        save_workbook(
            tmp_path / "raw" / "all.xlsx",
            Projects=PROJECTS,
            Baselines="project_id,version\nP1,0\n",
            Notes="a,b\n1,2\n",
        )
        found = load({})
        assert list(found.tables) == ["projects", "baselines"]
        assert found.ignored == ("all.xlsx sheet Notes",)
        assert set(found.tables["projects"].origin["file"]) == {"all.xlsx sheet Projects"}

    def test_named_as_a_table_may_have_one_sheet_called_anything(
        self, load: Load, tmp_path: Path
    ) -> None:
        save_workbook(tmp_path / "raw" / "projects.xlsx", Sheet1=PROJECTS)
        found = load({})
        assert found.tables["projects"].typed["project_id"].tolist() == ["P1", "P2"]
        assert found.tables["projects"].typed["started_on"].notna().all()

    def test_stand_beside_csv_files_of_the_same_table(self, load: Load, tmp_path: Path) -> None:
        save_workbook(tmp_path / "raw" / "projects.xlsx", Sheet1=PROJECTS)
        found = load({"projects_more.csv": "project_id,department\nP3,IT\n"})
        assert found.tables["projects"].rows_read == 3

    def test_empty_one_is_refused(self, load: Load, tmp_path: Path) -> None:
        save_workbook(tmp_path / "raw" / "baselines.xlsx", Sheet1="")
        assert "baselines.xlsx: is empty" in refusal(load, {"projects.csv": PROJECTS})

    def test_corrupt_one_is_refused(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": PROJECTS, "baselines.xlsx": b"no workbook"})
        assert "baselines.xlsx: cannot be read as an Excel workbook" in said


class TestConventions:
    def test_declared_date_format_is_that_of_its_table_alone(self, load: Load) -> None:
        found = load(
            {
                "projects.csv": "project_id,department,started_on\nP1,IT,03/04/2026\n",
                "milestones.csv": "project_id,milestone_id,baseline_date\nP1,M1,03/04/2026\n",
            },
            date_formats={"projects": "%d/%m/%Y"},
        )
        assert found.tables["projects"].typed.loc[0, "started_on"] == pd.Timestamp("2026-04-03")
        assert "day or month" in found.tables["milestones"].rejections.iloc[0]["rule"]

    def test_declared_decimal_mark_resolves_the_ambiguous(self, load: Load) -> None:
        found = load(
            {"projects.csv": 'project_id,department,actual_cost\nP1,IT,"1,996"\n'},
            decimal_marks={"projects": "."},
        )
        assert found.tables["projects"].typed.loc[0, "actual_cost"] == 1996


class TestRejections:
    def test_unreadable_cells_have_file_line_column_value_and_reason(self, load: Load) -> None:
        projects = load({
            "projects.csv": "project_id,department,started_on,actual_cost\n"
                            "P1,IT,2026-01-05,5\n\nP2,IT,soon,lots\n"
        }).tables["projects"]  # fmt: skip
        assert projects.rejections.loc[1].values.tolist() == [
            ["projects.csv", 4, "started_on", "soon", "is not a date; write YYYY-MM-DD"],
            ["projects.csv", 4, "actual_cost", "lots",
             "is not a number; leave the cell empty where there is none"],
        ]  # fmt: skip

    def test_ragged_rows_count_as_read_and_have_their_cells(self, load: Load) -> None:
        projects = load({"projects.csv": PROJECTS + "P3,IT\nP4,IT,2026-01-01,5,6\n"}).tables[
            "projects"
        ]
        assert projects.rows_read == 4
        assert projects.rejections["line"].tolist() == [4, 5]
        assert projects.rejections["value"].tolist() == ["P3 | IT", "P4 | IT | 2026-01-01 | 5 | 6"]
        assert "has 2 cells, the header 3" in projects.rejections["rule"].iloc[0]


class TestDataHash:
    def test_is_what_anyone_can_compute_with_sha256sum(self, load: Load) -> None:
        files = {"projects.csv": PROJECTS, "baselines.csv": "project_id,version\nP1,0\n"}
        lines = sorted(f"{sha256(t.encode()).hexdigest()}  {n}" for n, t in files.items())
        assert load(files).data_hash == sha256("\n".join(lines).encode()).hexdigest()

    def test_is_another_for_another_byte(self, load: Load) -> None:
        before = load({"projects.csv": PROJECTS}).data_hash
        assert load({"projects.csv": PROJECTS.replace("P2", "P3")}).data_hash != before

    def test_does_not_depend_on_files_that_are_no_table(self, load: Load) -> None:
        before = load({"projects.csv": PROJECTS}).data_hash
        assert load({"notes.csv": "x"}).data_hash == before


class TestText:
    """The cells of rejected rows are read a second time, so that not all need be kept."""

    def test_is_as_it_stands_in_each_file(self, load: Load) -> None:
        files = {
            "projects_a.csv": "project_id,department,actual_cost\nP1,IT,(12.5)\nP2,IT,1\n",
            "projects_b.csv": 'department;project_id;actual_cost\n"I\nT";P3;7\nIT;P4;£1,996.40\n',
        }
        found = load(files).tables["projects"].text([3, 0])
        assert found.index.tolist() == [0, 3]
        assert found["actual_cost"].tolist() == ["(12.5)", "£1,996.40"]
        assert found["project_id"].tolist() == ["P1", "P4"]

    def test_of_no_row_is_empty(self, load: Load) -> None:
        assert load({"projects.csv": PROJECTS}).tables["projects"].text([]).empty

    def test_of_a_sheet(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "projects"
        for row in (["project_id", "department", "actual_cost"], ["P1", "IT", 5], ["P2", "IT", -7]):
            book.active.append(row)
        book.save(tmp_path / "book.xlsx")
        found = ingest(tmp_path, Settings()).tables["projects"].text([1])
        assert found.loc[1].tolist() == ["P2", "IT", "-7"]

    def test_of_a_file_that_changed_meanwhile_is_refused(self, load: Load, tmp_path: Path) -> None:
        table = load({"projects.csv": PROJECTS}).tables["projects"]
        (path,) = tmp_path.rglob("projects.csv")
        path.write_text(PROJECTS.replace("IT", "HR"))
        with pytest.raises(DataError, match="changed while it was read"):
            table.text([0])
