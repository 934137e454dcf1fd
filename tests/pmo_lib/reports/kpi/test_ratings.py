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
    assert "often than owners do, by 30 points (90 % interval +20 points to +40 points)" in said()


def test_a_gap_that_may_be_chance_is_no_fact() -> None:
    given = result("G3", value=0.17, low=-0.22, high=0.53)
    text = parsed(trust([result("G1"), result("G2"), given], LEVEL)).text.replace("\u00a0", " ")
    assert "Independent raters give" not in text
    assert "cannot be told: they do by +17 points (90 % interval −22 points to +53" in text
    kind = result("G3", value=-0.2, low=-0.3, high=-0.1)
    text = parsed(trust([result("G1"), result("G2"), kind], LEVEL)).text.replace("\u00a0", " ")
    assert "red less often than owners do, by 20 points (90 % interval −30 points" in text


def test_who_rated_red_is_told_apart() -> None:
    parts = {"": (0.35, 37), "an independent party": (0.43, 21), "its owner": (0.25, 16)}
    red = [result("G9", value=v, n=n, segment=name) for name, (v, n) in parts.items()]
    found = trust([result("G1"), result("G2"), result("G3"), *red], LEVEL)
    assert (
        "Of 37 projects in flight, 35 % are rated red: 43 % of the 21 that an independent party "
        "rated last and 25 % of the 16 that its owner rated last."
    ) in parsed(found).text.replace("\u00a0", " ")


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
