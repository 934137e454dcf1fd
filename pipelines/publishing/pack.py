"""A report pack: the folder that readers see, with index, results, dictionary and record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.files import read_json, write_json
from pipelines.publishing.html import TEMPLATES
from pipelines.publishing.render import Record
from pipelines.spreadsheet import write_csv
from pmo_lib.benchmark.comparison import chosen, table
from pmo_lib.contract.dictionary import dictionary
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.catalogue import definitions
from pmo_lib.months import month
from pmo_lib.parameters import PARAMETERS, BenchmarkParameters, ValueCaseParameters
from pmo_lib.reports import page, quality
from pmo_lib.workbook import Workbook

PREVIOUS = "previous"
PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class LastGood:
    """An earlier page of a report that now failed."""

    file: str
    period: str
    data_hash: str


def write_pack(
    folder: Path,
    title: str,
    period: str,
    records: Sequence[Record],
    workbook: Workbook,
    facts: Mapping[str, Any],
    earlier: Sequence[Path],
) -> None:
    """Complete `folder`, which holds the published pages, to a pack.

    `facts` go into run.json beside the records; `earlier` are the packs, the newest first, in
    which the last good page of a failed report is sought.
    """
    _write_figures(folder, records, workbook)
    kept: dict[str, dict[str, str]] = {}
    for record in records:
        if not record.is_published:
            last_good = _keep_last_good(folder, record, earlier)
            kept |= {record.name: asdict(last_good)} if last_good else {}
            _write_failure(folder, record, period, workbook, last_good)
    _write_dictionary(folder)
    _write_index(folder, title, period, records, workbook)
    write_json(
        folder / "run.json",
        {**facts, "reports": [asdict(record) for record in records], "last_good": kept},
    )


def _write_figures(folder: Path, records: Sequence[Record], workbook: Workbook) -> None:
    """The very figures of the pages as tables: they are opened from the same measurement."""
    asked = [PARAMETERS[each.notebook].from_mapping(each.parameters) for each in records]
    measured = workbook.measured(asked[0].period, asked[0].baseline)
    peers = next((a.chosen_peers(workbook) for a in asked if isinstance(a, BenchmarkParameters)),
                 list(workbook.peers))  # fmt: skip
    questions = [a.question(workbook.settings) for a in asked if isinstance(a, ValueCaseParameters)]
    case = measured.value_case_of(questions[0]) if questions else measured.value_case
    tables = {
        "kpis": measured.published,
        "benchmarks": table(chosen(measured.comparisons, peers)),
        "value_case": case.table(),
    }
    for name, rows in tables.items():
        write_csv(rows, folder / f"{name}.csv")
    measured.published.to_parquet(folder / "kpis.parquet", index=False)


def _write_index(
    folder: Path,
    title: str,
    period: str,
    records: Sequence[Record],
    workbook: Workbook,
) -> None:
    settings, groups = workbook.settings, defaultdict[str, list[Record]](list)
    for record in records:
        groups[record.group].append(record)
    text = PAGES.get_template("index.html.j2").render(
        title=title,
        period=month(period),
        reports=records,
        failed=[record for record in records if not record.is_published],
        groups=groups,
        withheld=workbook.verdict.lost(settings.withhold_above_rejected_share),
        questions=workbook.verdict.questions,
        quality=_markup(page.section("How good are the data?", quality.per_table(workbook))),
        data_hash=workbook.verdict.data_hash,
        version=workbook.version,
    )
    (folder / "index.html").write_text(text, encoding="utf-8")


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
) -> None:
    set_values = {name: value for name, value in record.parameters.items() if value}
    text = PAGES.get_template("failure.html.j2").render(
        record=record,
        period=month(period),
        parameters=", ".join(f"{name} {value}" for name, value in set_values.items()),
        data_hash=workbook.verdict.data_hash,
        last_good=last_good,
    )
    (folder / record.file).write_text(text, encoding="utf-8")


def _keep_last_good(folder: Path, record: Record, earlier: Sequence[Path]) -> LastGood | None:
    """Copy the last good page of a failed report out of an earlier pack, so that it stays."""
    for pack in earlier:
        run = read_json(pack / "run.json")
        states = {item["name"]: item["state"] for item in run["reports"]}
        if states.get(record.name) == "published":
            page_file, period, data_hash = record.file, run["period"], run["data_hash"]
        elif record.name in run.get("last_good", {}):
            known = run["last_good"][record.name]
            page_file, period, data_hash = known["file"], known["period"], known["data_hash"]
        else:
            continue
        (folder / PREVIOUS).mkdir(exist_ok=True)
        kept = f"{PREVIOUS}/{record.file}"
        text = (pack / page_file).read_text(encoding="utf-8")
        # it stands a folder deeper than it did
        text = text.replace('href="index.html"', 'href="../index.html"')
        (folder / kept).write_text(text, encoding="utf-8")
        return LastGood(kept, period, data_hash)
    return None


def _markup(piece: Any) -> Markup:
    """A piece of pmo_lib.reports.page, whose texts are escaped where they are put in."""
    return Markup(piece.data)
