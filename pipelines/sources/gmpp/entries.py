"""What the GMPP says of each project in a year: the cells of a report, read."""

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd

from pipelines.sources.gmpp.cells import (
    EXEMPT,
    read_date,
    read_rating,
    read_text,
    read_year,
    silence,
)
from pipelines.sources.gmpp.headings import RATERS, rater
from pipelines.sources.gmpp.layouts import Report
from pipelines.sources.gmpp.money import exponent, price_base, read_money
from pmo_lib.contract.tables import RAG

THREE_POINTS_SINCE = date(2021, 4, 1)
THREE_POINTS = ("green", "amber", "red")
TEXTS = ("department", "category", "number", "other_number")
AMOUNTS = ("cost", "benefit", "forecast_cost")
DATES = ("start", "finish", "forecast_finish")

NEGATIVE = "a negative amount"
NET_INCOME = "a negative cost: kept as the estimate at completion, no baseline"
NO_FIGURE = "0 stands for no figure yet"
REVERSED = "the finish is before the start"


def read_entries(report: Report) -> pd.DataFrame:
    """One row a project: texts, ratings, days, and £ million as Decimals; empty where unread."""
    cells, colours = report.cells, _colours(report)
    read = partial(cells.read, silence=silence)
    entries = cells.rows[["name"]].assign(day=pd.Timestamp(report.day), rag_scale=len(colours))
    for name in TEXTS:
        entries[name] = read(name, read_text, EXEMPT).fillna("")
    for name in RATERS:
        entries[name] = read(name, partial(read_rating, colours=colours), "not a rating")
    who = read("rated_by", lambda text: rater(text) or None, "not a rater")
    is_owners = who.eq("owner") & entries["owner"].isna()
    entries["owner"] = entries["owner"].mask(is_owners, entries["independent"])
    entries["independent"] = entries["independent"].mask(is_owners)
    for name in DATES:
        days = pd.to_datetime(read(name, read_date, "not a date"))
        entries[name] = days.astype("datetime64[us]")
    for name in AMOUNTS:
        reader = partial(read_money, exponent=exponent(report.headings.get(name, ""), report.file))
        entries[name] = read(name, reader, "not an amount in £ million")
    stated = [price_base(report.headings.get(name, "")) for name in ("cost", "benefit")]
    years = read("price_base", read_year, "not a year").astype("Int64")
    entries["price_base"] = years.fillna(next(filter(None, stated), pd.NA))
    return _plausible(entries, report)


def _plausible(entries: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Without the values that cannot be."""
    reversed_ = entries["start"] > entries["finish"]
    for name, where, reason in (
        ("benefit", entries["benefit"] < 0, NEGATIVE),
        ("cost", entries["cost"] == 0, NO_FIGURE),
        ("forecast_cost", entries["forecast_cost"] == 0, NO_FIGURE),
        ("start", reversed_, REVERSED),
        ("finish", reversed_, REVERSED),
    ):
        report.cells.set_aside(where, name, reason)
        entries[name] = entries[name].mask(where)
    report.cells.set_aside(entries["cost"] < 0, "cost", NET_INCOME)
    return entries


def _colours(report: Report) -> Sequence[str]:
    """The colours of the report's scale, as its headings or else its cells tell, or its day."""
    heads = " ".join(report.headings.get(rater, "") for rater in RATERS)
    if said := re.search(r"\b(three|five|[35])\W?point", heads, re.IGNORECASE):
        return THREE_POINTS if said[1].casefold() in ("three", "3") else RAG
    texts = report.cells.rows[list(RATERS)].melt()["value"].map(read_rating).dropna()
    mixed = (~texts.isin(THREE_POINTS)).mean() > 0.1
    return RAG if mixed or report.day < THREE_POINTS_SINCE else THREE_POINTS
