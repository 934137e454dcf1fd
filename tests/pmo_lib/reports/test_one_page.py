"""The one page of a subject: short, well formed, escaped, and its numbers are rows of kpis.csv."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from builders.catalogue import only_kpis
from builders.gaps import EVERY_KPI, small
from builders.pages import amount, parsed, plain, text_of, words_in
from builders.portfolio import portfolio
from builders.reports import ON_PAGES
from builders.tables import DEPARTMENTS
from builders.whole import whole
from builders.workbooks import workbook
from pmo_lib.assessment import promises
from pmo_lib.brief.headline import Headline
from pmo_lib.engine.result import ORGANISATION, tidy
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS
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
NO_NUMBER = re.compile(r"(?:up to|in|since) [A-Z][a-z]+ \d{4}|\b[A-Z]\d+\b")  # months and KPIs
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?: (?:m\b|b\b|days?\b|%))?")
EVIL = "<b>Sales</b>"


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis({*ON_PAGES, "D4", "D9", "G9", "P12", "P3", "V1"}):
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


def test_on_a_full_page_what_is_least_needed_gives_way_and_stands_in_the_evidence() -> None:
    whole = measured("whole").briefs[ORGANISATION]
    news = tuple(f"{each} has changed, {'and so it goes on ' * 3}now." for each in "ABCD")
    fine = "Better than before: all else."
    full = replace(whole, since_last=news, fine=fine, last_period="2026-08")
    made = one_page.one_page(full, {}, "90 % interval", "2026-03")
    page, evidence = plain(text_of(made)), plain(text_of(one_page.further_asks(full)))
    assert words_in(made) <= MOST_WORDS < one_page.words(page) + words_in(" ".join(news))
    assert all(plain(ask.what) in page for ask in full.asks)
    assert all(line in evidence for line in (*news, full.fine))


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


def test_every_number_of_the_page_is_in_a_published_table() -> None:
    """But of the asks, each of which is a row of asks.csv itself."""
    wrong, seen = {}, 0
    for situation, subject, brief, _ in pages():
        made = measured(situation)
        rows = made.published[made.published["department"] == subject]
        known = {*_of_rows(rows), *_counted(rows), *_of_promises(made, subject)}
        boxes = [f"{n.value}; {n.range}; {n.basis}; {n.before}" for n in brief.numbers]
        untold, _, _ = brief.cannot_tell.partition("To collect first")
        said = plain("; ".join([brief.verdict, *boxes, brief.promises, untold]))
        found = NUMBER.findall(NO_NUMBER.sub("", said).replace(" million", " m"))
        seen += len(found)
        if unknown := [each for each in found if each not in known]:
            wrong[situation, subject] = (unknown, said)
    assert not wrong
    assert seen > 100


def _of_rows(rows: pd.DataFrame) -> Iterator[str]:
    """The figures of kpis.csv as pages write them."""
    for row in rows.to_dict("records"):
        unit = STATISTICS[row["statistic"]].unit or CATALOGUE[row["kpi_id"]].unit
        for name in ("value", "low", "high", "baseline"):
            yield from NUMBER.findall(plain(number(abs(row[name]), unit)).replace("illion", ""))
        if pd.notna(row["n"]):
            yield f"{row['n']:,}"


def _counted(rows: pd.DataFrame) -> Iterator[str]:
    """Cases that are a share of n, and KPIs without a value, of all."""
    for kpi_id in ("D4", "G9"):
        for row in rows[(rows["kpi_id"] == kpi_id) & (rows["state"] == "measured")].itertuples():
            yield f"{round(row.value * row.n)}"
    heads = rows[rows["segment"] == ""].groupby("kpi_id")["state"].first()
    for level in ({"department", "organisation"}, {"department"}):
        own = heads[[CATALOGUE[each].level in level for each in heads.index]]
        yield from (f"{len(own)}", f"{(own != 'measured').sum()}", f"{(own == 'too few').sum()}")


def _of_promises(made: Measurement, subject: str) -> Iterator[str]:
    """How many of promises.csv have each verdict."""
    table = promises.table(made.promises, made.period)
    own = table if subject == ORGANISATION else table[table["department"] == subject]
    yield from (f"{len(own)}", *(f"{count}" for count in own["verdict"].value_counts()))


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
