"""The figures of an effect; one that cannot be drawn gives the reason instead."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from pmo_lib.effect.finding import Finding
from pmo_lib.effect.words import effect, ends
from pmo_lib.months import half_year_name, quarter_name
from pmo_lib.reports.picture import ACCENT, INK, LINE, SOFT, STRONG, Picture, drawn
from pmo_lib.stats.numbers import Floats
from pmo_lib.wording import counted, number

NO_CONTROLS = "it takes departments that adopted in different quarters"


def observed_and_expected(found: Finding, level: float) -> Picture | str:
    """Projects under the PMO by half-year, observed and counterfactual; or the quarterly series."""
    if found.design == "interrupted time series":
        return _series(found, level)
    if found.tested.refusal or found.design != "staggered roll-out":
        return found.tested.refusal or NO_CONTROLS
    points = found.half_years
    if len(points) < 3:
        return "fewer than three half-years have enough projects that can be compared"
    convert = _shares(found)
    names = [half_year_name(int(q)) for q in points["quarter"]]
    at = (points["quarter"] - points["quarter"].min()) / 2
    with drawn(3.8) as (figure, axes):
        axes.vlines(at, convert(points["expected_low"]), convert(points["expected_high"]),
                    color=SOFT, linewidth=3)  # fmt: skip
        axes.plot(
            at,
            convert(points["expected"]),
            "o--",
            color=INK,
            ms=6,
            label="counterfactual: without the PMO",
        )
        axes.plot(at, convert(points["observed"]), "D-", color=STRONG, ms=7, label="observed")
        axes.set_xticks(list(at), names)
        axes.set(xlabel="Half-year in which the projects started", ylabel=found.outcome.name)
        _percent(axes, found)
        axes.legend(frameon=False)
    data = pd.DataFrame(
        {
            "Start": names,
            "Observed": [number(v, "share") for v in convert(points["observed"])],
            "Counterfactual": [number(v, "share") for v in convert(points["expected"])],
            f"{number(level, 'share')} interval": [
                f"{number(low, 'share')} to {number(high, 'share')}"
                for low, high in zip(
                    convert(points["expected_low"]), convert(points["expected_high"]), strict=True
                )
            ],
            "Projects": points["n_projects"],
        }
    )
    lower = int((points["observed"] < points["expected"]).sum())
    return Picture(
        figure,
        f"{found.outcome.name} of projects under the PMO by half-year of their start, observed "
        f"and counterfactual (without the PMO). It was below the counterfactual in {lower} of "
        f"{len(points)} half-years.",
        data,
    )


def event_study(found: Finding, level: float) -> Picture | str:
    """The event study: the difference from other departments, by quarters since adoption."""
    if found.tested.refusal or found.design != "staggered roll-out":
        return found.tested.refusal or NO_CONTROLS
    points, cell = found.quarters, found.cells or "quarter"
    if len(points) < 3:
        return f"fewer than three {cell}s have five projects of three departments"
    convert = _shares(found)
    value, low, high = (convert(points[name]) for name in ("effect", "low", "high"))
    with drawn(3.8) as (figure, axes):
        before = (points["quarter"] < 0).to_numpy()
        axes.axhline(0, color=INK, linewidth=1)
        axes.axvline(-0.5, color=SOFT, linewidth=1, linestyle=":")
        for chosen, colour, mark in ((before, SOFT, "o"), (~before, ACCENT, "D")):
            at = points["quarter"][chosen]
            axes.vlines(at, low[chosen], high[chosen], color=colour, linewidth=3)
            axes.plot(at, value[chosen], mark, color=colour, ms=7)
        axes.set(xlabel=f"{cell.capitalize()}s since the department adopted the PMO's services",
                 ylabel="Difference")  # fmt: skip
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    data = pd.DataFrame(
        {
            f"{cell.capitalize()} since adoption": points["quarter"],
            "Difference": [effect(found.outcome, v) for v in points["effect"]],
            f"{number(level, 'share')} interval (jackknife)": [
                ends(found.outcome, *pair)
                for pair in zip(points["low"], points["high"], strict=True)
            ],
            "Projects": points["n_projects"],
            "Departments": points["n_departments"],
        }
    )
    since = effect(found.outcome, found.tested.value)
    own = points[before]
    weighed = float((own["effect"] * own["n_projects"]).sum() / max(own["n_projects"].sum(), 1))
    earlier = f", {effect(found.outcome, weighed)} in the {cell}s before" if len(own) else ""
    caption = (
        f"{found.outcome.name}: {since} on average since adoption than in departments without the "
        f"PMO{earlier}. By {cell}, with the {number(level, 'share')} interval."
    )
    return Picture(
        figure,
        f"{found.outcome.name}: difference from departments without the PMO, for "
        f"{counted(int(before.sum()), cell)} before and {int((~before).sum())} since. "
        f"The mean since adoption: {effect(found.outcome, found.tested.value)}.",
        data,
        caption,
    )


def permutation_test(found: Finding) -> Picture | str:
    """The permutation distribution: the estimate among those under permuted adoption dates."""
    effects = found.tested.permuted
    if not len(effects):
        return found.tested.refusal or NO_CONTROLS
    convert = _shares(found)
    shares, own = convert(pd.Series(effects)), float(convert(pd.Series([found.tested.value]))[0])
    with drawn(3.0) as (figure, axes):
        axes.hist(shares, bins=40, color=SOFT)
        axes.axvline(own, color=STRONG, linewidth=3)
        axes.annotate(
            "the true dates", (own, 0.96), xycoords=("data", "axes fraction"), color=STRONG,
            ha="left", xytext=(6, 0), textcoords="offset points",
        )  # fmt: skip
        axes.set(xlabel="Estimated effect", ylabel="Permutations of the dates")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    farther = int((np.abs(effects) >= abs(found.tested.value)).sum())
    quantiles = np.quantile(effects, [0.05, 0.5, 0.95])
    data = pd.DataFrame(
        {
            "": ["P5 of the permutations", "P50", "P95", "the true dates"],
            "Effect": [effect(found.outcome, v) for v in (*quantiles, found.tested.value)],
        }
    )
    return Picture(
        figure,
        f"Estimates under {len(effects):,} permutations of the dates of adoption. "
        f"{counted(farther, 'permutation')} gave an effect at least as large as the true dates' "
        f"{effect(found.outcome, found.tested.value)}; allowing for the precision of each, "
        f"p = {found.tested.p:.3f}.",
        data,
    )


def _series(found: Finding, level: float) -> Picture | str:
    """An interrupted time series: the quarters, and the earlier trend extrapolated."""
    if found.tested.refusal:
        return found.tested.refusal
    rows, convert = found.tested.series, _shares(found)
    known = rows[rows["n"] > 0]
    at = rows["quarter"] - rows["quarter"].min()
    with drawn(3.8) as (figure, axes):
        axes.fill_between(at, convert(rows["counterfactual_low"]),
                          convert(rows["counterfactual_high"]), color=LINE)  # fmt: skip
        axes.plot(
            at,
            convert(rows["counterfactual"]),
            "--",
            color=INK,
            label="counterfactual: earlier trend",
        )
        axes.plot(at[known.index], convert(known["observed"]), "D", color=STRONG, label="observed")
        names = [quarter_name(int(q)) for q in rows["quarter"]]
        axes.set_xticks(list(at)[:: max(1, len(at) // 6)], names[:: max(1, len(at) // 6)])
        axes.set(xlabel="Quarter in which the projects started", ylabel=found.outcome.name)
        _percent(axes, found)
        axes.legend(frameon=False)
    data = pd.DataFrame(
        {
            "Start quarter": [quarter_name(int(q)) for q in known["quarter"]],
            "Observed": [number(v, "share") for v in convert(known["observed"])],
            "Counterfactual": [number(v, "share") for v in convert(known["counterfactual"])],
            "Projects": known["n"].astype("int64"),
        }
    )
    return Picture(
        figure,
        f"{found.outcome.name} by quarter of the start, and the counterfactual: the trend before "
        f"the PMO, extrapolated, with {number(level, 'share')} prediction limits.",
        data,
    )


def _shares(found: Finding) -> Callable[[pd.Series], Floats]:
    """From the outcome's own scale to shares: exp - 1 for logarithms, else unchanged."""

    def convert(values: pd.Series) -> Floats:
        plain = values.to_numpy("float64")
        return np.expm1(plain) if found.outcome.logarithm else plain

    return convert


def _percent(axes: Axes, found: Finding) -> None:
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if found.outcome.logarithm:
        axes.axhline(0, color=SOFT, linewidth=1)
