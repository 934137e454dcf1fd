"""The value case on the shipped sample, of which the truth is planted.

The PMO lowers costs by 0.20 and durations by 0.15 log points and leaves benefits as they are.
"""

from collections.abc import Iterator
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import permuted
from pipelines.configuration import configured
from pipelines.sample.truths import TRUTHS
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.effect.comparison import compared
from pmo_lib.effect.finding import COLUMNS
from pmo_lib.effect.outcomes import PRIMARY
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.exposure import inside_estimate, treated
from pmo_lib.worth.value_case import ValueCase, evidence, value_case

RAW = Path(__file__).parents[2] / "data" / "raw"
NEEDED = (
    "projects", "baselines", "benefits", "benefit_reports", "rollouts", "pmo_costs", "services",
)  # fmt: skip
PLANTED = {
    "cost": TRUTHS.cost_effect_log,
    "schedule": TRUTHS.schedule_effect_log,
    "benefits": exp(TRUTHS.benefit_effect_log) - 1,
}
Tables = dict[str, Any]


def table(name: str) -> pd.DataFrame:
    dates = [column.name for column in TABLES[name] if column.kind == "date"]
    types = {c.name: c.pandas_type for c in TABLES[name] if c.kind != "date"}
    frame = pd.read_csv(RAW / f"{name}.csv")
    kept = {column: kind for column, kind in types.items() if column in frame}
    return pd.read_csv(
        RAW / f"{name}.csv", dtype=kept, parse_dates=[d for d in dates if d in frame]
    )


@pytest.fixture(scope="module")
def tables() -> Tables:
    return {name: table(name) for name in NEEDED}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return configured(RAW)


def case_of(tables: Tables, settings: Settings, **asked: Any) -> ValueCase:
    view = View(tables, TRUTHS.data_date_period, settings)
    return value_case(view, Terms(**asked) if asked else None)


@pytest.fixture(scope="module")
def case(tables: Tables, settings: Settings) -> ValueCase:
    return case_of(tables, settings)


@pytest.fixture(scope="module")
def exposed(tables: Tables, settings: Settings) -> pd.DataFrame:
    """The projects under the PMO, as money is made of them."""
    given = evidence(View(tables, TRUTHS.data_date_period, settings))
    found = {each.id: compared(given, each).sample for each in PRIMARY}
    return treated(
        given, {name: inside_estimate(each, given.projects) for name, each in found.items()}
    )


@pytest.fixture(scope="module")
def without_effect(tables: Tables, settings: Settings) -> ValueCase:
    """The same portfolio, had the PMO done nothing: costs and durations without its effect."""
    projects = tables["projects"].copy()
    adopted = projects["department"].map(
        tables["rollouts"].groupby("department")["adopted_on"].min()
    )
    under = projects["started_on"] >= adopted
    cost = projects["actual_cost"] / exp(TRUTHS.cost_effect_log)
    days = (projects["finished_on"] - projects["started_on"]).dt.days
    longer = (days / exp(TRUTHS.schedule_effect_log)).round()
    finished = projects["started_on"] + pd.to_timedelta(longer, unit="D")
    projects["actual_cost"] = projects["actual_cost"].mask(under, cost)
    moved = under & projects["finished_on"].notna()
    projects["finished_on"] = projects["finished_on"].mask(moved, finished)
    late = moved & (finished > pd.Timestamp("2026-09-30"))
    projects["status"] = projects["status"].mask(late, "active")
    return case_of(tables | {"projects": projects}, settings)


class TestPlanted:
    @pytest.mark.parametrize("outcome", ["cost", "schedule"])
    def test_effect_is_within_its_interval(self, case: ValueCase, outcome: str) -> None:
        found = case.finding(outcome)
        assert found is not None
        assert found.priced.low <= PLANTED[outcome] <= found.priced.high

    @pytest.mark.parametrize("outcome", PLANTED)
    def test_estimate_is_within_two_errors(self, case: ValueCase, outcome: str) -> None:
        found = case.finding(outcome)
        assert found is not None
        assert abs(found.priced.value - PLANTED[outcome]) < 2 * found.priced.jackknife_error

    def test_verdicts_are_right(self, case: ValueCase) -> None:
        said = {each.outcome.id: each.claim.word for each in case.findings}
        assert said["cost"] in {"likely", "demonstrated"}
        assert said["schedule"] in {"likely", "demonstrated"}
        assert said["benefits"] == "not shown"

    def test_no_check_fails_of_what_is_planted(self, case: ValueCase) -> None:
        for name in ("cost", "schedule"):
            found = case.finding(name)
            assert found is not None
            assert not {check.id for check in found.checks if check.state == "failed"}

    def test_naive_before_and_after_is_off(
        self, case: ValueCase, tables: Tables, settings: Settings
    ) -> None:
        """The common trend makes the simple difference look different from what was planted."""
        given = evidence(View(tables, TRUTHS.data_date_period, settings))
        rows = given.projects[given.projects["cost"].notna()]
        adopted = rows["department"].map(given.adopted.dates)
        after = rows["started_on"] >= adopted
        before = rows["started_on"] < adopted
        naive = rows.loc[after, "cost"].mean() - rows.loc[before, "cost"].mean()
        found = case.finding("cost")
        assert found is not None
        ours = abs(found.priced.value - PLANTED["cost"])
        assert ours < abs(naive - PLANTED["cost"])


class TestWithoutEffect:
    @pytest.mark.parametrize("outcome", ["cost", "schedule"])
    def test_nothing_is_claimed(self, without_effect: ValueCase, outcome: str) -> None:
        found = without_effect.finding(outcome)
        assert found is not None
        assert found.claim.word in {"not shown", "no effect of that size"}
        assert found.tested.low < 0 < found.tested.high

    def test_no_money_is_counted(self, without_effect: ValueCase) -> None:
        drawn = without_effect.money.draws["conservative"].table
        assert (drawn[["avoided", "time", "uplift"]].median() <= 0).all()
        assert (drawn["npv"] > 0).mean() < 0.05

    def test_return_of_the_pmo_is_not_measured(self, without_effect: ValueCase) -> None:
        assert without_effect.for_kpi is None


class TestMoney:
    def test_return_is_what_the_value_case_says(
        self, case: ValueCase, tables: Tables, settings: Settings
    ) -> None:
        view = View(tables, TRUTHS.data_date_period, settings, value_case=case.for_kpi)
        (found,) = [r for r in results(view, kpis=["R12"]) if r.statistic.id == "draws"]
        drawn = case.money.draws["conservative"].table
        assert found.value == pytest.approx((drawn["npv"] / drawn["cost"]).median())

    def test_office_is_the_discounted_sum_of_its_costs(
        self, case: ValueCase, tables: Tables
    ) -> None:
        costs, total = tables["pmo_costs"], 0.0
        for period, amount in zip(costs["period"], costs["amount"], strict=True):
            end = pd.Period(period, freq="M").end_time.normalize()
            years = (end - pd.Timestamp("2022-01-01")).days / 365.25
            total += amount / 1.035**years
        office = case.money.draws["conservative"].table["office"]
        assert office.median() == pytest.approx(total, rel=0.005)

    def test_avoided_overruns_by_hand(self, case: ValueCase, exposed: pd.DataFrame) -> None:
        """Σ d × AC × (exp(-τ) - 1) over the projects compared, at the estimate itself."""
        tau = case.money.effects.values[0]
        total = 0.0
        for row in exposed[exposed["supported"]].itertuples():
            if np.isfinite(row.actual_cost):
                years = (row.finished_on - pd.Timestamp("2022-01-01")).days / 365.25
                total += row.actual_cost * (exp(-tau) - 1) / 1.035**years
        assert case.money.draws["as estimated"].table["avoided"].median() == pytest.approx(
            total, rel=0.03
        )

    def test_least_favourable_effect_on_cost_enters(self, case: ValueCase) -> None:
        assert len(case.money.on_cost) == 3
        least = max(each.value for each in case.money.on_cost.values())
        assert case.money.effects.values[0] == least

    def test_every_project_under_the_pmo_is_accounted_for(
        self, exposed: pd.DataFrame, tables: Tables
    ) -> None:
        projects = tables["projects"]
        adopted = projects["department"].map(
            tables["rollouts"].groupby("department")["adopted_on"].min()
        )
        under = projects[
            (projects["started_on"] >= adopted) & (projects["started_on"] <= "2026-09-30")
        ]
        counted = under[under["status"] != "proposed"]
        assert sorted(exposed["project_id"]) == sorted(counted["project_id"])


class TestTable:
    def test_has_the_columns_that_are_promised(self, case: ValueCase) -> None:
        found = case.table()
        assert list(found.columns) == list(COLUMNS)
        assert list(found.columns[:10]) == [
            "outcome", "effect", "low", "high", "p", "n_projects", "n_departments", "support",
            "mde", "verdict",
        ]  # fmt: skip
        assert found["outcome"].tolist()[:3] == ["cost", "schedule", "benefits"]

    def test_is_the_same_again(self, case: ValueCase, tables: Tables, settings: Settings) -> None:
        shuffled = {name: t.sample(frac=1, random_state=1) for name, t in tables.items()}
        again = case_of(shuffled, settings).table()
        pd.testing.assert_frame_equal(again, case.table())


class TestBadInput:
    """Never a number that looks fine: not testable, or a narrower claim, with the reason."""

    @pytest.fixture(autouse=True)
    def fewer_permutations(self) -> Iterator[None]:
        with permuted(39):
            yield

    def verdicts(self, case: ValueCase) -> set[str]:
        return {each.claim.word for each in case.findings}

    def with_rollouts(self, tables: Tables, dates: pd.Series) -> Tables:
        rollouts = tables["rollouts"]
        return tables | {"rollouts": rollouts.assign(adopted_on=rollouts["department"].map(dates))}

    def test_adoption_after_the_data_end(self, tables: Tables, settings: Settings) -> None:
        dates = pd.Series(
            pd.Timestamp("2030-01-01"), index=tables["projects"]["department"].unique()
        )
        found = case_of(self.with_rollouts(tables, dates), settings)
        assert self.verdicts(found) == {"not testable"}

    def test_adoption_before_the_data_begin(self, tables: Tables, settings: Settings) -> None:
        dates = pd.Series(
            pd.Timestamp("2001-01-01"), index=tables["projects"]["department"].unique()
        )
        found = case_of(self.with_rollouts(tables, dates), settings)
        assert self.verdicts(found) == {"not testable"}
        assert found.table()["effect"].isna().all()

    def test_one_department_before_the_data_is_told(
        self, tables: Tables, settings: Settings
    ) -> None:
        dates = tables["rollouts"].groupby("department")["adopted_on"].min()
        dates["Operations"] = pd.Timestamp("2001-01-01")
        found = case_of(self.with_rollouts(tables, dates), settings)
        assert any("Operations" in note for note in found.notes)

    def test_all_departments_in_one_quarter_is_a_time_series(
        self, tables: Tables, settings: Settings
    ) -> None:
        names = tables["projects"]["department"].unique()
        everybody = pd.DataFrame(
            {"department": names, "service_id": "S01", "adopted_on": pd.Timestamp("2023-08-01")}
        )
        found = case_of(tables | {"rollouts": everybody}, settings)
        assert found.design == "interrupted time series"
        assert self.verdicts(found) <= {
            "consistent with", "not shown", "no effect of that size", "not testable",
        }  # fmt: skip
        assert found.money.effects.names == ()
        assert found.for_kpi is None

    def test_five_departments(self, tables: Tables, settings: Settings) -> None:
        five = sorted(tables["projects"]["department"].unique())[:5]
        own = tables["projects"][tables["projects"]["department"].isin(five)]
        found = case_of(tables | {"projects": own}, settings)
        assert self.verdicts(found) == {"not testable"}
        assert "5 departments" in found.findings[0].claim.why

    def test_one_department_with_most_projects(self, tables: Tables, settings: Settings) -> None:
        projects = tables["projects"]
        copies = [projects]
        of_it = projects[projects["department"] == "Information Technology"]
        for i in range(9):
            copies.append(of_it.assign(project_id=of_it["project_id"] + f"-{i}"))
        more = pd.concat(copies, ignore_index=True)
        plans = [tables["baselines"]]
        for i in range(9):
            own = tables["baselines"][tables["baselines"]["project_id"].isin(of_it["project_id"])]
            plans.append(own.assign(project_id=own["project_id"] + f"-{i}"))
        crowd = tables | {"projects": more, "baselines": pd.concat(plans, ignore_index=True)}
        cost = case_of(crowd, settings).finding("cost")
        assert cost is not None
        (check,) = [each for each in cost.checks if each.id == "dominance"]
        assert check.state == "failed"
        assert "Information Technology" in check.detail
        assert cost.claim.word != "demonstrated"

    def test_missing_budgets(self, tables: Tables, settings: Settings) -> None:
        bare = tables["baselines"].assign(cost=np.nan)
        found = case_of(tables | {"baselines": bare}, settings)
        cost, ratio = found.finding("cost"), found.finding("cost_overrun")
        assert cost is not None
        assert ratio is not None
        assert ratio.claim.word == "not testable"
        assert "cost in baselines.csv" in ratio.claim.why
        assert not cost.tested.refusal  # what is known is still said
        assert not cost.claim.counts  # but not whether more was approved
        assert list(found.money.on_cost) == ["effect on actual cost"]

    def test_half_of_the_budgets_missing_is_told(self, tables: Tables, settings: Settings) -> None:
        plans = tables["baselines"].copy()
        plans.loc[plans.index % 2 == 0, "cost"] = np.nan
        found = case_of(tables | {"baselines": plans}, settings)
        cost, ratio = found.finding("cost"), found.finding("cost_overrun")
        assert cost is not None
        assert ratio is not None
        assert cost.n_left_out < 50 < ratio.n_left_out

    def test_outcome_that_never_varies(self, tables: Tables, settings: Settings) -> None:
        plans = tables["baselines"][tables["baselines"]["version"] == 0]
        budget = tables["projects"]["project_id"].map(plans.set_index("project_id")["cost"])
        projects = tables["projects"].assign(actual_cost=budget)
        found = case_of(tables | {"projects": projects}, settings).finding("cost_overrun")
        assert found is not None
        assert found.claim.word == "not testable"
        assert "never varies" in found.claim.why
        assert np.isnan(found.tested.value)

    def test_without_roll_outs_the_month_is_asked_for(
        self, tables: Tables, settings: Settings
    ) -> None:
        bare = {name: t for name, t in tables.items() if name != "rollouts"}
        found = case_of(bare, settings)
        assert self.verdicts(found) == {"not testable"}
        assert "pmo_since" in found.findings[0].claim.remedy
        given = case_of(bare, settings, began="2023-04")
        assert given.design == "interrupted time series"

    def test_without_pmo_costs_there_is_no_return(self, tables: Tables, settings: Settings) -> None:
        bare = {name: t for name, t in tables.items() if name != "pmo_costs"}
        found = case_of(bare, settings)
        assert found.for_kpi is None
        assert found.money.draws["conservative"].table["npv"].isna().all()

    def test_service_adopted_with_the_others_is_refused(
        self, tables: Tables, settings: Settings
    ) -> None:
        found = case_of(tables, settings, service="S04")
        assert "S04" in tables["rollouts"]["service_id"].to_numpy()
        assert self.verdicts(found) == {"not testable"}
        assert "report all services together" in found.findings[0].claim.why
