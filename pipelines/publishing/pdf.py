"""Pages as PDF, printed by the Chromium of the machine: tagged, named, the same bytes twice.

What Chromium leaves open is completed: running heads and page numbers are artifacts, which no
reader's software reads out, a figure is named once, by its drawing, and no clock is told.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.publishing.shell import in_css
from pmo_lib.errors import PmoError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACK = "pack.pdf"
MOST_SECONDS = 300
_MAIN = re.compile(r'<main id="main">(.*)</main>', re.DOTALL)
_NAMES = re.compile(r"""(\bid=["']|href=["']#|url\(#)""")


class PrintError(PmoError):
    """No PDF can be made; the pages are there all the same."""


def browser() -> str:
    """The browser that prints; PrintError where the machine has none."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise PrintError(
        "there is no Chromium on this machine, so no PDF is made",
        remedy="Install chromium, or Google Chrome, so that it is found in PATH",
    )


@dataclass(frozen=True)
class Printer:
    """Prints the pages of a pack; where that cannot be done it warns, and nothing is left."""

    workers: int
    warn: Callable[[str], None]

    def pages(self, folder: Path, names: Sequence[str]) -> bool:
        """A PDF beside each page, of the same name."""
        pages = [folder / name for name in names]
        try:
            browser()
            with ThreadPoolExecutor(max(self.workers, 1)) as threads:
                list(threads.map(lambda page: print_page(page, page.with_suffix(".pdf")), pages))
        except PrintError as error:
            return self._given_up(folder, error)
        return True

    def pack(self, folder: Path, title: str, names: Sequence[str]) -> bool:
        """All pages as one PDF."""
        try:
            print_pack(folder, title, names)
        except PrintError as error:
            return self._given_up(folder, error)
        return True

    def _given_up(self, folder: Path, error: PrintError) -> bool:
        for path in folder.glob("*.pdf"):
            path.unlink()
        self.warn(str(error))
        return False


def print_pack(folder: Path, title: str, pages: Sequence[str]) -> Path:
    """All pages in their order as one PDF: outline, running heads, page numbers through it all.

    Of a report that has evidence its one page: the evidence is in the report's own PDF.
    """
    with TemporaryDirectory() as work:
        whole = Path(work) / "pack.html"
        texts = [one_page((folder / page).read_text(encoding="utf-8")) for page in pages]
        whole.write_text(joined(title, pages, texts), encoding="utf-8")
        return print_page(whole, folder / PACK)


def joined(title: str, names: Sequence[str], pages: Sequence[str]) -> str:
    """Pages as the sections of one; what a link between them led to, it leads to still."""
    first = pages[0]
    style = "".join(
        f"@page p{at} {{ @top-left {{ content: {in_css(_title(text))}; }} }}\n"
        f"#p{at} {{ page: p{at}; }}\n"
        for at, text in enumerate(pages)
    )
    parts = []
    for at, text in enumerate(pages):
        main = _MAIN.search(text)
        inner = _NAMES.sub(rf"\g<1>p{at}-", main[1] if main else "")
        for there, name in enumerate(names):
            inner = re.sub(rf"href=([\"']){re.escape(name)}\1", f'href="#p{there}"', inner)
        parts.append(f'<section class="report" id="p{at}">{inner}</section>\n')
    head = first[: first.index("</head>")].replace(_title(first, raw=True), escape(title))
    return (
        f'{head}<style>{style}</style></head>\n<body><main id="main">{"".join(parts)}'
        "</main></body></html>"
    )


def one_page(html: str) -> str:
    """The page without its evidence: what a reader who acts on it needs; all where it has none."""
    found = re.search(r"<h2[^>]*>Evidence</h2>", html)
    # nothing follows it, so that it needs no new page after it
    end = "<style>.one-page { break-after: auto; }</style></main></body></html>"
    return f"{html[: found.start()]}{end}" if found else html


def print_page(page: Path, to: Path) -> Path:
    """Print one page; PrintError where the browser does not."""
    with TemporaryDirectory() as profile:
        command = [
            browser(), "--headless", "--disable-gpu", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update",
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            f"--user-data-dir={profile}", "--no-pdf-header-footer",
            "--generate-pdf-document-outline", f"--print-to-pdf={to}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise PrintError(f"printing {page.name} took over {MOST_SECONDS} seconds") from None
    if done.returncode or not to.exists():
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise PrintError(f"the browser did not print {page.name}: {' '.join(said)}")
    _complete(to, f"{page.resolve().parent.as_uri()}/")
    return to


def _complete(path: Path, place: str) -> None:
    """Mark what repeats on every page, name figures once, forget the clock and the `place`."""
    import pikepdf

    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            _mark_artifacts(pdf, page)
            for link in page.get("/Annots", ()):
                leads = "to another place of this document"
                if "/URI" in (action := link.get("/A", {})):
                    leads = str(action.URI).removeprefix(place)
                    action.URI = pikepdf.String(leads)
                link.Contents = pikepdf.String(leads)
        for each in pdf.objects:
            is_figure = isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
            if is_figure and "/Alt" not in each:
                each.S = pikepdf.Name.Div  # the frame of caption and drawing
        title = str(pdf.docinfo.get("/Title", ""))
        for told in ("/CreationDate", "/ModDate", "/Creator", "/Producer"):
            if told in pdf.docinfo:
                del pdf.docinfo[told]
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
            meta["dc:title"] = title
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _mark_artifacts(pdf: Any, page: Any) -> None:
    """Text that no tag holds, as in a page's margins, is an artifact of the page."""
    import pikepdf

    depth = 0
    marked: list[pikepdf.ContentStreamInstruction] = []
    begun = pikepdf.ContentStreamInstruction(
        [pikepdf.Name.Artifact, pikepdf.Dictionary(Type=pikepdf.Name.Pagination)],
        pikepdf.Operator("BDC"),
    )
    ended = pikepdf.ContentStreamInstruction([], pikepdf.Operator("EMC"))
    for each in pikepdf.parse_content_stream(page):
        operator = str(each.operator)
        depth += (operator in {"BDC", "BMC"}) - (operator == "EMC")
        if operator == "BT" and not depth:
            marked.append(begun)
        marked.append(each)
        if operator == "ET" and not depth:
            marked.append(ended)
    page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(marked))


def _title(html: str, *, raw: bool = False) -> str:
    found = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    said = found[1] if found else ""
    return said if raw else unescape(said)
