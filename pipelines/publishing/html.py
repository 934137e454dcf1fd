"""An executed notebook becomes one HTML file that is safe to hand to anybody.

Offline, without script, every figure with its own alt text, small enough to mail.
"""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pipelines.publishing.shell import CONTENT_SECURITY_POLICY, furnished, in_css

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
MOST_BYTES = 2_000_000
_LOADING = {"src", "srcset", "poster", "data", "action", "formaction", "background"}


class ExportError(Exception):
    """The page breaks a promise that every published page keeps."""


def to_html(notebook: Any, title: str, about: str = "") -> str:
    """The page of an executed notebook; ExportError where it may not be published.

    `about`, such as the organisation and the month, completes its title and running head.
    """
    name = f"{title}, {about}" if about else title
    resources = {
        "metadata": {"name": name}, "policy": CONTENT_SECURITY_POLICY, "head": in_css(name)
    }  # fmt: skip
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    html = furnished(html)
    if problems := problems_in(html):
        raise ExportError("; ".join(problems))
    return str(html)


@cache
def _exporter() -> Any:
    """One exporter a process: the first costs half a second, each page then a tenth."""
    from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="pmo_report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        embed_images=True,
        optimistic_validation=True,  # once, and not after each of a dozen steps
    )


def problems_in(html: str) -> list[str]:
    """What would keep a page from being published: nothing, if all is well."""
    reader = _Reader()
    reader.feed(html)
    problems = list(reader.problems)
    size = len(html.encode())
    if size > MOST_BYTES:
        problems.append(f"the page has {size:,} bytes, more than {MOST_BYTES:,}")
    if reader.headings.count(1) != 1:
        problems.append(f"the page has {reader.headings.count(1)} h1 headings, not one")
    for before, after in zip(reader.headings, reader.headings[1:], strict=False):
        if after > before + 1:
            problems.append(f"an h{after} follows an h{before}")
    return problems


class _Reader(HTMLParser):
    """Collects headings, and what loads from elsewhere, runs, or has no words."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.headings: list[int] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"script", "iframe", "object", "embed"}:
            self.problems.append(f"the page holds a {tag}")
        if tag == "img" and not (values.get("alt") or "").strip():
            self.problems.append("an image has no alt text")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag == "meta" and (values.get("http-equiv") or "").lower() == "refresh":
            self.problems.append("the page sends its reader elsewhere")
        loading = _LOADING if tag == "a" else _LOADING | {"href", "xlink:href"}
        for name, value in values.items():
            self._check_value(tag, name, value or "", loads=name in loading)
        self._in_style = tag == "style"

    def _check_value(self, tag: str, name: str, value: str, *, loads: bool) -> None:
        sources = value.split(", ") if name == "srcset" else [value]
        for source in sources:
            if loads and source and not source.strip().startswith(("data:", "#")):
                self.problems.append(f"{tag} loads {source[:80]}")
        if name == "href" and "".join(value.lower().split()).startswith("javascript:"):
            self.problems.append(f"{tag} has a script in {name}")
        if name.startswith("on"):
            self.problems.append(f"{tag} has a script in {name}")
        if name == "style":
            self._check_css(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._check_css(data)

    def _check_css(self, css: str) -> None:
        squeezed = re.sub(r"[\s'\"]", "", css.lower())
        if re.search(r"@import|url\((?!data:|#)|image-set\((?!url\(data:|data:)", squeezed):
            self.problems.append("a style loads from elsewhere")
