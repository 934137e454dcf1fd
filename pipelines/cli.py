"""The command pmo: one verb a line of work, exit codes a scheduler can trust.

0 all done; 1 something was rejected, withheld or failed, the rest is published; 2 nothing done;
130 interrupted, 143 and 129 ended by SIGTERM and SIGHUP.
"""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from signal import SIGINT
from typing import Annotated

import typer

from pipelines.console import Console
from pipelines.ending import Ended, endable
from pmo_lib.errors import KeptError, ParameterError, PmoError, shown

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Show, with confidence, what a PMO is worth: from exports to published reports.",
)

Raw = Annotated[Path, typer.Option(help="Folder with the exports (CSV, XLSX).")]
Out = Annotated[Path, typer.Option(help="Folder for tables, verdict and reports.")]
Period = Annotated[str, typer.Option(help="YYYY-MM; default: the last month in the data.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")]
RAW, OUT = Path("data/raw"), Path("data/processed")
MOST_LETTERS = 10_000  # of one argument
_SET = "Write --set NAME=VALUE, each name once"


def main() -> None:
    """Run the command; an unforeseen error ends in exit code 2 as well: nothing was published."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no letter is worth an exception
    try:
        with endable(), explained():
            _check_arguments(sys.argv[1:])
            app()
    except typer.Exit as ended:
        raise SystemExit(ended.exit_code) from None
    except Exception:  # noqa: BLE001 reported in full, and no scheduler takes it for success
        Console().unforeseen()
        raise SystemExit(2) from None


def _check_arguments(arguments: list[str]) -> None:
    """Raise ParameterError for what no person has typed, before anything repeats it."""
    for number, given in enumerate(arguments, start=1):
        if len(given) > MOST_LETTERS:
            what = f"argument {number} has {len(given):,} letters, more than {MOST_LETTERS:,}"
            raise ParameterError(what, remedy="See pmo --help")
        if any(unicodedata.category(letter) == "Cc" for letter in given):
            what = f"argument {number}, {shown(given)}, holds control characters"
            raise ParameterError(what, remedy="Write it without them")


@contextmanager
def explained() -> Iterator[None]:
    """Turn a user's mistake, or a disk error, into a message and exit code 2."""
    try:
        yield
    except PmoError as error:
        Console().error(str(error))
        raise typer.Exit(1 if isinstance(error, KeptError) else 2) from None
    except OSError as error:
        where = error.filename or "the output folder"
        Console().error(
            f"{where}: {error.strerror or error}. Nothing was published; make room or give access, "
            "or name another folder with --out, then run again."
        )
        raise typer.Exit(2) from None
    except (Ended, KeyboardInterrupt) as error:
        asked = error if isinstance(error, Ended) else Ended(SIGINT)
        Console().error(f"{asked}. What was published before is untouched.")
        raise typer.Exit(asked.exit_code) from None


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="A job of pipelines/jobs, or a job file.")] = "monthly",
    raw: Raw = RAW,
    out: Out = OUT,
    period: Period = "",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A report parameter.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Reports made in parallel; 0 = one a core.")
    ] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Make the reports even if up to date.")
    ] = False,
    warm: Annotated[
        bool, typer.Option("--warm/--no-warm", help="Fork kernels from one with all imports.")
    ] = True,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print each report, and the pack, as PDF (Chromium).")
    ] = False,
    mail: Annotated[
        bool, typer.Option("--mail", help="Tell whom settings.yml names, where there is news.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Publish a report pack: ingest, validate, render, publish."""
    from pipelines.run import Request
    from pipelines.run import run as run_request

    console = Console(quiet=quiet)
    with explained(), console.progress() as progress:
        parameters = _parameters(set_ or [], period)
        request = Request(job, raw, out, parameters, workers, force, warm, pdf)
        outcome = run_request(request, progress)
    console.outcome(outcome)
    is_told = not mail or _mailed(outcome.pack, out, console)
    raise typer.Exit(outcome.exit_code if is_told else 1)


def _mailed(pack: Path, out: Path, console: Console) -> bool:
    """Whether all were told who were to be; the pack is published either way."""
    from pipelines import mail
    from pipelines.files import locked
    from pmo_lib.workbook import open_workbook

    with console.progress() as progress, locked(out):
        try:
            return mail.mail(pack, open_workbook(out), progress)
        except PmoError as error:
            progress.warn(str(error))
            return False


@app.command()
def check(raw: Raw = RAW, out: Out = OUT, quiet: Quiet = False) -> None:
    """Ingest and validate only: 0 all accepted, 1 some rejected or withheld, 2 unusable."""
    from pipelines.configuration import configured
    from pipelines.files import locked
    from pipelines.places import check_places
    from pipelines.prepare import prepare

    console = Console(quiet=quiet)
    with explained(), console.progress() as progress:
        check_places(raw, out)
        settings = configured(raw)
        with locked(out):
            prepared = prepare(raw, out, settings, progress.say)
    console.verdict(prepared.verdict, out, settings.withhold_above_rejected_share)
    for name, peer in prepared.peers.items():
        share = peer.settings.withhold_above_rejected_share
        console.verdict(peer.verdict, out / "peers" / name, share, peer=name)
    lost = prepared.rows_rejected or prepared.cells_unread or prepared.workbook.withheld
    raise typer.Exit(1 if lost else 0)


@app.command()
def kpis(
    out: Out = OUT,
    period: Period = "",
    csv: Annotated[Path | None, typer.Option(help="Write the tidy results to this file.")] = None,
) -> None:
    """The catalogue: what is measured, and what each unmeasured KPI still needs."""
    from pipelines.places import check_new_file
    from pipelines.spreadsheet import write_csv
    from pmo_lib.engine.result import tidy
    from pmo_lib.parameters import KpiReportParameters

    with explained():
        if csv is not None:
            check_new_file(csv, "--csv")
        checked, workbook = KpiReportParameters(period=period, data_dir=str(out)).open()
        measured = workbook.measured(checked.period)
        if csv is not None:
            write_csv(measured.published, csv)
    Console().catalogue(tidy(measured.results))


@app.command()
def freeze(
    name: Annotated[str, typer.Argument(help="What to call the baseline.")],
    out: Out = OUT,
    until: Annotated[
        str,
        typer.Option(
            help="YYYY-MM, its last month; default: the one before the first roll-out, without "
            "any up to twelve months before the last."
        ),
    ] = "",
) -> None:
    """Freeze the baseline that later reports are compared with; what is frozen is never changed."""
    from datetime import date

    from pipelines.files import locked
    from pmo_lib.parameters import BaselineParameters

    with explained(), locked(out):
        parameters = BaselineParameters(until=until, freeze=name, data_dir=str(out))
        checked, workbook = parameters.open()
        frozen = workbook.freeze(name, checked.until, f"{date.today()}", again=True)
    Console().frozen(frozen)


@app.command("map")
def map_(
    file: Annotated[Path, typer.Argument(help="The export to look at: CSV or Excel.")],
    to: Annotated[Path | None, typer.Option(help="Write the map to this file.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there.")
    ] = False,
) -> None:
    """Propose how a file's columns become ours; 1 where a required one is not found."""
    from pipelines.mapping import made_for, propose, write_map
    from pipelines.places import check_new_file

    console = Console()
    with explained():
        if to is not None:
            check_new_file(to, "--to")
        sheets = propose(file)
        if to is not None:
            write_map(sheets, to, force=force)
    for sheet in sheets:
        console.proposed(sheet)
    for name in made_for(sheets):
        console.say(f"there is a map for such files: pmo import {name} {file} --to DIR")
    if to is not None:
        console.say(
            f"{to}: correct what is wrong. Then pmo import {file} --map {to} --to DIR; or keep it "
            f"beside your exports, write map: {to.name} into settings.yml there, and pmo run"
        )
    raise typer.Exit(0 if all(sheet.is_whole for sheet in sheets) else 1)


@app.command("import")
def import_(
    given: Annotated[
        list[Path],
        typer.Argument(
            metavar="[SOURCE] FILE...",
            help="What the files are, such as gmpp, unless --map says it; and the files.",
        ),
    ],
    to: Annotated[Path, typer.Option(help="Folder to write our tables to, as CSV.")],
    map_: Annotated[
        Path | None, typer.Option("--map", help="The map by which to read them, see pmo map.")
    ] = None,
) -> None:
    """Turn another tool's files into our tables; 1 where some cells could not be read."""
    from pipelines.importer import import_files
    from pipelines.maps.source import MapSource, reader_named
    from pipelines.places import check_new

    with explained():
        check_new(to, "--to")
        name, files = (map_.stem, given) if map_ else (f"{given[0]}", given[1:])
        reader = MapSource.at(map_) if map_ else reader_named(name)
        if not files:
            raise ParameterError("no file is named", remedy="pmo import SOURCE FILE... --to DIR")
        imported = import_files(reader, name, files, to)
    Console().imported(imported, to)
    raise typer.Exit(1 if len(imported.unread) else 0)


@app.command()
def start(
    folder: Annotated[
        Path, typer.Argument(help="Folder for the answers and what follows of them.")
    ],
) -> None:
    """Define a PMO by a few questions: customers, services, promises, KPIs, a page.

    Each answer is kept at once; stopped with Ctrl-C, it goes on where it was.
    """
    from pipelines.places import check_new
    from pipelines.start.asked import asked
    from pipelines.start.plan import read_plan
    from pipelines.start.written import deliver, keep

    console = Console()
    with explained():
        check_new(folder, "the folder")
        plan = read_plan(folder)
        for answered in asked(plan, _prompted, console.say):
            plan = answered
            keep(plan, folder)
        console.say("DELIVER")
        for path in deliver(plan, folder):
            console.say(f"{path}")
    console.say(
        f"Put your exports into {folder}, then: pmo run {folder}/monthly.yml --raw {folder}"
    )


def _prompted(question: str, usual: str) -> str:
    """An answer from the terminal, or a file in its place; ParameterError where it ends."""
    try:
        answer: str = typer.prompt(question, default=usual or None, show_default=bool(usual))
    except typer.Abort:
        raise KeyboardInterrupt from None
    return answer


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write, such as template.xlsx.")],
    table: Annotated[
        list[str] | None, typer.Option(help="A table it should have; all where none is named.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there.")
    ] = False,
) -> None:
    """Write an Excel workbook to fill in: a sheet a table, with drop-downs and notes."""
    from pipelines.places import check_new
    from pipelines.template import write_template
    from pmo_lib.contract.tables import TABLES

    with explained():
        check_new(file, "the file")
        write_template(
            file, table or [name for name in TABLES if name != "benchmarks"], force=force
        )
    Console().say(f"{file}: fill it in, put it into a folder, then pmo run --raw that folder")


@app.command()
def sample(directory: Annotated[Path, typer.Argument(help="Folder to write it to.")]) -> None:
    """Write the synthetic sample portfolio."""
    from pipelines.places import check_new
    from pipelines.sample import write

    with explained():
        check_new(directory, "the folder")
        written = write(directory)
    Console().say(f"{len(written)} files in {directory}")


def _parameters(pairs: list[str], period: str) -> dict[str, str]:
    """What --set and --period say; ParameterError where they say a thing twice."""
    parameters = {"period": period} if period else {}
    for pair in pairs:
        name, found, value = pair.partition("=")
        if not found:
            raise ParameterError(f"--set {shown(pair)} has no value", remedy=_SET)
        if name.strip() in parameters:
            what = f"{shown(name.strip())} is given twice"
            raise ParameterError(what, remedy=f"Keep one of --set and --period. {_SET}")
        parameters[name.strip()] = value
    return parameters
