"""Names in the settings that the data do not have, and targets on the other side of the scale."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pipelines.targets import scale_of
from pmo_lib.contract.verdict import Question
from pmo_lib.errors import allowed_values, shown
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import listed


def unknown(asked: Asked) -> Iterator[Question]:
    """What stands under customers and segments and in no table, each key once."""
    settings = asked.settings
    categories = [name for names in settings.segments.values() for name in names]
    for key, given, what, columns in (
        ("customers", settings.customers, "departments", "department"),
        ("segments", settings.segments, "groups of published figures", "benchmarks.segment"),
        ("segments' categories", categories, "categories of projects", "projects.category"),
    ):
        known = _known(asked, columns)
        plain = {name.casefold() for name in known} if key == "segments" else known
        strange = [name for name in dict.fromkeys(given)
                   if (name.casefold() if key == "segments" else name) not in plain]  # fmt: skip
        if strange and known:
            yield Question(
                "unknown", key, "",
                f"settings.yml names {what} that the data do not have: "
                f"{listed([shown(name) for name in strange[:5]])}",
                allowed_values(strange[0], known),
            )  # fmt: skip


def sides(asked: Asked) -> Iterator[Question]:
    """Targets nearer to the worst than to the best that a share can be."""
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


def _known(asked: Asked, column: str) -> set[str]:
    """The texts in a column, given as table.column, or in those of that name in all tables."""
    table, _, name = column.rpartition(".")
    columns = (
        rows[name] for each, rows in asked.tables.items() if name in rows and table in ("", each)
    )
    return {str(text) for values in columns for text in values.dropna().unique()}
