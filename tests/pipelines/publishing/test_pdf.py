"""Pages on paper: tagged, named, numbered, the same bytes twice; without a browser a warning."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipelines.publishing import pdf
from pipelines.publishing.pdf import Printer, PrintError, joined, one_page, print_page


def page(title: str, body: str) -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title></head>"
        f'<body><nav>x</nav><main id="main">{body}</main></body></html>'
    )


@pytest.fixture(scope="module")
def pack(published: Path) -> Path:
    return published / "first" / "reports" / "small" / "2025-09"


@pytest.fixture(scope="module")
def printed(chromium: str, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small pack, its index and its organisation's report, as one PDF."""
    folder = tmp_path_factory.mktemp("printed")
    for name in ("index.html", "03_kpi_report.html"):
        (folder / name).write_bytes((pack / name).read_bytes())
    warned: list[str] = []
    whole = Printer(1, warned.append)
    assert whole.pages(folder, ["03_kpi_report.html"])
    assert whole.pack(folder, "Small pack, September 2025", ["index.html", "03_kpi_report.html"])
    assert warned == []
    return folder


class TestPrinted:
    def test_meets_what_a_machine_can_check_of_pdf_ua(self, printed: Path) -> None:
        from pdfua import validate

        found = {path.name: validate(path) for path in printed.glob("*.pdf")}
        assert len(found) == 2
        # UA-28-004: that it claims to be PDF/UA takes a person's judgement, and is not claimed
        told = {
            name: [each for each in report.findings if each.rule_id != "UA-28-004"]
            for name, report in found.items()
        }
        assert {name: errors for name, errors in told.items() if errors} == {}

    def test_says_its_language_and_title_and_is_tagged(self, printed: Path) -> None:
        with pikepdf.open(printed / "pack.pdf") as made:
            assert made.Root.Lang == "en"
            assert made.Root.MarkInfo.Marked
            assert made.Root.ViewerPreferences.DisplayDocTitle
            assert made.docinfo["/Title"] == "Small pack, September 2025"

    def test_outline_leads_to_each_report(self, printed: Path) -> None:
        with pikepdf.open(printed / "pack.pdf") as made, made.open_outline() as outline:
            titles = [each.title for each in outline.root]
        assert len(titles) == 2
        assert titles[1].startswith("KPI report")

    def test_is_a4(self, printed: Path) -> None:
        with pikepdf.open(printed / "03_kpi_report.pdf") as made:
            sizes = {tuple(round(float(n)) for n in each.mediabox) for each in made.pages}
        assert sizes == {(0, 0, 595, 842)}

    def test_no_sheet_is_empty(self, printed: Path) -> None:
        """Each holds text of the page, not only of its margins."""
        empty = []
        for path in printed.glob("*.pdf"):
            with pikepdf.open(path) as made:
                for number, sheet in enumerate(made.pages, start=1):
                    tagged = [str(each.operands[0]) for each in pikepdf.parse_content_stream(sheet)
                              if str(each.operator) == "BDC"]  # fmt: skip
                    if set(tagged) <= {"/Artifact"}:
                        empty.append((path.name, number))
        assert empty == []

    def test_is_the_same_bytes_twice(self, printed: Path, tmp_path: Path) -> None:
        again = print_page(printed / "03_kpi_report.html", tmp_path / "again.pdf")
        assert again.read_bytes() == (printed / "03_kpi_report.pdf").read_bytes()

    def test_tells_neither_clock_nor_machine(self, printed: Path) -> None:
        with pikepdf.open(printed / "pack.pdf") as made:
            assert set(made.docinfo) == {"/Title"}
            links = {str(a.A.URI) for page in made.pages for a in page.get("/Annots", ())
                     if "/URI" in a.get("/A", {})}  # fmt: skip
        assert "kpis.csv" in links
        assert [link for link in links if "/" in link or link == "03_kpi_report.html"] == []


class TestWithoutABrowser:
    @pytest.fixture(autouse=True)
    def none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf.shutil, "which", lambda _: None)

    def test_warns_with_the_remedy_and_leaves_the_pages(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text(page("A", "a"))
        warned: list[str] = []
        assert not Printer(1, warned.append).pages(tmp_path, ["a.html"])
        assert len(warned) == 1
        assert "chromium" in warned[0]
        assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_browser_that_fails_is_told_and_no_half_pack_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "browser", lambda: "/bin/false")
    (tmp_path / "a.html").write_text(page("A", "a"))
    (tmp_path / "b.pdf").write_bytes(b"of a page that was printed before it")
    warned: list[str] = []
    assert not Printer(2, warned.append).pages(tmp_path, ["a.html"])
    assert "did not print a.html" in warned[0]
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(PrintError):
        print_page(tmp_path / "a.html", tmp_path / "a.pdf")


class TestJoined:
    def test_links_between_pages_lead_to_sections_and_names_are_told_apart(self) -> None:
        own = '<h1>X</h1><p id="a">x</p><a href="#a">x</a><path clip-path="url(#a)"/>'
        html = joined(
            "All & more",
            ["index.html", "b.html"],
            [
                page("I", "<a href='b.html'>b</a><a href=\"c.csv\">c</a>" + own),
                page("B", own),
            ],
        )
        found = {
            "to the other": 'href="#p1">b',
            "to a file": 'href="c.csv"',
            "own": 'id="p0-a">x</p><a href="#p0-a">x</a><path clip-path="url(#p0-a)"/>',
            "other": 'id="p1-a">x</p><a href="#p1-a">x</a><path clip-path="url(#p1-a)"/>',
            "title": "<title>All &amp; more</title>",
            "running head": '@page p1 { @top-left { content: "B"; } }',
        }
        assert [name for name, said in found.items() if said not in html] == []
        assert "<nav>" not in html

    def test_backslashes_of_a_page_stay(self) -> None:
        assert r"a\1b\g<0>" in joined("T", ["a"], [page("A", r'<p id="x">a\1b\g<0></p>')])


def test_one_page_ends_before_the_evidence() -> None:
    whole = page("A", '<h1>A</h1><p>asks</p><h2 id="section-3">Evidence</h2><p>long</p>')
    said = one_page(whole)
    assert "asks" in said
    assert "long" not in said
    assert said.endswith("</main></body></html>")
    assert one_page(page("A", "short")) == page("A", "short")


def test_pack_has_the_one_page_of_a_report_and_all_of_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(pdf, "print_page", lambda source, to: read.append(source.read_text()) or to)
    (tmp_path / "a.html").write_text(page("A", "<p>asks</p><h2>Evidence</h2><p>long</p>"))
    (tmp_path / "b.html").write_text(page("B", "<h2>Fair</h2><p>whole</p>"))
    pdf.print_pack(tmp_path, "T", ["a.html", "b.html"])
    assert [word for word in ("asks", "whole") if word not in read[0]] == []
    assert "long" not in read[0]


def test_run_prints_when_asked_and_the_index_leads_there(
    rerun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pdf, "print_page", lambda source, to: to.write_bytes(source.read_bytes()[:9]) and to
    )
    monkeypatch.setattr(pdf, "browser", lambda: "there")
    index = rerun.pack / "index.html"
    assert "pack.pdf" not in index.read_text()
    made = rerun(pdf=True)
    assert made.is_new
    assert {path.name for path in rerun.pack.glob("*.pdf")} >= {"pack.pdf", "03_kpi_report.pdf"}
    assert 'href="pack.pdf"' in index.read_text()
    assert "pack.pdf" in (rerun.pack / "run.json").read_text()
    assert not rerun(pdf=True).is_new
    assert not rerun().is_new
