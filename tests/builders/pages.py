"""What a page or a picture says: its rows, text, tags and amounts."""

import json
import re
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any

from pmo_lib.reports.picture import Picture

FIRST_ROWS = 6  # the heads among them
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


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
    assert made.svg().startswith("<svg ")
    assert made.alt.endswith(".")
    assert "nan" not in made.alt
    assert len(made.data)
    assert not made.data.isin(["nan", "nan %"]).any(axis=None)
    return made


def sections_of(notebook: str) -> list[str]:
    """What the cells of the notebook show: report.title() and so on."""
    cells = json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [source for source in sources if source.startswith("report.")]


class _Markdown(HTMLParser):
    """What a reader sees of a piece of HTML: headings, paragraphs, items and rows, a line each."""

    STARTS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "caption": "Table: "}  # noqa: RUF012
    ENDS = ("p", "li", "tr", "caption", "summary", "div", "h1", "h2", "h3", "h4", "br", "dt", "dd")

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.line, self.drawn = [""], "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn += tag in {"svg", "style"}
        if tag in self.STARTS:
            self.ended()
            self.line = self.STARTS[tag]
        if tag in {"td", "th"}:
            self.line += "| "

    def handle_endtag(self, tag: str) -> None:
        self.drawn -= tag in {"svg", "style"}
        if tag in self.ENDS:
            self.ended()

    def handle_data(self, data: str) -> None:
        self.line += "" if self.drawn else data

    def ended(self) -> None:
        text = plain(self.line)
        if text.strip("| "):
            self.lines.append(text)
        self.line = ""


def markdown(made: Any) -> str:
    """A section as plain text: what HTML says, a picture's words; of long tables the first rows."""
    if isinstance(made, Picture):
        rows = [made.data.columns, *made.data.itertuples(index=False)]
        lines = [f"![{plain(made.alt)}]", *(f"| {plain(' | '.join(map(str, r)))}" for r in rows)]
    else:
        page = _Markdown()
        page.feed(made if isinstance(made, str) else made.data)
        page.close()
        page.ended()
        lines = page.lines
    kept: list[str] = []
    for is_row, own in groupby(lines, lambda line: line.startswith("| ")):
        rows = list(own)
        kept += rows[:FIRST_ROWS] if is_row else rows
        if is_row and len(rows) > FIRST_ROWS:
            kept.append(f"| … {len(rows) - FIRST_ROWS} more")
    return "\n".join(kept).strip()


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


def words_in(html: Any) -> int:
    """How many words a reader sees; an amount tied by spaces that do not break is one."""
    page = _Words()
    page.feed(html if isinstance(html, str) else html.data)
    page.close()
    return len(re.split(r"[ \n\t]+", page.text.strip()))


class _Words(HTMLParser):
    """The text with a space where a tag stands, without pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.drawn = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn += tag == "svg"
        self.text += " "

    def handle_endtag(self, tag: str) -> None:
        self.drawn -= tag == "svg"
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += "" if self.drawn else data
