"""Asks on projects name exactly the planted projects, and rest on nothing that is withheld."""

from dataclasses import replace
from typing import Any

import pytest

from builders.evidence import evidence, found_by
from builders.results import result
from builders.tables import baseline, open_project, project, report
from builders.views import view
from pmo_lib.brief.brief import RULE_MODULES
from pmo_lib.engine.view import View

assert RULE_MODULES  # their rules are declared

GREEN, OVERDUE, OVER = "rated-green-red-by-rule", "overdue", "estimate-over-budget"


def planted(**withheld: str) -> View:
    """Finance has G1 and G2 green but red, one overdue, one over budget; Sales one green but red.

    In flight on 30 September 2026. All else is as it should be, just at its limit, or at an end.
    """
    plan = {"start": "2026-01-01", "finish": "2026-12-31", "cost": 100.0}
    fine = {"rag": "green", "earned_value": 50.0, "actual_cost": 50.0, "planned_value": 50.0}
    red = fine | {"actual_cost": 60.0}  # CPI 0.83
    projects = [
        open_project("G1", name="Apollo", sponsor="Ada"), open_project("G2", name=None),
        open_project("S1", department="Sales", sponsor="Sam"),
        open_project("honest"), open_project("turned"), open_project("fine"),
        open_project("at the limit"), project("ended", finished_on="2026-09-01"),
        open_project("late"), open_project("late by rule", status="on_hold"),
        open_project("dear"), open_project("dear by a little"), open_project("nothing approved"),
        open_project("reviewed"), open_project("stale"),
    ]  # fmt: skip
    plans = {
        "G1": {"cost": 300.0}, "late": {"finish": "2026-08-30"},
        "late by rule": {"finish": "2026-08-31"}, "nothing approved": {"cost": 0.0},
    }  # fmt: skip
    last = {
        "G1": red, "G2": red, "S1": red, "honest": red | {"rag": "red"}, "turned": fine,
        "fine": fine, "at the limit": fine | {"earned_value": 45.0}, "ended": red,
        "late": fine | {"rag": "amber"}, "late by rule": fine,
        "dear": fine | {"estimate_at_completion": 130.0},
        "dear by a little": fine | {"estimate_at_completion": 105.0},
        "nothing approved": fine | {"estimate_at_completion": 900.0},
    }  # fmt: skip
    reports = [
        *(report(name, **cells) for name, cells in last.items()),
        report("turned", "2026-08", **red),
        report("reviewed", **(red | {"rag": None})),
        report("reviewed", **(red | {"rated_by": "independent"})),
        report("stale", "2026-05", **red),
    ]
    names = [row["project_id"] for row in projects]
    seen = view(
        projects=projects,
        baselines=[baseline(name, **(plan | plans.get(name, {}))) for name in names],
        status_reports=reports,
    )
    return replace(seen, withheld=withheld)


def asked(seen: View, *results: Any) -> dict[str, dict[str, Any]]:
    given = evidence(seen, results)
    return {name: found_by(name, given) for name in (GREEN, OVERDUE, OVER)}


def test_each_rule_finds_just_what_is_planted() -> None:
    found = asked(planted())
    assert {name: sorted(own) for name, own in found.items()} == {
        GREEN: [f"{GREEN}:Finance", f"{GREEN}:Sales"],
        OVERDUE: [f"{OVERDUE}:Finance"],
        OVER: [f"{OVER}:Finance"],
    }
    said = {ask_id: ask for own in found.values() for ask_id, ask in own.items()}
    assert said[f"{GREEN}:Finance"].what.startswith("Review G1 Apollo and G2: rated green by")
    assert said[f"{GREEN}:Sales"].what.startswith("Review S1: ")
    assert said[f"{OVERDUE}:Finance"].what == "Approve a new finish for late, or stop it"
    assert said[f"{OVERDUE}:Finance"].why == "1 project past the approved finish by up to 31 days"
    assert said[f"{OVER}:Finance"].what == "Decide on GBP\u00a030 above budget: dear"
    assert "30 % more than approved" in said[f"{OVER}:Finance"].why.replace("\u00a0", " ")


def test_money_at_stake_is_what_is_approved_or_above_it() -> None:
    found = asked(planted())
    assert found[GREEN][f"{GREEN}:Finance"].money == 300.0 + 100.0
    assert found[GREEN][f"{GREEN}:Sales"].money == 100.0
    assert found[OVERDUE][f"{OVERDUE}:Finance"].money == 100.0
    assert found[OVER][f"{OVER}:Finance"].money == 30.0


def test_who_is_the_one_sponsor_or_the_sponsors_of_the_department() -> None:
    found = asked(planted())[GREEN]
    assert found[f"{GREEN}:Sales"].who == "Sam"
    assert found[f"{GREEN}:Finance"].who == "Sponsors in Finance"


def test_the_years_share_of_such_reports_is_told_where_it_is_known() -> None:
    share = result("G2", "Sales", value=0.25, low=0.1, high=0.4, n=40)
    found = asked(planted(), share)[GREEN]
    assert "25 % of 40 green reports hid a red project" in found[f"{GREEN}:Sales"].why.replace(
        "\u00a0", " "
    )
    assert found[f"{GREEN}:Sales"].figure.value == 0.25
    assert "in a year" not in found[f"{GREEN}:Finance"].why


@pytest.mark.parametrize(
    ("withheld", "silent"),
    [
        ("projects", {GREEN, OVERDUE, OVER}), ("projects.status", {GREEN, OVERDUE, OVER}),
        ("projects.department", {GREEN, OVERDUE, OVER}),
        ("status_reports", {GREEN, OVER}), ("status_reports.rag", {GREEN}),
        ("status_reports.earned_value", {GREEN}), ("status_reports.actual_cost", {GREEN}),
        ("status_reports.estimate_at_completion", {OVER}),
        ("baselines", {OVERDUE, OVER}), ("baselines.finish", {OVERDUE}),
        ("baselines.cost", {OVER}),
    ],
)  # fmt: skip
def test_what_is_withheld_asks_nothing(withheld: str, silent: set[str]) -> None:
    found = asked(planted(**{withheld: "it is in doubt"}))
    assert {name for name, own in found.items() if not own} == silent


@pytest.mark.parametrize("name", ["baselines.finish", "milestones.baseline_date"])
def test_a_project_is_not_red_by_what_is_withheld(name: str) -> None:
    healthy = {"rag": "green", "earned_value": 50.0, "actual_cost": 50.0}
    seen = view(
        projects=[open_project()],
        baselines=[baseline(finish="2026-02-01" if name.startswith("b") else "2026-12-31")],
        status_reports=[report(**healthy)],
        milestones=[{"project_id": "p1", "milestone_id": "m1", "baseline_date": "2026-02-01"}]
        if name.startswith("m") else (),
    )  # fmt: skip
    assert asked(seen)[GREEN]
    assert not asked(replace(seen, withheld={name: "it is in doubt"}))[GREEN]


def test_without_projects_in_flight_nothing_is_asked() -> None:
    for seen in (view(projects=()), view(projects=[project()]), view(projects=[open_project()])):
        assert asked(seen) == {GREEN: {}, OVERDUE: {}, OVER: {}}
