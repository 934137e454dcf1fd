"""The log beside the packs: what failed in full, for whoever mends it, and in no pack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.log import log_name, write_log
from pipelines.publishing.render import Record, Task, record

SECRET = "could not convert 'Apollo, 12000'"
TRACE = f'Traceback\n  File "/home/me/x.py", line 1\n\x1b[31mValueError\x1b[0m: {SECRET}\n'


def a_record(**more: Any) -> Record:
    return Record("a", "Report", "Departments", "a.html", "03_kpi_report", **more)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "monthly" / "2026-09"


def test_is_named_after_the_pack(pack: Path) -> None:
    assert log_name(pack) == "logs/monthly-2026-09.log"


def test_has_the_reason_and_the_traceback_without_colours(tmp_path: Path, pack: Path) -> None:
    write_log(tmp_path, pack, [a_record(), a_record(reason="ValueError: x", detail=TRACE)])
    text = (tmp_path / "logs" / "monthly-2026-09.log").read_text()
    assert text.startswith("Report: ValueError: x\nTraceback\n")
    assert f"ValueError: {SECRET}" in text
    assert "\x1b" not in text


def test_is_gone_once_all_is_well(tmp_path: Path, pack: Path) -> None:
    write_log(tmp_path, pack, [a_record()])
    assert list(tmp_path.iterdir()) == []
    write_log(tmp_path, pack, [a_record(detail="a warning")])
    write_log(tmp_path, pack, [a_record()])
    assert list((tmp_path / "logs").iterdir()) == []


def test_what_a_run_fails_with_is_in_the_log_and_in_nothing_that_is_handed_out(
    pmo: Callable[..., Any], small_raw: Path, small_job: Path, tmp_path: Path, instant: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def failing(task: Task) -> Record:
        reason = f"ValueError: {SECRET}"
        return record(task.report, state="failed", reason=reason, step="Scorecard", detail=TRACE)

    monkeypatch.setattr("pipelines.publishing.render_all.render", failing)
    out = tmp_path / "out"
    done = pmo("run", small_job, "--raw", small_raw, "--out", out)
    assert done.exit_code == 1
    assert SECRET in (out / "logs" / "small-2025-09.log").read_text()
    handed_out = [p for p in (out / "reports").rglob("*") if p.is_file() and p.suffix != ".parquet"]
    assert len(handed_out) > 5
    texts = {path.name: path.read_text() for path in handed_out}
    for said in (SECRET, "Traceback", "/home/me", str(tmp_path)):
        assert [name for name, text in texts.items() if said in text] == []
    assert "ValueError; more is in logs/small-2025-09.log" in texts["run.json"]
