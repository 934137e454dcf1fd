"""Targets of shares that are nearer to the worst than to the best."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pipelines.targets import scale_of
from pmo_lib.contract.verdict import Question
from pmo_lib.kpis.catalogue import CATALOGUE


def check(asked: Asked) -> Iterator[Question]:
    """Of each such target: for which side of the scale is it meant?"""
    for kpi_id, threshold in asked.settings.thresholds.items():
        kpi = CATALOGUE[kpi_id]
        if kpi.unit != "share" or kpi.better not in {"higher", "lower"}:
            continue
        middle = sum(scale_of(kpi)) / 2 if kpi.statistic.bounds == (0, 1) else 0.5
        is_low = threshold.target < middle
        is_other = is_low if kpi.better == "higher" else threshold.target > middle
        if is_other and (kpi.statistic.bounds == (0, 1) or kpi.better == "lower"):
            yield Question(
                "side", "thresholds", kpi_id,
                f"is {threshold.target:g} the target of {kpi_id} ({kpi.name}), of which "
                f"{kpi.better} is better",
                "Write the share that it should reach",
            )  # fmt: skip
