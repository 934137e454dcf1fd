"""An export as it may come next month: read right by the kept map, or stopped in words.

Each of the changes below is made to one known export. The tables are then the same to the letter,
or the import stops and names what it looked for and what it found, or the cells that cannot be
read are listed with line and column. What is never so: other figures, without a word.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipelines.maps.source import MapSource
from pmo_lib.errors import DataError, PmoError

Rows = list[list[str]]
HEADINGS = ["Ref", "Title", "Directorate", "Stage", "RAG", "Began", "Planned Finish",
            "Actual Finish", "Budget 2026 (£k)", "Spend (£k)", "Notes"]  # fmt: skip
LINES = """\
S1|Bridge|Roads|Closed||03/02/2023|25/11/2023|24/11/2023|100|90.5|x
S2|Tunnel|Roads|Closed||14/03/2023|01/12/2023|20/12/2023|200|260|
S3|School|Estates|Closed||05/04/2023|30/06/2024|30/06/2024|1,300|1250|
S4|Library|Estates|In Delivery|A/G|17/06/2024|TBC||70|20|late
S5|Depot|Roads|On Hold|R|28/07/2024|31/12/2026||80.25|8|"""
MAP = """\
sheets:
- sheet: Register
  as_at: 2026-10
  dates: '%d/%m/%Y'
  decimal_mark: '.'
  empty: [TBC]
  tables:
    projects:
      project_id: Ref
      name: Title
      department: Directorate
      status: {column: Stage, words: {Closed: completed, In Delivery: active}}
      started_on: Began
      finished_on: Actual Finish
      actual_cost: {column: Spend (£k), scale: 1000}
    baselines:
      project_id: Ref
      version: {constant: '0'}
      finish: Planned Finish
      cost: {column: Budget 2026 (£k), scale: 1000}
    status_reports:
      project_id: Ref
      period: {constant: as_at}
      rated_by: {constant: owner}
      rag: {column: RAG, words: {A/G: amber_green, R: red}}
"""
COST = HEADINGS.index("Budget 2026 (£k)")


def rows() -> Rows:
    return [HEADINGS, *(line.split("|") for line in LINES.splitlines())]


def renamed(old: str, new: str) -> Rows:
    head, *rest = rows()
    return [[new if name == old else name for name in head], *rest]


def each(change: Callable[[str], str], *names: str) -> Rows:
    """The cells of some columns changed."""
    at = {HEADINGS.index(name) for name in names}
    head, *rest = rows()
    return [head, *([change(c) if i in at else c for i, c in enumerate(row)] for row in rest)]


def ordered(names: list[str]) -> Rows:
    return [[row[HEADINGS.index(name)] for name in names] for row in rows()]


def without(name: str) -> Rows:
    return ordered([each for each in HEADINGS if each != name])


def doubled(name: str, change: Callable[[str], str]) -> Rows:
    at = HEADINGS.index(name)
    head, *rest = rows()
    return [[*head, name], *([*row, change(row[at])] for row in rest)]


def wide(*cells: str) -> list[str]:
    return [*cells, *[""] * (len(HEADINGS) - len(cells))]


def month_first(cell: str) -> str:
    return re.sub(r"(\d\d)/(\d\d)/", r"\2/\1/", cell)


OURS = {"Closed": "Completed", "In Delivery": "active", "On Hold": "on hold"}
GERMAN = ["Projektnummer", "Projektname", "Abteilung", "Projektstatus", "Ampel", "Startdatum",
          "Geplantes Ende", "Ist Ende", "Plankosten (T€)", "Istkosten (T€)", "Notiz"]  # fmt: skip
DATES = ("Began", "Planned Finish", "Actual Finish")
MONEY = ("Budget 2026 (£k)", "Spend (£k)")
SAME: dict[str, Rows] = {
    "as it was": rows(),
    "columns reordered": ordered(HEADINGS[::-1]),
    "columns sorted": ordered(sorted(HEADINGS)),
    "a column more at the front": [
        ["No", *HEADINGS],
        *([f"{i}", *r] for i, r in enumerate(rows()[1:])),
    ],
    "a column more in the middle": [
        [*r[:4], "New" if r[0] == "Ref" else "7", *r[4:]] for r in rows()
    ],
    "a column of no use dropped": without("Notes"),
    "rows reordered": [HEADINGS, *rows()[:0:-1]],
    "two titles above": [wide("Register"), wide("as at 31/10/2026"), wide(), *rows()],
    "no title, an empty line": [wide(), *rows()],
    "a total below": [*rows(), wide("TOTAL", "", "", "", "", "", "", "", "1750.25", "1628.5")],
    "a subtotal between": [*rows()[:3], wide("Sub-total", *[""] * 7, "300", "350.5"), *rows()[3:]],
    "a row twice": [*rows(), rows()[2]],
    "the headings again": [*rows()[:3], HEADINGS, *rows()[3:]],
    "a note at the end": [*rows(), wide(), wide("Source: the PMO")],
    "headings in capitals": [[name.upper() for name in HEADINGS], *rows()[1:]],
    "headings with spaces and breaks": [
        [f" {n}\u00a0".replace(" ", "\n ") for n in HEADINGS],
        *rows()[1:],
    ],
    "brackets left out": renamed("Spend (£k)", "Spend £k"),
    "money with sign and thousands": each(lambda c: f"£{float(c.replace(',', '')):,.2f}", *MONEY),
    "dates as ISO": each(lambda c: re.sub(r"(..)/(..)/(....)", r"\3-\2-\1", c), *DATES),
    "other words for nothing": each(lambda c: {"TBC": "n/a", "": "-"}.get(c, c), "Planned Finish"),
    "words as we write them": each(OURS.__getitem__, "Stage"),
    "words in other letters": each(str.upper, "Stage", "RAG"),
    "a column twice, the same": doubled("Spend (£k)", str),
}
STOPPED: dict[str, tuple[Rows, str, str]] = {
    "renamed": (renamed("Directorate", "Business unit"), "'Directorate'", "'Business unit'"),
    "renamed a little": (
        renamed("Planned Finish", "Plan finish"),
        "'Planned Finish'",
        "'Plan finish'",
    ),
    "a new year in the heading": (
        renamed(HEADINGS[COST], "Budget 2027 (£k)"),
        "'Budget 2026 (£k)'",
        "'Budget 2027 (£k)'",
    ),
    "another unit": (renamed("Spend (£k)", "Spend (£m)"), "'Spend (£k)'", "'Spend (£m)'"),
    "no unit": (renamed("Spend (£k)", "Spend (£)"), "'Spend (£k)'", "'Spend (£)'"),
    "another currency": (renamed("Spend (£k)", "Spend (€k)"), "'Spend (£k)'", "'Spend (€k)'"),
    "dropped": (without("Spend (£k)"), "'Spend (£k)'", "'Budget 2026 (£k)'"),
    "the id dropped": (without("Ref"), "'Ref'", "none of 'Title'"),
    "translated": ([GERMAN, *rows()[1:]], "'Ref'", "'Projektnummer'"),
    "a column twice, unlike": (
        doubled("Spend (£k)", lambda _: "1"),
        "'Spend (£k)' stands twice",
        "'Spend (£k) (1)'",
    ),
    "month first": (each(month_first, *DATES), "not written %d/%m/%Y", "%m/%d/%Y"),
    "month first in one column": (
        each(month_first, "Planned Finish"),
        "not written %d/%m/%Y",
        "'11/25/2023'",
    ),
    "decimal commas": (
        each(lambda c: c.translate(str.maketrans(",.", ".,")), *MONEY),
        "decimal mark",
        "'.'",
    ),
    "no headings": (rows()[1:], "'Ref'", "none of 'S1'"),
}
LISTED: dict[str, tuple[Rows, set[tuple[int, str]]]] = {
    "an unknown word": (
        each(lambda c: "Shut" if c == "On Hold" else c, "Stage"),
        {(6, "projects.status")},
    ),
    "an amount in words": (
        each(lambda c: "about 90" if c == "90.5" else c, "Spend (£k)"),
        {(2, "projects.actual_cost")},
    ),
    "an amount in millions": (
        each(lambda c: "£1.25m" if c == "1250" else c, "Spend (£k)"),
        {(4, "projects.actual_cost")},
    ),
    "a date in words": (
        each(lambda c: "early 2023" if c == "03/02/2023" else c, "Began"),
        {(2, "projects.started_on")},
    ),
    "one date with the month first": (
        each(lambda c: "11/25/2023" if c == "25/11/2023" else c, "Planned Finish"),
        {(2, "baselines.finish")},
    ),
    "years of two digits": (
        each(lambda c: c.replace("/2023", "/23"), "Actual Finish"),
        {(2, "projects.finished_on"), (3, "projects.finished_on")},
    ),
    "a cell too many": ([*rows()[:2], [*rows()[2], "x"], *rows()[3:]], {(3, "")}),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> MapSource:
    path = tmp_path_factory.mktemp("kept") / "map.yml"
    path.write_text(MAP, encoding="utf-8")
    return MapSource.at(path)


def workbook(path: Path, given: Rows, sheet: str = "Register") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in given:
        book.active.append(row)
    book.save(path)
    return path


def of_csv(source: MapSource) -> MapSource:
    """The same map for a file that has no sheets."""
    sheets = [replace(sheet, sheet="") for sheet in source.declared.sheets]
    return MapSource(replace(source.declared, sheets=sheets), source.where)


def tables(source: MapSource, path: Path) -> dict[str, pd.DataFrame]:
    imported = source.read([path])
    assert imported.unread.empty, imported.unread.to_string()
    return {name: rows.sort_values("project_id", ignore_index=True)
            for name, rows in imported.tables.items()}  # fmt: skip


@pytest.fixture(scope="module")
def expected(
    source: MapSource, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pd.DataFrame]:
    """What the export says, by hand."""
    found = tables(source, workbook(tmp_path_factory.mktemp("known") / "known.xlsx", rows()))
    assert found["projects"]["actual_cost"].tolist() == [90_500, 260_000, 1_250_000, 20_000, 8_000]
    assert found["baselines"]["cost"].tolist() == [100_000, 200_000, 1_300_000, 70_000, 80_250]
    days = found["baselines"]["finish"].dt.strftime("%d %b %Y").fillna("").tolist()
    assert days == ["25 Nov 2023", "01 Dec 2023", "30 Jun 2024", "", "31 Dec 2026"]
    assert found["projects"]["status"].tolist() == ["completed"] * 3 + ["active", "on_hold"]
    assert found["status_reports"]["rag"].dropna().tolist() == ["amber_green", "red"]
    return found


def unlike(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> list[str]:
    return [
        name for name in expected if name not in found or not found[name].equals(expected[name])
    ]


@pytest.mark.parametrize("change", SAME)
def test_is_read_right(
    change: str, source: MapSource, expected: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    path = workbook(tmp_path / "today.xlsx", SAME[change])
    assert not unlike(tables(source, path), expected)


def csv(separator: str, quote: str = "") -> str:
    return "".join(separator.join(f"{quote}{c}{quote}" for c in row) + "\n" for row in rows())


CSVS: dict[str, bytes] = {
    "commas, quoted": csv(",", '"').encode(),
    "semicolons": csv(";").encode(),
    "tabs": csv("\t").encode(),
    "bars": csv("|").encode(),
    "a mark of UTF-8": csv(";").encode("utf-8-sig"),
    "Windows-1252": csv(";").encode("cp1252"),
    "line ends of Windows": csv(";").replace("\n", "\r\n").encode(),
    "Excel's line on the separator": ("sep=;\n" + csv(";")).encode(),
}


@pytest.mark.parametrize("change", CSVS)
def test_is_read_right_as_csv(
    change: str, source: MapSource, expected: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    (tmp_path / "today.csv").write_bytes(CSVS[change])
    assert not unlike(tables(of_csv(source), tmp_path / "today.csv"), expected)


def test_is_read_right_among_other_sheets_and_with_typed_cells(
    source: MapSource, expected: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "today.xlsx", rows()))
    book.create_sheet("Read me", 0).append(["Ref", "what a project is called"])
    book.create_sheet("Old").append([*HEADINGS])
    for row in book["Register"].iter_rows(min_row=2):
        for cell in row:
            if re.fullmatch(r"../../....", str(cell.value)):
                cell.value = datetime.strptime(str(cell.value), "%d/%m/%Y")
            elif re.fullmatch(r"[\d.]+", str(cell.value)):
                cell.value = float(str(cell.value))
    book.save(tmp_path / "today.xlsx")
    assert not unlike(tables(source, tmp_path / "today.xlsx"), expected)


def test_stops_where_the_sheet_is_called_otherwise(source: MapSource, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no sheet 'Register'.*The file has: Register 2027"):
        source.read([workbook(tmp_path / "today.xlsx", rows(), "Register 2027")])


@pytest.mark.parametrize("change", STOPPED)
def test_stops_and_names_the_old_and_the_new(
    change: str, source: MapSource, tmp_path: Path
) -> None:
    given, old, new = STOPPED[change]
    with pytest.raises(PmoError) as caught:
        source.read([workbook(tmp_path / "today.xlsx", given)])
    assert old in str(caught.value)
    assert new in str(caught.value)
    assert "today.xlsx sheet Register" in str(caught.value)


@pytest.mark.parametrize("change", LISTED)
def test_lists_what_cannot_be_read(
    change: str, source: MapSource, expected: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    given, places = LISTED[change]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in given)
    (tmp_path / "today.csv").write_text(text, encoding="utf-8")
    imported = of_csv(source).read([tmp_path / "today.csv"])
    listed = {(row.line, row.column) for row in imported.unread.itertuples()}
    assert listed == places
    lines = {f"S{line - 1}" for line, _ in places}
    for name, table in expected.items():
        own = imported.tables[name]
        sure = [
            frame[~frame["project_id"].isin(lines)].reset_index(drop=True) for frame in (own, table)
        ]
        assert sure[0].equals(sure[1])
