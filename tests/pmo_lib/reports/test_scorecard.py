"""The scorecard's rows, and the sentence on its colours."""

from typing import Any

from IPython.display import HTML

from builders.pages import parsed
from builders.results import result as result_of
from pmo_lib.assessment.flags import FLAGS
from pmo_lib.engine.result import KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports.scorecard import direction, in_colours, legend, scorecard


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
        assert plain == ["KPI", "Flag", "Value", "n", "Target"]
        compared = parsed(scorecard([result("D1", baseline=0.4)], {"D1": HTML("")}, "")).rows[0]
        assert compared == ["KPI", "Flag", "Value", "n", "Baseline", "Change", "Target", "Trend"]

    def test_shows_why_there_is_no_colour(self) -> None:
        given = [result("D1", flag="grey", compared="no interval"), result("D2", baseline=0.4)]
        said = text_of(scorecard(given, {}, ""))
        assert "no interval" in said
        assert "grey" in said

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


class TestInColours:
    def test_names_the_red_and_counts_the_rest(self) -> None:
        flags = {"D1": "red", "D2": "green", "D4": "amber", "V3": "grey", "G4": "green"}
        said = in_colours([result(kpi, flag=flag) for kpi, flag in flags.items()])
        assert said == (
            "Of 5 KPIs compared with a target or the baseline, 1 is red (on-time completion), "
            "1 is amber (cost tail share) and 2 are green; 1 cannot be assessed."
        )

    def test_of_many_names_four_and_counts_the_others(self) -> None:
        red = ["D1", "D2", "D4", "V3", "G4", "G5"]
        said = in_colours([result(kpi, flag="red") for kpi in red])
        assert "business-case currency" not in said
        assert "and 2 more" in said

    def test_without_flags_says_so(self) -> None:
        assert in_colours([result("D1")]) == "No KPI can be given a colour."


def test_direction_is_in_words() -> None:
    assert direction(CATALOGUE["D1"]) == "higher is better"
    assert direction(CATALOGUE["P9"]).replace("\u00a0", " ") == "good from 80 % to 85 %"
    assert direction(CATALOGUE["V2"]).replace("\u00a0", " ") == "good near 0 %"


def test_legend_explains_every_flag() -> None:
    said = text_of(legend())
    assert all(f"{name.capitalize()}: {meaning}" in said for name, meaning in FLAGS.items())
