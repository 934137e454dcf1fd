"""Parameters of the notebooks: what is refused, what is filled in, and what the notebooks say."""

import ast
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from handmade import DEPARTMENTS, frame, portfolio, workbook, write
from papermill import inspect_notebook

from pmo_lib.errors import DataError, ErrorList, ParameterError
from pmo_lib.parameters import (
    PARAMETERS,
    BaselineParameters,
    BenchmarkParameters,
    KpiReportParameters,
    ReportParameters,
)

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
EACH_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


class TestNames:
    @pytest.mark.parametrize("kind", PARAMETERS.values(), ids=PARAMETERS)
    def test_unknown_is_refused_with_the_nearest(self, kind: type[ReportParameters]) -> None:
        with pytest.raises(ParameterError, match="unknown parameter 'departmnt'") as caught:
            kind.from_mapping({"departmnt": "Finance"}, where="monthly.yml")
        assert "Did you mean 'department'?" in str(caught.value)
        assert str(caught.value).startswith("monthly.yml: ")

    def test_all_unknown_are_told_together(self) -> None:
        with pytest.raises(ErrorList) as caught:
            ReportParameters.from_mapping({"a": "", "b": ""})
        assert len(caught.value.errors) == 2

    def test_until_is_of_the_baseline_alone(self) -> None:
        assert BaselineParameters.from_mapping({"until": "2025-01"}).until == "2025-01"
        with pytest.raises(ParameterError, match="unknown parameter 'until'"):
            KpiReportParameters.from_mapping({"until": "2025-01"})


class TestTypes:
    @pytest.mark.parametrize("value", [2026, 2026.5, True])
    def test_number_from_the_command_line_is_told_the_way_out(self, value: object) -> None:
        with pytest.raises(ParameterError, match="department must be text") as caught:
            KpiReportParameters(department=value)  # type: ignore[arg-type]
        assert "use -r instead of -p" in str(caught.value)

    @pytest.mark.parametrize("value", [None, ["Finance"]])
    def test_anything_else_but_text_is_refused(self, value: object) -> None:
        with pytest.raises(ParameterError, match="department must be text"):
            KpiReportParameters(department=value)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["period", "until"])
    @pytest.mark.parametrize("value", ["2026-13", "2026-9", "September 2026", "2026", "2026-09-01"])
    def test_malformed_month_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(ParameterError, match=f"{name} must be a month; not '{value}'"):
            BaselineParameters(**{name: value})

    def test_all_mistakes_are_told_together(self) -> None:
        with pytest.raises(ErrorList) as caught:
            BaselineParameters(department=5, period="x", until="y")  # type: ignore[arg-type]
        assert len(caught.value.errors) == 3


class TestPeers:
    def test_named_ones_are_chosen_and_without_names_all(self) -> None:
        opened = workbook(portfolio())
        peers = replace(opened, peers={"B": opened, "A": opened, "City; of X": opened})
        assert BenchmarkParameters(peers="B ; A").chosen_peers(peers) == ["A", "B"]
        assert BenchmarkParameters().chosen_peers(peers) == ["A", "B", "City; of X"]

    def test_unknown_one_is_refused_with_the_nearest(self) -> None:
        opened = replace(workbook(portfolio()), peers={"New York": workbook(portfolio())})
        with pytest.raises(ParameterError, match="there is no peer 'New Yorc'") as caught:
            BenchmarkParameters(peers="New Yorc").resolved(opened)
        assert "New York" in caught.value.remedy


class TestResolved:
    def test_empty_period_is_the_last_in_the_data(self) -> None:
        found = KpiReportParameters().resolved(workbook(portfolio()))
        assert found == KpiReportParameters(period="2026-09")

    def test_what_is_given_stays(self) -> None:
        given = KpiReportParameters(department=DEPARTMENTS[2], period="2025-03")
        assert given.resolved(workbook(portfolio())) == given

    def test_unknown_department_is_refused_with_the_allowed_and_the_nearest(self) -> None:
        with pytest.raises(ParameterError, match="there is no department 'Finanz'") as caught:
            KpiReportParameters(department="Finanz").resolved(workbook(portfolio()))
        assert "Did you mean 'Finance'?" in caught.value.remedy
        assert all(name in caught.value.remedy for name in DEPARTMENTS)

    @pytest.mark.parametrize("period", ["2019-12", "2026-10"])
    def test_period_outside_the_data_is_told_the_range(self, period: str) -> None:
        opened = workbook(portfolio())
        with pytest.raises(ParameterError, match=f"period {period} is outside the data") as caught:
            KpiReportParameters(period=period).resolved(opened)
        assert f"{opened.periods[0]} to 2026-09" in str(caught.value)

    def test_until_outside_the_data_is_told_the_range(self) -> None:
        with pytest.raises(ParameterError, match="until 2030-01 is outside the data"):
            BaselineParameters(until="2030-01").resolved(workbook(portfolio()))

    @pytest.mark.parametrize(
        ("adopted", "until"),
        [
            (["2025-06-15", "2025-03-31", "2026-01-01"], "2025-02"),
            (["2025-03-01"], "2025-02"),
            (["2001-01-01"], "2026-09"),  # before all data
            (["2030-01-01"], "2026-09"),  # after all data
            ([], "2026-09"),
        ],
    )
    def test_baseline_ends_before_the_first_roll_out(self, adopted: list[str], until: str) -> None:
        rows = [{"department": f"d{i}", "service_id": "s", "adopted_on": day}
                for i, day in enumerate(adopted)]  # fmt: skip
        opened = workbook(portfolio() | {"rollouts": frame("rollouts", rows)})
        assert BaselineParameters().resolved(opened).until == until

    def test_baseline_does_not_end_after_the_report(self) -> None:
        rows = [{"department": "d", "service_id": "s", "adopted_on": "2026-05-01"}]
        opened = workbook(portfolio() | {"rollouts": frame("rollouts", rows)})
        assert BaselineParameters(period="2025-12").resolved(opened).until == "2025-12"

    def test_without_roll_outs_the_baseline_ends_with_the_report(self) -> None:
        found = BaselineParameters(period="2026-01").resolved(workbook(portfolio()))
        assert (found.period, found.until) == ("2026-01", "2026-01")


class TestOpen:
    def test_folder_is_the_one_named(self, tmp_path: Path) -> None:
        write(tmp_path / "out", portfolio(), organisation="Ours")
        parameters, opened = KpiReportParameters(data_dir=str(tmp_path / "out")).open()
        assert parameters.period == "2026-09"
        assert opened.settings.organisation == "Ours"

    def test_folder_without_tables_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="no validated tables"):
            KpiReportParameters(data_dir=str(tmp_path)).open()


class TestNotebooks:
    def test_each_has_its_parameters_declared(self) -> None:
        assert {path.stem for path in NOTEBOOKS} == set(PARAMETERS)

    @EACH_NOTEBOOK
    def test_cell_and_class_have_the_same_names_and_defaults(self, path: Path) -> None:
        cell = inspect_notebook(str(path))
        said = {name: ast.literal_eval(facts["default"]) for name, facts in cell.items()}
        assert said == {item.name: item.default for item in fields(PARAMETERS[path.stem])}

    @EACH_NOTEBOOK
    def test_every_parameter_has_its_type_and_meaning_beside_it(self, path: Path) -> None:
        for facts in inspect_notebook(str(path)).values():
            assert facts["inferred_type_name"] == "str"
            assert len(facts["help"]) > 10

    @EACH_NOTEBOOK
    def test_every_parameter_is_handed_on_to_the_class(self, path: Path) -> None:
        handed = [
            (node.func.id, {k.arg: getattr(k.value, "id", "") for k in node.keywords})
            for cell in _code(path)
            for node in ast.walk(ast.parse(cell["source"]))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id.endswith("Parameters")
        ]
        kind = PARAMETERS[path.stem]
        assert handed == [(kind.__name__, {f.name: f.name for f in fields(kind)})]

    @EACH_NOTEBOOK
    def test_holds_no_output_and_no_count(self, path: Path) -> None:
        for cell in _code(path):
            assert cell["outputs"] == []
            assert cell["execution_count"] is None

    @EACH_NOTEBOOK
    def test_defines_nothing(self, path: Path) -> None:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        for cell in _code(path):
            found = [n for n in ast.walk(ast.parse(cell["source"])) if isinstance(n, kinds)]
            assert found == []

    @EACH_NOTEBOOK
    def test_calls_only_what_the_report_has(self, path: Path) -> None:
        from pmo_lib.reports.baseline_report import BaselineReport
        from pmo_lib.reports.benchmark_report import BenchmarkReport
        from pmo_lib.reports.kpi_report import KpiReport

        report = {
            "01_baseline": BaselineReport, "02_benchmark": BenchmarkReport,
            "03_kpi_report": KpiReport,
        }[path.stem]  # fmt: skip
        calls = [c["source"] for c in _code(path) if c["source"].startswith("report.")]
        assert len(calls) > 5
        for call in calls:
            called = re.fullmatch(r"report\.(\w+)\(\d?\)", call)
            assert called, call
            assert callable(getattr(report, called.group(1)))

    @EACH_NOTEBOOK
    def test_is_valid(self, path: Path) -> None:
        nbformat.validate(nbformat.read(path, as_version=4))


def _code(path: Path) -> list[Any]:
    return [c for c in nbformat.read(path, as_version=4).cells if c["cell_type"] == "code"]
