"""A page that breaks a promise is never published; one that keeps them all is."""

import nbformat
import pytest
from bs4 import BeautifulSoup

from pipelines.publishing.html import MOST_BYTES, ExportError, problems_in, to_html


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html lang='en'><head>{head}</head><body><h1>x</h1>{body}</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ordinary text &amp; more, such as url(https://example.org) or @import.</p>",
        "<a href='https://example.org/source'>the source</a>",
        "<a href='kpis.csv'>kpis.csv</a> <a href='#below'>below</a>",
        "<img alt='Shares by year' src='data:image/png;base64,AAAA'>",
        "<h2>a</h2><h3>b</h3><h4>c</h4><h2>d</h2>",
        "<style>p { color: #333; background: url(data:image/png;base64,AAAA) }</style>",
        "<p style='color: red'>x</p>",
        "<details><summary>more</summary>x</details>",
        "<p>the script of the iframe: onclick</p>",
        "<hr><br><header></header>",
    ],
)
def test_ordinary_page_has_no_problem(body: str) -> None:
    assert problems_in(page(body)) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<script>alert(1)</script>", "the page holds a script"),
        ("<script src='https://x.org/a.js'></script>", "script loads https://x.org/a.js"),
        ("<SCRIPT>alert(1)</SCRIPT>", "the page holds a script"),
        ("<iframe src='a.html'></iframe>", "the page holds a iframe"),
        ("<object data='a.svg'></object>", "the page holds a object"),
        ("<embed src='a.svg'>", "the page holds a embed"),
        ("<img alt='x' src='https://x.org/a.png'>", "img loads https://x.org/a.png"),
        ("<img alt='x' src='//x.org/a.png'>", "img loads //x.org/a.png"),
        ("<img alt='x' src='a.png'>", "img loads a.png"),
        ("<img alt='x' srcset='https://x.org/a.png 2x'>", "img loads https://x.org/a.png 2x"),
        ("<video poster='https://x.org/a.png'></video>", "video loads"),
        ("<table background='https://x.org/a.png'></table>", "table loads"),
        ("<form action='https://x.org'></form>", "form loads https://x.org"),
        ("<link rel='stylesheet' href='https://x.org/a.css'>", "link loads https://x.org/a.css"),
        ("<base href='https://x.org/'>", "base loads"),
        ("<svg><image href='https://x.org/a.png'/></svg>", "image loads"),
        ("<style>p { background: url(https://x.org/a.png) }</style>", "a style loads"),
        ("<style>p { background: URL( 'https://x.org/a.png' ) }</style>", "a style loads"),
        ("<style>@import 'https://x.org/a.css';</style>", "a style loads"),
        ("<p style=\"background: url('https://x.org/a.png')\">x</p>", "a style loads"),
        ("<p onclick='alert(1)'>x</p>", "p has a script in onclick"),
        ("<svg onload='alert(1)'></svg>", "svg has a script in onload"),
        ("<img src='data:image/png;base64,AAAA'>", "an image has no alt text"),
        ("<img alt=' ' src='data:image/png;base64,AAAA'>", "an image has no alt text"),
        ("<img alt src='data:image/png;base64,AAAA'>", "an image has no alt text"),
        ("<h1>another</h1>", "the page has 2 h1 headings, not one"),
        ("<h3>deeper</h3>", "an h3 follows an h1"),
        ("<h2>a</h2><h4>b</h4>", "an h4 follows an h2"),
        ("x" * MOST_BYTES, "bytes, more than 2,000,000"),
    ],
)
def test_broken_promise_is_found(body: str, problem: str) -> None:
    assert any(problem in found for found in problems_in(page(body)))


def test_page_without_h1_is_found() -> None:
    assert problems_in("<html><p>x</p></html>") == ["the page has 0 h1 headings, not one"]


def test_size_is_that_of_the_bytes() -> None:
    assert problems_in(page("é" * (MOST_BYTES // 2)))[0].endswith("more than 2,000,000")


def test_every_problem_is_told() -> None:
    assert len(problems_in(page("<script></script><h1>y</h1><img src='a.png'>"))) == 4


@pytest.mark.parametrize(
    "body",
    [
        "<svg><use xlink:href='https://x.org/a.svg'/></svg>",
        "<svg><image xlink:href='https://x.org/a.png'/></svg>",
        "<meta http-equiv='refresh' content='0; url=https://x.org'>",
        "<a href='javascript:alert(1)'>x</a>",
        "<img alt='x' srcset='data:image/png;base64,AAAA 1x, https://x.org/a.png 2x'>",
        "<p style='background: image-set(\"https://x.org/a.png\" 1x)'>x</p>",
    ],
)
def test_less_common_ways_to_load_or_run_are_found(body: str) -> None:
    assert problems_in(page(body))


def test_embedded_picture_in_a_quoted_style_is_fine() -> None:
    body = "<style>p { background: url('data:image/png;base64,AAAA') }</style>"
    assert problems_in(page(body)) == []


class TestToHtml:
    @pytest.fixture
    def notebook(self) -> nbformat.NotebookNode:
        v4 = nbformat.v4
        shown = v4.new_output("execute_result", {"text/html": "<h1>Report</h1>"}, metadata={})
        cell = v4.new_code_cell("very_secret = 42", outputs=[shown], execution_count=1)
        parameters = v4.new_code_cell("period = '2026-09'", metadata={"tags": ["parameters"]})
        return v4.new_notebook(cells=[parameters, cell, v4.new_markdown_cell("## Part")])

    def test_shows_outputs_and_no_code(self, notebook: nbformat.NotebookNode) -> None:
        html = to_html(notebook, "Title")
        assert "<h1>Report</h1>" in html
        assert "very_secret" not in html
        assert "2026-09" not in html
        assert problems_in(html) == []

    def test_has_a_language_and_an_escaped_title(self, notebook: nbformat.NotebookNode) -> None:
        html = to_html(notebook, "<b>Legal & Co</b>")
        assert '<html lang="en">' in html
        assert "<title>&lt;b&gt;Legal &amp; Co&lt;/b&gt;</title>" in html

    def test_keeps_the_authors_alt_text(self, notebook: nbformat.NotebookNode) -> None:
        picture = nbformat.v4.new_output(
            "display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": 'a "b" <c>'}}
        )
        notebook.cells[1].outputs.append(picture)
        image = BeautifulSoup(to_html(notebook, "x"), "html.parser").find("img")
        assert image is not None
        assert image["alt"] == 'a "b" <c>'

    def test_raises_naming_the_broken_promise(self, notebook: nbformat.NotebookNode) -> None:
        notebook.cells[1].outputs[0].data["text/html"] += "<script>1</script><h1>y</h1>"
        with pytest.raises(ExportError, match="holds a script; the page has 2 h1"):
            to_html(notebook, "x")
