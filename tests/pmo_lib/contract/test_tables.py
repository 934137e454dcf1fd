"""The declared tables: the 21 of the design, whole and in order."""

import pytest

from pmo_lib.contract.schema import PANDAS_TYPES, SEVERITIES, InOrder, Table
from pmo_lib.contract.tables import RAG, STATUSES, TABLES, empty, in_reference_order

NAMES = {
    "projects", "baselines", "status_reports", "milestones", "gates", "benefits",
    "benefit_reports", "demands", "risks", "capacity", "services", "service_requests",
    "survey_responses", "value_statements", "communications", "rollouts", "pmo_costs",
    "benchmarks", "decisions", "lots", "pledges",
}  # fmt: skip
MAIN_COLUMNS = {
    "projects": "project_id name department category method investment_class strategic_goal "
    "sponsor status approved_on started_on finished_on actual_cost",
    "baselines": "project_id version approved_on start finish cost benefit price_base",
    "status_reports": "project_id period planned_value earned_value actual_cost "
    "estimate_at_completion forecast_finish rag rag_scale rated_by due_on submitted_on",
    "milestones": "project_id milestone_id name baseline_date forecast_date actual_date",
    "gates": "project_id gate attempt submitted_on decided_on decision",
    "benefits": "benefit_id project_id class unit measure owner baseline_value target_value due_on",
    "benefit_reports": "benefit_id period planned forecast realised",
    "demands": "demand_id department created_on decided_on project_id",
    "risks": "risk_id project_id raised_on closed_on probability impact",
    "capacity": "role period capacity_hours demand_hours booked_hours",
    "services": "service_id name domain description target_user challenge benefit sla_days owner",
    "service_requests": "request_id service_id department role opened_on due_on closed_on channel "
    "satisfaction",
    "survey_responses": "respondent_id wave department role service_id importance expected "
    "perceived recommend contribution",
    "value_statements": "statement_id department challenge opportunity statement service_id kpi_id",
    "communications": "department statement_id report sent_on decision",
    "decisions": "ask_id asked_on decided_on decision done_on",
    "rollouts": "department service_id adopted_on",
    "lots": "lot_id project_id service_id department assigned_by_lot drawn_on seed candidates_hash",
    "pmo_costs": "period category amount fte reporting_hours",
    "benchmarks": "source year metric kpi_id segment statistic value unit sd n unit_of_analysis "
    "population baseline_definition prices price_base rating_scale sector evidence url note",
}
MAY_BE_EMPTY = {"benchmarks": {"metric", "kpi_id", "url"}}  # a key that still tells rows apart
ALL = [pytest.param(table, id=table.name) for table in TABLES.values()]


def test_are_those_of_the_design() -> None:
    assert set(TABLES) == NAMES
    assert len(NAMES) == 21


@pytest.mark.parametrize("name", MAIN_COLUMNS)
def test_have_the_columns_of_the_design(name: str) -> None:
    assert set(MAIN_COLUMNS[name].split()) <= set(TABLES[name].column_names)


@pytest.mark.parametrize("table", ALL)
def test_key_is_required(table: Table) -> None:
    assert table.key
    assert set(table.key) - set(table.required_columns) == MAY_BE_EMPTY.get(table.name, set())


@pytest.mark.parametrize("table", ALL)
def test_rules_are_on_columns_that_can_be_compared(table: Table) -> None:
    for rule in table.rules:
        assert rule.severity in SEVERITIES
        assert rule.meaning
        if isinstance(rule, InOrder):
            assert table[rule.first].kind == table[rule.second].kind
        else:
            assert set(rule.values) <= set(table[rule.when].allowed)


@pytest.mark.parametrize("table", ALL)
def test_columns_are_told_in_words_and_bounds(table: Table) -> None:
    assert table.row
    for column in table:
        assert column.meaning
        assert column.kind in PANDAS_TYPES
        assert column.low is None or column.high is None or column.low < column.high
        if column.kind == "share":
            assert (column.low, column.high) == (0, 1)
        if column.kind == "money":
            assert column.unit == "currency"


@pytest.mark.parametrize("table", ALL)
def test_references_are_to_the_whole_key_of_another_table(table: Table) -> None:
    for column in table:
        if column.references:
            name, _, target = column.references.partition(".")
            assert TABLES[name].key == (target,)
            assert TABLES[name][target].kind == column.kind


def test_no_other_table_is_needed_for_projects() -> None:
    assert TABLES["projects"].references == ()


def test_every_table_of_projects_refers_to_them() -> None:
    for table in TABLES.values():
        if "project_id" in table.column_names and table.name != "projects":
            assert table["project_id"].references == "projects.project_id"


def test_reference_order_has_each_table_after_those_it_refers_to() -> None:
    order = [table.name for table in in_reference_order()]
    assert sorted(order) == sorted(NAMES)
    for table in TABLES.values():
        assert all(order.index(name) < order.index(table.name) for name in table.references)


@pytest.mark.parametrize("table", ALL)
def test_empty_has_the_declared_columns_and_types(table: Table) -> None:
    frame = empty(table.name)
    assert len(frame) == 0
    assert tuple(frame.columns) == table.column_names
    assert [str(kind) for kind in frame.dtypes] == [column.pandas_type for column in table]


def test_ratings_and_states_are_those_of_the_design() -> None:
    assert RAG == ("green", "amber_green", "amber", "amber_red", "red")
    assert set(STATUSES) == {"proposed", "active", "on_hold", "completed", "cancelled"}
