"""An id under waived that no question has is named, with the nearest."""

import pandas as pd

from pipelines.questions.waivers import unknown

EXTRA = {"projects": pd.DataFrame({"project_id": ["p1"], "colour": ["red"]})}


def said(*waived: str, asked: tuple[str, ...] = ()) -> list[str]:
    return [str(each) for each in unknown(waived, asked, EXTRA)]


def test_is_named_with_the_nearest() -> None:
    nearest = {
        "mony_unit baselines.cost": "money_unit baselines.cost",
        "money_unit baselines.costs": "money_unit baselines.cost",
        "money_unit  baselines.cost": "money_unit baselines.cost",
        "Twin projects.department": "twin projects.department",
        "far_before project": "far_before projects",
        "nonsense": "",
        "left_aside projcts.colour": "left_aside projects.colour",
    }
    told = {name: said(name) for name in nearest}
    wrong = {
        name: found
        for name, found in told.items()
        if len(found) != 1
        or repr(name) not in found[0]
        or (f"near to {nearest[name]!r}" in found[0]) != bool(nearest[name])
    }
    assert wrong == {}


def test_nearest_is_first_what_is_asked() -> None:
    (told,) = said("twin projcts.departmnt", asked=("twin projects.department", "twin projects.x"))
    assert "near to 'twin projects.department'" in told


def test_of_another_column_is_named_where_nearly_that_is_asked() -> None:
    asked = ("left_aside projects.colour",)
    assert len(said("left_aside projects.color", asked=asked)) == 1
    assert said("left_aside projects.spend", asked=asked) == []


def test_what_a_question_may_have_is_not_named() -> None:
    known = (
        "money_unit baselines.cost", "nothing projects", "side thresholds.D1",
        "stranger settings.customers", "of_the_future data_date", "left_aside projects.gone_(k€)",
        "header projects.datee", "currency baselines.ccy",
    )  # fmt: skip
    assert said(*known, asked=("money_unit baselines.benefit", "nothing baselines")) == []


def test_of_many_three_are_shown() -> None:
    (told,) = said(*"abcde")
    assert "'c' and 2 more" in told
