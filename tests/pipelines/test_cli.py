"""The command: what it says, and exit codes that a scheduler can trust."""

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import Result

import pipelines.cli
import pipelines.run
from builders.catalogue import FEW, only_kpis
from conftest import write_files
from pipelines.cli import main
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.catalogue import CATALOGUE

Pmo = Callable[..., Result]
Files = dict[str, str | bytes]

HOLD = """\
import sys
from pathlib import Path
from pipelines.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


class TestHelp:
    @pytest.mark.parametrize("verb", ["run", "check", "kpis", "freeze", "import", "sample"])
    def test_of_a_verb_says_what_it_does(self, pmo: Pmo, verb: str) -> None:
        done = pmo(verb, "--help")
        assert done.exit_code == 0
        assert f"{verb} [OPTIONS]" in done.stdout
        assert len(done.stdout.splitlines()) > 5

    def test_names_every_verb(self, pmo: Pmo) -> None:
        said = pmo("--help").stdout
        for verb in ("run", "check", "kpis", "freeze", "import", "sample"):
            assert verb in said

    def test_unknown_verb_and_option_are_exit_code_2(self, pmo: Pmo) -> None:
        assert pmo("publish").exit_code == 2
        assert pmo("run", "--wrokers", "2").exit_code == 2
        assert pmo("run", "--workers", "-1").exit_code == 2


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


PROJECTS = "project_id,department,started_on\nP1,IT,2026-01-05\n"
UNUSABLE: dict[str, tuple[Files, tuple[str, ...]]] = {
    "empty file": ({"projects.csv": b""}, ("projects.csv: is empty", "Export it again")),
    "wrong encoding": (
        {"projects.csv": PROJECTS.encode("utf-16")},
        ("projects.csv line 1", "UTF-16", "Save it as 'CSV UTF-8'"),
    ),
    "unclosed quote": (
        {"projects.csv": PROJECTS + 'P2,"IT,2026-01-05\n'},
        ("projects.csv line 3", "Close the quote"),
    ),
    "no table": ({"plan.mpp": b"x"}, ("holds no table", "Put projects.csv there", "plan.mpp")),
    "no projects": (
        {"rollouts.csv": "department,service_id,adopted_on\nIT,S1,2026-01-01\n"},
        ("there is no table projects", "Put projects.csv there"),
    ),
    "missing column": (
        {"projects.csv": PROJECTS.replace("department", "dept")},
        ("projects.csv line 1", "required column missing: department", "dept"),
    ),
    "key in two files": (
        {"projects.csv": PROJECTS, "projects_2.csv": PROJECTS},
        ("projects.csv line 2 and projects_2.csv line 2", "project_id P1", "Remove it"),
    ),
    "merged header": (
        {"projects.xlsx": workbook(["project_id", "department", None, "name"], ["P1", "IT", 3, 4])},
        ("projects.xlsx sheet Sheet line 1", "column 3 has values", "Unmerge the header"),
    ),
    "corrupt workbook": (
        {"projects.xlsx": b"no workbook"},
        ("projects.xlsx", "cannot be read as an Excel workbook", "save it as .xlsx"),
    ),
    "unknown settings key": (
        {"projects.csv": PROJECTS, "settings.yml": "currencey: EUR\n"},
        ("settings.yml", "unknown key 'currencey'", "Did you mean 'currency'?"),
    ),
    "settings of a wrong type": (
        {"projects.csv": PROJECTS, "settings.yml": "confidence_level: high\n"},
        ("settings.yml: confidence_level: must be a number; not 'high'",),
    ),
    "broken YAML": (
        {"projects.csv": PROJECTS, "settings.yml": "currency: [EUR\n"},
        ("settings.yml: is not YAML", "line 2"),
    ),
}


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize("case", UNUSABLE)
def test_unusable_input_is_exit_code_2_with_place_and_remedy(
    pmo: Pmo, write: Callable[..., Path], tmp_path: Path, out: Path, verb: str, case: str
) -> None:
    files, words = UNUSABLE[case]
    done = pmo(verb, "--raw", write(tmp_path / "raw", files), "--out", out)
    assert done.exit_code == 2
    assert done.stderr.count("error:") == 1
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""
    assert not (out / "tables").exists()


@pytest.mark.parametrize("verb", ["check", "run"])
class TestFolders:
    def test_missing_one_is_told(self, pmo: Pmo, tmp_path: Path, out: Path, verb: str) -> None:
        done = pmo(verb, "--raw", tmp_path / "nowhere", "--out", out)
        assert done.exit_code == 2
        assert f"{tmp_path / 'nowhere'}: there is no such folder. Name the folder" in done.stderr

    def test_file_in_its_place_is_told(
        self, pmo: Pmo, tmp_path: Path, out: Path, verb: str
    ) -> None:
        (tmp_path / "projects.csv").write_text(PROJECTS)
        done = pmo(verb, "--raw", tmp_path / "projects.csv", "--out", out)
        assert done.exit_code == 2
        assert "Name the folder" in done.stderr

    @pytest.mark.skipif(sys.platform != "linux", reason="needs a file system nobody can write to")
    @pytest.mark.parametrize("folder", ["/proc/pmo", "/sys/pmo"])
    def test_output_that_cannot_be_written_is_told(
        self, pmo: Pmo, small_raw: Path, verb: str, folder: str
    ) -> None:
        done = pmo(verb, "--raw", small_raw, "--out", folder)
        assert done.exit_code == 2
        assert folder in done.stderr
        assert "Nothing was published" in done.stderr
        assert "--out" in done.stderr

    def test_output_that_is_a_file_is_told(
        self, pmo: Pmo, small_raw: Path, out: Path, verb: str
    ) -> None:
        out.write_text("mine")
        done = pmo(verb, "--raw", small_raw, "--out", out)
        assert done.exit_code == 2
        assert str(out) in done.stderr
        assert out.read_text() == "mine"


class TestCheck:
    def test_all_accepted_is_exit_code_0(
        self, pmo: Pmo, small_raw: Path, out: Path, great_expectations: None
    ) -> None:
        done = pmo("check", "--raw", small_raw, "--out", out)
        assert done.exit_code == 0
        assert "projects" in done.stdout
        assert (out / "verdict.json").is_file()

    @pytest.mark.parametrize(
        ("table", "old", "new", "words"),
        [
            ("projects", "2025-01-13,2025-06-30", "2025-07-13,2025-06-30",
             "projects, started_on, finished_on: started_on must not be after finished_on; 1 row, "
             "such as projects.csv line 2"),
            ("baselines", "P5,0,", "P9,0,",
             "baselines, project_id: must be among the accepted rows of projects.project_id; "
             "1 row, such as baselines.csv line 6"),
            ("projects", ",61000", ",-61000",
             "projects, actual_cost: must be 0 or more; 1 row, such as projects.csv line 6"),
        ],
    )  # fmt: skip
    def test_rejected_rows_are_exit_code_1_with_rule_and_place(
        self, pmo: Pmo, small_raw: Path, out: Path, great_expectations: None,
        table: str, old: str, new: str, words: str,
    ) -> None:  # fmt: skip
        path = small_raw / f"{table}.csv"
        path.write_text(path.read_text().replace(old, new))
        done = pmo("check", "--raw", small_raw, "--out", out)
        assert done.exit_code == 1
        assert words in done.stderr
        assert f"rejected rows with reasons: {out / 'rejected'}" in done.stderr
        assert len(pd.read_csv(out / "rejected" / f"{table}.csv")) == 1

    def test_all_projects_rejected_is_exit_code_2_with_the_first_reason(
        self, pmo: Pmo, write: Callable[..., Path], tmp_path: Path, out: Path,
        great_expectations: None,
    ) -> None:  # fmt: skip
        files = {"projects.csv": "project_id,department,actual_cost\nP1,IT,-1\nP2,IT,-2\n"}
        done = pmo("check", "--raw", write(tmp_path / "raw", files), "--out", out)
        assert done.exit_code == 2
        assert "no project was accepted" in done.stderr
        assert "projects.csv line 2, column actual_cost, value '-1': must be 0" in done.stderr

    def test_files_that_are_no_table_are_told(
        self, pmo: Pmo, small_raw: Path, out: Path, instant: Any
    ) -> None:
        (small_raw / "notes.csv").write_text("x")
        done = pmo("check", "--raw", small_raw, "--out", out)
        assert "not a table, not read: notes.csv" in done.stderr

    def test_quietly_says_only_what_is_wrong(
        self, pmo: Pmo, small_raw: Path, out: Path, instant: Any
    ) -> None:
        assert pmo("check", "--quiet", "--raw", small_raw, "--out", out).output == ""
        (small_raw / "projects.csv").write_text(PROJECTS + "P2,IT,soon\n")
        done = pmo("check", "-q", "--raw", small_raw, "--out", out)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert all(line.startswith(("error: ", "warning: ")) for line in done.stderr.splitlines())


class TestRun:
    @pytest.fixture
    def run(self, pmo: Pmo, runs: Any) -> Pmo:
        """`pmo run` of the small job, its pages made at once."""
        return lambda *more: pmo("run", runs.job, "--raw", runs.raw, "--out", runs.out, *more)

    def test_prints_the_index_and_nothing_else(self, run: Pmo, out: Path) -> None:
        done = run()
        assert done.exit_code == 0
        index = out / "reports" / "small" / "2025-09" / "index.html"
        assert done.stdout == f"{index}\n"
        assert index.is_file()

    def test_quietly_says_nothing_but_the_index(self, run: Pmo) -> None:
        assert run("--quiet").stderr == ""

    def test_twice_says_that_nothing_has_changed(self, run: Pmo) -> None:
        run()
        done = run()
        assert done.exit_code == 0
        assert "Nothing has changed; 3 of 3 reports published before. --force" in done.stderr

    def test_failed_report_is_exit_code_1_with_the_reason(self, run: Pmo, instant: Any) -> None:
        instant.failing = {"03_kpi_report-finance"}
        done = run("--quiet")
        assert done.exit_code == 1
        assert "error: KPI report: Finance: FAILED: No <milestones>" in done.stderr
        assert done.stdout.endswith("index.html\n")

    def test_rejected_rows_alone_are_told_however_quietly_and_exit_code_0(
        self, run: Pmo, small_raw: Path, out: Path
    ) -> None:
        (small_raw / "settings.yml").write_text("withhold_above_rejected_share: 1\n")
        path = small_raw / "projects.csv"
        path.write_text(
            path.read_text().replace("2025-07-14", "soon").replace(",Finance,", ",TBC,", 1)
        )
        done = run("--quiet")
        assert done.exit_code == 0
        assert f"1 cell not read and empty, see {out / 'rejected'}" in done.stderr
        assert f"1 row rejected, see {out / 'rejected'}" in done.stderr

    def test_withheld_table_is_exit_code_1(self, run: Pmo, small_raw: Path) -> None:
        path = small_raw / "baselines.csv"
        path.write_text(path.read_text().replace("2025-08-29", "soon"))
        done = run()
        assert done.exit_code == 1
        assert "error: withheld: 1 of 5 cells of baselines.finish could not be" in done.stderr
        path.write_text(path.read_text().replace("soon", "").replace(",0,", ",first,", 1))
        done = run()
        assert done.exit_code == 1
        assert "error: withheld: 1 of 5 rows of baselines were rejected" in done.stderr

    def test_table_that_cannot_be_read_is_exit_code_1(self, run: Pmo, small_raw: Path) -> None:
        (small_raw / "gates.csv").write_text("project_id\nP1\n")
        done = run()
        assert done.exit_code == 1
        assert "error: withheld: gates.csv line 1: required columns missing" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--period", "2031-01"], "period 2031-01 is outside the data. Allowed: 2025-01 to 2"),
            (["--period", "2025-13"], "period must be a month; not '2025-13'. Write it as YYYY-MM"),
            (["--set", "perod=2025-09"], "unknown parameter 'perod'. Did you mean 'period'?"),
            (["--set", "department=Finanse"], "department 'Finanse'. Did you mean 'Finance'?"),
            (["--set", "department"], "--set 'department' has no value. Write --set NAME=VALUE"),
            (["--set", "department" + "x" * 9999], "… (10,009 letters) has no value. Write --set"),
            (
                ["--set", "period=2025-08", "--period", "2025-09"],
                "'period' is given twice. Keep one",
            ),
            (["--set", "department=IT", "--set", "department=HR"], "'department' is given twice"),
            (
                ["--set", "department=" + "x" * 9999],
                "department has 9,999 letters, more than 2,000",
            ),
            (["--period", "2025-09" * 9999], "period has 69,993 letters, more than 2,000"),
            (["--set", "data_dir=/etc"], "unknown parameter 'data_dir'"),
        ],
    )
    def test_wrong_parameter_is_exit_code_2_with_a_remedy(
        self, run: Pmo, instant: Any, arguments: list[str], words: str
    ) -> None:
        done = run(*arguments)
        assert done.exit_code == 2
        assert words in done.stderr
        assert len(done.stderr) < 1000
        assert instant.made == []

    def test_unknown_job_is_exit_code_2_naming_the_nearest(self, pmo: Pmo, small_raw: Path) -> None:
        done = pmo("run", "monthy", "--raw", small_raw)
        assert done.exit_code == 2
        assert "there is no job 'monthy'. Did you mean 'monthly'?" in done.stderr

    @pytest.mark.parametrize("broken", ["to_parquet", "to_csv"])
    def test_full_disk_is_exit_code_2_and_everything_stays(
        self, run: Pmo, small_raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        def full(_self: pd.DataFrame, path: Path, **_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        run()
        before = contents(out)
        path = small_raw / "projects.csv"
        path.write_text(path.read_text().replace("2025-07-14", "soon"))
        monkeypatch.setattr(pd.DataFrame, broken, full)
        done = run()
        assert done.exit_code == 2
        assert "No space left on device" in done.stderr
        assert "Nothing was published; make room" in done.stderr
        assert contents(out) == before

    def test_no_permission_is_exit_code_2(
        self, run: Pmo, monkeypatch: pytest.MonkeyPatch, out: Path
    ) -> None:
        def denied(_self: Path, *_: object, **__: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", str(out))

        monkeypatch.setattr(Path, "mkdir", denied)
        done = run()
        assert done.exit_code == 2
        assert f"{out}: Permission denied. Nothing was published" in done.stderr

    @pytest.fixture
    def holder(self, out: Path) -> Iterator[subprocess.Popen[str]]:
        """Another run, in the midst of its work on `out`."""
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(out)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
            process.kill()

    def test_beside_another_is_exit_code_2_saying_which_process(
        self, run: Pmo, holder: subprocess.Popen[str]
    ) -> None:
        done = run()
        assert done.exit_code == 2
        assert "another run holds the lock. Wait for it to end" in done.stderr
        assert f"process {holder.pid}" in done.stderr


class TestArguments:
    """What no person has typed is refused before anything repeats it."""

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (["run", "--wr\x1b[31mokers"], r"argument 2, '--wr\x1b[31mokers', holds control"),
            (["x" * 100_000], "argument 1 has 100,000 letters, more than 10,000. See pmo --help"),
            (["check", "--raw", "a\nb"], r"argument 3, 'a\nb', holds control characters"),
        ],
    )
    def test_are_refused_in_words(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
        given: list[str], words: str,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["pmo", *given])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr().err
        assert caught.value.code == 2
        assert words in said
        assert "\x1b" not in said
        assert len(said) < 300


class TestInterrupt:
    @pytest.fixture(autouse=True)
    def _interrupted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(pipelines.run, "run", interrupt)
        monkeypatch.setattr(sys, "argv", ["pmo", "run"])

    def test_is_exit_code_130(self) -> None:
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 130

    def test_says_what_stays(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main()
        said = capsys.readouterr().err
        assert "Interrupted. What was published before is untouched." in said


class TestKpis:
    @pytest.fixture
    def checked(self, pmo: Pmo, small_raw: Path, out: Path, instant: Any) -> Path:
        assert pmo("check", "--raw", small_raw, "--out", out).exit_code == 0
        return out

    def test_prints_every_kpi_and_what_it_needs(self, pmo: Pmo, checked: Path) -> None:
        done = pmo("kpis", "--out", checked)
        assert done.exit_code == 0
        for kpi in CATALOGUE:
            assert f" {kpi} " in done.stdout
        assert "not measured" in done.stdout
        assert "benefits.csv" in done.stdout.replace("\n", "").replace(" ", "")

    def test_writes_the_tidy_table(self, pmo: Pmo, checked: Path, tmp_path: Path) -> None:
        target = tmp_path / "kpis.csv"
        assert pmo("kpis", "--out", checked, "--csv", target).exit_code == 0
        table = pd.read_csv(target)
        assert set(table["kpi_id"]) == set(CATALOGUE)
        assert set(table["department"]) == {"All departments", "Finance", "<b>Legal & Co</b>"}
        assert not table.duplicated(["kpi_id", "department", "statistic"]).any()

    def test_of_another_period(self, pmo: Pmo, checked: Path, tmp_path: Path) -> None:
        target = tmp_path / "kpis.csv"
        pmo("kpis", "--out", checked, "--period", "2025-08", "--csv", target)
        assert set(pd.read_csv(target)["period"]) == {"2025-08"}

    def test_of_a_period_outside_the_data_is_exit_code_2(self, pmo: Pmo, checked: Path) -> None:
        done = pmo("kpis", "--out", checked, "--period", "2031-01")
        assert done.exit_code == 2
        assert "Allowed: 2025-01 to 2025-09" in done.stderr

    def test_without_tables_says_what_to_do(self, pmo: Pmo, out: Path) -> None:
        done = pmo("kpis", "--out", out)
        assert done.exit_code == 2
        assert f"{out}: there are no validated tables. Run `pmo check` first" in done.stderr

    def test_into_a_folder_that_is_not_there_is_exit_code_2(
        self, pmo: Pmo, checked: Path, tmp_path: Path
    ) -> None:
        done = pmo("kpis", "--out", checked, "--csv", tmp_path / "nowhere" / "kpis.csv")
        assert done.exit_code == 2
        assert "nowhere" in done.stderr


@pytest.fixture(scope="module")
def validated(
    pmo: Pmo, small: Files, great_expectations: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small portfolio, once checked; tests work on copies."""
    folder = tmp_path_factory.mktemp("validated")
    raw = write_files(folder / "raw", small)
    assert pmo("check", "--raw", raw, "--out", folder / "out").exit_code == 0
    return folder / "out"


class TestFreeze:
    @pytest.fixture
    def checked(self, validated: Path, out: Path) -> Iterator[Path]:
        shutil.copytree(validated, out)
        with only_kpis({*FEW, "D9"}):
            yield out

    def test_says_what_is_frozen_and_what_is_not_in_it(self, pmo: Pmo, checked: Path) -> None:
        done = pmo("freeze", "before", "--until", "2025-08", "--out", checked)
        assert done.exit_code == 0, done.output
        assert "before, version 1, up to 2025-08" in done.stderr
        assert "not D9: needs milestones.csv" in done.stderr
        assert (checked / "baselines" / "before" / "1" / "baseline.json").exists()

    def test_again_on_the_same_data_changes_nothing(self, pmo: Pmo, checked: Path) -> None:
        assert pmo("freeze", "before", "--out", checked).exit_code == 0
        before = contents(checked / "baselines")
        assert pmo("freeze", "before", "--out", checked).exit_code == 0
        assert contents(checked / "baselines") == before

    def test_under_a_name_that_some_systems_take_for_another_is_exit_code_2(
        self, pmo: Pmo, checked: Path
    ) -> None:
        assert pmo("freeze", "before", "--out", checked).exit_code == 0
        done = pmo("freeze", "Before", "--out", checked)
        assert done.exit_code == 2
        assert "there is a baseline before: 'Before' is the same folder on some" in done.stderr

    def test_again_on_other_data_adds_a_version(
        self, pmo: Pmo, checked: Path, small_raw: Path
    ) -> None:
        assert pmo("freeze", "before", "--until", "2025-08", "--out", checked).exit_code == 0
        before = contents(checked / "baselines")
        projects = small_raw / "projects.csv"
        projects.write_text(projects.read_text().replace("2025-06-30", "2025-07-05"))
        assert pmo("check", "--raw", small_raw, "--out", checked).exit_code == 0
        done = pmo("freeze", "before", "--until", "2025-08", "--out", checked)
        assert "before, version 2" in done.stderr
        after = contents(checked / "baselines")
        assert {name: after[name] for name in before} == before

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["two words"], "cannot be the name of a baseline"),
            (["../up"], "cannot be the name of a baseline"),
            (["con"], "'con' cannot be the name of a baseline: it is a device of Windows"),
            (["before", "--until", "2031-01"], "until 2031-01 is outside the data"),
            (["before", "--until", "August"], "until must be a month"),
        ],
    )
    def test_what_cannot_be_is_exit_code_2(
        self, pmo: Pmo, checked: Path, arguments: list[str], said: str
    ) -> None:
        done = pmo("freeze", *arguments, "--out", checked)
        assert done.exit_code == 2
        assert said in done.stderr
        assert not (checked / "baselines").exists()

    def test_without_tables_says_what_to_do(self, pmo: Pmo, out: Path) -> None:
        done = pmo("freeze", "before", "--out", out)
        assert done.exit_code == 2
        assert "pmo check" in done.stderr


class TestImport:
    def test_missing_file_is_exit_code_2(self, pmo: Pmo, tmp_path: Path) -> None:
        done = pmo("import", "gmpp", tmp_path / "gone.csv", "--to", tmp_path / "to")
        assert done.exit_code == 2
        assert f"{tmp_path / 'gone.csv'}: is not there. Name the files" in done.stderr
        assert not (tmp_path / "to").exists()

    def test_unknown_source_is_exit_code_2_naming_those_there_are(
        self, pmo: Pmo, small_raw: Path, tmp_path: Path
    ) -> None:
        done = pmo("import", "gmp", small_raw / "projects.csv", "--to", tmp_path / "to")
        assert done.exit_code == 2
        assert "no source 'gmp'. Did you mean 'gmpp'?" in done.stderr

    def test_needs_a_folder_to_write_to(self, pmo: Pmo, small_raw: Path) -> None:
        assert pmo("import", "gmpp", small_raw / "projects.csv").exit_code == 2


class TestSample:
    def test_writes_every_table(self, pmo: Pmo, tmp_path: Path) -> None:
        done = pmo("sample", tmp_path / "sample")
        assert done.exit_code == 0
        assert str(tmp_path / "sample") in done.stderr
        assert {path.stem for path in (tmp_path / "sample").glob("*.csv")} == set(TABLES)

    def test_refuses_a_folder_with_other_files(self, pmo: Pmo, tmp_path: Path) -> None:
        shutil.copy(__file__, tmp_path / "thesis.docx")
        done = pmo("sample", tmp_path)
        assert done.exit_code == 2
        assert "holds other files" in done.stderr
        assert "Name an empty folder" in done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"thesis.docx"}
