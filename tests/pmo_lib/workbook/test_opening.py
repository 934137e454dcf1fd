"""Opening a workbook: tables read when asked for, clear errors."""

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.portfolio import portfolio
from builders.tables import DEPARTMENTS
from builders.workbooks import write
from pmo_lib.errors import DataError
from pmo_lib.workbook import open_workbook
from pmo_lib.workbook import opening as module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    values = {"organisation": "Ours", "disclosure": {"too_few": 3}}
    return write(tmp_path / "processed", portfolio(), **values)


class TestOpening:
    def test_gives_the_tables_the_verdict_and_the_settings(self, folder: Path) -> None:
        opened = open_workbook(folder)
        assert set(opened.tables) == set(portfolio())
        assert len(opened.tables) == 4
        for name, table in portfolio().items():
            assert_frame_equal(opened.tables[name], table)
        assert opened.settings.organisation == "Ours"
        assert opened.settings.disclosure.too_few == 3
        assert opened.verdict.data_hash == "abc123"
        assert opened.version == "1.2.3"

    def test_takes_text_for_a_folder(self, folder: Path) -> None:
        assert open_workbook(str(folder)).departments == sorted(DEPARTMENTS)

    def test_without_a_verdict_tells_the_remedy(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="there are no validated tables") as caught:
            open_workbook(tmp_path)
        assert str(tmp_path) in caught.value.where
        assert "pmo check" in caught.value.remedy
        assert "data_dir" in caught.value.remedy

    def test_without_a_folder_is_that_of_the_project(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert module.DEFAULT_FOLDER.parts[-2:] == ("data", "processed")
        monkeypatch.setattr(module, "DEFAULT_FOLDER", folder)
        assert open_workbook().settings.organisation == "Ours"

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ('"organisation"', '"organization"'),
            ('"organisation"', '"price_base": 2025, "prices": "nominal", "organisation"'),
            ('"data_hash"', '"hash"'),
            ("{", "{{"),
        ],
    )
    def test_verdict_that_is_not_ours_names_the_file_and_the_remedy(
        self, folder: Path, ours: str, theirs: str
    ) -> None:
        verdict = folder / "verdict.json"
        text = json.dumps(json.loads(verdict.read_text()))
        assert ours in text
        verdict.write_text(text.replace(ours, theirs, 1))
        with pytest.raises(DataError, match="written by another version or changed") as caught:
            open_workbook(folder)
        assert caught.value.where == str(verdict)
        assert "pmo check" in caught.value.remedy

    def test_reads_a_table_once_and_only_when_asked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[str] = []
        real = pd.read_parquet
        monkeypatch.setattr(pd, "read_parquet", lambda path: read.append(path.stem) or real(path))
        opened = open_workbook(folder)
        assert "projects" in opened.tables
        assert read == []
        assert opened.tables["projects"] is opened.tables["projects"]
        assert read == ["projects"]

    def test_table_that_is_not_there_is_not_in_it(self, folder: Path) -> None:
        opened = open_workbook(folder)
        assert "risks" not in opened.tables
        with pytest.raises(KeyError):
            opened.tables["risks"]

    def test_other_files_in_the_folder_are_no_tables(self, folder: Path) -> None:
        portfolio()["projects"].to_parquet(folder / "tables" / "notes.parquet")
        assert "notes" not in open_workbook(folder).tables
