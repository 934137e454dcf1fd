"""Tables with a header and no rows: a failed export looks like a quiet month."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pmo_lib.contract.verdict import Question
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import listed

MOST = 5


def check(asked: Asked) -> Iterator[Question]:
    """A question for each table without rows that a KPI rests on."""
    for name in (name for name, rows in asked.read.items() if rows.empty):
        kpis = [kpi.id for kpi in CATALOGUE.values() if name in kpi.tables]
        if kpis:
            more = [f"{len(kpis) - MOST} more KPIs"] if len(kpis) > MOST else []
            rest = "rest" if len(kpis) > 1 else "rests"
            yield Question(
                "empty", name, "",
                f"is there nothing in {name}, which has a header and no rows? "
                f"{listed([*kpis[:MOST], *more])} {rest} on it",
                "Export it again, or remove the file",
            )  # fmt: skip
