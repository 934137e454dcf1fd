"""Findings of a draw by lot: a planted saving is found, and no draw that was not kept counts."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import PERIOD
from builders.tables import Tables
from builders.worlds import SETTINGS, LotWorld, draw_lots
from pmo_lib.effect.by_lot import REQUIRED, broken, drawn_projects
from pmo_lib.effect.checks import QUESTIONS
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.lot import ALONE, strata
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.roll_out import findings, in_own_unit
from pmo_lib.effect.rules import Rules
from pmo_lib.engine.view import View
from pmo_lib.worth import value_case
from pmo_lib.worth.assumptions import Terms

SMALLEST = {name: in_own_unit(each, 0.05) for name, each in OUTCOMES.items()}


@cache
def world(saving: float) -> Tables:
    return draw_lots(LotWorld(saving=saving), 1).tables


def found(given: Tables, pledged: str = "cost", times: int = 199) -> dict[str, Finding]:
    seen = View(given, PERIOD, SETTINGS)
    evidence = value_case.evidence(seen, Terms(service="S1"))
    rules = Rules(SMALLEST, permutations=times, pledged=pledged)
    every = findings(evidence, "draw by lot", rules=rules)
    return {each.outcome.id: each for each in every}


@pytest.fixture(scope="module")
def saving() -> dict[str, Finding]:
    return found(world(0.3))


class TestFindings:
    def test_a_saving_of_thirty_percent_is_shown(self, saving: dict[str, Finding]) -> None:
        cost = saving["cost"]
        assert cost.design == "draw by lot"
        assert cost.claim.counts
        assert cost.tested.low < np.log(0.7) < cost.tested.high

    def test_what_was_approved_before_the_draw_did_not_move(
        self, saving: dict[str, Finding]
    ) -> None:
        assert not saving["approved_cost"].claim.counts
        assert {c.id: c.state for c in saving["cost"].checks}["approved"] == "passed"

    def test_checks_are_those_of_a_draw(self, saving: dict[str, Finding]) -> None:
        ids = [check.id for check in saving["cost"].checks]
        assert ids == ["approved", *REQUIRED[:1], "leave-one-out", "attrition"]
        assert set(REQUIRED) <= set(ids) <= set(QUESTIONS)

    def test_a_pledged_outcome_is_tested_alone(self, saving: dict[str, Finding]) -> None:
        together = found(world(0.3), pledged="")
        assert saving["cost"].p_adjusted == saving["cost"].tested.p
        assert together["cost"].p_adjusted >= together["cost"].tested.p

    def test_nothing_is_claimed_while_most_are_in_flight(self) -> None:
        given = world(0.3)
        ended = given["projects"]["finished_on"] <= pd.Timestamp("2021-06-30")
        running = given["projects"].assign(
            status=given["projects"]["status"].where(ended, "active"),
            finished_on=given["projects"]["finished_on"].where(ended),
        )
        last = given["lots"]["lot_id"] == "L7"
        some = found(given | {"projects": running, "lots": given["lots"][last]}, times=9)
        assert some["cost"].claim.word == "not testable"
        assert "of the projects of each draw ended" in some["cost"].tested.refusal


class TestDrawnProjects:
    def test_stratum_is_the_draw_and_its_department(self) -> None:
        lots = world(0.0)["lots"]
        rows = drawn_projects(world(0.0), "S1")
        by_hand = [
            f"{lot_id}\n{each}"
            for lot_id, own in lots.groupby("lot_id")
            for each in strata(own["department"])
        ]
        assert sorted(rows["stratum"]) == sorted(by_hand)
        assert any(ALONE in each for each in rows["stratum"])

    def test_a_lot_that_was_not_kept_is_left_out_and_told(self) -> None:
        given = world(0.0)
        own = given["lots"]["lot_id"] == "L3"
        turned = given["lots"].assign(
            assigned_by_lot=given["lots"]["assigned_by_lot"].mask(
                own, given["lots"]["assigned_by_lot"].map({"yes": "no", "no": "yes"})
            )
        )
        changed = given | {"lots": turned}
        assert not drawn_projects(changed, "S1")["lot_id"].eq("L3").any()
        (said,) = broken(changed)
        assert said.startswith("The lot L3 is left out: the draw would have it otherwise for ")
        assert broken(given) == []

    def test_of_another_service_there_is_none(self) -> None:
        assert drawn_projects(world(0.0), "S9").empty
        assert drawn_projects({}, "S1").empty


class TestValueCase:
    def test_a_service_drawn_by_lot_is_judged_by_the_draw_and_becomes_no_money(self) -> None:
        case = value_case.value_case(View(world(0.3), PERIOD, SETTINGS), Terms(service="S1"))
        assert case.design == "draw by lot"
        assert case.money.refusal
