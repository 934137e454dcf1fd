"""Reference classes of the sample, New York and the UK's major projects, worked out one by one.

Loops over the files' rows in place of the workbook's joins.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.sources import gmpp, nyc
from pmo_lib.benchmark.class_forecasts import (
    by_class,
    forecasts,
    history,
    in_flight_growth,
    left_out,
)
from pmo_lib.benchmark.forecast_calibration import back_test, calibration_sentence
from pmo_lib.benchmark.uplift import tail
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.view import View

ROOT = Path(__file__).resolve().parents[2]
DATA_DATE = pd.Timestamp("2026-09-30")
REAL = ROOT.parent / "shared" / "data"
PUBLISHED = {  # period, then what reads the files of which pattern
    "nyc": ("2019-09", nyc.read, "nyc_capital/NYC_*.csv"),
    "gmpp": ("2023-03", gmpp.read, "gmpp/uk_*.csv"),
}


def table(name: str) -> pd.DataFrame:
    dates = [column.name for column in TABLES[name] if column.kind == "date"]
    types = {c.name: c.pandas_type for c in TABLES[name] if c.kind != "date"}
    return pd.read_csv(ROOT / "data" / "raw" / f"{name}.csv", dtype=types, parse_dates=dates)


@pytest.fixture(scope="module")
def sample() -> View:
    return View({n: table(n) for n in ("projects", "baselines", "status_reports")}, "2026-09")


def costed(view: View) -> list[Any]:
    """Completed projects of the sample with their original cost, one by one."""
    costs = {b.project_id: b.cost for b in view.tables["baselines"].itertuples() if b.version == 0}
    return [
        (project, project.actual_cost / costs[project.project_id] - 1)
        for project in view.tables["projects"].itertuples()
        if project.status == "completed" and not project.finished_on > DATA_DATE
        and project.actual_cost > 0 and costs.get(project.project_id, 0) > 0
    ]  # fmt: skip


class TestSample:
    def test_history_is_what_the_files_say(self, sample: View) -> None:
        found = history(sample)
        expected = {project.project_id: overrun for project, overrun in costed(sample)}
        ours = dict(zip(found["case_id"], found["overrun"], strict=True))
        assert ours == pytest.approx(expected)
        projects = sample.tables["projects"]
        ended = projects["status"].isna() & (projects["finished_on"] <= DATA_DATE)
        unknown = ((projects["status"] == "completed") | ended).sum() - len(found)
        cancelled = (projects["status"] == "cancelled").sum()
        assert left_out(sample).startswith(f"Left out: {unknown} projects that ended without")
        assert f"{cancelled} cancelled projects" in left_out(sample)

    @pytest.mark.parametrize(("p", "needed"), [(0.5, 5), (0.8, 11)])
    def test_back_test_is_what_the_files_say(self, sample: View, p: float, needed: int) -> None:
        done, within = costed(sample), []
        for project, overrun in done:
            earlier = [
                other_overrun for other, other_overrun in done
                if other.category == project.category and other.finished_on < project.approved_on
            ]  # fmt: skip
            if len(earlier) >= needed:
                within.append(overrun <= np.quantile(earlier, p, method="weibull"))
        found = back_test(history(sample), p, 0.9)
        assert (found.n, found.value) == (len(within), pytest.approx(np.mean(within)))
        # the sample's overruns fell over the years, so what its past suggested was too much
        assert "such forecasts are too high" in calibration_sentence(found, p)

    def test_every_project_in_flight_gets_a_number_or_the_reason(self, sample: View) -> None:
        found = forecasts(sample, by_class(history(sample)))
        open_now = sample.tables["projects"]["status"].isin(["active", "on_hold"])
        assert len(found) == open_now.sum()
        numbered = found["p80"].notna()
        assert numbered.sum() > 30
        assert found.loc[~numbered, "note"].ne("").all()
        own = {
            category: [o for project, o in costed(sample) if project.category == category]
            for category in found["category"]
        }
        for row in found[numbered].itertuples():
            p80 = np.quantile(own[row.category], 0.8, method="weibull")
            assert row.n == len(own[row.category])
            assert row.p80 == pytest.approx(row.approved_cost * (1 + p80))


@pytest.fixture(scope="module", params=PUBLISHED)
def published(request: pytest.FixtureRequest) -> View:
    period, read, pattern = PUBLISHED[request.param]
    files = sorted(REAL.glob(pattern))
    if not files:
        pytest.skip(f"there are no files {pattern} in {REAL}")
    return View(read(files).tables, period)


class TestPublished:
    def test_no_history_and_why(self, published: View) -> None:
        assert history(published).empty
        assert "needs the column actual_cost" in left_out(published)

    def test_growth_is_what_the_tables_say(self, published: View) -> None:
        reports, expected = published.tables["status_reports"], {}
        first = published.tables["baselines"].query("version == 0").set_index("project_id")["cost"]
        recent = pd.period_range(end=published.period, periods=3, freq="M").astype("str")
        for project in published.tables["projects"].query("status == 'active'").itertuples():
            own = reports[reports["project_id"] == project.project_id]
            own = own[own["period"].isin(recent) & own["estimate_at_completion"].notna()]
            cost = first.get(project.project_id, 0)
            if project.started_on > published.data_date or own.empty or not cost > 0:
                continue
            estimate = own.sort_values("period")["estimate_at_completion"].iloc[-1]
            if estimate > 0:
                expected[project.project_id] = estimate / cost - 1
        found = in_flight_growth(published)
        ours = dict(zip(found["case_id"], found["growth"], strict=True))
        assert ours == pytest.approx(expected)
        assert len(ours) > 150

    def test_their_tails_have_no_mean_to_show(self, published: View) -> None:
        growth = in_flight_growth(published)["growth"].to_numpy()
        found = tail(growth, 0.9, "have grown")
        k = max(10, len(growth) // 10)
        ordered = np.sort(1 + growth)[::-1]
        index = 1 / np.mean(np.log(ordered[:k] / ordered[k]))
        assert index < 2
        assert f"(index {index:.1f})" in found
        assert "only quantiles are shown" in found

    def test_small_classes_are_pooled_and_large_ones_are_not(self, published: View) -> None:
        found = forecasts(published, by_class(in_flight_growth(published), "growth"))
        known = found.dropna(subset=["p80"])
        assert (known["own_weight"].eq(1) == known["n"].ge(11)).all()
        assert known["p80_low"].le(known["p80"]).all()
        assert known["p50"].le(known["p80"]).all()
