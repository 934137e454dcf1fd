"""A report pack: the folder that readers see, with index, results, dictionary and record."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipelines.files import write_json
from pipelines.ours import RUN
from pipelines.publishing.briefs import write_briefs
from pipelines.publishing.front import write_index
from pipelines.publishing.html import ExportError
from pipelines.publishing.made import LastGood, Made
from pipelines.publishing.pages import PAGES
from pipelines.publishing.pdf import Printer
from pipelines.publishing.render import Record
from pipelines.spreadsheet import write_csv
from pmo_lib.assessment import promises
from pmo_lib.benchmark.comparison import chosen, table
from pmo_lib.brief.brief import Brief
from pmo_lib.contract.dictionary import dictionary
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError
from pmo_lib.kpis.catalogue import definitions
from pmo_lib.measurement import Measurement
from pmo_lib.months import month
from pmo_lib.parameters import PARAMETERS, BenchmarkParameters, ValueCaseParameters
from pmo_lib.reports import page
from pmo_lib.workbook import Workbook

PREVIOUS = "previous"
ROOT = Path(__file__).resolve().parents[2]
OWN: tuple[type, ...] = (PmoError, *PmoError.__subclasses__(), ExportError)
SAID_TO_READERS = {kind.__name__ for kind in OWN}


def write_pack(
    folder: Path,
    title: str,
    period: str,
    records: Sequence[Record],
    workbook: Workbook,
    facts: Mapping[str, Any],
    earlier: Sequence[Made],
    printer: Printer | None = None,
) -> None:
    """Complete `folder`, which holds the published pages, to a pack.

    `facts` go into run.json beside the records; `earlier` are the packs, the newest first, in
    which the last good page of a failed report is sought. With a `printer` each report is there
    as PDF too, and the whole pack as one.
    """
    measured, value = _write_figures(folder, records, workbook)
    kept: dict[str, dict[str, str]] = {}
    records = [_for_readers(record, facts["log"]) for record in records]
    for record in records:
        if not record.is_published:
            last_good = _keep_last_good(folder, record, earlier)
            kept |= {record.name: asdict(last_good)} if last_good else {}
            _write_failure(folder, record, period, workbook, last_good, facts["log"])
    _write_dictionary(folder)

    def index(pdfs: Sequence[str]) -> None:
        write_index(folder, title, records, workbook, measured, value, pdfs)

    _write_index_and_pdfs(folder, f"{title}, {month(period)}", records, printer, index)
    reports = [{n: v for n, v in asdict(r).items() if n != "detail"} for r in records]
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    told = {**facts, "reports": reports, "last_good": kept, "files": sorted(there)}
    write_json(folder / RUN, _without_places(told, workbook.folder))


def _for_readers(record: Record, log: str) -> Record:
    """The record without what an exception that is none of ours says: it may hold data."""
    kind, found, _ = record.reason.partition(": ")
    if not found or not kind.isidentifier() or kind in SAID_TO_READERS:
        return record
    return replace(record, reason=f"{kind}; more is in {log}")


def _without_places(value: Any, out: Path | None) -> Any:
    """The same without the paths of this machine in any text."""
    if isinstance(value, dict):
        return {key: _without_places(each, out) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_places(each, out) for each in value]
    if isinstance(value, str):
        for place in (*((out, out.resolve()) if out else ()), ROOT, Path.home()):
            value = value.replace(f"{place}{os.sep}", "") if place.is_absolute() else value
    return value


def _write_figures(
    folder: Path, records: Sequence[Record], workbook: Workbook
) -> tuple[Measurement, Brief]:
    """The very figures of the pages as tables: they are opened from the same measurement."""
    asked = [PARAMETERS[each.notebook].from_mapping(each.parameters) for each in records]
    measured = workbook.measured(asked[0].period, asked[0].baseline)
    peers = next((a.chosen_peers(workbook) for a in asked if isinstance(a, BenchmarkParameters)),
                 list(workbook.peers))  # fmt: skip
    terms = [a.terms(workbook.settings) for a in asked if isinstance(a, ValueCaseParameters)]
    case = measured.value_case_of(terms[0]) if terms else measured.value_case
    tables = {
        "kpis": measured.published,
        "benchmarks": table(chosen(measured.comparisons, peers)),
        "value_case": case.table(),
        "value_money": case.money_table(),
        "promises": promises.table(measured.promises, measured.period),
    }
    for name, rows in tables.items():
        write_csv(rows, folder / f"{name}.csv")
    measured.published.to_parquet(folder / "kpis.parquet", index=False)
    value = measured.value_brief(terms[0] if terms else None)
    write_briefs(folder, asked[0].period, measured.briefs, value, measured.promises)
    return measured, value


def _write_index_and_pdfs(
    folder: Path,
    whole: str,
    records: Sequence[Record],
    printer: Printer | None,
    index: Callable[[Sequence[str]], None],
) -> None:
    """The index, which names the PDFs that could be printed."""
    pages = [record.file for record in records]
    pdfs = [f"{Path(page).stem}.pdf" for page in pages]
    if printer is None or not printer.pages(folder, pages):
        pdfs = []
    index(pdfs)
    if pdfs and printer is not None and not printer.pack(folder, whole, ["index.html", *pages]):
        index([])


def _write_dictionary(folder: Path) -> None:
    columns = dictionary()
    tables = [
        (
            name,
            table.row,
            _markup(
                page.table(
                    columns[columns["table"] == name].drop(columns="table"), f"Columns of {name}"
                )
            ),
        )
        for name, table in TABLES.items()
    ]
    text = PAGES.get_template("dictionary.html.j2").render(
        tables=tables, kpis=_markup(page.table(definitions(), "KPIs"))
    )
    (folder / "data_dictionary.html").write_text(text, encoding="utf-8")


def _write_failure(
    folder: Path,
    record: Record,
    period: str,
    workbook: Workbook,
    last_good: LastGood | None,
    log: str,
) -> None:
    set_values = {name: value for name, value in record.parameters.items() if value}
    text = PAGES.get_template("failure.html.j2").render(
        record=record,
        period=month(period),
        parameters=", ".join(f"{name} {value}" for name, value in set_values.items()),
        data_hash=workbook.verdict.data_hash,
        last_good=last_good,
        log=log,
    )
    (folder / record.file).write_text(text, encoding="utf-8")


def _keep_last_good(folder: Path, record: Record, earlier: Sequence[Made]) -> LastGood | None:
    """Copy the last good page of a failed report out of an earlier pack, so that it stays."""
    kept = f"{PREVIOUS}/{record.file}"
    for pack in earlier:
        states = {item.name: item.state for item in pack.reports}
        if states.get(record.name) == "published":
            last = LastGood(record.file, pack.period, pack.data_hash)
        elif record.name in pack.last_good:
            last = pack.last_good[record.name]
        else:
            continue
        (folder / PREVIOUS).mkdir(exist_ok=True)
        text = (pack.folder / last.file).read_text(encoding="utf-8")
        # it stands a folder deeper than it did
        text = text.replace('href="index.html"', 'href="../index.html"')
        (folder / kept).write_text(text, encoding="utf-8")
        return replace(last, file=kept)
    return None


def _markup(piece: Any) -> Markup:
    """A piece of pmo_lib.reports.page, whose texts are escaped where they are put in."""
    return Markup(piece.data)
