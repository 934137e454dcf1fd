"""From a folder of exports to validated tables, rejected rows and the verdict; peers likewise."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines import ours
from pipelines.configuration import configured
from pipelines.files import replaced_folder, write_json
from pipelines.maps.applied import given
from pipelines.questions import answered, found
from pipelines.questions.asked import Asked, Mended
from pipelines.questions.departments import settled
from pipelines.reading.exports import peer_folders
from pipelines.reading.ingest import Ingested, data_hash, ingest
from pipelines.reading.loaded import REJECTION_COLUMNS, Loaded, without
from pipelines.spreadsheet import write_csv
from pipelines.validate import Checked, Validator
from pmo_lib import __version__
from pmo_lib.contract.schema import SEVERITIES
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import in_reference_order
from pmo_lib.contract.verdict import Question, TableVerdict, UnreadCells, Verdict, Violation
from pmo_lib.errors import DataError
from pmo_lib.facts.data_date import data_date
from pmo_lib.workbook import PEERS, Workbook

EXAMPLES = 5
WORDS = 3  # found most often where something is wrong
LONGEST_WORD = 60  # letters of them that are told
EMPTIED = "; the cell is empty now, the row is kept"


@dataclass(frozen=True)
class Judged:
    """One table after validation: what is accepted, what is rejected with reasons, the rest."""

    accepted: pd.DataFrame
    rejected: pd.DataFrame
    extra: pd.DataFrame
    verdict: TableVerdict

    def without(self, column: str) -> "Judged":
        """The table with an empty `column`: what is withheld reaches no figure."""
        empty = pd.Series(index=self.accepted.index, dtype=self.accepted[column].dtype)
        return replace(self, accepted=self.accepted.assign(**{column: empty}))


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
    """Read and validate the tables of `raw` and its peers; DataError where one is of no use."""
    day = f"{today or date.today()}"
    own = _examine(raw, settings, say, day)
    peers = {folder.name: _examine_peer(folder, say, day) for folder in peer_folders(raw)}
    verdicts = [own.verdict, *(peer.verdict for peer in peers.values())]
    files = (file for v in verdicts for table in v.tables.values() for file in table.files)
    return replace(own, verdict=replace(own.verdict, data_hash=data_hash(files)), peers=peers)


def _examine_peer(folder: Path, say: Callable[[str], None], today: str) -> Prepared:
    """A peer, judged by its own settings; one that does not name itself is named as its folder."""
    settings = configured(folder, organisation=folder.name)
    return _examine(folder, settings, say, today, folder.name)


def _examine(
    raw: Path, settings: Settings, say: Callable[[str], None], today: str, peer: str = ""
) -> Prepared:
    say(f"reading {raw}")
    tables = given(raw, settings.map, f"benchmarks/{peer}/" if peer else "")
    settings = replace(settings, waived=[*settings.waived, *tables.answered])
    ingested = ingest(raw, settings, peer=peer, given=tables)
    as_read = ingested.own
    settings = settled(settings, as_read)
    ingested = ingested.meaning(answered(ingested.typed, settings))
    judged = judge(ingested, say)
    if judged["projects"].accepted.empty:
        raise DataError(
            "no project was accepted",
            where=str(raw),
            remedy=_first_reasons(judged["projects"].rejected),
        )
    verdicts = {name: table.verdict for name, table in judged.items()}
    accepted = {name: table.accepted for name, table in judged.items()}
    dated = data_date(accepted, today, settings.data_date)
    extra = {name: table.extra for name, table in judged.items()}
    asked = found(Asked(accepted, settings, ingested.own, extra, as_read, dated, today))
    told = (each for each in ingested.questions if each.id not in settings.waived)
    questions = (*told, *(each.question for each in asked))
    verdict = Verdict(
        ingested.data_hash, verdicts, ingested.ignored, questions, dated, ingested.unusable
    )
    withheld = verdict.withheld(settings.withhold_above_rejected_share)
    return Prepared(_mended(judged, asked, withheld), verdict, settings)


def _mended(
    judged: Mapping[str, Judged], asked: Iterable[Mended], withheld: Iterable[str]
) -> dict[str, Judged]:
    """The tables without what is in question, or of which too much is lost."""
    accepted = {name: table.accepted for name, table in judged.items()}
    for each in asked:
        accepted |= each.mend(accepted) if each.mend else {}
    left = {name: replace(table, accepted=accepted[name]) for name, table in judged.items()}
    for name in withheld:
        table, _, column = name.partition(".")
        if column:
            left[table] = left[table].without(column)
    return left


def judge(ingested: Ingested, say: Callable[[str], None] = lambda _: None) -> dict[str, Judged]:
    """Every table validated, each after those it refers to."""
    validator = Validator()
    judged: dict[str, Judged] = {}
    references: dict[str, set[str]] = {}
    for table in in_reference_order():
        if table.name in ingested.tables:
            say(f"validating {table.name}")
            result = _judge(ingested.tables[table.name], validator, references)
            judged[table.name] = result
            key = table.key[0]
            references[f"{table.name}.{key}"] = set(result.accepted[key])
    return judged


def _judge(loaded: Loaded, validator: Validator, references: Mapping[str, set[str]]) -> Judged:
    readable = loaded.kept
    checked = validator.check(loaded.table, readable, references) if len(readable) else []
    critical = [check for check in checked if check.severity == "critical"]
    refused = pd.Index([row for check in critical for row in check.rows])
    accepted = without(readable, refused)
    lost = [loaded.rejections, loaded.set_aside, loaded.unread]
    text = loaded.text(row for index in (*(each.index for each in lost), refused) for row in index)
    reasons = [_rejections(loaded, check, text) for check in critical]
    unread = loaded.unread.assign(rule=loaded.unread["rule"] + EMPTIED)
    listed = pd.concat([loaded.rejections, loaded.set_aside, unread, *reasons])
    key = loaded.typed[list(loaded.table.key)]
    extra = loaded.origin.join(_beside(key.join(loaded.extra))).loc[accepted.index]
    violations = [
        _unreadable(column, group) for column, group in loaded.rejections.groupby("column")
    ]
    violations += [_violation(loaded, check, text) for check in checked if check.rows]
    return Judged(
        accepted.sort_values(list(loaded.table.key), kind="stable", ignore_index=True),
        listed.sort_values(["file", "line"], kind="stable").join(_beside(text)),
        extra,
        TableVerdict(
            loaded.table.name,
            loaded.files,
            loaded.rows_read,
            len(accepted),
            len(checked),
            sum(not check.rows for check in checked),
            tuple(sorted(violations, key=lambda f: (SEVERITIES.index(f.severity), -f.rows))),
            loaded.absent_columns,
            loaded.extra_columns,
            len(loaded.set_aside),
            _unread(loaded),
        ),
    )


def _beside(text: pd.DataFrame) -> pd.DataFrame:
    """The text with columns renamed that have the names of ours, such as file and line."""
    return text.rename(columns={name: f"{name}_given" for name in REJECTION_COLUMNS})


def _rejections(loaded: Loaded, check: Checked, text: pd.DataFrame) -> pd.DataFrame:
    rows = list(check.rows)
    columns = [name for name in check.columns if name in text]
    values = text.loc[rows, columns].agg(" | ".join, axis=1) if rows and columns else ""
    return loaded.origin.loc[rows].assign(
        column=", ".join(check.columns), value=values, rule=check.rule
    )


def _violation(loaded: Loaded, check: Checked, text: pd.DataFrame) -> Violation:
    rows = list(check.rows)
    column = loaded.table[check.columns[0]]
    tells = check.severity == "critical" and len(check.columns) == 1 and column.allowed
    words = _words(text.loc[rows, column.name]) if tells and column.name in text else {}
    places = _places(loaded.origin.loc[rows[:EXAMPLES]])
    named = ", ".join(check.columns)
    return Violation(check.severity, named, check.rule, len(rows), places, words)


def _unreadable(column: object, group: pd.DataFrame) -> Violation:
    reasons = "; ".join(group["rule"].unique()[:3])
    words = _words(group["value"]) if column else {}
    rule = f"must be readable: {reasons}"
    return Violation("critical", str(column), rule, len(group), _places(group), words)


def _unread(loaded: Loaded) -> tuple[UnreadCells, ...]:
    """The cells of each column that are empty because they could not be read."""
    lost = loaded.unread.groupby("column", sort=False)
    return tuple(
        UnreadCells(
            str(column),
            len(group),
            len(group) + int(loaded.kept[str(column)].notna().sum()),
            "; ".join(group["rule"].unique()[:2]),
            _words(group["value"]),
            _places(group),
        )
        for column, group in lost
    )


def _words(values: pd.Series) -> dict[str, int]:
    """The texts that stand most often, with how often."""
    counts = values.str.slice(0, LONGEST_WORD).value_counts().head(WORDS)
    return {str(word): int(count) for word, count in counts.items()}


def _places(rows: pd.DataFrame) -> tuple[str, ...]:
    shown = rows.head(EXAMPLES)
    return tuple(f"{f} line {n}" for f, n in zip(shown["file"], shown["line"], strict=True))


def _first_reasons(rejected: pd.DataFrame) -> str:
    if rejected.empty:
        return "The table has no rows; fill it"
    first = rejected.iloc[0]
    return (
        f"Mend the rows; the first: {first['file']} line {first['line']}, column "
        f"{first['column']}, value {first['value']!r}: {first['rule']}"
    )
