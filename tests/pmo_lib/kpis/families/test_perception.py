"""V7, R1, R2, R3 and R5: answers to surveys, on tables small enough to work out by hand."""

from typing import Any

import pytest

from builders.portfolio import with_customers
from builders.tables import answer, project, tables
from builders.views import view
from pmo_lib.engine.observe import observe, observe_all, results
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

KPIS = ("V7", "R1", "R2", "R3", "R5")
SCORES: dict[str, Any] = {
    "V7": {"project_id": "p1", "project_success": 7},
    "R1": {"expected": 4, "perceived": 4},
    "R2": {"importance": 4, "perceived": 4},
    "R3": {"recommend": 7},
    "R5": {"contribution": "some"},
}


def only(kpi_id: str, seen: View, department: str = ORGANISATION) -> KpiResult:
    return results(seen, [department], [kpi_id])[0]


def respondents(n: int, **cells: Any) -> list[dict[str, Any]]:
    return [answer(f"r{i}", **cells) for i in range(n)]


class TestWave:
    def test_each_department_has_its_latest_of_the_year(self) -> None:
        rows = [
            *respondents(2, wave="2026-03", expected=1, perceived=7),
            *respondents(2, wave="2026-06", expected=5, perceived=4),
            *respondents(2, wave="2025-10", department="Sales", expected=5, perceived=3),
            *respondents(2, wave="2025-09", department="IT", expected=5, perceived=5),
        ]
        seen = view(survey_responses=rows)
        assert only("R1", seen, "Finance").value == -1
        assert only("R1", seen, "Sales").value == -2
        assert only("R1", seen, "IT").state == "undefined"
        assert (only("R1", seen).value, only("R1", seen).n) == (-1.5, 4)

    def test_a_wave_nobody_answered_says_so_and_shows_no_older_one(self) -> None:
        rows = [*respondents(6, wave="2026-03", **SCORES["R1"]), *respondents(6)]
        found = only("R1", view(survey_responses=rows))
        assert (found.state, found.missing) == ("undefined", 6)
        assert found.reason == "none of the 6 answers has what it needs"

    @pytest.mark.parametrize("kpi_id", KPIS)
    def test_trends_see_every_wave_up_to_the_data_date(self, kpi_id: str) -> None:
        seen = View(with_customers(), "2026-08")
        assert sorted(observe_all(CATALOGUE[kpi_id], seen)["period"].unique()) == ["2025-09"]
        seen = View(with_customers(), "2026-09")
        waves = sorted(observe_all(CATALOGUE[kpi_id], seen)["period"].unique())
        assert waves == ["2025-09", "2026-09"]
        assert set(observe(CATALOGUE[kpi_id], seen)["period"]) == {"2026-09"}


class TestOddAnswers:
    @pytest.mark.parametrize("kpi_id", KPIS)
    def test_one_respondent_is_too_few_to_show(self, kpi_id: str) -> None:
        rows = respondents(1, **SCORES[kpi_id])
        seen = view(given={}, survey_responses=rows, projects=[project(finished_on="2026-01-01")])
        assert {r.state for r in results(seen, kpis=[kpi_id])} == {"too few"}

    @pytest.mark.parametrize("kpi_id", ["R1", "R2", "R5"])
    def test_many_answers_of_few_people_are_too_few(self, kpi_id: str) -> None:
        rows = [answer(f"r{i % 3}", service_id=f"S{i}", **SCORES[kpi_id]) for i in range(12)]
        found = only(kpi_id, view(given={}, survey_responses=rows))
        assert found.state == "too few"
        assert found.reason.startswith("fewer than 5 cases among the answers")

    @pytest.mark.parametrize("kpi_id", KPIS)
    def test_all_equal_answers_have_a_value_and_claim_no_certainty(self, kpi_id: str) -> None:
        rows = respondents(9, **SCORES[kpi_id])
        seen = view(survey_responses=rows, projects=[project(finished_on="2026-01-01")])
        found = only(kpi_id, seen)
        assert found.state == "measured"
        assert found.value == {"V7": 0, "R1": 0, "R2": 4, "R3": 0, "R5": 0}[kpi_id]
        assert found.low != found.high

    def test_alike_services_are_in_no_quadrant(self) -> None:
        rows = [
            answer(f"r{i}", service_id=s, **SCORES["R2"]) for i in range(9) for s in ("S1", "S2")
        ]
        found = results(view(survey_responses=rows), kpis=["R2"])
        shares = [r for r in found if r.statistic.id == "quadrant_share"]
        assert [(r.segment, r.state) for r in shares] == [("S1", "undefined"), ("S2", "undefined")]

    @pytest.mark.parametrize("kpi_id", ["R1", "R2", "R3"])
    def test_a_service_without_answers_has_no_part(self, kpi_id: str) -> None:
        services = [{"service_id": "S1", "name": "Advice"}, {"service_id": "S2", "name": "Tools"}]
        seen = view(survey_responses=respondents(5, **SCORES[kpi_id]), services=services)
        assert {r.segment for r in results(seen, kpis=[kpi_id])} == {"", "Advice"}

    def test_services_of_one_name_are_told_apart_by_their_ids(self) -> None:
        rows = [
            answer("r1", service_id="S1", expected=4, perceived=7),
            answer("r1", service_id="S2", expected=4, perceived=1),
        ]
        services = [{"service_id": s, "name": "Advice"} for s in ("S1", "S2")]
        found = results(view(survey_responses=rows, services=services), kpis=["R1"])
        assert {r.segment: r.value for r in found} == {"": 0.0, "S1": 3.0, "S2": -3.0}

    def test_withheld_services_are_not_used(self) -> None:
        given_tables = tables(
            survey_responses=respondents(5, **SCORES["R1"]),
            services=[{"service_id": "S1", "name": "Advice"}],
        )
        seen = View(given_tables, "2026-09", withheld={"services": "too many rejected"})
        assert {r.segment for r in results(seen, kpis=["R1"])} == {"", "S1"}


class TestProjectSuccess:
    def test_without_a_status_nobody_knows_whether_it_was_completed(self) -> None:
        rows = [
            answer("a", project_id="p1", project_success=9),
            answer("b", project_id="p2", project_success=9),
            answer("c", project_id="p3", project_success=9),
        ]
        projects = [project("p1"), project("p2", status=None), project("p3", finished_on=None)]
        found = only("V7", view(survey_responses=rows, projects=projects))
        assert (found.value, found.n, found.missing) == (100, 1, 2)

    def test_cancelled_is_not_completed(self) -> None:
        rows = [answer("a", project_id="p1", project_success=9)]
        found = only("V7", view(survey_responses=rows, projects=[project(status="cancelled")]))
        assert (found.state, found.missing) == ("undefined", 1)

    def test_two_projects_of_one_respondent_are_two_ratings(self) -> None:
        rows = [
            answer("a", service_id="S1", project_id="p1", project_success=9),
            answer("a", service_id="S2", project_id="p2", project_success=2),
        ]
        found = only("V7", view(survey_responses=rows, projects=[project("p1"), project("p2")]))
        assert (found.value, found.n, found.cases) == (0, 2, 1)

    def test_many_ratings_of_few_people_are_too_few(self) -> None:
        rows = [
            answer(f"r{i % 3}", service_id=f"S{i}", project_id=f"p{i}", project_success=9)
            for i in range(9)
        ]
        projects = [project(f"p{i}") for i in range(9)]
        found = only("V7", view(given={}, survey_responses=rows, projects=projects))
        assert found.state == "too few"

    def test_repeated_opinions_of_the_same_people_make_it_no_surer(self) -> None:
        rows = [
            answer(f"r{i}", service_id=service, project_id=f"{service}{i}", project_success=2 + i)
            for i in range(9)
            for service in ("S1", "S2")
        ]
        projects = [project(f"{service}{i}") for i in range(9) for service in ("S1", "S2")]
        once, twice = (
            only("V7", view(survey_responses=given_rows, projects=projects))
            for given_rows in (rows[::2], rows)
        )
        assert (once.n, twice.n) == (9, 18)
        assert (twice.value, twice.low, twice.high) == pytest.approx(
            (once.value, once.low, once.high)
        )


class TestRecommendation:
    @pytest.mark.parametrize(
        ("scores", "value"),
        [([9, 9, 8], 200 / 3), ([8, 8, 9], 100 / 3), ([6, 7], -50), ([6, 6, 10, 10], 0)],
    )
    def test_is_the_respondents_own(self, scores: list[int], value: float) -> None:
        rows = [answer("a", service_id=f"S{i}", recommend=s) for i, s in enumerate(scores)]
        assert only("R3", view(survey_responses=rows)).value == pytest.approx(value)

    def test_who_uses_many_services_has_one_vote(self) -> None:
        rows = [answer("fan", service_id=f"S{i}", recommend=10) for i in range(8)]
        rows += [answer(f"r{i}", recommend=3) for i in range(2)]
        found = only("R3", view(survey_responses=rows))
        assert (found.value, found.n, found.cases) == (pytest.approx(-100 / 3), 10, 3)
