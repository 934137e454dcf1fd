"""The reference class as a whole: whose history counts, what stands in for it, which peers."""

from typing import Any

import numpy as np
import pytest

from builders.tables import Row, baseline, frame, open_project, project, report
from builders.views import view
from pmo_lib.benchmark.reference_class import ALL, OWN, ReferenceClass, reference_class
from pmo_lib.benchmark.uplift import uplift
from pmo_lib.engine.view import View

OVERRUNS = np.linspace(0.0, 1.1, 12)


def portfolio(completed: int, running: int, category: str = "IT") -> View:
    """So many completed projects that overran by 0, 0.1, … and open ones estimated at 130."""
    rows: list[Row] = [
        project(f"d{i}", category=category, actual_cost=100 * (1 + OVERRUNS[i]))
        for i in range(completed)
    ]
    rows += [open_project(f"r{i}", category=category) for i in range(running)]
    return view(
        projects=rows,
        baselines=[baseline(row["project_id"]) for row in rows],
        status_reports=[report(f"r{i}", estimate_at_completion=130.0) for i in range(running)],
    )


def p80(found: ReferenceClass, **where: str) -> Any:
    rows = found.uplifts
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows[["p80", "p80_low", "p80_high"]].to_numpy()


def test_our_own_history_is_the_class_of_our_projects() -> None:
    found = reference_class(portfolio(12, 3), {"City": portfolio(12, 0)})
    own = uplift(OVERRUNS, 0.8, 0.9)
    for kind in (ALL, "IT"):
        row = p80(found, portfolio=OWN, **{"class": kind})
        assert row == pytest.approx(np.array([[own.value, own.low, own.high]]))
    assert list(found.forecasts) == [OWN]
    assert found.forecasts[OWN]["p80"].tolist() == pytest.approx([100 * (1 + own.value)] * 3)
    assert [each.n for each in found.calibration] == [0, 0]  # none was approved after another
    assert list(found.tails) == [OWN, "City"]


def test_a_peers_history_stands_in_and_growth_so_far_is_told_apart() -> None:
    found = reference_class(
        portfolio(0, 12), {"City": portfolio(12, 0), "Empty": view(projects=[])}
    )
    assert list(found.forecasts) == ["City", ""]
    assert found.forecasts["City"]["p80"].notna().all()
    assert found.forecasts[""]["p80"].isna().all()
    assert found.calibration == ()
    so_far = found.uplifts[found.uplifts["portfolio"] == OWN]
    assert set(so_far["source"]) == {"our own history, so far, of projects still in flight"}
    assert so_far["p80"].tolist() == pytest.approx([0.3, 0.3])  # 130 of 100 approved
    assert "have grown" in found.tails[OWN]
    assert "Empty" not in found.tails


def test_of_a_peers_classes_only_those_that_are_ours_are_told() -> None:
    found = reference_class(portfolio(12, 1), {"City": portfolio(12, 0, category="Roads")})
    of_peer = found.uplifts[found.uplifts["portfolio"] == "City"]
    assert of_peer["class"].tolist() == [ALL]


def test_peers_that_were_not_asked_for_are_left_out_and_nothing_else() -> None:
    whole = reference_class(portfolio(0, 12), {"A": portfolio(12, 0), "B": portfolio(11, 0)})
    only = whole.of(["B"])
    assert set(only.uplifts["portfolio"]) == {OWN, "B"}
    assert list(only.tails) == [OWN, "B"]
    assert list(only.forecasts) == ["B", ""]
    none = whole.of([])
    assert list(none.forecasts) == [""]
    assert len(none.forecasts[""]) == 12


def test_published_quantiles_stand_as_they_are_and_belong_to_no_portfolio() -> None:
    figures = [
        {"source": "S", "year": 2020, "kpi_id": "D3", "segment": "Rail", "statistic": name,
         "value": value, "unit": "%", "unit_of_analysis": "project"}
        for name, value in (("median", 40.0), ("p80", 57.0), ("p90", 68.0))
    ]  # fmt: skip
    seen = portfolio(12, 1)
    with_figures = View(
        {**seen.tables, "benchmarks": frame("benchmarks", figures)}, seen.period, seen.settings
    )
    (row,) = (
        reference_class(with_figures, {}).of([]).uplifts.query("portfolio == ''").to_dict("records")
    )
    assert (row["class"], row["source"], row["p50"], row["p80"]) == ("Rail", "S 2020", 0.4, 0.57)
    assert np.isnan([row["n"], row["p80_low"], row["p80_high"]]).all()


def test_columns_and_types_are_the_same_where_nothing_is_known() -> None:
    known, unknown = (reference_class(portfolio(n, 1), {}) for n in (12, 0))
    nothing = reference_class(view(projects=[]), {})
    for other in (unknown, nothing):
        assert other.uplifts.dtypes.to_dict() == known.uplifts.dtypes.to_dict()
        assert other.forecasts[""].dtypes.to_dict() == known.forecasts[OWN].dtypes.to_dict()
    assert nothing.uplifts.empty
