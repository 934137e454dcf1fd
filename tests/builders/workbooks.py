"""Workbooks on tables made by hand, without files or as a folder, and the verdict on them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from builders.tables import Row
from builders.views import settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.workbook import Workbook


def workbook(given: Mapping[str, pd.DataFrame], **values: Any) -> Workbook:
    """A workbook on the tables that touches no file."""
    verdict = Verdict.from_mapping(facts(given))
    return Workbook(given, verdict, settings(**values), "1.2.3")


def write(folder: Path, given: Mapping[str, pd.DataFrame], **values: Any) -> Path:
    """The folder with the tables as Parquet and the verdict."""
    (folder / "tables").mkdir(parents=True)
    for name, table in given.items():
        table.to_parquet(folder / "tables" / f"{name}.parquet")
    (folder / "verdict.json").write_text(json.dumps(facts(given, **values)), "utf-8")
    return folder


def facts(given: Mapping[str, pd.DataFrame], **values: Any) -> Row:
    """What verdict.json says of the tables under the settings `values`."""
    return {
        "version": "1.2.3",
        "settings": values,
        "data_hash": "abc123",
        "tables": {name: table_facts(name, len(table)) for name, table in given.items()},
        "ignored": [],
        "questions": [],
    }


def table_facts(name: str, rows: int, rejected: int = 0, **more: Any) -> Row:
    """A table's part of verdict.json."""
    file = {"name": f"{name}.csv", "sha256": "00", "encoding": "utf-8", "rows": rows}
    return {
        "name": name,
        "files": [file | {"blank_rows": 0}],
        "rows_read": rows,
        "rows_accepted": rows - rejected,
        "expectations": 3,
        "expectations_met": 3,
        "violations": [],
        "absent_columns": [],
        "extra_columns": [],
    } | more
