"""Departments by one name: aliases of the settings, and spellings that nobody can tell apart."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import pandas as pd

from pipelines.questions.alike import is_of_other_letters, is_slip, same, similar, tidy
from pipelines.questions.asked import Asked, Tables, counts
from pipelines.reading.totals import WHOLE
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.wording import counted, in_yaml, listed

DEPARTMENT = "department"
CODE = re.compile(r"^[a-z]{0,2}\d+ (?=\D)")  # of a cost centre, before a name
JOINTS = re.compile(r"\s*(?:[;,/|+&]|\band\b)\s*", re.IGNORECASE)
LETTERS = ", in letters of another script that look the same"
ALIAS = "Name it in settings.yml, such as departments: {{{}: {}}}"


def answer(tables: Tables, settings: Settings) -> Tables:
    """The tables that have departments, each department by the name it is shown by."""
    shown = names(tables, settings)
    return {name: renamed(table, shown) for name, table in tables.items() if _has(table, shown)}


def renamed(table: pd.DataFrame, shown: Mapping[str, str]) -> pd.DataFrame:
    """The table with other names of departments."""
    codes, found = pd.factorize(table[DEPARTMENT])
    named = pd.array([shown.get(name, name) for name in found], dtype="str")
    return table.assign(department=named.take(codes, allow_fill=True))


def departments_of(table: pd.DataFrame) -> pd.DataFrame:
    """The one column of departments, or none."""
    return table[[DEPARTMENT] if DEPARTMENT in table else []]


def _has(table: pd.DataFrame, shown: Mapping[str, str]) -> bool:
    return DEPARTMENT in table and not shown.keys().isdisjoint(table[DEPARTMENT].unique())


def settled(settings: Settings, tables: Tables) -> Settings:
    """The settings with departments by the names they are shown by."""
    show, people = shown_by(tables, settings), Counter[str]()
    for name, asked in settings.customers.items():
        people[show(name)] += asked
    return replace(settings, customers=dict(people))


def names(tables: Tables, settings: Settings) -> dict[str, str]:
    """Each department that is shown by another name than it is written, and that name."""
    show = shown_by(tables, settings)
    written = {name for t in tables.values() if DEPARTMENT in t for name in counts(t[DEPARTMENT])}
    return {name: other for name in written if (other := show(name)) != name}


def shown_by(tables: Tables, settings: Settings) -> Callable[[str], str]:
    """The name by which a department is shown, however it is written.

    Of several spellings the one that most projects have; a department that is called what the
    whole is called is told from it.
    """
    written = {n: counts(t[DEPARTMENT]) for n, t in tables.items() if DEPARTMENT in t}
    own, often = written.get("projects", Counter()), sum(written.values(), Counter[str]())
    aliases = _aliases(settings)
    spelled = {same(name): name for name in aliases.values()}
    for name in sorted(often, key=lambda name: (-own[name], -often[name], name)):
        spelled.setdefault(same(name), tidy(name))
    whole = {same(ORGANISATION), same(settings.organisation)} & {same(name) for name in own}
    spelled |= {key: f"{spelled[key]} (department)" for key in whole}
    return lambda name: spelled.get(same(aliases.get(same(name), name)), name)


def _aliases(settings: Settings) -> dict[str, str]:
    return {same(alias): tidy(name) for alias, name in settings.departments.items()}


def check(asked: Asked) -> Iterator[Question]:
    """What was taken as one name, and what may be one department."""
    shown, aliases = names(asked.as_read, asked.settings), _aliases(asked.settings)
    for name, table in asked.as_read.items():
        if not _has(table, shown):
            continue
        rows = counts(table[DEPARTMENT])
        own = {w: shown[w] for w in rows if w in shown and same(w) not in aliases}
        spelt = {w: other for w, other in own.items() if same(w) == same(other)}
        if spelt:
            yield _spelt(name, spelt, rows)
        if name == "projects" and (whole := sorted(set(own.values()) - set(spelt.values()))):
            yield _whole(whole)
    yield from _called_whole(asked)
    yield from _joint(asked)
    yield from _twins(asked)


def _spelt(table: str, spelt: Mapping[str, str], rows: Mapping[str, int]) -> Question:
    said = "; ".join(
        f"{w!r} ({counted(rows[w], 'row')}{LETTERS if is_of_other_letters(w, n) else ''}) as {n!r}"
        for w, n in spelt.items()
    )
    return Question(
        "spelling", table, DEPARTMENT,
        f"{counted(len(spelt), 'spelling')} of a department taken as another: {said}",
        "Write each department in one way",
    )  # fmt: skip


def _whole(names: list[str]) -> Question:
    called = " and ".join(repr(name) for name in names)
    asks = f"a department is called what the whole is called, and is shown as {called}"
    return Question(
        "whole", "projects", DEPARTMENT, asks, "Give it another name in settings.yml by departments"
    )


def _called_whole(asked: Asked) -> Iterator[Question]:
    """Departments of several projects that bear a word for all, or a total."""
    rows = counts(asked.tables["projects"][DEPARTMENT])
    called = [name for name in rows if rows[name] > 1 and WHOLE.fullmatch(name)]
    if called:
        said = listed([f"{name!r} ({counted(rows[name], 'project')})" for name in called])
        asks = (
            f"{'are' if called[1:] else 'is'} {said} a department, or what belongs to all or none"
        )
        yield Question(
            "called_total", "projects", DEPARTMENT, asks, "Name the department that is responsible"
        )


def _joint(asked: Asked) -> Iterator[Question]:
    """Departments whose name is that of two others together."""
    rows = counts(asked.tables["projects"][DEPARTMENT])
    known = {same(name) for name in rows}
    parts = {name: [same(part) for part in JOINTS.split(name)] for name in rows}
    joint = [name for name, own in parts.items() if own[1:] and known.issuperset(own)]
    if joint:
        said = listed([f"{name!r} ({counted(rows[name], 'project')})" for name in joint[:3]])
        asks = f"{'are' if joint[1:] else 'is'} {said} several departments, which are there as well"
        yield Question(
            "joint",
            "projects",
            DEPARTMENT,
            asks,
            "Name the one that is responsible for each project",
        )


def _twins(asked: Asked) -> Iterator[Question]:
    """Pairs of departments that may be one."""
    rows = counts(asked.tables["projects"][DEPARTMENT])
    keys = {name: similar(name) for name in rows}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name, key in keys.items():
        groups[key].append(name)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    pairs += [(a[0], b[0]) for (k, a), (o, b) in combinations(groups.items(), 2) if is_slip(k, o)]
    bare = {key: CODE.sub("", key) for key in groups}
    pairs += [(groups[o][0], groups[k][0]) for k, o in bare.items() if o != k and o in groups]
    if not pairs:
        return
    first = asked.tables["projects"].drop_duplicates(DEPARTMENT).set_index(DEPARTMENT)["project_id"]
    place = {name: asked.place("projects", first[name]) for pair in pairs for name in pair}
    said = [
        " and ".join(f"{n!r} ({counted(rows[n], 'project')}, {place[n]})" for n in pair)
        for pair in pairs
    ]
    most, other = pairs[0]
    more = f", and {counted(len(said) - 3, 'pair')} more" if len(said) > 3 else ""
    asks = f"are these one department: {'; '.join(said[:3])}{more}"
    yield Question(
        "twin", "projects", DEPARTMENT, asks, ALIAS.format(in_yaml(other), in_yaml(most))
    )
