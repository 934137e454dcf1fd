"""The money of the value case: published numbers, sums by hand, draws, and a pound booked once."""

from dataclasses import replace
from datetime import date
from math import exp, isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pmo_lib.kpis.families.office import pmo_return
from pmo_lib.worth.assumptions import Assumptions, ThreePoint
from pmo_lib.worth.costs import break_even
from pmo_lib.worth.draws import ValueDraws, drawn_inputs, value_draws, worth
from pmo_lib.worth.exposure import Exposure, discount_factors
from pmo_lib.worth.joint_effects import JointEffects

BASE = pd.Timestamp("2020-12-31")
YEAR = pd.Timedelta(days=365.25)
NONE = ThreePoint(0, 0, 0)
LOST = ThreePoint(0.3, 0.3, 0.3)
PLAIN = Assumptions(imposed_hours=NONE, hourly_rate=NONE, delay_lost=LOST)
OFFICE = pd.DataFrame({"period": ["2021-12", "2022-12", "2023-12"], "amount": [1.0, 0.9, 0.9]})
NAMES = ("cost", "schedule", "benefits")
ONE_SIGMA = np.diag([0.027, 0.0005, 0.0227]) ** 2

CELL = st.one_of(st.just(nan), st.integers(0, 10**6).map(float))
SHARE = st.sampled_from([nan, 0.0, 0.5, 1.0])
DAY = st.one_of(st.just(pd.NaT), st.dates(date(2015, 1, 1), date(2030, 1, 1)).map(pd.Timestamp))


def projects(**columns: Any) -> pd.DataFrame:
    """Three projects finished 1, 2 and 3 years after the base date, of 14, 22 and 26 million."""
    plain: dict[str, Any] = {
        "project_id": ["a", "b", "c"],
        "department": ["x", "y", "y"],
        "finished_on": [BASE + k * YEAR for k in (1, 2, 3)],
        "actual_cost": [14.0, 22.0, 26.0],
        "actual_days": [10_000.0] * 3,
        "benefit_a_year": [55.2] * 3,
        "planned_benefit": [3.688] * 3,
        "cashable_benefit_share": [0.5, 0.25, 0.0],
        "unverified_share": [nan] * 3,
        "supported": [True] * 3,
    }
    return pd.DataFrame(plain | columns)


def effects(verdict: str = "likely", names: tuple[str, ...] = NAMES, **more: Any) -> JointEffects:
    at = [NAMES.index(name) for name in names]
    values = np.array([-0.06, -0.0011, 0.03])[at]
    plain = JointEffects(
        names, values, ONE_SIGMA[np.ix_(at, at)], 19, dict.fromkeys(names, verdict)
    )
    return replace(plain, **more)


def exposed(
    given: pd.DataFrame | None = None,
    pmo_costs: pd.DataFrame | None = OFFICE,
    assumptions: Assumptions = PLAIN,
) -> Exposure:
    return Exposure(projects() if given is None else given, pmo_costs, assumptions, BASE)


def drawn(
    given: pd.DataFrame | None = None, of: JointEffects | None = None, **more: Any
) -> ValueDraws:
    terms = {name: more.pop(name) for name in ("pmo_costs", "assumptions") if name in more}
    return value_draws(exposed(given, **terms), of or effects(), **more)


def row(draws: ValueDraws, item: str) -> list[float]:
    found = draws.quantiles.loc[item]
    return [float(found[name]) for name in ("p5", "p50", "p95")]


def total(of: JointEffects, given: pd.DataFrame, assumptions: Assumptions = PLAIN) -> pd.Series:
    """What the formulas give at the effects themselves."""
    points = dict(zip(of.names, of.values.tolist(), strict=True)) | {
        name: points.likely for name, points in assumptions.ranges.items()
    }
    sums = exposed(given, assumptions=assumptions).total
    inputs = pd.DataFrame([points | {"office_factor": 1.0}])
    return worth(inputs, sums).iloc[0]


class TestPublishedNumbers:
    def test_discount_factors_are_those_of_the_green_book(self) -> None:
        found = discount_factors(np.array([1.0, 5.0, 10.0]), 0.035)
        assert found.round(4).tolist() == [0.9662, 0.8420, 0.7089]

    def test_ten_year_annuity_is_that_of_the_green_book(self) -> None:
        assert discount_factors(np.arange(1.0, 11.0), 0.035).sum() == pytest.approx(
            8.3166, abs=5e-5
        )

    def test_worked_check(self) -> None:
        """Avoided 0.77/3.56/6.47, cost 2.62, break-even -0.0445, P(avoided > cost) 0.712.

        They come out where the money of year k = 1, 2, 3 is discounted at 3.5 %; with k = 0, 1, 2
        the median avoided would be 3.68 and with no discounting 3.83.
        """
        found = drawn(of=effects(names=("cost",)))
        assert row(found, "avoided") == pytest.approx([0.77, 3.56, 6.47], abs=0.06)
        assert row(found, "cost")[1] == pytest.approx(2.62, abs=0.005)
        ended = projects().assign(ended_on=projects()["finished_on"])
        assert break_even(ended, OFFICE, BASE, 0.035) == pytest.approx(-0.0445, abs=5e-5)
        assert found.p_avoided_above_cost == pytest.approx(0.712, abs=0.011)

    def test_worked_check_of_all_components(self) -> None:
        """Time 0.29/1.40/3.00, benefits -0.09/0.31/0.72, NPV -0.38/2.73/6.02, P(NPV > 0) 0.926.

        The source does not say what a day costs nor how the effects go together: here the three
        are independent and scaled to its medians, so its P95 of time (a spread price) is not met.
        """
        found = drawn()
        assert row(found, "time")[:2] == pytest.approx([0.29, 1.40], abs=0.03)
        assert row(found, "uplift") == pytest.approx([-0.09, 0.31, 0.72], abs=0.03)
        assert row(found, "npv") == pytest.approx([-0.38, 2.73, 6.02], abs=0.2)
        assert found.p_npv_positive == pytest.approx(0.926, abs=0.012)


class TestFormulas:
    def test_components_are_the_sums_over_projects(self) -> None:
        assumptions = replace(PLAIN, budget_returned=ThreePoint(0.4, 0.4, 0.4))
        avoided = time = uplift = cash = 0.0
        for k, cost, share in ((1, 14, 0.5), (2, 22, 0.25), (3, 26, 0.0)):
            d = 1.035**-k
            own = d * cost * (exp(0.06) - 1)
            saved = d * 10_000 * (exp(0.0011) - 1) * 55.2 / 365 * 0.3
            more = d * 0.03 * 3.688
            avoided, time, uplift = avoided + own, time + saved, uplift + more
            cash += 0.4 * own + share * (saved + more)
        found = total(effects(), projects(), assumptions)
        expected = [avoided, time, uplift, avoided + time + uplift, cash]
        named = ["avoided", "time", "uplift", "gross", "cashable"]
        assert found[named].tolist() == pytest.approx(expected)

    def test_cost_is_office_imposed_time_and_change_less_the_former_offices(self) -> None:
        assumptions = replace(
            PLAIN, imposed_hours=ThreePoint(4, 4, 4), hourly_rate=ThreePoint(0.01, 0.01, 0.01),
            change_cost=0.5, former_cost_a_year=1.2,
        )  # fmt: skip
        one = projects().assign(supported=[True, True, False], actual_days=[365.25, 730.5, 91.3125])
        office = former = 0.0
        for day, amount in (("2021-12-31", 1.0), ("2022-12-31", 0.9), ("2023-12-31", 0.9)):
            d = 1.035 ** -((pd.Timestamp(day) - BASE).days / 365.25)
            office, former = office + d * amount, former + d * 0.1
        # the middle of each project, the unsupported one too
        months = 12 * 1.035**-0.5 + 24 * 1.035**-1 + 3 * 1.035**-2.875
        found = total(effects(), one, assumptions)
        assert found["office"] == pytest.approx(office)
        assert found["imposed"] == pytest.approx(0.04 * months)
        assert found["cost"] == pytest.approx(office + 0.04 * months + 0.5 - former)
        assert found["npv"] == pytest.approx(found["gross"] - found["cost"])

    def test_inputs_are_not_changed(self) -> None:
        given, office = projects(), OFFICE.copy()
        drawn(given, pmo_costs=office)
        assert_frame_equal(given, projects())
        assert_frame_equal(office, OFFICE)


class TestDraws:
    def test_same_seed_gives_the_same_draws_and_another_gives_others(self) -> None:
        first = drawn(n=50).table
        assert_frame_equal(first, drawn(n=50).table)
        assert not first.equals(drawn(n=50, seed=1).table)

    def test_effects_are_drawn_jointly(self) -> None:
        covariance = np.array([[4.0, -3.0], [-3.0, 9.0]]) * 1e-4
        of = effects(names=("cost", "benefits"), covariance=covariance, freedom=30)
        found = of.draws(200_000, np.random.default_rng(5))
        assert found.mean().tolist() == pytest.approx([-0.06, 0.03], abs=3e-4)
        # the covariance of multivariate t is that of its normal × ν ÷ (ν - 2)
        assert np.cov(found.T) == pytest.approx(covariance * 30 / 28, rel=0.03)

    def test_tails_are_those_of_t(self) -> None:
        found = effects(names=("cost",), freedom=7).draws(200_000, np.random.default_rng(6))
        low, high = np.quantile(found["cost"], [0.05, 0.95])
        assert (high - low) / 2 / 0.027 == pytest.approx(1.8946, rel=0.02)  # t at 0.95, 7 degrees

    def test_singular_covariance_draws_effects_that_move_as_one(self) -> None:
        of = effects(names=("cost", "schedule"), covariance=np.full((2, 2), 4e-4))
        found = of.draws(1000, np.random.default_rng(7))
        assert (found["cost"] + 0.06).to_numpy() == pytest.approx(
            (found["schedule"] + 0.0011).to_numpy(), abs=1e-9
        )

    def test_without_any_uncertainty_every_draw_is_the_value(self) -> None:
        found = effects(covariance=np.zeros((3, 3))).draws(4, np.random.default_rng(8))
        assert found.drop_duplicates().to_numpy().tolist() == [[-0.06, -0.0011, 0.03]]

    def test_one_degree_of_freedom_gives_no_infinite_money(self) -> None:
        assert np.isfinite(drawn(of=effects(freedom=1)).table["npv"]).all()

    def test_office_is_within_its_spread(self) -> None:
        found = drawn().table["office"] / total(effects(), projects())["office"]
        assert 0.95 <= found.min() < 0.952
        assert 1.048 < found.max() <= 1.05

    def test_kpi_gets_the_time_saved_within_what_was_avoided(self) -> None:
        found = drawn(n=100)
        kpi = found.for_kpi()
        assert list(kpi.columns) == ["avoided", "uplift", "cost"]
        assert (kpi["avoided"] + kpi["uplift"] - kpi["cost"]).to_numpy() == pytest.approx(
            found.table["npv"].to_numpy()
        )

    def test_return_of_the_pmo_is_that_of_the_draws(self) -> None:
        found = drawn(n=100)
        kpi = pmo_return(value_case=found.for_kpi(), data_date=pd.Timestamp("2023-12-31"))
        expected = (found.table["npv"] / found.table["cost"]).to_numpy()
        assert kpi["numerator"].to_numpy(dtype="float64") == pytest.approx(expected)

    def test_interval_of_the_money_holds_the_planted_truth(self) -> None:
        """90 % intervals of the avoided overrun, over estimates scattered by t around the truth."""
        random, held = np.random.default_rng(9), 0
        of = effects(names=("cost",))
        truth = total(of, projects())["avoided"]
        sums = exposed().total
        for seed in range(600):
            covariance = np.array([[random.chisquare(19) / 19 * 0.027**2]])
            estimate = replace(of, values=random.normal(-0.06, 0.027, 1), covariance=covariance)
            inputs = drawn_inputs(estimate, PLAIN, "as estimated", 1000, seed)
            low, high = worth(inputs, sums)["avoided"].quantile([0.05, 0.95])
            held += low <= truth <= high
        assert 0.86 <= held / 600 <= 0.94


class TestCases:
    def test_conservative_counts_what_is_below_likely_as_nothing_and_says_so(self) -> None:
        verdicts = {"cost": "demonstrated", "schedule": "not shown", "benefits": "associated"}
        of = effects(verdicts=verdicts)
        found, plain = drawn(of=of, case="conservative"), drawn(of=of)
        assert not found.table[["time", "uplift"]].any(axis=None)
        assert_frame_equal(found.table[["avoided", "cost"]], plain.table[["avoided", "cost"]])
        assert found.notes == (
            "time saved: counts 0, the verdict is 'not shown'",
            "benefits uplift: counts 0, the verdict is 'associated'",
        )
        assert plain.notes == ()

    @pytest.mark.parametrize(
        "verdict",
        ["not shown", "no effect of that size", "not testable", "consistent with", "associated"],
    )
    def test_every_verdict_below_likely_is_below(self, verdict: str) -> None:
        found = drawn(of=effects(verdict), case="conservative")
        assert not found.table["gross"].any()
        assert found.p_npv_positive == 0

    @pytest.mark.parametrize("verdict", ["not shown", "no effect of that size"])
    def test_a_loss_below_likely_stays_and_never_turns_into_a_gain(self, verdict: str) -> None:
        of = effects(verdict)
        losing = replace(of, values=-of.values)
        found, plain = drawn(of=losing, case="conservative"), drawn(of=losing)
        parts = ["avoided", "time", "uplift"]
        assert (found.table[parts] <= 0).all(axis=None)
        assert (plain.table[parts] > 0).any(axis=None)  # drawn as estimated some would be gains
        assert_frame_equal(found.table[parts], plain.table[parts].clip(upper=0.0))
        assert found.p_npv_positive == 0

    def test_what_was_not_estimated_is_missing_and_not_zero(self) -> None:
        found = drawn(of=effects(names=("cost", "schedule")))
        assert found.table["uplift"].isna().all()
        assert found.notes == (
            "benefits uplift: cannot tell, its effect could not be estimated; not in the sums",
        )
        assert found.table["gross"].to_numpy() == pytest.approx(
            (found.table["avoided"] + found.table["time"]).to_numpy()
        )
        assert found.for_kpi()["uplift"].tolist() == [0.0] * len(found.table)

    def test_unsupported_projects_are_only_in_the_extrapolated_line(self) -> None:
        some = projects(supported=[True, True, False])
        found, alone = drawn(some), drawn(projects().iloc[:2])
        assert_frame_equal(found.table[["avoided", "time"]], alone.table[["avoided", "time"]])
        last = drawn(projects(supported=[False, True, True])).table["extrapolated"]
        whole = drawn().table["gross"]
        assert (found.table["gross"] + found.table["extrapolated"]).to_numpy() == pytest.approx(
            whole.to_numpy()
        )
        assert last.notna().all()
        assert found.notes == (
            "extrapolated: 1 project outside what the estimate speaks of, not in the headline",
        )

    def test_missing_cells_are_left_out_and_counted(self) -> None:
        gaps = projects(
            actual_cost=[nan, 22.0, 26.0], benefit_a_year=[nan, nan, 55.2],
            planned_benefit=[nan] * 3, cashable_benefit_share=[0.5, 0.5, nan],
        )  # fmt: skip
        found = drawn(gaps)
        assert found.notes == (
            "overruns avoided: 1 of 3 projects left out, actual cost not known or outside what the "
            "estimate speaks of",
            "time saved: 2 of 3 projects left out, actual days and benefit a year not known or "
            "outside what the estimate speaks of",
            "benefits uplift: cannot tell, planned benefit known of no project; not in the sums",
            "cashable: the benefits of 1 of 3 projects count as non-cashable, their cashable share "
            "is not known",
        )
        assert found.table["uplift"].isna().all()
        assert_frame_equal(found.table[["avoided"]], drawn(projects().iloc[1:]).table[["avoided"]])

    def test_a_project_without_its_end_is_left_out_everywhere(self) -> None:
        endless = projects(finished_on=[BASE + YEAR, BASE + 2 * YEAR, pd.NaT])
        found = drawn(endless)
        assert_frame_equal(found.table[["gross"]], drawn(projects().iloc[:2]).table[["gross"]])
        assert found.notes[-1] == (
            "cost: the time taken of 1 project is not in it, the length is not known"
        )

    def test_nullable_columns_give_the_same(self) -> None:
        given = projects(actual_cost=[nan, 22.0, 26.0])
        assert_frame_equal(drawn(given.convert_dtypes()).table, drawn(given).table)

    @given(st.lists(st.tuples(CELL, CELL, CELL, CELL, SHARE, st.booleans(), DAY), max_size=6))
    def test_any_projects_give_sums_that_agree_or_a_reason(self, rows: list[Any]) -> None:
        columns = [
            "actual_cost", "actual_days", "benefit_a_year", "planned_benefit",
            "cashable_benefit_share", "supported", "finished_on",
        ]  # fmt: skip
        given = (
            pd.DataFrame(rows, columns=columns)
            .assign(unverified_share=nan)
            .astype(
                dict.fromkeys(columns[:5], "float64")
                | {"supported": "bool", "finished_on": "datetime64[ns]"}
            )
        )
        given = given.assign(project_id=[f"p{i}" for i in range(len(rows))], department="x")
        found = drawn(given, n=20)
        assert bool(found.reason) == found.table.empty
        parts = found.table[["avoided", "time", "uplift"]].sum(axis=1)
        assert found.table["gross"].to_numpy() == pytest.approx(parts.to_numpy())
        net = (parts - found.table["cost"]).to_numpy()
        assert found.table["npv"].to_numpy() == pytest.approx(net, nan_ok=True)


class TestSummary:
    def test_ratios_are_those_of_the_draws(self) -> None:
        draws = drawn(assumptions=replace(PLAIN, budget_returned=ThreePoint(0.2, 0.5, 0.6)))
        found, table = draws, draws.table
        assert row(found, "roi")[1] == pytest.approx((table["npv"] / table["cost"]).median())
        assert row(found, "bcr")[1] == pytest.approx(1 + row(found, "roi")[1])
        cash = (table["cashable"] - table["cost"]) / table["cost"]
        assert row(found, "roi_cashable") == pytest.approx(
            cash.quantile([0.05, 0.5, 0.95]).tolist()
        )
        apart = table["gross"] - table["cashable"]
        assert row(found, "non_cashable")[1] == pytest.approx(apart.median())
        assert found.p_npv_positive == (table["npv"] > 0).mean()

    def test_unstated_return_of_budgets_leaves_overruns_non_cashable(self) -> None:
        found = drawn(of=effects(names=("cost",)))
        assert row(found, "cashable") == [0, 0, 0]
        assert row(found, "non_cashable") == row(found, "avoided")

    def test_payback_is_the_first_year_whose_cumulative_median_is_not_below_0(self) -> None:
        office = OFFICE.assign(amount=[2.0, 0.5, 0.5])
        found = drawn(of=effects(names=("cost",)), pmo_costs=office)
        saved = exp(0.06) - 1
        net = [14 * saved - 2, 22 * saved - 0.5, 26 * saved - 0.5]
        flows = np.cumsum([1.035**-k * each for k, each in zip((1, 2, 3), net, strict=True)])
        assert found.net_by_year.index.tolist() == [2021, 2022, 2023]
        assert found.net_by_year.tolist() == pytest.approx(flows.tolist(), abs=0.06)
        assert flows[1] < 0 < flows[2]
        assert found.payback_year == 2023

    def test_change_cost_is_in_the_base_year(self) -> None:
        found = drawn(assumptions=replace(PLAIN, change_cost=100.0))
        assert found.net_by_year.loc[2020] == -100
        assert found.payback_year is None

    def test_a_pmo_that_costs_nothing_has_no_return_on_it(self) -> None:
        found = drawn(assumptions=replace(PLAIN, former_cost_a_year=100.0))
        assert all(isnan(value) for value in row(found, "roi"))


class TestWhatIsMissing:
    @pytest.mark.parametrize("office", [None, OFFICE.iloc[:0], OFFICE.assign(amount=nan)])
    def test_without_pmo_costs_only_the_gross_value_is_shown(
        self, office: pd.DataFrame | None
    ) -> None:
        draws = drawn(pmo_costs=office)
        found = draws
        assert draws.table[["cost", "npv"]].isna().all(axis=None)
        assert row(found, "gross")[1] > 0
        assert isnan(found.p_npv_positive)
        assert isnan(found.p_avoided_above_cost)
        assert found.payback_year is None
        assert draws.notes == (
            "cost: not known, there are no PMO costs, so only the gross value is shown",
        )

    def test_amounts_that_are_not_known_are_counted(self) -> None:
        found = drawn(pmo_costs=OFFICE.assign(amount=[1.0, nan, 0.9]))
        assert found.notes == ("cost: 1 amount of the PMO not known and not in it",)

    def test_former_offices_are_deducted_only_where_the_pmo_is_known(self) -> None:
        former = replace(PLAIN, former_cost_a_year=1.2)
        gap = exposed(pmo_costs=OFFICE.assign(amount=[1.0, nan, 0.9]), assumptions=former)
        short = exposed(pmo_costs=OFFICE.iloc[[0, 2]], assumptions=former)
        assert gap.total["former"] == pytest.approx(short.total["former"])

    def test_time_taken_of_projects_of_no_known_length_leaves_the_cost_unknown(self) -> None:
        timeless = projects(actual_days=[nan] * 3)
        taken = replace(PLAIN, imposed_hours=LOST, hourly_rate=LOST)
        found = drawn(timeless, assumptions=taken)
        assert found.table["cost"].isna().all()
        assert found.notes[-1] == (
            "cost: the time taken of projects is not known, the length is known of none"
        )
        assert drawn(timeless).table["cost"].notna().all()

    @pytest.mark.parametrize(
        ("given", "of", "reason"),
        [
            (projects().iloc[:0], effects(), "no project under the PMO is completed yet"),
            (
                projects().iloc[:1],
                effects(),
                "1 project is too few to tell what the PMO is worth",
            ),
            (
                projects(supported=[False] * 3),
                effects(),
                "the estimate speaks of none of the 3 projects",
            ),
            (projects(), effects(names=()), "no effect could be estimated"),
            (
                projects(actual_cost=[nan] * 3),
                effects(names=("cost",)),
                "what the effects would be worth is not known of any project",
            ),
        ],
    )
    def test_no_draws_and_the_reason_in_words(
        self, given: pd.DataFrame, of: JointEffects, reason: str
    ) -> None:
        draws = drawn(given, of)
        assert draws.reason == reason
        assert draws.table.empty
        assert draws.for_kpi().empty


class TestUnverified:
    def test_the_planned_money_that_owners_alone_vouch_for_is_told(self) -> None:
        # 0.5 × 10 + 1 × 30 of 40: 87.5 %; of the third nothing is known
        given = projects(planned_benefit=[10.0, 30.0, 60.0], unverified_share=[0.5, 1.0, nan])
        said = [note for note in drawn(given).notes if note.startswith("benefits: ")]
        assert [note.replace("\u00a0", " ") for note in said] == [
            "benefits: of 88 % of the planned money nobody but its owner says what was realised "
            "(verified_by in benefits.csv)"
        ]

    def test_nothing_is_said_where_all_is_verified_or_nobody_knows(self) -> None:
        for share in (0.0, nan):
            notes = drawn(projects(unverified_share=[share] * 3)).notes
            assert not [note for note in notes if note.startswith("benefits: ")]
