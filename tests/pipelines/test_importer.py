"""pmo import: tables as CSV beside a list of what could not be read, and nothing lost."""

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipelines.importer import import_files, refuse_foreign_files
from pipelines.maps.source import reader_named
from pipelines.sources import UNREAD_COLUMNS, Imported
from pmo_lib.errors import DataError, PmoError


class Source:
    """A source with one project and one cell that it could not read."""

    def read(self, files: list[Path]) -> Imported:
        projects = pd.DataFrame({"project_id": ["P1"], "department": ["IT"]})
        unread = pd.DataFrame(
            [["a.csv", 3, "Apollo", "cost", "tbc", "is not a number"]], columns=list(UNREAD_COLUMNS)
        )
        return Imported({"projects": projects}, unread)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "export.csv").write_text("anything")
    return tmp_path / "export.csv"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_writes_tables_and_unread_cells(export: Path, tmp_path: Path) -> None:
    import_files(Source(), "tool", [export], tmp_path / "to")
    assert (tmp_path / "to" / "projects.csv").read_bytes() == b"project_id,department\nP1,IT\n"
    unread = pd.read_csv(tmp_path / "to" / "unread" / "tool.csv")
    assert unread.iloc[0].tolist() == ["a.csv", 3, "Apollo", "cost", "tbc", "is not a number"]


def test_missing_files_are_named_and_nothing_is_written(export: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: is not there"):
        import_files(Source(), "tool", [export, tmp_path / "gone.csv"], tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_pipes_are_named_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="is a pipe"):
        import_files(Source(), "tool", [tmp_path / "pipe.csv"], tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_folders_are_named_and_nothing_is_written(export: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder") as caught:
        import_files(Source(), "tool", [export, tmp_path], tmp_path / "to")
    assert caught.value.where == str(tmp_path)
    assert not (tmp_path / "to").exists()


def test_writes_over_its_own_earlier_tables(export: Path, tmp_path: Path) -> None:
    for _ in range(2):
        import_files(Source(), "tool", [export], tmp_path / "to")
    assert {"projects.csv", "unread"} <= names(tmp_path / "to")


def test_keeps_the_settings_of_the_folder(export: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    import_files(Source(), "tool", [export], to)
    (to / "settings.yml").write_text("organisation: Ours\n")
    import_files(Source(), "tool", [export], to)
    assert (to / "settings.yml").read_text() == "organisation: Ours\n"


@pytest.mark.parametrize(
    ("ours", "is_refused"), [("USD", False), ("$", False), ("EUR", True), ("", True)]
)
def test_another_currency_than_the_folders_is_never_taken_for_it(
    export: Path, tmp_path: Path, ours: str, is_refused: bool
) -> None:
    class InDollars(Source):
        def read(self, files: list[Path]) -> Imported:
            return replace(super().read(files), settings={"currency": "USD"})

    to = tmp_path / "to"
    import_files(Source(), "tool", [export], to)
    (to / "settings.yml").write_text(f"currency: {ours}\n" if ours else "organisation: Ours\n")
    with (
        pytest.raises(DataError, match=r"in USD, and currency .* is")
        if is_refused
        else nullcontext()
    ):
        import_files(InDollars(), "tool", [export], to)


@pytest.mark.parametrize("name", ["README.md", "settings.yml", "projects.csv"])
def test_file_of_the_user_is_neither_mixed_with_ours_nor_replaced(
    export: Path, tmp_path: Path, name: str
) -> None:
    to = tmp_path / "to"
    to.mkdir()
    (to / name).write_text("mine")
    with pytest.raises(DataError, match="holds other files"):
        import_files(Source(), "tool", [export], to)
    assert (to / name).read_text() == "mine"


def test_readme_put_beside_ours_is_not_lost(export: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    import_files(Source(), "tool", [export], to)
    (to / "README.md").write_text("mine")
    with pytest.raises(DataError, match=r"README\.md"):
        import_files(Source(), "tool", [export], to)
    assert (to / "README.md").read_text() == "mine"


def test_may_write_to_the_current_folder(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "to").mkdir()
    monkeypatch.chdir(tmp_path / "to")
    import_files(Source(), "tool", [export], Path())
    assert "projects.csv" in names(tmp_path / "to")


def test_folder_with_other_files_is_refused_and_untouched(export: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    to.mkdir()
    (to / "thesis.docx").write_text("years of work")
    with pytest.raises(DataError) as caught:
        import_files(Source(), "tool", [export], to)
    assert str(caught.value) == (
        f"{to}: the folder holds other files (thesis.docx). Name an empty folder."
    )
    assert names(to) == {"thesis.docx"}


def test_only_our_mark_makes_files_ours(tmp_path: Path) -> None:
    for name in ("projects.csv", "settings.yml"):
        (tmp_path / name).touch()
    with pytest.raises(DataError, match=r"projects\.csv, settings\.yml"):
        refuse_foreign_files(tmp_path, ["projects.csv", "mark"], tmp_path / "mark")
    (tmp_path / "mark").touch()
    refuse_foreign_files(tmp_path, ["projects.csv", "mark"], tmp_path / "mark")
    with pytest.raises(DataError, match=r"projects\.csv"):
        refuse_foreign_files(tmp_path, ["baselines.csv", "mark"], tmp_path / "mark")


def test_unknown_source_names_those_there_are() -> None:
    with pytest.raises(PmoError, match=r"there is no source 'gmp'\. Did you mean 'gmpp'\?"):
        reader_named("gmp")


def test_tables_that_were_changed_by_hand_are_not_replaced(tmp_path: Path, export: Path) -> None:
    to = tmp_path / "to"
    import_files(Source(), "tool", [export], to)
    table = next(to.glob("*.csv"))
    before = table.read_text()
    table.write_text(f"{before}mine\n")
    with pytest.raises(DataError, match=rf"{table.name} changed since the last import.*--force"):
        import_files(Source(), "tool", [export], to)
    assert table.read_text().endswith("mine\n")
    import_files(Source(), "tool", [export], to, force=True)
    assert table.read_text() == before
