"""What people put into the output folder stays, and what we have made does not pile up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pmo_lib.engine.baseline import Baseline
from pmo_lib.workbook.frozen import write_baseline

Run = Callable[..., Result]
THEIRS = (
    "notes.txt", ".mine.new", ".notes.old/a.txt", ".tables.new/b.txt", "rejected/mended.xlsx",
    "rejected/mine/projects.csv", "tables/my_table.parquet", "extra_columns/why.md",
    "peers/theirs/x.csv", "peers/readme", "measured/mine/facts.json", "measured/note",
    "reports/x.html", "reports/small/2025-09/minutes.pdf", "reports/small/2025-09/mine.html",
    "reports/small/.2025-09.new/c", "reports/small/older/d", "baselines/original/e.txt",
    "logs/f.log",
)  # fmt: skip


@pytest.fixture
def run(pmo: Run, small_raw: Path, small_job: Path, tmp_path: Path, instant: Any) -> Run:
    (small_raw / "settings.yml").write_text("withhold_above_rejected_share: 1\n")
    arguments = ("run", small_job, "--raw", small_raw, "--out", tmp_path / "out")
    return lambda *more: pmo(*arguments, *more)


def change(raw: Path, old: str, new: str) -> None:
    path = raw / "projects.csv"
    path.write_text(path.read_text().replace(old, new))


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file()}  # fmt: skip


def test_files_of_others_stay_through_every_run(run: Run, small_raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run().exit_code == 0
    for name in THEIRS:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(name)
    for old, new in (("Apollo", "Artemis"), ("2025-07-14", "soon"), ("soon", "2025-07-14")):
        change(small_raw, old, new)
        assert run("--force").exit_code == 0
        found = files(out)
        assert {name for name in THEIRS if found.get(name) != name.encode()} == set()


def test_what_we_have_made_is_replaced_and_does_not_pile_up(
    run: Run, small_raw: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    change(small_raw, "2025-07-14", "soon")
    run()
    first = {name for name in files(out) if "measured" not in name}
    assert "rejected/projects.csv" in first
    for number in range(2):
        change(small_raw, "Apollo" + "!" * number, "Apollo" + "!" * (number + 1))
        run()
    assert {name for name in files(out) if "measured" not in name} == first
    assert len(list((out / "measured").iterdir())) == 1
    change(small_raw, "soon", "2025-07-14")
    run()
    assert "rejected/projects.csv" not in files(out)


def test_folders_that_are_links_work_every_time(run: Run, small_raw: Path, tmp_path: Path) -> None:
    out, disk = tmp_path / "out", tmp_path / "disk"
    out.mkdir()
    for name in ("tables", "rejected", "reports", "measured"):
        (disk / name).mkdir(parents=True)
        (out / name).symlink_to(disk / name)
    for number in range(2):
        change(small_raw, "Apollo" + "!" * number, "Apollo" + "!" * (number + 1))
        assert run().exit_code == 0
        assert all((out / name).is_symlink() for name in ("tables", "reports", "measured"))
        assert (disk / "tables" / "projects.parquet").exists()
    assert {path.name for path in disk.iterdir()} == {"tables", "rejected", "reports", "measured"}


def test_leftovers_of_killed_runs_are_removed(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run()
    before = files(out)
    left = (
        ".tables.0a1b2c3d.new", ".rejected.0a1b2c3d.old", ".executed.0a1b2c3d.new",
        "reports/small/.2025-09.0a1b2c3d.new", "measured/.2025-09-0123456789ab.0a1b2c3d.new",
        "baselines/original/.1.0a1b_c3d.new",
    )  # fmt: skip
    for name in left:
        (out / name).mkdir(parents=True)
    for name in (".verdict.json.new", "..lock.json.new"):
        (out / name).write_text("{")
    run()
    assert [name for name in left if (out / name).exists()] == []
    assert files(out) == before


def test_baseline_that_is_being_frozen_has_a_name_that_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves behind is what the sweep looks for."""
    seen: list[str] = []
    monkeypatch.setattr(Path, "rename", lambda self, _: seen.append(self.parent.name))
    write_baseline(Baseline("a", 1, "2026-03", "2026-04-01", "h", "1", {}, {}, {}), tmp_path)
    (name,) = seen
    assert name.startswith(".1.")
    assert name.endswith(".new")
    assert len(name) == len(".1.12345678.new")
