"""A column of ours that one of the file's seems to hold; the surest first, one to one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipelines.maps.columns import NEAR, Fit, Habits, alike, fit
from pipelines.maps.file_column import ENOUGH, FileColumn, known
from pmo_lib.contract.tables import TABLES


@dataclass(frozen=True)
class Proposal:
    """One column of ours, taken from one of the file's; ``confidence`` is from 0 to 1."""

    table: str
    column: str
    heading: str
    confidence: float
    reason: str
    fit: Fit


def one_to_one(
    table: str,
    columns: Sequence[FileColumn],
    ways: Habits,
    barred: Collection[tuple[str, str]] = (),
) -> list[Proposal]:
    """The surest first; neither a column of the file nor one of ours is taken twice."""
    likely: list[Proposal] = []
    headings: Mapping[str, Sequence[str]] = known()["headings"].get(table, {})
    for ours in TABLES[table]:
        if ours.name not in headings:
            continue
        for column in columns:
            likeness, why = alike(column, ours, headings[ours.name])
            if likeness < NEAR or (ours.name, column.heading) in barred:
                continue
            way = fit(column, ours, ways)
            if way.share >= ENOUGH:
                sure = round(likeness * way.share, 3)
                likely.append(
                    Proposal(table, ours.name, column.heading, sure, f"{why}; {way.said}", way)
                )
    likely.sort(key=lambda each: -each.confidence)
    taken: dict[str, Proposal] = {}
    used: set[str] = set()
    for each in likely:
        if each.column not in taken and each.heading not in used:
            taken[each.column] = each
            used.add(each.heading)
    return [taken[ours.name] for ours in TABLES[table] if ours.name in taken]
