"""Names that nothing else knows: departments, KPIs and categories, in tables and in settings."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from pipelines.questions.alike import same
from pipelines.questions.asked import Asked, counts
from pipelines.reading.currencies import is_currency
from pmo_lib.contract.verdict import Question
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import counted

MAP = "Map them by departments in settings.yml, or mend them"


def check(asked: Asked) -> Iterator[Question]:
    """Of each table and setting the names that are not known, each with how often and the nearest.

    A department without projects may be one; a misspelt one is in nobody's report.
    """
    known = set(asked.tables["projects"]["department"])
    for name, table in asked.tables.items():
        if "department" in table:
            found = counts(table["department"])
            yield from _strangers(name, "department", found, known, "has no project", MAP)
        if name in ("value_statements", "benchmarks"):
            found = counts(table["kpi_id"])
            yield from _strangers(name, "kpi_id", found, CATALOGUE, "is no KPI", "Mend them")
    yield from _of_settings(asked, known)


def _of_settings(asked: Asked, known: Collection[str]) -> Iterator[Question]:
    settings = asked.settings
    people = dict.fromkeys(settings.customers, 1)
    yield from _strangers("settings", "customers", people, known, "has no project", MAP)
    written = {
        name for table in asked.as_read.values() if "department" in table
        for name in map(same, table["department"].dropna().unique())
    }  # fmt: skip
    unused = {alias: 1 for alias in settings.departments if same(alias) not in written}
    yield from _strangers("settings", "departments", unused, (), "is in no table", "Remove them")
    money = {} if is_currency(settings.currency) else {settings.currency: 1}
    remedy = "Write its code of three letters, such as GBP"
    yield from _strangers("settings", "currency", money, (), "is no currency that we know", remedy)
    parts = {part: 1 for parts in settings.segments.values() for part in parts}
    kinds = set(asked.tables["projects"]["category"].dropna())
    yield from _strangers("settings", "segments", parts, kinds, "is no category", "Mend them")


def _strangers(
    table: str,
    column: str,
    found: Mapping[str, int],
    known: Collection[str],
    what: str,
    remedy: str,
) -> Iterator[Question]:
    """The names that are not known, the most frequent first."""
    unknown = sorted((n for n in found if n not in known), key=lambda n: (-found[n], n))
    if not unknown:
        return
    said = []
    for name in unknown[:3]:
        rows = "" if table == "settings" else counted(found[name], "row")
        near = nearest(name, known)
        inner = ", ".join(filter(None, [rows, f"near to {near!r}" if near else ""]))
        said.append(f"{name!r}{f' ({inner})' if inner else ''}")
    more = f" and {len(unknown) - 3:,} more" if len(unknown) > 3 else ""
    asks = f"{column} of {table} {what}: {', '.join(said)}{more}"
    yield Question("stranger", table, column, asks, remedy)


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is most like this one; none where none is."""
    plain = {same(each): each for each in known}
    return next((plain[key] for key in get_close_matches(same(name), plain, 1, 0.7)), "")
