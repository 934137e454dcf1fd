"""Leads and lags: planted paths come back, and nothing is drawn of too little."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from builders.panels import NEVER, RollOut, by_hand, every_cell
from pmo_lib.causal.event_study import (
    COLUMNS,
    PreTrend,
    by_half_year,
    lags,
    leads,
    year_before,
)

ADOPTED = dict(zip("ABCDEFGHIJ", [6, 6, 8, 8, 10, 10, 12, NEVER, NEVER, NEVER], strict=True))
EXACT = every_cell(ADOPTED, 18, 2)
NOISY = every_cell(ADOPTED, 18, 2, noise=0.5, seed=7)


def ramped(rollout: RollOut) -> RollOut:
    """−0.1 a quarter from adoption on, −0.5 at most."""
    since = rollout.since
    return rollout.with_values(
        rollout.rows["value"] - np.where(since >= 0, 0.1 * np.minimum(since + 1, 5), 0)
    )


class TestEventTimes:
    def test_count_from_adoption(self) -> None:
        found = every_cell({"A": 2, "B": 0}, 4).cells.times
        assert found.tolist() == [[-2, -1, 0, 1], [0, 1, 2, 3]]

    def test_never_is_far_from_any(self) -> None:
        assert every_cell({"A": NEVER}, 4).cells.times.max() < -4 * 4


class TestLags:
    def test_a_planted_ramp_comes_back(self) -> None:
        found = lags(ramped(EXACT).cells, 0.9)
        expected = [-0.1 * min(k + 1, 5) for k in found["quarter"]]
        assert len(found) == 10  # C and D have ten quarters after adoption, only A and B more
        np.testing.assert_allclose(found["effect"], expected, atol=1e-7)
        np.testing.assert_allclose(found["low"], expected, atol=1e-7)

    def test_their_weighted_mean_is_the_effect(self) -> None:
        found = lags(NOISY.cells, 0.9)
        within = NOISY.since.isna() | (NOISY.since <= found["quarter"].max())
        expected = by_hand(RollOut(NOISY.rows[within], NOISY.adopted))
        assert expected is not None
        mean = np.average(found["effect"], weights=found["n_projects"])
        assert mean == pytest.approx(expected.effect)

    def test_each_is_the_effect_on_its_own_quarter(self) -> None:
        for point in lags(NOISY.cells, 0.9).itertuples():
            own = (NOISY.since < 0) | NOISY.since.isna() | (NOISY.since == point.quarter)
            expected = by_hand(RollOut(NOISY.rows[own], NOISY.adopted))
            assert expected is not None
            assert point.effect == pytest.approx(expected.effect)
            assert point.n_projects == len(expected.compared)

    def test_interval_is_of_the_jackknife(self) -> None:
        point = next(lags(NOISY.cells, 0.9).itertuples())
        now = (NOISY.since < 0) | NOISY.since.isna() | (NOISY.since == 0)
        rows = NOISY.rows[now]
        without = []
        for name in ADOPTED:
            found = by_hand(RollOut(rows[rows["department"] != name], NOISY.adopted))
            assert found is not None
            without.append(found.effect)
        error = (9 / 10 * np.square(np.array(without) - point.effect).sum()) ** 0.5
        half = stats.t.ppf(0.95, 9) * error
        assert point.low == pytest.approx(point.effect - half)
        assert point.high == pytest.approx(point.effect + half)

    def test_no_point_of_fewer_than_three_departments(self) -> None:
        # E and F have quarters 0 to 7 since adoption, only A and B later ones
        two = every_cell(ADOPTED | {"C": 17, "D": 17}, 18, 5)
        assert lags(two.cells, 0.9)["quarter"].max() == 7

    def test_no_point_of_fewer_than_five_projects(self) -> None:
        one = every_cell(ADOPTED, 18, 1)
        found = lags(one.cells, 0.9)
        assert found["n_projects"].min() >= 5
        assert found["quarter"].max() == 7  # six projects; in the next four, of A to D

    def test_nothing_where_nobody_has_adopted(self) -> None:
        rollout = every_cell(dict.fromkeys("ABCDEFG", NEVER), 9)
        found = lags(rollout.cells, 0.9)
        assert found.empty
        assert found.dtypes.astype("str").to_dict() == COLUMNS


class TestLeads:
    def test_are_nothing_without_chance(self) -> None:
        found, test = leads(ramped(EXACT).cells, 0.9)
        assert list(found["quarter"]) == [-4, -3, -2, -1]
        np.testing.assert_allclose(found[["effect", "low", "high"]], 0, atol=1e-7)
        assert test.mean == pytest.approx(0, abs=1e-7)

    def test_planted_before_adoption_come_back(self) -> None:
        path = {-4: 0.3, -3: -0.1, -2: 0.0, -1: 0.7}
        planted = EXACT.rows["value"] + EXACT.since.map(path).fillna(0)
        found, test = leads(EXACT.with_values(planted).cells, 0.9)
        assert dict(zip(found["quarter"], found["effect"], strict=True)) == pytest.approx(
            path, abs=1e-7
        )
        assert test.mean == pytest.approx(np.mean(list(path.values())), abs=1e-7)

    def test_are_coefficients_of_dummies_among_the_untreated(self) -> None:
        found, _ = leads(NOISY.cells, 0.9)
        expected, _ = self.regression(NOISY.rows)
        np.testing.assert_allclose(found["effect"], expected, atol=1e-7)

    def test_joint_p_is_of_the_jackknife(self) -> None:
        _, found = leads(NOISY.cells, 0.9)
        value, _ = self.regression(NOISY.rows)
        without = np.array(
            [self.regression(NOISY.rows[NOISY.rows["department"] != d])[0] for d in ADOPTED]
        )
        covariance = np.zeros((4, 4))
        for own in without:
            covariance += 9 / 10 * np.outer(own - value, own - value)
        # Hotelling's T² of ten departments and four quarters
        t_squared = value @ np.linalg.inv(covariance) @ value
        assert found.p == pytest.approx(stats.f.sf(t_squared * 6 / (4 * 9), 4, 6), rel=1e-5)
        assert found.mean == pytest.approx(value.mean())
        error = (9 / 10 * np.square(without.mean(axis=1) - value.mean()).sum()) ** 0.5
        assert found.error == pytest.approx(error)

    @staticmethod
    def regression(rows: pd.DataFrame) -> tuple[np.ndarray, int]:
        """Least squares with dummies of departments, quarters and the four quarters before."""
        since = rows["quarter"] - rows["department"].map(ADOPTED)
        own = rows[~(since >= 0)]
        before = since[~(since >= 0)]
        columns = [(own["department"] == d) for d in sorted(set(own["department"]))]
        columns += [(own["quarter"] == t) for t in sorted(set(own["quarter"]))]
        columns += [before == k for k in (-4, -3, -2, -1)]
        z = np.column_stack(columns).astype("float64")
        fitted = np.linalg.lstsq(z, own["value"].to_numpy("float64"), rcond=None)[0]
        return fitted[-4:], len(own)

    @pytest.mark.parametrize("departments", [8, 12, 20])
    def test_p_is_as_often_small_as_it_says(self, departments: int) -> None:
        names = [f"D{i}" for i in range(departments)]
        dates = [[6, 8, 10, 12, NEVER, NEVER][i % 6] for i in range(departments)]
        adopted = dict(zip(names, dates, strict=True))
        quiet, loud = [], []
        for seed in range(150):
            rollout = every_cell(adopted, 18, 2, noise=0.5, seed=seed)
            quiet.append(leads(rollout.cells, 0.9)[1].p)
            if seed < 30:
                rows = rollout.rows["value"] + 2 * ((rollout.since >= -4) & (rollout.since < 0))
                loud.append(leads(rollout.with_values(rows).cells, 0.9)[1].p)
        assert 0.03 <= np.mean(np.array(quiet) <= 0.1) <= 0.17
        assert np.mean(np.array(loud) <= 0.1) >= 0.8

    def test_cannot_tell_of_too_few(self) -> None:
        rollout = every_cell({"A": 6, "B": 6, **dict.fromkeys("CDEF", NEVER)}, 9, 3, noise=1)
        found, test = leads(rollout.cells, 0.9)
        assert found.empty
        assert found.dtypes.astype("str").to_dict() == COLUMNS
        np.testing.assert_equal(test, PreTrend())

    def test_no_p_without_more_departments_than_quarters(self) -> None:
        rollout = every_cell(dict(zip("ABCDE", [6, 7, 8, NEVER, NEVER], strict=True)), 9, 3, 1.0)
        found, test = leads(rollout.cells, 0.9)
        assert len(found) == 4
        assert np.isnan(test.p)
        assert test.error > 0


LATE = dict(zip("ABCDEFGHI", [16, 16, 17, 17, 18, 18, *[NEVER] * 3], strict=True))


class TestLeftOutBefore:
    """Two quarters before an adoption are on neither side, and the year before is that before."""

    ROLLOUT = every_cell(ADOPTED, 18, 2, noise=0.5, seed=7)
    CELLS = replace(ROLLOUT.cells, lead=2)

    def test_year_before_ends_where_they_begin(self) -> None:
        found, times = year_before(self.CELLS), self.CELLS.times
        assert set(times[found]) == {-6, -5, -4, -3}
        assert set(self.ROLLOUT.cells.times[year_before(self.ROLLOUT.cells)]) == {-4, -3, -2, -1}

    def test_are_points_of_their_own_and_not_of_the_test(self) -> None:
        path = self.ROLLOUT.since.map({-2: 7.0, -1: -9.0}).fillna(0)
        spoilt = self.ROLLOUT.with_values(self.ROLLOUT.rows["value"] + path)
        (quiet, test), (loud, same) = (
            leads(replace(each.cells, lead=2), 0.9) for each in (self.ROLLOUT, spoilt)
        )
        assert list(quiet["quarter"]) == list(range(-6, 0))
        away = loud["effect"] - quiet["effect"]
        np.testing.assert_allclose(away, [0, 0, 0, 0, 7, -9], atol=1e-7)
        assert (same.p, same.mean, same.error) == pytest.approx((test.p, test.mean, test.error))

    def test_test_is_that_without_their_projects(self) -> None:
        _, found = leads(self.CELLS, 0.9)
        since = self.ROLLOUT.since
        own = self.ROLLOUT.rows[~(since >= -2)]
        since = since[~(since >= -2)]
        columns = [own["department"] == d for d in sorted(ADOPTED)]
        columns += [own["quarter"] == t for t in sorted(set(own["quarter"]))]
        columns += [since == k for k in (-6, -5, -4, -3)]
        z = np.column_stack(columns).astype("float64")
        fitted = np.linalg.lstsq(z, own["value"].to_numpy("float64"), rcond=None)[0]
        assert found.mean == pytest.approx(fitted[-4:].mean())

    def test_lags_and_half_years_do_not_learn_from_them(self) -> None:
        spoilt = self.ROLLOUT.with_values(
            self.ROLLOUT.rows["value"] + 9.0 * self.ROLLOUT.since.isin([-1, -2])
        )
        for study in (lags, by_half_year):
            one, other = (
                study(replace(each.cells, lead=2), 0.9) for each in (self.ROLLOUT, spoilt)
            )
            np.testing.assert_allclose(one["effect"], other["effect"], atol=1e-7)


class TestHalfYearCells:
    """Two cells a year: a year before adoption are two of them."""

    CELLS = replace(NOISY.cells, per_year=2)

    def test_year_before_are_two(self) -> None:
        assert set(self.CELLS.times[year_before(self.CELLS)]) == {-2, -1}
        assert list(leads(self.CELLS, 0.9)[0]["quarter"]) == [-2, -1]

    def test_each_half_year_has_a_point_named_by_its_first_quarter(self) -> None:
        found = by_half_year(self.CELLS, 0.9)
        assert list(found["quarter"] / 2) == [8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
        for point in found.itertuples():
            now = NOISY.rows[(NOISY.rows["quarter"] == point.quarter // 2) & (NOISY.since >= 0)]
            assert point.observed == pytest.approx(now["value"].mean())

    def test_curvature_is_by_the_cell(self) -> None:
        rollout = every_cell(LATE, 22, 2)
        year = np.floor(rollout.since / 2)
        path = year.map({-4: 0.0, -3: 0.2, -2: 0.4, -1: 1.0}).fillna(0)
        cells = rollout.with_values(rollout.rows["value"] + path).cells
        found = leads(replace(cells, per_year=2), 0.9)[1].curvature
        assert found == pytest.approx(0.4 / 4, abs=1e-6)  # a year are two cells, 2² = 4


class TestCurvature:
    def curvature(self, path: dict[int, float]) -> float:
        """Of yearly steps of the adopters' path before adoption."""
        rollout = every_cell(LATE, 22, 2)
        year = np.floor(rollout.since / 4)
        planted = rollout.rows["value"] + year.map(path).fillna(0)
        return leads(rollout.with_values(planted).cells, 0.9)[1].curvature

    def test_is_nothing_of_a_line(self) -> None:
        assert self.curvature({-4: 0.0, -3: 0.2, -2: 0.4, -1: 0.6}) == pytest.approx(0.0, abs=1e-6)

    def test_is_the_largest_second_difference_by_quarter(self) -> None:
        # yearly 0, 0.2, 0.4, 1.0: second differences 0 and 0.4 ; a year is four quarters, 4² = 16
        found = self.curvature({-4: 0.0, -3: 0.2, -2: 0.4, -1: 1.0})
        assert found == pytest.approx(0.4 / 16, abs=1e-6)

    def test_is_of_either_sign(self) -> None:
        found = self.curvature({-4: 0.0, -3: 0.5, -2: 0.4, -1: 0.3})
        assert found == pytest.approx(0.6 / 16, abs=1e-6)

    def test_cannot_be_told_of_fewer_than_three_years(self) -> None:
        rollout = every_cell(dict.fromkeys("ABCDE", 7) | dict.fromkeys("FGH", NEVER), 12, 2, 1.0)
        assert np.isnan(leads(rollout.cells, 0.9)[1].curvature)


class TestByHalfYear:
    FOUND = by_half_year(NOISY.cells, 0.9)

    @staticmethod
    def begun(rollout: RollOut, quarter: int) -> pd.DataFrame:
        """Projects under the PMO begun in the half-year of which this is the first quarter."""
        rows = rollout.rows
        return rows[rows["quarter"].isin([quarter, quarter + 1]) & (rollout.since >= 0)]

    def test_each_half_year_under_the_pmo_has_a_point(self) -> None:
        # adopted from quarter 6 on, of 18; the last two have all of A to G
        assert list(self.FOUND["quarter"]) == [8, 10, 12, 14, 16]  # A and B alone are in 6 and 7

    def test_observed_is_the_mean_of_projects_under_the_pmo(self) -> None:
        for point in self.FOUND.itertuples():
            now = self.begun(NOISY, point.quarter)
            assert point.observed == pytest.approx(now["value"].mean())
            assert point.n_projects == len(now)
            assert point.n_departments == now["department"].nunique()

    def test_effect_is_that_on_the_half_years_own_projects(self) -> None:
        for point in self.FOUND.itertuples():
            own = ~(NOISY.since >= 0) | NOISY.rows["quarter"].isin(
                [point.quarter, point.quarter + 1]
            )
            expected = by_hand(RollOut(NOISY.rows[own], NOISY.adopted))
            assert expected is not None
            assert point.effect == pytest.approx(expected.effect)

    def test_observed_less_expected_is_the_effect(self) -> None:
        found = self.FOUND
        np.testing.assert_allclose(found["observed"] - found["expected"], found["effect"])
        assert (found["expected_low"] < found["expected"]).all()
        np.testing.assert_allclose(found["expected_high"], found["observed"] - found["low"])

    def test_counts_only_who_can_be_compared(self) -> None:
        # G joins in its second quarter, so it cannot be compared with itself
        late = NOISY.rows[(NOISY.rows["department"] != "G") | (NOISY.rows["quarter"] >= 11)]
        rollout = RollOut(late, NOISY.adopted)
        for point in by_half_year(rollout.cells, 0.9).itertuples():
            assert point.n_departments <= 6
            now = self.begun(rollout, point.quarter)
            now = now[now["department"] != "G"]
            assert point.observed == pytest.approx(now["value"].mean())

    def test_expected_without_chance_is_what_had_been(self) -> None:
        rollout = ramped(EXACT)
        for point in by_half_year(rollout.cells, 0.9).itertuples():
            now = self.begun(EXACT, point.quarter)
            assert point.expected == pytest.approx(now["value"].mean(), abs=1e-7)

    @pytest.mark.parametrize("moved_by", [8100, 8101])
    def test_quarters_are_counted_on_as_in_the_panel(self, moved_by: int) -> None:
        rows = NOISY.rows.assign(quarter=NOISY.rows["quarter"] + moved_by)
        moved = RollOut(rows, NOISY.adopted + moved_by)
        found = by_half_year(moved.cells, 0.9)
        assert (found["quarter"] % 2 == 0).all()  # the half-years of the calendar
        if moved_by % 2 == 0:
            assert list(found["quarter"]) == list(self.FOUND["quarter"] + moved_by)
        for point in found.itertuples():
            assert point.observed == pytest.approx(self.begun(moved, point.quarter)["value"].mean())
