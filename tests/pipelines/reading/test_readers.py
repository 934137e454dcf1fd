"""Files become text cells, each with the line it came from."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.reading.readers import RawTable, normalised, read_csv, read_workbook
from pipelines.spreadsheet import guarded
from pmo_lib.errors import DataError

KNOWN = frozenset({"project_id", "name", "cost"})
HEADER = "project_id,name,cost\n"
LINE_BREAK = re.compile(r"\r\n|\r|\n")

Read = Callable[[str | bytes], RawTable]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The table in a file with that content."""

    def written_and_read(content: str | bytes) -> RawTable:
        path = tmp_path / "projects.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_csv(path, KNOWN)

    return written_and_read


def rows(table: RawTable) -> list[list[str]]:
    return [list(row) for row in table.cells.itertuples(index=False)]


class TestEncoding:
    @pytest.mark.parametrize(
        ("encoding", "told"),
        [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252")],
    )
    def test_is_found_out(self, read: Read, encoding: str, told: str) -> None:
        table = read((HEADER + "P1,Café – £5,1\n").encode(encoding))
        assert rows(table) == [["P1", "Café – £5", "1"]]
        assert table.encoding == f"{told}, comma"

    def test_utf_8_wins_where_both_are_possible(self, read: Read) -> None:
        assert rows(read(HEADER + "P1,Café,1\n"))[0][1] == "Café"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_wide_characters_are_refused_with_file_and_line(
        self, read: Read, encoding: str
    ) -> None:
        with pytest.raises(DataError, match=r"^projects\.csv line 1: .* 'CSV UTF-8'"):
            read((HEADER + "P1,Café,1\n").encode(encoding))

    def test_utf_16_is_named(self, read: Read) -> None:
        with pytest.raises(DataError, match="UTF-16"):
            read((HEADER + "P1,Café,1\n").encode("utf-16"))

    def test_binary_is_refused(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"^projects\.csv line 1: holds zero bytes"):
            read(b"\x7fELF\x02\x01\x01\x00\x00\x00")

    def test_neither_utf_8_nor_windows_is_refused_with_its_line(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"^projects\.csv line 3: .*neither UTF-8 nor"):
            read(HEADER.encode() + b"P1,Apollo,1\nP2,\x81\xff,1\n")

    def test_bad_byte_far_into_the_file_has_its_line(self, read: Read) -> None:
        many = b"P1,Apollo and a long name to fill the block,1\n" * 30_000
        with pytest.raises(DataError, match=r"line 30002:"):
            read(HEADER.encode() + many + b"P2,\x81\xff,1\n")

    def test_characters_across_the_blocks_stay_whole(self, read: Read) -> None:
        table = read(HEADER + "P1,é€é€é€é€é€é,1\n" * 100_000)
        assert set(table.cells["name"]) == {"é€é€é€é€é€é"}
        assert table.lines[-1] == 100_001

    def test_zero_byte_has_its_line(self, read: Read) -> None:
        with pytest.raises(DataError, match="line 3:"):
            read(HEADER.encode() + b"P1,Apollo,1\nP2,\x00,1\n")

    def test_windows_letter_at_the_very_end_is_read(self, read: Read) -> None:
        table = read("project_id,cost,name\nP1,1,Café".encode("cp1252"))
        assert rows(table) == [["P1", "1", "Café"]]

    def test_bad_byte_has_its_line_where_lines_end_in_cr(self, read: Read) -> None:
        with pytest.raises(DataError, match="line 3:"):
            read(b"project_id,name,cost\rP1,Apollo,1\rP2,\x81\xff,1\r")


class TestSeparators:
    @pytest.mark.parametrize(
        ("separator", "told"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")]
    )
    def test_is_found_out(self, read: Read, separator: str, told: str) -> None:
        table = read("project_id|name|cost\nP1|Apollo|5\n".replace("|", separator))
        assert rows(table) == [["P1", "Apollo", "5"]]
        assert table.encoding.endswith(told)

    def test_the_other_separators_may_stand_in_the_cells(self, read: Read) -> None:
        assert rows(read("project_id;name;cost\nP1;Smith, Jones, Fox;1,5\n")) == [
            ["P1", "Smith, Jones, Fox", "1,5"]
        ]

    def test_no_known_column_is_an_error_that_shows_the_line_and_names_columns(
        self, read: Read
    ) -> None:
        with pytest.raises(DataError) as caught:
            read("colour|size\nred|5\n")
        assert "'colour|size'" in str(caught.value)
        assert "must name the columns, such as cost, name, project_id" in str(caught.value)


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
    def test_end_in_any_way(self, read: Read, end: str) -> None:
        table = read(f"{HEADER}P1,Apollo,1\nP2,Borealis,2".replace("\n", end))
        assert rows(table) == [["P1", "Apollo", "1"], ["P2", "Borealis", "2"]]
        assert table.lines.tolist() == [2, 3]

    def test_may_end_in_different_ways_in_one_file(self, read: Read) -> None:
        table = read("project_id,name,cost\r\nP1,a,1\nP2,b,2\rP3,c,3\r\n")
        assert table.cells["project_id"].tolist() == ["P1", "P2", "P3"]
        assert table.lines.tolist() == [2, 3, 4]

    def test_number_is_that_of_the_first_line_of_a_record(self, read: Read) -> None:
        table = read(HEADER + 'P1,"one\ntwo\r\nthree",1\nP2,"a\n\nb",2\nP3,c,3\n')
        assert table.lines.tolist() == [2, 5, 8]
        assert table.cells["name"].tolist() == ["one\ntwo\r\nthree", "a\n\nb", "c"]

    def test_blank_lines_and_rows_are_counted_and_skipped(self, read: Read) -> None:
        table = read(HEADER + "\nP1,a,1\n,,\n  , ,\t\n\nP2,b,2\n\n")
        assert table.lines.tolist() == [3, 7]
        assert table.blank_rows == 5
        assert table.ragged == []

    def test_blank_lines_before_the_header_are_skipped(self, read: Read) -> None:
        assert read("\n  \n" + HEADER + "P1,a,1\n").lines.tolist() == [4]

    def test_row_of_empty_cells_before_the_header_is_skipped(self, read: Read) -> None:
        assert read(",,\n" + HEADER + "P1,a,1\n").lines.tolist() == [3]

    def test_header_alone_is_a_table_without_rows(self, read: Read) -> None:
        table = read(HEADER)
        assert list(table.cells.columns) == ["project_id", "name", "cost"]
        assert len(table.cells) == len(table.lines) == 0


class TestQuotes:
    def test_doubled_within_quotes_are_one(self, read: Read) -> None:
        assert rows(read(HEADER + 'P1,"the ""new"" one",1\n'))[0][1] == 'the "new" one'

    def test_unclosed_is_an_error_that_swallows_no_row(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"^projects\.csv line \d: the quotes do not match"):
            read(HEADER + 'P1,"Apollo,1\nP2,b,2\nP3,c,3\n')

    def test_unclosed_has_the_line_on_which_its_record_begins(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"line 3:"):
            read(HEADER + 'P1,a,1\nP2,"Borealis,2\nP3,c,3\nP4,d,4\n')

    def test_text_after_a_closing_quote_is_an_error_with_its_line(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"line 3: .*double each"):
            read(HEADER + 'P1,a,1\nP2,"the "new" one",2\n')

    def test_text_longer_than_the_limit_of_the_library_is_read(self, read: Read) -> None:
        assert len(rows(read(f"{HEADER}P1,{'x' * 200_000},1\n"))[0][1]) == 200_000


class TestRows:
    @pytest.mark.parametrize("row", ["P1,Apollo", "P1,Apollo,1,2"])
    def test_of_another_width_are_set_aside_with_line_and_cells(self, read: Read, row: str) -> None:
        table = read(f"{HEADER}P0,a,1\n{row}\nP2,b,2\n")
        assert table.ragged == [(3, row.split(","))]
        assert table.cells["project_id"].tolist() == ["P0", "P2"]
        assert table.lines.tolist() == [2, 4]

    def test_may_have_empty_cells_beyond_the_header(self, read: Read) -> None:
        table = read(HEADER + "P1,a,1,,\nP2,b,2, \n")
        assert rows(table) == [["P1", "a", "1"], ["P2", "b", "2"]]


class TestHeader:
    @pytest.mark.parametrize("given_name", ["Project ID", " PROJECT_ID ", "project  id"])
    def test_is_forgiving_in_case_and_spaces(self, given_name: str) -> None:
        assert normalised(given_name) == "project_id"

    @pytest.mark.parametrize("given_name", ["project-id", "projectid", "project_ids", "project.id"])
    def test_is_forgiving_in_nothing_else(self, given_name: str) -> None:
        assert normalised(given_name) != "project_id"

    def test_twice_the_same_name_is_an_error_with_both_places(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"line 1: column 'cost' appears twice.*2 and 4"):
            read("project_id,cost,name,COST\nP1,1,a,2\n")

    def test_unnamed_column_with_values_is_an_error(self, read: Read) -> None:
        with pytest.raises(DataError, match=r"line 1: column 2 has values.*Unmerge the header"):
            read("project_id,,cost\nP1,a,1\n")

    def test_unnamed_column_without_values_is_dropped(self, read: Read) -> None:
        assert list(read("project_id,,cost\nP1,,1\n").cells.columns) == ["project_id", "cost"]

    def test_last_column_unnamed_with_values_is_an_error(self, read: Read) -> None:
        with pytest.raises(DataError, match="Unmerge the header"):
            read("project_id,name,cost,\nP1,a,1,2\nP2,b,1,2\n")


def test_empty_file_is_refused_with_a_remedy(read: Read) -> None:
    with pytest.raises(DataError, match=r"^projects\.csv: is empty\. Export it again"):
        read(b"")


def test_hash_is_that_of_the_bytes(read: Read) -> None:
    from hashlib import sha256

    content = (HEADER + "P1,Café,1\r\n").encode("cp1252")
    assert read(content).sha256 == sha256(content).hexdigest()


def without_guard(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell and guarded(cell[1:]) == cell else cell


letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
plain_cells = st.text(letters, max_size=6) | st.text(st.sampled_from("a ,;\t\"\r\n'é"), max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(plain_cells, min_size=3, max_size=3), max_size=6),
    separator=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_any_table_comes_back_cell_for_cell(
    tmp_path: Path,
    table: list[list[str]],
    separator: str,
    end: str,
    quoting: int,
    encoding: str,
) -> None:
    if any(LINE_BREAK.search(cell) for row in table for cell in row):
        quoting = csv.QUOTE_ALL  # Python's own writer leaves a foreign line break bare
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["project_id", "name", "cost"])
    lines = []
    for row in table:
        lines.append(len(LINE_BREAK.findall(text.getvalue())) + 1)
        writer.writerow(row)
    try:
        content = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    assume(encoding != "cp1252" or content.isascii() or not is_utf_8(content))
    path = tmp_path / "projects.csv"
    path.write_bytes(content)

    found = read_csv(path, KNOWN)

    is_blank = [not any(cell.strip() for cell in row) for row in table]
    expected = [row for row, blank in zip(table, is_blank, strict=True) if not blank]
    assert rows(found) == [[without_guard(cell) for cell in row] for row in expected]
    assert found.lines.tolist() == [n for n, b in zip(lines, is_blank, strict=True) if not b]
    assert found.blank_rows == sum(is_blank)
    assert found.ragged == []


def is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
        with pytest.raises(DataError, match=r"sheet Sheet line 1: column 3 .*Unmerge the header"):
            read_workbook(tmp_path / "projects.xlsx")

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
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, change(part) if name.startswith("xl/worksheets/") else part)
