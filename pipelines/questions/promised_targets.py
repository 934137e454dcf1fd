"""Targets of promises that cannot be read: nobody can tell whether such a promise is kept."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pmo_lib.assessment.promise_target import UnreadableTargetError, promised_target
from pmo_lib.contract.verdict import Question
from pmo_lib.kpis.catalogue import CATALOGUE

MOST = 3


def check(asked: Asked) -> Iterator[Question]:
    """Of the promises whose target cannot be read: which, and why not."""
    wrong = []
    rows = asked.tables.get("value_statements")
    for row in () if rows is None else rows.to_dict("records"):
        if isinstance(row.get("target"), str) and row["kpi_id"] in CATALOGUE:
            try:
                promised_target(row["target"], CATALOGUE[row["kpi_id"]])
            except UnreadableTargetError as error:
                wrong.append(f"{row['statement_id']}: {error}")
    if wrong:
        more = f"; and {len(wrong) - MOST:,} more" if len(wrong) > MOST else ""
        yield Question(
            "promised", "value_statements", "target",
            f"what do these targets mean: {'; '.join(wrong[:MOST])}{more}", "Mend them",
        )  # fmt: skip
