"""The figures of what an effect is worth: their numbers are those of the draws and the bars."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from builders.pages import is_drawn, plain
from builders.situations import report
from pmo_lib.reports.value import money_charts
from pmo_lib.worth.draws import ValueDraws
from pmo_lib.worth.value_case import ValueCase


@pytest.fixture(scope="module")
def case() -> ValueCase:
    return report("shown").case


@pytest.fixture(scope="module")
def draws(case: ValueCase) -> ValueDraws:
    return case.money.draws["conservative"]


@pytest.fixture(scope="module")
def bars(case: ValueCase) -> pd.DataFrame:
    return case.money.tornado


class TestWorth:
    def test_quantiles_are_those_of_the_draws(self, draws: ValueDraws) -> None:
        made = is_drawn(money_charts.net_value(draws, "EUR"))
        net = draws.table["npv"]
        assert made.data[""].tolist() == ["P5", "P25", "P50", "P75", "P95"]
        shown = made.data["Net value"].map(lambda text: plain(text).split(" ")[1]).astype("float64")
        wanted = np.quantile(net, [0.05, 0.25, 0.5, 0.75, 0.95]) / 1e6
        assert shown.tolist() == pytest.approx(wanted.tolist(), abs=0.06)
        assert f"above 0 in {(net > 0).mean():.0%}".replace("%", " %") in plain(made.alt)

    def test_no_bar_holds_losses_and_gains(self, draws: ValueDraws) -> None:
        for shift in (-1e6, 0.0, 3.7e5):
            table = draws.table.assign(npv=draws.table["npv"] - draws.table["npv"].median() + shift)
            made = is_drawn(money_charts.net_value(replace(draws, table=table), "EUR"))
            bars = made.figure.axes[0].patches
            ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
            width = ends[0][1] - ends[0][0]
            assert [e for e in ends if e[0] < -1e-6 * width and e[1] > 1e-6 * width] == []
            assert {bar.get_hatch() for bar, (low, _) in zip(bars, ends, strict=True)
                    if low < -width / 2} == {"////"}  # fmt: skip
            share = (table["npv"] < 0).mean()
            assert share > 0.005
            assert f"loss {share:.0%}"[:-1] in made.svg()

    def test_one_value_in_every_draw_is_drawn(self, draws: ValueDraws) -> None:
        same = replace(draws, table=draws.table.assign(npv=1e6))
        assert "EUR 1.00 million" in plain(is_drawn(money_charts.net_value(same, "EUR")).alt)

    def test_without_a_cost_it_says_what_is_needed(self, draws: ValueDraws) -> None:
        unknown = replace(draws, table=draws.table.assign(npv=np.nan))
        assert "needs pmo_costs.csv" in str(money_charts.net_value(unknown, "EUR"))

    def test_without_draws_it_gives_their_reason(self, draws: ValueDraws) -> None:
        nothing = replace(draws, table=draws.table.iloc[:0], reason="nobody knows")
        assert money_charts.net_value(nothing, "EUR") == "nobody knows"


class TestTornado:
    def test_bars_are_those_with_a_swing_the_widest_first(self, bars: pd.DataFrame) -> None:
        made = is_drawn(money_charts.tornado(bars, 1e6, "GBP"))
        moved = bars[bars["swing"] > 0]
        assert made.data["Input"].tolist() == moved["input"].tolist()[: money_charts.MOST_BARS]
        assert moved["swing"].is_monotonic_decreasing
        assert f"The widest swing is of {moved['input'].iloc[0]}: from" in made.alt

    def test_inputs_are_told_as_they_are_spoken_of_and_not_as_logarithms(
        self, bars: pd.DataFrame
    ) -> None:
        made = is_drawn(money_charts.tornado(bars, 0.0, "EUR"))
        ends = {row["Input"]: plain(row["At its P10"]) for _, row in made.data.iterrows()}
        units = {
            "effect on cost": (" less", " more"), "effect on schedule": (" shorter", " longer"),
            "effect on benefits": ("points", "point"),
            "hours imposed on a project a month": ("hours",),
            "share of a delayed benefit that is lost": ("%",),
            "PMO cost, as a multiple of what is recorded": ("times",),
        }  # fmt: skip
        known = {name: text for name, text in ends.items() if name in units}
        assert {n: t for n, t in known.items() if not t.endswith(units[n])} == {}
        assert "effect on cost" in known

    def test_line_stands_at_the_headline(self, case: ValueCase) -> None:
        """Whatever has no end of its own begins at the median of the conservative draws."""
        headline = case.money.draws["conservative"].quantiles["p50"]["npv"]
        alternatives = case.money.tornado[case.money.tornado["low_at"].isna()]
        assert len(alternatives)
        assert alternatives["npv_low"].to_numpy() == pytest.approx(headline)

    def test_words_give_the_lower_end_first(self, bars: pd.DataFrame) -> None:
        first = bars.iloc[0]
        low, high = sorted([first["npv_low"], first["npv_high"]])
        said = plain(is_drawn(money_charts.tornado(bars, 1e6, "GBP")).alt)
        assert f"from GBP {low / 1e6:,.1f} million to GBP {high / 1e6:,.1f} million." in said

    def test_without_a_swing_there_is_none(self, bars: pd.DataFrame) -> None:
        assert money_charts.tornado(bars.assign(swing=0.0), 0.0, "GBP") == (
            "no net value can be given"
        )
