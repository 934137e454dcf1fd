"""The verb lot: what it records, whom it leaves out, and what it refuses."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from builders.tables import numbered, open_project, project, tables
from builders.workbooks import workbook
from pipelines.lot import RECORD, drawn_lot
from pmo_lib.effect.lot import not_kept
from pmo_lib.errors import DataError, ParameterError
from pmo_lib.workbook import Workbook

SERVICE = {"service_id": "S1", "name": "Risk clinic"}


@pytest.fixture
def book() -> Workbook:
    """Eight projects that wait, and one that has ended."""
    waiting = numbered(
        8, open_project, status="proposed", started_on=None,
        department=["IT"] * 5 + ["HR"] * 2 + ["Sales"],
    )  # fmt: skip
    return workbook(tables(projects=[*waiting, project("done")], services=[SERVICE]))


def recorded(raw: Path) -> pd.DataFrame:
    return pd.read_csv(raw / RECORD, dtype="str")


class TestDrawn:
    def test_all_that_wait_take_part_and_the_draw_is_recorded(
        self, book: Workbook, tmp_path: Path
    ) -> None:
        drawn_lot(book, "S1", 4, "dice", tmp_path)
        found = recorded(tmp_path)
        assert sorted(found["project_id"]) == [f"p{i}" for i in range(1, 9)]
        assert (found["assigned_by_lot"] == "yes").sum() == 4
        assert set(found["drawn_on"]) == {date.today().isoformat()}
        assert not_kept(found) == {}

    def test_a_second_draw_leaves_the_first_as_it_is(self, book: Workbook, tmp_path: Path) -> None:
        listed = tmp_path / "some.csv"
        pd.DataFrame({"project_id": ["p1", "p2", "p3", "p4"]}).to_csv(listed, index=False)
        drawn_lot(book, "S1", 2, "dice", tmp_path, listed)
        first = recorded(tmp_path)
        drawn_lot(book, "S1", 2, "coin", tmp_path)
        both = recorded(tmp_path)
        pd.testing.assert_frame_equal(both.iloc[: len(first)], first)
        rest = both.iloc[len(first) :]
        assert sorted(rest["project_id"]) == ["p5", "p6", "p7", "p8"]
        assert rest["lot_id"].iloc[0] == f"{first['lot_id'].iloc[0]}-2"
        assert not_kept(both) == {}


class TestRefused:
    def test_what_cannot_be_drawn_is_said_and_nothing_is_written(
        self, book: Workbook, tmp_path: Path
    ) -> None:
        wrong = {
            "unknown.csv": "project_id\np1\np2\np3\nP99\n",
            "ended.csv": "project_id\np1\np2\np3\ndone\n",
            "headless.csv": "id\np1\np2\np3\np4\n", "empty.csv": "", "no text.csv": "a;b\xff\n",
        }  # fmt: skip
        said = {}
        for name, text in wrong.items():
            (tmp_path / name).write_text(text, "latin-1")
            with pytest.raises(DataError) as refused:
                drawn_lot(book, "S1", 2, "dice", tmp_path, tmp_path / name)
            said[name] = str(refused.value)
        assert "there is no project P99" in said["unknown.csv"]
        assert "done ended already" in said["ended.csv"]
        assert "such as project_id" in said["headless.csv"]
        assert "is empty" in said["empty.csv"]
        assert "such as project_id" in said["no text.csv"]
        assert not (tmp_path / RECORD).exists()

    def test_candidates_that_excel_wrote_are_read(self, book: Workbook, tmp_path: Path) -> None:
        listed = tmp_path / "some.csv"
        listed.write_text("project_id;why\r\np1;first\r\n p2 ;\r\np3;\r\np4;\r\n", "utf-8-sig")
        drawn_lot(book, "S1", 2, "=dice", tmp_path, listed)
        drawn_lot(book, "S1", 2, "dice", tmp_path)
        found = recorded(tmp_path)
        assert sorted(found["project_id"]) == [f"p{i}" for i in range(1, 9)]
        assert set(found["seed"]) == {"'=dice", "dice"}  # no cell that a spreadsheet runs
        assert not list(tmp_path.glob(".*"))

    def test_an_unknown_service_and_too_many_places(self, book: Workbook, tmp_path: Path) -> None:
        with pytest.raises(ParameterError, match="no service"):
            drawn_lot(book, "S2", 2, "dice", tmp_path)
        with pytest.raises(ParameterError, match="nothing to draw"):
            drawn_lot(book, "S1", 8, "dice", tmp_path)
        with pytest.raises(ParameterError, match="no folder"):
            drawn_lot(book, "S1", 2, "dice", tmp_path / "nowhere")

    def test_a_project_is_not_drawn_twice_for_a_service(
        self, book: Workbook, tmp_path: Path
    ) -> None:
        drawn_lot(book, "S1", 4, "dice", tmp_path)
        listed = tmp_path / "some.csv"
        pd.DataFrame({"project_id": ["p1", "p2", "p3", "p4"]}).to_csv(listed, index=False)
        with pytest.raises(DataError, match="took part in a draw for S1 already"):
            drawn_lot(book, "S1", 2, "coin", tmp_path, listed)

    def test_a_record_that_lost_a_column_is_not_written_over(
        self, book: Workbook, tmp_path: Path
    ) -> None:
        (tmp_path / RECORD).write_text("lot_id,project_id\nL1,p1\n")
        with pytest.raises(DataError, match="lacks the columns"):
            drawn_lot(book, "S1", 4, "dice", tmp_path)
        assert (tmp_path / RECORD).read_text() == "lot_id,project_id\nL1,p1\n"
