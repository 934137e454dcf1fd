"""What came after the data date changes no KPI."""

import pandas as pd

from builders.results import ALL, differing, result_table
from builders.tables import Tables
from builders.whole import whole, whole_view
from pmo_lib.kpis.catalogue import CATALOGUE


def test_what_came_later_changes_nothing() -> None:
    period = "2026-02"
    then = result_table(whole_view(until(whole(), period), period), ALL)
    now = result_table(whole_view(whole(), period), ALL)
    assert set(now.loc[now["state"] == "measured", "kpi_id"]) == set(CATALOGUE)
    assert not differing(then, now)


def test_the_portfolio_then_was_another() -> None:
    """Else the test above could not fail."""
    then, now = until(whole(), "2025-10"), whole()
    undated = {"services", "value_statements"}
    for name in set(now) - undated:
        assert not then[name].reset_index(drop=True).equals(now[name]), name


def until(given_tables: Tables, period: str) -> Tables:
    """The tables as they were at the end of the month: nothing in them is dated later."""
    end = pd.Period(period, freq="M").end_time.normalize()
    month = {n: t for n, t in given_tables.items() if "period" in t}
    cut = {name: table[table["period"] <= period] for name, table in month.items()}
    begins = {
        "projects": "started_on", "baselines": "approved_on", "gates": "submitted_on",
        "demands": "created_on", "risks": "raised_on", "service_requests": "opened_on",
        "rollouts": "adopted_on", "communications": "sent_on", "decisions": "asked_on",
    }  # fmt: skip
    cut |= {
        name: given_tables[name][~(given_tables[name][day] > end)] for name, day in begins.items()
    }
    answers = given_tables["survey_responses"]
    cut["survey_responses"] = answers[answers["wave"] <= period]
    # what was not known yet, once the day in the first column had not come
    later = {
        "projects": ("finished_on", "actual_cost"),
        "status_reports": ("submitted_on",),
        "milestones": ("actual_date", "forecast_date"),
        "gates": ("decided_on", "decision"),
        "demands": ("decided_on", "project_id"),
        "risks": ("closed_on",),
        "service_requests": ("closed_on", "satisfaction"),
        "decisions": ("decided_on", "decision"),
    }
    then = given_tables | cut
    for name, columns in later.items():
        to_come = then[name][columns[0]] > end
        hidden = {column: then[name][column].mask(to_come) for column in columns}
        if name == "projects":
            hidden["status"] = then[name]["status"].mask(to_come, "active")
        then[name] = then[name].assign(**hidden)
    # papers of which only the decision is dated were first heard of then
    gates = given_tables["gates"]
    unheard = gates["submitted_on"].isna() & (gates["decided_on"] > end)
    then["gates"] = then["gates"].drop(gates.index[unheard])
    for name in ("benefits", "milestones"):
        known = then[name]["project_id"].isin(then["projects"]["project_id"])
        then[name] = then[name][known]
    return then
