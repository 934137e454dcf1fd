"""Targets that can never do what they are for are refused; every sensible one is taken."""

from typing import Any

import pytest

from pipelines.targets import scale_of, threshold_mistakes
from pmo_lib.kpis.catalogue import CATALOGUE


def said(kpi_id: str, **threshold: Any) -> str:
    return "\n".join(map(str, threshold_mistakes({kpi_id: threshold}, "settings.yml")))


def test_sensible_targets_are_taken() -> None:
    given = {
        "D1": {"target": 0.8, "material": 0.05}, "D2": {"target": 1}, "D3": {"target": -0.05},
        "D4": {"target": 0}, "D6": {"target": 1, "material": 0.1},
        "P3": {"target": 120, "material": 30}, "R3": {"target": 30, "material": 10},
        "P9": {"target": 0.8}, "V1": {"target": 1.1},
        "R12": {"target": 3}, "P2": {"target": 40, "material": 10}, "D5": {"material": 0.1},
        "G3": {"target": 0, "material": 0.1}, "D8": {},
    }  # fmt: skip
    assert list(threshold_mistakes(given, "")) == []


def test_every_kpi_takes_a_target_within_its_scale_and_none_beyond() -> None:
    judged = [kpi for kpi in CATALOGUE.values() if kpi.better != "context"]
    middle = {kpi.id: sum(max(-50, min(50, end)) for end in scale_of(kpi)) / 2 for kpi in judged}
    assert {k: said(k, target=value) for k, value in middle.items() if said(k, target=value)} == {}
    shares = [kpi.id for kpi in judged if kpi.unit in {"share", "ratio"}]
    assert [k for k in shares if "target must be" not in said(k, target=80)] == []
    assert len(shares) > 20


@pytest.mark.parametrize(
    ("kpi_id", "threshold", "words"),
    [
        ("D1", {"target": -0.1}, "target must be from 0 to 1 (On-time completion, share); not"),
        ("D1", {"target": 0}, "target 0 is always reached: of On-time completion, higher is"),
        ("D4", {"target": 1}, "target 1 is always reached"),
        ("P3", {"target": -5}, "target must be 0 or more"),
        ("R3", {"target": 200}, "target must be from -100 to 100"),
        ("D1", {"target": 0.8, "material": 0.8}, "material must be less than 0.8"),
        ("D4", {"target": 0.9, "material": 0.2}, "material must be less than 0.1"),
        ("D1", {"material": 1}, "material must be less than 1: D1 cannot be worse by more; not 1"),
        ("R11", {"target": 0.1}, "PMO cost ratio is shown for context and never judged. Remove it"),
    ],
)  # fmt: skip
def test_what_can_do_nothing_is_refused(kpi_id: str, threshold: Any, words: str) -> None:
    assert words in said(kpi_id, **threshold)


@pytest.mark.parametrize("given", [None, 3, [], {"D1": 3}, {"D1": {"target": "x"}}, {"X1": {}},
                                   {"D1": {"target": True}}, {1: {}}])  # fmt: skip
def test_what_is_no_threshold_is_passed_over(given: Any) -> None:
    assert list(threshold_mistakes(given, "")) == []
