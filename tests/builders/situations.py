"""Value cases in every situation, made once a session: their reports, and what these say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML

from builders.evidence import evidence
from builders.portfolio import portfolio
from builders.rollouts import (
    all_at_once,
    chosen,
    few_departments,
    permuted,
    rolled_out,
    without,
)
from builders.tables import Tables
from builders.workbooks import facts, table_facts, workbook
from pmo_lib.brief.brief import Brief
from pmo_lib.brief.value_brief import value_brief
from pmo_lib.contract.verdict import Verdict
from pmo_lib.parameters import ValueCaseParameters
from pmo_lib.reports import one_page
from pmo_lib.reports.value.value_report import ValueReport
from pmo_lib.workbook import Workbook

PERMUTATIONS = 99


def withheld() -> Workbook:
    opened = workbook(rolled_out())
    judged = {"projects": table_facts("projects", 100, rejected=50)}
    told = facts(opened.tables) | {"tables": judged}
    return replace(opened, verdict=Verdict.from_mapping(told))


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


def chosen_by_few() -> Workbook:
    """Projects that chose the PMO, too few of them for an estimate, but matched all the same."""
    given = chosen()
    used = given["projects"]["pmo_used"]
    few = used.eq("yes") & (used.eq("yes").cumsum() > 30)
    return changed(given, pmo_used=used.mask(few))


SITUATIONS: Mapping[str, Callable[[], Workbook]] = {
    "shown": lambda: workbook(rolled_out()),
    "no effect": lambda: workbook(rolled_out(0.0)),
    "no roll-outs": lambda: workbook(without("rollouts")),
    "projects alone": lambda: workbook({"projects": rolled_out()["projects"]}),
    "all at once": lambda: workbook(all_at_once()),
    "chosen": lambda: workbook(chosen()),
    "chosen, risk recorded": with_risk,
    "chosen by few": chosen_by_few,
    "no PMO costs": lambda: workbook(without("pmo_costs", "benefits", "benefit_reports")),
    "no actual costs": lambda: changed(rolled_out(), actual_cost=np.nan),
    "no plans": lambda: workbook(without("baselines")),
    "projects withheld": withheld,
    "nothing ended": nothing_ended,
    "nothing begun": nothing_begun,
    "five departments": lambda: workbook(few_departments()),
    "three departments": lambda: workbook(portfolio()),
}


def of(opened: Workbook, **given: str) -> ValueReport:
    """The report; its tests permute the dates less often, as what they say hardly depends on it."""
    made = ValueReport(ValueCaseParameters(**given).resolved(opened), opened)
    with permuted(PERMUTATIONS):
        assert made.case  # kept from here on
    return made


@cache
def report(situation: str) -> ValueReport:
    """The report on a situation; the first of them with all its permutations."""
    opened = SITUATIONS[situation]()
    if situation == "shown":
        return ValueReport(ValueCaseParameters().resolved(opened), opened)
    return of(opened)


def brief_of(made: ValueReport) -> Brief:
    """What the one page of the report says, which hangs on no KPI."""
    return value_brief(evidence(made.view, value_case=made.case))


def page_one(made: ValueReport) -> HTML:
    """The one page of the report."""
    headings = ("What changed", "Does it last?")
    return one_page.one_page(brief_of(made), {}, made.level, "", headings)
