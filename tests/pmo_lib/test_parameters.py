"""Parameters of the notebooks: what is refused, what is filled in, and what the notebooks say."""

import ast
import re
from dataclasses import fields, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import nbformat
import pytest
from papermill import inspect_notebook

from builders.portfolio import portfolio
from builders.tables import DEPARTMENTS, frame, open_project, tables
from builders.workbooks import workbook, write
from pmo_lib.errors import DataError, ErrorList, ParameterError
from pmo_lib.parameters import (
    PARAMETERS,
    BaselineParameters,
    BenchmarkParameters,
    KpiReportParameters,
    ReportParameters,
    ValueCaseParameters,
)
from pmo_lib.reports.notebooks import REPORTS
from pmo_lib.workbook import open_workbook
from pmo_lib.worth.assumptions import ThreePoint

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
            (["2001-01-01"], "2025-09"),  # before all data
            (["2030-01-01"], "2025-09"),  # after all data
            ([], "2025-09"),  # twelve months before the report
        ],
    )
    def test_baseline_ends_before_the_first_roll_out_or_a_year_before(
        self, adopted: list[str], until: str
    ) -> None:
        rows = [{"department": f"d{i}", "service_id": "s", "adopted_on": day}
                for i, day in enumerate(adopted)]  # fmt: skip
        opened = workbook(portfolio() | {"rollouts": frame("rollouts", rows)})
        assert BaselineParameters().resolved(opened).until == until

    def test_baseline_does_not_end_after_the_report(self) -> None:
        rows = [{"department": "d", "service_id": "s", "adopted_on": "2026-05-01"}]
        opened = workbook(portfolio() | {"rollouts": frame("rollouts", rows)})
        assert BaselineParameters(period="2025-12").resolved(opened).until == "2024-12"

    @pytest.mark.parametrize(
        ("begun", "until"), [("2023-01", "2025-01"), ("2025-09", "2025-11"), ("2026-01", "2026-01")]
    )
    def test_baseline_leaves_half_of_a_short_past(self, begun: str, until: str) -> None:
        rows = [open_project(started_on=f"{begun}-05")]
        opened = workbook(tables(projects=rows), data_date="2026-01")
        assert BaselineParameters().resolved(opened).until == until

    def test_baseline_stays_where_it_was_frozen(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        opened.freeze("own", "2025-06", "2026-11-24")
        opened.freeze("other", "2025-07", "2026-11-25")
        ends = {
            name: BaselineParameters(freeze=name).resolved(opened).until
            for name in ("own", "other", "new", "")
        }
        assert ends == {"own": "2025-06", "other": "2025-07", "new": "2025-09", "": "2025-07"}


THREE_POINTS = ("imposed_hours", "hourly_rate", "delay_lost", "budget_returned")
EFFECTS = ("smallest_effect", "sceptical_effect")
NUMBERS = (*EFFECTS, "discount_rate", "change_cost", "former_cost_a_year")
EACH_THREE = pytest.mark.parametrize("name", THREE_POINTS)
WITH_SERVICES = portfolio() | {
    "services": frame("services", [{"service_id": "S1", "name": "One"}, {"service_id": "S2"}])
}


class TestValueCase:
    def test_defaults_are_those_of_the_question_without_parameters(self) -> None:
        opened = workbook(portfolio(), discount_rate=0.05)
        asked = ValueCaseParameters().resolved(opened).terms(opened.settings)
        assert asked == opened.measured("2026-09").value_case.terms
        assert asked.assumptions.discount_rate == 0.05

    def test_texts_become_numbers(self) -> None:
        given = ValueCaseParameters(
            service="S1", pmo_since="2024-03", smallest_effect="0.1", discount_rate=" 0.02 ",
            imposed_hours="1;2;3", hourly_rate="70", delay_lost="0; 0.1; 1",
            budget_returned="0.2; 0.3; 0.4", change_cost="1e5", former_cost_a_year="20000",
            sceptical_effect="0.3",
        )  # fmt: skip
        asked = given.terms(workbook(portfolio()).settings)
        assumed = asked.assumptions
        assert (asked.service, asked.began, asked.smallest) == ("S1", "2024-03", 0.1)
        assert (asked.sceptical, asked.straddlers) == (0.3, "left out")
        assert assumed.imposed_hours == ThreePoint(1, 2, 3)
        assert assumed.hourly_rate == ThreePoint(70, 70, 70)
        assert assumed.delay_lost == ThreePoint(0, 0.1, 1)
        assert assumed.budget_returned == ThreePoint(0.2, 0.3, 0.4)
        assert (assumed.discount_rate, assumed.change_cost) == (0.02, 100_000)
        assert assumed.former_cost_a_year == 20_000

    def test_what_nobody_stated_is_not_stated(self) -> None:
        asked = ValueCaseParameters().terms(workbook(portfolio()).settings)
        assert asked.assumptions.budget_returned is None

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("text", ["five", "5 %", "0,05", "nan", "inf", "-inf", "1; 2; 3"])
    def test_what_is_no_number_is_refused(self, name: str, text: str) -> None:
        with pytest.raises(ParameterError, match=f"^{name} must be a number; not '") as caught:
            ValueCaseParameters(**{name: text}).resolved(workbook(portfolio()))
        assert "0.035" in caught.value.remedy

    @pytest.mark.parametrize("name", [name for name in NUMBERS if name != "discount_rate"])
    def test_only_the_discount_rate_may_be_empty(self, name: str) -> None:
        with pytest.raises(ParameterError, match=f"{name} must be a number; not ''"):
            ValueCaseParameters(**{name: ""}).resolved(workbook(portfolio()))

    @pytest.mark.parametrize("name", [name for name in NUMBERS if name not in EFFECTS])
    def test_negative_number_is_refused_with_its_meaning(self, name: str) -> None:
        with pytest.raises(ParameterError, match=f"{name} must be a number of 0 or more") as caught:
            ValueCaseParameters(**{name: "-1"}).resolved(workbook(portfolio()))
        assert caught.value.remedy.startswith("It is: ")

    @pytest.mark.parametrize("name", EFFECTS)
    @pytest.mark.parametrize("text", ["0", "1", "-0.05", "5"])
    def test_size_of_an_effect_is_a_share_between_0_and_1(self, name: str, text: str) -> None:
        with pytest.raises(ParameterError, match=f"^{name} must be between 0 and 1") as caught:
            ValueCaseParameters(**{name: text}).resolved(workbook(portfolio()))
        assert caught.value.remedy == "Write 5 % as 0.05"

    def test_straddlers_are_one_of_two_ways(self) -> None:
        opened = workbook(portfolio())
        for way in ("left out", "untreated"):
            asked = ValueCaseParameters(straddlers=way).resolved(opened).terms(opened.settings)
            assert asked.straddlers == way
        with pytest.raises(ParameterError, match=r"^straddlers is 'treated'") as caught:
            ValueCaseParameters(straddlers="treated").resolved(opened)
        assert "left out" in caught.value.remedy
        assert "untreated" in caught.value.remedy

    @EACH_THREE
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("3; 2; 1", "is not in order"),
            ("-1; 0; 1", "is negative"),
            ("1; 2", "has 2 numbers"),
            ("1; 2; 3; 4", "has 4 numbers"),
            ("low; 2; 3", "is not made of numbers"),
            ("1, 2, 3", "is not made of numbers"),
            ("0; 0; inf", "is not made of numbers"),
            (";;", "is not made of numbers"),
        ],
    )
    def test_three_points_that_are_none_are_refused(self, name: str, text: str, why: str) -> None:
        with pytest.raises(ParameterError, match=f"^{name} {why}") as caught:
            ValueCaseParameters(**{name: text}).resolved(workbook(portfolio()))
        assert "such as '2; 4; 8'" in caught.value.remedy

    @pytest.mark.parametrize("name", ["imposed_hours", "hourly_rate", "delay_lost"])
    def test_three_points_may_not_be_empty(self, name: str) -> None:
        with pytest.raises(ParameterError, match=f"^{name} is not made of numbers: ''"):
            ValueCaseParameters(**{name: ""}).resolved(workbook(portfolio()))

    @pytest.mark.parametrize("name", ["delay_lost", "budget_returned"])
    def test_share_above_1_is_refused(self, name: str) -> None:
        with pytest.raises(ParameterError, match=f"{name} is a share and must be at most 1"):
            ValueCaseParameters(**{name: "0; 1; 30"}).resolved(workbook(portfolio()))

    def test_department_is_refused_as_departments_are_the_evidence(self) -> None:
        with pytest.raises(ParameterError, match="of the whole organisation") as caught:
            ValueCaseParameters(department="Finance").resolved(workbook(portfolio()))
        assert caught.value.remedy == "Leave department empty"

    def test_known_service_is_taken(self) -> None:
        found = ValueCaseParameters(service="S1").resolved(workbook(WITH_SERVICES))
        assert (found.service, found.period) == ("S1", "2026-09")

    @pytest.mark.parametrize("tables", [WITH_SERVICES, portfolio()], ids=["some", "none"])
    def test_unknown_service_is_refused(self, tables: Any) -> None:
        with pytest.raises(ParameterError, match="there is no service 'S3'") as caught:
            ValueCaseParameters(service="S3").resolved(workbook(tables))
        assert ("S1" in caught.value.remedy) is ("services" in tables)

    def test_department_and_service_are_told_together(self) -> None:
        with pytest.raises(ErrorList) as caught:
            ValueCaseParameters(department="Finance", service="S3").resolved(workbook(portfolio()))
        assert len(caught.value.errors) == 2

    @pytest.mark.parametrize("text", ["March 2024", "2024", "2024-13", "2024-03-01"])
    def test_pmo_since_is_a_month(self, text: str) -> None:
        with pytest.raises(ParameterError, match="pmo_since must be a month; not"):
            ValueCaseParameters(pmo_since=text)

    def test_pmo_since_outside_the_data_is_told_the_range(self) -> None:
        with pytest.raises(ParameterError, match="pmo_since 2031-01 is outside the data"):
            ValueCaseParameters(pmo_since="2031-01").resolved(workbook(portfolio()))

    def test_numbers_that_are_no_texts_are_told_together(self) -> None:
        with pytest.raises(ErrorList) as caught:
            ValueCaseParameters(smallest_effect=0.05, change_cost=1)  # type: ignore[arg-type]
        assert len(caught.value.errors) == 2


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
    def test_cell_is_as_declared(self, path: Path) -> None:
        """`make notebooks` writes it anew."""
        (cell,) = [c for c in _code(path) if "parameters" in c.metadata.get("tags", [])]
        assert cell["source"] == PARAMETERS[path.stem].cell()

    @EACH_NOTEBOOK
    def test_papermill_finds_every_parameter_with_type_default_and_meaning(
        self, path: Path
    ) -> None:
        cell = inspect_notebook(str(path))
        said = {
            name: (ast.literal_eval(facts["default"]), facts["inferred_type_name"], facts["help"])
            for name, facts in cell.items()
        }
        assert said == {
            item.name: (item.default, "str", item.metadata["meaning"])
            for item in fields(PARAMETERS[path.stem])
        }

    @EACH_NOTEBOOK
    def test_report_is_made_of_the_cell_above(self, path: Path) -> None:
        sources = [cell["source"] for cell in _code(path)]
        assert sources[1].startswith(
            f'import pmo_lib as pmo\n\nreport = pmo.report("{path.stem}", globals())'
        )

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
        report = resolve_name(REPORTS[path.stem])
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
