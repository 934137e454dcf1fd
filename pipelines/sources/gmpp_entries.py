"""What a GMPP file says of a project in a year, cell by cell, and which project that is."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.sources.gmpp_layouts import RATERS, Record, Report, Unread, fold, squeeze
from pmo_lib.contract.tables import RAG

FIRST_YEAR_IN_MARCH = 2021  # before, a report shows September of the year before
FIRST_YEAR_OF_THREE_POINTS = 2022
THREE_POINTS = ("green", "amber", "red")
CELLS = {
    "independent": "a rating",
    "owner": "a rating",
    "start": "a date",
    "finish": "a date",
    "cost": "an amount in £ million",
    "benefit": "an amount in £ million",
}

EXEMPT = "exempt from publication"
NEGATIVE = "a negative amount"
NET_INCOME = "a negative cost: kept as the estimate at completion, no baseline"
NO_FIGURE = "0 stands for no figure yet"
REVERSED = "the finish is before the start"
TWICE = "the project stands twice in the file"

_AMOUNT = re.compile(r"(-?)£? ?(-?)(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(\.\d{1,12})?m?", re.ASCII)
_DATES = {
    re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{4}", re.ASCII): "%d.%m.%Y",
    re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2}", re.ASCII): "%d.%m.%y",
    re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII): "%Y-%m-%d",
}
# What comes and goes in the name of the same project.
_IDLE_WORDS = re.compile(r"\([^)]*\)|\b(the|programme|project|portfolio)\b")


@dataclass(frozen=True)
class Entry:
    """A project in one year's file; None where a cell is empty or could not be read."""

    report: Report
    record: Record
    independent: str | None
    owner: str | None
    start: date | None
    finish: date | None
    cost: Decimal | None  # £ million, with the decimals as published
    benefit: Decimal | None

    def text(self, name: str) -> str:
        return squeeze(self.record.cells.get(name, ""))

    def planned(self, name: str) -> Any:
        """A value for the baseline, which has no place for a cost below 0."""
        value = getattr(self, name)
        return None if name == "cost" and value is not None and value < 0 else value


@dataclass
class Linked:
    """Entries by project id, oldest year first, and how sure the links are."""

    histories: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    by_name: set[str] = field(default_factory=set)  # ids that a name linked over some years
    repeated: list[Entry] = field(default_factory=list)


def snapshot(year: int) -> date:
    """The day that the report of `year` shows."""
    return date(year, 3, 31) if year >= FIRST_YEAR_IN_MARCH else date(year - 1, 9, 30)


def scale(year: int) -> Sequence[str]:
    """The colours of the ratings in the report of `year`."""
    return THREE_POINTS if year >= FIRST_YEAR_OF_THREE_POINTS else RAG


def read_money(text: str) -> Decimal | None:
    """An amount as '£1,996', '-7,169.20' or '£26.19m', with its decimals."""
    match = _AMOUNT.fullmatch(squeeze(text))
    if match is None or (match[1] and match[2]):
        return None
    return Decimal(f"{match[1] or match[2]}{match[3].replace(',', '')}{match[4] or ''}")


def read_date(text: str) -> date | None:
    """A day as 31/05/2010, 30.06.08 or 2013-03-29, day before month."""
    text = text.strip()
    for shape, written in _DATES.items():
        if shape.fullmatch(text):
            try:
                return datetime.strptime(text.replace("/", "."), written).date()
            except ValueError:  # no such day
                return None
    return None


def read_rating(text: str, colours: Sequence[str] = RAG) -> str | None:
    """One of `colours`, whatever its case and spaces: 'Amber/ Red' is amber_red."""
    colour = re.sub(r"\s*[/-]\s*", "_", text.strip().casefold())
    return colour if colour in colours else None


def read_entry(report: Report, record: Record) -> tuple[Entry, list[Unread]]:
    """The record with its cells read, and those that had to be left empty."""
    values: dict[str, Any] = dict.fromkeys(CELLS)
    reasons: dict[str, str] = {}
    for name, what in CELLS.items():
        if text := record.cells.get(name, "").strip():
            values[name] = _read(name, text, report.year)
            if values[name] is None:
                reasons[name] = EXEMPT if "exempt" in text.casefold() else f"not {what}"
    if values["benefit"] is not None and values["benefit"] < 0:
        reasons["benefit"] = NEGATIVE
    if values["cost"] == 0:
        reasons["cost"] = NO_FIGURE
    if values["start"] and values["finish"] and values["start"] > values["finish"]:
        reasons |= dict.fromkeys(("start", "finish"), REVERSED)
    entry = Entry(report, record, **(values | dict.fromkeys(reasons)))
    if entry.cost is not None and entry.cost < 0:
        reasons["cost"] = NET_INCOME
    return entry, [report.unread(record, name, reason) for name, reason in reasons.items()]


def link(entries: Iterable[Entry]) -> Linked:
    """Each entry's project, told from the latest year back by number, else by name.

    A name is the same whatever its case, spaces and punctuation; failing that, also where it
    differs only in brackets and in words such as "programme", unless two projects of one year
    would then share it. A project's id is its latest number, or its latest name.
    """
    years: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        years[entry.report.year].append(entry)
    linked = Linked()
    known: dict[tuple[str, str], str] = {}
    for year in sorted(years, reverse=True):
        short_names = Counter(_short_name(entry) for entry in years[year])
        seen: set[tuple[str, str]] = set()
        taken: set[str] = set()
        # Numbers first, lest a namesake takes the place of the one whose number is known.
        for entry in sorted(years[year], key=lambda e: ("number", _number(e)) not in known):
            keys = _keys(entry, short_names[_short_name(entry)] == 1)
            found = next((k for k in keys if _is_same(k, entry, known, taken, linked)), None)
            project = known[found] if found else _new_id(entry, linked)
            if keys[0] in seen or not project:
                linked.repeated.append(entry)
                continue
            seen.add(keys[0])
            taken.add(project)
            linked.histories[project].insert(0, entry)
            if found and found[0] != "number":
                linked.by_name.add(project)
            for key in keys:
                known.setdefault(key, project)
    return linked


def _read(name: str, text: str, year: int) -> object:
    if name in RATERS:
        return read_rating(text, scale(year))
    return read_date(text) if name in ("start", "finish") else read_money(text)


def _keys(entry: Entry, short_name_is_unique: bool) -> list[tuple[str, str]]:
    """What tells a project, the surest first."""
    name = fold(_words(entry.record.name)) or entry.record.name
    keys = [
        ("number", _number(entry)),
        ("name in department", f"{name}, {_department(entry)}"),
        ("name", name),
        ("short name", _short_name(entry) if short_name_is_unique else ""),
    ]
    return [key for key in keys if key[1]]


def _is_same(
    key: tuple[str, str],
    entry: Entry,
    known: dict[tuple[str, str], str],
    taken: set[str],
    linked: Linked,
) -> bool:
    """Whether `key` leads to a project of later years that `entry` can be."""
    if key not in known or known[key] in taken:
        return False
    if key[0] in ("number", "name in department"):
        return True
    # A namesake in another department that began when this was to be over is another project.
    later = linked.histories[known[key]][0]
    moved = _department(entry) != _department(later)
    return not (moved and entry.finish and later.start and entry.finish < later.start)


def _new_id(entry: Entry, linked: Linked) -> str:
    """The number or the name as an id that is still free; "" where there is none."""
    slug = _words(entry.record.name).replace(" ", "-") or entry.record.name
    candidates = (entry.text("number"), slug, f"{slug}-{_department(entry)}")
    return next((text for text in candidates if text and text not in linked.histories), "")


def _department(entry: Entry) -> str:
    return fold(entry.text("department"))


def _number(entry: Entry) -> str:
    return entry.text("number").casefold()


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold().replace("&", " and ")))


def _short_name(entry: Entry) -> str:
    return fold(_words(_IDLE_WORDS.sub(" ", entry.record.name.casefold())))
