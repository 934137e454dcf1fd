"""The settings in force, and every mistake in them told of the file that has it."""

from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.configuration import DEFAULTS, configured, merged
from pipelines.declared import declared, read_yaml
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import PmoError, SettingsError


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "settings.yml"


def refusal(own: Path, text: str) -> str:
    own.write_text(text)
    with pytest.raises(PmoError) as caught:
        configured(own.parent)
    return str(caught.value)


def test_are_those_of_the_project_where_the_folder_has_none(tmp_path: Path) -> None:
    assert configured(tmp_path) == declared(Settings, read_yaml(DEFAULTS), "")


def test_of_the_project_name_every_setting_with_its_default() -> None:
    assert set(read_yaml(DEFAULTS)) == {item.name for item in fields(Settings)}
    assert declared(Settings, read_yaml(DEFAULTS), "") == Settings()


def test_own_ones_are_put_over_them_key_by_key(own: Path) -> None:
    own.write_text("organisation: Café\ndisclosure: {too_few: 3}\noutcome_window_months: 24\n")
    found = configured(own.parent)
    assert (found.organisation, found.disclosure.too_few) == ("Café", 3)
    assert found.outcome_window_months == 24
    assert found.disclosure.indicative == Settings().disclosure.indicative


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "{}"])
def test_own_file_may_be_empty(own: Path, text: str) -> None:
    own.write_text(text)
    assert configured(own.parent) == Settings()


def test_unknown_key_is_an_error_naming_file_and_the_nearest(own: Path) -> None:
    said = refusal(own, "organization: Ours\n")
    assert str(own) in said
    assert "unknown key 'organization'" in said
    assert "Did you mean 'organisation'?" in said


def test_unknown_inner_key_is_an_error_naming_the_nearest(own: Path) -> None:
    said = refusal(own, "tolerances: {schedule_day: 3}\n")
    assert f"{own}: tolerances: unknown key 'schedule_day'" in said
    assert "Did you mean 'schedule_days'?" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("organisation: 2026", "organisation: must be text; not 2026"),
        ("confidence_level: high", "confidence_level: must be a number; not 'high'"),
        ('confidence_level: "0.9"', "confidence_level: must be a number; not '0.9'"),
        ("confidence_level: true", "confidence_level: must be a number; not True"),
        ("outcome_window_months: 3.5", "outcome_window_months: must be a whole number; not 3.5"),
        ("price_base: true", "price_base: must be a whole number; not True"),
        ("tolerances: 3", "tolerances: must be keys with values; not 3"),
        ("disclosure:", "disclosure: must be keys with values; not None"),
        ("tolerances: {cost_share: lots}", "tolerances: cost_share: must be a number; not 'lots'"),
        ("date_formats: [x]", "date_formats: must be keys with values"),
        ("date_formats: {projects: 3}", "date_formats: projects: must be text; not 3"),
        ("currency:", "currency: must be text; not None"),
        ("segments: {IT: Software}", "segments: IT: must be a list, such as [this, that]"),
        ("segments: {IT: [Software, 5]}", "segments: IT: entry 2: must be text; not 5"),
        ("thresholds: {D1: {target: x}}", "thresholds: D1: target: must be a number; not 'x'"),
        ("profile: {portfolio_size: 12.5}", "profile: portfolio_size: must be a whole number"),
        ("profile: {method_mix: {scrum: 1}}", "profile: method_mix: unknown key 'scrum'. Allowed:"),
        ("thresholds: {D1: {goal: 1}}", "thresholds: D1: unknown key 'goal'. Allowed: material"),
    ],
)
def test_wrong_type_is_an_error_naming_file_key_and_value(own: Path, text: str, words: str) -> None:
    assert f"{own}: {words}" in refusal(own, text + "\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("confidence_level: 2", "confidence_level must be from 0.5 to below 1"),
        ("tolerances: {schedule_days: -1}", "tolerances: schedule_days must be 0 or more"),
        ("disclosure: {too_few: 0}", "disclosure: too_few must be 1 or more"),
        ("tolerances: {cost_share: .nan}", "tolerances: cost_share must be 0 or more"),
        ("thresholds: {D1: {material: -1}}", "thresholds: D1: material must be 0 or more"),
        ("profile: {pmo_type: control}", "profile: pmo_type cannot be 'control'. Did you mean"),
        ("prices: real", "prices: cannot be 'real'. Allowed: constant, nominal"),
        (
            "baseline_definition: first reports",
            "baseline_definition: cannot be 'first reports'. Did you mean 'first report'? Allowed: "
            "approval, decision to build, first report",
        ),
        (
            "date_formats: {project: '%d/%m/%Y'}",
            "date_formats: unknown table 'project'. Did you mean",
        ),
        ("decimal_marks: {gate: .}", "decimal_marks: unknown table 'gate'. Did you mean 'gates'?"),
        ("thresholds: {D01: {target: 1}}", "thresholds: unknown KPI 'D01'. Did you mean 'D1'?"),
    ],
)
def test_value_that_is_not_allowed_is_told_of_its_file_and_place(
    own: Path, text: str, words: str
) -> None:
    assert f"{own}: {words}" in refusal(own, text + "\n")


def test_whole_number_is_taken_for_a_share(own: Path) -> None:
    own.write_text("withhold_above_rejected_share: 0\n")
    found = configured(own.parent).withhold_above_rejected_share
    assert (found, type(found)) == (0.0, float)


def test_mistakes_at_every_level_are_told_together(own: Path) -> None:
    said = refusal(
        own,
        "organization: x\ncurrency: 3\ndisclosure: {too_few: 0}\n"
        "profile: {pmo_type: x, pmo_since: 3}\nsegments: {IT: [1, 2]}\n",
    )
    assert said.count("\n") == 6


@pytest.mark.parametrize(
    ("text", "key", "first", "second"),
    [
        ("currency: EUR\ncurrency: GBP\n", "currency", 1, 2),
        ("# ours\ntolerances:\n  cost_share: 0.1\n\n  cost_share: 0.2\n", "cost_share", 3, 5),
        ("currency: EUR\n'currency': EUR\n", "currency", 1, 2),
    ],
)
def test_key_that_stands_twice_is_an_error_with_both_lines(
    own: Path, text: str, key: str, first: int, second: int
) -> None:
    said = refusal(own, text)
    assert said.startswith(f"{own}: the key {key!r} is in line {first} and again in line {second}.")


def test_same_key_of_two_mappings_is_none_that_stands_twice(own: Path) -> None:
    own.write_text("thresholds: {D1: {target: 0.8}, D2: {target: 0.7}}\n")
    assert configured(own.parent).thresholds["D2"].target == 0.7


@pytest.mark.parametrize("text", ["organisation: [unclosed\n", "a: b: c\n", "\tx: 1\n"])
def test_broken_yaml_is_an_error_with_file_and_line(own: Path, text: str) -> None:
    said = refusal(own, "currency: EUR\n" + text)
    assert "settings.yml: is not YAML" in said
    assert "line " in said


@pytest.mark.parametrize("text", ["just words\n", "- a\n- b\n", "3\n"])
def test_yaml_that_is_no_mapping_is_an_error(own: Path, text: str) -> None:
    assert refusal(own, text) == f"{own}: must be keys with values."


def test_other_encoding_is_an_error(own: Path) -> None:
    own.write_bytes("organisation: Café\n".encode("cp1252"))
    with pytest.raises(SettingsError, match=r"settings\.yml: is not YAML"):
        configured(own.parent)


class TestMerged:
    def test_levels_are_merged_and_inputs_left_alone(self) -> None:
        base = {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        over = {"deep": {"y": {"w": 2}}, "b": 3}
        assert merged(base, over) == {"a": 1, "deep": {"x": 1, "y": {"z": 1, "w": 2}}, "b": 3}
        assert base == {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        assert over == {"deep": {"y": {"w": 2}}, "b": 3}

    def test_value_takes_the_place_of_a_level(self) -> None:
        assert merged({"a": {"x": 1}}, {"a": None}) == {"a": None}
