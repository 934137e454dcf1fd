"""Nothing is lost, nothing bad is counted, and what was there stays until the new is whole."""

import errno
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines import prepare as module
from pipelines.files import read_json
from pipelines.prepare import prepare
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.errors import DataError

pytestmark = pytest.mark.usefixtures("great_expectations")

PROJECTS = "project_id,name,department,status,started_on\n"
GOOD = PROJECTS + "P1,Apollo,IT,active,2026-01-05\nP2,Borealis,HR,active,2026-02-02\n"

Files = dict[str, str]
Prepare = Callable[[Files], Verdict]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def prepared(tmp_path: Path, out: Path, write: Callable[..., Path]) -> Prepare:
    """Prepare these files, into `out`."""

    def run(files: Files) -> Verdict:
        raw = tmp_path / "raw"
        for old in raw.glob("*"):
            old.unlink()
        return prepare(write(raw, files), out, Settings()).verdict

    return run


def rejected(out: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(out / "rejected" / f"{table}.csv", dtype="str", keep_default_na=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestWhatIsWritten:
    def test_accepted_rows_sorted_by_key_with_the_declared_types(
        self, prepared: Prepare, out: Path
    ) -> None:
        prepared({"projects.csv": PROJECTS + "P2,b,IT,active,2026-01-05\nP1,a,IT,On Hold,\n"})
        table = pd.read_parquet(out / "tables" / "projects.parquet")
        assert table["project_id"].tolist() == ["P1", "P2"]
        assert table["status"].tolist() == ["on_hold", "active"]
        assert {c.name: str(table[c.name].dtype) for c in TABLES["projects"]} == {
            c.name: c.pandas_type for c in TABLES["projects"]
        }

    def test_verdict_with_version_and_settings(self, prepared: Prepare, out: Path) -> None:
        verdict = prepared({"projects.csv": GOOD})
        facts = read_json(out / "verdict.json")
        assert Verdict.from_mapping(facts) == verdict
        assert Settings.from_mapping(facts["settings"]) == Settings()
        assert facts["version"]

    def test_all_reasons_for_which_a_row_is_rejected(self, prepared: Prepare, out: Path) -> None:
        prepared({"projects.csv": GOOD + "P3,c,,done,2026-02-30\nP4,d,,done,\n"})
        table = rejected(out, "projects")
        assert table[["line", "column", "value", "rule"]].values.tolist() == [
            ["4", "started_on", "2026-02-30",
             "is no day of the calendar; the cell is empty now, the row is kept"],
            ["4", "department", "", "must have a value"],
            ["4", "status", "done",
             "must be one of proposed, active, on_hold, completed, cancelled"],
            ["5", "department", "", "must have a value"],
            ["5", "status", "done",
             "must be one of proposed, active, on_hold, completed, cancelled"],
        ]  # fmt: skip
        assert table.loc[0, "project_id"] == "P3"

    def test_ragged_row_with_all_its_cells(self, prepared: Prepare, out: Path) -> None:
        prepared({"projects.csv": GOOD + "P3,Smith, Jones,IT,active,2026-01-05\n"})
        row = rejected(out, "projects").iloc[0]
        assert row["value"] == "P3 | Smith |  Jones | IT | active | 2026-01-05"
        assert row["line"] == "4"

    def test_no_file_of_rejected_rows_where_there_are_none(
        self, prepared: Prepare, out: Path
    ) -> None:
        prepared({"projects.csv": GOOD})
        assert list((out / "rejected").iterdir()) == []

    def test_earlier_tables_and_rejected_rows_are_gone(self, prepared: Prepare, out: Path) -> None:
        baselines = "project_id,version,cost\nP1,0,-5\n"
        prepared({"projects.csv": GOOD, "baselines.csv": baselines})
        prepared({"projects.csv": GOOD})
        assert set(contents(out)) == {"tables/projects.parquet", "verdict.json"}


class TestExtraColumns:
    def test_are_kept_aside_with_key_and_place(self, prepared: Prepare, out: Path) -> None:
        verdict = prepared(
            {"projects.csv": "project_id,department,programme\nP1,IT,007\nP2,,1.10\nP3,HR,x\n"}
        )
        kept = pd.read_csv(out / "extra_columns" / "projects.csv", dtype="str")
        assert kept.values.tolist() == [
            ["projects.csv", "2", "P1", "007"], ["projects.csv", "4", "P3", "x"],
        ]  # fmt: skip
        assert verdict.tables["projects"].extra_columns == ("programme",)
        assert rejected(out, "projects").loc[0, "programme"] == "1.10"

    def test_may_be_called_as_ours_are_and_stay_beside_rejected_rows(
        self, prepared: Prepare, out: Path
    ) -> None:
        names = ["column", "value", "rule", "file", "line"]
        head = f"project_id,department,{','.join(names)}\n"
        prepared({"projects.csv": f"{head}P1,IT,1,2,3,4,5\nP2,,6,7,8,9,10\n"})
        kept = pd.read_csv(out / "extra_columns" / "projects.csv", dtype="str")
        assert kept.iloc[0].tolist()[-5:] == ["1", "2", "3", "4", "5"]
        beside = rejected(out, "projects").loc[0, [f"{name}_given" for name in names]]
        assert beside.tolist() == ["6", "7", "8", "9", "10"]


class TestReferences:
    def test_rejected_project_takes_its_baselines_with_it(
        self, prepared: Prepare, out: Path
    ) -> None:
        verdict = prepared({
            "projects.csv": GOOD + "P3,c,IT,done,\n",
            "baselines.csv": "project_id,version\nP1,0\nP3,0\nP3,1\n",
        })  # fmt: skip
        table = rejected(out, "baselines")
        assert table["line"].tolist() == ["3", "4"]
        assert set(table["rule"]) == {"must be among the accepted rows of projects.project_id"}
        assert verdict.tables["baselines"].rows_accepted == 1

    def test_are_followed_further(self, prepared: Prepare) -> None:
        verdict = prepared({
            "projects.csv": GOOD + "P3,c,IT,done,\n",
            "benefits.csv": "benefit_id,project_id\nB1,P1\nB3,P3\n",
            "benefit_reports.csv": "benefit_id,period\nB1,2026-01\nB3,2026-01\n",
        })  # fmt: skip
        assert {name: t.rows_accepted for name, t in verdict.tables.items()} == {
            "projects": 2, "benefits": 1, "benefit_reports": 1,
        }  # fmt: skip

    def test_to_a_table_of_which_no_row_is_accepted_reject_all(self, prepared: Prepare) -> None:
        verdict = prepared({
            "projects.csv": GOOD,
            "services.csv": "service_id,name,sla_days\nS1,Help,-3\n",
            "rollouts.csv": "department,service_id,adopted_on\nIT,S1,2026-01-01\n",
        })  # fmt: skip
        assert verdict.tables["rollouts"].rows_accepted == 0

    def test_to_a_table_that_is_not_there_are_not_checked(self, prepared: Prepare) -> None:
        verdict = prepared({
            "projects.csv": GOOD,
            "rollouts.csv": "department,service_id,adopted_on\nIT,S1,2026-01-01\n",
        })  # fmt: skip
        assert verdict.tables["rollouts"].rows_accepted == 1

    def test_left_empty_are_fine_where_they_may_be(self, prepared: Prepare) -> None:
        verdict = prepared({
            "projects.csv": GOOD,
            "demands.csv": "demand_id,department,created_on,project_id\nD1,IT,2026-01-01,\n",
        })  # fmt: skip
        assert verdict.rows_rejected == 0


class TestWithholding:
    ROWS = "".join(f"P1,{n},{n}\n" for n in range(19))

    @pytest.mark.parametrize(("bad", "is_withheld"), [(1, False), (2, True)])
    def test_begins_above_the_share(self, prepared: Prepare, bad: int, is_withheld: bool) -> None:
        wrong = "".join(f"P1,{n},-1\n" for n in range(100, 100 + bad))
        verdict = prepared({
            "projects.csv": GOOD,
            "baselines.csv": "project_id,version,cost\n" + self.ROWS + wrong,
        })  # fmt: skip
        assert ("baselines" in verdict.withheld(0.05)) is is_withheld

    def test_says_how_many_of_how_many(self, prepared: Prepare) -> None:
        verdict = prepared({
            "projects.csv": GOOD,
            "baselines.csv": "project_id,version,cost\nP1,0,5\nP1,1,-5\n",
        })  # fmt: skip
        assert verdict.withheld(0.05) == {
            "baselines": "1 of 2 rows of baselines were rejected (50.0 %; up to 5.0 % is "
            "accepted): cost: must be 0 or more; 1 row, such as baselines.csv line 3"
        }

    def test_says_which_words_were_found_and_how_often(self, prepared: Prepare) -> None:
        verdict = prepared({"projects.csv": GOOD + "P3,c,IT,done,\nP4,d,IT,done,\nP5,d,IT,x,\n"})
        assert ": status: must be one of" in verdict.withheld(0.05)["projects"]
        assert ": 'done' 2 times, 'x' once; 3 rows" in verdict.withheld(0.05)["projects"]


class TestUnreadCells:
    GOOD_ROWS = "".join(f"P{n},a,IT,active,2026-01-05\n" for n in range(19))

    @pytest.mark.parametrize(("bad", "is_withheld"), [(1, False), (2, True)])
    def test_withhold_their_column_above_the_share(
        self, prepared: Prepare, out: Path, bad: int, is_withheld: bool
    ) -> None:
        rows = "".join(f"B{n},a,IT,active,soon\n" for n in range(bad))
        verdict = prepared({"projects.csv": PROJECTS + self.GOOD_ROWS + rows})
        assert verdict.tables["projects"].rows_accepted == 19 + bad
        assert set(verdict.withheld(0.05)) == ({"projects.started_on"} if is_withheld else set())
        written = pd.read_parquet(out / "tables" / "projects.parquet")["started_on"]
        assert written.notna().sum() == (0 if is_withheld else 19)

    def test_say_how_many_of_how_many_and_which_words(self, prepared: Prepare) -> None:
        rows = "B1,a,IT,active,soon\nB2,a,IT,active,soon\nB3,a,IT,active,2026-02-30\nB4,,IT,,\n"
        verdict = prepared({"projects.csv": PROJECTS + self.GOOD_ROWS + rows})
        assert verdict.withheld(0.05) == {
            "projects.started_on": "3 of 22 cells of projects.started_on could not be read "
            "(13.6 %; up to 5.0 % is accepted), such as projects.csv line 21: 'soon' 2 times, "
            "'2026-02-30' once: is not a date; write YYYY-MM-DD; is no day of the calendar"
        }
        assert verdict.cells_unread == 3

    def test_are_listed_with_file_line_column_value_and_reason(
        self, prepared: Prepare, out: Path
    ) -> None:
        prepared({"projects.csv": PROJECTS + self.GOOD_ROWS + "B1,a,IT,active,soon\n"})
        assert rejected(out, "projects")[["file", "line", "column", "value"]].values.tolist() == [
            ["projects.csv", "21", "started_on", "soon"]
        ]

    def test_cost_their_rows_where_settings_are_strict(
        self, tmp_path: Path, out: Path, write: Callable[..., Path]
    ) -> None:
        raw = write(tmp_path / "raw", {"projects.csv": GOOD + "B1,a,IT,active,soon\n"})
        verdict = prepare(raw, out, Settings(strict=True)).verdict
        assert (verdict.rows_rejected, verdict.cells_unread) == (1, 0)


class TestRowsSetAside:
    def test_are_listed_and_no_fault_of_the_data(self, prepared: Prepare, out: Path) -> None:
        verdict = prepared({"projects.csv": GOOD + "Total,,,,\n"})
        found = verdict.tables["projects"]
        assert (found.rows_read, found.rows_accepted, found.rows_rejected) == (3, 2, 0)
        assert (found.rows_set_aside, found.rejected_share) == (1, 0)
        assert rejected(out, "projects")[["line", "rule", "project_id"]].values.tolist() == [
            ["4", "is a total of other rows", "Total"]
        ]

    def test_are_told_until_it_is_waived(
        self, tmp_path: Path, out: Path, write: Callable[..., Path]
    ) -> None:
        raw = write(tmp_path / "raw", {"projects.csv": GOOD + "Total,,,,\n"})
        (question,) = prepare(raw, out, Settings()).verdict.questions
        assert prepare(raw, out, Settings(waived=[question.id])).verdict.questions == ()


class TestUnusableTable:
    def test_is_withheld_with_the_reason_and_the_others_go_on(self, prepared: Prepare) -> None:
        verdict = prepared({"projects.csv": GOOD, "gates.csv": "project_id\nP1\n"})
        assert list(verdict.tables) == ["projects"]
        assert verdict.withheld(0.05) == {
            "gates": "gates.csv line 1: required columns missing: gate, attempt. Add or rename "
            "the column. The file has: project_id"
        }


class TestNoProject:
    def test_accepted_is_refused_with_the_first_reason(self, prepared: Prepare, out: Path) -> None:
        with pytest.raises(DataError) as caught:
            prepared({"projects.csv": PROJECTS + "P1,a,IT,done,\nP2,b,IT,later,\n"})
        assert "no project was accepted" in str(caught.value)
        assert "projects.csv line 2, column status, value 'done'" in str(caught.value)
        assert not out.exists()

    def test_in_the_file_is_refused(self, prepared: Prepare) -> None:
        with pytest.raises(DataError, match=r"no project was accepted\. The table has no rows"):
            prepared({"projects.csv": PROJECTS})


@pytest.mark.usefixtures("no_rules")
class TestFailure:
    @pytest.fixture
    def before(self, prepared: Prepare, out: Path) -> dict[str, bytes]:
        prepared({"projects.csv": GOOD, "baselines.csv": "project_id,version,cost\nP1,first,5\n"})
        return contents(out)

    def test_of_the_data_leaves_everything(
        self, prepared: Prepare, out: Path, before: dict[str, bytes]
    ) -> None:
        with pytest.raises(DataError):
            prepared({"projects.csv": "project_id\nP1\n"})
        assert contents(out) == before

    @pytest.mark.parametrize(("kind", "method"), [("tables", "to_parquet"), ("rejected", "to_csv")])
    def test_of_the_disk_leaves_everything(
        self,
        monkeypatch: pytest.MonkeyPatch,
        prepared: Prepare,
        out: Path,
        before: dict[str, bytes],
        kind: str,
        method: str,
    ) -> None:
        def full(self: pd.DataFrame, path: Path, **_: object) -> None:
            assert path.parent.name.startswith(f".{kind}.")
            path.write_text("half a fi")
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        monkeypatch.setattr(pd.DataFrame, method, full)
        with pytest.raises(OSError, match="No space left"):
            prepared(
                {"projects.csv": GOOD, "baselines.csv": "project_id,version,cost\nP1,last,5\n"}
            )
        assert contents(out) == before

    def test_of_the_disk_at_the_verdict_leaves_everything(
        self,
        monkeypatch: pytest.MonkeyPatch,
        prepared: Prepare,
        out: Path,
        before: dict[str, bytes],
    ) -> None:
        def full(path: Path, _value: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        monkeypatch.setattr(module, "write_json", full)
        with pytest.raises(OSError, match="No space left"):
            prepared({"projects.csv": GOOD.replace("P2", "P3")})
        assert contents(out) == before

    def test_between_tables_and_verdict_leaves_no_verdict_on_other_tables(
        self,
        monkeypatch: pytest.MonkeyPatch,
        prepared: Prepare,
        out: Path,
        before: dict[str, bytes],
    ) -> None:
        def killed(path: Path, _value: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            prepared({"projects.csv": GOOD.replace("P2", "P3")})
        same_tables = (
            contents(out / "tables")["projects.parquet"] == before["tables/projects.parquet"]
        )
        assert same_tables or not (out / "verdict.json").exists()


BASELINES = [
    f"P{project},{version},{100 * version + 5}.5\n" for project in (1, 2) for version in range(20)
]


@pytest.mark.usefixtures("no_rules")
class TestOrder:
    def test_of_rows_does_not_change_a_byte_of_the_tables(
        self, prepared: Prepare, out: Path
    ) -> None:
        header = "project_id,version,cost\n"
        prepared({"projects.csv": GOOD, "baselines.csv": header + "".join(BASELINES)})
        before = contents(out / "tables")
        shuffled = random.Random(3).sample(BASELINES, len(BASELINES))
        assert shuffled != BASELINES
        first, *rest = GOOD.splitlines(keepends=True)
        prepared({
            "projects.csv": first + "".join(reversed(rest)),
            "baselines.csv": header + "".join(shuffled),
        })  # fmt: skip
        assert contents(out / "tables") == before

    def test_of_columns_and_files_and_their_names_does_not_either(
        self, prepared: Prepare, out: Path
    ) -> None:
        header = "project_id,version,cost\n"
        prepared({"projects.csv": GOOD, "baselines.csv": header + "".join(BASELINES)})
        before = contents(out / "tables")
        turned = [",".join(reversed(row.strip().split(","))) + "\n" for row in BASELINES]
        prepared({
            "projects_2026.csv": GOOD,
            "baselines_a.csv": header + "".join(BASELINES[30:]),
            "baselines_b.csv": "cost,version,project_id\n" + "".join(turned[:30]),
        })  # fmt: skip
        assert contents(out / "tables") == before


IDS = [*(f"P{n}" for n in range(1, 25)), "", "007"]
project_rows = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["IT", "HR", ""]),
        st.sampled_from(["active", "Active", "done", ""]),
        st.sampled_from(["2026-01-05", "2026-02-30", "03/04/2026", ""]),
        st.sampled_from(["2026-01-04", "2026-01-06", "", "soon"]),
        st.sampled_from(["5", "-5", "1,996", "", "nan"]),
        st.sampled_from(["", ",too,wide"]),
    ),
    min_size=12,
    max_size=24,
)
baseline_rows = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["0", "1", "2.5", "-1", ""]),
        st.sampled_from(["5", "-5", "lots", ""]),
    ),
    max_size=24,
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(projects=project_rows, baselines=baseline_rows)
@example(projects=[("",) * 7], baselines=[("P1", "0", "5")])
def test_every_row_is_either_accepted_or_rejected(
    prepared: Prepare,
    out: Path,
    projects: list[tuple[str, ...]],
    baselines: list[tuple[str, ...]],
) -> None:
    surely_good = "SAFE,IT,active,2026-01-05,2026-01-05,5"
    texts = {
        "projects": [surely_good, *("".join([",".join(r[:-1]), r[-1]]) for r in projects)],
        "baselines": [",".join(row) for row in baselines],
    }
    verdict = prepared({
        "projects.csv": "\n".join(
            ["project_id,department,status,started_on,finished_on,actual_cost", *texts["projects"]]
        ),
        "baselines.csv": "\n".join(["project_id,version,cost", *texts["baselines"]]),
    })  # fmt: skip
    for name, rows in texts.items():
        filled = {n for n, row in enumerate(rows, start=2) if row.replace(",", "").strip()}
        found = verdict.tables[name]
        path = out / "rejected" / f"{name}.csv"
        listed = (
            rejected(out, name)
            if path.exists()
            else pd.DataFrame({"rule": [], "line": []}, dtype="str")
        )
        is_kept = listed["rule"].str.endswith("the row is kept")
        lines = set(listed.loc[~is_kept, "line"].astype(int))
        accepted = pd.read_parquet(out / "tables" / f"{name}.parquet")
        assert found.rows_read == len(filled)
        assert found.rows_read == found.rows_accepted + found.rows_rejected
        assert found.rows_accepted == len(accepted)
        assert lines <= filled
        assert len(lines) == found.rows_rejected
        kept = sorted(rows[line - 2].split(",")[0] for line in filled - lines)
        assert sorted(accepted["project_id"]) == kept


def test_days_that_are_in_question_move_no_report(prepared: Prepare) -> None:
    """Starts turned round by a spreadsheet lie in months that the other dates do not know."""
    rows = [f"P{n},a,IT,active,2025-{1 + n % 12:02d}-{1 + n // 4:02d}" for n in range(40)]
    ended = ["E1,b,HR,completed,,2025-05-20", "E2,b,HR,completed,,2025-04-30"]
    header = PROJECTS.rstrip("\n") + ",finished_on\n"
    text = header + "".join(f"{row}\n" for row in [*(f"{row}," for row in rows), *ended])
    verdict = prepared({"projects.csv": text})
    assert "projects.started_on" in verdict.withheld(1.0)
    assert verdict.data_date.period == "2025-05"
    assert not [each for each in verdict.questions if each.check == "after_data_date"]
    without = PROJECTS + "".join(f"{row}\n" for row in rows)
    assert (
        "according to projects, of which every date is in question"
        in prepared({"projects.csv": without}).data_date.why
    )
