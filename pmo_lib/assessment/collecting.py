"""What to collect next: the tables and columns that switch on most KPIs for the least work."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pmo_lib.contract.examples import example_lines
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.view import View, lacking
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import counted, listed

NEW_TABLE = 3  # a further export is as much work as so many further columns of one
ALIKE = 0.8


@dataclass(frozen=True)
class Step:
    """What to collect together: columns by table, and the KPIs that it switches on.

    ``seen`` are columns of the exports, kept aside as unknown, that look like some of them.
    """

    columns: Mapping[str, tuple[str, ...]]
    kpis: tuple[str, ...]
    seen: tuple[str, ...] = ()

    def __str__(self) -> str:
        wanted = " and ".join(f"{table}.csv ({', '.join(c)})" for table, c in self.columns.items())
        said = f"{wanted}: for {listed([*self.kpis])}"
        return f"{said}; {listed([*self.seen])} in your exports may be it" if self.seen else said

    @property
    def example(self) -> str:
        """A header and a row of each table."""
        parts = (example_lines(table, columns) for table, columns in self.columns.items())
        return "\n".join(line for part in parts for line in part)


def steps(view: View) -> list[Step]:
    """Greedy: each time what switches on most KPIs a column; a new table counts as three.

    KPIs that lack something else, such as cases, are not among them.
    """
    wanting = {
        kpi.id: missing for kpi in CATALOGUE.values() if (missing := frozenset(lacking(kpi, view)))
    }
    found: list[Step] = []
    there: frozenset[str] = frozenset()
    while wanting:
        sets = {missing - there for missing in wanting.values()}
        sets |= {_all_of(_tables(some), sets) for some in sets if len(_tables(some)) == 1}

        def worth(added: frozenset[str]) -> tuple[float, int, list[str]]:
            on = sum(missing <= there | added for missing in wanting.values())  # noqa: B023
            return (-on / _work(added, view), -on, sorted(added))

        best = min(sets, key=worth)
        there |= best
        on = [kpi_id for kpi_id, missing in wanting.items() if missing <= there]
        wanting = {kpi_id: m for kpi_id, m in wanting.items() if kpi_id not in on}
        found.append(_step(best, on, view))
    return found


def _tables(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def _all_of(tables: set[str], sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """All that is wanted of some tables together: who opens an export can take it in one go."""
    return frozenset[str]().union(*(some for some in sets if _tables(some) <= tables))


def _work(added: Iterable[str], view: View) -> int:
    tables = _tables(added)
    return NEW_TABLE * sum(t not in view.tables for t in tables) + sum("." in n for n in added)


def _step(added: frozenset[str], kpis: Iterable[str], view: View) -> Step:
    columns: dict[str, tuple[str, ...]] = {}
    for table in TABLES:
        named = {n.partition(".")[2] for n in added if n.partition(".")[0] == table} - {""}
        if table in added:
            named |= {c.name for c in TABLES[table] if c.need == "required"}
        elif named:
            named |= set(TABLES[table].key)
        if named:
            columns[table] = tuple(name for name in TABLES[table].column_names if name in named)
    new = {n.partition(".")[2] for n in added if "." in n}
    return Step(columns, tuple(kpis), tuple(_seen(new, view)))


def _seen(wanted: Iterable[str], view: View) -> Iterator[str]:
    """The columns kept aside that are called nearly as a wanted one, or hold all its words."""
    aside = [
        column
        for table in (view.verdict.tables.values() if view.verdict else ())
        for column in table.extra_columns
    ]
    for column in dict.fromkeys(aside):
        words = set(re.split(r"[^a-z]+", column.lower()))
        if any(
            set(name.split("_")) <= words or SequenceMatcher(None, name, column).ratio() >= ALIKE
            for name in wanted
        ):
            yield column


def in_words(found: list[Step], most: int = 3) -> list[str]:
    """The first steps as sentences, and how many more there are."""
    said = [str(step) for step in found[:most]]
    rest = sum(len(step.kpis) for step in found[most:])
    return [*said, f"further tables: for {counted(rest, 'more KPI')}"] if rest else said
