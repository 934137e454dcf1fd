"""A PMO by a few questions: answers are kept, wrong ones asked again, and a first run follows."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.configuration import configured
from pipelines.publishing.plan import load_job
from pipelines.start.asked import asked, customers, services, targets
from pipelines.start.plan import ANSWERS as ANSWERS_FILE
from pipelines.start.plan import Plan, offered, read_plan
from pipelines.start.written import PAGE, deliver, keep
from pmo_lib.assessment.promise_target import promised_target
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import ParameterError, PmoError
from pmo_lib.kpis.catalogue import CATALOGUE

ANSWERS = (
    "Town Council", "Nobody would know", "Roads 14, Estates", "benefits_management, 15",
    "", "", "V1 70 %, V4", "One page in time", "5", "G8 95 %",
)  # fmt: skip


def run(folder: Path, answers: Iterator[str]) -> Plan:
    plan = read_plan(folder)
    for answered in asked(plan, lambda _, usual: next(answers) or usual, lambda _: None):
        plan = answered
        keep(plan, folder)
    return plan


class TestCatalogue:
    def test_is_of_about_25_services_each_with_kpis_that_there_are(self) -> None:
        wrong = {
            name: service
            for name, service in offered().items()
            if not (1 <= len(service.kpis) <= 4 and set(service.kpis) <= set(CATALOGUE))
            or service.domain not in TABLES["services"]["domain"].allowed
            or service.sla_days <= 0
        }
        assert not wrong
        assert 20 <= len(offered()) <= 30

    def test_has_targets_of_shares_between_0_and_1(self) -> None:
        wrong = [
            (name, kpi_id, target)
            for name, service in offered().items()
            for kpi_id, target in service.kpis.items()
            if target is not None and CATALOGUE[kpi_id].unit == "share" and not 0 < target <= 1
        ]
        assert not wrong

    def test_sets_no_target_where_none_makes_sense(self) -> None:
        assert not [
            (name, kpi_id)
            for name, service in offered().items()
            for kpi_id, target in service.kpis.items()
            if target is not None and CATALOGUE[kpi_id].better in ("near", "context")
        ]


class TestQuestions:
    def test_lead_to_a_plan_that_is_kept(self, tmp_path: Path) -> None:
        plan = run(tmp_path, iter(ANSWERS))
        assert read_plan(tmp_path) == plan
        assert plan.customers == {"Roads": 14, "Estates": 0}
        assert plan.services["benefits_management"].kpis == {"V1": 0.7, "V4": None}
        assert plan.services["status_reporting"].promise == "One page in time"

    def test_go_on_where_they_were_stopped(self, tmp_path: Path) -> None:
        whole = run(tmp_path / "whole", iter(ANSWERS))
        for stop in range(len(ANSWERS)):
            folder = tmp_path / f"{stop}"
            answers = iter(ANSWERS[:stop])
            with pytest.raises(RuntimeError):  # what a generator makes of an end of answers
                run(folder, answers)
            kept = len([*_kept(read_plan(folder))])
            assert run(folder, iter(ANSWERS[_asked_until(kept) :])) == whole, stop

    def test_are_asked_again_where_an_answer_cannot_be_read(self) -> None:
        wrong = {
            "no department": (customers, " , "),
            "no service": (services, "99"),
            "none chosen": (services, ""),
            "no KPI": (targets, "Q1"),
            "too many": (targets, "D1, D2, D3, D5, D6"),
            "no number": (targets, "D1 often"),
        }
        missed = []
        for name, (read, text) in wrong.items():
            try:
                read(text)
                missed.append(name)
            except ParameterError:
                continue
        assert not missed

    def test_mistakes_by_hand_are_told_together(self, tmp_path: Path) -> None:
        (tmp_path / "start.yml").write_text("services: {closure: {kpis: {Q1: 1, Q2: 2}}}")
        with pytest.raises(PmoError) as caught:
            read_plan(tmp_path)
        assert "Q1" in str(caught.value)
        assert "Q2" in str(caught.value)


class TestDelivery:
    def test_is_what_a_first_run_needs(self, tmp_path: Path) -> None:
        written = deliver(run(tmp_path, iter(ANSWERS)), tmp_path)
        assert {path.name for path in written} == {
            "services.csv", "value_statements.csv", "settings.yml", "monthly.yml", PAGE,
        }  # fmt: skip
        settings = configured(tmp_path)
        assert settings.organisation == "Town Council"
        assert settings.thresholds["V1"].target == 0.7
        assert load_job(str(tmp_path / "monthly.yml")).title.endswith("Town Council")
        statements = pd.read_csv(tmp_path / "value_statements.csv")
        assert len(statements) == 4
        assert statements["statement_id"].is_unique
        own = statements.dropna(subset=["kpi_id", "target"])  # each promise with its own target
        assert len(own)
        for row in own.to_dict("records"):
            assert promised_target(row["target"], CATALOGUE[row["kpi_id"]])
        page = (tmp_path / PAGE).read_text(encoding="utf-8")
        assert "Nobody would know" in page
        assert "at least 95\u00a0%" in page

    def test_stopped_says_where_the_answers_are(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(app, ["start", str(tmp_path)], input="Testham\nIt would hurt\n")
        assert done.exit_code == 130
        assert f"{ANSWERS_FILE} keeps the answers" in done.stderr
        assert read_plan(tmp_path).why == "It would hurt"
        assert "&id" not in (tmp_path / ANSWERS_FILE).read_text()

    def test_leaves_what_is_there(self, tmp_path: Path) -> None:
        (tmp_path / "settings.yml").write_text("organisation: Mine\n")
        deliver(run(tmp_path, iter(ANSWERS)), tmp_path)
        assert (tmp_path / "settings.yml").read_text() == "organisation: Mine\n"


def _kept(plan: Plan) -> Iterator[object]:
    """The answers that a plan keeps, in the order in which they are asked."""
    yield from filter(None, (plan.organisation, plan.why, plan.customers, plan.services))
    yield from (promise for promise in plan.services.values() if promise.promise)


def _asked_until(kept: int) -> int:
    """How many answers lead to so many that are kept: a promise is kept with its KPIs, whole."""
    return kept if kept <= 4 else 4 + 3 * (kept - 4)
