"""The settings in force, and every mistake in them told of the file that has it."""

from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.configuration import DEFAULTS, configured, merged
from pipelines.declared import declared
from pipelines.yaml_file import read_yaml
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
    assert configured(tmp_path) == declared(Settings, read_yaml(DEFAULTS).values, "")


def test_of_the_project_name_every_setting_with_its_default() -> None:
    values = read_yaml(DEFAULTS).values
    assert set(values) == {item.name for item in fields(Settings)}
    assert declared(Settings, values, "") == Settings()


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
        ("disclosure:", "disclosure: must be keys with values; it is empty. Give it a value, or"),
        ("tolerances: {cost_share: lots}", "tolerances: cost_share: must be a number; not 'lots'"),
        ("date_formats: [x]", "date_formats: must be keys with values"),
        ("date_formats: {projects: 3}", "date_formats: projects: must be text; not 3"),
        ("currency:", "currency: must be text; it is empty. Give it a value, or remove the key"),
        ("customers: {IT: }", "customers: IT: must be a whole number; it is empty"),
        ("organisation: true", "organisation: must be text; not True. Write it in quotes"),
        ("confidence_level: .9.", "confidence_level: must be a number; not '.9.'"),
        ("waived: x", "waived: must be a list, such as [this, that]; not 'x'"),
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
        ("confidence_level: 2", "confidence_level must be from 0.5 to below 1; not 2"),
        ("confidence_level: 1", "confidence_level must be from 0.5 to below 1; not 1"),
        ("tolerances: {schedule_days: -1}", "tolerances: schedule_days must be 0 or more"),
        ("tolerances: {schedule_days: 99999}", "tolerances: schedule_days must be 36,500 or less"),
        ("tolerances: {cost_share: -0.1}", "tolerances: cost_share must be from 0 to 1; not -0.1"),
        ("red_rule: {cpi_below: 1.5}", "red_rule: cpi_below must be from 0 to 1; not 1.5"),
        ("red_rule: {finish_late_days: -3}", "red_rule: finish_late_days must be 0 or more"),
        (
            "disclosure: {indicative: 3}",
            "disclosure: indicative must be 5 (too_few) or more; not",
        ),
        ("disclosure: {indicative: -3}", "disclosure: indicative must be 5 (too_few) or more"),
        (
            "disclosure: {too_few: 20}",
            "disclosure: indicative must be 20 (too_few) or more",
        ),
        ("discount_rate: -1", "discount_rate must be from 0 to below 1; not -1"),
        ("discount_rate: .inf", "discount_rate: must be a number; not '.inf'"),
        ("discount_rate: 1e999", "discount_rate: must be a number; not '1e999'"),
        ("false_discovery_share: 0", "false_discovery_share must be from 0.001 to below 1; not 0"),
        ("outcome_window_months: 99999999999999999999", "outcome_window_months must be 1,200 or"),
        ("report_timeout_seconds: 0", "report_timeout_seconds must be 1 or more"),
        (
            "data_date: 2026-02-31",
            "data_date must be a month or a day, such as 2026-10; not '2026-0",
        ),
        (
            "data_date: 2026-13",
            "data_date must be a month or a day, such as 2026-10; not '2026-13'",
        ),
        ("data_date: 2026", "data_date: must be text; not 2026. Write it in quotes"),
        ("data_date: soon", "data_date must be a month or a day, such as 2026-10; not 'soon'"),
        ("money_unit: {baselines: 0}", "money_unit must be above 0"),
        ("money_unit: {baseline: 1000}", "money_unit: unknown table or column 'baseline'. Did you"),
        ("percent: [risk.probability]", "percent: unknown table or column 'risk.probability'. Did"),
        (
            "departments: {A: B, B: C}",
            "departments: 'A' stands for 'B', which itself stands for 'C'",
        ),
        (
            "departments: {A: B, B: A}",
            "departments: 'A' stands for 'B', which itself stands for 'A'",
        ),
        (
            "departments: {A: B, a: C}",
            "departments: 'A' and 'a' are written alike. Keep one of them",
        ),
        ("departments: {A: ''}", "departments must have names"),
        ("departments: [A]", "departments: must be keys with values; not ['A']"),
        ("first_version: 2", "first_version must be 0 or 1"),
        (
            "survey_points: {survey_responses.perceived: 1}",
            "survey_points: survey_responses.perceived",
        ),
        ("price_base: 25", "price_base must be a year, such as 2025"),
        ("organisation: ' '", "organisation must have a name"),
        ("currency: ''", "currency must be named, such as GBP"),
        ("customers: {IT: 0}", "customers: IT: must be 1 or more"),
        ("customers: {IT: 3, it : 4}", "customers: 'IT' and 'it' are written alike. Keep one"),
        (
            "segments: {Café: [a], CAFE\u0301: [b]}",
            "segments: 'Café' and 'CAFE\u0301' are",
        ),
        ("segments: {IT: []}", "segments.IT must be a list of at least one category"),
        (
            "profile: {portfolio_size: 99999999}",
            "profile: portfolio_size must be from 0 to 10",
        ),
        (
            "date_formats: {projects: dd/mm/yyyy}",
            "date_formats: projects: 'dd/mm/yyyy' is no",
        ),
        (
            "date_formats: {projects: '%d.%m.'}",
            "date_formats: projects: '%d.%m.' is no format of",
        ),
        ("date_formats: {projects: '%Q'}", "date_formats: projects: '%Q' is no format of a date"),
        (
            "date_formats: {projects: ''}",
            "date_formats: projects: '' is no format of a date",
        ),
        ("disclosure: {too_few: 0}", "disclosure: too_few must be 1 or more"),
        ("tolerances: {cost_share: .nan}", "tolerances: cost_share: must be a number; not '.nan'"),
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


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("confidence_level: 90", "0.9 (90 %)"),
        ("discount_rate: 3.5", "0.035 (3.5 %)"),
        ("discount_rate: 35", "0.35 (35 %)"),
        ("false_discovery_share: 10", "0.1 (10 %)"),
        ("withhold_above_rejected_share: 5", "0.05 (5 %)"),
        ("tolerances: {cost_share: 10}", "0.1 (10 %)"),
        ("red_rule: {cpi_below: 90}", "0.9 (90 %)"),
        ("red_rule: {spi_t_below: 85}", "0.85 (85 %)"),
        ("thresholds: {D1: {target: 80}}", "0.8 (80 %)"),
        ("thresholds: {D3: {target: 10}}", "0.1 (10 %)"),
        ("thresholds: {D6: {target: 95}}", "0.95 (95 %)"),
        ("thresholds: {D1: {material: 5}}", "0.05 (5 %)"),
    ],
)
def test_per_cent_in_place_of_a_share_is_refused_with_what_is_meant(
    own: Path, text: str, meant: str
) -> None:
    assert f"Did you mean {meant}?" in refusal(own, text + "\n")


def test_words_are_words_as_keys_and_as_values(own: Path) -> None:
    """YAML 1.1 reads No and on as yes and no, 2024 as a number, and a date as a date."""
    own.write_text(
        "organisation: 2026-09-30\nsegments: {No: [on, off, Yes], 12:30: [y]}\n"
        "customers: {No: 3, 2024: 4, null: 5, 1.50: 6, true: 7}\n"
    )
    found = configured(own.parent)
    assert found.organisation == "2026-09-30"
    assert found.segments == {"No": ["on", "off", "Yes"], "12:30": ["y"]}
    assert found.customers == {"No": 3, "2024": 4, "null": 5, "1.50": 6, "true": 7}


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


def test_mistakes_that_hide_one_another_are_told_together(own: Path) -> None:
    """A type within a level, a rule of that level, a rule of the whole, a name, a repeated key."""
    said = refusal(
        own,
        "red_rule: {cpi_below: 90, finish_late_days: soon}\nconfidence_level: 90\n"
        "currency: EUR\ncurrency: GBP\nthresholds: {D1: {target: 80}, D99: {target: 1}}\n"
        "date_formats: {gates: x, project: x}\ncustomers: {IT: none, HR: 0}\n",
    )
    words = (
        "red_rule: finish_late_days: must be a whole number; not 'soon'", "cpi_below must be from",
        "confidence_level must be from", "the key 'currency' is in line 3 and again in line 4",
        "D1: target must be from 0 to 1", "unknown KPI 'D99'", "gates: 'x' is no format",
        "unknown table 'project'", "IT: must be a whole number", "customers: HR: must be 1 or more",
    )  # fmt: skip
    assert [word for word in words if word not in said] == []


def test_very_many_mistakes_are_counted_and_long_ones_cut(own: Path) -> None:
    lines = [f"k{number}{'k' * 900}: 1\n" for number in range(900)]
    said = refusal(own, "".join(lines) + f"organisation: [{'a, ' * 9000}]\n")
    assert "and 851 mistakes more" in said
    assert len(said) < 40_000


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
    assert f"{own}: the key {key!r} is in line {first} and again in line {second}." in said


def test_same_key_of_two_mappings_is_none_that_stands_twice(own: Path) -> None:
    own.write_text("thresholds: {D1: {target: 0.8}, D2: {target: 0.7}}\n")
    assert configured(own.parent).thresholds["D2"].target == 0.7


@pytest.mark.parametrize("text", ["organisation: [unclosed\n", "a: b: c\n", "\tx: 1\n"])
def test_broken_yaml_is_an_error_with_file_and_line(own: Path, text: str) -> None:
    said = refusal(own, "currency: EUR\n" + text)
    assert "settings.yml: is not YAML" in said
    assert "line " in said


@pytest.mark.parametrize("text", ["just words\n", "- a\n- b\n", "3\n", "[]\n", "0\n", "false\n"])
def test_yaml_that_is_no_mapping_is_an_error(own: Path, text: str) -> None:
    assert refusal(own, text) == f"{own}: must be keys with values."


def test_another_organisations_name_is_used_where_they_do_not_say(own: Path) -> None:
    own.write_text("currency: EUR\n")
    assert configured(own.parent, "Peer").organisation == "Peer"


class TestNames:
    """A file that somebody takes for the settings is read, or refused by its name."""

    @pytest.mark.parametrize(
        "name",
        ["settings.yaml", "Settings.yml", "SETTINGS.YML", "setting.yml", "settings.txt",
         "settings.json", "settings.yml.txt", "settings (1).yml", "settings - Copy.yml",
         "setings.yml", ".settings.yml", "settings", "settings.toml", "settings .yml",
         "_settings.yml", "settings.2024.yml"],
    )  # fmt: skip
    def test_like_settings_is_refused_with_the_right_one(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("currency: EUR\n")
        with pytest.raises(SettingsError, match=r"Rename it to settings\.yml") as caught:
            configured(tmp_path)
        assert caught.value.where == str(tmp_path / name)

    def test_same_one_in_another_form_is_refused_beside_it(self, own: Path) -> None:
        own.write_text("currency: EUR\n")
        (own.parent / "settings.yaml").write_text("currency: GBP\n")
        with pytest.raises(SettingsError, match="is not read"):
            configured(own.parent)

    @pytest.mark.parametrize(
        "name", ["settings.yml~", "settings.yml.bak", "old_setting.yml", "ratings.csv", "notes.yml"]
    )
    def test_copy_beside_it_and_other_files_are_left_alone(self, own: Path, name: str) -> None:
        own.write_text("currency: EUR\n")
        (own.parent / name).write_text("currency: GBP\n")
        assert configured(own.parent).currency == "EUR"


class TestMerged:
    def test_levels_are_merged_and_inputs_left_alone(self) -> None:
        base = {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        over = {"deep": {"y": {"w": 2}}, "b": 3}
        assert merged(base, over) == {"a": 1, "deep": {"x": 1, "y": {"z": 1, "w": 2}}, "b": 3}
        assert base == {"a": 1, "deep": {"x": 1, "y": {"z": 1}}}
        assert over == {"deep": {"y": {"w": 2}}, "b": 3}

    def test_value_takes_the_place_of_a_level(self) -> None:
        assert merged({"a": {"x": 1}}, {"a": None}) == {"a": None}
