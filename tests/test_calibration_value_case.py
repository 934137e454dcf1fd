"""The value case keeps its promises where the truth is known; the long run is `-m slow`."""

import pytest

import calibration_value_case as calibration
from builders.simulation import RollOut

SHORT, WITH_EFFECT = 30, 20  # which is checked as well, and takes twice as long
# at 30 runs chance alone moves a share of 90 % by 5 points, and one of 5 % by 4
SHORT_SCENARIOS = [RollOut(8), RollOut(20, "worst first"), RollOut(20, "random", 0.20)]
TESTED, PRICED = "tested, randomisation", "priced, randomisation"


@pytest.fixture(scope="module", params=SHORT_SCENARIOS, ids=lambda kind: kind.name)
def short(request: pytest.FixtureRequest) -> tuple[RollOut, list[calibration.Run]]:
    kind: RollOut = request.param
    runs = WITH_EFFECT if kind.effect else SHORT
    return kind, [calibration.run(kind, number) for number in range(runs)]


class TestShortRun:
    @pytest.mark.parametrize("name", [TESTED, PRICED])
    def test_interval_holds_the_truth(
        self, short: tuple[RollOut, list[calibration.Run]], name: str
    ) -> None:
        assert 0.80 <= calibration.share(short[1], "holds", name) <= 0.98

    def test_no_effect_is_seldom_rejected_and_never_demonstrated_often(
        self, short: tuple[RollOut, list[calibration.Run]]
    ) -> None:
        kind, runs = short
        if not kind.effect:
            assert calibration.share(runs, "rejects", TESTED) <= 0.13
            assert calibration.words(runs, "demonstrated") <= 0.065

    def test_effect_is_found_more_often_than_not(
        self, short: tuple[RollOut, list[calibration.Run]]
    ) -> None:
        kind, runs = short
        if kind.effect:
            assert calibration.share(runs, "rejects", TESTED) >= 0.5

    def test_estimate_is_off_by_little(self, short: tuple[RollOut, list[calibration.Run]]) -> None:
        assert abs(calibration.bias(short[1], PRICED)) < 0.05

    def test_naive_comparison_is_farther_off(
        self, short: tuple[RollOut, list[calibration.Run]]
    ) -> None:
        """What misleads is another comparison in each kind of roll-out."""
        kind, runs = short
        naive = {"random": "before and after", "worst first": "adopters against never"}
        ours = abs(calibration.bias(runs, PRICED))
        assert ours < abs(calibration.bias(runs, naive[kind.adoption]))


class TestRollOuts:
    def test_kinds_are_told_apart(self) -> None:
        names = [kind.name for kind in calibration.KINDS]
        assert len(set(names)) == len(names)

    def test_same_number_is_the_same_run(self) -> None:
        assert calibration.run(RollOut(8), 3) == calibration.run(RollOut(8), 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [RollOut(g, how) for g in (8, 20, 40) for how in ("random", "worst first")],
    ids=lambda kind: kind.name,
)
def test_long_run_keeps_the_promise(kind: RollOut) -> None:
    # a true 5.3 % needs more runs than 300 to be told from 6.5 %
    runs = calibration.measure(kind, 1500 if kind == RollOut(40, "worst first") else 300)
    assert 0.86 <= calibration.share(runs, "holds", PRICED) <= 0.94
    assert calibration.share(runs, "rejects", TESTED) <= 0.065
    assert calibration.words(runs, "demonstrated") <= 0.065


@pytest.mark.slow
@pytest.mark.parametrize("kind", [RollOut(20, how) for how in ("dip", "improving")],
                         ids=lambda kind: kind.name)  # fmt: skip
def test_demonstrated_stays_rare_where_adoption_follows_results(kind: RollOut) -> None:
    runs = calibration.measure(kind, 300)
    assert calibration.words(runs, "demonstrated") <= 0.065
