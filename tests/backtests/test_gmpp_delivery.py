"""Re-baselining of the UK Government's major projects, worked out one by one from the tables."""

import pandas as pd
import pytest

from builders.releases import FOLDER, released
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View

DATA_DATE = pd.Timestamp("2023-03-31")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the GMPP files are not in {FOLDER}")


@pytest.fixture(scope="module")
def seen() -> View:
    return View(released().tables, "2023-03")


def test_rebaselines_a_year_and_drift_of_cost(seen: View) -> None:
    versions = dict(list(seen.tables["baselines"].groupby("project_id")))
    events, days, current, original, n = 0, 0, 0.0, 0.0, 0
    for project in seen.tables["projects"].itertuples():
        own = versions.get(project.project_id)
        if project.status != "active" or project.started_on > DATA_DATE or own is None:
            continue
        own = own.sort_values("version")
        assert (own["approved_on"] <= DATA_DATE).all()
        events += len(own) - 1
        days += (DATA_DATE - own["approved_on"].iloc[0]).days
        n += 1
        first, last = own["cost"].iloc[0], own["cost"].iloc[-1]
        if first > 0 and last > 0:
            current, original = current + last, original + first
    rate, drift = results(seen, kpis=["D8"])
    assert (rate.value, rate.n) == (pytest.approx(events / (days / 365.25)), n)
    assert drift.value == pytest.approx(current / original - 1)
    # some programmes have grown many times over
    assert "the tail is too heavy" in drift.reason


@pytest.mark.parametrize("kpi_id", ["D6", "D7", "D9", "D10", "D11", "D14"])
def test_what_is_not_published_is_not_measured(seen: View, kpi_id: str) -> None:
    (found, *_) = results(seen, kpis=[kpi_id])
    assert found.state == "not measured"
    assert found.value != found.value
