"""Where a run writes: never over the exports, under names that every system has."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pipelines.places import REPLACED, check_new, check_new_file, check_places
from pmo_lib.errors import PmoError

Pmo = Callable[..., Result]


def said(raw: Path, out: Path) -> str:
    try:
        check_places(raw, out)
    except PmoError as error:
        return str(error)
    return ""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def test_folders_apart_are_fine(raw: Path) -> None:
    outs = [raw.parent / "out", raw.parent / "far" / "away", raw.parent / "raw2", raw.parent,
            raw.parent / "raw" / ".." / "out"]  # fmt: skip
    assert {str(out): said(raw, out) for out in outs} == {str(out): "" for out in outs}


def test_output_within_the_exports_is_refused_however_it_is_named(raw: Path) -> None:
    (raw.parent / "link").symlink_to(raw)
    outs = [raw / "out", raw / "a" / "b", raw.parent / "link" / "out", raw / "x" / ".." / "out"]
    wrong = {str(out): said(raw, out) for out in outs}
    assert {
        place for place, words in wrong.items() if "lies in the folder of" not in words
    } == set()


def test_output_that_is_the_exports_is_refused(raw: Path) -> None:
    (raw.parent / "link").symlink_to(raw)
    for out in (raw, raw / ".", raw.parent / "link"):
        assert "holds the exports. Name a folder with --out" in said(raw, out)
    assert "holds the exports" in said(raw.parent / "link", raw)


@pytest.mark.parametrize("name", REPLACED)
def test_exports_in_what_is_made_anew_are_refused(tmp_path: Path, name: str) -> None:
    raw = tmp_path / "out" / name / "mine"
    raw.mkdir(parents=True)
    assert "lies in a folder that is made anew" in said(raw, tmp_path / "out")
    assert "lies in a folder that is made anew" in said(raw.parent, tmp_path / "out")


def test_output_that_is_a_file_is_refused(raw: Path) -> None:
    (raw.parent / "out").write_text("mine")
    assert "is no folder. Name a folder with --out" in said(raw, raw.parent / "out")


NAMES = {
    "CON": "is a device of Windows", "nul": "is a device of Windows", "Com1.d": "is a device",
    "LPT9 .x": "is a device of Windows", "out.": "ends with a dot or a space",
    "out ": "ends with a dot or a space", "a:b": "holds :", "a?b*": "holds * ?",
    "a\x1b[31m": r"holds \x1b", "a\nb": r"holds \n", "x" * 300: "has 300 bytes, more than 255",
    "é" * 200: "has 400 bytes",
}  # fmt: skip


def test_names_that_some_system_cannot_have_are_refused_wherever_they_stand(raw: Path) -> None:
    wrong = {}
    for name, words in NAMES.items():
        for out in (raw.parent / name, raw.parent / name / "out", raw.parent / "out" / name):
            found = said(raw, out)
            if words not in found or "every system" not in found or len(found) > 400:
                wrong[str(out)] = found
    assert wrong == {}


def test_names_that_are_there_are_taken(raw: Path) -> None:
    (raw.parent / "2026-09-01 10:00").mkdir()
    assert said(raw, raw.parent / "2026-09-01 10:00" / "out") == ""


def test_new_file_is_checked_as_well(tmp_path: Path) -> None:
    check_new(tmp_path / "kpis.csv", "--csv")
    with pytest.raises(PmoError, match=r"--csv 'aux\.csv' is a device of Windows"):
        check_new(tmp_path / "aux.csv", "--csv")


def test_verbs_that_write_refuse_such_names_and_write_nothing(
    pmo: Pmo, small_raw: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "NUL"
    verbs = {
        "run": ("--raw", small_raw, "--out", bad),
        "check": ("--raw", small_raw, "--out", bad),
        "sample": (bad,),
        "start": (bad,),
        "template": (bad.with_suffix(".xlsx"),),
        "map": (small_raw / "projects.csv", "--to", bad),
        "import": ("nyc", small_raw / "projects.csv", "--to", bad),
        "kpis": ("--out", tmp_path, "--csv", bad),
    }
    before = sorted(tmp_path.rglob("*"))
    for verb, arguments in verbs.items():
        done = pmo(verb, *arguments)
        assert (verb, done.exit_code) == (verb, 2)
        assert "is a device of Windows" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("verb", ["run", "check"])
def test_exports_stay_where_the_output_would_lie_among_them(
    pmo: Pmo, small_raw: Path, verb: str
) -> None:
    before = {path.name: path.read_bytes() for path in small_raw.iterdir()}
    for out in (small_raw, small_raw / "out"):
        done = pmo(verb, "--raw", small_raw, "--out", out)
        assert done.exit_code == 2
        assert "that is neither --raw nor in it" in done.stderr
    assert {path.name: path.read_bytes() for path in small_raw.iterdir()} == before


def test_file_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "page.csv").write_text("x")
    check_new_file(tmp_path / "page.csv", "--csv")
    check_new_file(tmp_path / "new.csv", "--csv")
    refused = {
        "is a folder": tmp_path,
        "there is no such folder": tmp_path / "no" / "new.csv",
        "is no folder": tmp_path / "page.csv" / "new.csv",
    }
    for said, path in refused.items():
        with pytest.raises(PmoError, match=said):
            check_new_file(path, "--csv")
