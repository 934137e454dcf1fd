"""Scores are neither money nor shares: asked about, not used, read as declared."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from builders.asking import delivery, questions, withheld
from builders.tables import Row, Tables, frame
from pipelines.questions import answered
from pipelines.reading.ingest import ingest
from pmo_lib.contract.settings import Settings

CLEAN = delivery()


def risks(**columns: list[float | None]) -> Tables:
    """Risks of open projects, as large and as likely as any, but for these columns."""
    chance = np.random.default_rng(2)
    size = max(map(len, columns.values()), default=12)
    known = {"impact": chance.lognormal(9, 1, size), "probability": chance.uniform(0.1, 0.9, size)}
    rows: list[Row] = [
        {"risk_id": f"r{n}", "project_id": f"p{n:03}", "raised_on": "2026-01-01"}
        | {name: values[n] for name, values in (known | columns).items()}
        for n in range(size)
    ]
    return CLEAN | {"risks": frame("risks", rows)}


@pytest.mark.parametrize(
    "scores", [[1.0, 2.0, 5.0], [1.0, 10.0, 8.0, None], [25.0, 4.0, 9.0, 12.0], [3.0] * 9]
)
def test_impact_in_small_whole_numbers_is_no_money(scores: list[float | None]) -> None:
    assert withheld(risks(impact=scores)) == {"risks.impact"}


@pytest.mark.parametrize(
    ("given", "words"),
    [([1.0, 2.0, 3.0, 4.0, 5.0], "a score; 4 of 5"), ([10.0, 40.0, 75.0], "in per cent; 3 of 3"),
     ([2.5, 4.5, 9.5], "in per cent; 3 of 3")],
)  # fmt: skip
def test_probability_above_one(given: list[float | None], words: str) -> None:
    (asked,) = questions(risks(probability=given)).values()
    assert words in asked.asks
    assert asked.withholds == ("risks.probability",)


@pytest.mark.parametrize("columns", [{}, {"probability": [0.1, 0.5, 1.0, 40.0]}])
def test_money_and_shares_are_not_asked_about(columns: dict[str, list[float | None]]) -> None:
    assert questions(risks(**columns)) == {}


class TestDeclared:
    def test_per_cent(self) -> None:
        given = risks(probability=[10.0, 40.0, 75.0])
        declared = {"percent": ["risks.probability"]}
        assert questions(given, **declared) == {}
        found = answered(given, Settings(**declared))["risks"]["probability"]
        assert found.tolist() == [0.1, 0.4, 0.75]

    def test_scores_are_read_as_what_they_stand_for(
        self, tmp_path: Path, write: Callable[..., Path]
    ) -> None:
        files = {
            "projects.csv": "project_id,department\nP1,IT\n",
            "risks.csv": "risk_id,project_id,raised_on,probability,impact\n"
            "r1,P1,2026-01-01,likely,1\nr2,P1,2026-01-01,Unlikely,2.0\n"
            "r3,P1,2026-01-01, LIKELY ,3\nr4,P1,2026-01-01,,\n",
        }
        scores = {"risks.impact": {"1": 5000.0, "2": 20_000.0},
                  "risks.probability": {"Likely": 0.7, "Unlikely": 0.2}}  # fmt: skip
        found = ingest(write(tmp_path / "raw", files), Settings(scores=scores)).tables["risks"]
        assert found.typed["impact"].tolist() == pytest.approx(
            [5000, 20_000, np.nan, np.nan], nan_ok=True
        )
        assert found.typed["probability"].tolist() == pytest.approx(
            [0.7, 0.2, 0.7, np.nan], nan_ok=True
        )
        (rejected,) = found.unread.to_dict("records")
        assert (rejected["line"], rejected["value"]) == (4, "3")
        assert rejected["rule"] == "is none of the scores in settings.yml: 1, 2"

    def test_scores_that_are_money_by_declaration_are_not_asked_about(self) -> None:
        given = risks(impact=[1.0, 2.0, 5.0])
        declared = {"scores": {"risks.impact": {"1": 1.0, "2": 2.0, "5": 5.0}}}
        assert "scores risks.impact" not in questions(given, **declared)

    def test_words_for_scores_name_the_remedy(
        self, tmp_path: Path, write: Callable[..., Path]
    ) -> None:
        files = {
            "projects.csv": "project_id,department\nP1,IT\n",
            "risks.csv": "risk_id,project_id,raised_on,impact\nr1,P1,2026-01-01,Very High\n",
        }
        found = ingest(write(tmp_path / "raw", files), Settings()).tables["risks"]
        assert "under scores in settings.yml" in found.unread["rule"].iloc[0]


def test_no_risk() -> None:
    assert list(questions(CLEAN | {"risks": frame("risks", [])})) == ["empty risks"]
