"""The packs that are there: what they had and said, and what may not take their place unasked."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from pipelines import ours
from pipelines.files import read_json, replaced_folder
from pipelines.ours import RUN
from pipelines.publishing.made import UNREAD, Made, packs_in
from pmo_lib.contract.verdict import Question
from pmo_lib.errors import KeptError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month
from pmo_lib.wording import listed
from pmo_lib.workbook import Workbook
from pmo_lib.workbook.last import KPIS, LAST, PAGE_ONE, last_pack

USUAL_LOSS = {"projects": 0.1}  # a register keeps what has ended
OTHER_LOSS = 0.5


def has(workbook: Workbook, measured: Iterable[str] = ()) -> dict[str, list[str]]:
    """What the tables hold, each with those of the measured KPIs that rest on it."""
    tables = {name: table for name, table in workbook.tables.items() if len(table)}
    columns = (f"{n}.{c}" for n, table in tables.items() for c in table if table[c].notna().any())
    return {name: [k for k in measured if _rests(k, name)] for name in (*tables, *columns)}


def _rests(kpi_id: str, name: str) -> bool:
    return name in (*CATALOGUE[kpi_id].tables, *CATALOGUE[kpi_id].needs)


def gone(before: Sequence[Made], workbook: Workbook) -> dict[str, Question]:
    """What the last run had and this one lacks; KPIs that rested on it are withheld for it."""
    had = before[-1].had if before else {}
    now, withheld = has(workbook), workbook.withheld
    found = {}
    for name in (name for name in had if name not in now):
        table, _, column = name.partition(".")
        if name in withheld or table in withheld or (column and table not in now):
            continue  # is told already
        kpis = sorted(had[name])
        what = name if column else f"the table {name}"
        whose = _last_with(before, Question("gone", table, column, "").id)
        asks = f"{whose} had {what}, which is gone"
        asks += f", and with it {listed(kpis)}" if kpis else ""
        question = Question("gone", table, column, asks, "Put it back", (name,) if kpis else ())
        if question.id not in workbook.settings.waived:
            found[name] = question
    return found


def fewer(before: Sequence[Made], workbook: Workbook) -> dict[str, Question]:
    """The tables that have far fewer rows than they had: an export was filtered, or cut short."""
    found = {}
    for name, had in (rows_had(before[-1]) if before else {}).items():
        now = len(workbook.tables.get(name, ()))
        if 0 < now < had * (1 - USUAL_LOSS.get(name, OTHER_LOSS)):
            whose = _last_with(before, Question("fewer", name, "", "").id)
            asks = f"is {name} exported whole; {whose} had {had:,} rows of it, this one has {now:,}"
            question = Question("fewer", name, "", asks, "Take the filter off and export it again")
            if question.id not in workbook.settings.waived:
                found[name] = question
    return found


def _last_with(before: Sequence[Made], question: str) -> str:
    """The last run that was not asked this: those after it only carry over what it had."""
    whole = [made for made in before if question not in {each.id for each in made.questions}]
    if not whole:
        return "an earlier run"
    is_last, when = whole[-1] is before[-1], month(whole[-1].period)
    return f"the last run, of {when}," if is_last else f"the run of {when}"


def rows_had(made: Made) -> dict[str, int]:
    """How many rows of each table the record of a pack says; none where it does not."""
    path = made.folder / RUN
    told = read_json(path).get("rows", {}) if path.exists() else {}
    return {name: had for name, had in told.items() if isinstance(had, int)}


def rows(before: Sequence[Made], workbook: Workbook, told: Collection[str]) -> dict[str, int]:
    """How many rows each table has; of one that is told to have too few, how many it had.

    So a second export of the same kind is told as the first was.
    """
    last = rows_had(before[-1]) if before else {}
    now = {name: len(table) for name, table in workbook.tables.items()}
    return now | {name: last[name] for name in told if name in last}


def refuse_to_replace(
    before: Sequence[Made], period: str, why: str, losses: Iterable[Question]
) -> None:
    """Raise KeptError for a month before that of the newest pack, or a pack that had more.

    More is a whole table, far more rows of one, or what KPIs rested on.
    """
    newest = max((pack.period for pack in before), default="")
    remedy = f"The packs stay as they are; who wants another asks by --period {period} or --force"
    if period < newest:
        raise KeptError(
            f"no report was made on {month(newest)}, nor on {month(period)}: the data go to "
            f"{month(period)} ({why}), and the newest pack is of {month(newest)}",
            remedy=remedy,
        )
    lost = [each.asks for each in losses if each.withholds or not each.column]
    if lost and any(pack.period == period for pack in before):
        raise KeptError(f"no report was made on {month(period)}: {'; '.join(lost)}", remedy=remedy)


def keep(out: Path, period: str, warn: Callable[[str], None] = lambda _: None) -> None:
    """Keep beside the tables what the newest pack of a month before `period` said, of any job.

    The asks that come back and what is new are told from it.
    """
    packs = [
        pack
        for job in sorted((out / "reports").glob("*"))
        for pack in packs_in(job, warn)
        if pack.period < period and all((pack.folder / n).is_file() for n in (PAGE_ONE, KPIS))
    ]
    last = max(packs, key=lambda pack: (pack.period, pack.started), default=None)
    with replaced_folder(out / LAST, ours.last) as folder:
        if last is not None:
            for name in (PAGE_ONE, KPIS):
                (folder / name).write_bytes((last.folder / name).read_bytes())
    if last is not None and last_pack(out, period) is None:
        warn(f"{last.folder / PAGE_ONE} {UNREAD}: what became of its asks is not told")
