"""Reference class forecasting: what completed projects came to, and what that says of ours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import nan

import pandas as pd

from pmo_lib.benchmark.class_forecasts import (
    HIGH,
    MIDDLE,
    NOT_STATED,
    QUANTILES,
    by_class,
    cells,
    forecasts,
    history,
    in_flight_growth,
    left_out,
    p50_and_p80,
)
from pmo_lib.benchmark.forecast_calibration import back_test
from pmo_lib.benchmark.published import published, quantiles
from pmo_lib.benchmark.uplift import tail
from pmo_lib.engine.view import View
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats

OWN = "our own history"
ALL = "all projects"
SO_FAR = "so far, of projects still in flight"
UPLIFTS = {
    "portfolio": "str", "class": "str", "source": "str", "n": "float64",
    **dict.fromkeys(QUANTILES, "float64"), "p50_note": "str", "p80_note": "str",
}  # fmt: skip


@dataclass(frozen=True)
class ReferenceClass:
    """What is known of how far projects of each class overrun; portfolios are `OWN` and the peers.

    ``uplifts`` has a row for each class of each portfolio, and for those published, whose
    portfolio is empty; ``tails`` are of all projects of a portfolio; ``forecasts`` of our projects
    in flight, by the portfolio whose completed projects are their classes: ours, or where there
    are none each peer's and then nobody's ("").
    ``calibration`` is that of our own P50 and P80, ``left_out`` what our history leaves out.
    """

    uplifts: pd.DataFrame
    tails: Mapping[str, str]
    forecasts: Mapping[str, pd.DataFrame]
    calibration: tuple[Estimate, ...]
    left_out: str

    def of(self, peers: Collection[str]) -> "ReferenceClass":
        """Without the peers of other names."""
        names = {"", OWN, *peers}
        return replace(
            self,
            uplifts=self.uplifts[self.uplifts["portfolio"].isin(names)].reset_index(drop=True),
            tails={name: each for name, each in self.tails.items() if name in names},
            forecasts={name: each for name, each in self.forecasts.items() if name in names},
        )


def reference_class(view: View, peers: Mapping[str, View]) -> ReferenceClass:
    """Our own history and the peers' as reference classes.

    Where a portfolio has completed nothing the growth so far of its projects in flight stands in
    among the uplifts and tails, and says so; forecasts are made from completed projects alone.
    """
    level, portfolios = view.settings.confidence_level, {OWN: view, **peers}
    past = {name: history(each) for name, each in portfolios.items()}
    own_projects = view.tables.get("projects")
    ours = {ALL, NOT_STATED, *([] if own_projects is None else own_projects["category"].dropna())}
    rows, tails = [], {}
    for name, each in portfolios.items():
        did, source, column, projects = "overran", name, "overrun", past[name]
        if projects.empty:
            did, source, column = "have grown", f"{name}, {SO_FAR}", "growth"
            projects = in_flight_growth(each)
        if projects.empty:
            continue
        overruns: Floats = projects[column].to_numpy(dtype="float64")
        classes = {ALL: overruns, **by_class(projects, column)}
        rows += [
            _row(name, kind, source, len(own), *p50_and_p80(own, overruns, level))
            for kind, own in classes.items()
            if name == OWN or kind in ours
        ]
        tails[name] = tail(overruns, level, did)
    known = {name: by_class(projects) for name, projects in past.items() if len(projects)}
    bases = {OWN: known[OWN]} if OWN in known else {**known, "": {}}
    return ReferenceClass(
        pd.DataFrame(rows + _published(view), columns=list(UPLIFTS)).astype(UPLIFTS),
        tails,
        {name: forecasts(view, own) for name, own in bases.items()},
        tuple(back_test(past[OWN], p, level) for p in (MIDDLE, HIGH) if len(past[OWN])),
        left_out(view),
    )


def _row(
    portfolio: str, kind: str, source: str, n: float, middle: Estimate, high: Estimate
) -> dict[str, float | str]:
    return {
        "portfolio": portfolio, "class": kind, "source": source, "n": n, **cells(middle, high),
        "p50_note": middle.note, "p80_note": high.note,
    }  # fmt: skip


def _published(view: View) -> list[dict[str, float | str]]:
    """Classes whose quantiles were published: as they stand, nothing between or beyond them."""
    benchmarks = view.table("benchmarks")
    if benchmarks is None:
        return []
    rows = published(benchmarks)
    found = []
    for group in quantiles(rows[rows["kpi_id"] == "D3"]):
        first, at = group.iloc[0], dict(zip(group["p"], group["value"], strict=True))
        if not first["fault"]:
            found_at = (Estimate(at.get(p, nan)) for p in (MIDDLE, HIGH))
            source = f"{first['source']} {first['year']}"
            n = nan if pd.isna(first["n"]) else float(first["n"])
            found.append(_row("", first["segment"], source, n, *found_at))
    return found
