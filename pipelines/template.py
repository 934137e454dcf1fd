"""pmo template: an Excel workbook to fill in, a sheet a table, as the tables are declared."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pmo_lib.contract.examples import example
from pmo_lib.contract.schema import KIND_MEANINGS, Column, Table
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, ParameterError, allowed_values

ROWS = 10_000  # down to which drop-downs reach
_FILLS = {"required": "FFE3B3", "expected": "E3EEF9", "optional": "F4F4F4"}
_FORMATS = {"date": "yyyy-mm-dd", "money": "#,##0.00", "share": "0%", "id": "@", "period": "@"}
_WIDEST = 255  # letters of a list of words that Excel takes in a drop-down


def write_template(path: Path, tables: Sequence[str], *, force: bool = False) -> None:
    """Write a workbook with a sheet for each table.

    Raises ParameterError for an unknown table, DataError where the file is there already.
    """
    for name in tables:
        if name not in TABLES:
            remedy = allowed_values(name, TABLES)
            raise ParameterError(f"there is no table {name!r}", remedy=remedy)
    if path.suffix.lower() != ".xlsx":
        raise ParameterError("must end in .xlsx", where=str(path), remedy="Name it template.xlsx")
    if path.exists() and not force:
        raise DataError(
            "is there already, perhaps filled in", where=str(path),
            remedy="Name another file, or add --force",
        )  # fmt: skip
    book = Workbook()
    _explain(book.active, tables)
    for name in tables:
        _fill(book.create_sheet(name), TABLES[name], tables)
    book.save(path)


def _explain(sheet: Worksheet | object, tables: Iterable[str]) -> None:
    """The first sheet: what the colours mean, and what a row of each table is."""
    assert isinstance(sheet, Worksheet)
    sheet.title = "Read me"
    lines = [
        ("How to fill this in", ""),
        ("", "A sheet a table, a row below the headings for each case. Leave out what you do not "
             "have: every further column and table switches on more figures."),
        ("", "The grey row is an example: write over it, or delete it. Dates as 2026-01-31."),
        ("required", "without it the row cannot be used"),
        ("expected", "without it much cannot be told"),
        ("optional", "switches on further figures"),
        ("", ""),
        *((name, f"a row is {TABLES[name].row}") for name in tables),
    ]  # fmt: skip
    for line in lines:
        sheet.append(line)
    for row in sheet.iter_rows(min_row=4, max_row=6, max_col=1):
        row[0].fill = PatternFill("solid", fgColor=_FILLS[str(row[0].value)])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 100


def _fill(sheet: Worksheet, table: Table, tables: Sequence[str]) -> None:
    sheet.append([column.name for column in table])
    sheet.append([example(column) for column in table])
    sheet.freeze_panes = "A2"
    for position, column in enumerate(table, start=1):
        letter = get_column_letter(position)
        head, sample = sheet.cell(1, position), sheet.cell(2, position)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True)
        head.fill = PatternFill("solid", fgColor=_FILLS[column.need])
        head.comment = Comment(_note(column), "PMO Value Workbook", width=320, height=140)
        sample.font = Font(italic=True, color="808080")
        sheet.column_dimensions[letter].width = max(12, len(column.name) + 3)
        if column.kind in _FORMATS:
            for row in range(2, 52):
                sheet.cell(row, position).number_format = _FORMATS[column.kind]
        if (rule := _choices(column, tables)) is not None:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{ROWS}")


def _note(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    words = f"\nOne of: {', '.join(column.allowed)}." if column.allowed else ""
    return f"{column.meaning}{unit}.\n{KIND_MEANINGS[column.kind]}; {column.need}.{words}"


def _choices(column: Column, tables: Sequence[str]) -> DataValidation | None:
    """A drop-down of allowed words, or of the values of the column that this one refers to."""
    words = ",".join(column.allowed)
    table, _, other = column.references.partition(".")
    if words and len(words) <= _WIDEST:
        formula = f'"{words}"'
    elif table in tables:
        names = TABLES[table].column_names
        letter = get_column_letter(names.index(other) + 1)
        formula = f"{quote_sheetname(table)}!${letter}$2:${letter}${ROWS}"
    else:
        return None
    rule = DataValidation(type="list", formula1=formula, allow_blank=True)
    rule.error = f"{column.name}: choose one of the list"
    rule.errorTitle = "Not in the list"
    return rule
