"""Pages in a browser: nothing loaded or said, no barrier, no sideways scroll, light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.publishing.html import to_html
from pmo_lib.reports import page as pieces
from pmo_lib.reports.picture import Picture, drawn

WIDTHS = (320, 400, 768, 1280, 2560)
TABLES_THAT_SCROLL = (
    "[...document.querySelectorAll('.scroll:not(.annex *)')]"
    ".filter(e => e.scrollWidth > e.clientWidth + 1)"
    ".map(e => e.querySelector('caption').textContent.slice(0, 60))"
)
NAME = "Verwaltungsdigitalisierungsvorhabenbeschleunigung" * 3


@pytest.fixture(scope="module")
def pages(published: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small pack, and a page with every piece of a report under a name without spaces."""
    pack = published / "first" / "reports" / "small" / "2025-09"
    whole = tmp_path_factory.mktemp("pieces") / "pieces.html"
    whole.write_text(_with_every_piece(), encoding="utf-8")
    names = ("index.html", "03_kpi_report.html", "03_kpi_report-finance.html")
    return [*(pack / name for name in (*names, "data_dictionary.html")), whole]


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _with_every_piece() -> str:
    from nbformat import v4

    with drawn(2) as (figure, axes):
        axes.plot([1, 2, 3], "-o")
    frame = pd.DataFrame({"Department": [NAME, "IT"], "Value": ["48\u00a0%", "7\u00a0%"]})
    badges = [
        pieces.badge(k, k) for k in ("red", "amber", "green", "grey", "good", "bad", "neutral")
    ]
    said = [
        pieces.title(f"Report of {NAME}", NAME), pieces.answer([f"Of {NAME} much is known."]),
        pieces.joined(*badges), pieces.section(f"What {NAME} asks", pieces.paragraph(NAME)),
        *(pieces.section(f"Part {n}", pieces.paragraph("Text.")) for n in range(4)),
        pieces.table(frame, f"Table of {NAME}"), pieces.table(frame, "Cards", "cards"),
        pieces.folded(NAME, pieces.bullets([NAME, "الموارد البشرية 45 %"])),
        Picture(figure, f"The line of {NAME} rises.", frame).html(),
    ]  # fmt: skip
    outputs = [v4.new_output("display_data", {"text/html": str(each.data)}) for each in said]
    cells = [v4.new_code_cell("x", outputs=outputs, metadata={}, execution_count=1)]
    return to_html(v4.new_notebook(cells=cells), f"Report of {NAME}", "Small & Sons, May 2026")


def test_pages_load_nothing_and_say_nothing(browser: Any, pages: list[Path]) -> None:
    heard: list[str] = []
    context = browser.new_context()
    tab = context.new_page()
    tab.on("request", lambda request: heard.append(request.url))
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    for page in pages:
        tab.goto(page.as_uri())
    context.close()
    assert heard == [page.as_uri() for page in pages]


def test_policy_lets_no_script_run(tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "evil.html"
    path.write_text(
        _with_every_piece().replace("</main>", "<script>document.title = 'run'</script></main>")
    )
    tab.goto(path.as_uri())
    assert tab.title() != "run"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(tab: Any, pages: list[Path], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), dict[str, Any]()
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": 1280, "height": 900})
    for page in pages:
        tab.goto(page.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        only = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
        violations = axe.run(tab, options=only).response["violations"]
        told = [(v["id"], v["nodes"][0]["html"][:90], v["nodes"][0]["target"]) for v in violations]
        found |= {page.name: told} if told else {}
    assert found == {}


def test_dark_page_is_dark_with_its_figures(tab: Any, pages: list[Path]) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(pages[-1].as_uri())
        seen[scheme] = tab.evaluate(
            "[getComputedStyle(document.body).backgroundColor, "
            "getComputedStyle(document.querySelector('svg.figure text')).fill]"
        )
    assert seen["light"] == ["rgb(255, 255, 255)", "rgb(31, 41, 51)"]
    assert seen["dark"] == ["rgb(20, 25, 31)", "rgb(230, 234, 238)"]


def test_no_page_scrolls_sideways(tab: Any, pages: list[Path]) -> None:
    wide = {}
    for page in pages:
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.goto(page.as_uri())
            needs = tab.evaluate("document.documentElement.scrollWidth")
            inner = tab.evaluate(TABLES_THAT_SCROLL)
            wide |= {(page.name, width): (needs, inner)} if needs > width or inner else {}
    assert wide == {}


def test_link_to_the_numbers_of_a_figure_opens_them(tab: Any, pages: list[Path]) -> None:
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto(pages[-1].as_uri())
    tab.click("figcaption a")
    assert tab.is_visible("#numbers-1 table")
