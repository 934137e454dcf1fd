"""Asks of the value case, in the situations that call for them and in no others."""

from builders.evidence import evidence, found_by
from builders.situations import of, report
from pmo_lib.brief.value_brief import RULE_MODULE

assert RULE_MODULE  # its rules are declared
RULES = ("state-share-returned", "record-benefits", "keep-comparison")


def asked(made: object) -> set[str]:
    given = evidence(made.view, value_case=made.case)  # type: ignore[attr-defined]
    return {name for name in RULES if found_by(name, given)}


def test_share_returned_is_asked_for_only_where_an_avoided_overrun_counts() -> None:
    found = {name: "state-share-returned" in asked(report(name)) for name in (
        "shown", "no effect", "no PMO costs", "all at once", "no roll-outs"
    )}  # fmt: skip
    assert found.pop("shown")
    assert not any(found.values()), found


def test_share_that_is_stated_is_not_asked_for() -> None:
    stated = of(report("shown").workbook, budget_returned="0.5")
    assert "state-share-returned" not in asked(stated)


def test_a_comparison_is_to_be_kept_only_where_there_is_one() -> None:
    assert "keep-comparison" in asked(report("shown"))
    for name in ("all at once", "no roll-outs", "projects alone"):
        assert "keep-comparison" not in asked(report(name)), name
