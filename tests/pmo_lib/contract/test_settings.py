"""Settings: what is allowed, and what an error tells."""

from dataclasses import FrozenInstanceError
from math import isnan

import pytest

from pmo_lib.contract.settings import Disclosure, Settings, Threshold, Tolerances
from pmo_lib.errors import ErrorList, SettingsError


def test_mapping_and_back_is_the_same() -> None:
    given = Settings(
        organisation="Ours", tolerances=Tolerances(5, 0.1), date_formats={"gates": "%d.%m.%y"}
    )
    assert Settings.from_mapping(given.to_mapping()) == given


def test_nothing_given_is_the_defaults() -> None:
    assert Settings.from_mapping({}) == Settings()
    assert Settings().disclosure == Disclosure(too_few=5, indicative=10)
    assert Settings().confidence_level == 0.9


def test_part_of_a_level_keeps_the_rest() -> None:
    found = Settings.from_mapping({"disclosure": {"too_few": 3}})
    assert found.disclosure == Disclosure(too_few=3, indicative=10)


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().currency = "EUR"  # type: ignore[misc]


def test_value_out_of_range_is_told_what_is_allowed(subtests: pytest.Subtests) -> None:
    for values, said in [
        ({"decimal_marks": {"gates": ";"}}, "decimal_marks.gates must be '.' or ','"),
        ({"encodings": {"gates": "windows"}}, "encodings.gates must be an encoding that Python"),
        ({"encodings": {"gates": "utf-16"}}, "encodings.gates must be an encoding that Python"),
        ({"timezone": "Berlin"}, "timezone must be a place such as Europe/Berlin; not 'Berlin'"),
        ({"missing": ["NA", " "]}, "missing must be words, none of them empty"),
        ({"confidence_level": 90}, "confidence_level must be from 0.5 to below 1"),
        ({"confidence_level": 1}, "from 0.5 to below 1"),
        ({"confidence_level": float("nan")}, "from 0.5 to below 1"),
        ({"outcome_window_months": 0}, "outcome_window_months must be 1 or more"),
        ({"discount_rate": 1}, "discount_rate must be from 0 to below 1"),
        ({"report_timeout_seconds": 0}, "report_timeout_seconds must be 1 or more"),
        ({"withhold_above_rejected_share": 1.01}, "must be from 0 to 1"),
        ({"false_discovery_share": 0}, "false_discovery_share must be from 0.001 to below 1"),
        ({"tolerances": {"schedule_days": -1}}, "schedule_days must be 0 or more"),
        ({"tolerances": {"cost_share": -0.1}}, "cost_share must be from 0 to 1"),
        ({"tolerances": {"cost_share": float("nan")}}, "cost_share must be from 0 to 1"),
        ({"red_rule": {"cpi_below": -1}}, "cpi_below must be from 0 to 1"),
        ({"disclosure": {"too_few": 0}}, "too_few must be 1 or more"),
        ({"thresholds": {"D1": {"material": -0.1}}}, "material must be 0 or more"),
        ({"customers": {"IT": 0}}, "customers: IT: must be 1 or more"),
        ({"prices": "nominal", "price_base": 2025}, "prices must be constant"),
        ({"segments": {"IT": []}}, "segments.IT must be a list of at least one category"),
        ({"segments": {"IT": ["Software", " "]}}, "none of them empty"),
    ]:
        with subtests.test(values=values, said=said):
            with pytest.raises(SettingsError) as caught:
                Settings.from_mapping(values)
            assert said in str(caught.value)


def test_what_the_files_can_be_read_by_is_taken(subtests: pytest.Subtests) -> None:
    for values in [
        {"date_formats": {"gates": "%d-%b-%y", "risks": "%m/%d/%Y %I:%M:%S %p"}},
        {"date_formats": {"gates": "%d.%m.%Y %z"}},
        {"encodings": {"gates": "cp1250", "risks": "mac_roman"}},
        {"timezone": "America/Sao_Paulo"},
    ]:
        with subtests.test(values=values):
            assert Settings.from_mapping(values).to_mapping().items() >= values.items()


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(ErrorList) as caught:
        Settings(confidence_level=2, discount_rate=-1, price_base=2025, prices="nominal")
    assert len(caught.value.errors) == 3


def test_segments_are_lists_of_categories() -> None:
    given = Settings(segments={"IT": ["Business system", "Software"]})
    assert given.segments["IT"] == ["Business system", "Software"]
    assert Settings.from_mapping(given.to_mapping()) == given


def test_what_is_not_set_in_a_threshold_comes_back_so() -> None:
    given = Settings(thresholds={"D1": Threshold(target=0.8)})
    values = given.to_mapping()
    assert values["thresholds"] == {"D1": {"target": 0.8}}
    assert isnan(Settings.from_mapping(values).thresholds["D1"].material)
