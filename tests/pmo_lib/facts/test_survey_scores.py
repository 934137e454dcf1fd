"""Standings of organisations in a survey: medians, mid-ranks, and what is never counted among."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from builders.tables import frame
from pmo_lib.facts.survey_scores import (
    STANDINGS,
    WAVES,
    by_wave,
    latest_wave,
    own_scores,
    standings,
)

WAVE = "2025-10"


def score(department: str, value: float | None, **cells: Any) -> dict[str, Any]:
    return {
        "department": department, "wave": WAVE, "measure": "Engagement", "score": value,
        "kind": "organisation",
    } | cells  # fmt: skip


def scores(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame("survey_scores", rows)


FIVE = (
    score("A", 0.5),
    score("B", 0.6),
    score("C", 0.6),
    score("D", 0.9),
    score("E", None),
    score("Group", 0.7, kind="group"),
    score("Benchmark", 0.61, kind="benchmark"),
    score("Mean", 0.99, kind="mean"),
)


class TestStandings:
    def test_median_is_over_organisations_with_a_score(self) -> None:
        (row,) = standings(scores(*FIVE), WAVE).itertuples()
        assert (row.organisations, row.missing) == (4, 1)
        assert (row.median, row.published) == (0.6, 0.61)
        assert np.isnan([row.score, row.difference, row.percentile]).all()

    @pytest.mark.parametrize(
        ("department", "difference", "percentile"),
        [
            ("A", -0.1, 0.125),  # half of one of four
            ("B", 0.0, 0.5),  # one below and half of two, of four
            ("D", 0.3, 0.875),  # three below and half of one
            ("Group", 0.1, 0.75),  # three below; itself is not among the four
        ],
    )
    def test_department_stands_by_its_mid_rank(
        self, department: str, difference: float, percentile: float
    ) -> None:
        (row,) = standings(scores(*FIVE), WAVE, department).itertuples()
        assert row.difference == pytest.approx(difference)
        assert row.percentile == percentile

    @pytest.mark.parametrize("department", ["E", "Benchmark", "Mean", "Nobody"])
    def test_who_has_no_score_of_their_own_does_not_stand(self, department: str) -> None:
        (row,) = standings(scores(*FIVE), WAVE, department).itertuples()
        assert np.isnan([row.score, row.difference, row.percentile]).all()

    def test_measures_stand_apart_in_alphabetical_order(self) -> None:
        rows = [*FIVE, score("A", 0.2, measure="A manager"), score("A", 0.1, wave="2024-10")]
        found = standings(scores(*rows), WAVE, "A")
        assert found["measure"].tolist() == ["A manager", "Engagement"]
        assert found["score"].tolist() == [0.2, 0.5]

    def test_measure_of_benchmarks_alone_has_no_median(self) -> None:
        (row,) = standings(scores(score("Benchmark", 0.6, kind="benchmark")), WAVE).itertuples()
        assert (row.organisations, row.missing, row.published) == (0, 0, 0.6)
        assert np.isnan(row.median)

    def test_of_two_benchmarks_neither_is_the_published_one(self) -> None:
        rows = [*FIVE, score("Another", 0.5, kind="benchmark")]
        assert standings(scores(*rows), WAVE)["published"].isna().all()

    @pytest.mark.parametrize("rows", [[], [score("A", None)]])
    def test_without_scores_nothing_stands(self, rows: list[dict[str, Any]]) -> None:
        found = standings(scores(*rows), WAVE, "A")
        assert list(found) == list(STANDINGS)
        assert found[["median", "score", "percentile"]].isna().all(axis=None)

    @given(st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4]), min_size=1, max_size=12), st.randoms())
    def test_agree_with_an_independent_calculation_in_any_order(
        self, values: list[float], random: Any
    ) -> None:
        rows = [score(f"O{i}", value) for i, value in enumerate(values)]
        random.shuffle(rows)
        for department, value in zip([f"O{i}" for i in range(len(values))], values, strict=True):
            (row,) = standings(scores(*rows), WAVE, department).itertuples()
            expected = stats.percentileofscore(values, value, kind="mean") / 100
            assert row.percentile == pytest.approx(expected)
            assert row.median == pytest.approx(np.median(values))

    def test_inputs_stay_as_they_are(self) -> None:
        table = scores(*FIVE)
        before = table.copy(deep=True)
        standings(table, WAVE, "A")
        by_wave(table, "Engagement", "A")
        assert_frame_equal(table, before)


class TestByWave:
    def test_has_one_row_a_wave_in_order_of_time(self) -> None:
        earlier = [score("A", 0.3, wave="2023-10"), score("B", 0.4, wave="2023-10")]
        found = by_wave(scores(*FIVE, *earlier), "Engagement", "A")
        assert list(found) == list(WAVES)
        assert found["wave"].tolist() == ["2023-10", WAVE]
        assert found["median"].tolist() == pytest.approx([0.35, 0.6])
        assert found["score"].tolist() == [0.3, 0.5]

    def test_agrees_with_the_standings(self) -> None:
        table = scores(*FIVE)
        (wave,) = by_wave(table, "Engagement", "A").to_dict("records")
        (standing,) = standings(table, WAVE, "A").to_dict("records")
        assert wave == {name: (standing | {"wave": WAVE})[name] for name in WAVES}

    def test_unknown_measure_has_no_wave(self) -> None:
        assert by_wave(scores(*FIVE), "Pay").empty


class TestWaves:
    def test_latest_up_to_a_month(self) -> None:
        table = scores(score("A", 0.3, wave="2023-10"), *FIVE)
        assert latest_wave(table, "2025-09") == "2023-10"
        assert latest_wave(table, "2025-10") == WAVE
        assert latest_wave(table, "2023-09") == ""

    def test_own_scores_are_of_organisations_and_groups(self) -> None:
        own = own_scores(scores(*FIVE))
        assert own["department"].tolist() == ["A", "B", "C", "D", "E", "Group"]
