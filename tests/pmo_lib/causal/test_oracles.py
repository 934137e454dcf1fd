"""The imputation estimate beside two packages of others, on the same cells.

pyfixest fits Gardner's two stages (2022), whose mean effect is the imputation estimator's;
diff-diff the group-time effects of Callaway & Sant'Anna (2021), which take the quarter before
adoption as their base and so are the same only where it is all there is, or nothing varies.
"""

import warnings

import numpy as np
import pandas as pd
import pytest

from builders.panels import RollOut, every_cell
from pmo_lib.causal.imputation import impute

NEVER = float("nan")
DEMEANED = 2e-6  # pyfixest takes means off until less than 1e-6 is left
STAGGERED = {"A": NEVER, "B": NEVER, "C": NEVER, "D": 4, "E": 4, "F": 6, "G": 7, "H": 9}


def ours(given: RollOut, fewest_before: int = 2) -> float:
    cells = given.cells
    treated = cells.treated[None]
    return float(impute(cells, ~treated, treated, fewest_before).effect[0, 0])


def gardner(given: RollOut) -> float:
    from pyfixest.did.estimation import did2s

    rows = given.rows.assign(treated=(given.since >= 0).astype("float64"))
    controls = " + ".join(given.covariates) or "0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = did2s(
            rows, yname="value", first_stage=f"~ {controls} | department + quarter",
            second_stage="~ i(treated, ref=0)", treatment="treated", cluster="department",
        )  # fmt: skip
    return float(fitted.coef().iloc[-1])


def callaway_santanna(given: RollOut) -> float:
    from diff_diff import CallawaySantAnna

    first = given.rows["department"].map(given.adopted)
    rows = given.rows.assign(
        unit=given.rows["department"].factorize()[0], first=(first + 1).fillna(0).astype("int64"),
        time=given.rows["quarter"] + 1,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = CallawaySantAnna(control_group="not_yet_treated", base_period="universal").fit(
            rows, outcome="value", unit="unit", time="time", first_treat="first"
        )
    return float(found.overall_att)


def with_effect(given: RollOut, seed: int) -> RollOut:
    """Effects that differ from project to project, and grow with the quarters since adoption."""
    chance = np.random.default_rng(seed)
    grown = -0.1 * (given.since.clip(lower=-1) + 1).fillna(0)
    return given.with_values(given.rows["value"] + grown + chance.normal(0, 0.2, len(grown)))


def with_covariates(given: RollOut, seed: int) -> RollOut:
    chance = np.random.default_rng(seed)
    x1, x2 = chance.normal(0, 1, (2, len(given.rows)))
    rows = given.rows.assign(x1=x1, x2=x2, value=given.rows["value"] + 0.5 * x1 - 0.2 * x2)
    return RollOut(rows, given.adopted, ("x1", "x2"))


class TestGardner:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_agrees_to_six_digits(self, seed: int) -> None:
        plain = with_effect(every_cell(STAGGERED, 12, each=3, noise=0.3, seed=seed), seed)
        for given in (plain, with_covariates(plain, seed)):
            assert ours(given) == pytest.approx(gardner(given), abs=DEMEANED)

    def test_agrees_where_projects_are_not_as_many_in_each_cell(self) -> None:
        given = with_effect(every_cell(STAGGERED, 12, each=5, noise=0.3), 7)
        kept = np.random.default_rng(7).random(len(given.rows)) < 0.7
        thinned = RollOut(given.rows[kept].reset_index(drop=True), given.adopted)
        assert ours(thinned) == pytest.approx(gardner(thinned), abs=DEMEANED)


class TestCallawaySantAnna:
    def test_agrees_where_one_quarter_before_is_all_there_is(self) -> None:
        dates = {"A": NEVER, "B": NEVER, "C": NEVER, "D": 1, "E": 1}
        given = with_effect(every_cell(dates, 2, noise=0.3), 4)
        assert ours(given, fewest_before=1) == pytest.approx(callaway_santanna(given), rel=1e-6)

    def test_agrees_where_nothing_varies_but_the_effect(self) -> None:
        given = every_cell(STAGGERED, 12)
        flat = given.with_values(given.rows["value"] - 0.3 * (given.since >= 0))
        assert ours(flat) == pytest.approx(-0.3)
        assert callaway_santanna(flat) == pytest.approx(-0.3)

    def test_is_another_estimate_where_the_quarters_before_differ(self) -> None:
        given = with_effect(every_cell(STAGGERED, 12, noise=0.3), 5)
        assert ours(given) == pytest.approx(callaway_santanna(given), abs=0.3)
        assert ours(given) != pytest.approx(callaway_santanna(given), rel=1e-3)


def test_frame_is_left_alone() -> None:
    given = every_cell(STAGGERED, 12)
    before = given.rows.copy()
    ours(given)
    pd.testing.assert_frame_equal(given.rows, before)
