"""How often intervals of 90 % hold the truth, by simulation; part of `make bench`.

The methods are drawn the samples of `builders.samples`; docs/calibration.md has the table, and
`test_calibration` holds the promises to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isnan, nan
from zlib import crc32

import numpy as np

from builders.samples import AT_LEAST, KEPT, SCENARIOS, SHOWN, Scenario

SIMULATIONS = 2000
SAID = {KEPT: "86–94 %", AT_LEAST: "86 % or more", SHOWN: "none"}


@dataclass(frozen=True)
class Coverage:
    """Of the samples, the shares with an interval, and of those with a warning.

    ``held`` is the share of the intervals without a warning that hold the truth; an interval
    without an upper end reaches as far as need be.
    """

    given: float
    warned: float
    held: float


def measure(scenario: Scenario, simulations: int = SIMULATIONS) -> Coverage:
    """The same samples in every run, whatever other scenarios there are."""
    draw = np.random.default_rng(crc32(scenario.name.encode()))
    given = warned = held = 0
    for _ in range(simulations):
        estimate, truth = scenario.sample(draw)
        if isnan(estimate.low) and isnan(estimate.high):
            continue
        given += 1
        if "too narrow" in estimate.note:
            warned += 1
            continue
        low = -inf if isnan(estimate.low) else estimate.low
        high = inf if isnan(estimate.high) else estimate.high
        held += low - 1e-9 <= truth <= high + 1e-9
    sure = given - warned
    return Coverage(given / simulations, warned / max(given, 1), held / sure if sure else nan)


def table(simulations: int = SIMULATIONS) -> Iterator[str]:
    """The measured coverage of every scenario as lines of a Markdown table."""
    yield "| method | drawn from | interval given | with a warning | holds the truth | promise |"
    yield "|---|---|---|---|---|---|"
    for scenario in SCENARIOS:
        found = measure(scenario, simulations)
        cells = [f"{found.given:.0%}", f"{found.warned:.0%}" if found.warned else ""]
        cells += ["–" if isnan(found.held) else f"{found.held:.1%}", SAID[scenario.promise]]
        yield f"| {scenario.method} | {scenario.drawn} | {' | '.join(cells)} |"


def main() -> None:
    for line in table():
        print(line, flush=True)


if __name__ == "__main__":
    main()
