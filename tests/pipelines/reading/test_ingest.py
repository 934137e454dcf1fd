"""A folder of exports becomes typed tables; every row keeps its file and line."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from pipelines.reading.encoding import hash_and_encoding
from pipelines.reading.exports import inputs, table_named
from pipelines.reading.ingest import Ingested, ingest
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError

PROJECTS = "project_id,department,started_on\nP1,IT,2026-01-05\nP2,HR,2026-02-02\n"

Load = Callable[..., Ingested]


@pytest.fixture
def load(tmp_path: Path, write: Callable[..., Path]) -> Load:
    """What is ingested from these files: `load({"projects.csv": text})`."""

    def loaded(files: dict[str, str | bytes], **settings: Any) -> Ingested:
        for name in files:
            (tmp_path / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
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
    def test_that_begin_with_a_table_are_that_table(self, subtests: pytest.Subtests) -> None:
        for name, table in [
            ("projects", "projects"),
            ("Projects", "projects"),
            ("PROJECTS 2025", "projects"),
            ("projects_2025-q1", "projects"),
            ("projects.export", "projects"),
            ("projects (2)", "projects"),
            ("Status Reports", "status_reports"),
            ("benefit_reports_2025", "benefit_reports"),
            ("benefits_2025", "benefits"),
        ]:
            with subtests.test(name=name, table=table):
                assert table_named(name) == table

    def test_of_other_files_are_none(self, subtests: pytest.Subtests) -> None:
        for name in ["project", "our projects", "projectsold", "notes", ""]:
            with subtests.test(name=name):
                assert table_named(name) == ""

    def test_of_the_tables_are_themselves(self, subtests: pytest.Subtests) -> None:
        for name in TABLES:
            with subtests.test(name=name):
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
        (tmp_path / "raw" / "notes").mkdir(parents=True)
        (tmp_path / "raw" / "photos.xlsx").mkdir()
        found = load({"projects_a.csv": PROJECTS})
        assert (list(found.tables), found.ignored) == (["projects"], ())

    def test_exports_in_a_subfolder_are_told(self, load: Load, tmp_path: Path) -> None:
        found = load({
            "projects.csv": PROJECTS, "2025/projects.csv": PROJECTS, "2025/notes.csv": "x",
            ".git/projects.csv": PROJECTS, "benchmarks/peer/projects.csv": PROJECTS,
            "earlier/verdict.json": "{}", "earlier/projects.csv": PROJECTS,
        })  # fmt: skip
        assert found.ignored == ("2025/projects.csv (exports are not looked for in subfolders)",)

    def test_exports_only_in_a_subfolder_are_named_in_the_refusal(self, load: Load) -> None:
        said = refusal(load, {"2025/projects.csv": PROJECTS})
        assert "2025/projects.csv (exports are not looked for in subfolders)" in said

    def test_of_many_files_that_are_no_table_only_some_are_named(self, load: Load) -> None:
        found = load({"projects.csv": PROJECTS} | {f"n{n:03}.txt": "x" for n in range(200)})
        first = ", ".join(f"n{n:03}.txt" for n in range(5))
        assert found.ignored == (f"{first} and 195 more files",)

    @pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "link to nothing"])
    def test_what_is_no_file_is_never_opened(self, load: Load, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "raw" / "baselines.csv"
        path.parent.mkdir()
        with ExitStack() as stack:
            match kind:
                case "folder":
                    path.mkdir()
                case "pipe":
                    os.mkfifo(path)
                case "socket":
                    open_socket = stack.enter_context(socket.socket(socket.AF_UNIX))
                    stack.enter_context(contextlib.chdir(path.parent))
                    open_socket.bind(path.name)
                case "device":
                    path.symlink_to("/dev/zero")
                case _:
                    path.symlink_to("nowhere")
            found = load({"projects.csv": PROJECTS})
        assert found.unusable["baselines"].startswith(f"baselines.csv: is a {kind}, not a file")

    def test_file_that_may_not_be_read_is_told(
        self, load: Load, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hashed(path: Path, _encoding: str) -> tuple[str, str]:
            if path.name == "baselines.csv":
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return hash_and_encoding(path)

        monkeypatch.setattr("pipelines.reading.readers.hash_and_encoding", hashed)
        found = load({"projects.csv": PROJECTS, "baselines.csv": "project_id,version\nP1,0\n"})
        assert found.unusable["baselines"].startswith(
            "baselines.csv: cannot be read (Permission denied). Give whoever runs this the right"
        )

    def test_names_that_cannot_be_printed_are_escaped(self, load: Load, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        names = [b"projects_\xff.csv", b"\x1b[31mnotes.txt", "notes\u202etxt".encode()]
        for name in names:
            (raw / os.fsdecode(name)).write_text(PROJECTS)
        found = load({})
        assert found.ignored == ("\\x1b[31mnotes.txt", "notes\\u202etxt")
        assert found.tables["projects"].files[0].name == "projects_\\xff.csv"

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


class TestInputs:
    """What a pack's fingerprint is made of."""

    @pytest.fixture
    def raw(self, tmp_path: Path, write: Callable[..., Path]) -> Path:
        (tmp_path / "raw" / "benchmarks" / "rail").mkdir(parents=True)
        return write(
            tmp_path / "raw",
            {"projects.csv": PROJECTS, "settings.yml": "currency: EUR\n", "film.mp4": "x",
             "notes.csv": "x", "benchmarks/own.csv": "x", "benchmarks/rail/projects.csv": PROJECTS},
        )  # fmt: skip

    @pytest.mark.parametrize(
        "name",
        ["projects.csv", "settings.yml", "benchmarks/own.csv", "benchmarks/rail/projects.csv"],
    )
    def test_change_with_what_is_read(self, raw: Path, name: str) -> None:
        before = inputs(raw)
        (raw / name).write_text("y")
        assert [n for (n, _), old in zip(inputs(raw), before, strict=True) if (n, _) != old] == [
            name
        ]

    @pytest.mark.parametrize("name", ["film.mp4", "notes.csv"])
    def test_do_not_change_with_what_is_not(self, raw: Path, name: str) -> None:
        before = inputs(raw)
        (raw / name).write_text("y")
        assert inputs(raw) == before

    def test_change_with_the_name_of_a_file_that_is_told(self, raw: Path) -> None:
        before = inputs(raw)
        (raw / "film.mp4").rename(raw / "film2.mp4")
        assert inputs(raw) != before

    def test_change_with_exports_in_a_subfolder_that_are_asked_about(self, raw: Path) -> None:
        before = inputs(raw)
        (raw / "2026-10").mkdir()
        (raw / "2026-10" / "gates.csv").write_text("x")
        assert set(inputs(raw)) - set(before) == {("2026-10", ""), ("2026-10/gates.csv", "")}

    def test_wait_for_no_pipe_and_name_what_cannot_be_printed(self, raw: Path) -> None:
        os.mkfifo(raw / "gates.csv")
        (raw / os.fsdecode(b"\xff.txt")).write_text("x")
        found = dict(inputs(raw))
        assert found["gates.csv"] == found["\\xff.txt"] == ""


class TestEncoding:
    def test_of_another_alphabet_is_asked_for_by_name(self, load: Load) -> None:
        text = PROJECTS.replace("IT", "\u8ca1\u52d9").encode("shift_jis")
        assert "under encodings in settings.yml" in refusal(load, {"projects.csv": text})
        read = load({"projects.csv": text}, encodings={"projects": "shift_jis"})
        assert read.typed["projects"]["department"].iloc[0] == "\u8ca1\u52d9"


class TestRequiredColumn:
    def test_that_is_missing_is_refused_with_what_the_file_has(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": "project_id,dept\nP1,IT\n"})
        assert said == (
            "projects.csv line 1: required column missing: department. Add or rename the column. "
            "The file has: dept, project_id."
        )

    def test_all_that_are_missing_are_named(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": "name\nA\n", "rollouts.csv": "department\nIT\n"})
        assert "required columns missing: project_id, department" in said
        assert "required columns missing: service_id, adopted_on" in said

    def test_of_another_table_costs_that_table_only(self, load: Load) -> None:
        found = load({"projects.csv": PROJECTS, "rollouts.csv": "department\nIT\n"})
        assert list(found.tables) == ["projects"]
        assert found.unusable == {
            "rollouts": "rollouts.csv line 1: required columns missing: service_id, adopted_on. "
            "Add or rename the column. The file has: department"
        }

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
        found = load(
            {"projects.csv": PROJECTS, "baselines_a.csv": baselines, "baselines_b.csv": baselines}
        )
        said = found.unusable["baselines"]
        assert "project_id P1, version 0 stands in more than one file of baselines" in said

    def test_same_keys_in_two_years_are_snapshots(self, load: Load) -> None:
        said = refusal(
            load,
            {
                "projects_2025.csv": PROJECTS + "P3,IT,2026-01-01\n",
                "projects_2026.csv": PROJECTS + "P4,IT,2026-01-01\n",
            },
        )
        assert said.startswith(
            "projects_2025.csv line 2 and projects_2026.csv line 2: project_id P1 stands in more "
            "than one file of projects (and so does 1 more). They look like snapshots of one "
            "portfolio: leave only the newest, projects_2026.csv, in the folder."
        )

    def test_more_than_python_nests_calls_are_read(self, load: Load) -> None:
        most = sys.getrecursionlimit() + 10
        files = {f"projects_{n}.csv": f"project_id,department\nP{n},IT\n" for n in range(most)}
        assert load(files).tables["projects"].rows_read == most

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
        found = load({"projects.csv": PROJECTS})
        assert "baselines.xlsx: is empty" in found.unusable["baselines"]

    def test_corrupt_one_is_refused(self, load: Load) -> None:
        found = load({"projects.csv": PROJECTS, "baselines.xlsx": b"no workbook"})
        said = "baselines.xlsx: cannot be read as an Excel workbook"
        assert said in found.unusable["baselines"]
        assert said.replace("baselines", "exports") in refusal(load, {"exports.xlsx": b"none"})

    def test_sheet_with_mistakes_costs_its_table_only(self, load: Load, tmp_path: Path) -> None:
        save_workbook(
            tmp_path / "raw" / "all.xlsx",
            projects=PROJECTS,
            baselines="project_id,version,version\nP1,0,0\n",
            gates="project_id,,gate\nP1,1,2\n",
            notes="a,,b\n1,2,3\n",
        )
        found = load({})
        assert list(found.tables) == ["projects"]
        assert set(found.unusable) == {"baselines", "gates"}


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
        assert "day or month" in found.tables["milestones"].unread.iloc[0]["rule"]

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
        assert projects.rejections.empty
        assert projects.unread.loc[1].values.tolist() == [
            ["projects.csv", 4, "started_on", "soon", "is not a date; write YYYY-MM-DD"],
            ["projects.csv", 4, "actual_cost", "lots",
             "is not a number; leave the cell empty where there is none"],
        ]  # fmt: skip

    ROW = "P3,IT,2026-01-05,sometime\n"

    @pytest.mark.parametrize(
        ("table", "text", "strict", "is_rejected"),
        [
            ("projects", "project_id,department,started_on\nP1,IT,soon\n", False, False),
            ("projects", "project_id,department,started_on\nP1,IT,soon\n", True, True),
            ("projects", "project_id,department,started_on\nP1,TBC,2026-01-05\n", False, True),
            ("baselines", "project_id,version,cost\nP1,first,5\n", False, True),
            # without its date a milestone would not have been met
            ("milestones", "project_id,milestone_id,actual_date\nP1,M1,soon\n", False, True),
        ],
    )
    def test_unreadable_cell_costs_its_row_where_it_must(
        self, load: Load, table: str, text: str, strict: bool, is_rejected: bool
    ) -> None:
        found = load({"projects.csv": PROJECTS, f"{table}.csv": text}, strict=strict).tables[table]
        assert (len(found.rejections), len(found.unread)) == (is_rejected, not is_rejected)

    def test_all_bad_cells_of_a_rejected_row_are_reasons(self, load: Load) -> None:
        found = load({
            "projects.csv": "project_id,department,started_on\nP1,N/A,soon\n"
        }).tables["projects"]  # fmt: skip
        assert found.rejections["column"].tolist() == ["department", "started_on"]
        assert found.unread.empty

    def test_ragged_rows_count_as_read_and_have_their_cells(self, load: Load) -> None:
        projects = load({"projects.csv": PROJECTS + "P3,IT\nP4,IT,2026-01-01,5,6\n"}).tables[
            "projects"
        ]
        assert projects.rows_read == 4
        assert projects.rejections["line"].tolist() == [4, 5]
        assert projects.rejections["value"].tolist() == ["P3 | IT", "P4 | IT | 2026-01-01 | 5 | 6"]
        assert "has 2 cells, the header 3" in projects.rejections["rule"].iloc[0]


class TestColumnsOfOthers:
    """A header that is nearly ours is an error, one that looks like ours a question."""

    def test_mistyped_one_is_refused_with_the_remedy(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": "project_id,department,finishd_on\nP1,IT,\n"})
        assert said == (
            "projects.csv line 1: column 'finishd_on' is none of ours, but is nearly finished_on. "
            "Rename it to finished_on; or, if it is another column, say so in settings.yml by "
            "waived: [header projects.finishd_on]."
        )

    def test_mistyped_one_of_another_table_costs_that_table(self, load: Load) -> None:
        found = load({
            "projects.csv": PROJECTS, "baselines.csv": "project_id,version,costs\nP1,0,5\n",
        })  # fmt: skip
        assert "column 'costs' is none of ours, but is nearly cost" in found.unusable["baselines"]

    def test_that_is_waived_is_left_aside(self, load: Load) -> None:
        found = load(
            {"projects.csv": "project_id,department,states\nP1,IT,Ohio\n"},
            waived=["header projects.states"],
        )
        assert found.tables["projects"].extra_columns == ("states",)

    def test_is_no_slip_beside_the_column_itself(self, load: Load) -> None:
        found = load({"projects.csv": "project_id,department,sponsor,sponsors\nP1,IT,a,b\n"})
        assert found.tables["projects"].extra_columns == ("sponsors",)

    def test_of_ours_that_stands_twice_is_refused_with_both_places(self, load: Load) -> None:
        said = refusal(load, {"projects.csv": "project_id,actual_cost,department,Actual Cost\n"})
        assert "line 1: column 'actual_cost' appears twice (columns 2 and 4)" in said

    def test_that_stands_thrice_is_kept_under_numbers(self, load: Load) -> None:
        found = load({"projects.csv": "project_id,Sprint,department,Sprint,Sprint\nP1,1,IT,2,3\n"})
        assert found.tables["projects"].extra_columns == ("sprint", "sprint_2", "sprint_3")

    @pytest.mark.parametrize(
        ("header", "cells", "what"),
        [
            ("planned_end", ("2026-01-05", "2026-02-01"), "dates"),
            ("go live", ("13/02/2024", "01/12/2024"), "dates"),
            ("go live", ("13-Feb-24", "1 March 2024"), "dates"),
            ("budget", ("120000", "95500"), "amounts"),
            ("x", ("£1,200", "£900"), "amounts"),
            ("x", ("1200.50", "900.25"), "amounts"),
            ("x", ("120000", "95000"), "amounts"),
            ("health", ("Green", "Red"), "ratings"),
            ("x", ("High", "medium"), "ratings"),
            ("risk score", ("3", "5"), "ratings"),
            ("x", ("45 %", "80%"), "shares"),
            ("percent complete", ("45", "80"), "shares"),
        ],
    )
    def test_that_look_like_ours_are_asked_about(
        self, load: Load, header: str, cells: tuple[str, ...], what: str
    ) -> None:
        rows = "".join(f'P{n},IT,"{cell}"\n' for n, cell in enumerate(cells))
        found = load({"projects.csv": f"project_id,department,{header}\n{rows}"})
        (question,) = found.questions
        assert f"looks like {what} and is none of ours: it is not used" in question.asks
        assert question.id == f"left_aside projects.{header.replace(' ', '_')}"
        assert question.withholds == ()

    @pytest.mark.parametrize(
        ("header", "cells"),
        [
            ("ticket", ("10023", "10024")),
            ("manager", ("Ann", "Bob")),
            ("sprint", ("1", "2")),
            ("phase", ("1.2.3", "2.0.1")),
            ("notes", ("Red tape, mostly", "see 2026-01-05")),
            ("label", ("a", "a")),
            ("x", ("", " ")),
        ],
    )
    def test_that_do_not_are_not_asked_about(
        self, load: Load, header: str, cells: tuple[str, ...]
    ) -> None:
        rows = "".join(f'P{n},IT,"{cell}"\n' for n, cell in enumerate(cells))
        assert load({"projects.csv": f"project_id,department,{header}\n{rows}"}).questions == ()


class TestAssumptions:
    """What is assumed when cells are read is asked about."""

    def asked(self, load: Load, files: dict[str, str | bytes], **settings: Any) -> dict[str, str]:
        return {q.id: q.asks for q in load(files, **settings).questions}

    def test_nothing_on_clean_files(self, load: Load) -> None:
        assert self.asked(load, {"projects.csv": PROJECTS}) == {}

    def test_words_for_nothing_with_counts(self, load: Load) -> None:
        files = {"projects.csv": "project_id,department,started_on,actual_cost\n"
                 "P1,IT,NA,n/a\nP2,IT,NA,3\nP3,IT,TBC,\n"}  # fmt: skip
        assert self.asked(load, files) == {
            "nothing projects": "4 cells of projects with a word for nothing are read as empty: "
            "started_on 'NA' 2 times, 'TBC' once, actual_cost 'n/a' once"
        }
        assert self.asked(load, files, missing=["NA", "tbc", "N/A"]) == {}

    def test_times_with_an_offset(self, load: Load) -> None:
        files = {"projects.csv": "project_id,department,started_on\nP1,IT,2026-01-31T23:00:00Z\n"}
        assert self.asked(load, files) == {
            "offset projects": "times with an offset are cut to the day that they are written in: "
            "started_on 1 time"
        }
        assert self.asked(load, files, timezone="Europe/Berlin") == {}
        read = load(files, timezone="Europe/Berlin").tables["projects"].typed
        assert read["started_on"].tolist() == [pd.Timestamp("2026-02-01")]

    def test_another_encoding(self, load: Load) -> None:
        files: dict[str, str | bytes] = {
            "projects.csv": "project_id,department\nP1,Łódź\n".encode("cp1250")
        }
        (said,) = self.asked(load, files).values()
        assert said.startswith("projects.csv is not UTF-8 and was read as Windows-1252")
        assert self.asked(load, files, encodings={"projects": "cp1250"}) == {}
        read = load(files, encodings={"projects": "cp1250"}).tables["projects"].typed
        assert read["department"].tolist() == ["Łódź"]

    def test_dates_that_a_spreadsheet_has_turned_round_are_withheld(self, load: Load) -> None:
        days = ["03/25/2024", "11/13/2024", "07/31/2024", "2024-07-03", "2024-01-12", "2024-02-02"]
        rows = "".join(f"P{n},IT,{day}\n" for n, day in enumerate(days))
        found = load(
            {"projects.csv": "project_id,department,started_on\n" + rows},
            date_formats={"projects": "%m/%d/%Y"},
        )
        (question,) = found.questions
        assert question.id == "swapped projects.started_on"
        assert question.withholds == ("projects.started_on",)


class TestNoRows:
    @pytest.mark.parametrize(
        "row",
        ["Total,,9", "TOTAL,IT,9", "Grand total,All,9", "Total:,,9", "Sum,,9", "Gesamt,,9",
         "Summe,IT,9", "Totale,,9", "Total général,,9", "Subtotal IT,,9", "IT total,,9",
         ",Total,9",         ",Archives total,9", "P9,Total,9", "Total: 24 projects,,9"],
    )  # fmt: skip
    def test_totals_are_set_aside_and_told(self, load: Load, row: str) -> None:
        found = load({"projects.csv": f"project_id,department,actual_cost\nP1,IT,9\n{row}\n"})
        projects = found.tables["projects"]
        assert projects.set_aside[["line", "rule"]].values.tolist() == [
            [3, "is a total of other rows"]
        ]
        assert projects.kept["project_id"].tolist() == ["P1"]
        assert projects.rejections.empty
        assert [q.id for q in found.questions] == ["no_row projects"]

    @pytest.mark.parametrize(
        "row", ["P2,Total quality,IT", "SUM-1,a,IT", "TOTALS26,a,IT", "P2,Sum-1,IT", "P2,a,Summary"]
    )
    def test_names_that_hold_such_a_word_are_kept(self, load: Load, row: str) -> None:
        assert load({"projects.csv": f"project_id,name,department\n{row}\n"}).questions == ()

    def test_headers_within_and_notes_below_are_set_aside(self, load: Load) -> None:
        found = load({
            "projects.csv": "project_id,department,actual_cost\nP1,IT,9\n"
            "project_id,department,actual_cost\nP2,IT,9\n\n* in GBP,,\nSource: the tool\n"
        })  # fmt: skip
        projects = found.tables["projects"]
        assert projects.set_aside.sort_values("line")["rule"].tolist() == [
            "repeats the header", "is a note below the table", "is a note below the table",
        ]  # fmt: skip
        assert projects.kept["project_id"].tolist() == ["P1", "P2"]
        assert projects.rejections.empty

    def test_last_report_of_a_month_stands_for_it(self, load: Load) -> None:
        found = load({
            "projects.csv": PROJECTS,
            "status_reports.csv": "project_id,period,rated_by,earned_value\n"
            "P1,2026-03-09,owner,1\nP1,2026-03-30,owner,4\nP1,2026-03-16,owner,2\n"
            "P1,2026-03-16,independent,7\nP1,2026-04-06,owner,5\nP2,2026-03-02,owner,8\n",
        })  # fmt: skip
        reports = found.tables["status_reports"]
        assert reports.kept["earned_value"].tolist() == [4, 7, 5, 8]
        assert set(reports.set_aside["rule"]) == {"a later report of the same month stands for it"}
        assert [q.asks for q in found.questions] == [
            "status_reports has several reports in a month: the last of the month stands for it, "
            "2 earlier rows left aside"
        ]

    def test_same_day_twice_is_left_to_the_rules(self, load: Load) -> None:
        rows = "P1,2026-03-09,owner,1\nP1,2026-03-09,owner,4\nP2,2026-03-30,owner,4\n"
        header = "project_id,period,rated_by,earned_value\n"
        found = load({"projects.csv": PROJECTS, "status_reports.csv": header + rows})
        assert len(found.tables["status_reports"].kept) == 3

    def test_months_of_what_is_not_to_date_are_left_to_the_rules(self, load: Load) -> None:
        rows = "B1,2026-03-09,1\nB1,2026-03-16,4\n"
        found = load({
            "projects.csv": PROJECTS, "benefit_reports.csv": "benefit_id,period,realised\n" + rows,
        })  # fmt: skip
        assert len(found.tables["benefit_reports"].kept) == 2


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


class TestFilesThatMayBeTables:
    NAMES = (
        *("baseline.csv", "basleines.csv", "baselines.txt", "baselines.tsv", "baselines.xls"),
        *("2026-03 baselines.csv", "Copy of baselines.csv", "baselines.csv.bak", "baselines"),
        *("x/baselines.csv", "x/2026/03/baselines.csv", "Baselines.ods", "Project baselines.csv"),
    )

    def test_are_asked_about_where_the_table_is_not_there(self, load: Load, tmp_path: Path) -> None:
        wrong = {}
        for name in self.NAMES:
            found = load({"projects.csv": PROJECTS, name: "project_id,version\nP1,0\n"})
            (tmp_path / "raw" / name).unlink()
            if [question.id for question in found.questions] != ["not_read baselines"]:
                wrong[name] = found.questions
        assert wrong == {}

    def test_are_not_where_it_is_there_or_the_name_is_another(self, load: Load) -> None:
        baselines = "project_id,version\nP1,0\n"
        names = ["photo.jpg", "baselines.jpg", "invoice.csv", "base.csv", "notes.txt", "report.csv"]
        found = load({"projects.csv": PROJECTS} | dict.fromkeys(names, "x"))
        assert found.questions == ()
        names = ["baselines - old.txt", "baseline.csv", "projects.bak"]
        found = load(
            {"projects.csv": PROJECTS, "baselines.csv": baselines} | dict.fromkeys(names, "x")
        )
        assert found.questions == ()


class TestLostOnTheWay:
    """What a spreadsheet has cut, or one export of several has not."""

    @pytest.mark.parametrize(
        ("cost", "is_rounded"),
        [("1.8E+05", True), ("2E5", True), ("1,8E+05", True), ("1.23457E+05", False),
         ("1.5e-05", False), ("180000.00", False)],
    )  # fmt: skip
    def test_digits_that_are_not_shown_are_asked_about(
        self, load: Load, cost: str, is_rounded: bool
    ) -> None:
        rows = "".join(f'P{n},IT,"{cost}"\n' for n in range(6))
        asked = load({"projects.csv": f"project_id,department,actual_cost\n{rows}"}).questions
        assert [each.id for each in asked] == ["rounded projects.actual_cost"] * is_rounded
        assert [each.withholds for each in asked] == [("projects.actual_cost",)] * is_rounded

    def test_one_amount_is_told(self, load: Load) -> None:
        text = "project_id,department,actual_cost\nP1,IT,1.8E+05\nP2,IT,3\n"
        (asked,) = load({"projects.csv": text}).questions
        assert "1 amount of projects.actual_cost is written" in asked.asks
        assert asked.withholds == ()

    def test_columns_of_some_files_are_told(self, load: Load) -> None:
        second = "project_id,department\nP3,IT\n"
        (asked,) = load({"projects.csv": PROJECTS, "projects_2.csv": second}).questions
        assert asked.id == "of_some_files projects"
        assert "started_on not in projects_2.csv" in asked.asks

    @pytest.mark.parametrize(
        ("name", "asks"),
        [("projects_old.csv", True), ("projects (copy).csv", True), ("projects_2025.csv", False),
         ("projects_gold.csv", False)],
    )  # fmt: skip
    def test_old_copies_are_asked_about(self, load: Load, name: str, asks: bool) -> None:
        other = PROJECTS.replace("P1", "P8").replace("P2", "P9")
        found = load({"projects.csv": PROJECTS, name: other})
        assert [each.id for each in found.questions] == ["old_copy projects"] * asks

    @pytest.mark.parametrize(("empty", "asks"), [(1, False), (2, True), (9, True)])
    def test_a_list_beneath_another_is_asked_about(
        self, load: Load, empty: int, asks: bool
    ) -> None:
        rows = "".join(f"P{n},IT,2026-01-05\n" for n in range(5))
        text = f"project_id,department,started_on\n{rows}" + ",,\n" * empty + "R1,Bob,2026-01-05\n"
        found = [each for each in load({"projects.csv": text}).questions if each.check == "beneath"]
        assert len(found) == asks
        if asks:
            assert f"1 row from line {7 + empty}" in found[0].asks
