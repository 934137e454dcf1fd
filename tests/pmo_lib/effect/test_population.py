"""Who is compared: every project stands in one row, and what leaves at each step is planted."""

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import evidence, rolled_out, rules
from builders.tables import Tables
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.population import COLUMNS, population
from pmo_lib.effect.roll_out import estimated

STEPS = [
    "not begun, or without a date of the start", "cancelled",
    "of a start quarter of which too few have ended",
    "not ended, or nobody says when", "ended too recently for the outcome to be known",
    "outcome not recorded", "started in the quarter or half-year of adoption, before its day",
    "started so shortly before adoption that most were to be in flight at it",
    "of a kind found only under the PMO, or of no recorded size",
    "under the PMO, with nobody to compare with", "compared",
]  # fmt: skip


def counted(given: Tables, outcome: str = "cost") -> pd.DataFrame:
    seen, asked = evidence(given), OUTCOMES[outcome]
    sample = estimated(seen, asked, rules=rules(0)).sample
    return population(given["projects"], seen, asked, sample).set_index("step")


def planted() -> tuple[Tables, dict[str, pd.Series]]:
    """Projects of which some leave at each step, each for one reason, and which those are."""
    given = rolled_out()
    projects = given["projects"].copy()
    day = projects["department"].map(given["rollouts"].set_index("department")["adopted_on"])
    under = projects["started_on"] >= day
    lot = pd.Series(np.random.default_rng(6).random(len(projects)))
    quarter = projects["started_on"].dt.to_period("Q")
    # one in a quarter of many, so that each quarter still counts
    endless = ~quarter.mask(lot < 0.18).duplicated() & (quarter.map(quarter.value_counts()) >= 17)
    endless &= lot > 0.25
    chosen = {
        STEPS[0]: lot < 0.03, STEPS[1]: lot.between(0.03, 0.08), STEPS[3]: endless,
        STEPS[5]: lot.between(0.11, 0.18), STEPS[8]: under & lot.between(0.18, 0.25),
    }  # fmt: skip
    projects["started_on"] = projects["started_on"].mask(chosen[STEPS[0]])
    projects["status"] = projects["status"].mask(chosen[STEPS[1]], "cancelled")
    projects["finished_on"] = projects["finished_on"].mask(chosen[STEPS[3]])
    projects["actual_cost"] = projects["actual_cost"].mask(chosen[STEPS[5]])
    projects["category"] = projects["category"].mask(chosen[STEPS[8]], "Space")
    return given | {"projects": projects}, {"under": under} | chosen


class TestPopulation:
    def test_what_leaves_at_each_step_is_what_was_planted(self) -> None:
        given, chosen = planted()
        found = counted(given)
        under = chosen.pop("under")
        for step, own in chosen.items():
            assert own.any()
            here = own & under if step != STEPS[0] else own & False
            assert found.loc[step].tolist() == [here.sum(), (own & ~here).sum()], step

    @pytest.mark.parametrize("outcome", ["cost", "schedule", "benefits", "on_time"])
    def test_rows_add_up_to_the_portfolio(self, outcome: str) -> None:
        for given in (rolled_out(), planted()[0]):
            found = counted(given, outcome)
            assert found.index.tolist() == STEPS
            assert found.to_numpy().sum() == len(given["projects"])
            assert (found >= 0).all(axis=None)

    def test_compared_under_the_pmo_are_those_of_the_estimate(self) -> None:
        for given in (rolled_out(), planted()[0]):
            found = estimated(evidence(given), OUTCOMES["cost"], rules=rules(0))
            assert counted(given).loc["compared", "under_pmo"] == found.tested.n

    def test_of_no_recorded_size_where_others_have_one(self) -> None:
        given = rolled_out()
        projects = given["projects"]
        gaps = pd.Series(np.random.default_rng(3).random(len(projects)) < 0.1)
        day = projects["department"].map(given["rollouts"].set_index("department")["adopted_on"])
        under = projects["started_on"] >= day
        projects["work_size"] = projects["work_size"].mask(gaps)
        assert counted(given).loc[STEPS[8]].tolist() == [
            (gaps & under).sum(),
            (gaps & ~under).sum(),
        ]

    def test_in_flight_at_the_adoption(self) -> None:
        given = rolled_out()
        day = given["projects"]["department"].map(
            given["rollouts"].set_index("department")["adopted_on"]
        )
        started = given["projects"]["started_on"]
        near = (started < day) & (started >= day - pd.DateOffset(months=6))  # two quarters
        assert counted(given).loc[STEPS[7]].tolist() == [0, near.sum()]

    def test_half_years_add_up_too(self) -> None:
        given = rolled_out()
        given["projects"] = given["projects"].iloc[::2].reset_index(drop=True)
        given["rollouts"]["adopted_on"] += pd.Timedelta(days=40)
        found = counted(given)
        compared = estimated(evidence(given), OUTCOMES["cost"], rules=rules(0))
        assert compared.cells == "half-year"
        assert found.loc[STEPS[6]].tolist() == [0, compared.n_edge]
        assert found.loc[STEPS[7], "others"] == compared.n_straddling
        assert found.loc["compared", "under_pmo"] == compared.tested.n
        assert found.to_numpy().sum() == len(given["projects"])

    def test_started_in_the_quarter_of_adoption_before_its_day(self) -> None:
        given = rolled_out()
        given["rollouts"]["adopted_on"] += pd.Timedelta(days=40)
        day = given["projects"]["department"].map(
            given["rollouts"].set_index("department")["adopted_on"]
        )
        started = given["projects"]["started_on"]
        edge = (started < day) & (started >= day - pd.Timedelta(days=40))
        assert counted(given).loc[STEPS[6]].tolist() == [0, edge.sum()]

    def test_without_an_estimate_nobody_is_compared(self) -> None:
        given = rolled_out()
        given["projects"]["actual_cost"] = np.nan
        found = counted(given)
        assert found.loc["compared"].sum() == 0
        assert "of a kind found only under the PMO" not in found.index
        assert found.to_numpy().sum() == len(given["projects"])
        assert found.loc["outcome not recorded"].sum() == len(given["projects"])

    def test_columns(self) -> None:
        assert counted(rolled_out()).reset_index().dtypes.astype("str").to_dict() == COLUMNS
