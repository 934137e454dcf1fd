"""A run that has less than the last one says so, and takes no older pack's place unasked."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from builders.tables import baseline, project, tables
from builders.workbooks import workbook
from pipelines import last_pack
from pipelines.files import read_json, write_json
from pipelines.publishing.made import Made
from pmo_lib.errors import KeptError
from pmo_lib.workbook import Workbook

HAD = {
    "projects": ("D1", "D2"), "projects.name": (), "baselines": ("D1", "D2"),
    "baselines.finish": ("D1",), "baselines.cost": ("D2",),
}  # fmt: skip
LAST = Made(
    period="2026-03", started="", fingerprint="", data_hash="", reports=(), had=HAD,
)  # fmt: skip


def book(*, name: str | None = "a", cost: float | None = 1.0, waived: tuple[str, ...] = (),
         is_whole: bool = True) -> Workbook:  # fmt: skip
    rows = [baseline(cost=cost)] if is_whole else []
    given = tables(projects=[project(name=name)], baselines=rows)
    return workbook(given, waived=list(waived))


class TestGone:
    def test_column_with_its_kpis_is_withheld(self) -> None:
        (found,) = last_pack.gone([LAST], book(cost=None)).values()
        assert "the last run, of March 2026, had baselines.cost, which is gone" in str(found)
        assert "with it D2" in str(found)
        assert found.withholds == ("baselines.cost",)

    def test_column_without_any_is_told(self) -> None:
        (found,) = last_pack.gone([LAST], book(name=None)).values()
        assert found.id == "gone projects.name"
        assert found.withholds == ()

    def test_table_is_told_once(self) -> None:
        found = last_pack.gone([LAST], book(is_whole=False))
        assert set(found) == {"baselines"}
        assert "had the table baselines, which is gone, and with it D1 and D2" in str(
            found["baselines"]
        )

    def test_names_the_run_that_had_it_and_not_one_that_lacked_it_too(self) -> None:
        (asked,) = last_pack.gone([LAST], book(name=None)).values()
        without = replace(LAST, period="2026-04", questions=(asked,))
        said = {
            "the run of March 2026 had": [LAST, without],
            "the last run, of May 2026, had": [LAST, without, replace(LAST, period="2026-05")],
            "an earlier run had": [without],
        }
        told = {want: last_pack.gone(made, book(name=None)) for want, made in said.items()}
        assert {want: f for want, f in told.items() if want not in str(*f.values())} == {}

    def test_is_no_more_where_it_is_waived_or_there_or_nobody_knows(self) -> None:
        told = {
            "waived": last_pack.gone([LAST], book(cost=None, waived=("gone baselines.cost",))),
            "there": last_pack.gone([LAST], book()),
            "unknown": last_pack.gone([replace(LAST, had={})], book(cost=None)),
        }
        assert {name: found for name, found in told.items() if found} == {}


class TestFewer:
    @staticmethod
    def last(folder: Path, **rows: int) -> Made:
        write_json(folder / "run.json", {"rows": rows})
        return replace(LAST, folder=folder)

    def test_rows_than_the_last_run_had_are_told(self, tmp_path: Path) -> None:
        def told(last: Made, projects: int, baselines: int, **more: Any) -> set[str]:
            given = tables(
                projects=[project(f"p{n}") for n in range(projects)],
                baselines=[baseline(f"p{n}") for n in range(baselines)],
            )
            return set(last_pack.fewer([last], workbook(given, **more)))

        last = self.last(tmp_path, projects=20, baselines=20, status_reports=9)
        assert told(last, 18, 10) == set()
        assert told(last, 17, 9) == {"projects", "baselines"}
        assert told(last, 17, 10, waived=["fewer projects"]) == set()
        assert told(LAST, 1, 1) == set()

    def test_are_told_again_by_the_next_run(self, tmp_path: Path) -> None:
        last = self.last(tmp_path, projects=20, baselines=20)
        now = workbook(tables(projects=[project()], baselines=[baseline()]))
        kept = last_pack.rows([last], now, {"projects"})
        assert (kept["projects"], kept["baselines"]) == (20, 1)

    def test_are_told_till_they_are_back(self, runs: Any) -> None:
        path = runs.raw / "projects.csv"
        whole = path.read_text()
        assert runs().questions == ()
        path.write_text("".join(whole.splitlines(keepends=True)[:-2]))
        said = [[each.id for each in runs(force=True).questions] for _ in range(2)]
        assert [("fewer projects" in ids) for ids in said] == [True, True]
        path.write_text(whole)
        assert runs(force=True).questions == ()


class TestRuns:
    def columns(self, runs: Any, table: str, *gone: str) -> None:
        path = runs.raw / f"{table}.csv"
        pd.read_csv(path, dtype="str").drop(columns=list(gone)).to_csv(path, index=False)

    def earlier(self, runs: Any) -> None:
        """Status reports to August only."""
        path = runs.raw / "status_reports.csv"
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join(row for row in rows if ",2025-09," not in row))

    def test_of_an_earlier_month_leave_everything(self, rerun: Any, contents: Any) -> None:
        before = contents(rerun.out)
        self.earlier(rerun)
        with pytest.raises(KeptError, match="no report was made on September 2025, nor on August"):
            rerun()
        assert contents(rerun.out) == before

    @pytest.mark.parametrize("asked", [{"period": "2025-08"}, {"force": True}])
    def test_of_an_earlier_month_are_made_when_asked_for(
        self, rerun: Any, asked: dict[str, Any]
    ) -> None:
        self.earlier(rerun)
        assert rerun(**asked).pack.name == "2025-08"

    def test_without_a_table_leave_the_pack_of_the_month(self, rerun: Any, contents: Any) -> None:
        before = contents(rerun.out)
        (rerun.raw / "baselines.csv").unlink()
        with pytest.raises(KeptError, match="the table baselines, which is gone, and with it D1"):
            rerun()
        assert contents(rerun.out) == before

    @pytest.mark.parametrize("table", ["projects", "pmo_costs"])
    def test_with_fewer_rows_or_without_any_table_leave_the_pack_of_the_month(
        self, runs: Any, contents: Any, table: str
    ) -> None:
        """A filtered export takes no pack's place, nor one without a table no KPI rested on."""
        path = runs.raw / f"{table}.csv"
        if table == "pmo_costs":
            path.write_text("period,category,amount\n2025-08,training,100\n")
        runs()
        before = contents(runs.out)
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join(rows[:-2])) if table == "projects" else path.unlink()
        with pytest.raises(KeptError, match=f"no report was made on September 2025: .*{table}"):
            runs()
        assert contents(runs.out) == before
        assert runs(force=True).pack.name == "2025-09"

    def test_without_a_column_make_another_month_with_exit_code_1_till_it_is_back(
        self, runs: Any
    ) -> None:
        runs(period="2025-08")
        whole = (runs.raw / "baselines.csv").read_text()
        self.columns(runs, "baselines", "cost")
        found = runs()
        assert (found.pack.name, found.exit_code) == ("2025-09", 1)
        assert "baselines.cost, which is gone" in runs.page("index").text
        runs.change("Apollo", "Artemis")
        assert runs(force=True).exit_code == 1
        (runs.raw / "baselines.csv").write_text(whole)
        assert runs().exit_code == 0

    def test_without_a_column_no_kpi_needs_are_told(self, rerun: Any) -> None:
        self.columns(rerun, "projects", "name")
        found = rerun()
        assert found.exit_code == 0
        assert "projects.name, which is gone" in rerun.page("index").text

    def test_record_names_what_kpis_rested_on(self, runs: Any) -> None:
        had = read_json(runs().pack / "run.json")["had"]
        assert "D1" in had["baselines.finish"]
        assert had["projects.name"] == []
