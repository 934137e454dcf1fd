"""The command pmo: one verb a line of work, exit codes a scheduler can trust.

0 all done; 1 something was rejected, withheld or failed, the rest is published; 2 nothing done;
130 interrupted, 143 and 129 ended by SIGTERM and SIGHUP.
"""

import sys
import unicodedata
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from pipelines import intake
from pipelines.console import Console
from pipelines.ending import endable
from pipelines.explained import explained
from pmo_lib.errors import ParameterError, PmoError, shown

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


@app.command()
def lot(
    service: Annotated[str, typer.Argument(help="The service with more demand than hands.")],
    places: Annotated[int, typer.Option(min=1, help="How many projects can have it.")],
    seed: Annotated[
        str, typer.Option(help="What the order is made from: say it before you draw.")
    ] = "",
    candidates: Annotated[
        Path | None,
        typer.Option(help="CSV with project_id; default: all projects that have not begun."),
    ] = None,
    raw: Raw = RAW,
    out: Out = OUT,
) -> None:
    """Draw by lot which projects get a service, so that its effect can be shown."""
    from pipelines.files import locked
    from pipelines.lot import RECORD, drawn_lot
    from pmo_lib.workbook import open_workbook

    with explained(), locked(out):
        if not seed.strip():
            raise ParameterError(
                "a draw needs a seed, said before it is drawn",
                remedy="Take what nobody here can choose, such as --seed 'index of 2026-12-01'",
            )
        found = drawn_lot(open_workbook(out), service, places, seed, raw, candidates)
    Console().drawn(found, raw / RECORD)


@app.command()
def pledge(
    name: Annotated[str, typer.Argument(help="What to call the pledge.")],
    question: Annotated[str, typer.Option(help="What is to be found out, in a sentence.")],
    look_on: Annotated[str, typer.Option(help="YYYY-MM, the month whose pack answers it.")],
    outcome: Annotated[str, typer.Option(help="cost, schedule or benefits.")] = "cost",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="As for the report.")
    ] = None,
    raw: Raw = RAW,
    out: Out = OUT,
) -> None:
    """Say what will be asked before its outcome is seen; later value cases are held to it."""
    from pipelines.files import locked
    from pipelines.pledge import RECORD, terms_of, written_pledge
    from pmo_lib.workbook import open_workbook

    with explained(), locked(out):
        workbook = open_workbook(out)
        terms = terms_of(workbook.settings, _parameters(set_ or [], ""))
        made = written_pledge(workbook, name, question, outcome, look_on, terms, raw)
    Console().pledged(made, raw / RECORD)


app.command("map")(intake.map_)
app.command("import")(intake.import_)
for verb in (intake.start, intake.template, intake.sample):
    app.command()(verb)


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
