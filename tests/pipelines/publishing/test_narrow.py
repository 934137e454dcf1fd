"""Pages on a telephone: whatever words they hold, nothing is wider than the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jinja2 import meta
from markupsafe import Markup

from pipelines.publishing.html import TEMPLATES
from pipelines.publishing.pages import PAGES
from pipelines.publishing.render import Record
from pmo_lib.contract.verdict import Question
from pmo_lib.reports import page

WIDTH = 400
WORDS = {
    "of 36 letters": "Verwaltungsdigitalisierungsvorhaben1",
    "of 200 letters": "W" * 200,
    "of an address": f"https://example.org/{'a/b?c=' * 30}",
    "of Chinese": "部" * 60,
}
STYLE = (TEMPLATES / "pmo_report" / "static" / "pmo.css").read_text(encoding="utf-8")
Measure = Callable[[str], dict[str, Any]]

LOOK = """() => {
  const root = document.documentElement, seen = [];
  for (const cell of document.querySelectorAll(".value")) {
    const scroll = cell.closest(".scroll"), right = cell.getBoundingClientRect().right;
    seen.push(Math.round(right - (scroll || root).getBoundingClientRect().right));
  }
  return {page: root.scrollWidth, screen: root.clientWidth, beyond: seen};
}"""


@pytest.fixture
def measure(browser: Any) -> Iterator[Measure]:
    """How wide a page is on the screen, and by how much each .value lies beyond it."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 900})
    tab = context.new_page()

    def of(html: str) -> dict[str, Any]:
        tab.set_content(html)
        found: dict[str, Any] = tab.evaluate(LOOK)
        return found

    yield of
    context.close()


def report(word: str) -> str:
    """A page with the word wherever one of the user's can stand."""
    table = pd.DataFrame({
        "Department": [word, "IT"],
        "Value": [page.HTML(f"<span class='value'>{number}</span>") for number in (1, 2)],
        "What was said": [f"It is {word}.", "–"],
    })  # fmt: skip
    pieces = (
        page.title(f"KPI report: {word}", word), page.answer([f"Of {word} nothing is known."]),
        page.section(word, page.paragraph(word)), page.subsection(word, page.bullets([word])),
        page.table(table, word), page.table(table, word, "cards"),
        page.folded(word, page.lines(word, word)),
    )  # fmt: skip
    body = "\n".join(piece.data for piece in pieces)
    head = "<meta name='viewport' content='width=device-width'>"
    style = f"<head>{head}<style>{STYLE}</style></head>"
    return f"<!DOCTYPE html><html>{style}<body><main>{body}</main></body></html>"


def index(word: str) -> str:
    records = [Record(word, f"KPI report: {word}", word, "a.html", "03_kpi_report", state="failed")]
    given: dict[str, Any] = {
        "title": word, "reports": records, "failed": records, "groups": {word: records},
        "withheld": {word: word}, "questions": [], "data_hash": "0" * 64, "quality": "",
    }  # fmt: skip
    source = (TEMPLATES / "index.html.j2").read_text(encoding="utf-8")
    texts = dict.fromkeys(meta.find_undeclared_variables(PAGES.parse(source)), word)
    return PAGES.get_template("index.html.j2").render(texts | given)


@pytest.mark.parametrize("make", [report, index])
def test_long_words_are_broken_and_no_value_is_pushed_out_of_sight(
    measure: Measure, make: Callable[[str], str]
) -> None:
    wide = {}
    for name, word in WORDS.items():
        seen = measure(make(word))
        if seen["page"] > seen["screen"] or any(by > 0 for by in seen["beyond"]):
            wide[name] = seen
    assert wide == {}


def test_ordinary_page_keeps_its_words_whole() -> None:
    """Only words longer than any of ours are given places to break."""
    assert "<wbr>" not in page.paragraph("withheld: performance and responsibilities").data
    assert page.paragraph("a" * 30).data == f"<p>{'a' * 12}<wbr>{'a' * 12}<wbr>{'a' * 6}</p>"


def test_what_turns_the_direction_of_reading_is_left_out_and_markup_is_text() -> None:
    said = page.paragraph("<b>80\u00a0%\u202e &amp;", "\x1b[31m").data
    assert said == "<p>&lt;b&gt;80\u00a0% &amp;amp; \\x1b[31m</p>"
    found = page.table(pd.DataFrame({"a'\u202e": ["x\u2066"]}), "'c'\u202e").data
    assert "\u202e" not in found
    assert "\u2066" not in found
    assert "<caption>&#x27;c&#x27;</caption>" in found


def test_words_read_from_the_right_leave_the_numbers_beside_them() -> None:
    shown = {
        "الموارد البشرية: 45 %": "<bdi>الموارد البشرية</bdi>: 45 %",
        "of משרד האוצר, 3": "of <bdi>משרד האוצר</bdi>, 3",
        "Ressources humaines 部 №": "Ressources humaines 部 №",
    }
    assert {text: page.escape(text) for text in shown} == shown


def test_text_that_is_an_address_is_never_opened() -> None:
    """IPython would load it, and put what it finds into the page."""
    assert "http://localhost:9/" in page.lines("http://localhost:9/").data


def test_pages_of_a_pack_are_as_safe() -> None:
    """Texts, and what is none but shown as one."""
    name = "<b>\u202e80 %\x1b"
    asked = Question("check", "projects", "", name)
    text = PAGES.from_string("{{ name }} {{ asked }} {{ path }} {{ n }} {{ piece }}").render(
        name=name, asked=asked, path=Path(name), n=3, piece=Markup("<i>x</i>")
    )
    assert text.count(r"&lt;b&gt;80 %\x1b") == 3
    assert text.endswith(" 3 <i>x</i>")
    assert not set("\u202e\x1b") & set(text)
