"""How often answers are false, and how often what is there is found; part of `make bench`.

Months of `builders.mixes` go through `judged`; docs/calibration_answers.md has the tables.
"""

from collections.abc import Iterator
from zlib import crc32

import numpy as np

from builders.mixes import FIGURES, MIXES, Mix
from builders.results import result
from builders.views import settings
from pmo_lib.assessment.judgement import judged
from pmo_lib.engine.result import KpiResult

MONTHS = 40
HALF = 1.671  # Student's t of 60 cases, 90 %


def table(months: int = MONTHS) -> Iterator[str]:
    """The measured shares as lines of a Markdown table."""
    yield "| got worse | got better | said a month | false of these | found of the worse |"
    yield "|---|---|---|---|---|"
    for worse, better in MIXES:
        chance = np.random.default_rng(crc32(f"{worse} {better}".encode()))
        said = false = there = 0
        for mix in (Mix.drawn(worse, better, chance) for _ in range(months)):
            words = np.array([r.than_before == "worse" for r in judged(_results(mix), settings())])
            said += int(words.sum())
            false += int((words & ~mix.is_worse).sum())
            there += int(mix.is_worse.sum())
        found = f"{(said - false) / there:.0%}" if there else "–"
        share = f"{false / said:.1%}" if said else "–"
        yield f"| {worse:.0%} | {better:.0%} | {said / months:.1f} | {share} | {found} |"


def _results(mix: Mix) -> list[KpiResult]:
    return [
        result(
            value=0.5 + by, n=60, cases=60, baseline=0.5, change=by, change_cases=60,
            change_low=by - HALF * error, change_high=by + HALF * error,
        )
        for by, error in zip(mix.by, mix.error, strict=True)
    ]  # fmt: skip


def main() -> None:
    print(f"{FIGURES} figures, {MONTHS} months:")
    for line in table():
        print(line, flush=True)


if __name__ == "__main__":
    main()
