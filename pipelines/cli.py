"""The command pmo: one verb a line of work, exit codes a scheduler can trust.

0 all done; 1 something was rejected, withheld or failed, the rest is published; 2 nothing done;
130 interrupted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import Console
from pmo_lib.errors import ParameterError, PmoError

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


def main() -> None:
    """Run the command; an unforeseen error ends in exit code 2 as well: nothing was published."""
    try:
        app()
    except Exception:  # noqa: BLE001 reported in full, and no scheduler takes it for success
        Console().unforeseen()
        raise SystemExit(2) from None


@contextmanager
def explained() -> Iterator[None]:
    """Turn a user's mistake, or a disk error, into a message and exit code 2."""
    try:
        yield
    except PmoError as error:
        Console().error(str(error))
        raise typer.Exit(2) from None
    except OSError as error:
        where = error.filename or "the output folder"
        Console().error(
            f"{where}: {error.strerror or error}. Nothing was published; make room or give access, "
            "or name another folder with --out, then run again."
        )
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        Console().error("Interrupted. What was published before is untouched.")
        raise typer.Exit(130) from None


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
    quiet: Quiet = False,
) -> None:
    """Publish a report pack: ingest, validate, render, publish."""
    from pipelines.run import Request
    from pipelines.run import run as run_request

    console = Console(quiet=quiet)
    with explained(), console.progress() as progress:
        parameters = _parameters(set_ or []) | ({"period": period} if period else {})
        outcome = run_request(Request(job, raw, out, parameters, workers, force), progress)
    console.outcome(outcome)
    raise typer.Exit(outcome.exit_code)


@app.command()
def check(raw: Raw = RAW, out: Out = OUT, quiet: Quiet = False) -> None:
    """Ingest and validate only: 0 all accepted, 1 some rejected or withheld, 2 unusable."""
    from pipelines.configuration import configured
    from pipelines.files import locked
    from pipelines.prepare import prepare

    console = Console(quiet=quiet)
    with explained(), console.progress() as progress:
        settings = configured(raw)
        with locked(out):
            prepared = prepare(raw, out, settings, progress.say)
    console.verdict(prepared.verdict, out)
    for name, peer in prepared.peers.items():
        console.verdict(peer.verdict, out / "peers" / name, peer=name)
    lost = prepared.rows_rejected or prepared.cells_unread or prepared.workbook.withheld
    raise typer.Exit(1 if lost else 0)


@app.command()
def kpis(
    out: Out = OUT,
    period: Period = "",
    csv: Annotated[Path | None, typer.Option(help="Write the tidy results to this file.")] = None,
) -> None:
    """The catalogue: what is measured, and what each unmeasured KPI still needs."""
    from pipelines.spreadsheet import write_csv
    from pmo_lib.engine.result import tidy
    from pmo_lib.parameters import KpiReportParameters

    with explained():
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
        str, typer.Option(help="YYYY-MM, its last month; the one before the first roll-out.")
    ] = "",
) -> None:
    """Freeze the baseline that later reports are compared with; what is frozen is never changed."""
    from datetime import date

    from pipelines.files import locked
    from pmo_lib.parameters import BaselineParameters

    with explained(), locked(out):
        parameters = BaselineParameters(until=until, data_dir=str(out))
        checked, workbook = parameters.open()
        frozen = workbook.freeze(name, checked.until, f"{date.today()}", again=True)
    Console().frozen(frozen)


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="What the files are: gmpp or nyc.")],
    files: Annotated[list[Path], typer.Argument(help="The files, as they were published.")],
    to: Annotated[Path, typer.Option(help="Folder to write our tables to, as CSV.")],
) -> None:
    """Turn another tool's files into our tables; 1 where some cells could not be read."""
    from pipelines.importer import import_files

    with explained():
        imported = import_files(source, files, to)
    Console().imported(imported, to)
    raise typer.Exit(1 if len(imported.unread) else 0)


@app.command()
def sample(directory: Annotated[Path, typer.Argument(help="Folder to write it to.")]) -> None:
    """Write the synthetic sample portfolio."""
    from pipelines.sample import write

    with explained():
        written = write(directory)
    Console().say(f"{len(written)} files in {directory}")


def _parameters(pairs: list[str]) -> dict[str, str]:
    parameters = {}
    for pair in pairs:
        name, found, value = pair.partition("=")
        if not found:
            raise ParameterError(f"--set {pair!r} has no value", remedy="Write --set NAME=VALUE")
        parameters[name.strip()] = value
    return parameters
