"""Settings: what is allowed, and what an error tells."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
import yaml

from pmo_lib.contract.settings import Disclosure, Settings, Tolerances, merged
from pmo_lib.errors import ErrorList, PmoError, SettingsError


def test_mapping_and_back_is_the_same() -> None:
    given = Settings(
        organisation="Ours", tolerances=Tolerances(5, 0.1), date_formats={"gates": "%d"}
    )
    assert Settings.from_mapping(given.to_mapping()) == given


def test_nothing_given_is_the_defaults() -> None:
    assert Settings.from_mapping({}) == Settings()
    assert Settings().disclosure == Disclosure(too_few=5, indicative=10)
    assert Settings().confidence_level == 0.9


def test_part_of_a_level_keeps_the_rest() -> None:
    found = Settings.from_mapping({"disclosure": {"too_few": 3}})
    assert found.disclosure == Disclosure(too_few=3, indicative=10)


def test_whole_number_is_taken_for_a_share() -> None:
    found = Settings.from_mapping({"withhold_above_rejected_share": 0})
    assert found.withhold_above_rejected_share == 0.0
    assert isinstance(found.withhold_above_rejected_share, float)


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().currency = "EUR"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"currancy": "EUR"}, "Did you mean 'currency'?"),
        ({"disclosure": {"to_few": 3}}, "Did you mean 'too_few'?"),
        ({"date_formats": {"projets": "%d"}}, "Did you mean 'projects'?"),
        ({"decimal_marks": {"gate": ","}}, "Did you mean 'gates'?"),
        ({"decimal_marks": {"gates": ";"}}, "'.' or ','"),
        ({"currency": 5}, "must be of type str; not 5"),
        ({"price_base": "2020"}, "must be of type int; not '2020'"),
        ({"price_base": True}, "must be of type int; not True"),
        ({"price_base": 2020.5}, "must be of type int"),
        ({"confidence_level": "0.9"}, "must be of type float"),
        ({"confidence_level": True}, "must be of type float"),
        ({"confidence_level": 90}, "from 0.5 to below 1"),
        ({"confidence_level": 1}, "from 0.5 to below 1"),
        ({"confidence_level": float("nan")}, "from 0.5 to below 1"),
        ({"outcome_window_months": 0}, "1 or more"),
        ({"report_timeout_seconds": 0}, "1 or more"),
        ({"withhold_above_rejected_share": 1.01}, "from 0 to 1"),
        ({"tolerances": {"schedule_days": -1}}, "0 or more"),
        ({"tolerances": {"cost_share": -0.1}}, "0 or more"),
        ({"disclosure": {"too_few": 0}}, "1 or more"),
        ({"disclosure": 5}, "must be keys with values; not 5"),
        ({"disclosure": None}, "must be keys with values"),
        ({"date_formats": ["gates"]}, "must be keys with values"),
    ],
)
def test_error_tells_what_is_allowed(values: dict[str, Any], said: str) -> None:
    with pytest.raises(PmoError) as caught:
        Settings.from_mapping(values, "settings.yml")
    assert isinstance(caught.value, SettingsError)
    assert said in str(caught.value)


def test_wrong_value_is_told_with_its_place() -> None:
    with pytest.raises(SettingsError, match=r"^settings.yml: disclosure: too_few: must be"):
        Settings.from_mapping({"disclosure": {"too_few": "five"}}, "settings.yml")


def test_not_a_number_is_no_tolerance() -> None:
    with pytest.raises(SettingsError):
        Settings.from_mapping(yaml.safe_load("tolerances: {cost_share: .nan}"))


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(ErrorList) as caught:
        Settings.from_mapping({"currancy": "EUR", "price_base": "x", "disclosure": {"few": 1}})
    assert len(caught.value.errors) == 3


class TestMerged:
    def test_levels_are_merged_and_inputs_left_alone(self) -> None:
        base = {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        over = {"deep": {"y": {"w": 2}}, "b": 3}
        assert merged(base, over) == {"a": 1, "deep": {"x": 1, "y": {"z": 1, "w": 2}}, "b": 3}
        assert base == {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        assert over == {"deep": {"y": {"w": 2}}, "b": 3}

    def test_value_takes_the_place_of_a_level(self) -> None:
        assert merged({"a": {"x": 1}}, {"a": None}) == {"a": None}


class TestComparability:
    """What decides with whom we may be compared."""

    @pytest.mark.parametrize("definition", ["approval", "decision to build", "first report"])
    def test_baseline_is_one_of_those_there_are(self, definition: str) -> None:
        found = Settings.from_mapping({"baseline_definition": definition})
        assert found.baseline_definition == definition

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"baseline_definition": "first reports"}, "Did you mean 'first report'?"),
            ({"baseline_definition": ""}, "Allowed: approval, decision to build, first report"),
            ({"baseline_definition": 0}, "must be of type str; not 0"),
            ({"segments": {"IT": "Software"}}, "segments.IT: must be a list, such as [this, that]"),
            ({"segments": {"IT": {"a": 1}}}, "segments.IT: must be a list"),
            ({"segments": {"IT": ["Software", 5]}}, "segments.IT: entry 2: must be of type str"),
            ({"segments": {"IT": []}}, "segments.IT must be a list of at least one category"),
            ({"segments": {"IT": ["Software", " "]}}, "none of them empty"),
            ({"segments": ["IT"]}, "segments: must be keys with values"),
        ],
    )
    def test_error_tells_what_is_allowed(self, values: dict[str, Any], said: str) -> None:
        with pytest.raises(SettingsError) as caught:
            Settings.from_mapping(values, "settings.yml")
        assert said in str(caught.value)
        assert str(caught.value).startswith("settings.yml: ")

    def test_segments_are_lists_of_categories(self) -> None:
        given = Settings(segments={"IT": ["Business system", "Software"]})
        assert given.segments["IT"] == ["Business system", "Software"]
        assert Settings.from_mapping(given.to_mapping()) == given

    @pytest.mark.parametrize(
        "values", [{"prices": "real"}, {"prices": "nominal", "price_base": 2025}]
    )
    def test_prices_are_of_one_kind(self, values: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match="prices must be constant"):
            Settings.from_mapping(values)

    def test_prices_of_the_day_are_said(self) -> None:
        assert Settings.from_mapping({"prices": "nominal"}).prices == "nominal"
