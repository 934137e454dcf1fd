"""Pledges: kept or every deviation said, a changed byte found, and what is exploratory no money."""

from dataclasses import fields, replace
from hashlib import sha256

import pandas as pd
import pytest

from builders.rollouts import PERIOD, few_departments, permuted, rolled_out
from builders.tables import tables
from builders.views import settings
from pmo_lib.engine.view import View
from pmo_lib.errors import ParameterError
from pmo_lib.worth.assumptions import DEFAULT, Terms, ThreePoint
from pmo_lib.worth.money import EXPLORATORY
from pmo_lib.worth.pledge import COLUMNS, Pledge, changed, pledge, pledged
from pmo_lib.worth.value_case import ValueCase, default_terms, value_case

TERMS = Terms(smallest=0.1)


def made(name: str = "A", terms: Terms = TERMS, on: str = "2026-01-05", **cells: str) -> Pledge:
    asked = {"question": "Does it save cost?", "outcome": "cost", "look_on": "2026-06"} | cells
    return pledge(
        name, asked["question"], asked["outcome"], terms, "staggered roll-out",
        pledged_on=on, look_on=asked["look_on"], data_hash="0f",
    )  # fmt: skip


def table(*pledges: Pledge) -> dict[str, pd.DataFrame]:
    rows = [each.row() | {"pledged_on": pd.Timestamp(each.pledged_on)} for each in pledges]
    return tables(pledges=rows)


class TestHash:
    def test_is_of_every_word_in_the_order_of_the_columns(self) -> None:
        own = made()
        words = "\n".join(f"{name}={getattr(own, name)}" for name in COLUMNS[:-1])
        assert own.hash() == own.row()["pledge_hash"] == sha256(words.encode()).hexdigest()
        assert tuple(own.row()) == COLUMNS == (*[f.name for f in fields(Pledge)], "pledge_hash")

    def test_one_byte_of_any_cell_is_found(self) -> None:
        given, silent = table(made())["pledges"], []
        for name in COLUMNS:
            cell = given[name].iloc[0]
            other = pd.Timestamp("2026-01-06") if name == "pledged_on" else f"{cell}x"
            turned = {"pledges": given.assign(**{name: other})}
            if pledged(turned, "") is not None or not changed(turned):
                silent.append(name)
        assert silent == []

    def test_is_the_same_after_reading(self) -> None:
        assert pledged(table(made()), "") == made()
        assert changed(table(made())) == []


class TestPledged:
    def test_the_latest_of_the_service(self) -> None:
        of_service = made("S", replace(TERMS, service="S1"))
        given = table(made("A"), made("B", on="2026-02-01"), of_service)
        assert pledged(given, "") == made("B", on="2026-02-01")
        assert pledged(given, "S1") == of_service
        assert pledged(given, "S2") is None
        assert pledged({}, "") is None

    def test_only_a_primary_outcome(self) -> None:
        with pytest.raises(ParameterError, match="cannot be pledged"):
            made(outcome="on_time")


class TestDeviations:
    def test_none_where_nothing_differs(self) -> None:
        assert made().deviations(TERMS, "staggered roll-out", "2026-06") == ()
        assert made().deviations(TERMS, "staggered roll-out", "2026-09") == ()

    def test_each_is_said(self) -> None:
        rates = replace(DEFAULT, hourly_rate=ThreePoint(1, 2, 3))
        said = {
            "smallest effect": made().deviations(
                replace(TERMS, smallest=0.05), "staggered roll-out", "2026-06"
            ),
            "rules": made().deviations(
                replace(TERMS, straddlers="untreated"), "staggered roll-out", "2026-06"
            ),
            "assumptions": made().deviations(
                replace(TERMS, assumptions=rates), "staggered roll-out", "2026-06"
            ),
            "design": made().deviations(TERMS, "interrupted time series", "2026-06"),
            "looked at before June 2026": made().deviations(TERMS, "staggered roll-out", "2026-05"),
        }
        wrong = {
            start: found
            for start, found in said.items()
            if len(found) != 1 or not found[0].startswith(start)
        }
        assert not wrong


@pytest.fixture(scope="module")
def cases() -> dict[str, ValueCase]:
    """The roll-out with no pledge, one kept, one that another outcome was named in, one broken."""
    asked = default_terms(settings())
    pledges = {
        "kept": made(terms=asked), "other": made(terms=asked, outcome="benefits"),
        "broken": made(terms=replace(asked, smallest=0.2)),
    }  # fmt: skip
    given = {"none": rolled_out()} | {n: rolled_out() | table(p) for n, p in pledges.items()}
    with permuted(99):
        return {n: value_case(View(each, PERIOD, settings())) for n, each in given.items()}


class TestValueCase:
    def test_without_one_nothing_is_said_to_be_pledged(self, cases: dict[str, ValueCase]) -> None:
        assert cases["none"].pledge is None
        assert cases["none"].money.refusal == ""

    def test_kept_the_outcome_is_tested_alone_and_no_other_becomes_money(
        self, cases: dict[str, ValueCase]
    ) -> None:
        kept = cases["kept"]
        cost, schedule = kept.findings[:2]
        assert kept.deviations == ()
        assert cost.p_adjusted == cost.tested.p
        assert kept.money.effects.verdicts["cost"] == cost.claim.word
        assert kept.money.effects.verdicts["schedule"] == EXPLORATORY
        assert schedule.tested.value < 0
        assert (kept.money.draws["conservative"].table["time"] <= 0).all()

    def test_a_gain_that_was_not_pledged_counts_nothing(self, cases: dict[str, ValueCase]) -> None:
        drawn = cases["other"].money.draws["conservative"].table
        assert (drawn["avoided"] <= 0).all()

    def test_only_what_was_pledged_is_shown(self, cases: dict[str, ValueCase]) -> None:
        assert {each.outcome.id for each in cases["kept"].shown} <= {"cost"}
        assert {each.outcome.id for each in cases["other"].shown} <= {"benefits"}
        assert len(cases["none"].shown) >= len(cases["kept"].shown)

    def test_a_byte_that_was_changed_leaves_no_money(self) -> None:
        asked = default_terms(settings())
        given = table(made(terms=asked))["pledges"]
        turned = {"pledges": given.assign(smallest_effect="0.050")}
        with permuted(19):
            found = value_case(View(rolled_out() | turned, PERIOD, settings()))
        assert found.pledge is None
        assert found.money.refusal.startswith("The pledge A was changed after 2026-01-05")

    def test_the_design_that_was_used_is_held_to_the_pledge(self) -> None:
        asked = replace(default_terms(settings()), began="2023-01")
        own = made(terms=asked)  # of a staggered roll-out, which five departments do not allow
        given = few_departments() | table(own)
        with permuted(19):
            found = value_case(View(given, PERIOD, settings()), asked)
        assert found.findings[0].design == "interrupted time series"
        assert found.deviations[0].startswith("design: staggered roll-out was pledged")

    def test_deviations_are_listed_and_leave_no_money(self, cases: dict[str, ValueCase]) -> None:
        broken = cases["broken"]
        assert broken.deviations == ("smallest effect: 0.2 was pledged, 0.05 is used",)
        assert broken.money.refusal.startswith("this is exploratory and not what was pledged: ")
        assert not broken.money.draws
