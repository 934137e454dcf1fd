"""Folders and files are the old ones or the new ones, whole; one run at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import files
from pipelines.files import (
    LockedError,
    locked,
    read_json,
    recorded,
    replaced_folder,
    sweep,
    temporary_folder,
    write_json,
)

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
Path.rename = lambda self, to: os._exit(9) if self.suffix == ".new" else rename(self, to)
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

    def test_that_is_a_link_stays_one_every_time(self, target: Path) -> None:
        link = target.with_name("link")
        link.symlink_to(target)
        for number in range(3):
            with replaced_folder(link) as folder:
                (folder / "new.txt").write_text(str(number))
            assert link.is_symlink()
            assert contents(target) == contents(link) == {"new.txt": str(number)}
        assert names(target.parent) == {"pack", "link"}

    def test_that_is_a_link_to_nowhere_makes_what_it_leads_to(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "disk" / "pack")
        with replaced_folder(tmp_path / "link") as folder:
            (folder / "new.txt").write_text("new")
        assert contents(tmp_path / "disk" / "pack") == {"new.txt": "new"}

    def test_where_there_is_a_file_is_refused_and_leaves_it(self, tmp_path: Path) -> None:
        (tmp_path / "pack").write_text("mine")
        with pytest.raises(NotADirectoryError), replaced_folder(tmp_path / "pack"):
            pass
        assert (tmp_path / "pack").read_text() == "mine"

    def test_is_readable_by_whom_the_system_lets(self, target: Path) -> None:
        with replaced_folder(target):
            pass
        (target.parent / "plain").mkdir()
        assert target.stat().st_mode == (target.parent / "plain").stat().st_mode

    def test_keeps_what_is_not_ours(self, target: Path) -> None:
        theirs = {"notes.pdf": "a", "deep/er/b.txt": "b", "old.txt.bak": "c", "new.txt": "mine"}
        for name, text in theirs.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(text)
        (target / "out").symlink_to("/nowhere")
        with replaced_folder(target, lambda _: {"old.txt"}) as folder:
            (folder / "new.txt").write_text("new")
        kept = {p.relative_to(target).as_posix(): p.read_text() for p in target.rglob("*.*")}
        assert kept == {"notes.pdf": "a", "deep/er/b.txt": "b", "old.txt.bak": "c",
                        "new.txt": "new", "new (1).txt": "mine"}  # fmt: skip
        assert (target / "out").is_symlink()
        assert names(target.parent) == {"pack"}

    def test_that_ends_badly_leaves_what_is_not_ours(self, target: Path) -> None:
        (target / "notes.pdf").write_text("a")
        with pytest.raises(OSError, match="full"), replaced_folder(target, lambda _: {"old.txt"}):
            raise OSError("full")
        assert contents(target) == {"old.txt": "old", "notes.pdf": "a"}
        assert names(target.parent) == {"pack"}


class TestKilledBetweenTheTwoRenames:
    @pytest.fixture
    def killed(self, target: Path) -> Path:
        """A target whose old folder has been put aside, and the new one not yet in its place."""
        done = subprocess.run([sys.executable, "-c", DIE, str(target)])
        assert done.returncode == 9
        assert {name[-4:] for name in names(target.parent)} == {".old", ".new"}
        return target

    def test_sweep_puts_the_old_one_back(self, killed: Path) -> None:
        sweep(killed)
        assert contents(killed) == {"old.txt": "old"}
        assert names(killed.parent) == {"pack"}

    def test_the_next_run_replaces_it(self, killed: Path) -> None:
        sweep(killed)
        with replaced_folder(killed) as folder:
            (folder / "new.txt").write_text("new")
        assert contents(killed) == {"new.txt": "new"}
        assert names(killed.parent) == {"pack"}


class TestSweep:
    def test_removes_the_old_one_where_the_new_is_in_place(self, target: Path) -> None:
        target.with_name(".pack.0a1b2c3d.old").mkdir()
        sweep(target)
        assert names(target.parent) == {"pack"}
        assert contents(target) == {"old.txt": "old"}

    def test_removes_what_was_not_finished(self, target: Path) -> None:
        (target.with_name(".pack.0a1b2c3d.new") / "within").mkdir(parents=True)
        sweep(target)
        assert names(target.parent) == {"pack"}

    def test_keeps_what_is_not_ours_of_a_folder_that_was_put_aside(self, target: Path) -> None:
        """A kill between putting the new one in its place and removing the old one."""
        aside = target.with_name(".pack.0a1b2c3d.new")
        aside.mkdir()
        for name in ("old.txt", "notes.pdf"):
            (aside / name).write_text(name)
        sweep(target, lambda _: {"old.txt"})
        assert contents(target) == {"old.txt": "old", "notes.pdf": "notes.pdf"}
        assert names(target.parent) == {"pack"}

    def test_takes_a_pattern_and_looks_where_a_link_leads(self, tmp_path: Path) -> None:
        (tmp_path / "disk" / ".2026-01.0a1b2c3d.new").mkdir(parents=True)
        (tmp_path / "disk" / ".2026-02.0a1b2c3d.old").mkdir()
        (tmp_path / "packs").symlink_to(tmp_path / "disk")
        sweep(tmp_path / "packs" / "????-??")
        assert names(tmp_path / "disk") == {"2026-02"}

    def test_leaves_all_else(self, target: Path) -> None:
        """Hidden or not, however like ours."""
        files = {".lock", ".gitignore", "notes.old", ".notes.old", ".mine.new", ".pack.new",
                 ".pack.0a1b2c3.new", ".other.0a1b2c3d.new", ".pack.0a1b2c3d.new.txt"}  # fmt: skip
        folders = {".notes", ".x.new", ".x.old", ".pack.old", ".packs.0a1b2c3d.old"}
        for name in files:
            (target.parent / name).write_text("x")
        for name in folders:
            (target.parent / name).mkdir()
        sweep(target)
        assert names(target.parent) == {"pack", *files, *folders}

    def test_does_nothing_where_there_is_no_folder(self, tmp_path: Path) -> None:
        sweep(tmp_path / "nowhere" / "pack")
        assert names(tmp_path) == set()


def test_temporary_folder_is_gone_in_the_end_or_after_the_next_sweep(tmp_path: Path) -> None:
    with temporary_folder(tmp_path / "made") as folder:
        (folder / "a").mkdir()
        assert names(tmp_path) == {folder.name}
    assert names(tmp_path) == set()
    with pytest.raises(OSError, match="full"), temporary_folder(tmp_path / "made"):
        raise OSError("full")
    assert names(tmp_path) == set()
    (tmp_path / ".made.0a1b2c3d.new").mkdir()
    sweep(tmp_path / "made")
    assert names(tmp_path) == set()


class TestJson:
    def test_comes_back_with_its_keys_in_order(self, tmp_path: Path) -> None:
        value = {"b": [1, 2.5, None], "a": "Café"}
        write_json(tmp_path / "x.json", value)
        assert read_json(tmp_path / "x.json") == value
        assert list(json.loads((tmp_path / "x.json").read_text())) == ["b", "a"]
        assert names(tmp_path) == {"x.json"}

    def test_holds_names_that_are_no_text(self, tmp_path: Path) -> None:
        write_json(tmp_path / "x.json", ["caf\udce9", "é"])
        assert read_json(tmp_path / "x.json") == ["caf\udce9", "é"]

    def test_stays_as_it_was_where_the_new_value_cannot_be_written(self, tmp_path: Path) -> None:
        write_json(tmp_path / "x.json", 1)
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(tmp_path / "x.json", float("nan"))
        assert read_json(tmp_path / "x.json") == 1

    @pytest.mark.parametrize("text", ["", "{", "[]", "3", '["a"]', "[" * 100_000, "\0"])
    def test_what_records_nothing_is_nothing(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "x.json").write_text(text)
        assert recorded(tmp_path / "x.json") == {}
        assert recorded(tmp_path / "gone.json") == {}


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

    def test_is_refused_in_words_where_nobody_can_read_who_holds_it(
        self, holder: subprocess.Popen[str], tmp_path: Path
    ) -> None:
        (tmp_path / ".lock.json").write_text('{"process": ')
        with pytest.raises(LockedError, match=r"Wait for it to end \(unknown\)"), locked(tmp_path):
            pass

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
