"""Answers on another scale are asked about, not used, and moved to ours where it is declared."""

from typing import Any

import numpy as np
import pytest

from builders.asking import delivery, questions, withheld
from builders.tables import Tables, answer, frame
from pipelines.questions import answered
from pmo_lib.contract.settings import Settings

SEVEN = {f"survey_responses.{name}" for name in ("importance", "expected", "perceived")}
RECOMMEND = "survey_responses.recommend"


def survey(
    low: int = 1, high: int = 7, best: int = 10, n: int = 40, turned: bool = False
) -> Tables:
    """Answers from low to high, and recommendations up to the best that go with them."""
    chance = np.random.default_rng(6)
    rows = []
    for at in range(n):
        given = int(chance.integers(low, high + 1)) if at > 1 else (low, high)[at]
        share = (given - low) / (high - low)
        liked = int(np.clip(round(share * best + chance.normal(0, best / 10)), 0, best))
        rows.append(
            answer(
                f"s{at}", wave="2026-03", importance=high, expected=max(low, high - at % 3),
                perceived=given, recommend=best - liked if turned else liked,
            )
        )  # fmt: skip
    return delivery() | {"survey_responses": frame("survey_responses", rows)}


@pytest.mark.parametrize(
    ("scale", "points"),
    [((1, 5), 5), ((1, 10), 10), ((0, 10), 11), ((0, 100), 101)],
    ids=["1-5", "1-10", "0-10", "0-100"],
)
def test_other_scale_than_seven_points(scale: tuple[int, int], points: int) -> None:
    given = survey(*scale)
    (asked,) = questions(given).values()
    assert set(asked.withholds) == SEVEN
    assert f"survey_responses.perceived: {points}" in asked.remedy
    assert questions(given, survey_points=dict.fromkeys(SEVEN, points)) == {}


def test_recommendation_on_five_points() -> None:
    assert withheld(survey(best=5)) == {RECOMMEND}


@pytest.mark.parametrize("given", [survey(), survey(1, 5, n=19), survey(2, 6)])
def test_own_scale_or_few_answers_are_not_asked_about(given: Tables) -> None:
    assert questions(given) == {}


def test_best_that_is_the_lowest() -> None:
    assert withheld(survey(turned=True)) == {"survey_responses.perceived", RECOMMEND}


@pytest.mark.parametrize(
    ("column", "points", "moved"),
    [
        ("perceived", 5, {1: 1, 3: 4, 5: 7}),
        ("perceived", 11, {0: 1, 5: 4, 10: 7}),
        ("perceived", 10, {1: 1, 10: 7}),
        ("recommend", 5, {1: 0, 4: 7.5, 5: 10}),
        ("perceived", 7, {1: 1, 2: 2, 7: 7}),
    ],
)
def test_ends_and_middle_come_to_those_of_our_scale(
    column: str, points: int, moved: dict[int, float]
) -> None:
    rows = [answer(f"s{given}", wave="2026-03", **{column: given}) for given in moved]
    made: Any = {"survey_responses": frame("survey_responses", rows)}
    declared = Settings(survey_points={f"survey_responses.{column}": points})
    found = answered(made, declared)["survey_responses"][column]
    assert found.tolist() == pytest.approx(list(moved.values()))
