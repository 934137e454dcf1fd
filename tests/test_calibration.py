"""Intervals hold the truth as often as they promise: `python -m pytest -m slow`."""

import pytest

import calibration
from builders.samples import SCENARIOS, Scenario

PROMISED = [s for s in SCENARIOS if s.promise]


def test_scenarios_are_told_apart() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", PROMISED, ids=lambda scenario: scenario.name)
def test_interval_holds_the_truth_as_often_as_promised(scenario: Scenario) -> None:
    found = calibration.measure(scenario)
    least, most = scenario.promise
    assert found.given > 0
    assert least <= found.held <= most


@pytest.mark.slow
def test_tail_gate_refuses_heavy_tails_and_not_most_thin_ones() -> None:
    given = {s.drawn: calibration.measure(s).given for s in SCENARIOS
             if s.method.startswith("ratio of sums")}  # fmt: skip
    thin = [share for drawn, share in given.items() if "ratios σ" in drawn]
    heavy = [share for drawn, share in given.items() if "1.67" in drawn]
    assert min(thin) > 0.6
    assert max(heavy) < 0.02
