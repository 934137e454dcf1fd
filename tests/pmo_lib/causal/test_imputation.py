"""The imputed effect: two-stage least squares by hand, published results, and who counts."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pmo_lib.causal.imputation
from builders import worked_cases as cases
from builders.panels import NEVER, RollOut, by_hand, drawn, every_cell, sides
from pmo_lib.causal.imputation import Imputed, impute, jackknife_error, leaving_out_each, supported
from pmo_lib.causal.panel import panel

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "did_benchmarks"
published = pytest.mark.skipif(not DATA.exists(), reason="the published data are not at hand")

rollouts = st.builds(
    drawn,
    seed=st.integers(0, 10**6),
    departments=st.integers(3, 7),
    quarters=st.integers(3, 8),
    covariates=st.integers(0, 3),
    mean=st.sampled_from([0.7, 1.5, 4.0]),
).filter(lambda rollout: len(rollout.rows) > 0)


def imputed(rollout: RollOut, fewest_before: int = 2) -> Imputed:
    return impute(rollout.cells, *sides(rollout), fewest_before)


def effect(rollout: RollOut) -> float:
    return float(imputed(rollout).effect[0, 0])


class TestAgainstLeastSquaresByHand:
    @given(rollouts, st.integers(1, 3))
    def test_effect_scores_and_projects_compared(self, rollout: RollOut, before: int) -> None:
        found, expected = imputed(rollout, before), by_hand(rollout, before)
        if expected is None:
            return
        assert found.effect[0, 0] == pytest.approx(expected.effect, rel=1e-6, abs=1e-6)
        scores = dict(zip(rollout.cells.departments, found.scores[0, :, 0], strict=True))
        assert scores == pytest.approx(expected.scores, rel=1e-5, abs=1e-6)
        assert found.n_supported[0] == len(expected.compared)
        assert found.n_treated[0] == (rollout.since >= 0).sum()
        compared = rollout.rows.reset_index(drop=True).loc[expected.compared]
        at = {
            (rollout.cells.departments.index(d), t - rollout.cells.first_quarter)
            for d, t in zip(compared["department"], compared["quarter"], strict=True)
        }
        assert set(zip(*np.nonzero(found.cells[0]), strict=True)) == at

    @given(rollouts)
    def test_no_effect_where_nobody_can_be_compared(self, rollout: RollOut) -> None:
        if not imputed(rollout).cells.any():
            assert np.isnan(effect(rollout))

    @pytest.mark.parametrize("seed", range(5))
    def test_clustered_error(self, seed: int) -> None:
        rollout = drawn(seed, 8, 10, 2, 4.0)
        expected = by_hand(rollout)
        assert expected is not None
        assert imputed(rollout).error()[0, 0] == pytest.approx(expected.error, rel=1e-6)

    @pytest.mark.parametrize("seed", range(5))
    def test_weights(self, seed: int) -> None:
        rollout = drawn(seed, 6, 8, 2, 3.0)
        weights = np.random.default_rng(seed).uniform(0.1, 9, len(rollout.rows))
        cells = panel(rollout.rows.assign(w=weights), rollout.covariates, weight="w")
        found, expected = impute(cells, *sides(rollout)), by_hand(rollout, weights=list(weights))
        assert expected is not None
        assert found.effect[0, 0] == pytest.approx(expected.effect, rel=1e-6)
        assert found.error()[0, 0] == pytest.approx(expected.error, rel=1e-6)

    def test_jackknife_leaves_out_each_department(self) -> None:
        rollout = drawn(2, 7, 8, 1, 4.0)
        found = impute(rollout.cells, *leaving_out_each(*(s[0] for s in sides(rollout))))
        for name, own in zip(rollout.cells.departments, found.effect[:, 0], strict=True):
            rows = rollout.rows[rollout.rows["department"] != name]
            expected = by_hand(RollOut(rows, rollout.adopted, rollout.covariates))
            assert expected is not None
            assert own == pytest.approx(expected.effect, rel=1e-6)

    def test_many_assignments_are_each_as_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rollout = drawn(4, 6, 8, 1, 2.0)
        masks = leaving_out_each(*(s[0] for s in sides(rollout)))
        together = impute(rollout.cells, *masks)
        monkeypatch.setattr(pmo_lib.causal.imputation, "CHUNK", 1)
        apart = impute(rollout.cells, *masks)
        for name in Imputed.__dataclass_fields__:
            np.testing.assert_allclose(getattr(apart, name), getattr(together, name), atol=1e-9)


@pytest.mark.parametrize("case", cases.parameters("attribution", function="impute"))
def test_worked_effect(case: dict[str, Any]) -> None:
    rows = [
        {"department": name, "quarter": t, "value": float(value)}
        for name, values in case["inputs"]["values"].items()
        for t, value in enumerate(values)
    ]
    adopted = pd.Series(case["inputs"]["adopted"], dtype="float64")
    found = imputed(RollOut(pd.DataFrame(rows), adopted))
    said = {"effect": found.effect[0, 0], "error": found.error()[0, 0],
            "n_supported": found.n_supported[0]}  # fmt: skip
    for name, expected in case["expected"].items():
        assert cases.close(float(said[name]), expected, case["tolerance"]), said


@pytest.mark.parametrize("case", cases.parameters("attribution", function="jackknife_error"))
def test_worked_jackknife_error(case: dict[str, Any]) -> None:
    without = cases.floats(case["inputs"]["without"])
    found = jackknife_error(without, case["inputs"]["effect"])
    assert cases.close(found, case["expected"]["value"], case["tolerance"])


class TestJackknifeError:
    def test_by_hand(self) -> None:
        # (2 ÷ 3) × (0.01 + 0 + 0.04) = 1 ÷ 30
        assert jackknife_error(np.array([0.9, 1.0, 1.2]), 1.0) == pytest.approx(30**-0.5)

    def test_counts_only_departments_without_which_there_is_an_effect(self) -> None:
        assert jackknife_error(np.array([0.9, NEVER, 1.0, 1.2]), 1.0) == pytest.approx(30**-0.5)

    def test_needs_two(self) -> None:
        assert np.isnan(jackknife_error(np.array([0.9, NEVER]), 1.0))


class TestWhatChangesNothing:
    ROLLOUT = drawn(11, 7, 9, 2, 3.0)

    def test_scale_and_origin_of_covariates(self) -> None:
        rows = self.ROLLOUT.rows.assign(
            x1=self.ROLLOUT.rows["x1"] * 1e6 - 4e5, x2=self.ROLLOUT.rows["x2"] / -1e4 + 3
        )
        other = RollOut(rows, self.ROLLOUT.adopted, self.ROLLOUT.covariates)
        assert effect(other) == pytest.approx(effect(self.ROLLOUT), rel=1e-7)

    def test_order_of_projects(self) -> None:
        rows = self.ROLLOUT.rows.sample(frac=1, random_state=3)
        other = RollOut(rows, self.ROLLOUT.adopted, self.ROLLOUT.covariates)
        assert effect(other) == pytest.approx(effect(self.ROLLOUT), rel=1e-9)

    def test_names_of_departments(self) -> None:
        names = {f"D{i}": f"E{9 - i}" for i in range(7)}
        rows = self.ROLLOUT.rows.assign(department=self.ROLLOUT.rows["department"].map(names))
        adopted = self.ROLLOUT.adopted.rename(index=names)
        other = RollOut(rows, adopted, self.ROLLOUT.covariates)
        assert effect(other) == pytest.approx(effect(self.ROLLOUT), rel=1e-9)

    @pytest.mark.parametrize("constant", [1.0, -250.0, 1e4])
    def test_a_constant_added_to_all(self, constant: float) -> None:
        other = self.ROLLOUT.with_values(self.ROLLOUT.rows["value"] + constant)
        assert effect(other) == pytest.approx(effect(self.ROLLOUT), rel=1e-6)

    def test_levels_of_departments_and_quarters_and_the_covariates(self) -> None:
        rows = self.ROLLOUT.rows
        level = rows["department"].str.slice(1).astype(int) ** 2
        added = level + np.sin(rows["quarter"]) + 2 * rows["x1"] - 3 * rows["x2"]
        other = self.ROLLOUT.with_values(rows["value"] + added)
        assert effect(other) == pytest.approx(effect(self.ROLLOUT), rel=1e-6)
        assert imputed(other).error() == pytest.approx(imputed(self.ROLLOUT).error(), rel=1e-6)

    @given(rollouts, st.floats(-5, 5))
    def test_what_is_added_to_the_treated_is_the_effect(self, rollout: RollOut, c: float) -> None:
        found = effect(rollout)
        other = rollout.with_values(rollout.rows["value"] + c * (rollout.since >= 0))
        if by_hand(rollout) is not None:
            assert effect(other) == pytest.approx(found + c, rel=1e-6, abs=1e-6)

    def test_a_multiple_of_the_outcome_is_a_multiple_of_all(self) -> None:
        other = self.ROLLOUT.with_values(-3 * self.ROLLOUT.rows["value"])
        assert effect(other) == pytest.approx(-3 * effect(self.ROLLOUT))
        assert imputed(other).error() == pytest.approx(3 * imputed(self.ROLLOUT).error())


class TestSupport:
    """A treated cell needs two untreated departments then, quarters before, and a way between."""

    def compared(self, rollout: RollOut, fewest_before: int = 2) -> list[tuple[str, int]]:
        cells = rollout.cells
        found = supported(cells, *sides(rollout), fewest_before)[0]
        return [
            (cells.departments[d], int(t) + cells.first_quarter)
            for d, t in zip(*np.nonzero(found), strict=True)
        ]

    def test_ends_where_fewer_than_two_have_not_adopted(self) -> None:
        rollout = every_cell({"A": 2, "B": 4, "C": 5}, 7)
        assert self.compared(rollout) == [("A", 2), ("A", 3)]

    def test_an_untreated_department_without_a_project_then_is_none(self) -> None:
        full = every_cell({"A": 2, "B": NEVER, "C": NEVER}, 4)
        rows = full.rows[(full.rows["department"] != "B") | (full.rows["quarter"] != 3)]
        assert self.compared(full) == [("A", 2), ("A", 3)]
        assert self.compared(RollOut(rows, full.adopted)) == [("A", 2)]

    def test_a_department_needs_two_quarters_before(self) -> None:
        rollout = every_cell({"A": 1, "B": NEVER, "C": NEVER}, 4)
        assert self.compared(rollout) == []
        assert self.compared(rollout, fewest_before=1) == [("A", 1), ("A", 2), ("A", 3)]

    def test_quarters_before_count_only_with_projects(self) -> None:
        full = every_cell({"A": 3, "B": NEVER, "C": NEVER}, 5)
        rows = full.rows[(full.rows["department"] != "A") | (full.rows["quarter"] != 1)]
        assert len(self.compared(RollOut(rows, full.adopted))) == 2
        rows = rows[(rows["department"] != "A") | (rows["quarter"] != 0)]
        assert self.compared(RollOut(rows, full.adopted)) == []

    def test_needs_comparisons_that_connect_before_and_after(self) -> None:
        # nobody untreated has projects both before quarter 2 and after
        early = every_cell({"A": 2, "B": NEVER, "C": NEVER}, 4)
        late = (early.rows["quarter"] >= 2) & (early.rows["department"] != "A")
        names = early.rows["department"].where(~late, early.rows["department"] + " new")
        assert self.compared(RollOut(early.rows.assign(department=names), early.adopted)) == []
        bridge = names.where(names != "B new", "B")
        rows = early.rows.assign(department=bridge)
        assert self.compared(RollOut(rows, early.adopted)) == [("A", 2), ("A", 3)]

    def test_a_way_may_lead_over_many_departments(self) -> None:
        # A before; then each department meets the next in one quarter only
        quarters = {"A": (0, 1, 9), "B": (0, 1, 2)} | {f"C{i}": (i, i + 1) for i in range(2, 9)}
        quarters |= {"Z": (8, 9)}
        rows = pd.DataFrame(
            [
                {"department": d, "quarter": t, "value": 0.0}
                for d, own in quarters.items()
                for t in own
            ]
        )
        whole = RollOut(rows, pd.Series({"A": 9.0}))
        assert self.compared(whole) == [("A", 9)]
        broken = RollOut(rows[rows["department"] != "C5"], whole.adopted)
        assert self.compared(broken) == []

    def test_cells_on_neither_side_are_left_out(self) -> None:
        rollout = every_cell({"A": 3, "B": NEVER, "C": NEVER}, 6, noise=1)
        untreated, treated = sides(rollout)
        only = treated.copy()
        only[0, 0, 4:] = False
        less = impute(rollout.cells, untreated, only)
        rows = rollout.rows[(rollout.since < 1) | rollout.since.isna()]
        expected = by_hand(RollOut(rows, rollout.adopted))
        assert expected is not None
        assert less.effect[0, 0] == pytest.approx(expected.effect)
        assert less.n_treated[0] == 1


def counties(without: tuple[int, ...] = ()) -> RollOut:
    """Teen employment in 500 counties of the US 2003–2007; the minimum wage rose in some."""
    given = pd.read_csv(DATA / "mpdta.csv")
    given = given[~given["first.treat"].isin(without)]
    rows = given.rename(columns={"countyreal": "department", "year": "quarter", "lemp": "value"})
    rows["department"] = rows["department"].astype("str")
    first = rows.groupby("department")["first.treat"].first().astype("float64")
    return RollOut(rows[["department", "quarter", "value"]], first.where(first > 0))


@published
class TestMinimumWages:
    """Borusyak, Jaravel and Spiess's estimator on the data of R's did: see statistics.md 3.4."""

    def test_all_cohorts(self) -> None:
        found = imputed(counties(), fewest_before=1)
        assert found.effect[0, 0] == pytest.approx(-0.04771, abs=5e-6)
        assert found.error()[0, 0] == pytest.approx(0.0135, abs=5e-5)

    def test_without_the_first_cohort(self) -> None:
        found = imputed(counties((2004,)))
        assert found.effect[0, 0] == pytest.approx(-0.03372, abs=5e-6)
        assert found.error()[0, 0] == pytest.approx(0.0147, abs=5e-5)

    def test_a_cohort_with_one_year_before_is_left_out_by_itself(self) -> None:
        assert effect(counties()) == pytest.approx(effect(counties((2004,))), rel=1e-8)

    def test_jackknife_error(self) -> None:
        rollout = counties()
        masks = leaving_out_each(*(side[0] for side in sides(rollout)))
        without = impute(rollout.cells, *masks, 1).effect[:, 0]
        found = jackknife_error(without, float(imputed(rollout, 1).effect[0, 0]))
        assert found == pytest.approx(0.0136, abs=5e-5)

    def test_of_two_years_it_is_what_the_r_package_did_printed(self) -> None:
        # a cohort against the never treated, the year before adoption and a year after; R divides
        # by G where this divides by G - 1
        given = pd.read_csv(DATA / "R_did_ref_attgt.csv")
        printed = given[(given["scenario"] == "mpdta_nev_dr") & (given["t"] >= given["group"])]
        assert len(printed) == 7
        for each in printed.itertuples():
            rollout = counties(tuple({2004, 2006, 2007} - {each.group}))
            rows = rollout.rows[rollout.rows["quarter"].isin([each.group - 1, each.t])]
            rows = rows.assign(quarter=(rows["quarter"] == each.t).astype("int64"))
            adopted = rollout.adopted.where(rollout.adopted.isna(), 1.0)
            found = imputed(RollOut(rows, adopted), fewest_before=1)
            g = rows["department"].nunique()
            assert found.effect[0, 0] == pytest.approx(each.att, abs=1e-8)
            assert found.error()[0, 0] * ((g - 1) / g) ** 0.5 == pytest.approx(each.se, rel=1e-6)


@published
class TestHousePrices:
    def test_two_by_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Kiel and McClain's incinerator (Wooldridge, example 13.3): houses near and far, 1978, 1981
        monkeypatch.setattr(pmo_lib.causal.imputation, "FEWEST_CONTROLS", 1)
        houses = pd.read_csv(DATA / "kielmc.csv")
        rows = pd.DataFrame(
            {
                "department": houses["nearinc"].map({0: "far", 1: "near"}),
                "quarter": houses["y81"],
                "value": houses["rprice"],
            }
        )
        found = imputed(RollOut(rows, pd.Series({"near": 1.0})), fewest_before=1)
        assert found.effect[0, 0] == pytest.approx(-11863.9, abs=0.05)
        mean = houses.groupby(["nearinc", "y81"])["rprice"].mean()
        by_means = (mean[1, 1] - mean[0, 1]) - (mean[1, 0] - mean[0, 0])
        assert found.effect[0, 0] == pytest.approx(by_means, rel=1e-8)
