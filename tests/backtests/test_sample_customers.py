"""What the KPIs of services and perception say of the sample is what its files say, by hand."""

from math import sqrt
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import t

from builders.surveys import gaps, importance_performance
from pipelines.configuration import configured
from pipelines.sample import TRUTHS, portfolio
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.facts.customers import uptake

RAW = Path(__file__).parents[2] / "data" / "raw"
DEPARTMENT = "Operations"
SUBJECTS = [ORGANISATION, DEPARTMENT]


@pytest.fixture(scope="module")
def view() -> View:
    return View(portfolio(), TRUTHS.data_date_period, configured(RAW))


def read(name: str, department: str = ORGANISATION) -> pd.DataFrame:
    table = pd.read_csv(RAW / f"{name}.csv")
    return table if department == ORGANISATION else table[table["department"] == department]


def headline(view: View, kpi_id: str, department: str) -> KpiResult:
    return results(view, [department], [kpi_id])[0]


def answers(department: str) -> pd.DataFrame:
    return read("survey_responses", department).query("wave == '2026-09'")


@pytest.mark.parametrize("department", SUBJECTS)
class TestSurveys:
    def test_gap_and_its_interval(self, view: View, department: str) -> None:
        own = answers(department)
        gap = (own["perceived"] - own["expected"]).dropna()
        people = gap.groupby(own["respondent_id"]).agg(["sum", "size"])
        n, k = len(gap), len(people)
        error = people["sum"] - people["size"] * gap.mean()
        moves = (k - 1) * error / (n - people["size"])  # of the mean, leaving out each person
        half = t.ppf(0.95, k - 1) * sqrt((moves**2).sum() / (k - 1) / k)
        asked = 14 * (12 if department == ORGANISATION else 1)
        found = headline(view, "R1", department)
        assert (found.n, found.missing) == (n, len(own) - n)
        assert found.value == pytest.approx(gap.mean())
        sides = found.high - found.value, found.value - found.low  # the longer allows for skewness
        assert min(sides) == pytest.approx(half * sqrt(1 - k / asked))
        assert max(sides) < 1.2 * min(sides)
        assert f"{k} of {asked} asked in 2026-09 answered" in found.reason

    def test_promoters(self, view: View, department: str) -> None:
        said = answers(department).dropna(subset=["recommend"])
        net = (said["recommend"] >= 9).astype(int) - (said["recommend"] <= 6)
        own = net.groupby(said["respondent_id"]).mean()
        found = headline(view, "R3", department)
        assert (found.n, found.cases) == (len(said), len(own))
        assert found.value == pytest.approx(100 * own.mean())

    def test_project_success(self, view: View, department: str) -> None:
        projects = read("projects").set_index("project_id")
        rated = answers(department).dropna(subset=["project_success"])
        rated = rated[rated["project_id"].map(projects["status"]) == "completed"]
        score, found = rated["project_success"], headline(view, "V7", department)
        assert found.n == len(score)
        if rated["project_id"].nunique() < 5:
            assert found.state == "too few"
            return
        assert found.value == pytest.approx(
            100 * ((score >= 9).sum() - (score <= 6).sum()) / len(score)
        )

    def test_contribution(self, view: View, department: str) -> None:
        said = answers(department)["contribution"].dropna()
        found = headline(view, "R5", department)
        assert (found.value, found.n) == (
            pytest.approx(said.isin(["significant", "essential"]).mean()),
            len(said),
        )


@pytest.mark.parametrize("department", SUBJECTS)
class TestServices:
    def test_satisfaction(self, view: View, department: str) -> None:
        """Of the last year but for a few: at either end less than five wait for more."""
        own = read("service_requests", department).query("channel == 'pmo'")
        month = own["closed_on"].str[:7]
        counts = month[own["satisfaction"].notna()].value_counts().sort_index()
        counts = counts[counts.index <= "2026-09"]
        after, until = "2025-09", "2026-09"
        for last in (2025, 2026):  # where the lots of the months before end
            end, lot = "", 0
            for name, n in counts[counts.index <= f"{last}-09"].items():
                lot += n
                end, lot = (name, 0) if lot >= 5 else (end, lot)
            after, until = (end, until) if last == 2025 and lot else (after, end if lot else until)
        own = own[(month > after) & (month <= until)]
        found = headline(view, "R4", department)
        assert (found.n, found.missing) == (
            own["satisfaction"].notna().sum(),
            own["satisfaction"].isna().sum(),
        )
        assert found.value == pytest.approx((own["satisfaction"].dropna() >= 4).mean())

    def test_leakage(self, view: View, department: str) -> None:
        own = read("service_requests", department).query("opened_on >= '2025-10-01'")
        found = results(view, [department], ["R8"])
        assert found[0].n == len(own)
        assert found[0].value == pytest.approx((own["channel"] != "pmo").mean())
        shares = own["channel"].value_counts(normalize=True)
        assert {r.segment: r.value for r in found[1:]} == {
            name.replace("_", " "): pytest.approx(shares.get(name, 0))
            for name in ("external", "own_tool", "route_around", "self_run", "shadow")
        }

    def test_attainment(self, view: View, department: str) -> None:
        own = read("service_requests", department).query(
            "channel == 'pmo' and '2025-10-01' <= due_on <= '2026-09-30'"
        )
        found = headline(view, "R9", department)
        assert found.n == len(own)
        assert found.value == pytest.approx((own["closed_on"] <= own["due_on"]).mean())


def test_uptake_of_the_organisation(view: View) -> None:
    key = ["department", "service_id"]
    recent = read("service_requests").query("channel == 'pmo' and opened_on >= '2025-10-01'")
    used = set(recent[key].itertuples(index=False, name=None))
    rolled_out = set(read("rollouts")[key].itertuples(index=False, name=None))
    found = headline(view, "R6", ORGANISATION)
    assert (found.value, found.n) == (len(rolled_out & used) / len(rolled_out), len(rolled_out))
    table = uptake(
        view.tables["service_requests"], view.tables["rollouts"], view.tables["services"],
        view.period,
    )  # fmt: skip
    assert (table["state"] == "used").sum() == len(rolled_out & used)


class TestPlantedTruths:
    def test_service_with_the_widest_gap(self, view: View) -> None:
        services = view.tables["services"].set_index("service_id")["name"]
        worst = services[TRUTHS.worst_gap_service_id]
        parts = [r for r in results(view, kpis=["R1"]) if r.segment]
        order = sorted(parts, key=lambda r: r.value)
        assert order[0].segment == worst
        assert order[0].high < order[1].low
        tables = (view.tables["survey_responses"], view.tables["services"], view.period, 0.9, 5)
        assert gaps(*tables)["service"].iloc[0] == worst
        table = importance_performance(*tables).set_index("service")
        assert table.loc[worst, "quadrant"] == "concentrate here"
        assert table.loc[worst, "concentrate here"] > 0.95

    def test_department_that_goes_elsewhere(self, view: View) -> None:
        names = [each.name for each in TRUTHS.departments]
        found = [headline(view, "R8", name) for name in names]
        measured = sorted((r for r in found if r.is_measured), key=lambda r: -r.value)
        assert measured[0].department == TRUTHS.leaking_department
        assert measured[0].low > measured[1].high
