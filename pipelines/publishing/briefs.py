"""What the pages of a pack say, for machines: page_one.json and asks.csv."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.files import write_json
from pipelines.spreadsheet import write_csv
from pmo_lib.archive import archived
from pmo_lib.assessment.promises import Promise
from pmo_lib.brief.ask import Ask, table
from pmo_lib.brief.brief import Brief, Briefs, asks_of
from pmo_lib.workbook.last import PAGE_ONE


def write_briefs(
    folder: Path, period: str, briefs: Briefs, value: Brief, promises: Sequence[Promise]
) -> None:
    """The asks as a table, and every page's words; the next pack tells what became of the asks."""
    asks = (*asks_of(briefs), *value.asks, *value.further)
    write_csv(table(asks), folder / "asks.csv")
    said = {
        "period": period,
        "asks": archived(asks, tuple[Ask, ...]).document,
        "promises": {each.statement_id: each.verdict for each in promises},
        "subjects": archived(briefs, Mapping[str, Brief]).document,
        "value_case": archived(value, Brief).document,
    }
    write_json(folder / PAGE_ONE, said)
