"""The record of a pack read back: one that is not whole, or not ours, is as if not there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.made import Made, packs_in

Runs = Callable[..., Any]
GOOD: dict[str, Any] = {
    "period": "2026-03", "started": "2026-04-01T06:00:00", "fingerprint": "f", "data_hash": "h",
    "reports": [], "rows_rejected": 2, "had": {"projects.name": ["D1"]}, "month": "March 2026",
    "withheld": {}, "failed_kpis": {}, "collect_next": ["x"], "questions": [], "versions": {},
}  # fmt: skip
BAD = {
    "cut off": '{"period": "2026-',
    "empty": "",
    "no mapping": "[]",
    "null": "null",
    "another version": json.dumps({"period": "2026-03", "state": "published"}),
    "other kinds": json.dumps(GOOD | {"reports": {"a": 1}}),
    "other kinds within": json.dumps(GOOD | {"reports": [{"name": 3}]}),
    "no month": json.dumps(GOOD | {"period": "x"}),
    "zeros": "\0" * 100,
    "other encoding": '{"period": "\udce9"}',
    "deep": "[" * 100_000,
}


def write(packs: Path, period: str, text: str) -> Path:
    (packs / period).mkdir(parents=True)
    path = packs / period / "run.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    return path


def test_is_read_with_what_it_says(tmp_path: Path) -> None:
    write(tmp_path, "2026-03", json.dumps(GOOD))
    (found,) = packs_in(tmp_path)
    assert found == Made(
        "2026-03", "2026-04-01T06:00:00", "f", "h", (), "March 2026", 2, {}, {}, (), ("x",),
        {"projects.name": ("D1",)}, folder=tmp_path / "2026-03",
    )  # fmt: skip


def test_ones_are_in_the_order_they_were_made(tmp_path: Path) -> None:
    for period, day in (("2026-01", 3), ("2026-02", 1), ("2026-03", 2)):
        write(tmp_path, period, json.dumps(GOOD | {"period": period, "started": f"2026-04-0{day}"}))
    assert [pack.period for pack in packs_in(tmp_path)] == ["2026-02", "2026-03", "2026-01"]


@pytest.mark.parametrize("kind", BAD)
def test_one_that_cannot_be_used_is_passed_over_and_said_so(tmp_path: Path, kind: str) -> None:
    write(tmp_path, "2026-02", json.dumps(GOOD))
    bad, said = write(tmp_path, "2026-03", BAD[kind]), list[str]()
    assert [pack.folder.name for pack in packs_in(tmp_path, said.append)] == ["2026-02"]
    assert said == [f"{bad} is cut off, changed by hand or of another version; it is read as if it "
                    "were not there"]  # fmt: skip


PLACES = {"verdict": "verdict.json", "record": "reports/*/*/run.json",
          "measurement": "measured/*/facts.json"}  # fmt: skip
KINDS = ("cut off", "no mapping", "other kinds", "another version")


@pytest.mark.parametrize(
    ("broken", "kind"), [*((place, kind) for place in PLACES for kind in KINDS), ("all", KINDS[0])]
)
def test_run_goes_on_and_replaces_it(
    pmo: Callable[..., Any], rerun: Any, broken: str, kind: str
) -> None:
    arguments = ("run", rerun.job, "--raw", rerun.raw, "--out", rerun.out)
    names = [name for name in PLACES if broken in (name, "all")]
    for path in (path for name in names for path in rerun.out.glob(PLACES[name])):
        path.write_bytes(BAD[kind].encode(errors="surrogateescape"))
    done = pmo(*arguments)
    assert done.exit_code == 0, done.output
    if broken != "measurement":
        assert "it is read as if it were not there" in done.stderr
    again = pmo(*arguments)
    assert "Nothing has changed; 3 of 3 reports published before" in again.stderr
    assert "as if it were not there" not in again.stderr
