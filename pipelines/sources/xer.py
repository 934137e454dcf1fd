"""Primavera P6's XER: projects and activities as tab-separated tables, without any baseline."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.reading.currencies import CODES
from pipelines.reading.encoding import hash_and_encoding
from pipelines.sources import Imported
from pipelines.sources.plans import (
    UNKNOWN,
    Plan,
    Task,
    amount,
    base_currency,
    day,
    each_file,
    imported,
)
from pmo_lib.errors import DataError

Row = Mapping[str, str]
NO_BASELINE = "XER holds no baseline: for what was planned first, export PMXML with its baselines"


def read(files: Sequence[Path]) -> Imported:
    """The projects of the files; DataError for a file that is no XER or is cut off."""
    return imported(each_file(files, _plans), [NO_BASELINE])


def _plans(path: Path) -> Iterator[Plan]:
    tables = _tables(path)
    if not tables.get("PROJECT"):
        raise DataError("holds no project", path.name, "Export at least one project")
    nodes = {row["proj_id"]: row for row in tables.get("PROJWBS", ())
             if row.get("proj_node_flag") == "Y"}  # fmt: skip
    owners = {row["obs_id"]: row["obs_name"] for row in tables.get("OBS", ())}
    costs = _costs(tables)
    for project in tables["PROJECT"]:
        number = project["proj_id"]
        node = nodes.get(number, {})
        own = [row for row in tables.get("TASK", ()) if row["proj_id"] == number]
        yield Plan(
            project.get("proj_short_name") or number,
            node.get("wbs_name", "") or project.get("proj_short_name", ""),
            day(project.get("last_recalc_date")) or day(project.get("next_data_date")),
            tuple(_task(row, costs) for row in own if row.get("task_type") != "TT_WBS"),
            owners.get(node.get("obs_id", ""), UNKNOWN),
            notes=tuple(_broken_calendars(path, tables)),
            currency=_currency(tables),
        )


def _task(row: Row, costs: Mapping[str, tuple[float, float]]) -> Task:
    actual, remaining = costs.get(row["task_id"], (0.0, 0.0))
    finished = day(row.get("act_end_date"))
    return Task(
        id=row.get("task_code") or row["task_id"],
        name=row.get("task_name", ""),
        is_milestone=row.get("task_type") in ("TT_Mile", "TT_FinMile"),
        start=day(row.get("early_start_date")) or day(row.get("target_start_date")),
        finish=day(row.get("early_end_date")) or day(row.get("target_end_date")),
        started_on=day(row.get("act_start_date")),
        finished_on=finished,
        is_complete=row.get("status_code") == "TK_Complete",
        cost=actual + remaining,
        actual_cost=actual,
    )


def _costs(tables: Mapping[str, Sequence[Row]]) -> dict[str, tuple[float, float]]:
    """Actual and remaining cost of each activity, of its resources and its expenses."""
    found: dict[str, tuple[float, float]] = {}
    for row in (*tables.get("TASKRSRC", ()), *tables.get("PROJCOST", ())):
        spent = sum(amount(row.get(n)) for n in ("act_reg_cost", "act_ot_cost", "act_cost"))
        actual, remaining = found.get(row["task_id"], (0.0, 0.0))
        found[row["task_id"]] = (actual + spent, remaining + amount(row.get("remain_cost")))
    return found


def _currency(tables: Mapping[str, Sequence[Row]]) -> str:
    """The currency that costs are kept in, as the first line says, or by its rate of exchange."""
    said = tables["ERMHDR"][0]["currency"]
    rates = ((row["curr_short_name"], row.get("base_exch_rate", "")) for row in
             tables.get("CURRTYPE", ()))  # fmt: skip
    return said if said in CODES else base_currency(rates)


def _broken_calendars(path: Path, tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Calendars whose data are cut off: no figure of ours hangs on them."""
    for row in tables.get("CALENDAR", ()):
        data = row.get("clndr_data", "")
        if data.count("(") != data.count(")"):
            yield f"{path.name}: the calendar {row.get('clndr_name')!r} is cut off; it is not used"


def _tables(path: Path) -> dict[str, list[Row]]:
    """The rows of every table: %T names it, %F its fields, %R a row; %E ends the file."""
    _, encoding = hash_and_encoding(path)
    lines = path.read_text(encoding=encoding).splitlines()
    if not lines or not lines[0].startswith("ERMHDR"):
        raise DataError(
            "is no XER file: its first line is not ERMHDR", path.name,
            "Export it from P6: File, Export, Primavera PM (XER)",
        )  # fmt: skip
    tables: dict[str, list[Row]] = {"ERMHDR": [{"currency": lines[0].split("\t")[-1].strip()}]}
    name, fields = "", list[str]()
    for number, line in enumerate(lines[1:], start=2):
        kind, *cells = line.split("\t")
        if kind == "%T":
            name, fields = cells[0].strip() if cells else "", []
            tables[name] = []
        elif kind == "%F":
            fields = cells
        elif kind == "%R":
            if not name or not fields or len(cells) > len(fields) or _is_short(cells, fields):
                what = f"a row of {name or 'no table'} has {len(cells)} cells"
                raise DataError(
                    f"{what}, its header {len(fields)}", f"{path.name} line {number}",
                    "Export it again; the file is damaged",
                )  # fmt: skip
            tables[name].append(dict(zip(fields, [*cells, *[""] * len(fields)], strict=False)))
        elif kind == "%E":
            return tables
    raise DataError("is cut off: its last line, %E, is missing", path.name, "Export it again")


def _is_short(cells: Sequence[str], fields: Sequence[str]) -> bool:
    """Whether more is missing than the empty cells at the end that some tools leave out."""
    return len(cells) < len(fields) / 2
