"""The verbs by which data come in: a map of an export, an import, a template, a start, a sample."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import Console
from pipelines.explained import explained
from pmo_lib.errors import ParameterError

Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


def map_(
    file: Annotated[Path, typer.Argument(help="The export to look at: CSV or Excel.")],
    to: Annotated[Path | None, typer.Option(help="Write the map to this file.")] = None,
    force: Force = False,
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
    force: Annotated[
        bool, typer.Option("--force", help="Replace tables that were changed by hand since.")
    ] = False,
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
        imported = import_files(reader, name, files, to, force=force)
    Console().imported(imported, to)
    raise typer.Exit(1 if len(imported.unread) else 0)


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
    from pipelines.start.plan import ANSWERS, read_plan
    from pipelines.start.written import deliver, keep

    console = Console()
    with explained():
        check_new(folder, "the folder")
        plan = read_plan(folder)
        try:
            for answered in asked(plan, _prompted, console.say):
                plan = answered
                keep(plan, folder)
        except KeyboardInterrupt:
            console.say(
                f"\nStopped. {folder / ANSWERS} keeps the answers: pmo start {folder} goes on"
            )
            raise typer.Exit(130) from None
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


def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write, such as template.xlsx.")],
    table: Annotated[
        list[str] | None, typer.Option(help="A table it should have; all where none is named.")
    ] = None,
    force: Force = False,
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


def sample(directory: Annotated[Path, typer.Argument(help="Folder to write it to.")]) -> None:
    """Write the synthetic sample portfolio."""
    from pipelines.places import check_new
    from pipelines.sample import write

    with explained():
        check_new(directory, "the folder")
        written = write(directory)
    Console().say(f"{len(written)} files in {directory}")
