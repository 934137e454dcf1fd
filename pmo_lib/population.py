"""Who is compared: every project of the portfolio, and at which step those left out leave."""

import pandas as pd

from pmo_lib.adoption import Adoption, on_the_edge, under_pmo
from pmo_lib.finding import Finding
from pmo_lib.imputation import supported
from pmo_lib.outcomes import ripe_quarters
from pmo_lib.panel import treated_cells

COLUMNS = ["step", "under_pmo", "others"]


def population(
    portfolio: pd.DataFrame,
    begun: pd.DataFrame,
    found: Finding,
    adopted: Adoption,
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """`COLUMNS`: how many projects leave at each step, on either side, and how many are compared.

    `portfolio` is the table projects, `begun` the projects that `outcomes.outcome_projects` gives
    of it. Who has no start cannot be put on a side, and stands with the others. The rows add up
    to the portfolio.
    """
    under = under_pmo(begun, adopted.dates)
    outcome = found.outcome
    ripe = begun["quarter"].isin(ripe_quarters(begun, outcome, data_date))
    due = begun["ended_on"] + pd.DateOffset(months=outcome.months) <= data_date
    inside = pd.Series(False, index=begun.index)
    compared = inside.copy()
    if found.sample is not None:
        cells, first, rows = found.sample.tested, found.sample.first, found.sample.rows
        inside = begun["project_id"].isin(rows["project_id"])
        treated = treated_cells(first, cells.quarters)
        counted = supported(cells, ~treated[None], treated[None])[0] | ~treated
        d = pd.Index(cells.departments).get_indexer(pd.Index(rows["department"]))
        own = rows.loc[counted[d, rows["quarter"].to_numpy() - cells.first_quarter], "project_id"]
        compared = begun["project_id"].isin(own)
    steps = {
        "cancelled": begun["cancelled"],
        "started too recently for most of their quarter to have ended": ~ripe,
        "not ended, or nobody says when": begun["ended_on"].isna(),
        "ended too recently for the outcome to be known": ~due,
        "outcome not recorded": begun[outcome.id].isna(),
        "started in the quarter of adoption, before its day": on_the_edge(begun, adopted.dates),
        "of a kind found only under the PMO": ~inside,
        "under the PMO, with nobody to compare with": ~compared,
    }
    left = pd.Series(True, index=begun.index)
    table = [["not begun, or without a date of the start", 0, len(portfolio) - len(begun)]]
    for step, leaves in steps.items():
        now = left & leaves
        table.append([step, int((now & under).sum()), int((now & ~under).sum())])
        left &= ~leaves
    table.append(["compared", int((left & under).sum()), int((left & ~under).sum())])
    return pd.DataFrame(table, columns=COLUMNS)
