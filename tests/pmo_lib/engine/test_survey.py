"""Surveys: what the reason says of those who did not answer, and what that does to intervals."""

from typing import Any

import pytest

from builders.tables import answer
from builders.views import view
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION, KpiResult


def gap(
    asked: dict[str, int] | None, answers: dict[str, list[int]], department: str = ORGANISATION
) -> KpiResult:
    """R1 where the respondents of each department see these gaps, under customers `asked`."""
    rows = [
        answer(f"{name} {i}", department=name, expected=4, perceived=4 + own)
        for name, gaps in answers.items()
        for i, own in enumerate(gaps)
    ]
    given: dict[str, Any] = {"disclosure": {"too_few": 1, "indicative": 1}}
    seen = view(given=given | {"customers": asked or {}}, survey_responses=rows)
    return results(seen, [department], ["R1"])[0]


def half(result: KpiResult) -> float:
    return (result.high - result.low) / 2


ANSWERS = {"Finance": [-1, 0, 1, -2], "Sales": [1, 2, 3, 0]}


class TestPopulation:
    def test_factor_is_of_all_departments_asked(self) -> None:
        plain = gap(None, ANSWERS)
        found = gap({"Finance": 8, "Sales": 8, "Silent": 16}, ANSWERS)
        assert found.value == plain.value == 0.5
        assert half(found) == pytest.approx(half(plain) * (1 - 8 / 32) ** 0.5)
        assert (found.high + found.low) / 2 == pytest.approx((plain.high + plain.low) / 2)

    def test_of_a_department_it_is_its_own(self) -> None:
        plain, found = (gap(n, ANSWERS, "Finance") for n in (None, {"Finance": 8, "Sales": 4}))
        assert half(found) == pytest.approx(half(plain) * 0.5**0.5)

    def test_several_answers_of_one_person_are_one_respondent(self) -> None:
        rows = [
            answer(f"r{i}", service_id=service, expected=4, perceived=1 + i)
            for i in range(4)
            for service in ("S1", "S2")
        ]
        plain, found = (
            results(
                view(
                    given={"disclosure": {"too_few": 1}, "customers": customers},
                    survey_responses=rows,
                ),
                kpis=["R1"],
            )[0]
            for customers in ({}, {"Finance": 16})
        )
        assert half(found) == pytest.approx(half(plain) * (1 - 4 / 16) ** 0.5)
        assert "4 of 16 asked" in found.reason

    def test_parts_have_no_factor_as_nobody_knows_whom_they_concern(self) -> None:
        rows = [answer(f"r{i}", expected=4, perceived=1 + i) for i in range(4)]
        _, part = results(
            view(
                given={"disclosure": {"too_few": 1}, "customers": {"Finance": 5}},
                survey_responses=rows,
            ),
            kpis=["R1"],
        )
        assert part.segment == "S1"
        assert "asked" not in part.reason
        assert half(part) == pytest.approx(half(gap(None, {"Finance": [-3, -2, -1, 0]})))


class TestReason:
    def test_tells_response_rate_and_worst_case(self) -> None:
        found = gap({"Finance": 8, "Sales": 8}, ANSWERS)
        # 0.5 x 8 / 16 - 6 x 8 / 16 = -2.75 and 0.5 x 8 / 16 + 6 x 8 / 16 = 3.25
        assert found.reason.endswith(
            "8 of 16 asked in 2026-09 answered (50\u00a0%); had the others said the worst or the "
            "best, it would lie between −2.8 and +3.3"
        )

    def test_everybody_answered_and_nothing_is_left_to_chance(self) -> None:
        found = gap({"Finance": 4, "Sales": 4}, ANSWERS)
        assert found.reason.endswith("all 8 asked in 2026-09 answered")
        assert (found.low, found.high) == (0.5, 0.5)

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            (None, "how many were asked is not known, nor is the response rate"),
            ({"Sales": 9}, "how many were asked in Finance is not known, nor is the response rate"),
            ({"Finance": 3, "Sales": 9}, "more answered than were asked in Finance"),
        ],
    )
    def test_without_a_rate_there_is_no_factor(
        self, asked: dict[str, int] | None, said: str
    ) -> None:
        plain, found = gap(None, ANSWERS), gap(asked, ANSWERS)
        assert found.reason.endswith(said)
        assert (found.low, found.high) == (plain.low, plain.high)

    def test_what_is_not_measured_says_nothing_of_it(self) -> None:
        found = gap({"Finance": 8}, {"Finance": []})
        assert "asked" not in found.reason


class TestWeights:
    def test_departments_that_answer_more_would_count_too_much(self) -> None:
        # means -0.5 of 4 in 5 and 1.5 of 4 in 20: (5 x -0.5 + 20 x 1.5) / 25 = 1.1
        found = gap({"Finance": 5, "Sales": 20}, ANSWERS)
        assert found.value == 0.5
        assert found.reason.endswith(
            "response rates of departments are 60 points apart: with each counted by the people "
            "asked it would be +1.1"
        )

    def test_rates_that_hardly_differ_are_not_told(self) -> None:
        assert "points apart" not in gap({"Finance": 5, "Sales": 6}, ANSWERS).reason

    def test_silent_departments_differ_too(self) -> None:
        found = gap({"Finance": 8, "Sales": 8, "Silent": 8}, ANSWERS)
        assert "50 points apart" in found.reason
        assert found.reason.endswith("it would be +0.5")

    def test_of_department_there_is_nothing_to_weigh(self) -> None:
        found = gap({"Finance": 5, "Sales": 20}, ANSWERS, "Sales")
        assert "points apart" not in found.reason
