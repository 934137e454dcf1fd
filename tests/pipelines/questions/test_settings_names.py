"""What settings name and the data do not have is told, and so are targets on the wrong side."""

import pytest

from builders.asking import changed, delivery, questions, withheld
from builders.tables import frame

CLEAN = delivery()
FIGURES = frame(
    "benchmarks", [{"source": "s", "segment": "IT", "kpi_id": "D1", "statistic": "mean"}]
)


def own_department() -> str:
    return str(CLEAN["projects"]["department"].iloc[0])


def test_names_that_the_data_have_are_fine() -> None:
    given = changed(CLEAN, projects__category="Software") | {"benchmarks": FIGURES}
    found = questions(given, customers={own_department(): 3}, segments={"it": ["Software"]})
    assert found == {}


def test_departments_that_they_do_not_have_are_told_with_the_nearest() -> None:
    name = own_department()
    (found,) = questions(CLEAN, customers={f"{name}s": 3, name: 4, "x": 1}).values()
    assert found.id == "unknown customers"
    assert f"departments that the data do not have: '{name}s' and 'x'" in str(found)
    assert f"Did you mean '{name}'?" in str(found)
    assert found.withholds == ()


def test_groups_and_categories_that_nobody_has_are_told() -> None:
    given = changed(CLEAN, projects__category="Software") | {"benchmarks": FIGURES}
    found = questions(given, segments={"Rail": ["Softwear"]})
    assert "'Rail'" in str(found["unknown segments"])
    assert "Did you mean 'Software'?" in str(found["unknown segments' categories"])


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


def test_none_of_it_withholds_anything_and_each_can_be_waived() -> None:
    asked = {"customers": {"x": 1}, "thresholds": {"D1": {"target": 0.1}}}
    assert withheld(CLEAN, **asked) == set()
    assert questions(CLEAN, **asked, waived=["unknown customers", "side thresholds.D1"]) == {}
