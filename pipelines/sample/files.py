"""The portfolio as typed frames and as CSV files, both from the same rows."""

import csv
import io
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.sample import (
    benefits,
    customers,
    decisions,
    delivery,
    office,
    peers,
    register,
    reports,
    services,
    surveys,
)
from pipelines.sample.projects import projects
from pipelines.sample.rows import Cell, Row
from pipelines.spreadsheet import guarded
from pmo_lib.contract.schema import Column, Table
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError

SETTINGS = "\n".join(
    [
        "organisation: Example organisation (synthetic data)",
        "price_base: 2026",
        "profile:",
        "  sector: public",
        "  pmo_type: controlling",
        "  pmo_since: 2022",
        "  governance_weight: medium",
        "customers:",
        *(f"  {name}: {asked}" for name, asked in surveys.asked().items()),
        "",
    ]
)


def all_rows() -> dict[str, list[Row]]:
    """The rows of every table, by its name, in the order of the declaration."""
    every_project = projects()
    every_benefit = benefits.benefits(every_project)
    lots = services.lot_rows(every_project)
    rows = {
        "projects": register.project_rows(every_project),
        "baselines": register.baseline_rows(every_project),
        "status_reports": reports.status_report_rows(every_project),
        "milestones": delivery.milestone_rows(every_project),
        "gates": delivery.gate_rows(every_project),
        "benefits": benefits.benefit_rows(every_benefit),
        "benefit_reports": benefits.benefit_report_rows(every_benefit),
        "demands": register.demand_rows(every_project),
        "risks": delivery.risk_rows(every_project),
        "capacity": office.capacity_rows(),
        "services": services.service_rows(),
        "service_requests": services.service_request_rows(),
        "survey_responses": surveys.survey_response_rows(every_project),
        "value_statements": customers.value_statement_rows(),
        "communications": customers.communication_rows(),
        "decisions": decisions.decision_rows(),
        "rollouts": services.rollout_rows(),
        "lots": lots,
        "pledges": services.pledge_rows(lots),
        "pmo_costs": office.pmo_cost_rows(),
        "benchmarks": peers.benchmark_rows(),
    }
    return {name: rows[name] for name in TABLES}


def portfolio() -> dict[str, pd.DataFrame]:
    """The synthetic portfolio: every declared table with its declared columns and types."""
    return {name: _frame(TABLES[name], rows) for name, rows in all_rows().items()}


def _frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows], dtype=column.pandas_type)
            for column in table
        }
    )


def write(directory: Path) -> list[Path]:
    """One CSV a table in `directory`, its settings.yml and a peer's, and the paths of all.

    UTF-8, commas, LF, an empty cell for a gap. The settings name the organisation as synthetic,
    so that every report says so. Raises DataError for a folder that holds anything but an earlier
    sample: nobody's exports are overwritten.
    """
    settings = directory / "settings.yml"
    is_ours = settings.exists() and settings.read_bytes() == SETTINGS.encode()
    if not is_ours and directory.is_dir() and any(directory.iterdir()):
        raise DataError(
            "the folder holds other files", where=str(directory), remedy="Name an empty folder"
        )
    peer = directory / "benchmarks" / peers.PEER
    return [
        *_write(directory, all_rows(), SETTINGS),
        *_write(peer, peers.peer_rows(), peers.PEER_SETTINGS),
    ]


def _write(directory: Path, tables: dict[str, list[Row]], settings: str) -> list[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.csv": _text(TABLES[name], rows) for name, rows in tables.items()}
    texts["settings.yml"] = settings
    for name, text in texts.items():
        (directory / name).write_bytes(text.encode())
    return [directory / name for name in texts]


def _text(table: Table, rows: list[Row]) -> str:
    """Written by hand, not by pandas, whose number formats may change between versions."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows([_cell(column, row.get(column.name)) for column in table] for row in rows)
    return lines.getvalue()


def _cell(column: Column, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "money":
        return f"{value:.2f}"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return guarded(str(value))
