"""The projects that carry the overspend, by name: a median hides them."""

import pandas as pd
from IPython.display import HTML

from pmo_lib.reports import page
from pmo_lib.wording import money, number

MOST = 8


def table(units: pd.DataFrame, projects: pd.DataFrame, currency: str) -> HTML:
    """The completed projects that cost most above approval; `units` are the observations of D3."""
    above = units[units["numerator"] > 0].sort_values("numerator", ascending=False).head(MOST)
    if above.empty:
        return page.paragraph("No completed project cost more than was approved.")
    known = projects.set_index("project_id").reindex(above["case_id"])
    rows = pd.DataFrame(
        {
            "Project": [
                page.lines(str(key), "" if pd.isna(name) else str(name))
                for key, name in zip(above["case_id"], known["name"], strict=True)
            ],
            "Department": above["department"].to_numpy(),
            "Approved": [money(x, currency) for x in above["denominator"]],
            "Cost": [money(x, currency) for x in above["numerator"] + above["denominator"]],
            "Above approval": [money(x, currency) for x in above["numerator"]],
            "Share": [number(x, "share") for x in above["numerator"] / above["denominator"]],
        }
    )
    return page.table(rows, "The completed projects that cost most above what was approved")
