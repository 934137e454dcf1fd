"""The value case: what it says in each situation, and that its numbers are the engine's."""

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from itertools import product
from math import expm1

import numpy as np
import pandas as pd
import pytest

from builders.pages import parsed, plain, rows_of, text_of
from builders.rollouts import COST_EFFECT, all_at_once, few_departments, rolled_out, without
from builders.situations import SITUATIONS, brief_of, costlier, of, page_one, report
from builders.tables import frame
from builders.workbooks import workbook
from pmo_lib.effect.claim import Claim
from pmo_lib.effect.other_designs import LEAST_MATCHED
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.value.value_report import ValueReport
from pmo_lib.worth.value_case import COLUMNS

OWN = (
    "title", "counterfactual", "effects_by_outcome", "before_and_after_cost",
    "before_and_after_schedule", "checks", "permutation_test", "pays", "net_value", "money",
    "sensitivity", "assumptions", "who_is_compared", "not_claimed", "roll_out", "method",
)  # fmt: skip
SECTIONS = (*OWN, "data_quality", "violations", "provenance")  # those are the workbook's to say
DRAWN = ("shown", "all at once")  # with all pictures there are; to draw takes long
NOT_MONEY = "only a difference to departments that had not adopted yet may become money"


class TestEverySituation:
    def test_has_the_design_that_its_data_allow(self) -> None:
        found = {situation: report(situation).case.design for situation in SITUATIONS}
        other = {
            "no roll-outs": "none", "projects alone": "none", "three departments": "none",
            "projects withheld": "none", "nothing begun": "none",
            "all at once": "interrupted time series", "chosen": "matched projects",
            "chosen, risk recorded": "matched projects", "chosen by few": "matched projects",
        }  # fmt: skip
        assert found == {each: other.get(each, "staggered roll-out") for each in SITUATIONS}

    def test_every_section_is_a_figure_or_well_formed_html(self) -> None:
        wrong = []
        for situation, section in product(SITUATIONS, SECTIONS):
            made = getattr(report(situation), section)()
            if isinstance(made, Picture):
                fine = len(made.alt) > 20 and len(made.data) > 0
                if situation in DRAWN:
                    fine = fine and made.svg().startswith("<svg ")
            else:
                text = parsed(made).text  # asserts that every tag is closed
                fine = bool(text.strip()) and not re.search(r"\b(nan|None|inf|NaT)\b", text)
            if not fine:
                wrong.append((situation, section))
        assert not wrong

    def test_money_is_on_the_page_only_where_a_difference_may_become_money(self) -> None:
        named = {s for s in SITUATIONS if "GBP" in text_of(report(s).money())}
        assert named == {"shown", "no effect", "no PMO costs", "no actual costs", "no plans"}
        drawn = {s for s in SITUATIONS if isinstance(report(s).net_value(), Picture)}
        assert drawn == named - {"no PMO costs"}

    def test_sections_are_all_that_the_notebook_calls(self) -> None:
        own = {name for name, each in vars(ValueReport).items()
               if callable(each) and not name.startswith("_")}  # fmt: skip
        assert own <= {*SECTIONS, "one_page"}


PLAIN = (str, int, float, bool, type(None), pd.DataFrame, pd.Series, np.ndarray, pd.Timestamp)


def anew(value: object, where: str, found: list[str]) -> object:
    """The value made again of its fields alone; `found` gets what is no plain data."""
    if is_dataclass(value) and not isinstance(value, type):
        own = {f.name: anew(getattr(value, f.name), f"{where}.{f.name}", found)
               for f in fields(value)}  # fmt: skip
        return type(value)(**own)
    if isinstance(value, tuple):
        return tuple(anew(each, f"{where}[{i}]", found) for i, each in enumerate(value))
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: anew(each, f"{where}[{name!r}]", found) for name, each in value.items()}
    if not isinstance(value, PLAIN):
        found.append(f"{where}: {type(value).__name__}")
    return value


class TestPlainData:
    def test_everything_the_page_draws_is_a_field(self) -> None:
        wrong: list[str] = []
        for situation in SITUATIONS:
            made = report(situation)
            bare = copy(made)
            vars(bare)["case"] = anew(made.case, situation, wrong)
            vars(bare)["workbook"] = replace(made.workbook, tables={})
            for section in OWN:
                one, other = getattr(made, section)(), getattr(bare, section)()
                is_same = (
                    one.alt == other.alt and one.data.equals(other.data)
                    if isinstance(one, Picture)
                    else one.data == other.data
                )  # fmt: skip
                if not is_same:
                    wrong.append(f"{situation}: {section}")
        assert not wrong


class TestVerdict:
    def test_demonstrated_is_said_without_likely(self) -> None:
        word = Claim("demonstrated", "All.", "None.")
        made, case = copy(report("shown")), report("shown").case
        found = [replace(each, claim=word) if each.claim.counts else each for each in case.findings]
        vars(made)["case"] = replace(case, findings=tuple(found))
        said = text_of(page_one(made))
        assert re.match(
            r"Projects under the PMO have cost (\d+ to )?\d+ % less and taken \d+ %", said
        )

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
        assert "before and after" in text_of(made.effects_by_outcome())

    def test_risk_recorded_is_not_enough_where_many_have_no_match(self) -> None:
        found = report("chosen, risk recorded").case.finding("cost")
        assert found is not None
        assert "risk" in set(found.tested.balance["covariate"])
        assert found.tested.support < LEAST_MATCHED
        assert found.claim.word in {"associated", "not shown", "not testable"}

    def test_projects_that_chose_and_are_likely_are_still_no_money(self) -> None:
        made, case = copy(report("chosen")), report("chosen").case
        word = Claim("likely", "All.", "None.")
        own = case.finding("cost")
        found = [replace(each, claim=word) if each is own else each for each in case.findings]
        vars(made)["case"] = replace(case, findings=tuple(found))
        vars(made).pop("_money", None)
        said = brief_of(made).verdict
        assert said.startswith("Projects under the PMO have likely ")
        assert said.endswith(f"Whether it pays cannot be told: {NOT_MONEY}.")
        assert made.case.for_kpi is None

    def test_harm_is_said_as_such(self) -> None:
        made = of(workbook(without("benefits", "benefit_reports") | costlier()))
        said = plain(brief_of(made).verdict)
        assert re.match(
            r"Projects under the PMO have (likely )?cost \d+ % more than they would", said
        )
        assert "for the worse" in text_of(made.effects_by_outcome())


class TestNumbers:
    def test_planted_effects_are_within_the_intervals(self) -> None:
        found = report("shown").case.table().set_index("outcome")
        assert found.loc["cost", "low"] < np.log1p(-COST_EFFECT) < found.loc["cost", "high"]
        assert found.loc["benefits", "low"] < 0 < found.loc["benefits", "high"]

    def test_table_of_effects_is_that_of_the_case(self) -> None:
        made = report("shown")
        table = made.case.table()
        assert list(table.columns) == list(COLUMNS)
        _, *rows = rows_of(made.effects_by_outcome())
        assert len(rows) == len(table) == len(OUTCOMES) - 1
        for row, each in zip(rows, table.itertuples(), strict=True):
            assert row[1] == each.verdict
            is_log = each.unit == "difference of logarithms"
            priced = each.effect_priced
            size = f"{100 * abs(expm1(priced) if is_log else priced):.0f}"
            if size == "0":  # then it is said to a tenth
                size = f"{100 * abs(expm1(priced) if is_log else priced):.1f}"
            assert re.match(rf"[+−]?{size} (%|points)", row[2])
            assert plain(each.why) in plain(row[3])
            assert f"{each.n_projects} projects under the PMO, {each.n_departments} dep" in row[4]
            assert f"p = {max(each.p, 0.001):.3f}, " in row[4]
            assert f"adjusted p = {max(each.p_adjusted, 0.001):.3f}" in row[4]
            assert f"{each.support:.0%} of those".replace("%", " %") in row[4]

    def test_roll_out_counts_the_projects_before_and_since(self) -> None:
        made, given = report("shown"), rolled_out()
        rows = {row[0]: row[1:] for row in rows_of(made.roll_out())[1:]}
        projects = given["projects"]
        never = set(projects["department"]) - set(given["rollouts"]["department"])
        assert {name for name, row in rows.items() if row[0] == "not within the data"} == never
        for name in never:
            ended = projects.query("department == @name and status == 'completed'")
            assert [int(cell) for cell in rows[name][1:3]] == [len(ended), 0]
        assert all(rows[name][3].endswith("less") for name in rows)
        compared = made.case.population.iloc[-2:][["under_pmo", "others"]].to_numpy().sum()
        in_flight = made.case.finding("cost")
        assert in_flight is not None
        counted = sum(int(row[1]) + int(row[2]) for row in rows.values())
        assert counted == compared + in_flight.n_straddling

    def test_who_is_compared_adds_up_to_the_portfolio_on_either_side(self) -> None:
        made, projects = report("shown"), rolled_out()["projects"]
        head, *rows = rows_of(made.who_is_compared())
        assert head == ["Cost: projects that are", "Under the PMO", "Others"]
        *left, compared = [[int(cell) for cell in row[1:]] for row in rows]
        found = made.case.finding("cost")
        assert found is not None
        assert compared[0] == found.tested.n
        assert sum(sum(row) for row in left) + sum(compared) == len(projects)
        assert [row[0] for row in rows] == made.case.population["step"].tolist()

    @pytest.mark.parametrize(
        "situation", ["all at once", "chosen", "no roll-outs", "projects withheld"]
    )
    def test_who_is_compared_is_of_the_roll_out_alone(self, situation: str) -> None:
        said = text_of(report(situation).who_is_compared())
        assert said == "Nobody is compared with departments that had not adopted yet."


class TestParameters:
    def test_case_of_the_defaults_is_the_workbooks_own(self) -> None:
        made = report("shown")
        assert made.case is made.measured.value_case

    def test_earlier_month_knows_only_what_was_known_then(self) -> None:
        made = of(workbook(few_departments()), period="2024-06")
        now = report("five departments").case.findings[0].tested.n
        assert 0 < made.case.findings[0].tested.n < now
        assert (made.case.costs.table["period"] <= "2024-06").all()
        assert "June 2024" in text_of(made.title())

    def test_one_service_among_others_adopted_the_same_day_cannot_be_told(self) -> None:
        given = rolled_out()
        more = given["rollouts"].assign(service_id="S2")
        services = frame("services", [{"service_id": name, "name": name} for name in ("S1", "S2")])
        both = pd.concat([given["rollouts"], more], ignore_index=True)
        made = of(workbook(given | {"rollouts": both, "services": services}), service="S2")
        assert "report all services together" in text_of(page_one(made))
        assert "What other services did" in text_of(made.not_claimed())

    def test_assumptions_are_those_given(self) -> None:
        given = {"hourly_rate": "100", "budget_returned": "0.5", "change_cost": "7e5"}
        made = of(workbook(few_departments()), **given)
        rows = {row[0]: row[1] for row in rows_of(made.assumptions())[1:]}
        assert (rows["hourly_rate"], rows["change_cost"]) == ("100", "700,000")
        assert (rows["budget_returned"], rows["imposed_hours"]) == ("0.5", "2; 4; 8")


class TestNotClaimedAndMethod:
    def test_not_claimed_is_of_the_outcomes_declared_beforehand(self) -> None:
        made = report("no effect")
        said = text_of(made.not_claimed())
        for found in made.case.primary:
            assert f"{found.outcome.name}: {found.claim.word}." in said
        assert "Finished on time" not in said

    def test_projects_without_an_outcome_are_counted(self) -> None:
        given = few_departments()
        known = given["projects"]["actual_cost"].where(given["projects"].index >= 10)
        given["projects"] = given["projects"].assign(actual_cost=known)
        said = text_of(of(workbook(given)).not_claimed())
        assert "Projects that ended without a recorded outcome: actual cost 10" in said
