"""Folders and files are the old ones or the new ones, whole; one run at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import files
from pipelines.files import LockedError, locked, read_json, replaced_folder, sweep, write_json

HOLD = """\
import sys
from pathlib import Path
from pipelines.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
DIE = """\
import os, sys
from pathlib import Path
from pipelines import files
files._exchanged_atomically = lambda *_: False
rename = Path.rename
Path.rename = lambda self, to: os._exit(9) if self.name == ".pack.new" else rename(self, to)
with files.replaced_folder(Path(sys.argv[1])) as folder:
    (folder / "new.txt").write_text("new")
"""


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(params=["in one step", "in two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of putting one folder in another's place."""
    if request.param == "in two renames":
        monkeypatch.setattr(files, "_exchanged_atomically", lambda *_: False)
    elif sys.platform != "linux":
        pytest.skip("only Linux swaps two names in one step")
    return str(request.param)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "old.txt").write_text("old")
    return tmp_path / "pack"


@pytest.mark.usefixtures("way")
class TestReplacedFolder:
    def test_takes_the_place_of_the_old_whole(self, target: Path) -> None:
        with replaced_folder(target) as folder:
            (folder / "new.txt").write_text("new")
            assert contents(target) == {"old.txt": "old"}
        assert contents(target) == {"new.txt": "new"}
        assert names(target.parent) == {"pack"}

    def test_is_made_where_there_was_none(self, tmp_path: Path) -> None:
        with replaced_folder(tmp_path / "far" / "away") as folder:
            (folder / "new.txt").write_text("new")
        assert contents(tmp_path / "far" / "away") == {"new.txt": "new"}

    @pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, SystemExit])
    def test_leaves_the_old_where_the_block_ends_badly(
        self, target: Path, kind: type[BaseException]
    ) -> None:
        def end_badly(folder: Path) -> None:
            (folder / "half.txt").write_text("half")
            raise kind

        with pytest.raises(kind), replaced_folder(target) as folder:
            end_badly(folder)
        assert contents(target) == {"old.txt": "old"}
        assert names(target.parent) == {"pack"}

    def test_begins_empty_after_a_run_that_was_killed(self, target: Path) -> None:
        left_over = target.with_name(".pack.new")
        left_over.mkdir()
        (left_over / "half.txt").write_text("half")
        with replaced_folder(target) as folder:
            assert names(folder) == set()
        assert names(target.parent) == {"pack"}


class TestKilledBetweenTheTwoRenames:
    @pytest.fixture
    def killed(self, target: Path) -> Path:
        """A target whose old folder has been put aside, and the new one not yet in its place."""
        done = subprocess.run([sys.executable, "-c", DIE, str(target)])
        assert done.returncode == 9
        assert names(target.parent) == {".pack.old", ".pack.new"}
        return target

    def test_sweep_puts_the_old_one_back(self, killed: Path) -> None:
        sweep(killed.parent)
        assert contents(killed) == {"old.txt": "old"}
        assert names(killed.parent) == {"pack"}

    def test_the_next_run_replaces_it(self, killed: Path) -> None:
        sweep(killed.parent)
        with replaced_folder(killed) as folder:
            (folder / "new.txt").write_text("new")
        assert contents(killed) == {"new.txt": "new"}
        assert names(killed.parent) == {"pack"}


def test_replaced_folder_does_not_mind_an_old_one_that_a_killed_run_left(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_exchanged_atomically", lambda *_: False)
    left_over = target.with_name(".pack.old")
    left_over.mkdir()
    (left_over / "older.txt").write_text("older")
    with replaced_folder(target) as folder:
        (folder / "new.txt").write_text("new")
    assert contents(target) == {"new.txt": "new"}


class TestSweep:
    def test_removes_the_old_one_where_the_new_is_in_place(self, target: Path) -> None:
        target.with_name(".pack.old").mkdir()
        sweep(target.parent)
        assert names(target.parent) == {"pack"}
        assert contents(target) == {"old.txt": "old"}

    @pytest.mark.parametrize("name", [".pack.new", ".executed-x1y2"])
    def test_removes_what_was_not_finished(self, target: Path, name: str) -> None:
        (target.parent / name / "within").mkdir(parents=True)
        sweep(target.parent)
        assert names(target.parent) == {"pack"}

    def test_leaves_all_else(self, target: Path) -> None:
        for name in (".lock", ".gitignore", "notes.old"):
            (target.parent / name).write_text("x")
        sweep(target.parent)
        assert names(target.parent) == {"pack", ".lock", ".gitignore", "notes.old"}

    def test_does_nothing_where_there_is_no_folder(self, tmp_path: Path) -> None:
        sweep(tmp_path / "nowhere")
        assert names(tmp_path) == set()


class TestJson:
    def test_comes_back_with_its_keys_in_order(self, tmp_path: Path) -> None:
        value = {"b": [1, 2.5, None], "a": "Café"}
        write_json(tmp_path / "x.json", value)
        assert read_json(tmp_path / "x.json") == value
        assert list(json.loads((tmp_path / "x.json").read_text())) == ["b", "a"]
        assert names(tmp_path) == {"x.json"}

    def test_stays_as_it_was_where_the_new_value_cannot_be_written(self, tmp_path: Path) -> None:
        write_json(tmp_path / "x.json", 1)
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(tmp_path / "x.json", float("nan"))
        assert read_json(tmp_path / "x.json") == 1


class TestLock:
    @pytest.fixture
    def holder(self, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
        """Another process that holds the lock on `tmp_path`."""
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()
        process.communicate()

    def test_is_refused_saying_which_process_holds_it(
        self, holder: subprocess.Popen[str], tmp_path: Path
    ) -> None:
        with pytest.raises(LockedError) as caught, locked(tmp_path):
            pass
        said = str(caught.value)
        assert str(tmp_path) in said
        assert "another run holds the lock. Wait for it to end" in said
        assert f"process {holder.pid}, on " in said

    def test_is_free_when_its_holder_was_killed(
        self, holder: subprocess.Popen[str], tmp_path: Path
    ) -> None:
        holder.kill()
        holder.wait()
        with locked(tmp_path):
            assert read_json(tmp_path / ".lock.json")["process"] == os.getpid()

    def test_is_free_after_an_exception(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError), locked(tmp_path):
            raise RuntimeError
        with locked(tmp_path):
            pass
        assert not (tmp_path / ".lock.json").exists()

    def test_makes_the_folder(self, tmp_path: Path) -> None:
        with locked(tmp_path / "far" / "away"):
            assert (tmp_path / "far" / "away").is_dir()
