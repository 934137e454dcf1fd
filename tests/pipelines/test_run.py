"""The whole way of the data: what is published, when it is remade, what stays when it goes wrong.

Kernels start only for the pack of the fixture `published`; all other runs make their pages at once.
"""

import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import pipelines.run as module
from pipelines.files import read_json
from pipelines.progress import Progress
from pipelines.publishing.html import problems_in
from pipelines.publishing.plan import slug
from pipelines.publishing.render import record
from pmo_lib.errors import PmoError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.workbook import open_workbook

LEGAL = "<b>Legal & Co</b>"
LEGALS = f"03_kpi_report-{slug(LEGAL)}"
REPORTS = ["03_kpi_report", LEGALS, "03_kpi_report-finance"]
PAGES = ["index.html", "data_dictionary.html", *(f"{name}.html" for name in REPORTS)]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestPublished:
    @pytest.fixture
    def pack(self, published: Path) -> Path:
        return published / "first" / "reports" / "small" / "2025-09"

    def test_has_index_pages_results_dictionary_and_record(self, pack: Path) -> None:
        data = {"kpis.csv", "kpis.parquet", "benchmarks.csv", "value_case.csv", "run.json"}
        data |= {"value_money.csv", "promises.csv", "asks.csv", "page_one.json"}
        assert set(contents(pack)) == {*PAGES, *data}

    @pytest.mark.parametrize("name", PAGES)
    def test_page_keeps_every_promise(self, pack: Path, name: str) -> None:
        html = (pack / name).read_text(encoding="utf-8")
        assert problems_in(html) == []
        assert "<script" not in html
        page = BeautifulSoup(html, "html.parser")
        assert page.html is not None
        assert page.html["lang"] == "en"
        assert page.title is not None
        assert page.title.text.strip()

    @pytest.mark.parametrize("name", PAGES)
    def test_links_lead_to_files(
        self, pack: Path, name: str, broken_links: Callable[[Path], list[str]]
    ) -> None:
        assert broken_links(pack / name) == []

    @pytest.mark.parametrize("name", [f"{name}.html" for name in REPORTS])
    def test_report_hides_its_code(self, pack: Path, name: str) -> None:
        html = (pack / name).read_text(encoding="utf-8")
        for code in ("KpiReport.open", "from pmo_lib", "report.one_page()", "data_dir: str"):
            assert code not in html

    @pytest.mark.parametrize("name", PAGES)
    def test_department_that_looks_like_html_is_escaped(self, pack: Path, name: str) -> None:
        html = (pack / name).read_text(encoding="utf-8")
        assert "<b>Legal" not in html
        if name in {"index.html", f"{LEGALS}.html"}:
            assert "&lt;b&gt;Legal &amp; Co&lt;/b&gt;" in html

    def test_report_of_a_department_is_on_it(self, pack: Path) -> None:
        html = (pack / f"{LEGALS}.html").read_text(encoding="utf-8")
        heading = BeautifulSoup(html, "html.parser").find("h1")
        assert heading is not None
        assert heading.text == f"KPI report: {LEGAL}"

    def test_title_names_the_organisation_once(self, pack: Path) -> None:
        title = BeautifulSoup((pack / "index.html").read_text(), "html.parser").title
        assert title is not None
        assert title.text.count("Small & Sons") == 1

    def test_numbers_on_the_page_are_those_of_the_results(self, pack: Path) -> None:
        results = pd.read_csv(pack / "kpis.csv").set_index(["kpi_id", "department"])
        in_flight = results.loc[("P2", "All departments")]
        assert in_flight["value"] == 2
        text = BeautifulSoup((pack / "03_kpi_report.html").read_text(), "html.parser").text
        assert "2 in flight" in text
        on_time = results.loc[("D1", "All departments")]
        assert on_time["value"] == pytest.approx(2 / 3)
        assert "67\u00a0%" in text

    def test_results_have_every_kpi(self, pack: Path) -> None:
        assert set(pd.read_csv(pack / "kpis.csv")["kpi_id"]) == set(CATALOGUE)

    def test_record_names_the_data_and_every_version(self, pack: Path, published: Path) -> None:
        facts = read_json(pack / "run.json")
        assert facts["data_hash"] == read_json(published / "first" / "verdict.json")["data_hash"]
        assert (facts["job"], facts["period"], facts["rows_rejected"]) == ("small", "2025-09", 0)
        assert {"papermill", "nbconvert", "great-expectations", "pandas"} <= set(facts["versions"])
        assert [report["state"] for report in facts["reports"]] == ["published"] * 3

    def test_made_again_in_a_cold_kernel_is_the_same_byte_for_byte(
        self, pack: Path, published: Path
    ) -> None:
        again = published / "out" / "reports" / "small-department-finance" / "2025-09"
        kernels = [
            {report["kernel"] for report in read_json(made / "run.json")["reports"]}
            for made in (pack, again)
        ]
        assert kernels == [{"warm" if sys.platform == "linux" else "cold"}, {"cold"}]
        first, then = contents(pack), contents(again)
        assert set(first) - set(then) == {f"{name}.html" for name in REPORTS[:2]}
        differing = {name for name in then if first[name] != then[name]}
        assert differing == {"index.html", "run.json"}  # of one report, and when the run was
        assert contents(published / "first" / "tables") == contents(published / "out" / "tables")

    def test_command_says_what_it_does_in_plain_lines(self, published: Path) -> None:
        said = (published / "said.txt").read_text()
        assert "validating projects\n" in said
        assert "making 3 reports\n" in said
        assert "3/3 " in said
        assert said.endswith("3 of 3 reports published\n")
        assert "\x1b" not in said
        assert "\r" not in said
        pack = published / "out" / "reports" / "small" / "2025-09"
        assert (published / "printed.txt").read_text() == f"{pack / 'index.html'}\n"

    def test_unchanged_is_not_made_again_and_nothing_heavy_is_loaded(self, published: Path) -> None:
        code = (
            "import sys, typer.testing, pipelines.cli;"
            "done = typer.testing.CliRunner().invoke(pipelines.cli.app, sys.argv[1:]);"
            "print(done.output);"
            "heavy = {'papermill', 'great_expectations', 'nbconvert'} & set(sys.modules);"
            "print('loaded', sorted(heavy));"
            "sys.exit(done.exit_code)"
        )
        before = contents(published / "out" / "reports")
        arguments = ["run", published / "small.yml", "--raw", published / "raw"]
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments, "--out", published / "out"],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Nothing has changed; 3 of 3 reports published before." in done.stdout
        assert "loaded []" in done.stdout
        assert contents(published / "out" / "reports") == before


def test_kernels_that_started_cold_though_asked_for_warm_are_said_once(
    runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lines(Progress):
        def __init__(self) -> None:
            self.said: list[str] = []

        def say(self, text: str) -> None:
            self.said.append(text)

    lines = Lines()
    monkeypatch.setattr(
        "pipelines.publishing.render_all.render",
        lambda task: record(task.report, kernel="cold: refused"),
    )
    module.run(module.Request(str(runs.job), runs.raw, runs.out, workers=1), lines)
    said = [text for text in lines.said if text.startswith("kernels")]
    assert said == ["kernels started cold: refused"]


class TestChange:
    def test_of_nothing_makes_nothing(self, runs: Any, instant: Any) -> None:
        first, second = runs(), runs()
        assert instant.made == REPORTS
        assert (first.is_new, second.is_new) == (True, False)
        assert second.records == first.records
        assert second.exit_code == 0

    def test_of_nothing_is_made_by_force(self, rerun: Any, instant: Any) -> None:
        before = contents(rerun.pack)
        assert rerun(force=True).is_new
        assert instant.made == REPORTS * 2
        # but for the record, which holds when the run was
        assert contents(rerun.pack) | {"run.json": b""} == before | {"run.json": b""}

    @pytest.mark.parametrize("what", ["data", "new table", "settings", "job", "period", "baseline"])
    def test_of_anything_that_goes_in_makes_the_pack_anew(
        self, rerun: Any, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        """It begins again from the exports; what it then makes is that of a run by force."""
        parameters = {}
        match what:
            case "data":
                rerun.change("Apollo", "Artemis")
            case "new table":
                (rerun.raw / "rollouts.csv").write_text("department,service_id,adopted_on\n")
            case "settings":
                (rerun.raw / "settings.yml").write_text("organisation: Others\n")
            case "job":
                rerun.job.write_text(rerun.job.read_text().replace("Small pack", "Tiny pack"))
            case "period":
                parameters = {"period": "2025-08"}
            case "baseline":
                open_workbook(rerun.out).freeze("before", "2025-08", "2026-11-24")

        def begun(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "examine", begun)
        with pytest.raises(KeyboardInterrupt):
            rerun(**parameters)

    def test_of_the_period_leaves_the_other_pack(self, rerun: Any) -> None:
        before = contents(rerun.pack)
        earlier = rerun(period="2025-08")
        assert earlier.pack.name == "2025-08"
        assert contents(rerun.pack) == before

    def test_back_to_earlier_data_has_the_tables_of_the_pack(self, rerun: Any) -> None:
        before = contents(rerun.out / "tables")
        rerun.change("Apollo", "Artemis")
        rerun()
        rerun.change("Artemis", "Apollo")
        rerun()
        assert contents(rerun.out / "tables") == before

    def test_of_the_tables_by_another_command_is_noticed(
        self, rerun: Any, tmp_path: Path, pmo: Callable[..., Any]
    ) -> None:
        before = contents(rerun.out / "tables")
        shutil.copytree(rerun.raw, tmp_path / "other")
        other = (rerun.raw / "projects.csv").read_text().replace("Apollo", "Artemis")
        (tmp_path / "other" / "projects.csv").write_text(other)
        assert pmo("check", "--raw", tmp_path / "other", "--out", rerun.out).exit_code == 0
        rerun()
        assert contents(rerun.out / "tables") == before

    def test_of_the_pack_by_a_lost_page_is_noticed(self, rerun: Any) -> None:
        (rerun.pack / "03_kpi_report.html").unlink()
        rerun()
        assert (rerun.pack / "03_kpi_report.html").is_file()

    def test_of_the_version_reads_the_record_of_another(self, rerun: Any) -> None:
        facts = read_json(rerun.pack / "run.json")
        facts["fingerprint"] = "another"
        for report in facts["reports"]:
            report["colour"] = "new in another version"
        (rerun.pack / "run.json").write_text(json.dumps(facts))
        assert rerun().is_new


class TestBaseline:
    @pytest.fixture
    def freezing(self, runs: Any) -> Any:
        text = runs.job.read_text()
        entry = "  - notebook: 01_baseline\n    parameters: {freeze: first, until: 2025-08}\n"
        runs.job.write_text(text + entry)
        return runs

    def test_is_frozen_before_any_report_is_made(self, freezing: Any, instant: Any) -> None:
        freezing()
        facts = read_json(freezing.out / "baselines" / "first" / "1" / "baseline.json")
        assert facts["until"] == "2025-08"
        assert "01_baseline" in instant.made

    def test_once_frozen_is_neither_made_again_nor_a_change(self, freezing: Any) -> None:
        freezing()
        before = contents(freezing.out / "baselines")
        assert not freezing().is_new
        freezing.change("2025-06-30", "2025-07-05")
        assert freezing().is_new
        assert contents(freezing.out / "baselines") == before

    def test_of_a_bad_name_stops_the_run_before_anything(self, freezing: Any) -> None:
        freezing.job.write_text(freezing.job.read_text().replace("freeze: first", "freeze: ../x"))
        with pytest.raises(PmoError, match="cannot be the name of a baseline"):
            freezing()
        assert not (freezing.out / "baselines").exists()
        assert not freezing.pack.exists()


class TestSubset:
    def test_has_a_folder_of_its_own(self, rerun: Any) -> None:
        before = contents(rerun.pack)
        found = rerun(department="Finance")
        assert found.pack == rerun.out / "reports" / "small-department-finance" / "2025-09"
        assert [item.name for item in found.records] == ["03_kpi_report-finance"]
        assert contents(rerun.pack) == before

    def test_has_a_name_that_is_safe(self, runs: Any) -> None:
        found = runs(department=LEGAL)
        assert found.pack.parent.name == f"small-department-{slug(LEGAL)}"
        assert (found.pack / "index.html").is_file()


class TestFailedReport:
    FINANCE = "03_kpi_report-finance"

    def test_leaves_the_others_published(self, runs: Any, instant: Any) -> None:
        instant.failing = {self.FINANCE}
        found = runs()
        assert found.exit_code == 1
        assert [item.is_published for item in found.records] == [True, True, False]
        assert "1 of 3 reports failed" in runs.page("index").text
        assert "There is no earlier one." in runs.page(self.FINANCE).text

    def test_links_the_last_good_one(self, rerun: Any, instant: Any) -> None:
        good = (rerun.pack / f"{self.FINANCE}.html").read_bytes()
        instant.failing = {self.FINANCE}
        rerun.change("Apollo", "Artemis")
        assert rerun().exit_code == 1
        links = [link["href"] for link in rerun.page(self.FINANCE).find_all("a")]
        assert f"previous/{self.FINANCE}.html" in links
        assert (rerun.pack / "previous" / f"{self.FINANCE}.html").read_bytes() == good
        assert "No <milestones>" in rerun.page(self.FINANCE).text

    def test_links_the_last_good_one_after_a_second_failure(self, rerun: Any, instant: Any) -> None:
        good = (rerun.pack / f"{self.FINANCE}.html").read_bytes()
        instant.failing = {self.FINANCE}
        for _ in range(2):
            assert rerun(force=True).exit_code == 1
        assert (rerun.pack / "previous" / f"{self.FINANCE}.html").read_bytes() == good

    def test_links_the_last_good_one_of_an_earlier_period(self, runs: Any, instant: Any) -> None:
        good = runs(period="2025-08").pack / f"{self.FINANCE}.html"
        instant.failing = {self.FINANCE}
        runs()
        kept = runs.pack / "previous" / f"{self.FINANCE}.html"
        assert kept.read_bytes() == good.read_bytes()
        assert "2025-08" in runs.page(self.FINANCE).text

    def test_is_tried_again_though_nothing_changed(self, runs: Any, instant: Any) -> None:
        instant.failing = {self.FINANCE}
        runs()
        instant.failing = set()
        assert runs().exit_code == 0
        assert not (runs.pack / "previous").exists()

    def test_all_failed_is_still_a_pack(self, runs: Any, instant: Any) -> None:
        instant.failing = set(REPORTS)
        assert runs().exit_code == 1
        assert "3 of 3 reports failed" in runs.page("index").text


class TestFailingKpi:
    def test_is_named_with_file_and_line_and_all_else_is_published(
        self, fresh: Any, instant: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(projects: pd.DataFrame) -> pd.DataFrame:
            return projects[["no_such_column"]]

        own = replace(CATALOGUE["P2"], function=broken, given=(), optional_tables=())
        with monkeypatch.context() as patch:
            patch.setitem(CATALOGUE, "P2", own)
            found = fresh()
        assert found.exit_code == 1
        assert all(item.is_published for item in found.records)
        assert "no_such_column" in found.failed_kpis["P2"]
        assert "test_run.py, line" in found.failed_kpis["P2"]
        results = pd.read_csv(fresh.pack / "kpis.csv").set_index("kpi_id")
        assert set(results.loc[["P2"], "state"]) == {"failed"}
        assert (results.loc[results.index != "P2", "state"] == "measured").any()

    def test_is_tried_again_though_nothing_changed(
        self, fresh: Any, instant: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(projects: pd.DataFrame) -> pd.DataFrame:
            raise ValueError("not yet")

        own = replace(CATALOGUE["P2"], function=broken, given=(), optional_tables=())
        with monkeypatch.context() as patch:
            patch.setitem(CATALOGUE, "P2", own)
            fresh()
            assert fresh().is_new


class TestWithheld:
    def test_table_makes_exit_code_1_and_is_told_on_the_index(self, runs: Any) -> None:
        runs.change("2025-06-30,100000", "2025-06-31,100000", "baselines")
        found = runs()
        assert found.exit_code == 1
        assert (found.rows_rejected, found.cells_unread) == (0, 1)
        assert "KPIs on baselines.finish are withheld: 1 of 5 cells" in runs.page("index").text
        results = pd.read_csv(runs.pack / "kpis.csv").set_index(["kpi_id", "department"])
        assert results.loc[("D1", "All departments"), "state"] == "withheld"

    def test_stays_exit_code_1_when_nothing_changed(self, runs: Any) -> None:
        runs.change("2025-06-30,100000", "2025-06-31,100000", "baselines")
        runs()
        assert (runs().exit_code, runs().is_new) == (1, False)


class TestBrokenOff:
    def test_between_the_two_renames_is_healed(self, rerun: Any, instant: Any) -> None:
        before = contents(rerun.pack)
        rerun.pack.rename(rerun.pack.with_name(".2025-09.0a1b2c3d.old"))
        assert not rerun().is_new
        assert contents(rerun.pack) == before
        assert instant.made == REPORTS

    def test_anywhere_leaves_the_old_pack_whole(
        self, rerun: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, left = contents(rerun.pack), {}
        rerun.change("Apollo", "Artemis")
        for step, kind in (
            ("examine", KeyboardInterrupt), ("plan", OSError), ("render_all", KeyboardInterrupt),
            ("write_pack", KeyboardInterrupt), ("write_pack", OSError),
        ):  # fmt: skip

            def broken(*_: object, kind: type[BaseException] = kind, **__: object) -> None:
                raise kind

            with monkeypatch.context() as patch:
                patch.setattr(module, step, broken)
                with pytest.raises(kind):
                    rerun()
            packs = {path.name for path in rerun.pack.parent.iterdir()}
            executed = [p for p in rerun.out.iterdir() if p.name.startswith(".executed")]
            if contents(rerun.pack) != before or packs != {"2025-09"} or executed:
                left[step, kind] = packs, executed
        assert left == {}
        assert rerun().is_new

    def test_full_disk_at_the_index_leaves_the_old_pack_whole(
        self, rerun: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = contents(rerun.pack)
        whole = Path.write_text

        def full(self: Path, *arguments: Any, **more: Any) -> int:
            if self.name == "index.html":
                raise OSError(errno.ENOSPC, "No space left on device", str(self))
            return whole(self, *arguments, **more)

        monkeypatch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            rerun(force=True)
        assert contents(rerun.pack) == before


class TestRefused:
    @pytest.mark.parametrize(
        "parameters", [{"period": "2031-01"}, {"department": "Nope"}, {"perod": "2025-09"}]
    )
    def test_parameters_leave_the_old_pack(self, rerun: Any, parameters: dict[str, str]) -> None:
        before = contents(rerun.out / "reports")
        with pytest.raises(PmoError):
            rerun(**parameters)
        assert contents(rerun.out / "reports") == before

    @pytest.mark.parametrize(
        "parameters",
        [
            {"perod": "2025-09"},
            {"department": "Nope"},
        ],
    )
    def test_parameters_leave_the_old_tables(self, rerun: Any, parameters: dict[str, str]) -> None:
        before = contents(rerun.out / "tables")
        rerun.change("Apollo", "Artemis")
        with pytest.raises(PmoError):
            rerun(**parameters)
        assert contents(rerun.out / "tables") == before

    def test_data_leave_everything(self, rerun: Any) -> None:
        before = contents(rerun.out)
        rerun.change("department", "dept")
        with pytest.raises(PmoError):
            rerun()
        assert contents(rerun.out) == before
