"""The value case: what it says in each situation, and that its numbers are the engine's."""

import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from math import expm1
from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import Tables, facts, frame, parsed, portfolio, table_facts, workbook
from handmade_rollout import (
    COST_EFFECT,
    OFFICE_A_MONTH,
    PERIOD,
    all_at_once,
    chosen,
    few_departments,
    rolled_out,
    without,
)

from pmo_lib.claim import Claim
from pmo_lib.parameters import ValueCaseParameters
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.value_report import ITEMS, ValueReport
from pmo_lib.value_case import COLUMNS
from pmo_lib.verdict import Verdict
from pmo_lib.workbook import Workbook

SECTIONS = (
    "title", "answer", "what_would_have_been", "findings", "before_and_after_cost",
    "before_and_after_schedule", "checks", "by_chance", "another_method", "pays", "worth", "money",
    "hangs_on", "assumptions", "not_claimed", "roll_out", "method", "provenance",
)  # fmt: skip
NOT_MONEY = "only a difference to departments that had not adopted yet may become money"


def withheld() -> Workbook:
    opened = workbook(rolled_out())
    judged = {"projects": table_facts("projects", 100, rejected=50)}
    told = facts(opened.tables) | {"tables": judged}
    return replace(opened, verdict=Verdict.from_mapping(told))


def survey_only() -> Workbook:
    score = {"department": "A", "wave": "2025-10", "measure": "Engagement", "score": 0.5,
             "kind": "organisation"}  # fmt: skip
    return workbook(
        {"survey_scores": frame("survey_scores", [score]), "pmo_costs": rolled_out()["pmo_costs"]}
    )


def changed(given: Tables, **columns: Any) -> Workbook:
    return workbook(given | {"projects": given["projects"].assign(**columns)})


def costlier() -> Tables:
    """The projects, of which those under the PMO cost two thirds more."""
    given = rolled_out(0.0)
    adopted = given["rollouts"].set_index("department")["adopted_on"]
    projects = given["projects"]
    under = projects["started_on"] >= projects["department"].map(adopted)
    dearer = projects["actual_cost"].where(~under, projects["actual_cost"] * 5 / 3)
    return {"projects": projects.assign(actual_cost=dearer)}


def nothing_ended() -> Workbook:
    return changed(rolled_out(), status="active", finished_on=pd.NaT, actual_cost=np.nan)


def nothing_begun() -> Workbook:
    given = rolled_out()
    approved = given["projects"]["started_on"]
    return changed(
        given, status="active", approved_on=approved, started_on=pd.NaT, finished_on=pd.NaT,
        actual_cost=np.nan,
    )  # fmt: skip


def with_risk() -> Workbook:
    """Projects that chose the PMO, with a risk score given before approval."""
    given = chosen()
    risk = pd.Series(np.random.default_rng(4).random(len(given["projects"])))
    return changed(given, approval_risk=risk)


SITUATIONS: Mapping[str, Callable[[], Workbook]] = {
    "shown": lambda: workbook(rolled_out()),
    "no effect": lambda: workbook(rolled_out(0.0)),
    "no roll-outs": lambda: workbook(without("rollouts")),
    "projects alone": lambda: workbook({"projects": rolled_out()["projects"]}),
    "all at once": lambda: workbook(all_at_once()),
    "chosen": lambda: workbook(chosen()),
    "chosen, risk recorded": with_risk,
    "no PMO costs": lambda: workbook(without("pmo_costs")),
    "no actual costs": lambda: changed(rolled_out(), actual_cost=np.nan),
    "no benefits": lambda: workbook(without("benefits", "benefit_reports")),
    "no plans": lambda: workbook(without("baselines")),
    "survey only": survey_only,
    "projects withheld": withheld,
    "nothing ended": nothing_ended,
    "nothing begun": nothing_begun,
    "five departments": lambda: workbook(few_departments()),
    "three departments": lambda: workbook(portfolio()),
}
_made: dict[str, ValueReport] = {}


def of(opened: Workbook, **given: str) -> ValueReport:
    return ValueReport(ValueCaseParameters(**given).resolved(opened), opened)


def report(situation: str) -> ValueReport:
    """The report on a situation; made once, as a value case takes a second or two."""
    if situation not in _made:
        _made[situation] = of(SITUATIONS[situation]())
    return _made[situation]


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def text_of(html: Any) -> str:
    return plain(parsed(html).text)


def rows_of(html: Any) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in parsed(html).rows]


EACH_SITUATION = pytest.mark.parametrize("situation", SITUATIONS)


class TestEverySituation:
    @EACH_SITUATION
    def test_every_section_is_a_figure_or_well_formed_html(self, situation: str) -> None:
        for section in SECTIONS:
            made = getattr(report(situation), section)()
            if isinstance(made, Picture):
                assert made.png().startswith(b"\x89PNG\r\n"), section
                assert len(made.alt) > 20, section
                assert len(made.data), section
            else:
                page = parsed(made)  # asserts that every tag is closed
                assert page.text.strip(), section
                assert not re.search(r"\b(nan|None|inf|NaT)\b", page.text), section

    @EACH_SITUATION
    def test_answer_is_one_paragraph_of_whole_sentences(self, situation: str) -> None:
        page = parsed(report(situation).answer())
        assert page.tags[0] == ("p", {"class": "answer"})
        assert page.text.endswith(".")
        assert ".." not in page.text

    @EACH_SITUATION
    def test_money_is_on_the_page_only_where_a_difference_may_become_money(
        self, situation: str
    ) -> None:
        made = report(situation)
        named = "GBP" in text_of(made.money())
        assert named is (situation in {"shown", "no effect", "no PMO costs", "no actual costs",
                                       "no benefits"})  # fmt: skip
        assert isinstance(made.worth(), Picture) is (named and situation != "no PMO costs")

    def test_sections_are_all_that_the_notebook_calls(self) -> None:
        own = {name for name, each in vars(ValueReport).items()
               if callable(each) and not name.startswith("_")}  # fmt: skip
        assert own <= set(SECTIONS)


class TestAnswer:
    def test_effect_that_is_likely_comes_with_its_money(self) -> None:
        said = text_of(report("shown").answer())
        assert said.startswith("The PMO has likely lowered cost overrun and lowered duration over")
        assert "Cost overrun, likely: projects under the PMO cost 2" in said
        assert "Benefits realised, not shown: by the estimate the share" in said
        assert "Counting only effects that are at least likely, what is left after" in said
        assert "the chance that the PMO has paid for itself is 100 %" in said
        assert said.endswith("so of the overruns avoided nothing counts as cash.")

    def test_demonstrated_is_said_without_likely(self) -> None:
        word = Claim("demonstrated", "All.", "None.")
        made, case = copy(report("shown")), copy(report("shown").case)
        vars(case)["findings"] = [
            replace(each, claim=word) if each.claim.counts else each for each in case.findings
        ]
        vars(made)["case"] = case
        assert text_of(made.answer()).startswith("The PMO has lowered cost overrun and lowered du")

    def test_no_effect_shown_counts_no_value(self) -> None:
        said = text_of(report("no effect").answer())
        assert said.startswith("That the PMO made a difference is not shown by these data.")
        assert re.search(r"The PMO cost GBP [\d.]+ million so far; no value is counted", said)

    @pytest.mark.parametrize("situation", ["no roll-outs", "projects alone"])
    def test_without_dates_it_says_once_what_to_collect(self, situation: str) -> None:
        assert text_of(report(situation).answer()) == (
            "That the PMO made a difference is not shown by these data. It cannot be tested: "
            "nobody says when which department began to use the PMO. Fill rollouts.csv, or name "
            f"the month in the parameter pmo_since. What it is worth cannot be told: {NOT_MONEY}."
        )

    def test_all_at_once_is_consistent_with_and_no_money(self) -> None:
        said = text_of(report("all at once").answer())
        assert report("all at once").case.design == "interrupted time series"
        assert "Cost overrun, consistent with: by the estimate" in said
        assert said.endswith(f"What it is worth cannot be told: {NOT_MONEY}.")

    def test_month_given_stands_for_the_roll_out(self) -> None:
        given = all_at_once()
        del given["rollouts"]
        made = of(workbook(given), pmo_since="2023-01")
        ours = report("all at once").case.finding("cost")
        theirs = made.case.finding("cost")
        assert ours is not None
        assert theirs is not None
        assert theirs.claim.word == "consistent with"
        assert theirs.tested.value == pytest.approx(ours.tested.value)
        assert "before and after" in text_of(made.findings())

    def test_projects_that_chose_are_associated(self) -> None:
        said = text_of(report("chosen").answer())
        assert report("chosen").case.design == "matched projects"
        assert "Cost overrun, associated: by the estimate" in said
        assert said.endswith(f"What it is worth cannot be told: {NOT_MONEY}.")

    def test_projects_that_chose_with_their_risk_are_likely_and_still_no_money(self) -> None:
        said = text_of(report("chosen, risk recorded").answer())
        assert said.startswith("The PMO has likely lowered cost overrun.")
        assert said.endswith(f"What it is worth cannot be told: {NOT_MONEY}.")
        assert report("chosen, risk recorded").case.for_kpi is None

    def test_without_pmo_costs_it_says_what_is_needed(self) -> None:
        said = text_of(report("no PMO costs").answer())
        assert said.endswith("Whether it pays cannot be told: needs pmo_costs.csv.")
        assert text_of(report("no PMO costs").pays()) == (
            "Whether the PMO pays cannot be told: needs pmo_costs.csv."
        )

    @pytest.mark.parametrize(
        ("situation", "why"),
        [
            ("survey only", "needs projects.csv"),
            ("projects withheld",
             "50 of 100 rows of projects were rejected (50%; up to 5% is accepted)"),
            ("nothing begun", "no project has a date of its start by now"),
        ],
    )  # fmt: skip
    def test_without_projects_that_is_all_it_says(self, situation: str, why: str) -> None:
        made = report(situation)
        assert text_of(made.answer()) == f"Whether the PMO made a difference cannot be told: {why}."
        assert text_of(made.findings()) == f"Nothing can be estimated: {why}."
        assert text_of(made.method()) == f"Nothing is compared: {why}."
        assert text_of(made.pays()) == f"Whether the PMO pays cannot be told: {why}."

    def test_nothing_ended_names_what_each_outcome_needs(self) -> None:
        said = text_of(report("nothing ended").answer())
        assert "Cost overrun, not testable: no project has this outcome: needs actual_cost" in said
        assert "needs planned and realised in benefit_reports.csv" in said

    def test_five_departments_are_said_once(self) -> None:
        said = text_of(report("five departments").answer())
        assert said.count("only 5 departments have projects with this outcome; 6 are needed") == 1
        assert "Data of further departments" in said

    def test_one_outcome_may_be_likely_without_the_other(self) -> None:
        said = text_of(report("no actual costs").answer())
        assert said.startswith("The PMO has likely lowered duration overrun.")
        assert "Cost overrun, not testable" in said

    def test_harm_is_said_as_such(self) -> None:
        made = of(workbook(without("benefits", "benefit_reports") | costlier()))
        said = text_of(made.answer())
        assert said.startswith("The PMO has likely raised cost overrun.")
        assert "for the worse" in text_of(made.findings())


class TestNumbers:
    def test_planted_effects_are_within_the_intervals(self) -> None:
        found = report("shown").case.table().set_index("outcome")
        assert found.loc["cost", "low"] < np.log1p(-COST_EFFECT) < found.loc["cost", "high"]
        assert found.loc["benefits", "low"] < 0 < found.loc["benefits", "high"]

    def test_table_of_effects_is_that_of_the_case(self) -> None:
        made = report("shown")
        table = made.case.table()
        assert list(table.columns) == list(COLUMNS)
        _, *rows = rows_of(made.findings())
        assert len(rows) == len(table) == 5
        for row, each in zip(rows, table.itertuples(), strict=True):
            assert row[1] == each.verdict
            is_log = each.unit == "difference of logarithms"
            size = round(100 * abs(expm1(each.effect) if is_log else each.effect))
            assert re.match(rf"[+−]?{size} (%|points)", row[2])
            assert each.why in row[3]
            assert f"{each.n_projects} projects under the PMO, {each.n_departments} dep" in row[4]
            assert f"p = {max(each.p, 0.001):.3f}, {max(each.p_adjusted, 0.001):.3f}" in row[4]
            assert f"{each.support:.0%} of those".replace("%", " %") in row[4]

    @pytest.mark.parametrize("case", ["conservative", "as estimated"])
    def test_table_of_money_is_that_of_the_summary(self, case: str) -> None:
        made = report("shown")
        items = made.summaries[case].table.set_index("item")
        draws = made.draws[case].table
        rows = {row[0]: row[1:] for row in rows_of(made._money_table(case))[1:]}
        assert set(rows) >= set(ITEMS.values())
        for name, words in ITEMS.items():
            own = draws["gross"] - draws["cashable"] if name == "non_cashable" else draws[name]
            for text, q in zip(rows[words], (5, 50, 95), strict=True):
                shown = items.loc[name, f"p{q}"]
                assert shown == pytest.approx(np.percentile(own, q))
                assert amount(text) == pytest.approx(shown, rel=0.02, abs=1)

    def test_both_cases_are_on_the_page_with_the_notes(self) -> None:
        said = text_of(report("no benefits").money())
        assert "Conservative: effects that are not at least likely count nothing" in said
        assert "As estimated: every effect at its estimate" in said
        for note in report("no benefits").summaries["conservative"].notes:
            assert plain(note) in said

    def test_answer_gives_the_median_and_the_chance(self) -> None:
        made = report("shown")
        items = made.summaries["conservative"].table.set_index("item")
        said = text_of(made.answer())
        for item, p in (("npv", "p5"), ("npv", "p50"), ("npv", "p95")):
            assert f"GBP {items.loc[item, p] / 1e6:.1f} million" in said
        assert f"GBP {items.loc['cost', 'p50'] / 1e6:.2f} million" in said

    def test_office_is_the_discounted_sum_of_its_months(self) -> None:
        made = report("shown")
        months = pd.period_range(rolled_out()["pmo_costs"]["period"].min(), PERIOD, freq="M")
        years = [(month.end_time - made.case.base_date).days / 365.25 for month in months]
        paid = sum(OFFICE_A_MONTH * 1.035**-each for each in years)
        office = made.summaries["conservative"].table.set_index("item").loc["office", "p50"]
        assert office == pytest.approx(paid, rel=0.005)

    def test_what_it_pays_is_of_the_summaries(self) -> None:
        made = report("shown")
        found = made.summaries["conservative"]
        said = text_of(made.pays())
        assert f"{found.p_npv_positive:.0%} (as estimated".replace("%", " %") in said
        assert (
            f"where projects cost {-expm1(found.break_even_effect):.0%} less".replace("%", " %")
            in said
        )
        assert f"Paid back, at the median, in {found.payback_year}." in said

    def test_without_effect_it_has_not_paid_back(self) -> None:
        said = text_of(report("no effect").pays())
        assert "has paid for itself: 0 %" in said
        assert said.endswith("Not paid back yet, at the median.")

    def test_payback_is_not_said_where_the_net_is_lost_again(self) -> None:
        made = copy(report("shown"))
        lost = pd.Series([-1.0, 1.0, -2.0], index=[2023, 2024, 2025])
        draws = {name: replace(each, net_by_year=lost) for name, each in made.draws.items()}
        vars(made).update(draws=draws, summaries={n: each.summary() for n, each in draws.items()})
        assert "Not paid back yet" in text_of(made.pays())

    def test_roll_out_counts_the_projects_before_and_since(self) -> None:
        made, given = report("shown"), rolled_out()
        rows = {row[0]: row[1:] for row in rows_of(made.roll_out())[1:]}
        projects = given["projects"]
        never = set(projects["department"]) - set(given["rollouts"]["department"])
        assert {name for name, row in rows.items() if row[0] == "not within the data"} == never
        for name in never:
            ended = projects.query("department == @name and status == 'completed'")
            assert [int(cell) for cell in rows[name][1:3]] == [len(ended), 0]
        found = made.case.finding("cost")
        assert found is not None
        assert all(rows[name][3].endswith("less") for name in rows)
        assert sum(int(row[1]) + int(row[2]) for row in rows.values()) == len(found.sample.rows)

    def test_second_opinion_stands_beside_the_same_values(self) -> None:
        pytest.importorskip("diff_diff")
        made = report("shown")
        found = made.case.finding("cost")
        assert found is not None
        less = f"{-expm1(found.priced.value):.0%} less".replace("%", " %")
        assert f"ours, on the same values as they are, {less}" in text_of(made.another_method())


def amount(text: str) -> float:
    """GBP 12.3 million, −GBP 0.34 million and GBP 12,300 as numbers."""
    said = re.fullmatch(r"(−?)GBP ([\d,.]+)( million)?", text)
    assert said, text
    size = float(said[2].replace(",", "")) * (1e6 if said[3] else 1)
    return -size if said[1] else size


class TestParameters:
    def test_case_of_the_defaults_is_the_workbooks_own(self) -> None:
        made = report("shown")
        assert made.case is made.workbook.value_case(PERIOD)

    def test_assumptions_are_those_given(self) -> None:
        given = {"hourly_rate": "100", "budget_returned": "0.5", "change_cost": "7e5"}
        made = of(workbook(rolled_out()), **given)
        rows = {row[0]: row[1] for row in rows_of(made.assumptions())[1:]}
        assert (rows["hourly_rate"], rows["change_cost"]) == ("100", "700,000")
        assert (rows["budget_returned"], rows["imposed_hours"]) == ("0.5", "2; 4; 8")
        assert "nobody has stated" not in text_of(made.answer())
        ours, theirs = (each.summaries["conservative"].table.set_index("item")["p50"]
                        for each in (report("shown"), made))  # fmt: skip
        assert theirs["cost"] > ours["cost"] + 690_000
        assert theirs["cashable"] > ours["cashable"] + 0.4 * ours["avoided"]

    def test_earlier_month_knows_only_what_was_known_then(self) -> None:
        made = of(workbook(rolled_out()), period="2024-06")
        assert made.case.view.data_date == pd.Timestamp("2024-06-30")
        assert len(made.case.projects) < len(report("shown").case.projects)
        assert (made.case.pmo_costs["period"] <= "2024-06").all()
        assert "June 2024" in text_of(made.title())

    def test_one_service_among_others_adopted_the_same_day_cannot_be_told(self) -> None:
        given = rolled_out()
        more = given["rollouts"].assign(service_id="S2")
        services = frame("services", [{"service_id": name, "name": name} for name in ("S1", "S2")])
        both = pd.concat([given["rollouts"], more], ignore_index=True)
        made = of(workbook(given | {"rollouts": both, "services": services}), service="S2")
        assert "report all services together" in text_of(made.answer())
        assert "What other services did" in text_of(made.not_claimed())


class TestNotClaimed:
    def test_what_does_not_count_is_named_with_its_reason(self) -> None:
        made = report("no effect")
        said = text_of(made.not_claimed())
        for found in made.primary:
            assert f"{found.outcome.name}: {found.claim.word}." in said

    def test_what_counts_is_not_among_it(self) -> None:
        said = text_of(report("shown").not_claimed())
        assert "Cost overrun:" not in said
        assert "Benefits realised: not shown." in said

    def test_projects_without_an_outcome_are_counted(self) -> None:
        given = without("benefits", "benefit_reports", "pmo_costs")
        known = given["projects"]["actual_cost"].where(given["projects"].index >= 10)
        said = text_of(of(changed(given, actual_cost=known)).not_claimed())
        assert "Projects that ended without a recorded outcome: cost overrun 10" in said


class TestMethod:
    @pytest.mark.parametrize(
        ("situation", "said"),
        [
            ("shown", "dealing the dates of adoption anew"),
            ("all at once", "The PMO began for all departments at once"),
            ("chosen", "set beside the most similar ones that did not"),
            ("no roll-outs", "Nothing is compared"),
        ],
    )
    def test_is_that_of_the_design(self, situation: str, said: str) -> None:
        assert said in text_of(report(situation).method())
        dealt = "dealing the dates" in text_of(report(situation).method())
        assert dealt is (situation == "shown")
