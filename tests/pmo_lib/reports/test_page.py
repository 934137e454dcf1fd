"""Pieces of a page: every text escaped, tables that a screen reader can follow."""

from typing import Any

import pandas as pd
import pytest

from builders.pages import parsed
from pmo_lib.reports import page

EVIL = "<script>alert(1)</script> & \"x\" 'y'"
FRAME = pd.DataFrame({EVIL: [EVIL, "b"], "n": [1, 2]})
PIECES = {
    "title": page.title(EVIL, EVIL),
    "answer": page.answer([EVIL, EVIL]),
    "paragraph": page.paragraph(EVIL, EVIL),
    "bullets": page.bullets([EVIL, EVIL]),
    "no bullets": page.bullets([], EVIL),
    "table": page.table(FRAME, EVIL),
    "section": page.section(EVIL, page.paragraph(EVIL)),
    "cards": page.table(FRAME, EVIL, "cards"),
    "subsection": page.subsection(EVIL, page.paragraph(EVIL)),
    "joined": page.joined(page.paragraph(EVIL), page.paragraph(EVIL)),
    "badge": page.badge(EVIL, EVIL, EVIL),
    "lines": page.joined(page.paragraph(), page.lines(EVIL, EVIL, "")),
    "noted": page.joined(page.noted(EVIL, [1, 2]), page.footnotes({EVIL: 1})),
    "folded": page.folded(EVIL, page.table(FRAME, EVIL)),
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
class TestEveryPiece:
    def test_escapes_every_text(self, piece: Any) -> None:
        found = parsed(piece)
        assert "script" not in {tag for tag, _ in found.tags}
        assert EVIL in found.text

    def test_closes_what_it_opens(self, piece: Any) -> None:
        assert parsed(piece).tags

    def test_attributes_hold_no_quote_that_ends_them(self, piece: Any) -> None:
        for _, attributes in parsed(piece).tags:
            known = {"class", "scope", "data-label", "aria-hidden"}
            assert set(attributes) <= known


class TestTable:
    def test_has_a_caption_and_is_no_stop_of_the_keyboard(self) -> None:
        found = parsed(page.table(FRAME, "What it shows"))
        assert "caption" in [tag for tag, _ in found.tags]
        assert [tag for tag, a in found.tags if "tabindex" in a] == []

    def test_heads_columns_and_rows_with_their_scope(self) -> None:
        scopes = [a.get("scope") for tag, a in parsed(page.table(FRAME, "c")).tags if tag == "th"]
        assert scopes == ["col", "col", "row", "row"]

    def test_marks_numbers_for_their_column(self) -> None:
        marked = [(tag, a.get("class")) for tag, a in parsed(page.table(FRAME, "c")).tags
                  if tag in {"th", "td"}]  # fmt: skip
        assert marked == [("th", None), ("th", "number")] + [("th", None), ("td", "number")] * 2

    def test_has_no_empty_head(self) -> None:
        found = parsed(page.table(pd.DataFrame({"": ["P5"], "Value": ["1"]}), "c"))
        assert found.rows == [["", "Value"], ["P5", "1"]]
        assert [tag for tag, _ in found.tags if tag in {"td", "th"}] == ["td", "th", "th", "td"]

    def test_with_more_columns_than_a_telephone_holds_is_cards_there(self) -> None:
        for columns, kind in ((4, None), (5, "cards"), (9, "cards")):
            frame = pd.DataFrame({f"c{n}": ["a"] for n in range(columns)})
            tables = [a for tag, a in parsed(page.table(frame, "c")).tags if tag == "table"]
            assert tables[0].get("class") == kind

    def test_aligns_words_that_are_numbers_of_one_unit(self) -> None:
        columns = {
            "of one unit": (["48\u00a0%", "−3.5\u00a0%", "–"], True),
            "without one": (["1,234", "+0.1", "2"], True),
            "of two units": (["48\u00a0%", "3\u00a0days", "–"], False),
            "with words": (["48\u00a0%", "too few", "–"], False),
            "of nothing": (["–", "–", "–"], False),
            "text": (["a", "b", "c"], False),
            "dates": (["2026-09", "2026-10", "–"], False),
        }
        frame = pd.DataFrame(
            {"Name": list("xyz")} | {n: cells for n, (cells, _) in columns.items()}
        )
        heads = [a.get("class") for tag, a in parsed(page.table(frame, "c")).tags if tag == "th"]
        found = dict(zip(columns, [kind == "number" for kind in heads[1:]], strict=False))
        assert found == {name: is_number for name, (_, is_number) in columns.items()}

    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            (1234, "1,234"), (1234.0, "1,234"), (0.12345, "0.123"), (None, "–"),
            (float("nan"), "–"), ("", ""), (pd.NA, "–"), ("1234", "1234"),
        ],
    )  # fmt: skip
    def test_writes_cells_as_people_read_them(self, cell: Any, text: str) -> None:
        frame = pd.DataFrame({"name": ["a"], "cell": [cell]})
        assert parsed(page.table(frame, "c")).rows == [["name", "cell"], ["a", text]]

    def test_writes_whole_numbers_with_gaps(self) -> None:
        frame = pd.DataFrame({"name": ["a", "b"], "n": pd.Series([1500, None], dtype="Int64")})
        assert parsed(page.table(frame, "c")).rows[1:] == [["a", "1,500"], ["b", "–"]]

    def test_without_rows_still_has_its_head(self) -> None:
        assert parsed(page.table(FRAME.head(0), "c")).rows == [[EVIL, "n"]]

    def test_leaves_the_frame_alone(self) -> None:
        before = FRAME.copy(deep=True)
        page.table(FRAME, "c")
        pd.testing.assert_frame_equal(FRAME, before)


def test_bullets_say_what_stands_for_none() -> None:
    assert parsed(page.bullets([])).text == "Nothing."
    assert parsed(page.bullets(["a", "b"])).text.split() == ["a", "b"]


def test_title_is_the_one_h1() -> None:
    assert [tag for tag, _ in parsed(page.title("a", "b")).tags] == ["h1", "p"]


def test_folded_opens_without_a_script() -> None:
    tags = [tag for tag, _ in parsed(page.folded("a", page.paragraph("b"))).tags]
    assert tags == ["details", "summary", "p"]
