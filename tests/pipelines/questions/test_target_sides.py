"""A target on the wrong side of the scale is asked about; the run goes on."""

import pytest

from builders.asking import delivery, questions, withheld

CLEAN = delivery()


@pytest.mark.parametrize("kpi_id", ["D1", "D2", "D4", "P4", "R4", "G2"])
def test_target_nearer_to_the_worst_is_asked_about(kpi_id: str) -> None:
    better = {"D4", "P4", "G2"}  # of these lower is better
    good, bad = (0.2, 0.9) if kpi_id in better else (0.9, 0.2)
    assert questions(CLEAN, thresholds={kpi_id: {"target": good}}) == {}
    (found,) = questions(CLEAN, thresholds={kpi_id: {"target": bad}}).values()
    assert found.id == f"side thresholds.{kpi_id}"
    assert f"is {bad:g} the target of {kpi_id}" in str(found)


def test_overrun_of_most_of_the_cost_is_asked_about() -> None:
    assert questions(CLEAN, thresholds={"D3": {"target": 0.05}, "V1": {"target": 0.9}}) == {}
    assert set(questions(CLEAN, thresholds={"D3": {"target": 0.8}})) == {"side thresholds.D3"}


def test_it_withholds_nothing_and_can_be_waived() -> None:
    asked = {"thresholds": {"D1": {"target": 0.1}}}
    assert withheld(CLEAN, **asked) == set()
    assert questions(CLEAN, **asked, waived=["side thresholds.D1"]) == {}
