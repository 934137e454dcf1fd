"""From findings to what they act on: by explicit loops and by hand."""

from math import isnan, log

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import evidence, rolled_out, rules
from builders.tables import baseline, open_project, project, tables
from builders.views import settings
from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import year_before
from pmo_lib.effect.adoption import Adoption
from pmo_lib.effect.finding import Evidence
from pmo_lib.effect.outcomes import OUTCOMES, outcome_projects
from pmo_lib.effect.roll_out import estimated
from pmo_lib.worth.exposure import COLUMNS, inside_estimate, treated
from pmo_lib.worth.joint_effects import joint_effects

TODAY = pd.Timestamp("2026-09-30")


def attributed(value: float, **without: float) -> Effect:
    return Effect(value=value, without=pd.Series(without))


class TestJointEffects:
    FOUND = {  # noqa: RUF012
        "benefits": attributed(0.3, A=0.2, B=0.35, C=0.4),
        "cost": attributed(-0.1, A=-0.2, B=-0.05, D=-0.12),
    }
    WORDS = {"cost": "likely", "benefits": "not shown"}  # noqa: RUF012

    def test_covariance_by_explicit_loops(self) -> None:
        found = joint_effects(self.FOUND, self.WORDS)
        assert found.names == ("cost", "benefits")
        assert found.values.tolist() == [-0.1, 0.3]
        expected = np.zeros((2, 2))
        for name in "ABCD":
            away = [
                self.FOUND[effect].without.get(name, self.FOUND[effect].value)
                - self.FOUND[effect].value
                for effect in found.names
            ]
            for i in range(2):
                for j in range(2):
                    expected[i, j] += 3 / 4 * away[i] * away[j]
        np.testing.assert_allclose(found.covariance, expected)
        assert found.freedom == 3

    def test_missing_leaves_the_effect_as_it_is(self) -> None:
        found = joint_effects({"cost": attributed(-0.1, A=-0.2, B=float("nan"))}, self.WORDS)
        assert found.covariance.item() == pytest.approx(1 / 2 * 0.01)

    def test_none(self) -> None:
        found = joint_effects({}, {})
        assert found.names == ()


class TestTreated:
    """Finance adopts on 1 January 2026; every project but one was started on that day."""

    ROWS = [  # noqa: RUF012
        project("done"), project("before", started_on="2025-12-31"), open_project("running"),
        project("cancelled", status="cancelled", finished_on="2026-03-02"),
        project("undated", status="cancelled", finished_on=None),
        project("unsupported"), project("elsewhere", department="Sales"),
    ]  # fmt: skip
    DATES = pd.Series({"Finance": pd.Timestamp("2026-01-01")})

    @pytest.fixture
    def found(self) -> pd.DataFrame:
        given = tables(
            projects=self.ROWS, baselines=[baseline(row["project_id"]) for row in self.ROWS]
        )
        begun = outcome_projects(given, TODAY, settings()).assign(
            planned_benefit=12.0, cashable_share=0.5
        )
        ids = begun["project_id"]
        inside = {
            "cost": ids.isin(["done", "running", "cancelled"]),
            "schedule": ids == "nobody", "benefits": ids == "done",
        }  # fmt: skip
        adopted = Adoption(self.DATES, self.DATES.iloc[:0])
        rows = treated(Evidence(begun, adopted, TODAY, 0.9), inside)
        assert list(rows) == COLUMNS
        return rows.set_index("project_id")

    def test_are_those_under_the_pmo(self, found: pd.DataFrame) -> None:
        assert set(found.index) == {"done", "running", "cancelled", "undated", "unsupported"}

    def test_in_flight_and_cancelled_are_there_for_their_time_only(
        self, found: pd.DataFrame
    ) -> None:
        days = found["actual_days"].to_dict()
        # 1 January to 1 July, to the data date 30 September, to 2 March
        assert days == {
            "done": 181, "running": 272, "cancelled": 60, "undated": 272, "unsupported": 181,
        }  # fmt: skip
        stopped = found.loc[["running", "cancelled", "undated"]]
        assert [str(day.date()) for day in stopped["finished_on"]] == [
            "2026-09-30", "2026-03-02", "2026-09-30",
        ]  # fmt: skip
        money = ["actual_cost", "benefit_a_year", "planned_benefit"]
        assert stopped[money].isna().all(axis=None)
        assert not stopped["supported"].any()

    def test_each_component_counts_those_of_its_own_estimate(self, found: pd.DataFrame) -> None:
        done = found.loc["done"]
        assert done["supported"]
        assert (done["actual_cost"], done["planned_benefit"]) == (100, 12)
        assert isnan(done["benefit_a_year"])  # the estimate of the schedule does not speak of it
        other = found.loc["unsupported"]
        assert not other["supported"]
        assert (other["actual_cost"], other["benefit_a_year"]) == (100, 12)


class TestInsideEstimate:
    SEEN = evidence(rolled_out())
    FOUND = estimated(SEEN, OUTCOMES["cost"], rules=rules(0))

    def test_are_the_projects_that_the_estimate_counts(self) -> None:
        inside = inside_estimate(self.FOUND.sample, self.SEEN.projects)
        assert inside.sum() == self.FOUND.priced.n
        own = self.SEEN.projects[inside]
        day = own["department"].map(self.SEEN.adopted.dates)
        assert (own["started_on"] >= day).all()

    def test_none_without_an_estimate(self) -> None:
        assert not inside_estimate(None, self.SEEN.projects).any()

    def test_without_the_year_before_is_another_estimate(self) -> None:
        assert self.FOUND.sample is not None
        cells, sample = self.FOUND.priced, self.FOUND.sample.priced
        quarters = attribution(sample, 0.9, permutations=0, usable=~year_before(sample))
        assert quarters.refusal == ""
        assert quarters.value != cells.value
        assert quarters.value == pytest.approx(log(0.75), abs=0.2)
