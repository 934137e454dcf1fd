"""What a page or a picture says: its rows, text, tags and amounts."""

import re
from html.parser import HTMLParser
from typing import Any

from pmo_lib.reports.picture import Picture


class _Page(HTMLParser):
    """Rows of cells, and the text, of a piece of HTML; notes what is not closed in order."""

    VOID = ("br", "hr", "img", "meta", "input", "wbr")

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def parsed(html: Any) -> _Page:
    """The rows, text and tags of IPython's HTML or of a string."""
    page = _Page()
    page.feed(html if isinstance(html, str) else html.data)
    page.close()
    assert page.open == [], f"not closed: {page.open}"
    return page


def is_drawn(made: Picture | str) -> Picture:
    """The picture, with an image, words that end, and numbers without gaps."""
    assert isinstance(made, Picture), made
    assert made.png().startswith(b"\x89PNG\r\n")
    assert made.alt.endswith(".")
    assert "nan" not in made.alt
    assert len(made.data)
    assert not made.data.isin(["nan", "nan %"]).any(axis=None)
    return made


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def text_of(html: Any) -> str:
    return plain(parsed(html).text)


def rows_of(html: Any) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in parsed(html).rows]


def amount(text: str) -> float:
    """GBP 12.3 million, −GBP 0.34 million and GBP 12,300 as numbers."""
    said = re.fullmatch(r"(−?)GBP ([\d,.]+)( million)?", text)
    assert said, text
    size = float(said[2].replace(",", "")) * (1e6 if said[3] else 1)
    return -size if said[1] else size
