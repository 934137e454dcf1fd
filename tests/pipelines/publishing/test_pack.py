"""A pack: index, pages, results, dictionary and record, whatever failed."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from builders.catalogue import FEW, only_kpis
from pipelines.measure import measure
from pipelines.prepare import prepare
from pipelines.progress import Progress
from pipelines.publishing.html import problems_in
from pipelines.publishing.made import read_made
from pipelines.publishing.pack import ROOT, write_pack
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.workbook import Workbook, open_workbook

LEGAL = "<b>Legal & Co</b>"
FACTS = {
    "job": "small", "period": "2025-09", "data_hash": "abc", "started": "2025-10-01T06:00:00",
    "fingerprint": "f", "log": "logs/small-2025-09.log",
}  # fmt: skip
PAGE = '<!DOCTYPE html><html lang="en"><nav><a href="index.html">All</a></nav><h1>x</h1></html>'


def a_record(name: str, title: str = "", group: str = "Organisation", **more: Any) -> Record:
    return Record(name, title or name, group, f"{name}.html", "03_kpi_report", **more)


WHOLE = a_record("whole", "The organisation")
LEGALS = a_record("legal", f"KPI report: {LEGAL}", "Departments", parameters={"department": LEGAL})


def failed(item: Record) -> Record:
    return Record(**{**vars(item), "state": "failed", "reason": "ValueError: <no> milestones",
                     "step": "Scorecard", "detail": "Traceback"})  # fmt: skip


PERIOD = "2025-09"


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis(FEW):
        yield


@pytest.fixture(scope="module")
def workbook(
    tmp_path_factory: pytest.TempPathFactory, great_expectations: None, small: dict[str, str]
) -> Workbook:
    raw, out = (tmp_path_factory.mktemp(name) for name in ("raw", "out"))
    for name, text in small.items():
        (raw / name).write_text(text)
    prepare(raw, out, Settings(organisation="Small & Sons"))
    book = open_workbook(out)
    report = PlannedReport("r", "R", "G", "03_kpi_report", {"period": PERIOD})
    with ThreadPoolExecutor(1) as executor:
        measure(book, [report], executor, Progress())
    return book


Packed = Callable[..., Path]


@pytest.fixture
def packed(tmp_path: Path, workbook: Workbook) -> Packed:
    """A pack of these records in a folder of its own; `earlier` are packs made before."""
    made = 0

    def make(*records: Record, earlier: Sequence[Path] = (), **facts: Any) -> Path:
        nonlocal made
        made += 1
        folder = tmp_path / f"pack-{made}"
        folder.mkdir()
        for item in records:
            if item.is_published:
                (folder / item.file).write_text(PAGE.replace("x</h1>", f"{item.name} {made}</h1>"))
        write_pack(
            folder,
            "Small pack: Small & Sons",
            "2025-09",
            records,
            workbook,
            {**FACTS, **facts},
            [read_made(pack) for pack in earlier],
        )
        return folder

    return make


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_value_case_is_of_the_question_that_the_page_was_asked(
    packed: Packed, workbook: Workbook
) -> None:
    """A parameter set on the run must not leave the file with other figures than the page."""
    asked = {"period": "2025-09", "pmo_since": "2025-03"}
    record = Record("case", "Value case", "Organisation", "case.html", "04_value_case", asked)
    written = pd.read_csv(packed(record) / "value_case.csv")
    assert set(written["design"]) == {"interrupted time series"}
    without = pd.read_csv(packed(WHOLE) / "value_case.csv")
    assert set(without["design"]) == {"none"}


class TestIndex:
    def test_leads_to_every_report_by_group_and_to_the_data(self, packed: Packed) -> None:
        index = soup(packed(WHOLE, LEGALS) / "index.html")
        links = {link["href"]: link.text for link in index.find_all("a")}
        assert links["whole.html"] == "The organisation"
        assert links["legal.html"] == LEGAL
        assert set(links) >= {
            "kpis.csv",
            "benchmarks.csv",
            "value_case.csv",
            "kpis.parquet",
            "data_dictionary.html",
            "run.json",
        }
        headings = [heading.text for heading in index.find_all("h2")]
        assert headings[:2] == ["Departments", "Organisation"]  # worst news, then reports

    def test_has_no_broken_link(
        self, packed: Packed, broken_links: Callable[[Path], list[str]]
    ) -> None:
        assert broken_links(packed(WHOLE, failed(LEGALS)) / "index.html") == []

    def test_says_which_reports_failed(self, packed: Packed) -> None:
        text = soup(packed(WHOLE, failed(LEGALS)) / "index.html").text
        assert f"1 of 2 reports failed: KPI report: {LEGAL}. The others are complete." in text

    def test_names_organisation_month_and_data(self, packed: Packed, workbook: Workbook) -> None:
        text = soup(packed(WHOLE) / "index.html").text
        for words in ("Small & Sons", "September 2025", workbook.verdict.data_hash):
            assert words in text

    def test_has_every_report_in_whatever_order_the_groups_come(self, packed: Packed) -> None:
        last = a_record("last", "The baseline")
        hrefs = [link["href"] for link in soup(packed(WHOLE, LEGALS, last) / "index.html")("a")]
        assert {"whole.html", "legal.html", "last.html"} <= set(hrefs)


class TestPages:
    @pytest.mark.parametrize("name", ["index.html", "data_dictionary.html", "legal.html"])
    def test_keep_the_promises_of_every_page(self, packed: Packed, name: str) -> None:
        html = (packed(WHOLE, failed(LEGALS)) / name).read_text()
        assert problems_in(html) == []
        assert "<script" not in html
        assert '<html lang="en">' in html

    @pytest.mark.parametrize("name", ["index.html", "legal.html"])
    def test_escape_a_department_that_looks_like_html(self, packed: Packed, name: str) -> None:
        html = (packed(WHOLE, failed(LEGALS)) / name).read_text()
        assert "<b>Legal" not in html
        assert "&lt;b&gt;Legal &amp; Co&lt;/b&gt;" in html

    def test_tables_have_captions_and_scopes(self, packed: Packed) -> None:
        folder = packed(WHOLE)
        for name in ("index.html", "data_dictionary.html"):
            page = soup(folder / name)
            assert page.find_all("table")
            for table in page.find_all("table"):
                assert table.find("caption").text
                assert all(cell.get("scope") in {"col", "row"} for cell in table.find_all("th"))


class TestDictionary:
    def test_has_every_table_column_and_kpi(self, packed: Packed) -> None:
        page = soup(packed(WHOLE) / "data_dictionary.html")
        cells = {cell.text for cell in page.find_all("th")}
        assert {heading.text for heading in page.find_all("h3")} == set(TABLES)
        assert {column.name for table in TABLES.values() for column in table} <= cells
        assert set(CATALOGUE) <= cells


class TestResults:
    def test_have_every_kpi_for_the_organisation_and_each_department(self, packed: Packed) -> None:
        results = pd.read_csv(packed(WHOLE) / "kpis.csv")
        pairs = set(zip(results["kpi_id"], results["department"], strict=True))
        assert pairs == {(k, d) for k in CATALOGUE for d in (ORGANISATION, "Finance", LEGAL)}
        assert set(results["period"]) == {"2025-09"}

    def test_have_the_promised_columns(self, packed: Packed) -> None:
        promised = ["kpi_id", "department", "period", "value", "low", "high", "n", "baseline",
                    "change", "signal", "state", "reason"]  # fmt: skip
        columns = list(pd.read_csv(packed(WHOLE) / "kpis.csv").columns)
        assert [name for name in columns if name in promised] == promised

    def test_are_the_same_as_csv_and_parquet(self, packed: Packed) -> None:
        folder = packed(WHOLE)
        parquet = pd.read_parquet(folder / "kpis.parquet")
        numbers = {name: [""] for name in parquet.select_dtypes("number")}
        types = parquet.dtypes.to_dict()
        csv = pd.read_csv(
            folder / "kpis.csv", dtype=types, keep_default_na=False, na_values=numbers
        )
        pd.testing.assert_frame_equal(csv, parquet)


class TestRecord:
    def test_has_the_facts_and_every_report(self, packed: Packed) -> None:
        folder = packed(WHOLE, failed(LEGALS))
        run = json.loads((folder / "run.json").read_text())
        assert run["period"] == "2025-09"
        assert [(r["name"], r["state"]) for r in run["reports"]] == [
            ("whole", "published"), ("legal", "failed"),
        ]  # fmt: skip
        assert run["last_good"] == {}
        assert set(run["files"]) == {path.name for path in folder.iterdir()} - {"run.json"}

    def test_holds_no_paths_no_traceback_and_nothing_an_exception_said(
        self, packed: Packed, workbook: Workbook
    ) -> None:
        """They may hold data, and the pack is handed out; the log has them."""
        assert workbook.folder is not None
        where = f"{workbook.folder}/tables, {ROOT}/pipelines and {Path.home()}/x"
        told = {"withheld": {"gates": where}, "collect_next": [where]}
        folder = packed(WHOLE, failed(LEGALS), **told)
        text = (folder / "run.json").read_text()
        run = json.loads(text)
        assert run["withheld"]["gates"] == "tables, pipelines and x"
        assert run["collect_next"] == ["tables, pipelines and x"]
        assert run["reports"][1]["reason"] == "ValueError; more is in logs/small-2025-09.log"
        pages = {path.name: path.read_text() for path in folder.glob("*.html")}
        for said in ("Traceback", "milestones <", str(ROOT), str(workbook.folder)):
            assert [name for name, page in {**pages, "run": text}.items() if said in page] == []

    def test_has_what_our_own_errors_say(self, packed: Packed) -> None:
        said = "KpiError: KPI D1: its function gave no column n"
        folder = packed(WHOLE, replace(failed(LEGALS), reason=said))
        assert json.loads((folder / "run.json").read_text())["reports"][1]["reason"] == said
        assert said in soup(folder / "legal.html").text


class TestFailurePage:
    def test_says_what_failed_where_on_which_data(self, packed: Packed, workbook: Workbook) -> None:
        text = " ".join(soup(packed(WHOLE, failed(LEGALS)) / "legal.html").text.split())
        assert f"KPI report: {LEGAL} could not be made" in text
        assert "ValueError; more is in logs/small-2025-09.log" in text
        assert "details in logs/small-2025-09.log of the output folder" in text
        assert "failed in the part Scorecard" in text
        assert f"from the notebook 03_kpi_report with department {LEGAL}" in text
        assert workbook.verdict.data_hash in text
        assert "There is no earlier one." in text
        assert "Traceback" not in text

    def test_keeps_and_links_the_last_good_one(self, packed: Packed) -> None:
        first = packed(WHOLE, LEGALS, data_hash="first", period="2025-08")
        second = packed(WHOLE, failed(LEGALS), earlier=[first])
        link = soup(second / "legal.html").find("a", string=f"KPI report: {LEGAL}, 2025-08")
        assert link["href"] == "previous/legal.html"
        assert "legal 1" in (second / "previous" / "legal.html").read_text()
        assert "SHA-256 first" in soup(second / "legal.html").text

    def test_links_it_after_a_second_failure_too(self, packed: Packed) -> None:
        first = packed(WHOLE, LEGALS, data_hash="first", period="2025-07")
        second = packed(WHOLE, failed(LEGALS), earlier=[first], period="2025-08")
        third = packed(WHOLE, failed(LEGALS), earlier=[second])
        assert "legal 1" in (third / "previous" / "legal.html").read_text()
        assert ", 2025-07" in soup(third / "legal.html").text

    def test_takes_the_newest_pack_that_has_one(self, packed: Packed) -> None:
        first, second = packed(WHOLE, LEGALS), packed(WHOLE, LEGALS)
        without = packed(WHOLE)
        third = packed(failed(LEGALS), earlier=[without, second, first])
        assert "legal 2" in (third / "previous" / "legal.html").read_text()

    def test_has_no_broken_link(
        self, packed: Packed, broken_links: Callable[[Path], list[str]]
    ) -> None:
        second = packed(WHOLE, failed(LEGALS), earlier=[packed(WHOLE, LEGALS)])
        assert broken_links(second / "legal.html") == []

    def test_last_good_one_has_no_broken_link(
        self, packed: Packed, broken_links: Callable[[Path], list[str]]
    ) -> None:
        second = packed(WHOLE, failed(LEGALS), earlier=[packed(WHOLE, LEGALS)])
        assert broken_links(second / "previous" / "legal.html") == []
