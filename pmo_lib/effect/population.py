"""The flow from every project of the portfolio to those compared, exclusions by step."""

import pandas as pd

from pmo_lib.effect.adoption import on_the_edge, under_pmo
from pmo_lib.effect.finding import Evidence, Sample
from pmo_lib.effect.outcomes import Outcome, ripe_quarters

COLUMNS = {"step": "str", "under_pmo": "int64", "others": "int64"}
NOBODY = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def population(
    portfolio: pd.DataFrame, evidence: Evidence, outcome: Outcome, sample: Sample | None
) -> pd.DataFrame:
    """`COLUMNS`: how many projects leave at each step, on either side, and how many are compared.

    `portfolio` is the table projects, `sample` what the estimate rests on; None where there is
    none. Who has no start cannot be put on a side, and stands with the others. The rows add up to
    the portfolio.
    """
    begun, adopted, data_date = evidence.projects, evidence.adopted, evidence.data_date
    under = under_pmo(begun, adopted.dates)
    ripe = begun["quarter"].isin(ripe_quarters(begun, outcome, data_date))
    due = begun["ended_on"] + pd.DateOffset(months=outcome.months) <= data_date
    steps = {
        "cancelled": begun["cancelled"],
        "of a start quarter of which too few have ended": ~ripe,
        "not ended, or nobody says when": begun["ended_on"].isna(),
        "ended too recently for the outcome to be known": ~due,
        "outcome not recorded": begun[outcome.id].isna(),
        "started in the quarter or half-year of adoption, before its day": on_the_edge(
            begun, adopted.dates, sample.tested.per_year if sample else 4
        ),
    }
    if sample is None:
        steps["left, but no estimate rests on them"] = pd.Series(True, index=begun.index)
    else:
        cells = sample.tested
        serving = sample.projects_in(sample.compared() | cells.untreated)
        aside = sample.projects_in(~cells.treated & ~cells.untreated)
        steps |= {
            "started so shortly before adoption that most were to be in flight at it": begun[
                "project_id"
            ].isin(aside),
            "of a kind found only under the PMO, or of no recorded size": ~begun["project_id"].isin(
                sample.rows["project_id"]
            ),
            "under the PMO, with nobody to compare with": ~begun["project_id"].isin(serving),
        }
    left = pd.Series(True, index=begun.index)
    table = [["not begun, or without a date of the start", 0, len(portfolio) - len(begun)]]
    for step, leaves in steps.items():
        now = left & leaves
        table.append([step, int((now & under).sum()), int((now & ~under).sum())])
        left &= ~leaves
    table.append(["compared", int((left & under).sum()), int((left & ~under).sum())])
    return pd.DataFrame(table, columns=list(COLUMNS))
