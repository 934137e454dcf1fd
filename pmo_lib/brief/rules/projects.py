"""Asks on projects in flight: rated better than they are, overdue, dearer than approved."""

from collections.abc import Iterator

import pandas as pd

from pmo_lib.assessment.materiality import material
from pmo_lib.brief.ask import Ask, Figure
from pmo_lib.brief.evidence import RED, Evidence
from pmo_lib.brief.rule import Found, rule
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.red_rule import is_red
from pmo_lib.wording import counted, listed, money, number, shortened

MOST_NAMED = 3
NAME_LETTERS = 40
WORDS = {
    "cpi": "over cost",
    "spi_t": "behind plan",
    "milestone": "a milestone overdue",
    "finish": "past its first finish",
}


@rule("rated-green-red-by-rule", "projects rated green that are red by their own figures")
def rated_green(evidence: Evidence) -> Found:
    """Projects in flight whose owner's last rating is green and whose figures are red by rule."""
    for department, own in _by_department(_green_but_red(evidence)):
        share = evidence.result("G2", department)
        reasons = [WORDS[name] for c, name in RED.items() if (own[c] == 1).any()]
        often = ""
        if share is not None:
            reports = counted(share.n, "green report")
            often = f"; {number(share.value, 'share')} of {reports} hid a red project"
        yield Ask(
            f"rated-green-red-by-rule:{department}", department,
            f"Review {named(own)}: rated green by {_owners(own)} own figures",
            sponsors(own, department), f"{listed(reasons)}{often}",
            money=float(own["cost"].sum()), figure=Figure.of(share),
        )  # fmt: skip


@rule("overdue", "projects that go on long after their approved finish")
def overdue(evidence: Evidence) -> Found:
    """Projects in flight past the approved finish by more days than the red rule allows."""
    limit = evidence.view.settings.red_rule.finish_late_days
    going = evidence.in_flight
    late_days = (evidence.view.data_date - going["finish"]).dt.days
    own = going.assign(late_days=late_days)[late_days > limit]
    own = own[~own["project_id"].isin(_green_but_red(evidence)["project_id"])]
    for department, late in _by_department(own.sort_values("late_days", ascending=False)):
        longest = counted(int(late["late_days"].max()), "day")
        yield Ask(
            f"overdue:{department}", department,
            f"Approve a new finish for {named(late)}, or stop {_it(late)}",
            sponsors(late, department),
            f"{counted(len(late), 'project')} past the approved finish by up to {longest}",
            money=float(late["cost"].sum()),
        )  # fmt: skip


@rule("estimate-over-budget", "projects that are expected to cost more than approved")
def over_budget(evidence: Evidence) -> Found:
    """Projects in flight whose estimate at completion is materially above the approved cost."""
    settings, going = evidence.view.settings, evidence.in_flight
    matters = material(CATALOGUE["D15"], 0.0, settings)
    limit = going["cost"] * (1 + settings.tolerances.cost_share + matters)
    over = (going["estimate_at_completion"] - going["cost"]).where(going["cost"] > 0)
    own = going.assign(over=over)[(going["estimate_at_completion"] > limit) & (over > 0)]
    for department, dear in _by_department(own.sort_values("over", ascending=False)):
        total, approved = float(dear["over"].sum()), float(dear["cost"].sum())
        said = money(total, settings.currency)
        yield Ask(
            f"estimate-over-budget:{department}", department,
            f"Decide on {said} above budget: {named(dear)}", sponsors(dear, department),
            f"{counted(len(dear), 'project')} in flight {'is' if len(dear) == 1 else 'are'} "
            f"expected to cost {number(total / approved, 'share')} more than approved",
            money=total,
        )  # fmt: skip


def named(projects: pd.DataFrame) -> str:
    """P0303 Pay run, P0315 and 2 more; the id alone where there is no name."""
    most = MOST_NAMED if len(projects) > MOST_NAMED + 1 else MOST_NAMED + 1  # never: and 1 more
    rows = projects.head(most).to_dict("records")
    names = [
        str(row["project_id"])
        + (f" {shortened(str(row['name']), NAME_LETTERS)}" if pd.notna(row["name"]) else "")
        for row in rows
    ]
    rest = len(projects) - len(names)
    return listed([*names, f"{rest} more"] if rest else names)


def sponsors(projects: pd.DataFrame, department: str) -> str:
    """The one sponsor of the projects, or the sponsors in their department."""
    known = projects["sponsor"].dropna().unique()
    if len(known) == 1 and projects["sponsor"].notna().all():
        return str(known[0])
    return f"Sponsors in {department}"


def _owners(projects: pd.DataFrame) -> str:
    return "its owner, red by its" if len(projects) == 1 else "their owners, red by their"


def _it(projects: pd.DataFrame) -> str:
    return "it" if len(projects) == 1 else "them"


def _green_but_red(evidence: Evidence) -> pd.DataFrame:
    going = evidence.in_flight
    red = is_red(going[list(RED)].astype("float64")) == 1
    return going[(going["rag"] == "green") & red].sort_values("cost", ascending=False)


def _by_department(projects: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for department, own in projects.groupby("department", sort=True):
        yield str(department), own
