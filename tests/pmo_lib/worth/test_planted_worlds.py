"""The value case where the truth is known: padded plans are no saving, and a saving is one."""

import pytest

from builders.rollouts import PERIOD, permuted, rules
from builders.worlds import SETTINGS, World, draw, true_effect
from pmo_lib.effect.finding import STRADDLERS
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.roll_out import estimated
from pmo_lib.engine.view import View
from pmo_lib.worth.value_case import ValueCase, value_case

PADDED = World(12, 350, padding=0.15)
SAVING = World(20, 800, saving=0.3)


def cases(world: World, n: int) -> list[ValueCase]:
    """The value cases of the first n portfolios of a kind."""
    with permuted(99):
        return [value_case(View(draw(world, i).tables, PERIOD, SETTINGS)) for i in range(n)]


def words(found: list[ValueCase], outcome: str) -> list[str]:
    """What is said of an outcome in each."""
    said = [case.finding(outcome) for case in found]
    return [each.claim.word for each in said if each is not None]


@pytest.fixture(scope="module")
def padded() -> list[ValueCase]:
    return cases(PADDED, 12)


@pytest.fixture(scope="module")
def saving() -> list[ValueCase]:
    return cases(SAVING, 6)


class TestPaddedPlans:
    """Under the PMO 15 % more is approved, and as much is spent as ever."""

    def test_cost_is_likely_in_at_most_one(self, padded: list[ValueCase]) -> None:
        found = words(padded, "cost")
        assert sum(word in {"likely", "demonstrated"} for word in found) <= 1

    def test_what_is_closer_to_the_plan_counts_in_at_most_one(
        self, padded: list[ValueCase]
    ) -> None:
        found = words(padded, "cost_overrun")
        assert sum(word in {"likely", "demonstrated"} for word in found) <= 1

    def test_conservative_money_counts_no_gain_of_cost(self, padded: list[ValueCase]) -> None:
        gains = [
            number
            for number, (case, word) in enumerate(zip(padded, words(padded, "cost"), strict=True))
            if word not in {"likely", "demonstrated"}
            and (case.money.draws["conservative"].table["avoided"] > 0).any()
        ]
        assert gains == []


class TestSaving:
    """Projects under the PMO cost 30 % less for their size."""

    def test_cost_is_likely_in_most(self, saving: list[ValueCase]) -> None:
        found = words(saving, "cost")
        assert sum(word in {"likely", "demonstrated"} for word in found) >= 4, found

    def test_it_becomes_money_there(self, saving: list[ValueCase]) -> None:
        gross = [
            case.money.draws["conservative"].quantiles["p50"]["avoided"] > 0
            for case, word in zip(saving, words(saving, "cost"), strict=True)
            if word in {"likely", "demonstrated"}
        ]
        assert gross
        assert all(gross)


def test_without_sizes_less_is_seen_and_nothing_false() -> None:
    world = World(12, 350, padding=0.15, size_noise=None)
    with permuted(99):
        found = [value_case(View(draw(world, i).tables, PERIOD, SETTINGS)) for i in range(4)]
    assert not {"likely", "demonstrated"} & set(words(found, "cost"))


def test_what_helps_projects_in_flight_is_not_lost_where_they_are_left_out() -> None:
    """Counted as untreated they hide a part of the effect; the mean over a few portfolios."""
    world = World(20, 800, saving=0.3, straddlers_helped=True, ramp=(1.0,))
    off: dict[str, list[float]] = {how: [] for how in STRADDLERS}
    for number in range(6):
        drawn = draw(world, number)
        for how in STRADDLERS:
            found = estimated(drawn.evidence(how), OUTCOMES["cost"], rules=rules(0))
            off[how].append(found.priced.value - true_effect(drawn, found))
    mean = {how: sum(errors) / len(errors) for how, errors in off.items()}
    assert abs(mean["left out"]) < mean["untreated"]
