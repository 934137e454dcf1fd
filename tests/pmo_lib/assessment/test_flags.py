"""Flags: no colour that was not earned."""

from typing import Any

import numpy as np
import pytest

from builders.results import result as result_of
from builders.views import settings
from pmo_lib.assessment.flags import FLAGS, flagged, material, target_of
from pmo_lib.engine.result import KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE

NAN = float("nan")


def result(kpi: str = "D1", n: int = 100, **more: Any) -> KpiResult:
    given = {"value": 0.5, "low": 0.45, "high": 0.55, "n": n, "cases": n, "state": "measured"}
    return result_of(kpi, **(given | more))


def flag(found: KpiResult, **thresholds: Any) -> tuple[str, str]:
    (flagged_one,) = flagged([found], settings(thresholds={found.kpi_id: thresholds}))
    return flagged_one.flag, flagged_one.compared


class TestAgainstATarget:
    def test_far_below_is_red(self) -> None:
        assert flag(result(), target=0.8) == ("red", "")

    def test_a_little_below_is_no_matter(self) -> None:
        assert flag(result(value=0.79, low=0.77, high=0.81), target=0.8)[0] == "green"

    def test_below_but_by_chance_perhaps_is_amber(self) -> None:
        assert flag(result(value=0.7, low=0.5, high=0.85), target=0.8)[0] == "amber"

    def test_an_interval_on_both_sides_is_grey(self) -> None:
        found = flag(result(value=0.8, low=0.6, high=0.9), target=0.8)
        assert found == ("grey", "it may be within what matters or beyond")

    def test_above_is_green_where_higher_is_better(self) -> None:
        assert flag(result(value=0.9, low=0.86, high=0.94), target=0.8)[0] == "green"

    def test_above_is_red_where_lower_is_better(self) -> None:
        assert flag(result("D4", value=0.4, low=0.3, high=0.5), target=0.1)[0] == "red"
        assert flag(result("D4", value=0.02, low=0.0, high=0.05), target=0.1)[0] == "green"

    def test_what_matters_is_the_settings_word(self) -> None:
        given = result(value=0.72, low=0.71, high=0.73)
        assert flag(given, target=0.8)[0] == "red"
        assert flag(given, target=0.8, material=0.1)[0] == "green"

    def test_says_the_target_and_its_p(self) -> None:
        (found,) = flagged([result()], settings(thresholds={"D1": {"target": 0.55}}))
        assert found.target == 0.55
        assert found.p_value == pytest.approx(0.1)


class TestNear:
    def test_has_its_own_target(self) -> None:
        assert target_of(CATALOGUE["P9"], settings()) == (0.8, 0.85)

    @pytest.mark.parametrize(
        ("value", "colour"), [(0.82, "green"), (0.6, "red"), (0.98, "red"), (0.84, "green")]
    )
    def test_is_bad_on_both_sides(self, value: float, colour: str) -> None:
        given = result("P9", value=value, low=value - 0.01, high=value + 0.01)
        assert flagged([given], settings())[0].flag == colour


class TestAgainstTheBaseline:
    def test_a_material_and_sure_fall_is_red(self) -> None:
        given = result(baseline=0.7, change=-0.2, change_low=-0.28, change_high=-0.12, p_value=1e-4)
        assert flagged([given], settings())[0].flag == "red"

    def test_a_rise_is_green(self) -> None:
        given = result(baseline=0.3, change=0.2, change_low=0.1, change_high=0.3, p_value=1e-4)
        assert flagged([given], settings())[0].flag == "green"

    def test_a_rise_of_days_is_red_from_a_tenth_on(self) -> None:
        assert material(CATALOGUE["P3"], 200.0, settings()) == 20.0
        more = {"baseline": 200.0, "p_value": 1e-6}
        small = result("P3", change=15.0, change_low=12.0, change_high=18.0, **more)
        large = result("P3", change=40.0, change_low=30.0, change_high=50.0, **more)
        assert [r.flag for r in flagged([small, large], settings())] == ["green", "red"]

    def test_without_both_it_is_grey_and_says_so(self) -> None:
        (found,) = flagged([result()], settings())
        assert found.flag == "grey"
        assert found.compared == "there is neither a target nor a baseline"

    def test_why_there_is_no_baseline_stays_said(self) -> None:
        (found,) = flagged([result(compared="no baseline: x")], settings())
        assert found.compared == "no baseline: x"


class TestNoColourUnearned:
    def test_few_cases_have_none(self) -> None:
        assert flag(result(n=9), target=0.8) == ("grey", "too few cases for a colour")

    def test_no_interval_no_colour(self) -> None:
        assert flag(result(low=NAN, high=NAN), target=0.8)[0] == "grey"
        assert flag(result(value=0.9, low=NAN, high=NAN), target=0.8)[0] == "grey"

    @pytest.mark.parametrize("state", ["too few", "undefined", "not measured", "withheld"])
    def test_unmeasured_is_grey(self, state: str) -> None:
        given = result(value=NAN, low=NAN, high=NAN, n=0, state=state)
        assert flag(given, target=0.8) == ("grey", "")

    def test_context_parts_and_further_statistics_have_no_flag(self) -> None:
        context = next(k for k in CATALOGUE.values() if k.better == "context")
        given = [
            result_of(context.id, "A", value=0.5),
            result("D3", value=0.5),
            result_of("D3", "A", statistic="p80", value=0.5),
            result(segment="part"),
        ]
        assert [r.flag for r in flagged(given, settings())] == ["", "grey", "", ""]


class TestManyAtOnce:
    def test_chance_alone_is_hardly_ever_red(self) -> None:
        """800 true nulls, unadjusted 40 of them worse at p = 0.1 (statistics.md 1.3)."""
        chance = np.random.default_rng(7)
        reds = 0
        for _ in range(20):
            values = 0.5 + chance.normal(0, 0.06, 800)
            given = [
                result(value=v, low=v - 0.06 * 1.6448536, high=v + 0.06 * 1.6448536, n=1000)
                for v in values
            ]
            found = flagged(given, settings(thresholds={"D1": {"target": 0.5}}))
            reds += sum(r.flag == "red" for r in found)
            assert sum(r.flag == "amber" for r in found) > 100
        assert reds <= 4

    def test_what_is_really_worse_is_found_among_many(self) -> None:
        chance = np.random.default_rng(8)
        values = 0.5 + chance.normal(0, 0.03, 200) - np.where(np.arange(200) < 40, 0.15, 0)
        given = [result(value=v, low=v - 0.0494, high=v + 0.0494, n=1000) for v in values]
        found = flagged(given, settings(thresholds={"D1": {"target": 0.5}}))
        assert sum(r.flag == "red" for r in found[:40]) >= 36
        assert sum(r.flag == "red" for r in found[40:]) <= 4


def test_every_flag_has_its_words() -> None:
    assert set(FLAGS) == {"red", "amber", "green", "grey"}
