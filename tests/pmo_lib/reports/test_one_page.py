"""The one page of a subject: short, well formed, escaped, and its numbers are rows of kpis.csv."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from builders.catalogue import only_kpis
from builders.gaps import EVERY_KPI, small
from builders.pages import amount, parsed, plain, text_of, words_in
from builders.portfolio import portfolio
from builders.reports import ON_PAGES
from builders.tables import DEPARTMENTS
from builders.whole import whole
from builders.workbooks import workbook
from pmo_lib.brief.headline import Headline
from pmo_lib.engine.result import ORGANISATION, tidy
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement
from pmo_lib.reports import one_page
from pmo_lib.wording import number

SITUATIONS = {
    "whole": lambda: workbook(whole()),
    "few projects": lambda: workbook(small(), disclosure=EVERY_KPI),
    "projects and plans": lambda: workbook(portfolio()),
    "projects alone": lambda: workbook({"projects": portfolio()["projects"]}),
}
MOST_WORDS, MOST_NUMBERS, MOST_ASKS = 250, 5, 3
EVIL = "<b>Sales</b>"


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis({*ON_PAGES, "D4", "D9", "G9", "P3", "V1"}):
        yield


@cache
def measured(situation: str) -> Measurement:
    return SITUATIONS[situation]().measured()


def pages() -> Iterator[tuple[str, str, Any, Any]]:
    """Situation, subject, brief and page of each."""
    for situation in SITUATIONS:
        for subject, brief in measured(situation).briefs.items():
            made = one_page.one_page(brief, {}, "90 % interval", "August 2026"[:0])
            yield situation, subject, brief, made


def test_is_short_in_every_situation() -> None:
    wrong = {}
    for situation, subject, brief, made in pages():
        size = (words_in(made), len(brief.numbers), len(brief.asks))
        if any(a > b for a, b in zip(size, (MOST_WORDS, MOST_NUMBERS, MOST_ASKS), strict=True)):
            wrong[situation, subject] = size
    assert not wrong


def test_is_well_formed_and_without_gaps() -> None:
    wrong = {}
    for situation, subject, _, made in pages():
        page = parsed(made)  # asserts that every tag is closed
        if {"script", "nan", "None", "NaT"} & set(plain(page.text).replace(",", " ").split()):
            wrong[situation, subject] = page.text
        if not page.text.strip() or page.tags[0] != ("section", {"class": "one-page"}):
            wrong[situation, subject] = "no page"
    assert not wrong


def test_a_department_that_looks_like_html_stays_text() -> None:
    assert EVIL in DEPARTMENTS
    briefs = measured("whole").briefs
    assert EVIL in briefs
    naming = [each for each in briefs[ORGANISATION].asks if EVIL in each.what + each.who + each.why]
    naming += [each for each in briefs[ORGANISATION].further if EVIL in each.what + each.who]
    made = one_page.asks(naming)
    assert naming
    assert EVIL in text_of(made)
    assert EVIL not in made


def test_every_number_is_a_row_of_kpis_csv() -> None:
    wrong = {}
    for situation, subject, brief, _ in pages():
        rows = tidy(measured(situation).results)  # as published, but for what charts signal
        own = rows[(rows["department"] == subject) & (rows["segment"] == "")]
        own = own.set_index(["kpi_id", "statistic"])
        for one in brief.numbers:
            if (one.kpi_id, one.statistic) not in own.index:
                wrong[situation, subject, one.kpi_id] = "no such row"
            elif not _is(one, float(own.loc[(one.kpi_id, one.statistic), "value"])):
                wrong[situation, subject, one.kpi_id] = one.value
    assert not wrong


def _is(one: Headline, value: float) -> bool:
    if one.statistic != "total":
        return one.value == number(value, CATALOGUE[one.kpi_id].unit)
    said = amount(plain(one.value).replace(" m", " million"))
    return said == pytest.approx(abs(value), rel=0.02, abs=5000.0 if " m" in one.value else 1.0)


def test_ids_of_asks_are_unique_and_the_same_from_month_to_month() -> None:
    found = {}
    for period in ("2026-08", "2026-09"):
        seen = measured("whole").view.period == period
        month = measured("whole") if seen else SITUATIONS["whole"]().measured(period)
        brief = month.briefs[ORGANISATION]
        asks = [*brief.asks, *brief.further]
        found[period] = {ask.id: ask for ask in asks}
        assert len(found[period]) == len(asks)
    both = set(found["2026-08"]) & set(found["2026-09"])
    assert both
    for each in both:
        then, now = (found[period][each] for period in found)
        assert (then.rule, then.department) == (now.rule, now.department)
