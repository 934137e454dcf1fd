"""What every published page gets round what its notebook says: contents, figure numbers, annex."""

import re
from itertools import count

FEWEST = 4  # sections from which on a page has a list of them
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_FIGURE = re.compile(
    r"<figure><figcaption>(?P<said>.*?)</figcaption>(?P<drawing>.*?)</figure>\s*"
    r'<details class="behind"><summary>[^<]*</summary>(?P<numbers>.*?)</details>',
    re.DOTALL,
)
_FALLBACK = re.compile(r"var\((--[a-z]+),#[0-9a-f]{6}\)")  # for a page without our colours
_HEADING = re.compile(r"<h2(?: id=\"(?P<id>[^\"]*)\")?>(?P<text>.*?)</h2>", re.DOTALL)


def furnished(html: str) -> str:
    """The page with its figures numbered, their numbers in an annex, and its sections listed."""
    return _FALLBACK.sub(r"var(\1)", _with_contents(_with_annex(html)))


def in_css(text: str) -> str:
    """The text as a CSS string, such as the running head of a printed page."""
    return '"' + re.sub(r"[^\w .,:()-]", lambda c: f"\\{ord(c[0]):x} ", text) + '"'


def _with_annex(html: str) -> str:
    """Each figure is named, and its numbers stand at the page's end, where they print."""
    numbers: list[str] = []

    def named(found: re.Match[str]) -> str:
        at = len(numbers) + 1
        numbers.append(
            f'<details class="behind"><summary>Figure {at}</summary>\n<div id="numbers-{at}">'
            f'{found["numbers"]}\n<p><a href="#figure-{at}">Back to figure {at}</a></p></div>'
            "</details>"
        )
        return (
            f'<figure id="figure-{at}"><figcaption><b>Figure {at}.</b> {found["said"]} '
            f'<a href="#numbers-{at}">Its numbers</a></figcaption>{found["drawing"]}</figure>'
        )

    html = _FIGURE.sub(named, html)
    if not numbers:
        return html
    annex = "\n".join(numbers)
    return html.replace(
        "</main>",
        f'<section class="annex">\n<h2>The numbers behind the figures</h2>\n{annex}\n'
        "</section>\n</main>",
    )


def _with_contents(html: str) -> str:
    """Each h2 can be pointed at; beneath "Evidence", else before the first, stands their list."""
    numbered, listed = count(1), list[tuple[str, str]]()

    def named(found: re.Match[str]) -> str:
        name = found["id"] or f"section-{next(numbered)}"
        listed.append((name, found["text"]))
        return f'<h2 id="{name}">{found["text"]}</h2>'

    html = _HEADING.sub(named, html)
    evidence = next((at for at, (_, text) in enumerate(listed) if text == "Evidence"), -1)
    shown = listed[evidence + 1 :]
    if len(shown) < FEWEST:
        return html
    items = "".join(f'<li><a href="#{name}">{text}</a></li>\n' for name, text in shown)
    contents = f'<nav class="contents" aria-label="Contents">\n<ul>\n{items}</ul>\n</nav>\n'
    place = html.index(f'<h2 id="{shown[0][0]}">')
    if evidence >= 0:
        head = f'<h2 id="{listed[evidence][0]}">Evidence</h2>'
        place = html.index(head) + len(head)
    return html[:place] + contents + html[place:]
