"""Headers are cleaned of what cannot be seen, found below a title, and known when mistyped."""

import string
from itertools import product
from random import Random

import pytest

from pipelines.reading.headers import header_row, names_of, normalised, slip_of
from pmo_lib.contract.tables import TABLES

INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u2060\u2066\u202a\u202e\ufeff\u00ad\u061c\u180e\ufe0f\u3164\x00\x1b"
)
OURS = {name for table in TABLES.values() for name in table.column_names}


class TestNames:
    @pytest.mark.parametrize(
        "given", ["Project ID", " PROJECT_ID ", "project  id", "project\u00a0id"]
    )
    def test_are_forgiven_case_and_spaces(self, given: str) -> None:
        assert normalised(given) == "project_id"

    @pytest.mark.parametrize("given", ["project-id", "projectid", "project_ids", "project.id"])
    def test_are_forgiven_nothing_else(self, given: str) -> None:
        assert normalised(given) != "project_id"

    def test_lose_what_cannot_be_seen_wherever_it_stands(self) -> None:
        wrong = {
            repr(given): normalised(given)
            for letter, at in product(INVISIBLE, (0, 3, 11))
            if normalised(given := "actual_cost"[:at] + letter + "actual_cost"[at:])
            != "actual_cost"
        }
        assert wrong == {}

    def test_are_the_same_in_wide_letters_and_composed_accents(self) -> None:
        assert normalised("ａctual cost") == "actual_cost"
        assert normalised("me\u0301thode") == normalised("méthode")

    def test_that_are_only_invisible_are_none(self) -> None:
        assert names_of(["project_id", "\u200b", "cost"])[0][1].startswith("\0")


class TestHeaderRow:
    KNOWN = frozenset({"project_id", "name", "status", "owner"})

    @pytest.mark.parametrize(
        ("rows", "at"),
        [
            ([["project_id", "x"], ["P1", "owner"]], 0),
            ([["Portfolio"], ["project_id", "name"]], 1),
            ([["Status"], ["March 2026"], ["project_id", "name", "status"]], 2),
            ([["project_id", "name"], ["owner", "status", "name"]], 0),
            ([["a"], ["b"]], 0),
            ([], 0),
        ],
    )
    def test_is_the_first_that_names_our_columns(self, rows: list[list[str]], at: int) -> None:
        assert header_row(rows, self.KNOWN)[0] == at


def slips(name: str, draw: Random) -> set[str]:
    """A name with a letter too many, too few, another, or two turned round."""
    letters = string.ascii_lowercase
    at = draw.randrange(1, len(name) - 1)
    return {
        name[:at] + draw.choice(letters) + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + draw.choice(letters) + name[at + 1 :],
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    } - OURS


class TestSlips:
    def test_of_a_letter_are_known_in_every_column_of_five_letters_or_more(self) -> None:
        draw = Random(5)
        tried = [
            (n, s) for n in sorted(OURS) if len(n) > 5 for _ in range(5) for s in slips(n, draw)
        ]
        missed = [(name, slip) for name, slip in tried if slip_of(slip, [name]) != name]
        # a slip that makes another word, such as approved_no, is that word
        assert len(missed) <= 0.02 * len(tried), missed

    @pytest.mark.parametrize(
        ("given", "ours"),
        [
            ("actual-cost", "actual_cost"), ("actualcost", "actual_cost"),
            ("actual.costs", "actual_cost"), ("áctual_cost", "actual_cost"),
            ("aktual_cost", "actual_cost"), ("finishd_on", "finished_on"),
            ("realized", "realised"), ("catagories", "category"), ("classes", "class"),
            ("sponser", "sponsor"), ("raag", "rag"), ("nmae", "name"), ("due_om", "due_on"),
            ("sumbitted_on", "submitted_on"), ("forcast_finsh", "forecast_finish"),
        ],
    )  # fmt: skip
    def test_in_separators_accents_plurals_and_letters_are_known(
        self, given: str, ours: str
    ) -> None:
        assert slip_of(given, sorted(OURS)) == ours

    def test_in_letters_of_whatever_script_are_known(self) -> None:
        given = {
            "Cyrillic": "аctuаl_cоst", "all Cyrillic": "соѕт", "Greek": "αctual_cοst",
            "Armenian": "аctual_cօst", "Cherokee": "ꮯost", "Lisu": "prꓳject_id",
            "Coptic": "cⲟst", "Georgian": "finiშhეd_on", "Cyrillic again": "рrојесt_іd",
        }  # fmt: skip
        ours = ["actual_cost", "cost", "project_id", "finished_on"]
        assert {script for script, header in given.items() if not slip_of(header, ours)} == set()

    def test_are_not_seen_in_words_of_another_language(self) -> None:
        words = "стоимость имя проект κόστος έργο ծրագիր проект_id größe kosten cód nombre 費用"
        seen = {
            (table.name, word): found
            for table, word in product(TABLES.values(), words.split())
            if (found := slip_of(word, table.column_names)) and word != "проект_id"
        }
        assert seen == {}

    def test_are_not_seen_in_words_of_their_own(self) -> None:
        words = """
            approved_by started_by finished_by closed_by opened_by submitted_by decided_by
            created_by states division budget priority phase portfolio programme project_manager
            manager notes id code title description region country city percent_complete progress
            health updated_on modified currency total_cost cost_centre labour_cost actual_cost_2
            actual_cost_k vector stage rates unit_cost team sprint labels epic resolution reporter
            assignee updated type kind grade score tags actual baseline baseline_cost rag_status
            overall_rag week month quarter period_end project_name cost_to_date start_date
            end_date planned_end actuals key issue_key parent_id parent project_type lead sum
            cost_variance spi cpi eac pv ev ac
        """
        tables = [table for table in TABLES.values() if table.name != "benchmarks"]
        seen = {
            (table.name, word): found
            for table, word in product(tables, words.split())
            if word not in table.column_names and (found := slip_of(word, table.column_names))
        }
        assert seen == {}
