"""CSV that no spreadsheet runs, whose numbers are untouched, and which reads back as it was."""

import csv
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

import pipelines
from pipelines.importer import import_files
from pipelines.reading.readers import read_csv
from pipelines.sources import Imported
from pipelines.spreadsheet import guarded, write_csv

RUN = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "-", "+", "-x", "--1", "+44 20 7946 0000", "\t=1",
    "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1", "＝1+1", "＋1+1",
    "－1－x", "＠SUM", "﹦1", "'=1", "''=1", "' =1", '=HYPERLINK("http://x")',
    "-2+3+cmd|' /C x'!A0",
]  # fmt: skip
NUMBERS = ["-5", "+3", "-1,234.50", "-1.234,5", "-12 %", "-.5", "-1e5", "- 7", "-1 234", "−3"]
PLAIN = ["", "a", "a=b", "3-4", "'quoted'", "O'Brien", "–", "2026-09", "Straße", "#N/A"]


def looks_run(cell: str) -> bool:
    """By another way than the product's: its first letter that is none to be skipped."""
    seen = next((c for c in cell if not c.isspace() and unicodedata.category(c)[0] != "C"), "")
    begins = unicodedata.normalize("NFKC", seen) in {"=", "+", "-", "@"} or cell[:1] in "\t\r\n"
    is_number = re.fullmatch(r"[+-]\s?[\d.,\u00a0 ']*(e[+-]?\d+)?\s?%?", cell, re.I) is not None
    return bool(cell) and begins and not is_number


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_oracle_knows_both_kinds() -> None:
    harmless = {"-", "+", "+44 20 7946 0000", *(text for text in RUN if text.startswith("'"))}
    assert {text for text in RUN if not looks_run(text)} == harmless
    assert [text for text in NUMBERS + PLAIN if looks_run(text)] == []


def test_text_that_is_run_gets_an_apostrophe_and_nothing_else_does() -> None:
    assert {text: guarded(text) for text in RUN} == {text: f"'{text}" for text in RUN}
    others = NUMBERS + PLAIN
    assert {text: guarded(text) for text in others} == {text: text for text in others}


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_every_kind_of_column_and_the_headings_are_guarded(tmp_path: Path, kind: str) -> None:
    table = pd.DataFrame({"=a": pd.Series(["=1", None, "x"], dtype=kind), "b": [-1.5, 2.0, None]})
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "'=a,b\n'=1,-1.5\n,2.0\nx,\n"


def test_table_is_left_as_it_was(tmp_path: Path) -> None:
    table = pd.DataFrame({"=a": ["=1"]})
    write_csv(table, tmp_path / "t.csv")
    assert table.to_dict("list") == {"=a": ["=1"]}


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame(columns=["a", "=b"])])
def test_table_without_rows_has_its_headings(tmp_path: Path, table: pd.DataFrame) -> None:
    write_csv(table, tmp_path / "t.csv")
    assert [c for c in cells(tmp_path / "t.csv") if c] == [guarded(c) for c in table.columns]


@given(st.lists(st.text(alphabet="'=+-@ \t0123.,ax＝\u00a0\u200b%", min_size=1), min_size=1))
def test_texts_read_back_as_they_were_and_none_is_run(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "projects.csv"
    write_csv(pd.DataFrame({"project_id": "P1", "name": texts}), path)
    assert [cell for cell in cells(path) if looks_run(cell)] == []
    assert read_csv(path, frozenset({"project_id"})).cells["name"].tolist() == texts


def test_import_reads_back_as_the_source_said(tmp_path: Path) -> None:
    texts = [text for text in RUN + NUMBERS + PLAIN if text and "\r" not in text]

    class Source:
        def read(self, _files: list[Path]) -> Imported:
            ids = [f"P{number}" for number in range(len(texts))]
            return Imported({"projects": pd.DataFrame({"project_id": ids, "department": texts})})

    import_files(Source(), "tool", [], tmp_path / "to")
    read = read_csv(tmp_path / "to" / "projects.csv", frozenset({"project_id"}))
    assert read.cells["department"].tolist() == texts


def test_whole_run_writes_no_csv_with_a_cell_that_is_run(
    pmo: Callable[..., Result], small_raw: Path, small_job: Path, tmp_path: Path, instant: Any
) -> None:
    """Departments and an own column's heading begin like formulas, as does a rejected date."""
    (small_raw / "settings.yml").write_text("withhold_above_rejected_share: 1\n")
    projects = (small_raw / "projects.csv").read_text()
    projects = projects.replace(",Finance,", ",=1+1,").replace("2025-07-14", "@today")
    header, *rows = projects.splitlines()
    lines = [f"{header},@note", *(f"{row},+note" for row in rows)]
    (small_raw / "projects.csv").write_text("\n".join(lines))
    out = tmp_path / "out"
    assert pmo("run", small_job, "--raw", small_raw, "--out", out).exit_code == 0
    target = tmp_path / "by_hand.csv"
    assert pmo("kpis", "--out", out, "--csv", target).exit_code == 0
    written = [target, *out.rglob("*.csv")]
    names = {"by_hand", "kpis", "benchmarks", "value_case", "value_money", "promises", "asks",
             "projects"}  # fmt: skip
    assert {path.stem for path in written} == names
    assert {path.parent.name for path in written} >= {"rejected", "extra_columns"}
    assert [(path, cell) for path in written for cell in cells(path) if looks_run(cell)] == []
    assert "'=1+1" in cells(target)


def test_nothing_else_in_the_pipelines_writes_csv() -> None:
    sources = Path(pipelines.__file__).parent.rglob("*.py")
    writing = {p.name for p in sources if re.search(r"\.to_csv\(|csv\.writer\(", p.read_text())}
    # the sample's files guard each cell, as do letters sent; maps guard what they hand on
    assert writing == {"spreadsheet.py", "files.py", "mail.py", "applied.py"}
