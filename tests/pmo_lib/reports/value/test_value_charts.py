"""The figures of an effect: numbers behind them are the estimates', words name them."""

from collections.abc import Callable
from dataclasses import replace
from math import expm1
from typing import Any

import numpy as np
import pytest

from builders.pages import is_drawn, plain
from builders.rollouts import DAYS_EFFECT
from builders.situations import report
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.months import half_year_name, quarter_name
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.value import value_charts
from pmo_lib.worth.value_case import ValueCase

LEVEL = 0.9
DRAW: dict[str, Callable[[Finding], Picture | str]] = {
    "observed_and_expected": lambda found: value_charts.observed_and_expected(found, LEVEL),
    "event_study": lambda found: value_charts.event_study(found, LEVEL),
    "permutation_test": value_charts.permutation_test,
}
EACH = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)


@pytest.fixture(scope="module")
def case() -> ValueCase:
    return report("shown").case


@pytest.fixture(scope="module")
def cost(case: ValueCase) -> Finding:
    return found_in(case)


@pytest.fixture(scope="module")
def overrun(case: ValueCase) -> Finding:
    return found_in(case, "cost_overrun")


@pytest.fixture(scope="module")
def series() -> Finding:
    return found_in(report("all at once").case, "cost_overrun")


def found_in(case: ValueCase, outcome: str = "cost") -> Finding:
    found = case.finding(outcome)
    assert found is not None
    return found


def without_estimate(design: Any = "staggered roll-out", refusal: str = "") -> Finding:
    nothing = Effect(refusal=refusal)
    return Finding(OUTCOMES["cost"], design, nothing, nothing)


def percent(text: str) -> float:
    """18 % less as -0.18, 3 % longer as 0.03, −5 % as -0.05."""
    number, _, *word = plain(text).replace("−", "-").split(" ")
    return float(number) / 100 * (-1 if word[:1] in (["less"], ["shorter"]) else 1)


class TestObservedAndExpected:
    def test_mean_difference_is_about_the_estimate(self, overrun: Finding) -> None:
        data = is_drawn(value_charts.observed_and_expected(overrun, LEVEL)).data
        gaps = [
            np.log1p(percent(was)) - np.log1p(percent(would))
            for was, would in zip(data["Observed"], data["Counterfactual"], strict=True)
        ]
        mean = np.average(gaps, weights=data["Projects"])
        assert mean == pytest.approx(overrun.tested.value, abs=0.03)
        assert data["Projects"].sum() <= overrun.tested.n

    def test_words_count_the_half_years_below(self, overrun: Finding) -> None:
        made = is_drawn(value_charts.observed_and_expected(overrun, LEVEL))
        below = sum(
            percent(was) < percent(would)
            for was, would in zip(made.data["Observed"], made.data["Counterfactual"], strict=True)
        )
        assert f"in {below} of {len(made.data)} half-years" in made.alt

    def test_half_years_are_in_order_and_after_the_first_adoption(self, case: ValueCase) -> None:
        data = is_drawn(
            value_charts.observed_and_expected(found_in(case, "cost_overrun"), LEVEL)
        ).data
        names = data["Start"].tolist()
        assert names == sorted(names)
        assert names[0] >= half_year_name(4 * 2022)  # the first adopt in January 2022

    def test_interval_is_around_what_is_expected(self, overrun: Finding) -> None:
        data = is_drawn(value_charts.observed_and_expected(overrun, LEVEL)).data
        for text, middle in zip(data["90 % interval".replace(" %", "\u00a0%")],
                                data["Counterfactual"], strict=True):  # fmt: skip
            low, high = text.split(" to ")
            assert percent(low) <= percent(middle) <= percent(high)


class TestEventStudy:
    def test_planted_effect_is_seen_only_since_adoption(self, case: ValueCase) -> None:
        for outcome, saved in (("cost", 0.25), ("schedule", DAYS_EFFECT)):
            data = is_drawn(value_charts.event_study(found_in(case, outcome), LEVEL)).data
            shares = data["Difference"].map(percent)
            full = data["Quarter since adoption"] >= 3  # the effect comes over a year
            mean = np.average(shares[full], weights=data["Projects"][full])
            assert mean == pytest.approx(-saved, abs=0.08)
            assert abs(shares[data["Quarter since adoption"] < 0].mean()) < saved / 2

    def test_words_count_the_quarters_and_give_the_mean(self, cost: Finding) -> None:
        made = is_drawn(value_charts.event_study(cost, LEVEL))
        before = int((made.data["Quarter since adoption"] < 0).sum())
        after = len(made.data) - before
        assert f"for {before} quarters before and {after} since" in made.alt
        less = f"{abs(expm1(cost.tested.value)):.0%}".replace("%", " %")
        assert plain(made.alt).endswith(f"The mean since adoption: {less} less.")
        assert plain(made.caption).startswith(
            f"{cost.outcome.name}: {less} less on average since adoption"
        )

    def test_half_years_are_called_so(self, cost: Finding) -> None:
        made = is_drawn(value_charts.event_study(replace(cost, cells="half-year"), LEVEL))
        assert "Half-year since adoption" in made.data
        assert "half-years before and" in made.alt
        assert "By half-year, with" in str(made.caption)
        assert "quarter" not in made.alt.lower()

    def test_duration_is_longer_or_shorter(self, case: ValueCase) -> None:
        made = is_drawn(value_charts.event_study(found_in(case, "schedule"), LEVEL))
        assert made.data["Difference"].str.contains("longer|shorter").all()

    def test_shares_are_points(self, case: ValueCase) -> None:
        made = is_drawn(value_charts.event_study(found_in(case, "on_time"), LEVEL))
        assert made.data["Difference"].str.contains("points").all()


class TestChance:
    def test_words_and_table_are_of_the_permutations(self, cost: Finding) -> None:
        made = is_drawn(value_charts.permutation_test(cost))
        effects = cost.tested.permuted
        farther = sum(abs(each) >= abs(cost.tested.value) for each in effects)
        assert f"Estimates under {len(effects)} permutations" in made.alt
        assert f"{farther} permutation" in made.alt
        assert made.alt.endswith(f"p = {cost.tested.p:.3f}.")
        median, true = (made.data["Effect"].map(percent)[at] for at in (1, 3))
        assert median == pytest.approx(expm1(np.median(effects)), abs=0.006)
        assert true == pytest.approx(expm1(cost.tested.value), abs=0.006)

    def test_permutations_lie_around_nothing(self, cost: Finding) -> None:
        low, _, high, _ = is_drawn(value_charts.permutation_test(cost)).data["Effect"].map(percent)
        assert low < 0 < high


class TestInterruptedSeries:
    def test_every_quarter_with_projects_is_in_the_table(self, series: Finding) -> None:
        data = is_drawn(value_charts.observed_and_expected(series, LEVEL)).data
        known = series.tested.series.query("n > 0")
        assert data["Projects"].sum() == known["n"].sum() == series.tested.n
        assert data["Start quarter"].tolist() == [quarter_name(int(q)) for q in known["quarter"]]
        assert data["Observed"].map(percent).tolist() == pytest.approx(
            np.expm1(known["observed"].astype("float64")).tolist(), abs=0.0051
        )

    def test_line_of_before_is_above_what_was_since(self, series: Finding) -> None:
        data = is_drawn(value_charts.observed_and_expected(series, LEVEL)).data.iloc[-6:]
        was, would = data["Observed"].map(percent), data["Counterfactual"].map(percent)
        assert was.mean() < would.mean()

    def test_refusal_is_the_series_own(self, series: Finding) -> None:
        refused = replace(series, tested=replace(series.tested, refusal="too short"))
        assert value_charts.observed_and_expected(refused, LEVEL) == "too short"

    @pytest.mark.parametrize("name", ["event_study", "permutation_test"])
    def test_what_takes_controls_says_so(self, series: Finding, name: str) -> None:
        assert DRAW[name](series) == "it takes departments that adopted in different quarters"


class TestWithoutEstimate:
    @EACH
    def test_the_reason_is_that_of_the_estimate(self, draw: Any) -> None:
        assert draw(without_estimate(refusal="too few departments")) == "too few departments"

    @EACH
    def test_without_dates_it_says_what_it_takes(self, draw: Any) -> None:
        assert draw(without_estimate("matched projects")) == value_charts.NO_CONTROLS

    @EACH
    def test_matched_projects_have_no_quarters(self, draw: Any) -> None:
        found = found_in(report("chosen").case)
        assert draw(found) == value_charts.NO_CONTROLS

    @EACH
    def test_five_departments_are_too_few(self, draw: Any) -> None:
        found = found_in(report("five departments").case)
        assert "only 5 departments" in str(draw(found))
