"""Cells against sums over the projects in explicit loops."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from builders.panels import drawn
from pmo_lib.causal.panel import (
    panel,
    treated_cells,
    untreated_cells,
    with_cell_covariates,
    with_cell_outcomes,
)

ROWS = pd.DataFrame(
    {
        "department": ["B", "A", "B", "B"],
        "quarter": [8101, 8104, 8101, 8102],
        "value": [1.0, 2.0, 3.0, 5.0],
        "x": [0.0, 2.0, 4.0, 6.0],  # mean 3, deviation √5
        "weight": [1.0, 2.0, 3.0, 4.0],
    }
)


class TestPanel:
    def test_counts_projects_by_department_and_quarter(self) -> None:
        found = panel(ROWS)
        assert (found.departments, found.first_quarter, found.quarters) == (("A", "B"), 8101, 4)
        assert found.cases.tolist() == [[0, 0, 0, 1], [2, 1, 0, 0]]
        assert found.cases.sum() == 4

    def test_sums_outcomes(self) -> None:
        assert panel(ROWS).y[1].tolist() == [[4], [5], [0], [0]]

    def test_centres_and_scales_covariates(self) -> None:
        found = panel(ROWS, ["x"])
        z = (ROWS["x"] - 3) / 5**0.5
        assert found.x[1, 0, 0] == pytest.approx(z[0] + z[2])
        assert found.xx[1, 0, 0, 0] == pytest.approx(z[0] ** 2 + z[2] ** 2)
        assert found.xy[1, 0, 0, 0] == pytest.approx(z[0] * 1 + z[2] * 3)

    def test_a_covariate_that_is_the_same_for_all_is_nothing(self) -> None:
        found = panel(ROWS.assign(x=7.0), ["x"])
        assert not found.x.any()

    def test_weighs_all_but_the_number_of_cases(self) -> None:
        found = panel(ROWS, ["x"], weight="weight")
        assert found.cases[1, 0] == 2
        assert found.n[1, 0] == 4
        assert found.y[1, 0, 0] == 1 * 1 + 3 * 3

    @pytest.mark.parametrize("column", ["department", "quarter", "value", "x", "weight"])
    def test_refuses_what_is_missing(self, column: str) -> None:
        gap = ROWS.assign(**{column: ROWS[column].astype("object").where(ROWS.index > 0)})
        with pytest.raises(ValueError, match="nothing missing"):
            panel(gap, ["x"], weight="weight")

    def test_refuses_to_be_of_no_project(self) -> None:
        with pytest.raises(ValueError, match="needs projects"):
            panel(ROWS.iloc[:0])

    def test_leaves_its_input_alone(self) -> None:
        before = ROWS.copy()
        panel(ROWS, ["x"], weight="weight")
        pd.testing.assert_frame_equal(ROWS, before)

    def test_does_not_hang_on_the_order_of_projects(self) -> None:
        rows = drawn(3, 5, 6, 2, 2.0)
        one, other = rows.cells, panel(rows.rows.iloc[::-1], rows.covariates)
        for name in ("cases", "n", "y", "x", "xx", "xy"):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-12)


class TestFurtherColumns:
    """What is the same for all projects of a cell is as if every project had it."""

    ROLLOUT = drawn(5, 4, 5, 2, 2.0)

    def with_cell_values(self, *names: str) -> tuple[pd.DataFrame, np.ndarray]:
        cells = self.ROLLOUT.cells
        chance = np.random.default_rng(1)
        values = chance.normal(size=(*cells.n.shape, len(names)))
        d = pd.Index(cells.departments).get_indexer(self.ROLLOUT.rows["department"])
        t = self.ROLLOUT.rows["quarter"].to_numpy() - cells.first_quarter
        own = {name: values[d, t, i] for i, name in enumerate(names)}
        return self.ROLLOUT.rows.assign(**own), values

    def test_outcomes(self) -> None:
        rows, values = self.with_cell_values("u", "v")
        found = with_cell_outcomes(self.ROLLOUT.cells, values)
        for at, name in enumerate(("value", "u", "v")):
            expected = panel(rows.assign(value=rows[name]), self.ROLLOUT.covariates)
            np.testing.assert_allclose(found.y[..., at], expected.y[..., 0], atol=1e-12)
            np.testing.assert_allclose(found.xy[..., at], expected.xy[..., 0], atol=1e-12)

    def test_covariates(self) -> None:
        rows, values = self.with_cell_values("u", "v")
        found = with_cell_covariates(self.ROLLOUT.cells, values)
        x = np.concatenate(
            [
                (rows[c] - rows[c].mean()).to_numpy()[:, None] / rows[c].std(ddof=0)
                for c in self.ROLLOUT.covariates
            ]
            + [rows[["u", "v"]].to_numpy()],
            axis=1,
        )
        xx, xy, sums = np.zeros_like(found.xx), np.zeros_like(found.xy), np.zeros_like(found.x)
        for each, own in zip(rows.itertuples(), x, strict=True):
            at = found.departments.index(each.department), each.quarter - found.first_quarter
            sums[at] += own
            xx[at] += np.outer(own, own)
            xy[at] += np.outer(own, [each.value])
        np.testing.assert_allclose(found.x, sums, atol=1e-12)
        np.testing.assert_allclose(found.xx, xx, atol=1e-12)
        np.testing.assert_allclose(found.xy, xy, atol=1e-12)


class TestQuartersOfAdoption:
    def test_are_counted_from_the_first_quarter_of_the_data(self) -> None:
        adopted = pd.Series({"B": 8102.0, "A": 8104.0, "elsewhere": 8101.0})
        assert panel(ROWS, adopted=adopted).first.tolist() == [3, 1]

    def test_never_is_beyond_the_last(self) -> None:
        assert panel(ROWS, adopted=pd.Series({"A": 8102.0})).first.tolist() == [1, 4]
        assert panel(ROWS).first.tolist() == [4, 4]
        late = pd.Series({"A": 8105.0, "B": 9000.0})
        assert panel(ROWS, adopted=late).first.tolist() == [4, 4]

    def test_before_the_data_is_the_first(self) -> None:
        early = pd.Series({"A": 8101.0, "B": 8000.0})
        assert panel(ROWS, adopted=early).first.tolist() == [0, 0]

    def test_a_cell_is_treated_from_the_quarter_of_adoption_on(self) -> None:
        found = treated_cells(np.array([0, 2, 3]), 3)
        assert found.tolist() == [[True] * 3, [False, False, True], [False] * 3]

    def test_quarters_just_before_it_are_on_neither_side(self) -> None:
        found = untreated_cells(np.array([0, 1, 3, 4]), 4, 2)  # of four quarters: 4 is never
        assert found.tolist() == [[False] * 4, [False] * 4, [True] + [False] * 3, [True] * 4]
        cells = replace(panel(ROWS, adopted=pd.Series({"A": 8104.0})), lead=2)
        assert cells.treated.tolist() == [[False] * 3 + [True], [False] * 4]
        assert cells.untreated.tolist() == [[True] + [False] * 3, [True] * 4]

    def test_without_a_lead_every_cell_is_on_one_side(self) -> None:
        cells = panel(ROWS, adopted=pd.Series({"A": 8104.0, "B": 8102.0}))
        np.testing.assert_array_equal(cells.untreated, ~cells.treated)

    def test_a_cell_is_a_quarter_or_a_half_year(self) -> None:
        assert panel(ROWS).unit == "quarter"
        assert panel(ROWS, per_year=2).unit == "half-year"
