"""Every parameter of every report is checked before any kernel starts."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipelines.publishing.plan import JOBS, NOTEBOOKS, Job, load_job, plan, refuse_unknown, slug
from pmo_lib.errors import ParameterError, PmoError, SettingsError
from pmo_lib.parameters import PARAMETERS
from pmo_lib.portable import name_problems
from pmo_lib.workbook import Workbook

JOB = """\
title: A pack
reports:
  - notebook: 03_kpi_report
    title: KPI report of the organisation
  - notebook: 01_baseline
    title: Baseline
    parameters: {until: 2025-06}
  - notebook: 03_kpi_report
    title: KPI report
    each: department
"""

Load = Callable[[str], Job]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(text: str) -> Job:
        (tmp_path / "pack.yml").write_text(text)
        return load_job(str(tmp_path / "pack.yml"))

    return loaded


@pytest.fixture
def job(load: Load) -> Job:
    return load(JOB)


def workbook(*departments: str) -> Workbook:
    """What a plan needs of a workbook: its departments, periods and roll-outs."""
    periods = [f"2025-{month:02}" for month in range(1, 13)]
    book = SimpleNamespace(departments=list(departments), periods=periods, tables={})
    book.frozen_until = lambda name="": ""
    return cast("Workbook", book)


BOOK = workbook("Finance", "Legal")


def refusal(job: Job, overrides: dict[str, Any], book: Workbook = BOOK) -> str:
    with pytest.raises(PmoError) as caught:
        plan(job, book, overrides)
    return str(caught.value)


class TestJobFile:
    @pytest.mark.parametrize("path", sorted(JOBS.glob("*.yml")), ids=lambda path: path.stem)
    def test_that_is_shipped_names_notebooks_that_are_there(self, path: Path) -> None:
        job = load_job(path.stem)
        assert job.name == path.stem
        for report in job.reports:
            assert (NOTEBOOKS / f"{report.notebook}.ipynb").is_file()
            assert report.notebook in PARAMETERS

    def test_is_found_by_its_path(self, job: Job) -> None:
        assert (job.name, job.title, len(job.reports)) == ("pack", "A pack", 3)

    def test_unknown_is_an_error_naming_the_nearest(self) -> None:
        with pytest.raises(SettingsError, match=r"no job 'montly'\. Did you mean 'monthly'\?"):
            load_job("montly")

    def test_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="there is no job"):
            load_job(str(tmp_path / "nowhere.yml"))

    def test_that_is_a_folder_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "pack.yml").mkdir()
        with pytest.raises(SettingsError, match="is a folder, not a file"):
            load_job(str(tmp_path / "pack.yml"))

    @pytest.mark.parametrize("name", ["x" * 100_000, f"{'x' * 100_000}.yml", "../jobs/monthly", ""])
    def test_name_that_can_be_none_is_an_error_in_words(self, name: str) -> None:
        with pytest.raises(SettingsError, match="there is no job") as caught:
            load_job(name)
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize("stem", ["con", "a:b", "x" * 200, "pack.", "a\x1b[1m"])
    def test_whose_name_no_folder_can_have_everywhere_gets_one(
        self, tmp_path: Path, stem: str
    ) -> None:
        path = tmp_path / f"{stem}.yml"
        path.write_text("reports: [{notebook: 01_baseline}]\n")
        assert list(name_problems(load_job(str(path)).name, 80)) == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("title: x\n", "pack.yml: reports is missing"),
            ("reports: []\n", "pack.yml: must list at least one report"),
            ("reports: 3\n", "pack.yml: reports: must be a list; not 3"),
            ("- x\n", "must be keys with values"),
            ("reports: [\n", "is not YAML"),
            ("titel: x\nreports: [{notebook: 01_baseline}]\n", "'titel'. Did you mean 'title'?"),
            ("reports: [3]\n", "pack.yml: reports: entry 1: must be keys with values; not 3"),
            ("reports: [{notebook: 03_kpi_reprt}]\n", "no notebook '03_kpi_reprt'. Did you mean"),
            ("reports: [{title: x}]\n", "reports: entry 1: notebook is missing"),
            ("reports: [{notebook: 01_baseline, for: x}]\n", "unknown key 'for'"),
            ("name: x\nreports: [{notebook: 01_baseline}]\n", "unknown key 'name'"),
            ("title: x\ntitle: y\nreports: [{notebook: 01_baseline}]\n",
             "pack.yml: the key 'title' is in line 1 and again in line 2"),
            ("reports: [{notebook: 01_baseline, each: project}]\n", "each: cannot be 'project'"),
        ],
    )  # fmt: skip
    def test_with_a_mistake_is_an_error_with_its_place(
        self, load: Load, text: str, words: str
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            load(text)
        assert words in str(caught.value)


class TestPlan:
    def test_has_one_report_an_entry_and_one_a_department(self, job: Job) -> None:
        planned = plan(job, BOOK, {})
        assert [(r.name, r.title, r.group) for r in planned] == [
            ("03_kpi_report", "KPI report of the organisation", "Organisation"),
            ("01_baseline", "Baseline", "Organisation"),
            ("03_kpi_report-finance", "KPI report: Finance", "Departments"),
            ("03_kpi_report-legal", "KPI report: Legal", "Departments"),
        ]
        assert planned[2].file == "03_kpi_report-finance.html"

    def test_fills_in_every_parameter(self, job: Job) -> None:
        planned = plan(job, BOOK, {})
        assert planned[1].parameters == {
            "department": "", "period": "2025-12", "baseline": "", "data_dir": "",
            "until": "2025-06", "freeze": "",
        }  # fmt: skip
        assert planned[2].parameters["department"] == "Finance"

    def test_sets_an_override_on_every_notebook_that_has_it(self, job: Job) -> None:
        planned = plan(job, BOOK, {"period": "2025-09", "until": "2025-03"})
        assert {r.parameters["period"] for r in planned} == {"2025-09"}
        assert planned[1].parameters["until"] == "2025-03"
        assert "until" not in planned[0].parameters

    def test_for_one_department_has_only_its_reports(self, job: Job) -> None:
        assert [r.name for r in plan(job, BOOK, {"department": "Legal"})] == ["03_kpi_report-legal"]

    def test_for_one_department_of_a_job_without_any_is_an_error(self, job: Job) -> None:
        whole = replace(job, reports=job.reports[:2])
        assert "no report is left to make" in refusal(whole, {"department": "Legal"})

    def test_unknown_parameters_are_refused_before_the_data_are_read(self, job: Job) -> None:
        with pytest.raises(PmoError) as caught:
            refuse_unknown(job, {"perod": "2025-09", "colour": "red", "until": "2025-06"})
        said = str(caught.value)
        assert "unknown parameter 'perod'. Did you mean 'period'?" in said
        assert "unknown parameter 'colour'. Allowed: baseline, department, freeze," in said
        assert "unknown parameter 'until'" not in said

    def test_known_parameters_are_not_refused(self, job: Job) -> None:
        refuse_unknown(job, {"period": "2025-09", "until": "2025-06", "department": "Legal"})

    def test_unknown_department_names_the_nearest(self, job: Job) -> None:
        said = refusal(job, {"department": "Leagl"})
        assert "there is no department 'Leagl'. Did you mean 'Legal'?" in said

    def test_period_outside_the_data_names_the_periods(self, job: Job) -> None:
        said = refusal(job, {"period": "2031-01"})
        assert said == "period 2031-01 is outside the data. Allowed: 2025-01 to 2025-12."

    @pytest.mark.parametrize("period", ["2025-13", "2025-9", "September", "2025"])
    def test_malformed_period_says_how_to_write_it(self, job: Job, period: str) -> None:
        said = refusal(job, {"period": period})
        assert f"period must be a month; not '{period}'. Write it as YYYY-MM" in said

    def test_each_mistake_is_told_once(self, job: Job) -> None:
        said = refusal(job, {"period": "2031-01", "until": "2032-01"}).splitlines()
        assert len(said) == len(set(said))

    def test_all_mistakes_are_told_together(self, job: Job) -> None:
        said = refusal(job, {"period": "2031-01", "until": "2032-01"})
        for words in ("period 2031-01", "until 2032-01"):
            assert words in said

    def test_mistakes_of_the_job_file_name_the_job(self, load: Load) -> None:
        job = load("reports: [{notebook: 01_baseline, parameters: {untill: 2025-06}}]\n")
        with pytest.raises(ParameterError, match=r"^job pack: unknown parameter 'untill'"):
            plan(job, BOOK, {})

    def test_parameter_that_yaml_took_for_a_number_says_to_quote_it(self, load: Load) -> None:
        job = load("reports: [{notebook: 01_baseline, parameters: {department: 7}}]\n")
        assert "department must be text; not 7 (int). Write it in quotes" in refusal(job, {})

    def test_parameters_that_are_no_mapping_are_an_error(self, load: Load) -> None:
        with pytest.raises(SettingsError, match="parameters: must be keys with values"):
            load("reports: [{notebook: 01_baseline, parameters: [until]}]\n")

    def test_folder_of_the_tables_is_the_runs_own(self, load: Load) -> None:
        job = load("reports: [{notebook: 01_baseline, parameters: {data_dir: /etc}}]\n")
        said = refusal(job, {})
        assert "job pack: data_dir of 01_baseline is the run's own. Remove it" in said

    def test_very_long_values_are_refused_in_words(self, job: Job) -> None:
        long = "x" * 100_000
        for name in ("department", "period", "baseline", "until", "freeze"):
            said = refusal(job, {name: long})
            assert f"{name} has 100,000 letters, more than 2,000" in said
            assert len(said) < 1000

    def test_very_long_names_are_refused_in_words(self, job: Job) -> None:
        with pytest.raises(ParameterError, match="unknown parameter") as caught:
            refuse_unknown(job, {"x" * 100_000: "1"})
        assert len(str(caught.value)) < 500

    def test_empty_department_is_an_error(self, job: Job) -> None:
        assert "department" in refusal(job, {"department": ""})

    def test_folder_of_the_tables_may_not_be_set(self, job: Job) -> None:
        with pytest.raises(ParameterError, match="unknown parameter 'data_dir'"):
            refuse_unknown(job, {"data_dir": "/elsewhere"})


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Finance", "finance"),
            ("R & D", "r-d"),
            ("../../etc/passwd", "etc-passwd"),
            ("Research, Data and Insight", "research-data-and-insight"),
        ],
    )
    def test_are_readable(self, text: str, name: str) -> None:
        assert slug(text) == name

    @pytest.mark.parametrize(
        "text", ["<b>Legal & Co</b>", "Финансы", "", "R+D", "Café", "x" * 500, "a\0b", "CON: \\ *?"]
    )
    def test_are_safe_for_every_system(self, text: str) -> None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
        assert len(slug(text)) < 100

    def test_of_texts_that_lose_letters_differ(self) -> None:
        texts = [
            "R & D",
            "R+D",
            "Финансы",
            "Продажи",
            "",
            "<b>Legal</b>",
            "b Legal b",
            "Café",
            "Caf",
        ]
        assert len({slug(text) for text in texts}) == len(texts)

    def test_are_taken_by_every_system(self) -> None:
        texts = [
            "CON",
            "nul",
            "Com1",
            "lpt9",
            "AUX.",
            "a" * 500,
            "..",
            " ",
            "a:b",
            "\x1b[31m",
            "部門",
        ]
        assert [text for text in texts if any(name_problems(slug(text), 80))] == []

    @pytest.mark.parametrize(
        "departments",
        [("R & D", "R, D", "r d"), ("R & D", "R+D", "R+D 2"), ("Финансы", "Продажи"), ("A", "a")],
    )
    def test_never_clash(self, job: Job, departments: tuple[str, ...]) -> None:
        planned = plan(job, workbook(*departments), {})
        assert len({report.file.lower() for report in planned}) == len(planned)

    def test_are_the_same_whatever_other_departments_there_are(self, job: Job) -> None:
        names = {
            report.name
            for departments in (("Legal", "Финансы"), ("Аудит", "Legal", "Финансы"))
            for report in plan(job, workbook(*departments), {})
            if report.parameters["department"] == "Финансы"
        }
        assert len(names) == 1
