"""The worked cases are whole: each holds, says what it expects, from where, and why."""

import json
from typing import Any

import pytest

from builders import worked_cases as cases
from builders.tables import frame
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS

ALL = {case["id"]: case for name in cases.FILES for case in cases.load(name)}
OF_KPIS = {name: case for name, case in ALL.items() if "kpi" in case}
TOLD = {"statistic", "segment", "value", "low", "high", "n", "missing", "cases"}
WITHOUT_INTERVAL = {"count", "quotient", "max_ratio"}


def test_ids_are_unique_over_all_files() -> None:
    assert len(ALL) == sum(len(cases.load(name)) for name in cases.FILES)


def test_case_says_where_its_number_comes_from(subtests: pytest.Subtests) -> None:
    for name, case in ALL.items():
        with subtests.test(name):
            assert {"id", "expected", "tolerance", "source", "derivation"} <= set(case)
            of_change = {"statistic", "level", "now", "before"} <= set(case)
            assert ("inputs" in case) != of_change
            assert ("kpi" in case) + ("function" in case) + of_change == 1
            assert len(case["source"]) > 5
            # what is short is the same as in another case, or is too plain to need more
            assert len(case["derivation"]) > (5 if of_change else 15)
            assert 0 <= case["tolerance"] <= 1e-3
            assert case["expected"]


class TestOfKpi:
    def test_holds(self, subtests: pytest.Subtests) -> None:
        for name, case in OF_KPIS.items():
            with subtests.test(name):
                cases.check_kpi(case)

    def test_is_well_formed(self, subtests: pytest.Subtests) -> None:
        for name, case in OF_KPIS.items():
            with subtests.test(name):
                known = {"id", "kpi", "inputs", "expected", "tolerance", "source", "derivation"}
                assert set(case) - known <= {"settings", "verdict", "baseline"}
                item = CATALOGUE[case["kpi"]]
                Settings.from_mapping(case.get("settings", {}))
                for name, rows in case["inputs"].items():
                    if name != "value_case":
                        frame(name, rows)  # refuses a column that is not declared
                for expected in case["expected"]:
                    assert {"statistic", "value"} <= set(expected) <= TOLD
                    own = item.statistic, *item.also, item.segment_statistic
                    assert expected["statistic"] in {each.id for each in own}

    def test_rows_bear_the_keys_of_their_tables_once(self, subtests: pytest.Subtests) -> None:
        for name, case in OF_KPIS.items():
            with subtests.test(name):
                seen = cases.view_of(case)
                for name, table in seen.tables.items():
                    assert not table.duplicated(list(TABLES[name].key)).any(), name


class TestEveryKpi:
    def test_has_a_case_of_its_value_its_n_and_what_is_left_out(
        self, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                assert {"value", "n", "missing"} <= self.expected(item, item.statistic.id)

    def test_has_a_case_of_its_interval(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                ends = set() if item.statistic.id in WITHOUT_INTERVAL else {"low", "high"}
                assert ends <= self.expected(item, item.statistic.id)

    def test_has_a_case_of_what_is_shown_beside_it(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                for statistic in item.also:
                    assert "value" in self.expected(item, statistic.id), statistic

    @staticmethod
    def expected(item: Any, statistic: str) -> set[str]:
        """The fields that some case of the KPI expects of the statistic."""
        return {
            field
            for case in OF_KPIS.values()
            if case["kpi"] == item.id
            for expected in case["expected"]
            if expected["statistic"] == statistic
            for field in expected
        }


def test_file_is_of_one_kind_and_in_plain_utf8(subtests: pytest.Subtests) -> None:
    for name in cases.FILES:
        with subtests.test(name):
            text = (cases.FOLDER / f"{name}.json").read_text("utf-8")
            assert text.endswith("]\n")
            assert "\t" not in text
            kinds = {"kpi" if "kpi" in c else "function" if "function" in c else "change"
                     for c in json.loads(text)}  # fmt: skip
            assert len(kinds) == 1


def test_every_statistic_of_a_change_is_known() -> None:
    for case in cases.load("change"):
        assert case["statistic"] in STATISTICS
