"""Raw peers: folders in our own form, judged as ours are, written beside our tables."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipelines.files import read_json
from pipelines.prepare import prepare
from pipelines.run import Request, run
from pmo_lib.errors import PmoError
from pmo_lib.settings import Settings
from pmo_lib.workbook import open_workbook

pytestmark = pytest.mark.usefixtures("great_expectations")

OURS = {"projects.csv": "project_id,department\nP1,IT\nP2,HR\n"}
THEIRS = {
    "projects.csv": "project_id,department,category\nN1,Parks,Parks\nN2,Water,Sewers\n,Water,x\n",
    "baselines.csv": "project_id,version,cost\nN1,0,100\nN9,0,5\n",
    "settings.yml": "organisation: New York City\ndisclosure: {too_few: 3}\n",
}
Out = Callable[[], Path]


@pytest.fixture
def raw(tmp_path: Path, write: Callable[..., Path]) -> Path:
    raw = write(tmp_path / "raw", OURS)
    write(raw / "benchmarks" / "nyc", THEIRS)
    return raw


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def refusal(raw: Path, out: Path) -> str:
    with pytest.raises(PmoError) as caught:
        prepare(raw, out, Settings())
    assert not out.exists()
    return str(caught.value)


class TestWritten:
    def test_beside_our_tables(self, raw: Path, out: Path) -> None:
        prepare(raw, out, Settings())
        assert files(out) == {
            "verdict.json", "tables/projects.parquet", "peers/nyc/verdict.json",
            "peers/nyc/tables/projects.parquet", "peers/nyc/tables/baselines.parquet",
            "peers/nyc/rejected/projects.csv", "peers/nyc/rejected/baselines.csv",
        }  # fmt: skip
        ours = pd.read_parquet(out / "tables" / "projects.parquet")
        theirs = pd.read_parquet(out / "peers" / "nyc" / "tables" / "projects.parquet")
        assert ours["project_id"].tolist() == ["P1", "P2"]
        assert theirs["project_id"].tolist() == ["N1", "N2"]

    def test_rejected_rows_name_the_file_in_the_peers_folder(self, raw: Path, out: Path) -> None:
        prepare(raw, out, Settings())
        rejected = pd.read_csv(out / "peers" / "nyc" / "rejected" / "projects.csv")
        assert rejected[["file", "line", "column"]].values.tolist() == [
            ["benchmarks/nyc/projects.csv", 4, "project_id"]
        ]

    def test_rejected_rows_are_not_ours(self, raw: Path, out: Path) -> None:
        found = prepare(raw, out, Settings())
        assert found.verdict.rows_rejected == 0
        assert found.peers["nyc"].verdict.rows_rejected == 2
        assert found.rows_rejected == 2
        assert found.workbook.withheld == {}

    def test_that_vanished_is_gone(self, raw: Path, out: Path) -> None:
        prepare(raw, out, Settings())
        shutil.rmtree(raw / "benchmarks" / "nyc")
        prepare(raw, out, Settings())
        assert files(out) == {"verdict.json", "tables/projects.parquet"}
        assert dict(open_workbook(out).peers) == {}

    def test_that_cannot_be_used_leaves_what_was_there(self, raw: Path, out: Path) -> None:
        prepare(raw, out, Settings())
        before = {name: (out / name).read_bytes() for name in files(out)}
        (raw / "benchmarks" / "nyc" / "projects.csv").unlink()
        with pytest.raises(PmoError):
            prepare(raw, out, Settings())
        assert {name: (out / name).read_bytes() for name in files(out)} == before

    def test_is_in_the_data_hash(self, raw: Path, out: Path) -> None:
        before = prepare(raw, out, Settings()).verdict.data_hash
        path = raw / "benchmarks" / "nyc" / "baselines.csv"
        path.write_text(path.read_text().replace("100", "101"))
        after = prepare(raw, out, Settings()).verdict.data_hash
        assert after != before
        assert read_json(out / "verdict.json")["data_hash"] == after

    def test_with_three_projects_is_written_as_it_is(
        self, raw: Path, out: Path, write: Callable[..., Path]
    ) -> None:
        write(raw / "benchmarks" / "few", {"projects.csv": OURS["projects.csv"] + "P3,HR\n"})
        assert len(prepare(raw, out, Settings()).workbook.peers["few"].tables["projects"]) == 3


class TestWorkbook:
    def test_has_the_peers_as_workbooks(self, raw: Path, out: Path) -> None:
        prepared = prepare(raw, out, Settings()).workbook
        opened = open_workbook(out)
        assert list(prepared.peers) == list(opened.peers) == ["nyc"]
        for peer in (prepared.peers["nyc"], opened.peers["nyc"]):
            assert peer.departments == ["Parks", "Water"]
            assert (peer.settings.organisation, peer.settings.disclosure.too_few) == (
                "New York City", 3,
            )  # fmt: skip
            assert peer.verdict.tables["projects"].rows_rejected == 1
            assert set(peer.withheld) == {"projects", "baselines"}
        for name, table in prepared.peers["nyc"].tables.items():
            assert_frame_equal(opened.peers["nyc"].tables[name], table)

    def test_opens_a_peer_only_when_asked(self, raw: Path, out: Path) -> None:
        prepare(raw, out, Settings())
        (out / "peers" / "nyc" / "verdict.json").write_text("{broken")
        peers = open_workbook(out).peers
        assert "nyc" in peers
        assert len(peers) == 1
        with pytest.raises(ValueError, match="Expecting property name"):
            peers["nyc"]

    def test_has_none_where_there_are_none(self, raw: Path, out: Path) -> None:
        shutil.rmtree(raw / "benchmarks")
        assert dict(prepare(raw, out, Settings()).workbook.peers) == {}
        assert dict(open_workbook(out).peers) == {}

    def test_names_a_peer_without_settings_as_its_folder(self, raw: Path, out: Path) -> None:
        (raw / "benchmarks" / "nyc" / "settings.yml").unlink()
        ours = Settings(organisation="Ours", confidence_level=0.8)
        prepare(raw, out, ours)
        peer = open_workbook(out).peers["nyc"].settings
        assert peer == Settings(organisation="nyc")


class TestRefused:
    @pytest.fixture
    def peer(self, raw: Path) -> Path:
        return raw / "benchmarks" / "nyc"

    def test_without_any_table(self, raw: Path, peer: Path, out: Path) -> None:
        for path in peer.iterdir():
            path.unlink()
        said = refusal(raw, out)
        assert said.startswith(f"{peer}: the folder holds no table")

    def test_without_projects(self, raw: Path, peer: Path, out: Path) -> None:
        (peer / "projects.csv").unlink()
        said = refusal(raw, out)
        assert str(peer) in said
        assert "Put projects.csv there" in said

    def test_with_scores_alone(self, raw: Path, peer: Path, out: Path) -> None:
        for path in peer.iterdir():
            path.unlink()
        (peer / "survey_scores.csv").write_text(
            "department,wave,measure,score,kind\nIT,2025-10,Engagement,0.6,organisation\n"
        )
        assert f"{peer}: a peer needs a table projects" in refusal(raw, out)

    def test_without_a_required_column(self, raw: Path, peer: Path, out: Path) -> None:
        (peer / "projects.csv").write_text("project_id,agency\nN1,Parks\n")
        said = refusal(raw, out)
        assert "benchmarks/nyc/projects.csv line 1: required column missing: department" in said

    def test_with_no_project_accepted(self, raw: Path, peer: Path, out: Path) -> None:
        (peer / "projects.csv").write_text("project_id,department,status\nN1,Parks,done\n")
        said = refusal(raw, out)
        assert f"{peer}: no project was accepted" in said
        assert "benchmarks/nyc/projects.csv line 2, column status, value 'done'" in said

    def test_with_a_file_that_cannot_be_read(self, raw: Path, peer: Path, out: Path) -> None:
        (peer / "baselines.csv").write_text("")
        assert "benchmarks/nyc/baselines.csv: is empty" in refusal(raw, out)

    def test_with_a_mistake_in_its_settings(self, raw: Path, peer: Path, out: Path) -> None:
        (peer / "settings.yml").write_text("curency: USD\n")
        assert f"{peer / 'settings.yml'}: unknown setting 'curency'" in refusal(raw, out)


class TestCommand:
    def test_check_tells_of_the_peers_rejected_rows(self, raw: Path, out: Path, pmo: Any) -> None:
        done = pmo("check", "--raw", raw, "--out", out)
        assert done.exit_code == 1
        assert "peer nyc: projects, project_id: must have a value; 1 row" in done.stderr
        assert "such as benchmarks/nyc/projects.csv line 4" in done.stderr
        assert f"rejected rows with reasons: {out / 'peers' / 'nyc' / 'rejected'}" in done.stderr

    def test_check_of_good_peers_is_exit_code_0(self, raw: Path, out: Path, pmo: Any) -> None:
        peer = raw / "benchmarks" / "nyc"
        (peer / "baselines.csv").unlink()
        (peer / "projects.csv").write_text(OURS["projects.csv"])
        done = pmo("check", "--raw", raw, "--out", out)
        assert done.exit_code == 0
        assert "peer nyc: projects" in done.stdout


class TestRun:
    @pytest.mark.parametrize("what", ["rows", "settings", "new peer", "benchmarks", "ours"])
    def test_is_made_anew_where_anything_in_the_folder_changes(
        self,
        small_raw: Path,
        small_job: Path,
        out: Path,
        shipped: Path,
        instant: Any,
        write: Callable[..., Path],
        what: str,
    ) -> None:
        request = Request(str(small_job), small_raw, out, workers=1)
        peer = write(small_raw / "benchmarks" / "nyc", THEIRS)
        figures = "source,year,kpi_id,segment,statistic,value,unit,unit_of_analysis\n"
        assert run(request).is_new
        assert not run(request).is_new
        match what:
            case "rows":
                (peer / "projects.csv").write_text(OURS["projects.csv"])
            case "settings":
                (peer / "settings.yml").write_text("organisation: Others\n")
            case "new peer":
                write(small_raw / "benchmarks" / "other", OURS)
            case "benchmarks":
                (small_raw / "benchmarks" / "rail.csv").write_text(figures)
            case "ours":
                write(shipped, {"published.csv": figures})
        assert run(request).is_new
        assert not run(request).is_new
        there = {path.name for path in (small_raw / "benchmarks").iterdir() if path.is_dir()}
        assert set(open_workbook(out).peers) == there
