"""Departments by one name; ids, KPIs and names of settings that something else misspells."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.tables import baseline, open_project, project, request, tables
from pipelines.prepare import Prepared, prepare
from pipelines.questions import currencies, departments, ids, strangers
from pipelines.questions.asked import Asked, Tables
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

WRITTEN = ["Bridges", "bridges", "Bridges", "BRIDGES\u00a0", "Roads", "Roads Dept"]


def of(names: list[str], **more: Any) -> Tables:
    projects = [open_project(f"p{n}", department=name) for n, name in enumerate(names)]
    return tables(projects=projects, **more)


def asked(given: Tables, **settings: Any) -> Asked:
    chosen = Settings(**settings)
    shown = {**given, **departments.answer(given, chosen)}
    return Asked(shown, departments.settled(chosen, given), read=shown, as_read=given)


def shown(given: Tables, **settings: Any) -> list[str]:
    return list(asked(given, **settings).tables["projects"]["department"])


def texts(questions: Any) -> dict[str, str]:
    found = list(questions)
    assert not any(question.withholds for question in found)
    return {question.id: str(question) for question in found}


class TestDepartments:
    def test_that_look_one_are_one(self) -> None:
        assert shown(of(WRITTEN)) == ["Bridges"] * 4 + ["Roads", "Roads Dept"]

    def test_are_one_in_every_table(self) -> None:
        given = of(WRITTEN, service_requests=[request(department="bRidges"), request("q2")])
        found = asked(given).tables["service_requests"]["department"]
        assert list(found) == ["Bridges", "Finance"]
        assert list(given["service_requests"]["department"]) == ["bRidges", "Finance"]

    def test_that_are_taken_for_one_are_told_with_rows(self) -> None:
        told = texts(departments.check(asked(of(WRITTEN))))["spelling projects.department"]
        assert "2 spellings" in told
        assert "'bridges' (1 row) as 'Bridges'" in told

    def test_of_other_letters_are_told_as_such(self) -> None:
        told = texts(departments.check(asked(of(["Roads", "Roads", "R\u043eads"]))))
        assert "(1 row, in letters of another script" in told["spelling projects.department"]

    def test_that_may_be_one_are_asked_for_with_places_and_an_alias(self) -> None:
        told = texts(departments.check(asked(of(WRITTEN))))["twin projects.department"]
        assert "'Roads' (1 project, projects) and 'Roads Dept' (1 project, projects)" in told
        assert "departments: {Roads Dept: Roads}" in told

    def test_are_by_their_aliases_without_a_word(self) -> None:
        aliases = {"roads dept": "Roads", "Bridges": "Works"}
        given = asked(of(WRITTEN), departments=aliases)
        assert set(given.tables["projects"]["department"]) == {"Works", "Roads"}
        assert texts(departments.check(given)) == {}

    def test_called_as_the_whole_are_told_from_it(self) -> None:
        names = ["all departments", "All Departments", "Acme", "Roads"]
        given = asked(of(names), organisation="ACME")
        assert list(given.tables["projects"]["department"]) == [
            "All Departments (department)", "All Departments (department)", "Acme (department)",
            "Roads",
        ]  # fmt: skip
        assert "whole projects.department" in texts(departments.check(given))

    def test_of_settings_are_by_the_same_names(self) -> None:
        customers = {"BRIDGES": 3, "Roads Dept": 2, "Roads": 1}
        settings = Settings(customers=customers, departments={"Roads Dept": "Roads"})
        assert departments.settled(settings, of(WRITTEN)).customers == {"Bridges": 3, "Roads": 3}

    @pytest.mark.parametrize(
        ("names", "question", "said"),
        [
            (["Roads", "10 Roads"], "twin", "'Roads' (1 project, projects) and '10 Roads'"),
            (["Roads", "CC10 Roads"], "twin", "'CC10 Roads'"),
            (["Roads", "Parks", "Parks; Roads"], "joint", "is 'Parks; Roads' (1 project) several"),
            (["Roads", "Parks", "Roads and Parks"], "joint", "'Roads and Parks'"),
            (["Roads", "Total", "Total"], "called_total", "is 'Total' (2 projects) a department"),
        ],
    )
    def test_with_a_code_of_two_or_of_all_are_asked_about(
        self, names: list[str], question: str, said: str
    ) -> None:
        told = texts(departments.check(asked(of(names))))
        assert said in told.get(f"{question} projects.department", f"{told}")

    def test_that_differ_are_left_alone(self) -> None:
        names = ["Team A", "Team B", "DfE", "DfT", "North 1", "North 2", "Sales", "Legal",
                 "Tax and Customs", "1 Squadron", "2 Squadron", "101", "102"]  # fmt: skip
        given = asked(of(names))
        assert list(given.tables["projects"]["department"]) == names
        assert texts(departments.check(given)) == {}


class TestIds:
    def test_that_look_alike_are_asked_for(self) -> None:
        rows = [
            project(name) for name in ("P-1", "p\u20101", "\u0420-1", "P-2", "A 3", "A3", "007")
        ]
        told = texts(ids.check(asked(tables(projects=rows))))
        assert set(told) == {"twin projects.project_id"}
        assert "'A 3' (projects) and 'A3' (projects)" in told["twin projects.project_id"]
        assert "'P-1' (projects) and 'p\u20101' (projects)" in told["twin projects.project_id"]

    def test_that_refer_by_another_spelling_are_told(self) -> None:
        given = tables(
            projects=[project("P-1"), project("007")],
            baselines=[
                baseline("p-1"),
                baseline("7"),
                baseline("P-1"),
                baseline("Q"),
                baseline(None),
            ],
        )
        told = texts(ids.check(asked(given)))
        assert set(told) == {"misspelt baselines.project_id"}
        assert "2 rows of baselines misspell project_id" in str(told)
        assert "'p-1' (projects has 'P-1')" in str(told)
        assert "'7' (projects has '007')" in str(told)


class TestStrangers:
    def test_of_tables_and_settings_are_told_with_the_nearest(self) -> None:
        statement = {"statement_id": "s", "department": "Finance", "kpi_id": "d1"}
        given = tables(
            projects=[project(category="Software")],
            service_requests=[request(department="Finanec"), request("q2", department="Zoo")],
            value_statements=[statement],
        )
        told = texts(strangers.check(asked(
            given, customers={"Fynance": 3, "finance": 2}, departments={"Old": "Finance"},
            segments={"IT": ["Softwear"]},
        )))  # fmt: skip
        assert set(told) == {
            "stranger service_requests.department", "stranger value_statements.kpi_id",
            "stranger settings.customers", "stranger settings.departments",
            "stranger settings.segments",
        }  # fmt: skip
        assert (
            "'Finanec' (1 row, near to 'Finance')" in told["stranger service_requests.department"]
        )
        assert "'Zoo' (1 row)" in told["stranger service_requests.department"]
        assert "'d1' (1 row, near to 'D1')" in told["stranger value_statements.kpi_id"]
        assert "'Fynance' (near to 'Finance')" in told["stranger settings.customers"]


@pytest.mark.usefixtures("great_expectations")
class TestCurrency:
    @pytest.fixture
    def questions(
        self, tmp_path: Path, write: Callable[..., Path]
    ) -> Callable[..., list[Question]]:
        def of(header: str, *cells: str, currency: str = "GBP") -> list[Question]:
            rows = [f"P{n},IT,active,2026-01-05,5,{cell}" for n, cell in enumerate(cells)]
            head = f"project_id,department,status,started_on,actual_cost,{header}"
            raw = write(tmp_path / "raw", {"projects.csv": "\n".join([head, *rows, ""])})
            found: Prepared = prepare(raw, tmp_path / "out", Settings(currency=currency))
            return [q for q in found.verdict.questions if q.check == "currency"]

        return of

    @pytest.mark.parametrize(
        "header", ["Currency", "ccy", "Actual cost currency", "Währung", "Currency code"]
    )
    def test_of_others_withholds_the_money(self, questions: Any, header: str) -> None:
        (found,) = questions(header, "GBP", "eur", "$", "£")
        assert found.withholds == ("projects.actual_cost",)
        assert "in EUR (1) and $ (1)" in str(found)

    @pytest.mark.parametrize(
        ("header", "cells"),
        [("currency", ["GBP", "£", ""]), ("in_currency", ["yes", "no"]), ("ccy risk", ["USD"])],
    )
    def test_of_ours_or_of_nothing_does_not(
        self, questions: Any, header: str, cells: list[str]
    ) -> None:
        assert questions(header, *cells) == []

    @pytest.mark.parametrize(
        ("ours", "same", "others"),
        [
            ("GBP", ["GBP", "gbp", "£", "Pound sterling", "All in GBP"], ["US dollars", "kr", "₹"]),
            ("AUD", ["$", "A$", "AUD", "dollars"], ["US$", "USD - US Dollar", "NZD"]),
            ("€", ["EUR", "Euro", "€", "EUR (€)"], ["£", "CHF", "zł"]),
        ],
    )
    def test_is_known_by_code_sign_and_word(
        self, questions: Any, ours: str, same: list[str], others: list[str]
    ) -> None:
        assert questions("currency", *same, currency=ours) == []
        (found,) = questions("currency", *same, *others, currency=ours)
        assert sum(map(int, re.findall(r"\((\d+)\)", found.asks))) == len(others)


def test_checks_are_asked() -> None:
    from pipelines.questions import ANSWERS, CHECKS

    assert {m.check for m in (currencies, departments, ids, strangers)} <= set(CHECKS)
    assert departments.answer in ANSWERS
