"""What the charts promise, measured: how often a stable series signals, and a real shift does.

statistics.md 1.4 has for a stable normal series of 24 months, all of them the baseline: a point
beyond the limits 6.1 %, a run of eight 3.2 %. Later months are judged by limits that the baseline
sets without knowing them, which natural limits would not do: they would signal in 26 % of stable
series.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pmo_lib.assessment.behaviour import Behaviour, behaviour

MONTHS = [str(month) for month in pd.period_range("2022-01", periods=60, freq="M")]
BASELINE = 24
PROMISE = 0.10  # both rules together, in 24 months of a stable series
Rows = dict[str, Any]


def normal(chance: np.random.Generator, n: int) -> Rows:
    return {"value": chance.normal(100, 5, n), "shift": lambda x, k: x + 5 * k}


def log_normal(chance: np.random.Generator, n: int) -> Rows:
    return {"value": chance.lognormal(3, 0.5, n), "shift": lambda x, k: x * np.exp(0.5 * k)}


def correlated(chance: np.random.Generator, n: int) -> Rows:
    """AR(1) of 0.3, its standard deviation 1."""
    values = [float(chance.normal())]
    for step in chance.normal(scale=np.sqrt(1 - 0.3**2), size=n - 1):
        values.append(0.3 * values[-1] + float(step))
    return {"value": 100 + np.array(values), "shift": lambda x, k: x + k}


def binomial(chance: np.random.Generator, n: int) -> Rows:
    """Shares of about 80 cases a month whose chance itself moves by 5 points."""
    cases = np.maximum(chance.poisson(80, n), 10)
    k = chance.binomial(cases, np.clip(chance.normal(0.7, 0.05, n), 0, 1))
    # one standard deviation of such a share is 7 points
    return {"value": k / cases, "denominator": cases,
            "shift": lambda x, k: np.clip(x - 0.07 * k, 0, 1)}  # fmt: skip


def gamma(chance: np.random.Generator, n: int) -> Rows:
    """Of skewness 1.4; one standard deviation is 0.7 means."""
    return {"value": chance.gamma(2.04, 10, n), "shift": lambda x, k: x + 14.3 * k}


def counts(mean: float) -> Callable[[np.random.Generator, int], Rows]:
    """Counts of months, or of quarters where months have fewer than 10."""
    return lambda chance, n: {"value": chance.poisson(mean, n).astype(float),
                              "shift": lambda x, k: x + np.round(k * np.sqrt(mean))}  # fmt: skip


def near_1(cases: float) -> Callable[[np.random.Generator, int], Rows]:
    """Shares of 95 % of about so many cases a month."""

    def rows(chance: np.random.Generator, n: int) -> Rows:
        of = np.maximum(chance.poisson(cases, n), 5)
        return {
            "value": chance.binomial(of, 0.95) / of,
            "denominator": of,
            "shift": lambda x, k: np.clip(x - k * np.sqrt(0.95 * 0.05 / of[BASELINE:]), 0, 1),
        }

    return rows


KINDS: dict[str, Callable[[np.random.Generator, int], Rows]] = {
    "normal": normal, "log-normal": log_normal, "AR(0.3)": correlated, "binomial": binomial,
    "gamma": gamma, "counts of 2.4": counts(2.4), "counts of 3": counts(3),
    "counts of 9": counts(9), "counts of 10": counts(10),
    "20 near 1": near_1(20), "60 near 1": near_1(60),
}  # fmt: skip


def chart(rows: Rows, shift: float = 0.0) -> Behaviour:
    """The chart as `series` chooses it where there are months only."""
    values, cases = rows["value"].copy(), rows.get("denominator")
    values[BASELINE:] = rows["shift"](values[BASELINE:], shift)
    points = pd.DataFrame({"period": MONTHS[: len(values)], "value": values, "n": 50})
    if cases is not None:
        points = points.assign(numerator=np.round(values * cases), denominator=cases)
    found = behaviour(points, "month", is_rate=cases is not None)
    return found if found.holds else behaviour(points, "month", residuals=True)


def signalling(kind: str, months: int, times: int, shift: float = 0.0) -> dict[str, float]:
    """The share of series of which the last 24 months signal, by rule and in all."""
    chance = np.random.default_rng(20260930)
    found = [chart(KINDS[kind](chance, months), shift).points["rule"].iloc[-24:]
             for _ in range(times)]  # fmt: skip
    any_of = {rule: float(np.mean([(rules == rule).any() for rules in found]))
              for rule in ("beyond the limits", "8 in a row")}  # fmt: skip
    return any_of | {"both": float(np.mean([(rules != "").any() for rules in found]))}


@pytest.mark.parametrize("kind", KINDS)
def test_stable_series_rarely_signals(kind: str) -> None:
    assert signalling(kind, 36, 100)["both"] <= 0.17  # 10 %, and what 100 series say of it


@pytest.mark.parametrize("kind", KINDS)
def test_large_shift_signals(kind: str) -> None:
    assert signalling(kind, BASELINE + 12, 40, shift=3)["both"] >= 0.75


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_promise(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run with -s or -rP to see the table."""
    times = 1500
    stable = {months: signalling(kind, months, times) for months in (24, 36, 48)}
    power = {k: signalling(kind, BASELINE + 12, 300, shift=k)["both"] for k in (1, 2, 3)}
    for months, rates in stable.items():
        said = ", ".join(f"{rule} {rate:.1%}" for rule, rate in rates.items())
        print(f"{kind}, baseline 24 of {months} months, the last 24 signal: {said}")  # noqa: T201
    print(f"{kind}, shift of 1, 2, 3 sd, seen within 12 months: "  # noqa: T201
          + ", ".join(f"{share:.0%}" for share in power.values()))  # fmt: skip
    error = 3 * np.sqrt(PROMISE * (1 - PROMISE) / times)
    assert stable[24]["both"] <= PROMISE
    assert stable[36]["both"] <= PROMISE + error
    assert stable[48]["both"] <= PROMISE + error
    assert power[2] >= 0.6
    assert power[3] >= 0.9
