"""Files become text cells, each with the line it came from."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.reading.encoding import doubtful
from pipelines.reading.readers import RawTable, read_csv
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

    @pytest.mark.parametrize("encoding", ["cp1250", "mac_roman", "iso8859_2"])
    def test_may_be_declared(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "projects.csv"
        path.write_bytes((HEADER + "P1,Süd Größe,1\n").encode(encoding))
        table = read_csv(path, KNOWN, encoding)
        assert rows(table) == [["P1", "Süd Größe", "1"]]
        assert table.encoding == f"{encoding}, comma"
        assert table.told == ()

    def test_declared_one_does_not_spoil_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "projects.csv"
        path.write_text(HEADER + "P1,Łódź,1\n", encoding="utf-8")
        assert rows(read_csv(path, KNOWN, "cp1250"))[0][1] == "Łódź"

    def test_assumed_is_told(self, read: Read) -> None:
        assert dict(read((HEADER + "P1,Café,1\n").encode("cp1252")).told) == {
            "encoding": "is not UTF-8 and was read as Windows-1252 (Western European)"
        }
        assert read(HEADER + "P1,Café,1\n").told == ()

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [("Łódź", "cp1250"), ("Zarząd", "cp1250"), ("Příprava", "cp1250"), ("Főváros", "cp1250"),
         ("Проекты", "cp1251"), ("Müşteri", "cp1254"), ("Brücke", "mac_roman"), ("Größe", "cp850")],
    )  # fmt: skip
    def test_assumed_is_doubted_where_no_western_language_has_such_letters(
        self, read: Read, text: str, encoding: str
    ) -> None:
        content = (HEADER + f"P1,{text},1\n").encode(encoding)
        wrong = text.encode(encoding).decode("cp1252")
        said = dict(read(content).told)["encoding"]
        assert f"no Western language has such letters: {wrong!r}" in said

    def test_assumed_is_not_doubted_in_western_languages(self) -> None:
        words = [
            "Über Straße Größe", "Œuvre coûteuse, créée", "ações posições São João", "¿Qué? ¡Año!",
            "Århus Ærø Øresund", "Þórður Ýmir eyðilögð", "työöni", "£m £12k €5m", "5 m³ 20°C",
            "«Projet» 1º 2ª", "naïve – coöperatie…", "L'Haÿ-les-Roses", "Škoda Žilina", "it’s “so”",
            "SÃO JOÃO ORGANIZAÇÃO", "Projekt¹", "½ year", "‘x’ ™ Apollo®", "Müller & Söhne",
        ]  # fmt: skip
        assert [word for word in words if doubtful([word])] == []

    def test_line_beyond_all_rows_is_refused(
        self, read: Read, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipelines.reading.encoding.LONGEST_LINE", 1 << 20)
        with pytest.raises(DataError, match=r"projects\.csv line 3: is longer than"):
            read(HEADER + "P1,a,1\nP2," + "b" * (3 << 20) + ",1\n")


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


class TestSwallowedRows:
    """A quote that stands for inches opens a cell, and the next one closes it."""

    HEADER = "project_id,name,cost,a,b\n"

    @pytest.mark.parametrize(
        "rows",
        [
            'P1,"Big works,1,x,y\nP2,Wall 60",2,x,y\n',
            'P1,"Big works,1,x,y\nP2,b,2,x,y\nP3,c,3,x,y\nP4,Wall 60",2,x,y\n',
            'P1,a,1,x,"12 pipe\nP2,b,2,x,14 pipe"\n',
        ],
    )
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_refuse_the_file_with_the_line_where_it_begins(
        self, read: Read, rows: str, end: str
    ) -> None:
        with pytest.raises(
            DataError, match=r"line 3: the quotes do not match \(a cell holds whole"
        ):
            read((self.HEADER + "P0,a,1,x,y\n" + rows).replace("\n", end))

    @pytest.mark.parametrize(
        "cell",
        [
            "One, two.\nThree, four, five.",
            "First, second, third, fourth\nand, fifth",
            "a\n\n,,,,",
            "- one\n- two, and three\n- four",
        ],
    )
    def test_are_not_seen_in_prose_of_several_lines(self, read: Read, cell: str) -> None:
        assert read(f'{self.HEADER}P1,"{cell}",1,x,y\n').cells["name"].tolist() == [cell]


class TestTitle:
    """Lines above the header are passed over and told."""

    @pytest.mark.parametrize(
        ("above", "line"),
        [
            ("Portfolio of the works office\n", 2),
            ("Portfolio;;;\n\nMarch 2026, all departments\n\n", 5),
            ('"Portfolio\nof March"\n', 3),
            ("sep=,\nPortfolio\n", 3),
        ],
    )
    def test_is_told_with_the_line_of_the_header(self, read: Read, above: str, line: int) -> None:
        table = read(above + HEADER + "P1,a,1\n")
        assert rows(table) == [["P1", "a", "1"]]
        assert (table.header_line, table.lines.tolist()) == (line, [line + 1])
        assert f"names the columns in line {line}; what stands above" in dict(table.told)["title"]

    def test_is_not_seen_where_the_first_line_names_columns(self, read: Read) -> None:
        table = read("name,project_id\nproject_id name,cost\n")
        assert table.told == ()
        assert rows(table) == [["project_id name", "cost"]]

    def test_takes_nothing_from_the_rows_that_are_read_again(self, read: Read) -> None:
        table = read("Portfolio\n" + HEADER + "P1,a,1\nP2,b,2\n")
        assert table.again is not None
        assert rows(table.again(frozenset({4}))) == [["P2", "b", "2"]]


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
    def test_twice_the_same_name_is_numbered_and_told(self, read: Read) -> None:
        table = read("project_id,Sprint,name,sprint,SPRINT\nP1,1,a,2,3\n")
        assert list(table.cells.columns) == ["project_id", "sprint", "name", "sprint_2", "sprint_3"]
        assert rows(table) == [["P1", "1", "a", "2", "3"]]
        assert table.repeated == {"sprint": (2, 4)}

    def test_number_of_a_repeated_name_is_one_that_is_free(self, read: Read) -> None:
        table = read("project_id,sprint,sprint_2,sprint\nP1,a,b,c\n")
        assert list(table.cells.columns) == ["project_id", "sprint", "sprint_2", "sprint_3"]

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
    broken = [cell for row in table for cell in row if LINE_BREAK.search(cell)]
    assume(all(cell.count(separator) < 2 for cell in broken))  # else it holds a row's end
    if broken:
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
