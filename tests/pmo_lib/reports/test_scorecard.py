"""The scorecard's rows, and the sentences on its answers."""

from typing import Any

from IPython.display import HTML

from builders.pages import parsed
from builders.results import result as result_of
from pmo_lib.engine.result import KpiResult
from pmo_lib.reports.scorecard import (
    AGAINST_TARGET,
    THAN_BEFORE,
    answer,
    answers_in_words,
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
        assert plain == ["KPI", "Now", "n"]
        moved = result("D1", baseline=0.4, than_before="better", against_target="kept")
        compared = parsed(scorecard([moved], {"D1": HTML("")}, "")).rows[0]
        before = ["Before", "Difference", "Than before"]
        assert compared == ["KPI", "Now", "n", *before, "Target", "Trend"]

    def test_a_line_holds_value_and_difference_with_their_intervals(self) -> None:
        given = result("D1", baseline=0.4, change=0.1, change_low=-0.02, change_high=0.22)
        row = [cell.replace("\u00a0", " ") for cell in parsed(scorecard([given], {}, "")).rows[1]]
        assert row[:5] == [
            "D1 On-time completion", "50 % (40 to 60)", "50", "40 %",
            "+10 points (−2 to +22)",
        ]  # fmt: skip

    def test_notes_are_footnotes_and_the_same_note_stands_once(self) -> None:
        many = "14 of 20 asked in 2026-03 answered (70 %)"
        given = [result("R1", reason=many), result("R3", reason=many), result("D1", compared="new")]
        page = scorecard(given, {}, "", signals={"R1", "R3", "D1"})
        rows = {row[0] for row in parsed(page).rows}
        assert {"R1 Perception gap 1, 2", "D1 On-time completion 3"} <= rows | {
            row.replace("  ", " ") for row in rows
        }
        assert text_of(page).count(many) == 1
        assert [tag for tag, _ in parsed(page).tags].count("li") == len({"Mean.", many, "New."})

    def test_news_stand_open_and_all_else_is_folded_by_family(self) -> None:
        given = [
            result("D1", than_before="better"), result("D2", than_before="no clear change"),
            result("D4", against_target="not kept"), result("P1", than_before="cannot be compared"),
            result("G8"),
        ]  # fmt: skip
        html = scorecard(given, {}, "90 % interval", signals={"G8"})
        news, *folded = str(html.data).split("<details>")
        assert [row[0].split()[0] for row in parsed(news).rows[1:]] == ["D1", "D4", "G8"]
        said = [parsed(f"<details>{part}").text.split("\n")[0] for part in folded]
        assert said == [
            "Delivery: 1 KPI without news", "Productivity and flow: 1 KPI without news",
        ]  # fmt: skip
        nothing = text_of(scorecard(given[1:2], {}, "", signals=set()))
        assert nothing.startswith("No KPI is clearly better or worse than before")
        assert "<details>" not in str(scorecard(given, {}, "").data)

    def test_shows_why_there_is_no_answer(self) -> None:
        bare = result("D1", than_before="cannot be compared", compared="no interval")
        said = text_of(scorecard([bare, result("D2", baseline=0.4)], {}, ""))
        assert "No interval." in said
        assert "No interval." in said

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
        assert "Share of changes that are slips: 35 % (30 % to 40 %)." in said
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


def test_legend_explains_every_answer() -> None:
    said = text_of(legend())
    answers = THAN_BEFORE | AGAINST_TARGET
    assert [k for k, meaning in answers.items() if f"{k}: {meaning}." not in said] == []
