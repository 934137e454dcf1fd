"""What the value case says; renewed by `pytest --snapshot-update`, and read before."""

import pytest

from builders.pages import markdown, sections_of
from builders.situations import SITUATIONS, page_one, report


@pytest.mark.parametrize("situation", ["shown", "all at once", "chosen"])
def test_page(situation: str, snapshot: object) -> None:
    found = report(situation)
    sections = sections_of("04_value_case")[:-3]  # data quality and provenance are told elsewhere
    sections.remove("report.one_page()")  # below
    assert snapshot == "\n\n".join(
        f"[{section}]\n{markdown(eval(section, {'report': found}))}" for section in sections
    )


def test_one_page_in_every_situation(snapshot: object) -> None:
    pages = {situation: markdown(page_one(report(situation))) for situation in SITUATIONS}
    assert pages == snapshot


@pytest.mark.parametrize("section", ["pays", "money", "net_value", "sensitivity", "not_claimed"])
def test_section_where_something_is_missing(section: str, snapshot: object) -> None:
    lacking = ("no effect", "no PMO costs", "no actual costs")
    said = {name: markdown(getattr(report(name), section)()) for name in lacking}
    assert said == snapshot
