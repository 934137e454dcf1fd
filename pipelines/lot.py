"""The verb lot: draws which projects get a service, and records the draw before it is acted on."""

from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.append_only import add, rows_so_far
from pipelines.reading.readers import read_csv
from pmo_lib.effect.lot import COLUMNS, draw
from pmo_lib.errors import DataError, ParameterError, allowed_values, shown
from pmo_lib.wording import listed_names
from pmo_lib.workbook import Workbook

RECORD = "lots.csv"


def drawn_lot(
    workbook: Workbook, service: str, places: int, seed: str, raw: Path, chosen: Path | None = None
) -> pd.DataFrame:
    """The rows of a draw, added to lots.csv of the exports.

    Candidates are the projects that have not begun, or those that the file `chosen` lists in its
    column project_id. ParameterError for an unknown service, DataError for a project that is not
    known or already drawn for it.
    """
    services = sorted(workbook.tables["services"]["service_id"]) if _has(workbook) else []
    if service not in services:
        raise ParameterError(
            f"there is no service {shown(service)}", remedy=allowed_values(service, services)
        )
    file = raw / RECORD
    before = rows_so_far(file, COLUMNS, "lot")
    candidates = _candidates(workbook, chosen)
    again = sorted(
        set(candidates["project_id"])
        & set(before.loc[before["service_id"] == service, "project_id"])
    )
    if again and chosen is not None:
        raise DataError(
            f"{listed_names(again)} took part in a draw for {service} already",
            where=str(chosen), remedy="Leave them out: a second draw would undo the first",
        )  # fmt: skip
    candidates = candidates[~candidates["project_id"].isin(again)]
    today = date.today().isoformat()
    lot_id = _free_name(f"{service}-{today}", set(before["lot_id"]))
    found = draw(
        candidates, lot_id=lot_id, service_id=service, places=places, seed=seed, drawn_on=today
    )
    add(file, before, found)
    return found


def _has(workbook: Workbook) -> bool:
    return "services" in workbook.tables


def _candidates(workbook: Workbook, chosen: Path | None) -> pd.DataFrame:
    projects = workbook.tables["projects"]
    if chosen is None:
        waiting = projects["started_on"].isna() & projects["finished_on"].isna()
        return projects.loc[waiting, ["project_id", "department"]]
    if not chosen.is_file():
        raise ParameterError(f"there is no file {shown(str(chosen))}", remedy="See --candidates")
    listed = read_csv(chosen, frozenset({"project_id"})).cells["project_id"]
    names = set(listed.str.strip()) - {""}
    unknown = sorted(names - set(projects["project_id"]))
    if unknown:
        raise DataError(
            f"there is no project {listed_names(unknown)}", where=str(chosen),
            remedy="Write the ids as projects.csv has them",
        )  # fmt: skip
    found = projects[projects["project_id"].isin(names)]
    begun = sorted(found.loc[found["finished_on"].notna(), "project_id"])
    if begun:
        raise DataError(
            f"{listed_names(begun)} ended already", where=str(chosen),
            remedy="A draw is for projects that the service can still reach",
        )  # fmt: skip
    return found[["project_id", "department"]]


def _free_name(name: str, taken: set[str]) -> str:
    """The name, or with a number where there was a draw that day."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
