"""V1 to V4 and V8 on tables small enough to work out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.tables import numbered, open_project, project
from builders.value import with_value
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.summary import pooled
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi


def benefit(benefit_id: str = "b1", project_id: str = "p1", **cells: Any) -> dict[str, Any]:
    return {
        "benefit_id": benefit_id,
        "project_id": project_id,
        "class": "cashable",
        "unit": "currency",
        "due_on": "2026-08-31",
    } | cells


def told(benefit_id: str = "b1", period: str = "2026-09", **cells: Any) -> dict[str, Any]:
    return {"benefit_id": benefit_id, "period": period, "planned": 100.0} | cells


def parts(kpi_id: str, seen: View) -> dict[str, KpiResult]:
    """The results by segment; the headline's is empty."""
    own = {CATALOGUE[kpi_id].statistic, CATALOGUE[kpi_id].segment_statistic}
    found = results(seen, kpis=[kpi_id])
    return {result.segment: result for result in found if result.statistic in own}


class TestAgainstPlainPandas:
    """The same figures by other words, on the portfolio of three departments."""

    def test_realisation_of_money(self) -> None:
        tables = with_value()
        own = tables["benefits"].loc[lambda b: b["class"] != "non_financial", "benefit_id"]
        known = tables["benefit_reports"].dropna().loc[lambda r: r["benefit_id"].isin(own)]
        expected = known["realised"].sum() / known["planned"].sum()
        found = parts("V1", View(tables, "2026-09"))[""]
        assert found.value == pytest.approx(expected)
        assert found.n == known["benefit_id"].nunique()

    def test_drift(self) -> None:
        tables = with_value()
        last = tables["benefit_reports"].groupby("benefit_id")["forecast"].last()
        target = tables["benefits"].set_index("benefit_id")["target_value"]
        units = observe(CATALOGUE["V2"], View(tables, "2026-09"))
        drift = units["numerator"] / units["denominator"]
        assert drift.median() == pytest.approx((last / target - 1).median())

    def test_measured(self) -> None:
        tables = with_value()
        due = tables["benefits"].query("due_on <= '2026-09-30'")["benefit_id"]
        measured = tables["benefit_reports"].dropna()["benefit_id"].unique()
        found = parts("V4", View(tables, "2026-09"))[""]
        assert found.value == pytest.approx(due.isin(measured).mean())
        assert found.n == len(due)


class TestRealisationByClass:
    SEEN = view(
        projects=[project("p1")],
        benefits=[
            benefit("b1"),
            benefit("b2", unit=None),
            benefit("b3", **{"class": "cost_avoidance", "unit": "GBP"}),
            benefit("b4", **{"class": "non_financial", "unit": "complaints avoided"}),
            benefit("b5", **{"class": "non_financial", "unit": "training places"}),
            benefit("b6", **{"class": "non_financial", "unit": None}),
            benefit("b7", **{"class": "cashable", "unit": "staff hours saved"}),
            benefit("b8", **{"class": None, "unit": "currency"}),
            benefit("b9", **{"class": None, "unit": None}),
            benefit("b10", **{"class": "non_financial", "unit": "currency"}),
        ],
        benefit_reports=[told(f"b{i}", realised=10.0 * i) for i in range(1, 11)],
    )

    def test_each_class_and_each_unit_of_its_own(self) -> None:
        values = {name: found.value for name, found in parts("V1", self.SEEN).items() if name}
        assert values == pytest.approx(
            {
                "cashable": 0.15,
                "cashable: staff hours saved": 0.7,
                "class not stated": 0.8,
                "cost_avoidance": 0.3,
                "non_financial: complaints avoided": 0.4,
                "non_financial: currency": 1.0,
                "non_financial: training places": 0.5,
                "non_financial: unit not stated": float("nan"),
            },
            nan_ok=True,
        )

    def test_the_whole_is_of_money_only(self) -> None:
        found = parts("V1", self.SEEN)[""]
        assert found.value == pytest.approx((10 + 20 + 30 + 80) / 400)
        assert (found.n, found.missing) == (4, 1)

    def test_what_is_in_no_known_unit_is_never_summed(self) -> None:
        found = parts("V1", self.SEEN)["non_financial: unit not stated"]
        assert (found.state, found.missing) == ("undefined", 1)

    def test_currency_of_the_settings_is_money_and_no_other(self) -> None:
        rows = {
            "projects": [project("p1")],
            "benefits": [benefit("b1", unit="EUR"), benefit("b2", unit="GBP")],
            "benefit_reports": [told("b1", realised=10.0), told("b2", realised=50.0)],
        }
        for currency, expected in (("EUR", 0.1), ("GBP", 0.5)):
            seen = view(given={"currency": currency, "disclosure": {"too_few": 1}}, **rows)
            assert parts("V1", seen)[""].value == expected

    def test_benefits_of_one_project_are_one_case(self) -> None:
        assert set(observe(CATALOGUE["V1"], self.SEEN)["case_id"]) == {"p1"}


class TestRealisationToDate:
    @pytest.mark.parametrize("early", [0.0, 20.0])
    def test_nothing_planned_to_date_does_not_count_yet(self, early: float) -> None:
        reports = [told("b1", realised=70.0), told("b2", planned=0.0, realised=early)]
        seen = view(
            projects=numbered(2, project),
            benefits=[benefit("b1", "p1"), benefit("b2", "p2")],
            benefit_reports=reports,
        )
        found = parts("V1", seen)[""]
        assert (found.value, found.n, found.missing) == (0.7, 1, 0)

    def test_realised_before_the_plan_counts_once_the_plan_has_begun(self) -> None:
        seen = view(
            projects=[project()],
            benefits=[benefit()],
            benefit_reports=[
                told(period="2026-08", planned=0.0, realised=30.0),
                told(period="2026-09", realised=70.0),
            ],
        )
        assert parts("V1", seen)[""].value == 1.0

    def test_only_nothing_planned_is_undefined(self) -> None:
        seen = view(
            projects=[project()],
            benefits=[benefit()],
            benefit_reports=[told(planned=0.0, realised=5.0)],
        )
        found = parts("V1", seen)[""]
        assert (found.state, found.reason) == ("undefined", "there are no benefits planned to date")

    def test_report_of_another_month_does_not_fill_the_gap(self) -> None:
        seen = view(
            projects=[project()],
            benefits=[benefit()],
            benefit_reports=[
                told(period="2026-08", planned=50.0),
                told(period="2026-09", planned=None, realised=40.0),
            ],
        )
        found = parts("V1", seen)[""]
        assert (found.state, found.missing) == ("undefined", 1)


class TestExpectedBenefits:
    ROWS = {  # noqa: RUF012
        "benefits": [benefit(target_value=10.0)],
        "benefit_reports": [told(realised=5.0, forecast=8.0)],
    }

    @pytest.mark.parametrize("kpi_id", ["V1", "V2", "V4"])
    @pytest.mark.parametrize(
        ("cells", "counts"),
        [
            ({}, True),
            ({"status": "cancelled"}, False),
            ({"status": "cancelled", "finished_on": "2026-10-01"}, True),
            ({"status": "cancelled", "finished_on": None}, False),
            ({"status": "proposed", "finished_on": None, "started_on": None}, False),
            ({"status": None}, True),
            ({"approved_on": "2026-10-01", "started_on": None}, False),
            ({"started_on": "2026-10-01", "finished_on": None, "status": "active"}, False),
        ],
    )
    def test_of_projects_begun_and_not_cancelled(
        self, kpi_id: str, cells: dict[str, Any], counts: bool
    ) -> None:
        seen = view(projects=[project(**cells)], **self.ROWS)
        assert len(pooled(observe(CATALOGUE[kpi_id], seen))) == counts
        assert "Those of cancelled projects are left out" in CATALOGUE[kpi_id].definition


class TestMeasurable:
    WHOLE: dict[str, Any] = {  # noqa: RUF012
        "measure": "m", "baseline_value": 0.0, "target_value": 1.0, "owner": "o",
    }  # fmt: skip

    @pytest.mark.parametrize("gap", [*WHOLE, "due_on", None])
    def test_each_of_the_five_is_needed(self, gap: str | None) -> None:
        own = benefit("b1", **(self.WHOLE | ({gap: None} if gap else {})))
        seen = view(projects=[project()], benefits=[own, benefit("b2", **self.WHOLE)])
        assert parts("V3", seen)[""].value == (0.5 if gap else 1.0)

    def test_interval_knows_that_benefits_of_a_project_resemble_one_another(self) -> None:
        projects = numbered(6, project)
        of_project = [f"p{1 + i // 4}" for i in range(24)]
        complete = [self.WHOLE if i < 12 else {} for i in range(24)]
        rows = [benefit(f"b{i}", of_project[i], **complete[i]) for i in range(24)]
        alike = parts("V3", view(projects=projects, benefits=rows))[""]
        rows = [benefit(f"b{i}", of_project[i], **complete[i * 11 % 24]) for i in range(24)]
        mixed = parts("V3", view(projects=projects, benefits=rows))[""]
        assert alike.value == mixed.value == 0.5
        assert alike.high - alike.low > mixed.high - mixed.low


class TestTimeToValue:
    def one(self, status: str | None, finished_on: str | None, **told_cells: Any) -> pd.Series:
        seen = view(
            projects=[project(approved_on="2026-01-01", status=status, finished_on=finished_on)],
            benefits=[benefit()],
            benefit_reports=[told(**told_cells)] if told_cells else [],
        )
        return observe(CATALOGUE["V8"], seen).iloc[0]

    @pytest.mark.parametrize(
        ("status", "finished_on", "days"),
        [
            ("active", None, 272),
            ("on_hold", None, 272),
            ("cancelled", "2026-03-02", 60),
            ("cancelled", "2026-10-02", 272),
            ("completed", "2026-10-02", 272),
            ("completed", "2026-03-02", None),
            ("completed", None, None),
            (None, None, None),
        ],
    )
    def test_none_reported_is_censored_where_that_is_known(
        self, status: str | None, finished_on: str | None, days: int | None
    ) -> None:
        found = self.one(status, finished_on)
        assert not found["ended"]
        assert found["numerator"] == days if days else np.isnan(found["numerator"])

    def test_benefit_that_came_before_approval_has_a_wrong_date(self) -> None:
        found = self.one("active", None, period="2025-12", realised=5.0)
        assert np.isnan(found["numerator"])

    def test_loss_is_no_benefit(self) -> None:
        found = self.one("active", None, period="2026-03", realised=-5.0)
        assert not found["ended"]
        assert found["numerator"] == 272

    def test_any_of_its_benefits_will_do_and_other_projects_do_not(self) -> None:
        seen = view(
            projects=numbered(2, open_project, approved_on="2026-01-01"),
            benefits=[benefit("b1"), benefit("b2"), benefit("b3", "p2")],
            benefit_reports=[
                told("b1", "2026-05", realised=1.0),
                told("b2", "2026-03", realised=1.0),
                told("b3", "2026-02", realised=0.0),
            ],
        )
        units = observe(CATALOGUE["V8"], seen).set_index("case_id")
        assert units["numerator"].to_dict() == {"p1": 89.0, "p2": 272.0}
        assert units["ended"].to_dict() == {"p1": True, "p2": False}

    def test_withheld_baselines_are_not_used(self) -> None:
        seen = view(
            projects=[open_project()],
            benefits=[benefit()],
            benefit_reports=[told(realised=1.0)],
            baselines=[{"project_id": "p1", "version": 0, "approved_on": "2026-09-01"}],
        )
        without = View(seen.tables, seen.period, seen.settings, {"baselines": "too many rejected"})
        assert observe(CATALOGUE["V8"], seen)["numerator"].tolist() == [29.0]
        assert observe(CATALOGUE["V8"], without)["numerator"].isna().all()


def test_what_each_wants() -> None:
    own: list[Kpi] = [CATALOGUE[name] for name in ("V1", "V2", "V3", "V4", "V8")]
    assert [kpi.better for kpi in own] == ["higher", "near", "higher", "higher", "lower"]
    assert CATALOGUE["V2"].near == (0.0, 0.0)
    assert {kpi.window for kpi in own} == {"data date"}


class TestBeside:
    """Where a choice flatters, the reason has what the other would give."""

    @staticmethod
    def reason(kpi_id: str, seen: View) -> str:
        return results(seen, kpis=[kpi_id])[0].reason

    def test_months_without_a_realised_value_as_nothing(self) -> None:
        ids = range(1, 13)
        reports = [
            row
            for i in ids
            for row in (told(f"b{i}", "2026-08", realised=80.0 if i > 3 else None), told(f"b{i}"))
        ]
        seen = view(
            projects=numbered(12, project),
            benefits=[benefit(f"b{i}", f"p{i}") for i in ids],
            benefit_reports=reports,
        )
        found = results(seen, kpis=["V1"])[0]
        assert (found.value, found.n, found.missing) == (0.8, 9, 3)
        # 9 x 80 of 12 x 200
        assert "if unreported months realised nothing: 30%" in found.reason.replace("\xa0", "")

    def test_measured_with_those_of_cancelled_projects(self) -> None:
        ids = range(1, 19)
        status = ["cancelled" if i > 12 else "completed" for i in ids]
        seen = view(
            projects=numbered(18, project, status=status),
            benefits=[benefit(f"b{i}", f"p{i}") for i in ids],
            benefit_reports=[told(f"b{i}", realised=1.0) for i in ids if i <= 9],
        )
        found = results(seen, kpis=["V4"])[0]
        assert (found.value, found.n, found.missing) == (0.75, 12, 0)
        assert "with those of cancelled projects: 50%" in found.reason.replace("\xa0", "")

    def test_a_few_cases_are_not_given_away_by_the_difference(self) -> None:
        status = ["cancelled" if i > 12 else "completed" for i in range(1, 16)]
        seen = view(
            given={},
            projects=numbered(15, project, status=status),
            benefits=[benefit(f"b{i}", f"p{i}") for i in range(1, 16)],
            benefit_reports=[told(f"b{i}", realised=1.0) for i in range(1, 10)],
        )
        assert "cancelled" not in self.reason("V4", seen)

    def test_time_to_value_with_those_nobody_measured(self) -> None:
        seen = view(
            projects=numbered(20, project, approved_on="2026-01-01"),
            benefits=[benefit(f"b{i}", f"p{i}") for i in range(1, 21)],
            benefit_reports=[told(f"b{i}", "2026-03", realised=5.0) for i in range(1, 7)]
            + [told(f"b{i}", "2026-08", realised=5.0) for i in range(7, 12)],
        )
        found = results(seen, kpis=["V8"])[0]
        assert (found.value, found.missing) == (89, 9)  # to the end of March
        assert "still without any: 242 days" in found.reason.replace("\xa0", " ")  # of August
