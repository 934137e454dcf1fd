"""Matching: explicit loops for match, regression and error, planted effects, worked E-values."""

from math import exp, isnan, log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from pmo_lib.causal.matching import (
    BY_DEPARTMENT,
    COVARIATES,
    WITH_RISK,
    adjusted,
    balance_table,
    e_value,
    e_value_of_difference,
    match_weights,
    matched,
    propensity_logit,
)


def projects(
    seed: int, n: int = 900, departments: int = 10, *, effect: float = -0.1,
    risk_recorded: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Projects of which the risky choose the service more often, and come out worse without it."""
    chance = np.random.default_rng(seed)
    department, risk = chance.integers(0, departments, n), chance.normal(size=n)
    budget, days = chance.normal(13, 1, n), chance.normal(6, 0.5, n)
    odds = 0.8 * risk + 0.3 * (budget - 13) - 1.2
    treated = chance.random(n) < 1 / (1 + np.exp(-odds))
    value = 0.1 * chance.normal(size=departments)[department] + 0.15 * risk
    return pd.DataFrame(
        {
            "department": [f"D{k}" for k in department],
            "start_year": chance.integers(2022, 2024, n),
            "category": chance.choice(["IT", "building"], n),
            "log_size": budget,
            "log_planned_days": days,
            "risk": risk if risk_recorded else np.nan,
            "treated": treated,
            "value": value + effect * treated + 0.03 * (budget - 13) + chance.normal(0, 0.2, n),
        }
    )


def fitted_logit(x: Any, treated: Any) -> Any:
    """Newton's method on the likelihood, held by the same small ridge."""
    z = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    at = np.zeros(z.shape[1])
    ridge = 0.01 * np.diag([0.0] + [1.0] * x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ at))
        at = at + np.linalg.solve(
            z.T @ (z * (p * (1 - p))[:, None]) + ridge, z.T @ (treated - p) - ridge @ at
        )
    return z @ at


def by_hand(units: pd.DataFrame) -> tuple[float, float, set[int], set[int]]:
    """Effect, clustered error, rows of matched treated and of controls, one project at a time."""
    x, rows = units[COVARIATES].to_numpy(), units.to_dict("records")
    logit = fitted_logit(x, units["treated"].to_numpy("float64"))
    caliper = 0.2 * float(np.std(logit, ddof=1))
    weights = dict.fromkeys(range(len(rows)), 0.0)
    for i, one in enumerate(rows):
        if not one["treated"]:
            continue
        near = [
            (abs(logit[i] - logit[j]), j)
            for j, other in enumerate(rows)
            if not other["treated"]
            and all(one[key] == other[key] for key in ("department", "start_year", "category"))
        ]
        if near and min(near)[0] <= caliper:
            weights[i] = 1.0
            weights[min(near)[1]] += 1.0
    used = [i for i, weight in weights.items() if weight]
    z = np.array([[1.0, float(rows[i]["treated"]), *x[i]] for i in used])
    w, y = np.array([weights[i] for i in used]), np.array([rows[i]["value"] for i in used])
    bread = np.linalg.inv(z.T @ np.diag(w) @ z)
    b = bread @ z.T @ np.diag(w) @ y
    meat, names = np.zeros((5, 5)), sorted({rows[i]["department"] for i in used})
    for name in names:
        score = np.zeros(5)
        for k, i in enumerate(used):
            if rows[i]["department"] == name:
                score += w[k] * (y[k] - z[k] @ b) * z[k]
        meat += np.outer(score, score)
    g = len(names)
    error = sqrt((g / (g - 1) * bread @ meat @ bread)[1, 1])
    treated = {i for i in used if rows[i]["treated"]}
    return float(b[1]), error, treated, set(used) - treated


class TestMatch:
    def test_is_the_nearest_of_the_same_stratum_within_the_caliper(self) -> None:
        #                 stratum 0                       | stratum 1
        logit = np.array([0.0, 0.1, 0.25, 1.0, 1.05, 0.12, 0.0, 5.0])
        treated = np.array([1, 0, 0, 1, 0, 1, 1, 0], dtype="bool")
        strata = np.array([0, 0, 0, 0, 0, 0, 1, 1])
        # 0.2 standard deviations are 0.343: the treated of stratum 1 is 5 away from any other
        assert match_weights(logit, treated, strata).tolist() == [1, 2, 0, 1, 1, 1, 0, 0]

    def test_of_equally_near_ones_is_shared(self) -> None:
        logit = np.array([0.0, 0.1, -0.1, 0.1, 3.0, -3.0])
        treated = np.array([1, 0, 0, 0, 0, 0], dtype="bool")
        weights = match_weights(logit, treated, np.zeros(6, dtype="int64"))
        assert weights == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0, 0])

    def test_logit_is_that_of_newtons_method(self) -> None:
        units = projects(1, 300)
        x, treated = units[COVARIATES].to_numpy(), units["treated"].to_numpy()
        assert propensity_logit(x, treated) == pytest.approx(fitted_logit(x, treated), abs=1e-4)

    def test_logit_stays_finite_where_treated_and_not_are_apart(self) -> None:
        x = np.arange(20.0)[:, None]
        logit = propensity_logit(x, x[:, 0] >= 10)
        assert np.abs(logit).max() < 100
        assert (np.diff(logit) > 0).all()


class TestEffect:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_and_its_error_are_those_of_a_match_by_hand(self, seed: int) -> None:
        units = projects(seed, 600, 8)
        value, error, treated, _ = by_hand(units)
        found = matched(units)
        assert found.refusal == ""
        assert found.n == len(treated)
        chose = units["treated"].sum()
        assert found.support == pytest.approx(len(treated) / chose)
        assert found.clusters == 8
        assert found.value == pytest.approx(value)
        assert found.error == pytest.approx(error)
        assert found.low == pytest.approx(value - student.ppf(0.95, 7) * error)
        assert found.high == pytest.approx(value + student.ppf(0.95, 7) * error)
        assert found.p == pytest.approx(2 * student.sf(abs(value) / error, 7))
        assert f"{chose - len(treated)} of {chose} that used" in found.note

    def test_planted_is_found_where_risk_is_recorded(self) -> None:
        found = [matched(projects(seed)) for seed in range(80)]
        assert all(one.remedy == BY_DEPARTMENT and not one.refusal for one in found)
        assert np.mean([one.value for one in found]) == pytest.approx(-0.1, abs=0.01)
        assert 0.82 <= np.mean([one.low <= -0.1 <= one.high for one in found]) <= 0.97

    def test_planted_is_missed_where_risk_is_not_and_that_is_said(self) -> None:
        found = [matched(projects(seed, risk_recorded=False)) for seed in range(30)]
        assert np.mean([one.value for one in found]) > -0.03  # as if there were hardly any
        assert np.mean([one.low <= -0.1 <= one.high for one in found]) < 0.3
        for one in found:
            assert one.remedy == WITH_RISK
            assert "at most associated" in one.note

    def test_of_two_sides_without_covariates_is_the_difference_of_means(self) -> None:
        y, treated = np.array([1.0, 2, 4, 8, 3, 3]), np.array([1, 1, 0, 0, 1, 0], dtype="bool")
        clusters, weights = np.array([0, 0, 0, 1, 1, 1]), np.array([1.0, 1, 2, 1, 1, 1])
        value, _ = adjusted(y, treated, np.ones((6, 1)), weights, clusters)
        assert value == pytest.approx(6 / 3 - (2 * 4 + 8 + 3) / 4)

    def test_without_spread_has_no_interval(self) -> None:
        units = projects(1)
        found = matched(units.assign(value=units["treated"].astype("float64")))
        assert found.value == pytest.approx(1)
        assert isnan(found.low)
        assert isnan(found.e_values[0])
        assert "no interval" in found.note


class TestMissing:
    def test_category_of_all_parts_nothing(self) -> None:
        units = projects(1)
        same = matched(units.assign(category="IT"))
        assert matched(units.assign(category=None)).value == same.value

    def test_category_or_covariate_of_one_leaves_it_without_a_match(self) -> None:
        units = projects(1)
        first = units.index[units["treated"]][:20]
        lacking = units.copy()
        lacking.loc[first[:10], "category"] = None
        lacking.loc[first[10:], "risk"] = np.nan
        found, without = matched(lacking), matched(units.drop(first))
        assert found.value == pytest.approx(without.value)
        assert found.n == without.n
        assert found.n / found.support == pytest.approx(without.n / without.support + 20)

    def test_outcome_leaves_a_project_out(self) -> None:
        units = projects(1)
        units.loc[units.index[:50], "value"] = np.nan
        found = matched(units)
        assert found.n / found.support == pytest.approx(units["treated"][50:].sum())

    def test_risk_of_many_is_as_good_as_none(self) -> None:
        units = projects(1)
        units.loc[units.index[: len(units) // 4], "risk"] = np.nan
        found = matched(units)
        assert found.remedy == WITH_RISK
        assert found.value == matched(units.assign(risk=np.nan)).value

    def test_risk_of_the_treated_alone_is_as_good_as_none(self) -> None:
        units = projects(1)
        found = matched(units.assign(risk=units["risk"].where(units["treated"])))
        assert found.remedy == WITH_RISK
        assert found.refusal == ""

    def test_risk_that_is_the_same_for_all_tells_nothing(self) -> None:
        assert matched(projects(1).assign(risk=3.0)).remedy == WITH_RISK


class TestBalance:
    def test_is_the_difference_of_means_in_standard_deviations(self) -> None:
        x = np.array([[1.0], [3], [0], [2], [4]])
        treated = np.array([1, 1, 0, 0, 0], dtype="bool")
        found = balance_table(["size"], x, treated, np.array([1.0, 1, 0, 1.5, 0.5])).iloc[0]
        deviation = sqrt((1 + 8 / 3) / 2)
        assert found["before"] == pytest.approx((2 - 2) / deviation)
        assert found["after"] == pytest.approx((2 - (1.5 * 2 + 0.5 * 4) / 2) / deviation)
        assert not found["good"]

    def test_is_mended_by_the_match(self) -> None:
        balance = matched(projects(1, 3000)).balance.set_index("covariate")
        assert list(balance.index) == [*COVARIATES, "propensity"]
        assert balance.loc["risk", "before"] > 0.5
        assert abs(balance.loc["risk", "after"]) < 0.1
        assert balance.loc["risk", "good"]

    def test_that_is_not_good_is_said(self) -> None:
        found = matched(projects(4, 300, 6))
        apart = found.balance["covariate"][~found.balance["good"]]
        assert list(apart) == ["log_size", "risk"]
        assert (
            "still differ in size, or approved cost where no size is recorded and risk"
            in found.note
        )


class TestEValue:
    @pytest.mark.parametrize(
        ("ratio", "expected"), [(3.9, 7.26), (1.8, 3.0), (1 / 3.9, 7.26), (1, 1)]
    )
    def test_is_that_of_vanderweele_and_ding(self, ratio: float, expected: float) -> None:
        # 3.9 (1.8 to 8.7): respiratory death and bottle feeding, their worked example
        assert e_value(ratio) == pytest.approx(expected, abs=0.005)

    def test_of_a_difference_is_that_of_its_ratio(self) -> None:
        assert e_value_of_difference(-log(3.9) / 0.91 * 2, 2) == pytest.approx(7.26, abs=0.005)
        assert e_value_of_difference(0.0, 2) == 1

    def test_of_an_effect_beyond_all_measure_does_not_fail(self) -> None:
        assert e_value_of_difference(1.0, 1e-9) > 1e100

    def test_of_the_interval_is_that_of_its_nearer_end(self) -> None:
        found = matched(projects(2))
        assert found.high < 0
        own, of_the_end = found.e_values
        ratio = own**2 / (2 * own - 1)  # solved for the ratio
        at_end = exp(log(ratio) * found.high / found.value)
        assert of_the_end == pytest.approx(e_value(at_end))
        assert matched(projects(2, effect=0.0)).e_values[1] == 1


class TestRefusal:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"treated": True}, "every project had the service"),
            ({"treated": False}, "no project had the service"),
            ({"value": 0.2}, "the outcome is the same for all projects"),
            ({"value": np.nan}, "no project has an outcome"),
            ({"log_size": np.nan}, "no project that used the PMO has one to be set beside"),
        ],
    )
    def test_says_why(self, change: dict[str, Any], words: str) -> None:
        found = matched(projects(1).assign(**change))
        assert words in found.refusal
        assert isnan(found.value)
        assert isnan(found.e_values[0])

    def test_of_fewer_than_six_departments(self) -> None:
        assert "5 departments have matches; it takes 6" in matched(projects(1, 900, 5)).refusal

    def test_of_fewer_than_twenty_matches(self) -> None:
        found = matched(projects(1, 80, 8))
        assert found.refusal == f"{found.n} projects that used the PMO have a match; it takes 20"

    def test_of_less_than_half_with_a_match(self) -> None:
        found = matched(projects(1, 400, 12))
        assert "of those that used it have a match; 50% are needed" in found.refusal

    def test_of_treated_and_not_in_different_departments(self) -> None:
        units = projects(1)
        found = matched(units.assign(treated=units["department"] < "D5"))
        assert found.refusal == "0 projects that used the PMO have a match; it takes 20"
        assert found.balance["after"].isna().all()

    def test_of_a_table_without_rows(self) -> None:
        assert matched(projects(1).iloc[:0]).refusal == "no project has an outcome"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(60, 600), st.integers(0, 1))
def test_whatever_is_given_stays_and_its_order_does_not_matter(
    seed: int, n: int, digits: int
) -> None:
    units = projects(seed, n, 7).round(dict.fromkeys(COVARIATES, digits))  # with many ties
    units = units.astype({"category": "object"})
    kept = units.copy(deep=True)
    found = matched(units)
    pd.testing.assert_frame_equal(units, kept)
    shuffled = matched(units.sample(frac=1, random_state=seed))
    assert repr(shuffled) == repr(found)  # to the last digit, also where a number is missing
    pd.testing.assert_frame_equal(shuffled.balance, found.balance)
    if not found.refusal:
        assert found.low < found.value < found.high
        assert found.e_values[0] >= found.e_values[1] >= 1
