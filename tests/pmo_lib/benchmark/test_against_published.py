"""Benchmarks beside ours: compared, context only or refused, each with its reason."""

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.tables import Tables, answer, baseline, frame, project, report, tables
from pmo_lib.benchmark.against_peers import OTHERS
from pmo_lib.benchmark.against_published import categories_of
from pmo_lib.benchmark.benchmarks import compared
from pmo_lib.benchmark.comparison import Comparison, chosen
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.stats.rates import rate

SETTINGS: dict[str, Any] = {"price_base": 2025}
FIGURE: dict[str, Any] = {
    "source": "A survey", "year": 2025, "kpi_id": "D1", "segment": "all", "statistic": "share",
    "value": 50.0, "unit": "%", "n": 200, "unit_of_analysis": "project",
    "population": "completed", "baseline_definition": "approval", "prices": "constant",
}  # fmt: skip


def portfolio(late: int, on_time: int, cost: float = 110.0, **cells: Any) -> Tables:
    """So many late and so many punctual projects, in alternating categories."""
    count = late + on_time
    kinds = ["IT" if i % 2 else "Roads" for i in range(count)]
    rows = [
        project(
            f"p{i}",
            category=kinds[i],
            actual_cost=cost + i,
            finished_on="2026-08-01" if i < late else "2026-07-01",
            **cells,
        )
        for i in range(count)
    ]
    return tables(projects=rows, baselines=[baseline(f"p{i}") for i in range(count)])


def seen(given: Tables, *figures: dict[str, Any], **values: Any) -> View:
    benchmarks = frame("benchmarks", [FIGURE | figure for figure in figures])
    settings = Settings.from_mapping(SETTINGS | values)
    return View(given | ({"benchmarks": benchmarks} if figures else {}), "2026-09", settings)


def judged(*figures: dict[str, Any], **values: Any) -> list[Comparison]:
    return compared(seen(portfolio(12, 18), *figures, **values), {})


OTHERWISE: list[tuple[dict[str, Any], str, str]] = [
    ({"kpi_id": None}, "context only", "No KPI of ours measures that."),
    ({"population": None}, "context only", "does not say whether the projects were"),
    ({"unit_of_analysis": "respondent"}, "not comparable", "It counts respondents; ours"),
    ({"statistic": "mean"}, "not comparable", "It is a mean; ours is a share"),
    ({"population": "in flight"}, "not comparable", "It is of projects that are in flight"),
    ({"baseline_definition": "decision to build"}, "not comparable", "decision to build"),
    ({"segment": "Rail"}, "not comparable", "It is of Rail; that is none of our"),
    ({"kpi_id": "D99"}, "not comparable", "There is no KPI D99; the nearest is D9."),
    ({"value": 130.0}, "not comparable", "A share of 130 % is above 100 %."),
    ({"kpi_id": "D3", "statistic": "median", "prices": "nominal"}, "not comparable",
     "It is in nominal prices"),
    ({"kpi_id": "R3", "statistic": "index", "unit": "points", "unit_of_analysis": "respondent"},
     "context only", "R3 is not measured"),
]  # fmt: skip


class TestPublished:
    def test_fair_one_has_the_gap_with_newcombes_interval(self) -> None:
        (found,) = judged({})
        gap = rate(18, 30, 0.9), rate(100, 200, 0.9)
        below = ((0.6 - gap[0].low) ** 2 + (gap[1].high - 0.5) ** 2) ** 0.5
        assert found.judgement == "comparable"
        assert (found.ours.value, found.ours.n, found.theirs.value) == (0.6, 30, 0.5)
        assert found.gap.value == pytest.approx(0.1)
        assert found.gap.low == pytest.approx(0.1 - below)
        assert found.stands == "no different"

    def test_each_other_one_has_its_reason_and_no_gap(self) -> None:
        wrong = []
        for figure, judgement, reason in OTHERWISE:
            (found,) = judged(figure)
            said = found.judgement, reason in " ".join(found.reasons), found.stands
            if said != (judgement, True, "") or not isnan(found.gap.value):
                wrong.append((figure, found))
        assert not wrong

    def test_share_without_n_says_that_its_uncertainty_is_not_published(self) -> None:
        (found,) = judged({"n": None})
        assert found.note == "peer uncertainty not published"
        own = rate(18, 30, 0.9)
        assert (found.gap.low, found.gap.high) == pytest.approx((own.low - 0.5, own.high - 0.5))

    def test_segment_is_our_projects_of_that_category(self) -> None:
        (found,) = compared(seen(portfolio(13, 17), {"segment": "roads"}), {})
        assert (found.ours.value, found.ours.n) == (8 / 15, 15)  # every other one is of roads

    def test_settings_say_what_a_segment_is_of_ours(self) -> None:
        (found,) = judged({"segment": "Software"}, segments={"software": ["IT"]})
        assert found.is_fair
        assert found.ours.n == 15

    def test_too_few_of_ours_are_no_comparison(self) -> None:
        (found,) = compared(seen(portfolio(1, 2), {}), {})
        assert found.judgement == "context only"
        assert "fewer than 5 completed projects" in found.reasons[0]

    def test_mean_of_overruns_is_refused_where_our_tail_is_heavy(self) -> None:
        given = portfolio(15, 20)
        given["projects"].loc[:9, "actual_cost"] = [200.0 * 2**i for i in range(10)]
        (found,) = compared(seen(given, {"kpi_id": "D3", "statistic": "mean"}), {})
        assert found.judgement == "context only"
        assert "no interval would hold" in found.reasons[0]

    def test_two_contradicting_sources_stand_side_by_side(self) -> None:
        found = judged({"url": "a"}, {"url": "b", "value": 60.0})
        assert [each.version for each in found] == ["1 of 2", "2 of 2"]
        assert [each.theirs.value for each in found] == [0.5, 0.6]

    def test_what_would_make_us_level(self) -> None:
        (found,) = judged({"value": 90.0})
        assert found.stands == "worse"
        assert found.to_move == "9 more of 30 would have made us level"

    def test_quantiles_give_a_place(self) -> None:
        own = results(seen(portfolio(12, 18)), kpis=["D3"])[0].value
        figures = [
            {"kpi_id": "D3", "statistic": name, "value": 100 * own + add}
            for name, add in (("p25", -10.0), ("median", 0.0), ("p75", 20.0))
        ]
        found = judged(*figures)[-1]
        assert found.kind == "published quantiles"
        assert found.percentile.value == pytest.approx(0.5)

    def test_no_benchmarks_no_comparison(self) -> None:
        assert compared(seen(portfolio(12, 18)), {}) == []


class TestPeers:
    def test_share_medians_and_places(self) -> None:
        ours, theirs = seen(portfolio(10, 30)), seen(portfolio(30, 10, cost=150.0))
        found = {each.kpi_id: each for each in compared(ours, {"Theirs": theirs})}
        assert found["D1"].gap.value == pytest.approx(0.5)
        assert found["D1"].stands == "better"
        assert found["D3"].percentile.value == 0.0
        assert found["D3"].superiority.value == 1.0
        assert found["D3"].mix.startswith("the gap keeps its sign")

    def test_what_is_to_know_of_one_side_is_no_note_on_the_gap(self) -> None:
        answers = [
            answer(f"r{i}", service_id=service, importance=6, expected=5, perceived=3 + i % 3)
            for i in range(12)
            for service in ("S1", "S2")
        ]
        given = portfolio(10, 30) | tables(survey_responses=answers)
        found = compared(seen(given), {"Same": seen(given)})
        clustered = [each for each in found if CATALOGUE[each.kpi_id].statistic.is_clustered]
        assert clustered
        assert [each.note for each in clustered if "independent cases" in each.note] == []

    def test_overruns_of_the_same_mix_are_compared_by_geometric_means(self) -> None:
        ours, theirs = portfolio(10, 30), portfolio(10, 20, cost=150.0)
        for given in (ours, theirs):
            given["baselines"] = given["baselines"].assign(cost=100.0)
        (found,) = [
            each for each in compared(seen(ours), {"Theirs": seen(theirs)}) if each.kpi_id == "D3"
        ]
        logs = [np.log(given["projects"]["actual_cost"] / 100) for given in (ours, theirs)]
        by_kind = [np.mean(logs[0][kind::2]) - np.mean(logs[1][kind::2]) for kind in (0, 1)]
        assert found.standardised.value == pytest.approx(np.exp(np.mean(by_kind)) - 1)

    def test_three_projects_are_refused(self) -> None:
        ours, theirs = seen(portfolio(10, 30)), seen(portfolio(1, 2))
        found = {each.kpi_id: each for each in compared(ours, {"Theirs": theirs})}
        assert found["D1"].judgement == "not comparable"
        assert "only 3 cases are known; 5 are needed" in found["D1"].reasons[0]

    def test_another_baseline_is_refused(self) -> None:
        theirs = seen(portfolio(10, 30), baseline_definition="first report")
        found = compared(seen(portfolio(10, 30)), {"Theirs": theirs})
        assert {each.judgement for each in found if each.kpi_id == "D1"} == {"not comparable"}

    def test_difference_that_the_mix_turns_round_is_refused(self) -> None:
        """Ours are mostly roads, which are late; kind by kind we are better (Simpson's paradox)."""

        def mixed(roads: tuple[int, int], it: tuple[int, int]) -> Tables:
            rows = []
            for kind, (late, on_time) in (("Roads", roads), ("IT", it)):
                rows += [
                    project(
                        f"{kind}{i}",
                        category=kind,
                        finished_on="2026-08-01" if i < late else "2026-07-01",
                    )
                    for i in range(late + on_time)
                ]
            plans = [baseline(row["project_id"]) for row in rows]
            return tables(projects=rows, baselines=plans)

        ours, theirs = mixed((50, 30), (2, 18)), mixed((15, 5), (16, 64))
        found = {each.kpi_id: each for each in compared(seen(ours), {"Theirs": seen(theirs)})}
        assert found["D1"].judgement == "not comparable"
        assert found["D1"].gap.value < 0 < found["D1"].standardised.value

    def test_departments_stand_beside_the_others(self) -> None:
        given = portfolio(10, 30)
        given["projects"].loc[:19, "department"] = "Legal"
        found = compared(seen(given), {}, ["Legal"])
        (punctual,) = [each for each in found if each.kpi_id == "D1"]
        assert (punctual.source, punctual.ours.value, punctual.theirs.value) == (OTHERS, 0.5, 1.0)
        assert punctual.stands == "worse"

    def test_size_tiers_are_cut_by_our_bounds_where_the_money_is_the_same(self) -> None:
        """Theirs are all large beside ours, of which 13 cost more than 270."""
        ours, theirs = portfolio(10, 30), portfolio(30, 10)
        ours["baselines"]["cost"] = [10.0 * (i + 1) for i in range(40)]
        theirs["baselines"]["cost"] = [1000.0 + i for i in range(40)]
        same = compared(seen(ours), {"Theirs": seen(theirs)})
        other = compared(seen(ours), {"Theirs": seen(theirs, currency="EUR")})
        (cut,), (whole,) = ([c for c in found if c.kpi_id == "D1"] for found in (same, other))
        assert (cut.standardised.n, whole.standardised.n) == (13, 40)

    def test_only_those_chosen_are_kept_with_all_that_is_no_peer(self) -> None:
        given = portfolio(10, 30)
        given["projects"].loc[:19, "department"] = "Legal"
        theirs = seen(portfolio(30, 10))
        found = compared(seen(given, {}), {"A": theirs, "B": theirs}, ["All departments", "Legal"])
        kinds = {(each.kind, each.source) for each in found}
        assert {("peer projects", "A"), ("peer projects", "B")} < kinds
        kept = chosen(found, ["B", "C"])
        assert kept == [each for each in found if each.source != "A"]
        assert {("own departments", OTHERS), ("published", "A survey")} < {
            (each.kind, each.source) for each in kept
        }
        assert not any(each.kind == "peer projects" for each in chosen(found, []))


def test_categories_are_found_whatever_their_case() -> None:
    projects = portfolio(1, 1)["projects"]
    assert categories_of("it", projects, Settings()) == ["IT"]
    assert categories_of("Rail", projects, Settings()) == []


def test_inputs_are_not_changed() -> None:
    view = seen(portfolio(12, 18), {}, {"kpi_id": "D3", "statistic": "median"})
    before = {name: rows.copy() for name, rows in view.tables.items()}
    compared(view, {"Same": replace(view)})
    for name, rows in view.tables.items():
        pd.testing.assert_frame_equal(rows, before[name])


def test_rating_scales_must_be_the_same() -> None:
    given = portfolio(3, 3)
    running = [project(f"r{i}", status="active", finished_on=None) for i in range(8)]
    rated = [report(f"r{i}", rag="red" if i < 2 else "green", rag_scale=3) for i in range(8)]
    whole = given | tables(projects=running, status_reports=rated)
    figure = {"kpi_id": "G9", "population": "in flight", "rating_scale": 3}
    found = compared(seen(whole, figure, figure | {"rating_scale": 5, "url": "b"}), {})
    assert [each.judgement for each in found] == ["comparable", "not comparable"]
    assert found[0].ours.value == 0.25
    assert found[1].reasons == ("It is of ratings on 5 colours; ours are on 3.",)
