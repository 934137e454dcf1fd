"""A question withholds what hangs on it till it is waived."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import pipelines.questions
from pipelines.prepare import Prepared, prepare
from pipelines.questions.asked import Asked
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question, Verdict
from pmo_lib.engine.observe import attempt
from pmo_lib.kpis.catalogue import CATALOGUE

pytestmark = pytest.mark.usefixtures("great_expectations")

FILES = {
    "projects.csv": "project_id,name,department,status,started_on,finished_on,actual_cost\n"
    "P1,a,IT,completed,2026-01-05,2026-02-05,10\n",
    "baselines.csv": "project_id,version,start,finish,cost\nP1,0,2026-01-05,2026-02-05,12\n",
}
ASKED = Question("scores", "baselines", "cost", "is it all right", withholds=("baselines.cost",))


@pytest.fixture
def prepared(
    tmp_path: Path, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Prepared]:
    """What the files come to where the only check asks of every cost."""

    def check(asked: Asked) -> Iterator[Question]:
        if asked.has("baselines.cost"):
            yield ASKED

    monkeypatch.setattr(pipelines.questions, "CHECKS", (check,))
    return lambda *waived: prepare(
        write(tmp_path / "raw", FILES), tmp_path / "out", Settings(waived=list(waived))
    )


class TestQuestion:
    def test_withholds_the_kpis_of_the_column(self, prepared: Callable[..., Prepared]) -> None:
        workbook = prepared().workbook
        view = workbook.view("2026-03")
        states = {name: attempt(CATALOGUE[name], view)[1:] for name in ("D1", "D2", "D3")}
        assert states == {
            "D1": ("measured", ""),
            "D2": ("withheld", "is it all right"),
            "D3": ("withheld", "is it all right"),
        }

    def test_empties_the_column_that_is_written(
        self, prepared: Callable[..., Prepared], tmp_path: Path
    ) -> None:
        prepared()
        written = pd.read_parquet(tmp_path / "out" / "tables" / "baselines.parquet")
        assert written["cost"].isna().all()
        assert written["cost"].dtype == "float64"
        assert written["finish"].notna().all()

    def test_is_gone_where_it_is_waived(self, prepared: Callable[..., Prepared]) -> None:
        workbook = prepared(ASKED.id).workbook
        assert workbook.verdict.questions == ()
        assert workbook.withheld == {}
        assert workbook.tables["baselines"]["cost"].tolist() == [12]

    def test_stays_in_the_verdict(self, prepared: Callable[..., Prepared]) -> None:
        verdict = prepared().verdict
        assert verdict.questions == (ASKED,)
        assert Verdict.from_mapping(verdict.to_mapping()) == verdict

    def test_says_how_to_waive_it(self) -> None:
        assert str(ASKED) == (
            "is it all right. If all is well, waive it in settings.yml by "
            "waived: [scores baselines.cost]"
        )
