"""The shipped files are what the generator writes, byte for byte, wherever it runs."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_series_equal

from pipelines.configuration import configured
from pipelines.sample import TRUTHS, write
from pmo_lib.contract.tables import TABLES

Frames = dict[str, pd.DataFrame]
SHIPPED = Path(__file__).parents[3] / "data" / "raw"
PEER = "benchmarks/Synthetic peer"
PEER_FILES = [f"{PEER}/projects.csv", f"{PEER}/baselines.csv"]
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(tmp_path_factory.mktemp("sample") / "not there yet")


@pytest.fixture(scope="module")
def written(paths: list[Path]) -> Path:
    return paths[0].parent


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*.csv")
    }


def test_one_file_a_declared_table(written: Path, paths: list[Path]) -> None:
    own = [f"{name}.csv" for name in TABLES]
    assert [path.relative_to(written).as_posix() for path in paths] == [
        *own, "settings.yml", *PEER_FILES, f"{PEER}/settings.yml",
    ]  # fmt: skip
    assert set(contents(written)) == {*own, *PEER_FILES}


def test_shipped_files_are_what_is_written(written: Path) -> None:
    assert {name: (SHIPPED / name).read_bytes() for name in contents(written)} == contents(written)


@pytest.mark.parametrize("name", ["settings.yml", f"{PEER}/settings.yml"])
def test_shipped_settings_are_what_is_written(written: Path, name: str) -> None:
    assert (SHIPPED / name).read_bytes() == (written / name).read_bytes()


def test_published_figures_beside_the_peer_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path)
    figures = tmp_path / "benchmarks" / "benchmarks_published.csv"
    figures.write_text("theirs", encoding="utf-8")
    write(tmp_path)
    assert figures.read_text(encoding="utf-8") == "theirs"


def test_settings_say_how_many_people_each_department_was_asked(
    written: Path, frames: Frames
) -> None:
    customers = configured(written).customers
    assert customers == {each.name: 14 for each in TRUTHS.departments}
    answers = frames["survey_responses"]
    answered = answers.groupby(["wave", "department"])["respondent_id"].nunique()
    assert answered.max() <= 14


def test_another_process_with_another_hash_seed_writes_the_same(
    written: Path, tmp_path: Path
) -> None:
    code = "import sys, pathlib, pipelines.sample as s; s.write(pathlib.Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert contents(tmp_path) == contents(written)


def test_all_files_are_under_three_megabytes(written: Path) -> None:
    assert sum(len(text) for text in contents(written).values()) < MOST_BYTES


def test_text_is_plain(written: Path) -> None:
    for name, text in contents(written).items():
        assert not text.startswith(b"\xef\xbb\xbf"), name
        assert b"\r" not in text, name
        assert text.endswith(b"\n"), name
        text.decode("utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_the_declared_ones_in_their_order(written: Path, name: str) -> None:
    header = (written / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header.split(",") == list(TABLES[name].column_names)


def test_frames_have_the_declared_types(frames: Frames) -> None:
    assert list(frames) == list(TABLES)
    for name, frame in frames.items():
        expected = {column.name: column.pandas_type for column in TABLES[name]}
        assert frame.dtypes.astype(str).to_dict() == expected, name


def test_frames_hold_what_the_files_hold(written: Path, frames: Frames) -> None:
    for name, frame in frames.items():
        text = pd.read_csv(written / f"{name}.csv", dtype=str, keep_default_na=False)
        assert len(text) == len(frame) > 0
        for column in TABLES[name]:
            read = text[column.name].replace("", pd.NA)
            assert_series_equal(frame[column.name], read.astype(column.pandas_type))


def test_readme_names_every_file() -> None:
    readme = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert [name for name in TABLES if f"`{name}.csv`" not in readme] == []
