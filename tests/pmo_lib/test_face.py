"""What `import pmo_lib as pmo` gives an analyst."""

import doctest
import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import pmo_lib as pmo
from builders.pages import parsed
from builders.portfolio import DEPARTMENTS, portfolio
from builders.tables import of_department
from builders.workbooks import write
from pmo_lib.reports.baseline_report import BaselineReport
from pmo_lib.reports.kpi.kpi_report import KpiReport

SHOWN_BY_ALL = {"title()", "scorecard()", "unshown()", "data_quality()", "provenance()"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("face") / "out"
    write(path, portfolio(), organisation="Ours")
    return path


class TestNames:
    def test_are_offered_for_completion(self) -> None:
        assert set(pmo.__all__) <= set(dir(pmo))
        assert {"open", "catalogue", "kpi", "report", "PmoError"} <= set(pmo.__all__)

    @pytest.mark.parametrize("name", pmo.__all__)
    def test_are_there_with_a_word_on_their_use(self, name: str) -> None:
        assert getattr(pmo, name).__doc__

    def test_unknown_one_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="module 'pmo_lib' has no attribute 'repot'"):
            pmo.repot  # noqa: B018

    def test_are_loaded_when_first_used(self) -> None:
        code = (
            "import sys, pmo_lib as pmo; dir(pmo); before = {'pandas', 'numpy'} & {*sys.modules};"
            "pmo.open; print(before, 'pandas' in sys.modules, 'matplotlib' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.strip() == "set() True False", done.stderr


def test_open_gives_the_workbook_of_the_folder(folder: Path) -> None:
    assert pmo.open(folder).departments == sorted(DEPARTMENTS)


def test_catalogue_has_a_row_a_kpi() -> None:
    words = pmo.catalogue().set_index("id")
    assert words.loc["D1", "KPI"] == "On-time completion"


def test_kpi_declares_one_on_a_function_of_tables() -> None:
    @pmo.kpi(
        id="X1", name="Projects known", family="delivery", unit="count", better="context",
        statistic="count", population="started projects",
    )  # fmt: skip
    def known(projects: pd.DataFrame) -> pd.DataFrame:
        """Number of projects."""
        return pmo.observations(projects, period="2026-09", numerator=1.0)

    assert (known.definition, known.tables) == ("Number of projects.", ("projects",))
    assert len(known(projects=portfolio()["projects"])) == len(portfolio()["projects"])


class TestReport:
    def test_is_of_the_notebook_with_its_parameters(self, folder: Path) -> None:
        made = pmo.report("03_kpi_report", department="Finance", data_dir=str(folder))
        assert isinstance(made, KpiReport)
        assert made.subject == "Finance"
        assert made.parameters.period == "2026-09"

    def test_takes_a_path_for_the_folder(self, folder: Path) -> None:
        assert pmo.report("01_baseline", data_dir=folder).subject == "Ours"

    def test_takes_its_parameters_of_a_notebooks_names_and_no_others(self, folder: Path) -> None:
        names = {"until": "2025-06", "data_dir": str(folder), "pd": pd, "tables": {}, "peers": 3}
        made = pmo.report("01_baseline", names)
        assert isinstance(made, BaselineReport)
        assert made.parameters.until == "2025-06"

    def test_what_is_named_beside_them_counts(self, folder: Path) -> None:
        names = {"department": "Finance", "data_dir": str(folder)}
        assert (
            pmo.report("03_kpi_report", names, department="<b>Sales</b>").subject == "<b>Sales</b>"
        )

    def test_unknown_parameter_names_the_nearest(self) -> None:
        with pytest.raises(pmo.ParameterError, match="unknown parameter 'departmnt'") as caught:
            pmo.report("03_kpi_report", departmnt="Finance")
        assert "Did you mean 'department'?" in str(caught.value)

    def test_unknown_notebook_names_the_nearest(self) -> None:
        with pytest.raises(pmo.ParameterError, match="no notebook 'kpi_report'") as caught:
            pmo.report("kpi_report")
        assert "Did you mean '03_kpi_report'?" in str(caught.value)

    @pytest.mark.parametrize(
        "notebook", ["01_baseline", "02_benchmark", "03_kpi_report", "04_value_case"]
    )
    def test_shows_itself_as_what_it_can_show(self, notebook: str, folder: Path) -> None:
        made = pmo.report(notebook, data_dir=folder)
        assert len(repr(made)) < 600
        page = parsed(made._repr_html_())
        assert "of Ours, September 2026" in page.text
        assert {name for name, said in page.rows if said} >= SHOWN_BY_ALL


class TestExamples:
    @pytest.mark.parametrize("name", ["", "open", "report", "catalogue", "kpi"])
    def test_in_docstrings_run(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        few = of_department(portfolio(), "Finance")  # two tables: little to measure
        write(tmp_path / "out", {name: few[name] for name in ("projects", "baselines")})
        monkeypatch.setattr("pmo_lib.workbook.opening.DEFAULT_FOLDER", tmp_path / "out")
        told = getattr(pmo, name).__doc__ if name else pmo.__doc__
        example = doctest.DocTestParser().get_doctest(told, {"pmo": pmo}, name, None, 0)
        assert example.examples
        said = io.StringIO()
        assert doctest.DocTestRunner().run(example, out=said.write).failed == 0, said.getvalue()


class TestShown:
    """In JupyterLab an object shows what it holds, and not its every table."""

    def test_workbook(self, folder: Path) -> None:
        book = pmo.open(folder)
        assert repr(book) == "<Workbook of Ours: 4 tables, 2023-01 to 2026-09>"
        rows = dict(parsed(book._repr_html_()).rows)
        assert rows["Departments"] == ", ".join(sorted(DEPARTMENTS))
        assert rows["Folder"] == str(folder)

    def test_measurement(self, folder: Path) -> None:
        measured = pmo.open(folder).measured("2026-06")
        assert repr(measured).startswith("<Measurement of 2026-06: 3 departments, computed")
        rows = dict(parsed(measured._repr_html_()).rows)
        assert rows["Baseline"] == "none"
        for call in ("kpis(department)", "observations(kpi_id, department)"):
            assert callable(getattr(measured, call.partition("(")[0]))
            assert rows[call]
