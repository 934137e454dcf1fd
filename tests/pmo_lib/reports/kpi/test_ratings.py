"""What is said of status ratings: three sentences, and what became of each colour."""

from typing import Any

import pytest

from builders.pages import parsed
from builders.results import result as result_of
from pmo_lib.engine.result import KpiResult
from pmo_lib.reports.kpi.ratings import by_colour, trust

LEVEL = "90 % interval"


def result(kpi: str, **more: Any) -> KpiResult:
    given = {"value": 0.3, "low": 0.2, "high": 0.4, "n": 50, "state": "measured"}
    return result_of(kpi, **(given | more))


def said(**of_skill: Any) -> str:
    found = trust([result("G1", **of_skill), result("G2"), result("G3")], LEVEL)
    return parsed(found).text.replace("\u00a0", " ")


def test_watermelons_and_the_gap_are_told_with_their_intervals() -> None:
    assert "Of 50 reports rated green, 30 %" in said()
    assert "(90 % interval 20 % to 40 %): green outside, red inside" in said()
    assert "by +30 points (90 % interval +20 points to +40 points)" in said()


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.4, "ratings predict how projects end"),
        (-0.2, 0.4, "it is not shown that ratings predict"),
        (-0.4, -0.1, "worse than the base rate alone"),
        (float("nan"), float("nan"), "no interval can be given"),
    ],
)
def test_skill_is_claimed_only_as_far_as_its_interval_bears(
    low: float, high: float, verdict: str
) -> None:
    assert verdict in said(low=low, high=high)


def test_what_cannot_be_told_says_why() -> None:
    given = [result(kpi, state="not measured", reason="needs x.csv") for kpi in ("G1", "G2", "G3")]
    text = parsed(trust(given, LEVEL)).text
    assert text.count("cannot be determined: needs x.csv") == 3


def test_colours_stand_in_their_order_with_state_in_place_of_a_value() -> None:
    parts = [
        result("G1", segment="red", value=0.9),
        result("G1", segment="green"),
        result("G1", segment="amber_green", state="too few", value=float("nan")),
    ]
    rows = parsed(by_colour(parts, LEVEL)).rows[1:]
    assert [row[0] for row in rows] == ["green", "amber-green", "red"]
    assert rows[1][1] == "too few"
    assert rows[1][3] == "–"


def test_no_colours_are_said_so() -> None:
    assert "not known" in parsed(by_colour([result("G1")], LEVEL)).text
