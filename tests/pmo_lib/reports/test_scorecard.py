"""The scorecard's rows, and the sentences on its answers."""

from typing import Any

from IPython.display import HTML

from builders.pages import parsed
from builders.results import result as result_of
from pmo_lib.engine.result import KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports.scorecard import (
    AGAINST_TARGET,
    THAN_BEFORE,
    answer,
    answers_in_words,
    direction,
    legend,
    scorecard,
    to_set,
)


def result(kpi: str, **more: Any) -> KpiResult:
    given = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 50, "cases": 50, "state": "measured"}
    return result_of(kpi, **(given | more))


def text_of(html: HTML) -> str:
    return parsed(html).text.replace("\u00a0", " ")


class TestScorecard:
    def test_parts_and_unmeasured_kpis_are_elsewhere(self) -> None:
        given = [result("D1"), result("R4", segment="Coaching"), result("D2", state="too few")]
        said = text_of(scorecard(given, {}, "90 % interval"))
        assert "D1 On-time completion" in said
        assert "R4" not in said
        assert "D2" not in said

    def test_columns_that_nothing_fills_are_left_out(self) -> None:
        plain = parsed(scorecard([result("D1")], {}, "")).rows[0]
        assert plain == ["KPI", "Value", "n", "Than before", "Target"]
        compared = parsed(scorecard([result("D1", baseline=0.4)], {"D1": HTML("")}, "")).rows[0]
        before = ["Baseline", "Change", "Than before"]
        assert compared == ["KPI", "Value", "n", *before, "Target", "Trend"]

    def test_shows_why_there_is_no_answer(self) -> None:
        bare = result("D1", than_before="cannot be compared", compared="no interval")
        said = text_of(scorecard([bare, result("D2", baseline=0.4)], {}, ""))
        assert "no interval" in said
        assert "cannot be compared" in said

    def test_shows_the_target_as_a_range(self) -> None:
        given = {
            "D1": {"target_low": 0.8}, "D4": {"target_high": 0.1},
            "P5": {"target_low": 0.8, "target_high": 1.25},
            "V2": {"target_low": 0.0, "target_high": 0.0}, "D2": {},
        }  # fmt: skip
        results = [result(kpi, against_target="kept", **more) for kpi, more in given.items()]
        rows = parsed(scorecard(results, {}, "")).rows
        found = {
            row[0].split()[0]: row[-1].replace("\u00a0", " ").split("\n")
            for row in rows
            if row[0] != "KPI"
        }
        assert found == {
            "D1": ["✓ kept", "at least 80 %"], "D4": ["✓ kept", "at most 10 %"],
            "P5": ["✓ kept", "0.80 to 1.25"], "V2": ["✓ kept", "0 %"], "D2": ["✓ kept", ""],
        }  # fmt: skip

    def test_puts_the_trend_where_there_is_one(self) -> None:
        line = HTML("<svg role='img' aria-label='up'></svg>")
        html = scorecard([result("D1"), result("D2")], {"D1": line}, "")
        assert [tag for tag, _ in parsed(html).tags].count("svg") == 1

    def test_a_share_beside_days_is_told_as_a_share(self) -> None:
        share = result_of("D12", statistic="slip_share", value=0.35, low=0.3, high=0.4, n=50)
        said = text_of(scorecard([result("D12", value=2.0, low=1.0, high=3.0), share], {}, ""))
        assert "share of changes that are slips: 35 % (30 % to 40 %)" in said
        assert "2 days" in said

    def test_of_nothing_says_so(self) -> None:
        assert text_of(scorecard([], {}, "")) == "No KPI has a value."


class TestAnswersInWords:
    def test_counts_the_answers_and_names_what_is_worse(self) -> None:
        before = {
            "D1": "worse", "D2": "better", "D4": "no clear change", "V3": "cannot be compared",
            "G4": "better",
        }  # fmt: skip
        given = [result(kpi, than_before=each) for kpi, each in before.items()]
        assert answers_in_words(given) == (
            "Of 5 KPIs 2 are better than before, 1 is worse (on-time completion), 1 is without "
            "clear change; 1 cannot be compared."
        )
        aimed = dict(zip(before, ["kept", "not kept", "no target set", *[""] * 2], strict=True))
        given = [
            result(kpi, than_before=before[kpi], against_target=aimed[kpi] or "cannot tell yet")
            for kpi in before
        ]
        assert answers_in_words(given).endswith(
            " Of 4 targets 1 is kept and 1 is not (on-budget completion); of 2 it cannot be told "
            "yet."
        )

    def test_of_many_names_four_and_counts_the_others(self) -> None:
        worse = ["D1", "D2", "D4", "V3", "G4", "G5"]
        said = answers_in_words([result(kpi, than_before="worse") for kpi in worse])
        assert "business-case currency" not in said
        assert "and 2 more" in said

    def test_without_answers_says_so(self) -> None:
        said = "No KPI can be compared with a baseline or a target."
        assert answers_in_words([result("D1")]) == said

    def test_of_what_has_neither_target_nor_baseline_names_the_first_to_set(self) -> None:
        bare = [result(kpi, against_target="no target set") for kpi in ("D1", "D2", "D4", "R4")]
        assert to_set(bare, ["R4"]) == (
            "4 KPIs have neither a target nor a baseline: set targets for service satisfaction "
            "(R4), on-time completion (D1) and on-budget completion (D2) first (thresholds in "
            "settings.yml)."
        )
        assert to_set(bare[:1]).startswith(
            "1 KPI has neither a target nor a baseline: set a target for on-time completion (D1) ("
        )
        assert to_set([result("D1", baseline=0.4, against_target="no target set")]) == ""


def test_an_answer_is_a_word_with_a_shape_that_is_not_read_aloud() -> None:
    (badge, kind), (shape, hidden) = parsed(answer("not kept")).tags
    assert (badge, kind["class"]) == ("span", "badge bad")
    assert (shape, hidden) == ("span", {"aria-hidden": "true"})
    assert text_of(answer("not kept")) == "✗ not kept"
    assert "good" not in str(answer("no clear change").data)


def test_direction_is_in_words() -> None:
    assert direction(CATALOGUE["D1"]) == "higher is better"
    assert direction(CATALOGUE["P9"]).replace("\u00a0", " ") == "good from 80 % to 85 %"
    assert direction(CATALOGUE["V2"]).replace("\u00a0", " ") == "good near 0 %"


def test_legend_explains_every_answer() -> None:
    said = text_of(legend())
    answers = THAN_BEFORE | AGAINST_TARGET
    assert [k for k, meaning in answers.items() if f"{k}: {meaning}." not in said] == []
