"""Files of the UK's major projects in every layout that was published, made up."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from pipelines.sources import Imported

TURNED = (
    "Project name",
    "Department",
    "MPA RAG rating\n(on a five-point scale)",
    "Description / Aims \n",
    "Departmental commentary on actions planned or taken on the MPA RAG rating.",
    "Project - Start Date\n(Latest approved start date)",
    "Project - End Date\n(Latest approved end date)",
    "2014/2015 Budget (£million)",
    "Total budgeted whole life costs (£million)\n(including non-government costs)",
    "Departmental narrative on budgeted whole life costs",
)
OLD = [
    "project_name",
    "department",
    "colour_rating",
    "start_date",
    "end_date",
    "wlc_baseline_incl_NCG",
    "year",
]
NUMBERED = [*OLD, "report_category", "project_number"]
NEW = [
    "year",
    "project_number",
    "project_name",
    "department",
    "report_category",
    "colour_rating",
    "colour_rating",
    "start_date",
    "end_date",
    "wlc_baseline_incl_NCG",
    "TOTAL Baseline Benefits (£m)",
]
EXEMPT = "Exempt under Section 43 of the Freedom of Information Act 2000"


def write(
    path: Path,
    rows: Sequence[Sequence[str]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
) -> Path:
    stream = StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=newline).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def old(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file of 2018 or 2019: name, department, rating, start, end and cost of each project."""
    return write(folder / f"uk_{year}.csv", [OLD, *([*row, str(year)] for row in projects)])


def numbered(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file of 2020 or 2021: as `old`, and the number last."""
    rows = [[*row[:6], str(year), "ICT", row[6]] for row in projects]
    return write(folder / f"uk_{year}.csv", [NUMBERED, *rows])


def new(folder: Path, year: int, *projects: Sequence[str]) -> Path:
    """A file since 2022: number, name, both ratings, start, end, cost and benefit."""
    rows = [[str(year), n, name, "MOD", "ICT", *rest] for n, name, *rest in projects]
    return write(folder / f"uk_{year}.csv", [NEW, *rows], ";", "cp1252")


PROJECT = ("Tidal Barrage", "DfT", "Amber/Green", "31/05/2010", "01/09/2018", "£1,996.50")


def turned_2015(folder: Path) -> Path:
    name, department, rating, start, end, cost = PROJECT
    cells = (name, department, rating, "Aims", "Why\nso", start, end, "£3.00m", cost, "None")
    rows = [[heading, cell, ""] for heading, cell in zip(TURNED, cells, strict=True)]
    return write(folder / "old.csv", [*rows, ["", "", ""]], encoding="cp1252")


def rows_2015(folder: Path) -> Path:
    dotted = [text.replace("/20", ".").replace("/", ".") for text in PROJECT[3:5]]
    return old(folder, 2015, (*PROJECT[:3], *dotted, PROJECT[5]))


def semicolons_2015(folder: Path) -> Path:
    row = (*PROJECT[:3], "2010-05-31", "2018-09-01", "1996.50", "2015")
    return write(folder / "any.csv", [OLD, row], ";", "utf-8-sig", "\r\n")


def unread(imported: Imported) -> list[tuple[str, str, str, str]]:
    columns = ["record", "column", "value", "reason"]
    return list(imported.unread[columns].itertuples(index=False, name=None))


def ids(imported: Imported) -> list[str]:
    return imported.tables["projects"]["project_id"].tolist()


def versions(imported: Imported) -> list[tuple[str, float, str]]:
    frame = imported.tables["baselines"]
    dates = [frame[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("approved_on", "finish")]
    return list(zip(dates[0], frame["cost"].fillna(-1), dates[1], strict=True))
