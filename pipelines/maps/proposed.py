"""What a file seems to hold: for each of our columns the file's, with the reason, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.maps.columns import habits
from pipelines.maps.dated import as_at, newest, snapshots, with_first_plan
from pipelines.maps.file_column import FileColumn, known
from pipelines.maps.grid import Grid
from pipelines.maps.listed import Listed, header_line, listed, plain
from pipelines.maps.money import by_heading
from pipelines.maps.proposal import Proposal, one_to_one
from pipelines.maps.register import CONSTANTS, OF_PROJECTS, of_projects
from pmo_lib.contract.tables import TABLES


@dataclass(frozen=True)
class ProposedSheet:
    """What one list becomes, and the columns that have no place."""

    listed: Listed
    proposals: tuple[Proposal, ...] = ()
    left: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    snapshots: tuple[str, str] | None = None  # the heading of their dates, and how it writes them
    decimal_mark: str = ""
    currency: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.table for each in self.proposals))

    def missing(self, table: str) -> list[str]:
        """The required columns of a table for which neither a column nor a constant is found."""
        own = {each.column for each in self.proposals if each.table == table}
        known_else = own | set(CONSTANTS.get(table, {}))
        return [name for name in TABLES[table].required_columns if name not in known_else]

    @property
    def is_whole(self) -> bool:
        return not any(self.missing(table) for table in self.tables)


def proposed(grid: Grid) -> ProposedSheet:
    """The columns of ours that a list seems to hold."""
    one = listed(grid, header_line(grid))
    dated = snapshots(one)
    now = one if dated is None else newest(one, *dated)
    columns = [FileColumn(str(name), now.cells[name]) for name in now.cells]
    if dated is not None:
        columns = [column for column in columns if column.heading != dated[0]]
    ways = habits(columns)
    others = [name for name in known()["headings"] if name not in OF_PROJECTS]
    candidates = [of_projects(columns, ways, as_at(one))]
    candidates += [one_to_one(name, columns, ways) for name in others]
    found = max(candidates, key=lambda some: _weight(some, grid), default=[])
    if dated is not None:
        found = with_first_plan(found)
    own = {each.heading for each in found}
    used = [column for column in columns if column.heading in own]
    words = dict.fromkeys(
        cell for c in used for cell in c.text[~c.text.index.isin(c.filled.index)].unique() if cell
    )
    currency, unlike = by_heading(found, {column.heading: column for column in columns})
    doubtful = {each: each.fit.said for each in found if each.fit.is_doubtful}
    doubtful |= {
        each: f"amounts in {', '.join(sorted(unlike[each.heading]))}, others in {currency}"
        for each in found
        if each.heading in unlike
    }
    return ProposedSheet(
        one,
        tuple(each for each in found if each not in doubtful),
        tuple(c.heading for c in columns if c.heading not in own),
        tuple(words),
        tuple(f"{p.table}.{p.column} from {p.heading!r}: {why}" for p, why in doubtful.items()),
        dated,
        ways.decimal_mark,
        currency,
    )


def _weight(found: Sequence[Proposal], grid: Grid) -> float:
    """How well a list fits: its sure columns, and more where file or sheet is called so."""
    if not found:
        return 0.0
    main = found[0].table
    required = set(TABLES[main].required_columns) - {each.column for each in found}
    called = plain(main) in plain(f"{grid.file} {grid.sheet}") or plain(main).rstrip("s") in plain(
        grid.sheet
    )
    own = {each.column for each in found if each.table == main}
    return sum(each.confidence for each in found) / 2 + len(own) - 2 * len(required) + 4 * called
