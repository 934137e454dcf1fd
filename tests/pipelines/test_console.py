"""Plain lines for a log, bars for a person; every text of a user shown as it is."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import rich.console

from pipelines import console as module
from pipelines.console import Bars, Console, Lines, Watched
from pipelines.progress import Progress
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record
from pipelines.run import RunResult
from pipelines.sources import UNREAD_COLUMNS, Imported
from pmo_lib.contract.verdict import (
    Question,
    SourceFile,
    TableVerdict,
    UnreadCells,
    Verdict,
    Violation,
)

MARKUP = "[red]R&D[/red] [/]"  # a department may be called anything

GOOD = Record("a", f"Report: {MARKUP}", "Departments", "a.html", "03_kpi_report", seconds=1.25)
BAD = Record("b", "Other", "Departments", "b.html", "03_kpi_report", state="failed",
             reason=f"ValueError: {MARKUP}")  # fmt: skip

Said = Callable[[], tuple[str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def both() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return both


def outcome(*records: Record, is_new: bool = True, rejected: int = 0, **withheld: str) -> RunResult:
    return RunResult(Path("/x/reports/monthly/2026-09"), records, withheld, {}, rejected, is_new)


class TestNews:
    def test_goes_to_standard_error_as_it_is(self, said: Said) -> None:
        Console().say(f"reading {MARKUP}")
        assert said() == ("", f"reading {MARKUP}\n")

    def test_is_not_wrapped(self, said: Said) -> None:
        Console().say("x" * 500)
        assert said() == ("", "x" * 500 + "\n")

    def test_is_left_out_quietly_but_errors_are_not(self, said: Said) -> None:
        console = Console(quiet=True)
        console.say("news")
        console.error(f"wrong: {MARKUP}")
        assert said() == ("", f"error: wrong: {MARKUP}\n")


class TestHostileText:
    """Nothing that a terminal obeys is printed, whatever a name, a cell or an exception holds."""

    TEXT = "\x1b[31mred\x1b]0;title\x07 caf\udce9 \u202eturned :bug: \x9b1m"
    PLAIN = r"\x1b[31mred\x1b]0;title\x07 caf\xe9 turned :bug: \x9b1m"

    def test_is_printed_as_it_looks_everywhere(self, said: Said) -> None:
        console, name = Console(), self.TEXT
        verdict = Verdict(
            "h", {"projects": TableVerdict("projects", (), 1, 0, 0, 0, (
                Violation("critical", name, name, 1, (name,)), Violation("warning", name, name, 1))
            )}, (name,), (Question(name, name, name, name, name, (), (name,)),),
        )  # fmt: skip
        record = replace(BAD, title=name, reason=name)
        unread = pd.DataFrame([[name] * 6], columns=list(UNREAD_COLUMNS), dtype=object)
        console.say(name)
        console.warn(name)
        console.error(name)
        console.verdict(verdict, Path(name), 1, peer=name)
        console.outcome(replace(outcome(record), pack=Path(f"/a/b/c/{name}")))
        console.imported(Imported({name: unread}, unread, (name,)), Path(name))
        try:
            raise RuntimeError(name)
        except RuntimeError:
            console.unforeseen()
        with console.progress() as progress:
            progress.say(name)
            progress.warn(name)
            progress.made(record)
        out, err = said()
        assert not set("\x1b\x07\x9b\u202e\udce9") & set(out + err)
        assert (out + err).count(self.PLAIN) >= 20

    def test_nothing_of_others_goes_another_way(self) -> None:
        source = Path(module.__file__).read_text(encoding="utf-8")
        assert source.count("escape(") == 1  # in `_plain`, through which all goes

    def test_flood_is_cut_and_counted(self, said: Said) -> None:
        Console().error(f"no {'x' * 100_000}")
        assert said()[1] == f"error: no {'x' * 80}… (100,000 letters)\n"


class TestProgress:
    def test_is_plain_lines_where_nobody_watches(self, said: Said) -> None:
        with Console().progress() as progress:
            assert isinstance(progress, Lines)
            progress.say("validating projects")
            progress.planned([PlannedReport("a", "A", "g", "n", {})] * 2)
            progress.made(GOOD)
            progress.made(BAD)
        assert said() == (
            "",
            "validating projects\nmaking 2 reports\n"
            f"1/2 Report: {MARKUP}: published (1.2 s)\n"
            f"2/2 Other: FAILED: ValueError: {MARKUP} (0.0 s)\n",
        )

    def test_is_bars_where_a_person_watches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        with Console().progress() as progress:
            assert isinstance(progress, Watched)

    def test_is_lines_quietly_even_where_a_person_watches(
        self, monkeypatch: pytest.MonkeyPatch, said: Said
    ) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        with Console(quiet=True).progress() as progress:
            progress.say("validating projects")
            progress.made(GOOD)
        assert said() == ("", "")

    def test_bars_count_reports_and_show_failures(self) -> None:
        stream = io.StringIO()
        terminal = rich.console.Console(
            file=stream, force_terminal=True, width=200, no_color=True, highlight=False
        )
        with Bars(console=terminal) as bars:
            watched = Watched(bars)
            watched.say(f"reading {MARKUP}")
            watched.planned([PlannedReport("a", "A", "g", "n", {})] * 2)
            watched.made(GOOD)
            watched.made(BAD)
            (task,) = bars.tasks
            assert (task.completed, task.total) == (2, 2)
        assert f"FAILED: ValueError: {MARKUP}" in stream.getvalue()

    def test_is_silent_by_default(self, said: Said) -> None:
        progress = Progress()
        progress.say("x")
        progress.planned([])
        progress.made(GOOD)
        assert said() == ("", "")


class TestOutcome:
    def test_names_the_kpis_that_fail(self, said: Said) -> None:
        found = replace(outcome(GOOD), failed_kpis={"X1": f"its function raised {MARKUP}"})
        assert found.exit_code == 1
        Console(quiet=True).outcome(found)
        assert f"error: KPI X1: its function raised {MARKUP}" in said()[1]

    def test_is_the_index_on_standard_output(self, said: Said) -> None:
        Console().outcome(outcome(GOOD))
        assert said() == ("/x/reports/monthly/2026-09/index.html\n", "1 of 1 report published\n")

    def test_names_what_failed_and_what_is_withheld(self, said: Said) -> None:
        Console(quiet=True).outcome(outcome(GOOD, BAD, baselines="1 of 2 rows were rejected"))
        lines = said()[1].splitlines()
        assert lines == [
            f"error: Other: FAILED: ValueError: {MARKUP} (0.0 s)",
            "error: withheld: 1 of 2 rows were rejected",
        ]

    @pytest.mark.parametrize("quiet", [False, True])
    def test_says_where_rejected_rows_are(self, said: Said, quiet: bool) -> None:
        Console(quiet=quiet).outcome(outcome(GOOD, rejected=2))
        assert "warning: 2 rows rejected, see /x/rejected\n" in said()[1]

    @pytest.mark.parametrize("quiet", [False, True])
    def test_says_what_is_asked(self, said: Said, quiet: bool) -> None:
        asked = Question("unit", "baselines", "cost", "is baselines.cost in thousands")
        Console(quiet=quiet).outcome(replace(outcome(GOOD), questions=(asked,)))
        assert "warning: is baselines.cost in thousands" in said()[1]

    def test_says_that_nothing_has_changed(self, said: Said) -> None:
        Console().outcome(outcome(GOOD, is_new=False))
        assert "Nothing has changed; 1 of 1 report published before. --force" in said()[1]

    @pytest.mark.parametrize(
        ("records", "withheld", "code"),
        [([GOOD], {}, 0), ([GOOD, BAD], {}, 1), ([GOOD], {"baselines": "x"}, 1), ([BAD], {}, 1)],
    )
    def test_has_the_exit_code(
        self, records: list[Record], withheld: dict[str, str], code: int
    ) -> None:
        assert outcome(*records, **withheld).exit_code == code


class TestVerdict:
    VERDICT = Verdict(
        "hash",
        {
            "projects": TableVerdict(
                "projects", (SourceFile("projects.csv", "", "", 1200, 0),), 1200, 1198, 9, 7,
                (
                    Violation("critical", "name", f"must be {MARKUP}", 2, ("projects.csv line 2",)),
                    Violation("warning", "status", "must be there", 30, ("projects.csv line 3",)),
                ),
            )
        },
        ("notes.csv",),
    )  # fmt: skip

    def test_is_a_table_on_standard_output(self, said: Said) -> None:
        Console().verdict(self.VERDICT, Path("out"), 0.05)
        header, row = said()[0].splitlines()
        assert header.split() == ["table", "files", "read", "accepted", "rejected", "warnings"]
        assert row.split() == ["projects", "1", "1,200", "1,198", "2", "30"]

    def test_names_critical_findings_alone_as_errors(self, said: Said) -> None:
        Console(quiet=True).verdict(self.VERDICT, Path("out"), 0.05)
        assert said() == (
            "",
            f"error: projects, name: must be {MARKUP}; 2 rows, such as projects.csv line 2\n",
        )

    def test_names_cells_that_were_not_read_and_tables_that_cannot_be(self, said: Said) -> None:
        lost = UnreadCells("cost", 1, 40, "is no number", {"lots": 1}, ("gates.csv line 2",))
        table = TableVerdict("gates", (), 40, 40, 3, 3, unread=(lost,))
        verdict = Verdict("h", {"gates": table}, unusable={"risks": "risks.csv: is empty"})
        Console(quiet=True).verdict(verdict, Path("out"), 0.05)
        assert said()[1].splitlines() == [
            "error: gates, cost: 1 of 40 cells could not be read and is empty: 'lots' once: "
            "is no number (gates.csv line 2)",
            "error: withheld: risks.csv: is empty",
        ]

    def test_names_files_not_read_and_where_rejected_rows_are(self, said: Said) -> None:
        Console().verdict(self.VERDICT, Path("out"), 0.05)
        err = said()[1]
        assert "not a table, not read: notes.csv\n" in err
        assert "rejected rows with reasons: out/rejected\n" in err


def test_import_tells_rows_notes_and_reasons(said: Said) -> None:
    unread = pd.DataFrame(
        [["a.csv", 1, "x", "cost", "tbc", "is no number"]] * 2
        + [["a.csv", 2, "x", "start", "?", "is no date"]],
        columns=list(UNREAD_COLUMNS),
    )
    tables = {"projects": pd.DataFrame({"project_id": ["P1"]})}
    Console().imported(Imported(tables, unread, ("Two were merged.",)), Path("to"))
    out, err = said()
    assert out == "to\n"
    lines = [" ".join(line.split()) for line in err.splitlines()]
    assert lines[:3] == [
        "projects: 1 row", "Two were merged.",
        "3 cells could not be read, each listed in to/unread:",
    ]  # fmt: skip
    assert lines[3:] == ["2 is no number", "1 is no date"]
