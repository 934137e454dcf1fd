"""Round every page: numbered figures, their numbers in an annex, a list of sections, a policy."""

import re

import pandas as pd
from bs4 import BeautifulSoup

from pipelines.publishing.html import TEMPLATES
from pipelines.publishing.pages import PAGES
from pipelines.publishing.shell import furnished, in_css
from pmo_lib.reports.picture import Picture, drawn
from pmo_lib.reports.vector import VARIABLES


def figure(name: str) -> str:
    with drawn(1) as (made, axes):
        axes.plot([1, 2])
    frame = pd.DataFrame({"Department": [name], "n": [7]})
    return Picture(made, f"{name} rises.", frame)._repr_html_()


def page(*parts: str) -> BeautifulSoup:
    html = furnished(f"<body><main>{''.join(parts)}</main></body>")
    return BeautifulSoup(html, "html.parser")


def test_figures_are_numbered_and_their_numbers_stand_at_the_end_in_their_order() -> None:
    found = page(figure("Legal"), "<p>between</p>", figure("IT"))
    captions = [each.get_text() for each in found.find_all("figcaption")]
    assert captions == [
        f"Figure {at}. {n} rises. Its numbers" for at, n in ((1, "Legal"), (2, "IT"))
    ]
    annex = found.find("section")
    assert annex is not None
    assert [row.get_text() for row in annex.select("tbody tr")] == ["Legal7", "IT7"]
    assert len(found.find_all("table")) == 2


def test_every_link_within_a_page_leads_somewhere() -> None:
    found = page(figure("Legal"), *(f"<h2>Part {n}</h2>" for n in range(4)))
    links = {a["href"] for a in found.find_all("a")}
    assert {link for link in links if not found.select(link)} == set()
    assert len(links) == 2 + 5


def test_contents_stand_beneath_evidence_and_list_what_follows_it() -> None:
    parts = [f'<h2 id="p{n}">Part {n}</h2>' for n in range(4)]
    found = page("<h2>What we ask</h2><h2>Evidence</h2><p>x</p>", *parts)
    nav = found.find("nav")
    assert nav is not None
    assert [a.get_text() for a in nav.find_all("a")] == [f"Part {n}" for n in range(4)]
    before = nav.find_previous("h2")
    assert before is not None
    assert before.get_text() == "Evidence"


def test_short_page_has_neither_contents_nor_annex() -> None:
    found = page("<h2>One</h2><h2>Two</h2>")
    assert found.find("nav") is None
    assert found.find("section") is None


def test_running_head_cannot_leave_its_string() -> None:
    for text in ('a"; } body { display: none', "back\\slash", "</style><script>", "a\nb"):
        said = in_css(text)
        assert set('"\\<;{}\n') & set(said[1:-1]) <= {"\\"}
        assert said[0] == said[-1] == '"'
    assert in_css("KPI report, Müller & Co, September 2026") == (
        '"KPI report, Müller \\26  Co, September 2026"'
    )


def test_every_page_has_a_policy_a_way_past_its_head_and_a_running_head() -> None:
    html = PAGES.from_string(
        '{% extends "page.html.j2" %}{% block title %}A"b{% endblock %}'
    ).render()
    found = BeautifulSoup(html, "html.parser")
    policy = found.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert "default-src 'none'" in policy["content"]
    assert "script" not in policy["content"]
    skip = found.find("a", class_="skip")
    assert skip is not None
    assert found.select(str(skip["href"]))
    assert "@top-left { content: " in html


def test_every_colour_of_a_figure_is_one_of_the_page_and_has_a_dark_one() -> None:
    css = (TEMPLATES / "pmo_report" / "static" / "pmo.css").read_text(encoding="utf-8")
    light, dark = css.split(":root {", 2)[1:]
    for name, own in (("light", light), ("dark", dark)):
        block = own[: own.index("}")]
        found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))
        assert [each for each in VARIABLES.values() if each not in found] == [], name
        if name == "light":
            same = {each: found[each].replace("#fff", "#ffffff") for each in VARIABLES.values()}
            assert same == {variable: colour for colour, variable in VARIABLES.items()}
