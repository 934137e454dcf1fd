"""The workbook to fill in: as the tables are declared, and read back as they are filled."""

import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipelines.reading.ingest import ingest
from pipelines.template import write_template
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, ParameterError


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    write_template(path, list(TABLES))
    return path


@pytest.fixture
def file(written: Path, tmp_path: Path) -> Path:
    """A copy of the template with every table."""
    return shutil.copy(written, tmp_path / "t.xlsx")


def test_has_a_sheet_a_table_with_every_column(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    wrong = {
        name
        for name, table in TABLES.items()
        if tuple(cell.value for cell in book[name][1]) != table.column_names
    }
    assert not wrong
    assert book.sheetnames[0] == "Read me"


def test_offers_the_allowed_words_and_the_ids_that_are_referred_to(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    rules = {name: book[name].data_validations.dataValidation for name in TABLES}
    offers = {
        name: {str(rule.sqref).partition("2:")[0] for rule in own} for name, own in rules.items()
    }
    missing = []
    for name, table in TABLES.items():
        for position, column in enumerate(table, start=1):
            letter = openpyxl.utils.get_column_letter(position)
            wanted = bool(column.references) or 0 < len(",".join(column.allowed)) <= 255
            if wanted != (letter in offers[name]):
                missing.append(f"{name}.{column.name}")
    assert not missing


def test_says_what_each_column_means(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    without = [
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for position, column in enumerate(table, start=1)
        if column.meaning not in book[name].cell(1, position).comment.text
    ]
    assert not without


def test_is_not_written_over_another(file: Path) -> None:
    with pytest.raises(DataError, match="is there already"):
        write_template(file, ["projects"])
    write_template(file, ["projects"], force=True)


def test_refuses_what_is_no_table_or_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="Did you mean 'projects'"):
        write_template(tmp_path / "a.xlsx", ["project"])
    with pytest.raises(ParameterError, match=r"must end in \.xlsx"):
        write_template(tmp_path / "a.csv", ["projects"])


def test_an_example_that_nobody_touched_is_no_row(file: Path) -> None:
    """Neither beside rows that were filled in nor alone; one that was changed is a row."""
    book = openpyxl.load_workbook(file)
    for name, row in {"projects": ("P1",), "baselines": ("P1", 0)}.items():
        for column, value in enumerate(row, start=1):
            book[name].cell(3, column, value)
    book["projects"].cell(3, 3, "IT")
    book["services"].cell(2, 2, "Portfolio reporting")
    book.save(file)
    read = ingest(file.parent, Settings())
    ids = {name: table.own.iloc[:, 0].tolist() for name, table in read.tables.items()}
    ids.pop("benchmarks", None)
    assert ids == {
        "projects": ["P1"], "baselines": ["P1"], "services": ["example service_id"],
    }  # fmt: skip
    said = [str(question) for question in read.questions if question.check == "no_row"]
    assert len(said) == 2
    assert not [each for each in read.questions if each.check == "not_read"]
    assert all("is the example of the template" in each for each in said)


def test_that_nobody_filled_in_holds_no_projects(file: Path) -> None:
    with pytest.raises(DataError, match=r"no table.*not filled in"):
        ingest(file.parent, Settings())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libre_office_saves_it_as_it_is_filled_in(file: Path, tmp_path: Path) -> None:
    """Headings and choices are there, and what was filled in is read; the example is no row."""
    book = openpyxl.load_workbook(file)
    names = TABLES["projects"].column_names
    filled = {"project_id": "007", "department": "IT", "started_on": "2026-03-31",
              "actual_cost": 1250.5, "status": "active"}  # fmt: skip
    for name, value in filled.items():
        book["projects"].cell(3, names.index(name) + 1, value)
    book.save(file)
    out = tmp_path / "saved"
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(file)],
        check=True, capture_output=True, timeout=120, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    saved = openpyxl.load_workbook(out / "t.xlsx")
    assert tuple(cell.value for cell in saved["projects"][1]) == names
    assert saved["projects"].data_validations.dataValidation
    read = ingest(out, Settings()).tables
    assert [name for name in read if name != "benchmarks"] == ["projects"]
    (row,) = read["projects"].own.to_dict("records")
    assert {name: row[name] for name in filled} == filled | {
        "started_on": pd.Timestamp("2026-03-31")
    }


def test_with_its_sheets_renamed_says_what_they_must_be_called(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    book["projects"].title = "Our list"
    book.save(file)
    with pytest.raises(DataError, match=r"a sheet called projects.*Our list"):
        ingest(file.parent, Settings())
