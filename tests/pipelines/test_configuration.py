"""The settings in force, and every mistake in them told of the file that has it."""

from pathlib import Path

import pytest

from pipelines.configuration import DEFAULTS, configured
from pipelines.publishing.plan import read_yaml
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
    assert configured(tmp_path) == Settings.from_mapping(read_yaml(DEFAULTS))


def test_of_the_project_name_every_setting_with_its_default() -> None:
    assert set(read_yaml(DEFAULTS)) == set(Settings.__dataclass_fields__)
    assert Settings.from_mapping(read_yaml(DEFAULTS)) == Settings()


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
    assert "unknown setting 'organization'" in said
    assert "Did you mean 'organisation'?" in said


def test_unknown_inner_key_is_an_error_naming_the_nearest(own: Path) -> None:
    said = refusal(own, "tolerances: {schedule_day: 3}\n")
    assert f"{own}: tolerances: unknown setting 'schedule_day'" in said
    assert "Did you mean 'schedule_days'?" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("organisation: 2026", "organisation: must be of type str; not 2026"),
        ("confidence_level: high", "confidence_level: must be of type float; not 'high'"),
        ("outcome_window_months: 3.5", "outcome_window_months: must be of type int; not 3.5"),
        ("price_base: true", "price_base: must be of type int; not True"),
        ("tolerances: 3", "tolerances: must be keys with values; not 3"),
        ("tolerances: {cost_share: lots}", "tolerances: cost_share: must be of type float"),
        ("date_formats: [x]", "date_formats: must be keys with values"),
        ("date_formats: {projects: 3}", "date_formats.projects: must be of type str; not 3"),
        ("currency:", "currency: must be of type str; not None"),
    ],
)
def test_wrong_type_is_an_error_naming_file_key_and_value(own: Path, text: str, words: str) -> None:
    assert f"{own}: {words}" in refusal(own, text + "\n")


OUT_OF_RANGE = [
    ("confidence_level: 2", "confidence_level must be from 0.5 to below 1"),
    ("outcome_window_months: 0", "outcome_window_months must be 1 or more"),
    ("withhold_above_rejected_share: 5", "withhold_above_rejected_share must be from 0 to 1"),
    ("report_timeout_seconds: 0", "report_timeout_seconds must be 1 or more"),
    ("tolerances: {schedule_days: -1}", "tolerances must be 0 or more"),
    ("disclosure: {too_few: 0}", "disclosure.too_few must be 1 or more"),
    ("decimal_marks: {projects: ;}", "decimal_marks.projects must be '.' or ','"),
    ("date_formats: {project: x}", "unknown table 'project'. Did you mean 'projects'?"),
]


@pytest.mark.parametrize(("text", "words"), OUT_OF_RANGE)
def test_value_out_of_range_is_an_error_with_what_is_allowed(
    own: Path, text: str, words: str
) -> None:
    assert words in refusal(own, text + "\n")


@pytest.mark.parametrize(("text", "words"), OUT_OF_RANGE)
def test_value_out_of_range_is_told_of_its_file(own: Path, text: str, words: str) -> None:
    assert str(own) in refusal(own, text + "\n")


def test_all_mistakes_are_told_together(own: Path) -> None:
    said = refusal(own, "organization: x\ncurrency: 3\nconfidence_level: x\n")
    assert said.count("\n") == 2


@pytest.mark.parametrize("text", ["organisation: [unclosed\n", "a: b: c\n", "\tx: 1\n"])
def test_broken_yaml_is_an_error_with_file_and_line(own: Path, text: str) -> None:
    said = refusal(own, "currency: EUR\n" + text)
    assert "settings.yml: is not YAML" in said
    assert "line " in said


@pytest.mark.parametrize("text", ["just words\n", "- a\n- b\n", "3\n"])
def test_yaml_that_is_no_mapping_is_an_error(own: Path, text: str) -> None:
    assert refusal(own, text) == "settings.yml: must be keys with values."


def test_other_encoding_is_an_error(own: Path) -> None:
    own.write_bytes("organisation: Café\n".encode("cp1252"))
    with pytest.raises(SettingsError, match=r"settings\.yml: is not YAML"):
        configured(own.parent)
