"""KPIs over time: what each month holds, what departments and order may not change, the charts."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.portfolio import portfolio
from builders.tables import (
    DEPARTMENTS,
    PERIOD,
    baseline,
    frame,
    numbered,
    of_department,
    open_project,
    project,
    report,
)
from builders.views import settings, view
from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.series import history, spark
from pmo_lib.assessment.signals import Grain
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import known, pooled
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month_range, shifted

ALL = settings(disclosure={"too_few": 1, "indicative": 1})
SEEN = View(portfolio(), PERIOD, ALL)
MEASURED = [k for k, kpi in CATALOGUE.items() if availability(kpi, SEEN)[0] == "measured"]
STATES = ["P2", "G5"]
ALL_STATES = [
    k
    for k, kpi in CATALOGUE.items()
    if kpi.window == "data date" and not kpi.cumulative and not kpi.statistic.is_survival
]  # the others are what a month added, or what ended in it
RAW = Path(__file__).parents[3] / "data" / "raw"


@cache
def sample() -> View:
    """The shipped sample, in which nearly every KPI is measured."""
    tables = {}
    for name, table in TABLES.items():
        rows = pd.read_csv(RAW / f"{name}.csv", dtype="object")
        rows = rows.reindex(columns=table.column_names)
        for column in table:
            cells = rows[column.name]
            if column.kind == "date":
                cells = pd.to_datetime(cells)
            elif column.pandas_type not in {"str", "string"}:
                cells = pd.to_numeric(cells)
            rows[column.name] = cells.astype(column.pandas_type)
        tables[name] = rows
    return View(tables, PERIOD, ALL)


def series(
    kpi_id: str,
    seen: View,
    department: str = ORGANISATION,
    months: int = 72,
    grain: Grain = "month",
) -> pd.DataFrame:
    return history(kpi_id, seen, months).series(department, months, grain)


def behaviour_of(
    kpi_id: str, seen: View, department: str = ORGANISATION, baseline_until: str = ""
) -> Behaviour:
    return history(kpi_id, seen).behaviour(department, baseline_until)


def completed(n: int, months: int, late: Any = 0) -> dict[str, list[dict[str, Any]]]:
    """So many projects finished in each month up to 2026-09, `late` of them after their plan."""
    names = month_range(shifted(PERIOD, 1 - months), PERIOD)
    lates = np.broadcast_to(late, months)
    projects, plans = [], []
    for name, how_many in zip(names, lates, strict=True):
        for i in range(n):
            key = f"{name}/{i}"
            projects.append(project(key, started_on="2015-01-01", finished_on=f"{name}-15"))
            plans.append(baseline(key, finish=f"{name}-{'10' if i < how_many else '20'}"))
    return {"projects": projects, "baselines": plans}


class TestMonths:
    def test_share_is_that_of_the_months_completions(self) -> None:
        found = series("D1", SEEN).set_index("period")
        tables = portfolio()
        done = tables["projects"].merge(tables["baselines"], on="project_id")
        done = done[done["status"] == "completed"]
        month = done["finished_on"].dt.strftime("%Y-%m")
        on_time = (done["finished_on"] <= done["finish"]).groupby(month)
        assert found["value"].dropna().to_dict() == pytest.approx(on_time.mean().to_dict())
        assert found["n"][found["n"] > 0].to_dict() == on_time.size().to_dict()

    def test_month_without_a_case_is_there_without_a_value(self) -> None:
        rows = completed(3, 3)
        rows["projects"] = [row for row in rows["projects"] if "2026-08" not in row["project_id"]]
        found = series("D1", view(**rows))
        assert found["period"].tolist() == ["2026-07", "2026-08", "2026-09"]
        assert found["n"].tolist() == [3, 0, 3]
        assert found[["value", "numerator"]].isna().to_numpy().tolist() == [
            [False, False], [True, True], [False, False]
        ]  # fmt: skip

    def test_what_looks_back_a_year_is_seen_from_earlier_too(self) -> None:
        found = series("P1", SEEN, months=40).set_index("period")["value"]
        finished = portfolio()["projects"]["finished_on"].dt.strftime("%Y-%m").value_counts()
        assert len(found) == 40
        assert found.to_dict() == {m: float(finished.get(m, 0)) for m in found.index}

    def test_months_of_the_window_are_what_the_kpi_rests_on(
        self, subtests: pytest.Subtests
    ) -> None:
        for kpi_id in [k for k in CATALOGUE if CATALOGUE[k].window != "data date"]:
            with subtests.test(kpi_id):
                kpi = CATALOGUE[kpi_id]
                units = pooled(observe(kpi, sample()))
                units = units[known(kpi, units)]
                months = 12 if kpi.window == "year" else ALL.outcome_window_months
                found = series(kpi_id, sample(), months=months)
                assert len(found) > 0
                for name in ("numerator", "denominator"):
                    assert found[name].sum() == pytest.approx(units[name].sum())

    def test_state_is_the_kpi_at_each_months_end(self, subtests: pytest.Subtests) -> None:
        for kpi_id in STATES:
            with subtests.test(kpi_id):
                found = series(kpi_id, SEEN, "Finance", months=18)
                for row in found.itertuples():
                    then = results(replace(SEEN, period=row.period), ["Finance"], [kpi_id])[0]
                    assert (row.value, row.n) == (pytest.approx(then.value), then.n)

    def test_nothing_in_flight_is_none_and_before_the_first_there_is_no_month(self) -> None:
        rows = [project(started_on="2026-03-01", finished_on="2026-05-20"),
                open_project("p2", started_on="2026-08-01")]  # fmt: skip
        found = series("P2", view(projects=rows))
        assert found["period"].tolist() == month_range("2026-03", "2026-09")
        assert found["value"].tolist() == [1, 1, 0, 0, 0, 1, 1]

    def test_duration_is_that_of_those_that_ended_in_the_month(self) -> None:
        rows = [
            project("a", started_on="2026-01-01", finished_on="2026-07-11"),
            project("b", started_on="2026-06-01", finished_on="2026-07-11"),
            project("c", started_on="2026-06-11", finished_on="2026-07-11"),
            project("d", started_on="2026-09-01", finished_on="2026-09-08"),
            open_project("e", started_on="2020-01-01"),
        ]
        found = series("P3", view(projects=rows))
        assert found["period"].tolist() == ["2026-07", "2026-08", "2026-09"]
        assert found["value"].fillna(-1).tolist() == [40, -1, 7]
        assert found["n"].tolist() == [3, 0, 1]


class TestWhatAMonthAdded:
    def reports(self, name: str, earned: list[float], spent: list[float]) -> list[dict[str, Any]]:
        months = month_range("2026-06", shifted("2026-06", len(earned) - 1))
        return [report(name, month, earned_value=ev, actual_cost=ac, planned_value=ev)
                for month, ev, ac in zip(months, earned, spent, strict=True)]  # fmt: skip

    def test_cpi_is_of_the_months_work(self) -> None:
        seen = view(
            projects=[open_project("a", started_on="2026-06-02"),
                      open_project("b", started_on="2026-07-02")],
            status_reports=[*self.reports("a", [10, 30, 40, 90], [10, 20, 40, 90]),
                            *self.reports("b", [0, 8, 8, 20], [0, 4, 4, 10])[1:]],
        )  # fmt: skip
        found = series("D6", seen)
        # July: a earned 20 for 10, b began and earned 8 for 4; August: a 10 for 20, b nothing
        assert found["numerator"].tolist() == [10, 28, 10, 62]
        assert found["denominator"].tolist() == [10, 14, 20, 56]
        assert found["value"].tolist() == pytest.approx([1, 2, 0.5, 62 / 56])

    def test_months_add_up_to_the_whole(self) -> None:
        seen = replace(SEEN, tables=of_department(portfolio(), "Finance"))
        found = series("D6", seen, months=60)
        added = found[["numerator", "denominator"]].sum()
        last = portfolio()["status_reports"].sort_values("period")
        last = last[last["project_id"].isin(seen.tables["projects"]["project_id"])]
        ended = portfolio()["projects"].set_index("project_id")["finished_on"]
        month = last["project_id"].map(ended).dt.strftime("%Y-%m")
        own = last[~(last["period"] >= month)].groupby("project_id")  # of its last month in flight
        assert added["numerator"] == pytest.approx(own["earned_value"].last().sum())
        assert added["denominator"] == pytest.approx(own["actual_cost"].last().sum())

    def test_spi_is_months_earned_in_a_month(self) -> None:
        seen = view(
            projects=[open_project("a", started_on="2026-06-01")],
            status_reports=[
                report("a", month, planned_value=pv, earned_value=ev)
                for month, pv, ev in [("2026-06", 10.0, 5.0), ("2026-07", 20.0, 15.0),
                                      ("2026-08", 30.0, 15.0), ("2026-09", 40.0, 35.0)]
            ],
        )  # fmt: skip
        assert series("D7", seen)["value"].tolist() == pytest.approx([0.5, 1.0, 0.0, 2.0])

    def test_case_that_said_nothing_a_month_ago_adds_nothing(self) -> None:
        seen = view(
            projects=[open_project("a", started_on="2026-06-02")],
            status_reports=self.reports("a", [10, 30, 40, 90], [10, 20, 40, 90])[2:],
        )
        found = series("D6", seen)
        assert found.loc[found["n"] > 0, "period"].tolist() == ["2026-09"]
        assert found["value"].iloc[-1] == 1.0


class TestQuarters:
    def test_share_is_of_all_their_cases(self) -> None:
        months = series("D1", SEEN)
        found = series("D1", SEEN, grain="quarter").set_index("period")
        own = months[months["period"].isin(["2026-04", "2026-05", "2026-06"])]
        spring = found.loc["2026-Q2"]
        assert spring["n"] == own["n"].sum()
        assert spring["value"] == pytest.approx(own["numerator"].sum() / own["n"].sum())

    def test_state_is_as_it_was_when_the_quarter_ended(self) -> None:
        months = series("P2", SEEN).set_index("period")["value"]
        found = series("P2", SEEN, grain="quarter").set_index("period")["value"]
        assert found["2026-Q2"] == months["2026-06"]
        assert found["2026-Q3"] == months["2026-09"]

    def test_count_a_month_stays_one_a_month(self) -> None:
        months = series("P1", SEEN).set_index("period")["value"]
        found = series("P1", SEEN, grain="quarter").set_index("period")["value"]
        assert found["2026-Q2"] == pytest.approx(months["2026-04":"2026-06"].mean())

    def test_quarter_that_is_not_over_is_not_there(self) -> None:
        found = series("D1", replace(SEEN, period="2026-08"), grain="quarter")
        assert found["period"].iloc[-1] == "2026-Q2"

    def test_spark_is_the_last_twelve(self) -> None:
        found = series("D1", SEEN)
        assert spark(found)["period"].tolist() == found["period"].tolist()[-12:]
        assert len(spark(found.head(3))) == 3


class TestWhatMayNotMatter:
    def test_order_of_rows_and_the_tables_stay_as_they_are(self, subtests: pytest.Subtests) -> None:
        tables = portfolio()
        mixed = {name: table.sample(frac=1, random_state=5) for name, table in tables.items()}
        seen = View(tables, PERIOD, ALL)
        for kpi_id in MEASURED:
            with subtests.test(kpi_id):
                found = series(kpi_id, seen, months=14)
                assert_frame_equal(series(kpi_id, replace(seen, tables=mixed), months=14), found)
        for name, table in portfolio().items():
            assert_frame_equal(tables[name], table)

    def test_department_is_its_own(self, subtests: pytest.Subtests) -> None:
        for kpi_id in [k for k in MEASURED if CATALOGUE[k].level == "department"]:
            with subtests.test(kpi_id):
                alone = replace(SEEN, tables=of_department(portfolio(), "Finance"))
                found = series(kpi_id, SEEN, "Finance", months=14)
                assert_frame_equal(series(kpi_id, alone, "Finance", months=14), found)

    def test_departments_add_up(self, subtests: pytest.Subtests) -> None:
        for kpi_id in ["D1", "D6", "P2", "G8"]:
            with subtests.test(kpi_id):
                parts = [series(kpi_id, SEEN, name).set_index("period") for name in DEPARTMENTS]
                whole = series(kpi_id, SEEN).set_index("period")
                together = pd.concat(parts).groupby(level=0)["numerator"].sum()
                assert whole["numerator"].fillna(0).to_numpy() == pytest.approx(
                    together.reindex(whole.index).to_numpy()
                )

    def test_months_asked_for_do_not_change_their_values(self) -> None:
        for kpi_id in ("D1", "P1", "P2", "D6"):
            few, many = (series(kpi_id, SEEN, months=n) for n in (12, 40))
            assert_frame_equal(few, many.tail(12).reset_index(drop=True))


class TestNothingToShow:
    def test_without_tables(self, subtests: pytest.Subtests) -> None:
        for kpi_id in CATALOGUE:
            with subtests.test(kpi_id):
                seen = View({"projects": frame("projects", [])}, PERIOD, ALL)
                assert series(kpi_id, seen).empty
                assert behaviour_of(kpi_id, seen).signal.startswith("cannot tell: ")

    def test_one_project(self, subtests: pytest.Subtests) -> None:
        for kpi_id in MEASURED:
            with subtests.test(kpi_id):
                tables = portfolio()
                one = tables["projects"]["project_id"].iloc[:1]
                few = {n: t[t["project_id"].isin(one)] if "project_id" in t else t
                       for n, t in tables.items()}  # fmt: skip
                seen = replace(SEEN, tables=few)
                assert series(kpi_id, seen, months=14)["n"].ge(0).all()

    def test_too_few_cases_are_not_shown(self) -> None:
        found = series("D1", replace(SEEN, settings=settings(disclosure={"too_few": 5})))
        few = found["n"] < 5
        assert few.any()
        assert found.loc[few, ["value", "numerator", "denominator"]].isna().all(axis=None)
        # a quarter is shown too: in one with a month of few another month goes with it
        quarter = pd.PeriodIndex(found["period"], freq="M").asfreq("Q")
        with_few = few.groupby(quarter).transform("any")
        assert found.loc[~with_few, "value"].notna().all()
        hidden = found["value"].isna().groupby(quarter).sum()
        assert not hidden.eq(1).any()

    def test_counts_are_shown_however_small(self) -> None:
        seen = replace(SEEN, settings=settings(disclosure={"too_few": 5}))
        assert_frame_equal(series("P1", seen), series("P1", SEEN))
        assert_frame_equal(series("P2", seen), series("P2", SEEN))

    def test_before_the_data_begin(self) -> None:
        assert series("D1", replace(SEEN, period="2001-01")).empty


class TestTheWholeCatalogue:
    def test_state_on_the_sample_is_the_kpi_at_each_months_end(
        self, subtests: pytest.Subtests
    ) -> None:
        for kpi_id in ALL_STATES:
            with subtests.test(kpi_id):
                for row in series(kpi_id, sample(), months=2).itertuples():
                    then = results(replace(sample(), period=row.period), kpis=[kpi_id])[0]
                    assert (row.value, row.n) == (pytest.approx(then.value), then.cases)

    def test_is_charted_on_the_sample_or_told_why_not(self, subtests: pytest.Subtests) -> None:
        for kpi_id in CATALOGUE:
            with subtests.test(kpi_id):
                seen = replace(sample(), settings=settings())
                found = {d: history(kpi_id, seen).behaviour(d) for d in (ORGANISATION, "Finance")}
                for one in found.values():
                    assert one.can_tell or len(one.signal) > len("cannot tell: because")
                    assert one.can_tell <= bool(one.points["value"].notna().any())
                    assert one.can_tell <= one.holds

    def test_planted_change_is_seen(self) -> None:
        """Projects have earned their schedule faster since the PMO took it up."""
        found = behaviour_of("D7", replace(sample(), settings=settings()))
        assert "lie above the centre" in found.signal


class TestBehaviour:
    def test_enough_cases_make_a_chart_of_months(self) -> None:
        late = np.random.default_rng(1).binomial(12, 0.4, 30)
        found = behaviour_of("D1", view(given={}, **completed(12, 30, late)))
        assert (found.kind, found.grain) == ("p-prime", "month")
        assert found.signal == "no signal: the last 24 months differ by no more than chance"

    def test_change_of_the_last_months_is_seen(self) -> None:
        late = np.random.default_rng(1).binomial(12, 0.4, 30)
        late[-2:] = 12
        found = behaviour_of("D1", view(given={}, **completed(12, 30, late)), "Finance")
        assert found.points["rule"].tolist()[-2:] == ["beyond the limits"] * 2
        assert not found.signal.startswith("no signal")

    def test_few_cases_a_month_make_quarters(self) -> None:
        late = np.random.default_rng(5).binomial(6, 0.4, 66)
        found = behaviour_of("D1", view(given={}, **completed(6, 66, late)))
        assert (found.kind, found.grain) == ("p-prime", "quarter")
        assert "Not of months: a month typically has 6 cases, of the 10 a chart needs." in (
            found.notes
        )

    def test_fewer_still_cannot_tell(self) -> None:
        found = behaviour_of("D1", view(given={}, **completed(2, 66)))
        assert found.signal == (
            "cannot tell: a quarter typically has 6 cases, of the 10 a chart needs: compare years"
        )

    def test_too_short_says_what_to_collect(self) -> None:
        found = behaviour_of("D1", view(given={}, **completed(12, 12, 3)))
        assert found.signal == (
            "cannot tell: 12 months with a value, limits need 20: collect 8 more months"
        )

    def test_work_in_progress_that_wanders_is_judged_against_the_month_before(self) -> None:
        chance = np.random.default_rng(8)
        level, rows = 40.0, []
        for at, month in enumerate(month_range("2022-10", "2026-09")):
            level = max(5.0, level + chance.normal(0, 4))
            for i in range(round(level)):
                rows.append(project(f"{at}/{i}", started_on=f"{month}-02",
                                    finished_on=f"{shifted(month, 1)}-01"))  # fmt: skip
        found = behaviour_of("P2", view(projects=rows, period="2026-09"))
        assert found.kind == "ar residuals"
        assert found.holds

    def test_months_that_overlap_cannot_tell(self) -> None:
        # a level that only ever climbs, faster and faster: neighbours stay alike
        rows = [open_project(f"{at}/{i}", started_on=f"{month}-02")
                for at, month in enumerate(month_range("2022-10", "2026-09"))
                for i in range(1 + at // 2 + 200 * (not at))]  # fmt: skip
        found = behaviour_of("P2", view(projects=rows))
        assert "resemble their neighbours too much" in found.signal

    def test_few_finished_a_month_make_quarters_from_the_first_on(self) -> None:
        """Nothing ended in the first year; then about three a month, for ever."""
        chance, rows = np.random.default_rng(2), []
        months = month_range("2020-10", "2026-09")
        for at, month in enumerate(months):
            for i in range(int(chance.poisson(3))):
                ends = f"{shifted(month, 9)}-01" if at + 9 < len(months) else None
                is_open = {"status": "active", "actual_cost": None} if ends is None else {}
                rows.append(project(f"{at}/{i}", started_on=f"{month}-02",
                                    finished_on=ends, **is_open))  # fmt: skip
        found = behaviour_of("P1", view(projects=rows, period="2026-09"))
        assert (found.kind, found.grain) == ("xmr of counts", "quarter")
        own = found.points[found.points["is_baseline"]]
        assert own["period"].iloc[0] == "2021-Q4"  # the first that has any only begins it
        assert found.points["lower"].isna().tolist()[:3] == [True] * 3
        assert found.signal.startswith("no signal")
        assert any("square roots" in note for note in found.notes)

    def test_cases_left_out_are_told(self) -> None:
        rows = completed(12, 30, 4)
        rows["baselines"] = rows["baselines"][3:]
        rows["projects"] += numbered(2, project, finished_on=None)
        found = behaviour_of("D1", view(given={}, **rows))
        assert "5 cases left out, the data do not say." in found.notes

    def test_baseline_ends_with_the_month_given(self) -> None:
        late = np.random.default_rng(1).binomial(12, 0.4, 40)
        seen = view(given={}, **completed(12, 40, late))
        found = behaviour_of("D1", seen, baseline_until="2025-12").points
        assert found.loc[found["is_baseline"], "period"].max() == "2025-12"

    @pytest.mark.parametrize("kpi_id", ["D1", "P1", "P2"])
    def test_all_departments_at_once_are_each_alone(self, kpi_id: str) -> None:
        together = history(kpi_id, SEEN)
        assert together.behaviour(ORGANISATION).points["n"].sum() > 0
        alone = behaviour_of(kpi_id, SEEN, "Finance")
        assert repr(together.behaviour("Finance")) == repr(alone)
        assert not together.behaviour("No such department").can_tell

    def test_kept_for_the_organisation_only(self) -> None:
        costs = [{"period": m, "category": "staff", "amount": 1.0, "reporting_hours": 100.0 + i % 7}
                 for i, m in enumerate(month_range("2024-01", "2026-09"))]  # fmt: skip
        found = history("P11", view(pmo_costs=costs))
        assert found.behaviour(ORGANISATION).can_tell
        assert found.behaviour("Finance").signal == (
            "cannot tell: it is kept for the organisation only, not by department"
        )

    def test_what_has_no_dates_has_no_series(self) -> None:
        seen = replace(SEEN, value_case=pd.DataFrame({"avoided": [1.0], "uplift": 1, "cost": 1}))
        assert series("R12", seen).empty
        assert "as it is today only" in behaviour_of("R12", seen).signal
