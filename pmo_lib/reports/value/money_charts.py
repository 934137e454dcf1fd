"""The figures of what an effect is worth; one that cannot be drawn gives the reason."""

from itertools import repeat
from math import isnan

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.words import effect
from pmo_lib.reports.picture import ACCENT, INK, PAPER, STRONG, Picture, drawn
from pmo_lib.stats.numbers import Floats
from pmo_lib.wording import money, number
from pmo_lib.worth.draws import ValueDraws
from pmo_lib.worth.tornado import INPUTS

MOST_BARS = 10
BARS = 45
SEEN = 0.005  # a smaller share would read as 0 %
TAILS = (0.005, 0.995)  # quantiles of the draws at which the histogram ends


def net_value(draws: ValueDraws, currency: str) -> Picture | str:
    """The distribution of the net present value."""
    net = draws.table["npv"].dropna()
    if net.empty:
        return draws.reason or "the cost of the PMO is not known: needs pmo_costs.csv"
    counts, edges = np.histogram(net, bins=_edges(*net.quantile(list(TAILS))))
    is_loss = edges[:-1] < 0
    with drawn(3.2) as (figure, axes):
        # losses are hatched: told from gains without colour, too
        for part, looks in (
            (~is_loss, {"color": ACCENT, "edgecolor": PAPER, "linewidth": 0.5}),
            (is_loss, {"color": PAPER, "edgecolor": STRONG, "hatch": "////"}),
        ):
            axes.bar(edges[:-1][part], counts[part], np.diff(edges)[part], align="edge", **looks)
        for share, said, side, colour in (
            (float((net < 0).mean()), "loss", "right", STRONG),
            (float((net > 0).mean()), "gain", "left", ACCENT),
        ):
            if share >= SEEN:
                axes.annotate(
                    f"{said} {number(share, 'share')}", (0, 1.02), color=colour, ha=side,
                    xycoords=("data", "axes fraction"), fontweight="bold",
                    xytext=(6 if side == "left" else -6, 0), textcoords="offset points",
                )  # fmt: skip
        axes.axvline(0, color=INK, linewidth=1)
        axes.axvline(net.median(), color=INK, linewidth=2, linestyle="--")
        axes.set(xlabel=f"Value less cost of the PMO, {currency} million", ylabel="", yticks=[])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1e6:,.1f}"))
    wanted = (0.05, 0.25, 0.5, 0.75, 0.95)
    data = pd.DataFrame(
        {
            "": [f"P{100 * p:.0f}" for p in wanted],
            "Net value": [money(float(net.quantile(p)), currency) for p in wanted],
        }
    )
    return Picture(
        figure,
        f"The net present value of the PMO: in 90 of 100 draws between "
        f"{money(float(net.quantile(0.05)), currency)} and "
        f"{money(float(net.quantile(0.95)), currency)}, half of them above "
        f"{money(float(net.median()), currency)}; above 0 in "
        f"{number(float((net > 0).mean()), 'share')} of them.",
        data,
    )


def _edges(low: float, high: float) -> Floats:
    """Of some 45 bars from `low` to `high`; where both gains and losses occur, 0 is one."""
    width = (high - low) / BARS or abs(high) / BARS or 1.0
    first = np.floor(low / width) * width if low < 0 < high else low
    return first + width * np.arange(np.ceil((high - first) / width + 1e-9) + 1)


def cumulative(draws: ValueDraws, currency: str) -> Picture | str:
    """Value, cash and cost added up by calendar year, at the median of the draws."""
    years = draws.by_year
    if len(years) < 2:
        return "there are fewer than two years with value or cost"
    lines = {"gross": ("value", ACCENT, "-"), "cost": ("cost", STRONG, "--"),
             "cashable": ("of the value in cash", INK, ":")}  # fmt: skip
    with drawn(3.2) as (figure, axes):
        for item, (said, colour, style) in lines.items():
            axes.plot(years["year"], years[item] / 1e6, style, color=colour, linewidth=2)
            axes.annotate(
                said, (years["year"].iloc[-1], years[item].iloc[-1] / 1e6), color=colour,
                xytext=(6, 0), textcoords="offset points", va="center", fontweight="bold",
            )  # fmt: skip
        axes.axhline(0, color=INK, linewidth=1)
        axes.set(ylabel=f"{currency} million, added up", xlabel="")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.25)
    data = pd.DataFrame(
        {"Year": years["year"].astype(str)}
        | {
            name: [money(value, currency) for value in years[item]]
            for item, name in (("gross", "Value"), ("cashable", "In cash"), ("cost", "Cost"))
        }
    )
    last = years.iloc[-1]
    return Picture(
        figure,
        f"By {last['year']:.0f} the value added up comes to {money(last['gross'], currency)}, the "
        f"cost to {money(last['cost'], currency)}, and what of the value is cash to "
        f"{money(last['cashable'], currency)}, each at the median.",
        data,
    )


def tornado(bars: pd.DataFrame, net: float, currency: str) -> Picture | str:
    """One-way sensitivity: each input moved on its own, the widest swing first."""
    shown = bars[bars["swing"] > 0].head(MOST_BARS)
    if shown.empty:
        return "no net value can be given"
    with drawn(1.2 + 0.42 * len(shown)) as (figure, axes):
        left = shown[["npv_low", "npv_high"]].min(axis=1).to_numpy("float64")
        axes.barh(range(len(shown)), shown["swing"].to_numpy("float64"), left=left, height=0.6,
                  color=ACCENT)  # fmt: skip
        axes.axvline(net, color=INK, linewidth=1)
        axes.set_yticks(range(len(shown)), [str(name) for name in shown["input"]])
        axes.set(ylim=(len(shown) - 0.5, -0.5), xlabel=f"Net value, {currency} million")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1e6:,.1f}"))
        axes.grid(visible=False, axis="y")
    data = pd.DataFrame(
        {
            "Input": shown["input"],
            "At its P10": [*map(_at, shown["input"], shown["low_at"], repeat(currency))],
            "At its P90": [*map(_at, shown["input"], shown["high_at"], repeat(currency))],
            "Net value at P10": [money(v, currency) for v in shown["npv_low"]],
            "Net value at P90": [money(v, currency) for v in shown["npv_high"]],
        }
    )
    first = shown.iloc[0]
    return Picture(
        figure,
        f"Sensitivity of the net present value. The widest swing is of {first['input']}: from "
        f"{money(min(first['npv_low'], first['npv_high']), currency)} to "
        f"{money(max(first['npv_low'], first['npv_high']), currency)}.",
        data,
    )


def _at(name: str, value: float, currency: str) -> str:
    """An input's value as it is spoken of: effects on cost and time are logarithms inside."""
    if isnan(value):
        return "as estimated"
    of = next((key for key, words in INPUTS.items() if words == name), "")
    match of:
        case "cost" | "schedule" | "benefits":
            return effect(OUTCOMES[of], value)
        case "delay_lost" | "budget_returned":
            return number(value, "share")
        case "hourly_rate":
            return money(value, currency)
        case "imposed_hours":
            return number(value, "hours")
        case _:
            return f"{number(value, 'ratio')} times"
