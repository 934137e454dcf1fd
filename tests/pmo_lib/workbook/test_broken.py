"""Whatever has happened to a file of ours, it is told in words, with the file and what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.workbooks import write
from pmo_lib.errors import DataError
from pmo_lib.workbook import open_workbook

FROZEN = "baselines/before/1"
Break = Callable[[bytes], bytes]


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


BROKEN: dict[str, Break] = {
    "cut in half": _half,
    "cut at its end": lambda content: content[:-3],
    "cut to a byte": lambda content: content[:1],
    "empty": lambda _: b"",
    "zeros": lambda content: b"\0" * len(content),
    "another's": lambda _: b"{}",
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "a number": lambda _: b"17",
    "half a letter": lambda content: b'{"\xff' + content[1:],
    "endless": lambda _: b"[" * 200_000,
    "a page": lambda _: b"<!DOCTYPE html><title>502 Bad Gateway</title>",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("whole") / "out", portfolio())
    open_workbook(folder).freeze("before", "2025-06", "2026-11-24")
    return folder


@pytest.mark.parametrize(
    ("name", "said", "remedy"),
    [
        ("verdict.json", "written by another version or changed by hand", "pmo check"),
        ("tables/projects.parquet", "cut off or was changed by hand", "pmo check"),
        (f"{FROZEN}/baseline.json", "record of a frozen baseline is cut off", "from a copy"),
        (f"{FROZEN}/D3.parquet", "not as it was frozen", "from a copy"),
    ],
)
def test_broken_file_is_told(
    whole: Path, tmp_path: Path, name: str, said: str, remedy: str
) -> None:
    shutil.copytree(whole, tmp_path / "out")
    path = tmp_path / "out" / name
    content = path.read_bytes()
    wrong = {}
    for what, broken in BROKEN.items():
        path.write_bytes(broken(content))
        try:
            opened = open_workbook(tmp_path / "out")
            opened.tables["projects"], opened.baseline()
            wrong[what] = "opened"
        except DataError as error:
            told = said in error.what and remedy in error.remedy
            if not told or error.where not in {str(path), str(path.parent)}:
                wrong[what] = str(error)
        except Exception as error:  # noqa: BLE001 every one is to be named
            wrong[what] = repr(error)[:200]
    assert not wrong


def test_table_of_other_columns_or_types_is_told(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "out")
    path = tmp_path / "out" / "tables" / "projects.parquet"
    table = pd.read_parquet(path)
    for other in (table.drop(columns="status"), table.assign(started_on="soon")):
        other.to_parquet(path)
        with pytest.raises(DataError, match="its columns are not those of the table"):
            open_workbook(tmp_path / "out").tables["projects"]


def test_verdict_up_to_no_month_is_told(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "out")
    path = tmp_path / "out" / "verdict.json"
    dated = json.loads(path.read_text()) | {"data_date": {"period": "soon", "why": ""}}
    path.write_text(json.dumps(dated))
    with pytest.raises(DataError, match="'soon' is no month"):
        open_workbook(tmp_path / "out")


@pytest.mark.parametrize("name", ["version", "until", "hash", "settings"])
@pytest.mark.parametrize("value", [b"null", b"[1]", b'{"a": 1}', b"1e400", b'"2025-13"'])
def test_record_of_a_baseline_with_another_value_is_told(
    whole: Path, tmp_path: Path, name: str, value: bytes
) -> None:
    shutil.copytree(whole, tmp_path / "out")
    path = tmp_path / "out" / FROZEN / "baseline.json"
    before, found, after = path.read_bytes().partition(f'"{name}": '.encode())
    assert found
    path.write_bytes(before + found + value + b', "was": ' + after)
    with pytest.raises(DataError, match=r"baseline.*(cut off|not as it was frozen)"):
        open_workbook(tmp_path / "out").baseline()
