"""Sheets become text cells; what a person does not see is told, and a bomb is refused."""

import os
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from pipelines.reading.excel import Sheets
from pipelines.reading.excel import read_workbook as read_sheets
from pipelines.reading.readers import RawTable
from pmo_lib.errors import DataError

KNOWN = frozenset({"project_id", "name", "cost", "version"})


def rows(table: RawTable) -> list[list[str]]:
    return [list(row) for row in table.cells.itertuples(index=False)]


def read_workbook(path: Path) -> dict[str, RawTable]:
    """The sheets of a workbook that can all be read."""
    sheets: Sheets = read_sheets(path, KNOWN)
    errors = [sheet for sheet in sheets.values() if isinstance(sheet, DataError)]
    assert not errors
    return {title: sheet for title, sheet in sheets.items() if isinstance(sheet, RawTable)}


class TestWorkbook:
    @pytest.fixture
    def book(self, tmp_path: Path) -> Path:
        """Two sheets with values, one without."""
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Projects"
        sheet.append(["Project ID", "Started on", "Cost", "Name"])
        sheet.append(["007", date(2026, 3, 4), 1200.0, "Apollo"])
        sheet.append([8, datetime(2026, 3, 4, 9, 30), 0.125, True])
        sheet.append([None, None, None, None])
        sheet.append(["P9", None, -3, " spaced "])
        sheet.append(["P10", date(2026, 3, 5)])
        book.create_sheet("Nothing")
        other = book.create_sheet("baselines 2026")
        other.append([])
        other.append(["project_id", "version"])
        other.append(["007", 0])
        path = tmp_path / "exports.xlsx"
        book.save(path)
        return path

    def test_cells_are_the_text_that_a_person_sees(self, book: Path) -> None:
        assert rows(read_workbook(book)["Projects"]) == [
            ["007", "2026-03-04", "1200", "Apollo"],
            ["8", "2026-03-04 09:30:00", "0.125", "True"],
            ["P9", "", "-3", " spaced "],
            ["P10", "2026-03-05", "", ""],
        ]

    def test_every_sheet_with_values_is_a_table(self, book: Path) -> None:
        assert list(read_workbook(book)) == ["Projects", "baselines 2026"]

    def test_lines_are_the_rows_of_the_sheet(self, book: Path) -> None:
        sheets = read_workbook(book)
        assert sheets["Projects"].lines.tolist() == [2, 3, 5, 6]
        assert sheets["Projects"].blank_rows == 1
        assert sheets["baselines 2026"].lines.tolist() == [3]
        assert sheets["baselines 2026"].where == "exports.xlsx sheet baselines 2026"

    def test_merged_header_is_an_error_with_sheet_and_remedy(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["project_id", "cost", None, "name"])
        book.active.append(["P1", 1, 2, "Apollo"])
        book.active.merge_cells("B1:C1")
        book.save(tmp_path / "projects.xlsx")
        error = read_sheets(tmp_path / "projects.xlsx", KNOWN)["Sheet"]
        assert re.search(r"sheet Sheet line 1: column 3 .*Unmerge the header", str(error))

    @pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 cut off"])
    def test_what_is_no_workbook_is_refused_with_a_remedy(
        self, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "projects.xlsx"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"^projects\.xlsx: .*save it as \.xlsx"):
            read_workbook(path)

    def test_broken_sheet_is_refused_with_a_remedy(self, book: Path) -> None:
        rewrite_sheets(book, lambda xml: xml[: len(xml) // 2])
        with pytest.raises(DataError, match="save it as"):
            read_workbook(book)

    def test_sheet_that_does_not_tell_its_size_is_read_whole(self, book: Path) -> None:
        before = {name: rows(table) for name, table in read_workbook(book).items()}
        rewrite_sheets(book, lambda xml: re.sub(rb"<dimension[^>]*/>", b"", xml))
        assert {name: rows(table) for name, table in read_workbook(book).items()} == before

    def test_sheet_that_tells_too_small_a_size_is_read_whole(self, book: Path) -> None:
        before = {name: rows(table) for name, table in read_workbook(book).items()}
        rewrite_sheets(
            book, lambda xml: re.sub(rb"<dimension[^>]*/>", b'<dimension ref="A1:D2"/>', xml)
        )
        assert {name: rows(table) for name, table in read_workbook(book).items()} == before


def rewrite_sheets(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the XML of the sheets, as programs other than Excel may have written it."""
    rewrite(path, "xl/worksheets/", change)


def save(path: Path, *given: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in given:
        book.active.append(row)
    book.save(path)
    return path


def only(path: Path) -> RawTable:
    (table,) = read_workbook(path).values()
    return table


class TestWhatNobodySees:
    def test_formulas_that_were_never_calculated_come_as_themselves(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "cost"], ["P1", "=2*3"], ["P2", 7])
        assert only(path).cells["cost"].tolist() == ["=2*3", "7"]

    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            (b"<f>2*3</f><v>6</v>", "6"),
            (b"<f>2*3</f>", "=2*3"),
            (b"<f>2*3</f><v></v>", "=2*3"),
            (b'<f t="shared" si="0"></f>', "="),
        ],
    )
    def test_calculated_ones_come_as_their_value(
        self, tmp_path: Path, cell: bytes, text: str
    ) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "cost"], ["P1", 5])
        rewrite_sheets(path, lambda xml: xml.replace(b"<v>5</v>", cell))
        assert only(path).cells["cost"].tolist() == [text]

    def test_formula_that_gives_no_text_is_empty(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "cost"], ["P1", 5])
        rewrite_sheets(
            path,
            lambda xml: re.sub(
                rb'<c r="B2"[^>]*><v>5</v>', b'<c r="B2" t="str"><f>A9</f><v></v>', xml
            ),
        )
        assert only(path).cells["cost"].tolist() == [""]

    @pytest.mark.parametrize(("asks", "text"), [(True, "=2*3"), (False, "0")])
    def test_0_of_a_library_that_asks_to_calculate_is_no_value(
        self, tmp_path: Path, asks: bool, text: str
    ) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "cost"], ["P1", 5])
        rewrite_sheets(path, lambda xml: xml.replace(b"<v>5</v>", b"<f>2*3</f><v>0</v>"))
        if not asks:
            rewrite(path, "xl/workbook.xml", lambda xml: re.sub(rb"<calcPr[^>]*/>", b"", xml))
        assert only(path).cells["cost"].tolist() == [text]

    def test_hidden_rows_are_read_and_counted(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for row in (["project_id", "cost"], ["P1", 1], ["P2", 2], ["P3", 3], []):
            book.active.append(row)
        for line in (3, 4, 5):  # the last is empty
            book.active.row_dimensions[line].hidden = True
        book.save(tmp_path / "a.xlsx")
        table = only(tmp_path / "a.xlsx")
        assert table.cells["project_id"].tolist() == ["P1", "P2", "P3"]
        assert dict(table.told)["hidden"] == (
            "holds what nobody sees: 2 hidden rows of sheet Sheet were read too"
        )

    def test_hidden_columns_are_read_and_named(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for row in (["project_id", "a", "b", "cost", "d"], ["P1", 1, 2, 3, 4]):
            book.active.append(row)
        book.active.column_dimensions["B"].hidden = True
        book.active.column_dimensions["D"].hidden = True
        book.active.column_dimensions.group("G", "XFD", hidden=True)  # nothing stands there
        book.save(tmp_path / "a.xlsx")
        table = only(tmp_path / "a.xlsx")
        assert table.cells.loc[0, ["a", "cost"]].tolist() == ["1", "3"]
        assert dict(table.told)["hidden"] == (
            "holds what nobody sees: 2 hidden columns of sheet Sheet were read too (B, D)"
        )

    @pytest.mark.parametrize("state", ["hidden", "veryHidden"])
    def test_hidden_sheet_is_read_and_told(self, tmp_path: Path, state: str) -> None:
        book = openpyxl.Workbook()
        sheet = book.create_sheet("projects")
        sheet.append(["project_id", "cost"])
        sheet.append(["P1", 1])
        sheet.sheet_state = state
        book.save(tmp_path / "a.xlsx")
        assert "the sheet is hidden" in dict(only(tmp_path / "a.xlsx").told)["hidden"]

    def test_title_above_the_header_is_told(self, tmp_path: Path) -> None:
        path = save(
            tmp_path / "a.xlsx", ["Works, March"], [], ["project_id", "cost"], [], ["P1", 1]
        )
        table = only(path)
        assert rows(table) == [["P1", "1"]]
        assert (table.header_line, table.lines.tolist(), table.blank_rows) == (3, [5], 1)
        assert dict(table.told)["title"] == (
            "names the columns in line 3; what stands above, such as 'Works, March', is not read"
        )

    def test_nothing_is_told_where_there_is_nothing(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "cost"], ["P1", 1], ["P2", 0])
        assert only(path).told == ()


class TestBombs:
    def refusal(self, path: Path) -> str:
        with pytest.raises(DataError) as caught:
            read_sheets(path, KNOWN)
        return str(caught.value)

    def test_part_that_unpacks_to_far_more_is_refused(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id"], ["P1"])
        rewrite_sheets(path, lambda xml: xml + b"<!-- -->" * 4_000_000)
        assert re.search(
            r"a\.xlsx: holds a part that unpacks to \d+ times its size", self.refusal(path)
        )

    def test_cell_beyond_all_texts_is_refused(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id"], ["P1"])
        rewrite_sheets(path, lambda xml: xml.replace(b"P1", os.urandom(1_000_000).hex().encode()))
        assert "holds a cell of more than a million letters (xl/worksheets" in self.refusal(path)

    def test_text_as_long_as_a_spreadsheet_allows_is_read(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.xlsx", ["project_id", "name"], ["P1", "x" * 32_767])
        assert only(path).cells["name"].tolist() == ["x" * 32_767]

    def test_many_cells_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pipelines.reading.excel.MOST_CELLS", 100)
        path = save(tmp_path / "a.xlsx", ["project_id"], ["P1"], [None] * 150 + ["far away"])
        error = read_sheets(path, KNOWN)["Sheet"]
        assert "a.xlsx sheet Sheet: holds more than 100 cells" in str(error)

    @pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_BYTES_OF_OTHERS"])
    def test_what_is_large_when_unpacked_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        monkeypatch.setattr(f"pipelines.reading.excel.{limit}", 500)
        assert "MB" in self.refusal(save(tmp_path / "a.xlsx", ["project_id"], ["P1"]))


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, change(content) if name.startswith(part) else content)


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ("[$$-409]#,##0.00", "$ 1200"),
        ("[$EUR] #,##0", "EUR 1200"),
        ('_-"£"* #,##0.00_-', "£ 1200"),
        ("#,##0 €", "€ 1200"),
        ("[$-409]#,##0.00", "1200"),  # a language alone
        ('"$"#,##0_);("$"#,##0)', "1200"),  # Excel's own, which shows that of whoever looks
        ('#,##0,"k"', "1200"),
        ("General", "1200"),
    ],
)
def test_amounts_bear_the_currency_that_their_format_shows(
    tmp_path: Path, number_format: str, text: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["project_id", "cost"])
    book.active.append(["P1", 1200])
    book.active["B2"].number_format = number_format
    book.save(tmp_path / "costs.xlsx")
    (table,) = read_workbook(tmp_path / "costs.xlsx").values()
    assert rows(table) == [["P1", text]]
