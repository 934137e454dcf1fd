"""A statistic and a population are declared in one place, and everything else follows from it."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.pages import parsed
from builders.results import change_of
from builders.tables import numbered, project
from builders.views import view
from pmo_lib.benchmark.comparability import facts_of
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import tidy
from pmo_lib.kpis import influence
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import kpi, observations
from pmo_lib.kpis.populations import POPULATIONS, Population
from pmo_lib.kpis.statistics import STATISTICS, Statistic
from pmo_lib.reports.scorecard import scorecard
from pmo_lib.stats.estimate import Estimate


def midrange(units: pd.DataFrame, _level: float) -> Estimate:
    """Halfway between the smallest and the largest, and as far as these."""
    low, high = float(units["numerator"].min()), float(units["numerator"].max())
    return Estimate((low + high) / 2, low, high, len(units))


MIDRANGE = Statistic("midrange", midrange, "midrange", "halfway between the ends", "days")
AUDITS = Population("audits", "audit", "completed")


@kpi(
    id="D99", name="Length of audits", family="delivery", unit="ratio", better="lower",
    statistic=MIDRANGE, population=AUDITS, also=("count",),
)  # fmt: skip
def length_of_audits(projects: pd.DataFrame) -> pd.DataFrame:
    """As many days as the project's number says."""
    return observations(
        projects, period="2026-09", numerator=projects["project_id"].str[1:].astype("float64")
    )


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(CATALOGUE, "D99", length_of_audits)
    return length_of_audits


def test_a_new_statistic_is_computed_told_compared_and_set_beside_benchmarks(declared: Any) -> None:
    seen = view(projects=numbered(9, project))
    found = results(seen, kpis=["D99"])
    table = tidy(found)
    assert list(table["statistic"]) == ["midrange", "count"]
    assert table.loc[0, ["value", "low", "high"]].tolist() == [5.0, 1.0, 9.0]
    assert "Halfway between the ends" in parsed(scorecard(found, {}, "90 % interval")).text

    now = length_of_audits(projects=seen.tables["projects"])
    before = now.assign(numerator=now["numerator"] - 1, case_id="other " + now["case_id"])
    moved = change_of(MIDRANGE, now, before, 0.9)
    assert (moved.value, moved.low, moved.high) == pytest.approx((1, 1 - 32**0.5, 1 + 32**0.5))

    ours = facts_of(declared, "", Settings())
    assert ours["statistic"] == "midrange"
    assert (ours["unit_of_analysis"], ours["population"]) == ("audit", "completed")


def test_a_new_population_is_named_where_there_is_nothing(declared: Any) -> None:
    (found,) = results(view(given={}, projects=numbered(3, project)), kpis=["D99"])
    assert found.reason == "fewer than 5 audits"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"statistic": "medain"}, "There is no statistic 'medain'. Did you mean 'median'?"),
        ({"also": ("rates",)}, "There is no statistic 'rates'. Did you mean 'rate'?"),
        ({"segment_statistic": "men"}, "There is no statistic 'men'. Did you mean 'mean'?"),
        (
            {"population": "project in flight"},
            "There is no population 'project in flight'. Did you mean 'projects in flight'?",
        ),
        ({"population": "zebras"}, "pmo_lib.kpis.populations"),
    ],
)
def test_what_is_not_declared_is_refused_with_the_remedy(wrong: Any, said: str) -> None:
    facts: dict[str, Any] = {
        "id": "D99", "name": "Length", "family": "delivery", "unit": "ratio", "better": "lower",
        "statistic": "median", "population": "months",
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"There is no ") as refused:
        kpi(**(facts | wrong))(length_of_audits.function)
    assert said in str(refused.value)


@pytest.mark.parametrize("each", STATISTICS.values(), ids=str)
def test_a_statistic_is_the_same_in_another_process(each: Statistic) -> None:
    other = pickle.loads(pickle.dumps(each))
    assert other == each
    assert hash(other) == hash(each)


def test_those_of_sums_are_told_apart_from_means_by_their_influence() -> None:
    units = pd.DataFrame({"case_id": ["a", "b"], "numerator": [1.0, 3.0], "denominator": [1.0, 3]})
    assert np.allclose(influence.of_sums(units), 0)
    halved = units.assign(denominator=1.0)
    assert influence.of_mean(halved).to_dict() == {"a": -1.0, "b": 1.0}
    assert influence.of_quantile(halved, p=0.5).to_dict() == {"a": 0.5, "b": -0.5}


def test_every_population_is_of_a_kpi_and_named_once() -> None:
    assert {each.population.name for each in CATALOGUE.values()} == set(POPULATIONS)
