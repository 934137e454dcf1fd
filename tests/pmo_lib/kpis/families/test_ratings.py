"""G1 to G3 and G9 on tables small enough to work out by hand."""

from typing import Any

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.tables import (
    Tables,
    baseline,
    numbered,
    open_project,
    project,
    report,
)
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

COLOURS = ("green", "amber", "red")


def rated() -> Tables:
    """The portfolio with ratings of both raters, all colours and some gaps, and milestones."""
    tables = portfolio()
    reports = tables["status_reports"]
    shade = (reports.index * 7 % 13).to_series(index=reports.index)
    colours = shade.map(lambda at: COLOURS[at % 3] if at else None).astype(reports["rag"].dtype)
    reports = reports.assign(rag=colours)
    reviews = reports[shade == 5].assign(
        rated_by="independent", rag="red", earned_value=None, planned_value=None
    )
    planned = tables["baselines"]
    milestones = pd.DataFrame(
        {
            "project_id": planned["project_id"],
            "milestone_id": "M1",
            "baseline_date": planned["finish"] - pd.Timedelta(days=60),
            "actual_date": planned["finish"].where(planned.index % 3 > 0),
        }
    )
    both = pd.concat([reports, reviews.astype(reports.dtypes)], ignore_index=True)
    return tables | {"status_reports": both, "milestones": milestones}


class TestRatingSkill:
    def forecasts(self, *reports: Any, **tables: Any) -> list[float]:
        rows = {"projects": [project()], "baselines": [baseline()]} | tables
        found = observe(CATALOGUE["G1"], view(status_reports=reports, **rows))
        return list(found["numerator"].fillna(-1))

    def test_report_of_the_month_of_the_finish_is_no_forecast(self) -> None:
        rows = [report(period=p, rag="red") for p in ("2026-05", "2026-06", "2026-07", "2026-08")]
        assert self.forecasts(*rows) == [0, 0]

    def test_report_after_the_original_finish_states_a_fact(self) -> None:
        rows = [report(period=p, rag="red") for p in ("2026-06", "2026-07", "2026-08")]
        assert self.forecasts(*rows, projects=[project(finished_on="2026-09-20")]) == [1]

    def test_within_the_tolerance_the_outcome_is_still_open(self) -> None:
        rows = [report(period=p, rag="red") for p in ("2026-06", "2026-07", "2026-08")]
        late = [project(finished_on="2026-09-20")]
        seen = view(
            given={"tolerances": {"schedule_days": 31}},
            projects=late, baselines=[baseline()], status_reports=rows,
        )  # fmt: skip
        found = observe(CATALOGUE["G1"], seen)
        assert list(found["numerator"]) == [1, 1]  # 31 July is 30 days after 1 July

    def test_budget_spent_states_a_fact(self) -> None:
        rows = [
            report(period="2026-05", rag="green", actual_cost=100.0),
            report(period="2026-06", rag="green", actual_cost=100.01),
        ]
        assert self.forecasts(*rows, projects=[project(actual_cost=120.0)]) == [1]

    @pytest.mark.parametrize(
        ("cells", "plan", "outcome"),
        [
            ({}, {}, 0),
            ({"actual_cost": 101.0}, {}, 1),
            ({"actual_cost": None}, {}, 0),  # on time decides
            ({"actual_cost": 101.0}, {"finish": None}, 1),
            ({"actual_cost": None}, {"finish": None}, -1),
            ({"status": None}, {}, -1),
        ],
    )
    def test_outcome_is_late_or_over_budget(self, cells: Any, plan: Any, outcome: float) -> None:
        rows = {"projects": [project(**cells)], "baselines": [baseline(**plan)]}
        assert self.forecasts(report(period="2026-05", rag="red"), **rows) == [outcome]

    def test_projects_in_flight_and_other_raters_foresee_nothing_yet(self) -> None:
        rows = [report(period="2026-05", rag="red", rated_by="independent"),
                report("p2", "2026-05", rag="red")]  # fmt: skip
        assert self.forecasts(*rows, projects=[project(), open_project("p2")]) == []

    def test_belongs_to_the_month_of_the_outcome(self) -> None:
        old = [project(started_on="2022-01-01", finished_on="2023-09-30")]
        plan = [baseline(finish="2023-09-30")]
        rows = [report(period="2023-08", rag="red")]
        assert self.forecasts(*rows, projects=old, baselines=plan) == []
        new = [project(started_on="2022-01-01", finished_on="2023-10-01")]
        assert self.forecasts(*rows, projects=new, baselines=plan) == [1]

    def test_one_colour_for_all_tells_nothing_and_one_project_nothing_at_all(self) -> None:
        spent = [90.0, 100.0, 120.0, 100.0, 150.0, 80.0]
        rows = {
            "projects": numbered(6, project, actual_cost=spent),
            "baselines": numbered(6, baseline),
            "status_reports": numbered(6, report, period="2026-05", rag="green"),
        }
        found = results(view(**rows), kpis=["G1"])
        assert [(r.segment, r.value) for r in found] == [("", 0.0), ("green", pytest.approx(1 / 3))]
        alone = {name: own[:1] for name, own in rows.items()}
        assert results(view(**alone), kpis=["G1"])[0].state == "undefined"

    def test_finish_that_nobody_dated_is_left_out(self) -> None:
        rows = [report(period="2026-05", rag="red")]
        assert self.forecasts(*rows, projects=[project(finished_on=None)]) == [-1]


class TestWatermelonRate:
    def test_equals_plain_pandas_where_cost_alone_is_judged(self) -> None:
        tables = rated()
        reports = tables["status_reports"]
        green = reports.query("rated_by == 'owner' and rag == 'green' and period > '2025-09'")
        green = green[green["actual_cost"] > 0]
        expected = (green["earned_value"] / green["actual_cost"] < 0.9).mean()
        reports["planned_value"] = None  # so that no schedule is judged
        reports["planned_value"] = reports["planned_value"].astype("float64")
        only = {name: tables[name] for name in ("projects", "status_reports")}
        (found,) = results(View(only, "2026-09"), kpis=["G2"])
        assert (found.value, found.n) == (pytest.approx(expected), len(green))

    def test_milestones_and_baselines_are_used_where_they_are(self) -> None:
        rows = {"projects": [open_project()], "status_reports": [report(rag="green")]}
        milestones = [{"project_id": "p1", "milestone_id": "1", "baseline_date": "2026-01-01"}]
        plan = [baseline(finish="2026-01-31")]
        found = [
            results(view(**rows, **more), kpis=["G2"])[0]
            for more in ({}, {"milestones": milestones}, {"baselines": plan})
        ]
        assert [each.state for each in found] == ["undefined", "measured", "measured"]
        assert "none of the 1 green reports" in found[0].reason
        assert [each.value for each in found[1:]] == [1.0, 1.0]

    def test_rule_is_a_setting(self) -> None:
        rows = {
            "projects": [open_project()],
            "status_reports": [report(rag="green", earned_value=85.0, actual_cost=100.0)],
        }
        everything = {"disclosure": {"too_few": 1}}
        found = [
            results(view(given=everything | more, **rows), kpis=["G2"])[0].value
            for more in ({}, {"red_rule": {"cpi_below": 0.8}})
        ]
        assert found == [1.0, 0.0]

    def test_no_green_report_is_not_zero(self) -> None:
        seen = view(projects=[open_project()], status_reports=[report(rag="red")])
        (found,) = results(seen, kpis=["G2"])
        assert found.state == "undefined"
        assert "there are no green reports in the 12 months to 2026-09" in found.reason

    def test_report_on_an_unknown_project_counts_for_no_department(self) -> None:
        rows = numbered(2, report, rag="green", earned_value=1.0, actual_cost=2.0)
        found = observe(CATALOGUE["G2"], view(projects=[open_project()], status_reports=rows))
        assert list(found["numerator"]) == [1, 1]
        assert list(found["department"].isna()) == [False, True]


class TestSelfRatingGap:
    def test_raters_are_the_groups(self) -> None:
        rows = [
            report(rag="red", rated_by="independent"),
            report(rag="green"),
            report("p2", rag="amber_red"),
            report("p3"),
        ]
        seen = view(projects=numbered(3, open_project), status_reports=rows)
        found = observe(CATALOGUE["G3"], seen)
        assert list(found["group"]) == ["first", "second", "second", "second"]
        assert list(found["numerator"].fillna(-1)) == [1, 0, 0, -1]
        assert list(found["case_id"]) == ["p1", "p1", "p2", "p3"]

    def test_one_rater_alone_leaves_no_gap(self) -> None:
        seen = view(
            projects=numbered(9, open_project), status_reports=numbered(9, report, rag="red")
        )
        (found,) = results(seen, kpis=["G3"])
        assert found.state == "undefined"
        assert found.reason

    def test_reports_to_come_and_of_more_than_a_year_ago_do_not_count(self) -> None:
        rows = [report(period=p, rag="red") for p in ("2025-09", "2025-10", "2026-10")]
        seen = view(projects=[open_project()], status_reports=rows)
        assert list(observe(CATALOGUE["G3"], seen)["period"]) == ["2025-10"]


class TestRatedRed:
    def test_equals_plain_pandas_where_all_are_rated_by_one_rater(self) -> None:
        tables = rated()
        reports = tables["status_reports"].query("rated_by == 'owner'")
        going = tables["projects"].query("status == 'active'")["project_id"]
        recent = reports[reports["project_id"].isin(going) & reports["period"].ge("2026-07")]
        latest = recent.dropna(subset="rag").sort_values("period").groupby("project_id")["rag"]
        colour = latest.last()
        only = {"projects": tables["projects"], "status_reports": reports}
        found, *parts = results(View(only, "2026-09"), kpis=["G9"])
        assert [(p.segment, p.value, p.n) for p in parts] == [("its owner", found.value, found.n)]
        assert found.value == pytest.approx((colour == "red").mean())
        assert (found.n, found.missing) == (len(colour), len(going) - len(colour))

    def test_who_rated_last_is_told_apart(self) -> None:
        """Eight by their owners, two of them red; ten by others, five of them red."""
        given = [open_project(f"p{i}") for i in range(18)]
        rows = [report(f"p{i}", rag="red" if i < 2 else "green") for i in range(8)]
        rows += [
            report(f"p{i}", rag="red" if i < 13 else "amber", rated_by="independent")
            for i in range(8, 18)
        ]
        found = results(view(projects=given, status_reports=rows), kpis=["G9"])
        assert {r.segment: (r.value, r.n) for r in found} == {
            "": (pytest.approx(7 / 18), 18), "its owner": (0.25, 8),
            "an independent party": (0.5, 10),
        }  # fmt: skip

    @pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
    def test_independent_rating_counts_whatever_the_order(self, order: slice) -> None:
        rows = [report(rag="green"), report(rag="red", rated_by="independent")]
        seen = view(projects=[open_project()], status_reports=rows[order])
        assert list(observe(CATALOGUE["G9"], seen)["numerator"]) == [1.0]

    def test_older_rating_stands_until_it_is_three_months_old(self) -> None:
        rows = [report(period="2026-06", rag="red", rated_by="independent")]
        seen = {
            period: view(period, projects=[open_project()], status_reports=rows)
            for period in ("2026-05", "2026-08", "2026-09")
        }
        found = [observe(CATALOGUE["G9"], each)["numerator"].fillna(-1) for each in seen.values()]
        assert [list(each) for each in found] == [[-1], [1], [-1]]

    @pytest.mark.parametrize(("colour", "is_red"), [("red", 1), ("amber_red", 0), ("green", 0)])
    @pytest.mark.parametrize("points", [3, 5])
    def test_red_is_red_alone_on_either_scale(self, colour: str, is_red: int, points: int) -> None:
        rows = [report(rag=colour, rag_scale=points)]
        seen = view(projects=[open_project()], status_reports=rows)
        assert list(observe(CATALOGUE["G9"], seen)["numerator"]) == [is_red]

    def test_without_a_recent_rating_it_is_not_zero(self) -> None:
        rows = numbered(9, report, period="2026-03", rag="red")
        found, *_ = results(
            view(projects=numbered(9, open_project), status_reports=rows), kpis=["G9"]
        )
        assert (found.state, found.missing) == ("undefined", 9)
        assert "none of the 9 projects in flight has what it needs" in found.reason

    def test_rating_of_an_unknown_project_counts_nowhere(self) -> None:
        rows = numbered(2, report, rag="red")
        found = observe(CATALOGUE["G9"], view(projects=[open_project()], status_reports=rows))
        assert list(found["case_id"]) == ["p1"]
