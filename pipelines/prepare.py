"""From a folder of exports to validated tables, rejected rows and the verdict; peers likewise."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines import ours
from pipelines.configuration import configured
from pipelines.files import replaced_folder, write_json
from pipelines.judge import Judged, judge
from pipelines.maps.applied import given
from pipelines.questions import answered, found, of_the_date, waivers
from pipelines.questions.asked import Asked, Tables, mended
from pipelines.questions.departments import departments_of, settled
from pipelines.reading.exports import peer_folders
from pipelines.reading.ingest import Ingested, data_hash, ingest
from pipelines.reading.loaded import REJECTION_COLUMNS
from pipelines.spreadsheet import write_csv
from pmo_lib import __version__
from pmo_lib.contract.schema import PANDAS_TYPES, ColumnKind
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question, Verdict
from pmo_lib.errors import DataError, PmoError
from pmo_lib.facts.data_date import data_date
from pmo_lib.workbook import PEERS, Workbook


@dataclass(frozen=True)
class Prepared:
    """All tables of a folder after validation, and its peers', not yet written anywhere."""

    judged: Mapping[str, Judged]
    verdict: Verdict
    settings: Settings
    peers: Mapping[str, "Prepared"] = field(default_factory=dict)

    @property
    def workbook(self) -> Workbook:
        """The accepted rows, as a report will open them."""
        tables = {name: table.accepted for name, table in self.judged.items()}
        peers = {name: peer.workbook for name, peer in self.peers.items()}
        return Workbook(tables, self.verdict, self.settings, __version__, peers=peers)

    def asking(self, more: Iterable[Question]) -> "Prepared":
        """The same with further questions, on what is not there."""
        questions = (*self.verdict.questions, *more)
        return replace(self, verdict=replace(self.verdict, questions=questions))

    @property
    def rows_rejected(self) -> int:
        """Rows rejected here and of the peers."""
        return self.verdict.rows_rejected + sum(p.rows_rejected for p in self.peers.values())

    @property
    def cells_unread(self) -> int:
        """Cells that could not be read here and of the peers; their rows are kept."""
        return self.verdict.cells_unread + sum(p.cells_unread for p in self.peers.values())

    def write(self, out: Path) -> None:
        """Put tables, rejected rows, extra columns and verdict in the place of those in `out`.

        The same of each peer goes into a folder of its own.
        """
        new_verdict = out / ".verdict.json.new"
        with (
            replaced_folder(out / "tables", ours.tables) as tables,
            replaced_folder(out / "rejected", ours.lists) as rejected,
            replaced_folder(out / "extra_columns", ours.lists) as extra,
            replaced_folder(out / PEERS, ours.peers) as peers,
        ):
            for name, table in self.judged.items():
                table.accepted.to_parquet(tables / f"{name}.parquet", index=False)
                if len(table.rejected):
                    first = list(REJECTION_COLUMNS)
                    rest = [c for c in table.rejected.columns if c not in first]
                    write_csv(table.rejected[first + rest], rejected / f"{name}.csv")
                if table.verdict.extra_columns:
                    write_csv(table.extra, extra / f"{name}.csv")
            for name, peer in self.peers.items():
                peer.write(peers / name)
            settings = self.settings.to_mapping()
            verdict = self.verdict.to_mapping()
            write_json(new_verdict, {"version": __version__, "settings": settings, **verdict})
            # without a verdict the tables cannot be opened: no mix of old and new is ever read
            (out / "verdict.json").unlink(missing_ok=True)
        new_verdict.replace(out / "verdict.json")


def prepare(
    raw: Path,
    out: Path,
    settings: Settings,
    say: Callable[[str], None] = lambda _: None,
    today: date | None = None,
) -> Prepared:
    """Read, validate and write the tables of `raw` into `out`; what was there stays till the end.

    Raises DataError where the data cannot be used at all; `out` is then as it was.
    """
    ours.sweep_output(out)
    prepared = examine(raw, settings, say, today)
    say(f"writing {out / 'tables'}")
    prepared.write(out)
    return prepared


def examine(
    raw: Path, settings: Settings, say: Callable[[str], None], today: date | None = None
) -> Prepared:
    """Read and validate the tables of `raw` and its peers; DataError where its own are of no use.

    A peer of no use is left out, with the reason.
    """
    day = f"{today or date.today()}"
    own = _examine(raw, settings, say, day)
    peers, unusable = dict[str, Prepared](), dict(own.verdict.unusable)
    for folder in peer_folders(raw):
        try:
            peers[folder.name] = _examine_peer(folder, say, day)
        except PmoError as error:
            unusable[f"peer {folder.name}"] = " ".join(str(error).split()).rstrip(".")
    verdicts = [own.verdict, *(peer.verdict for peer in peers.values())]
    files = (file for v in verdicts for table in v.tables.values() for file in table.files)
    verdict = replace(own.verdict, data_hash=data_hash(files), unusable=unusable)
    return replace(own, verdict=verdict, peers=peers)


def _examine_peer(folder: Path, say: Callable[[str], None], today: str) -> Prepared:
    """A peer, judged by its own settings; one that does not name itself is named as its folder."""
    settings = configured(folder, organisation=folder.name)
    return _examine(folder, settings, say, today, folder.name)


def _examine(
    raw: Path, settings: Settings, say: Callable[[str], None], today: str, peer: str = ""
) -> Prepared:
    say(f"reading {raw}")
    tables = given(raw, settings.map, f"benchmarks/{peer}/" if peer else "")
    ingested = ingest(raw, settings, peer=peer, given=tables)
    as_read = {name: departments_of(rows) for name, rows in ingested.own.items()}
    settings = settled(settings, as_read)
    ingested = ingested.meaning(answered(ingested.typed, settings))
    judged = judge(ingested, say)
    if judged["projects"].accepted.empty:
        raise DataError(
            "no project was accepted",
            where=str(raw),
            remedy=_first_reasons(judged["projects"].rejected),
        )
    accepted = {name: table.accepted for name, table in judged.items()}
    extra = {name: table.extra for name, table in judged.items()}
    read = {
        name: rows if len(rows) > len(accepted[name]) else accepted[name]
        for name, rows in ingested.own.items()
    }
    ingested = ingested.without_rows
    asked = Asked(accepted, settings, read, extra, as_read, today=today)
    return _asked(judged, asked, ingested)


def _asked(judged: Mapping[str, Judged], asked: Asked, ingested: Ingested) -> Prepared:
    """What is accepted, without what is in question, and up to when it goes."""
    settings, on_tables = asked.settings, found(asked)
    told = {each.id for each in ingested.questions}
    more = (each.question for each in on_tables if each.question.id not in told)
    verdict = Verdict(
        ingested.data_hash,
        {name: table.verdict for name, table in judged.items()},
        ingested.ignored,
        tuple(q for q in (*ingested.questions, *more) if q.id not in settings.waived),
        unusable=ingested.unusable,
    )
    withheld = verdict.withheld(settings.withhold_above_rejected_share)
    tables = mended(asked.tables, on_tables)
    asked = replace(asked, tables=_without(tables, withheld, ("date", "period")))
    # a day that is in question moves no report
    dated = data_date(asked.tables, asked.today, settings.data_date)
    if not dated.period and (other := data_date(tables, asked.today, "")).period:
        dated = replace(other, why=f"{other.why}, of which every date is in question")
    late = of_the_date(replace(asked, data_date=dated))
    questions = (*verdict.questions, *late)
    idle = waivers.unknown(settings.waived, {each.id for each in questions}, asked.extra)
    questions += tuple(each for each in idle if each.id not in settings.waived)
    verdict = replace(verdict, questions=questions, data_date=dated)
    left = _without(tables, withheld, PANDAS_TYPES)
    accepted = {name: replace(table, accepted=left[name]) for name, table in judged.items()}
    return Prepared(accepted, verdict, settings)


def _without(tables: Tables, withheld: Iterable[str], kinds: Collection[ColumnKind]) -> Tables:
    """The tables with empty columns where one of these kinds is withheld: it reaches no figure."""
    left = dict(tables)
    for name in withheld:
        table, _, column = name.partition(".")
        if column and TABLES[table][column].kind in kinds:
            empty = pd.Series(index=left[table].index, dtype=left[table][column].dtype)
            left[table] = left[table].assign(**{column: empty})
    return left


def _first_reasons(rejected: pd.DataFrame) -> str:
    if rejected.empty:
        return "The table has no rows; fill it"
    first = rejected.iloc[0]
    return (
        f"Mend the rows; the first: {first['file']} line {first['line']}, column "
        f"{first['column']}, value {first['value']!r}: {first['rule']}"
    )
