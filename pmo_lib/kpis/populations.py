"""The populations that a KPI's units may be, each declared once: words, unit of analysis, stage."""

from collections.abc import Mapping
from dataclasses import dataclass

from pmo_lib.errors import allowed_values


@dataclass(frozen=True)
class Population:
    """What a KPI's units are, in the plural; of which kind, and of projects at which stage."""

    name: str
    unit_of_analysis: str
    stage: str = ""

    def __str__(self) -> str:
        return self.name


_DECLARED = (
    Population("completed projects", "project", "completed"),
    Population("ended projects", "project", "ended"),
    Population("projects in flight", "project", "in flight"),
    Population("started projects", "project", "started"),
    Population("projects open in the last 12 months", "project", "in flight"),
    Population("projects with cost in the last 12 months", "project", "in flight"),
    Population("approved projects with benefits", "project", "approved"),
    Population("benefits", "benefit"),
    Population("benefits planned to date", "benefit"),
    Population("benefits past due of projects not cancelled", "benefit"),
    Population("ratings of completed projects", "respondent", "completed"),
    Population("answers", "respondent"),
    Population("milestones due", "milestone"),
    Population("milestones due or done of projects in flight", "milestone", "in flight"),
    Population("changes of forecast finish", "report"),
    Population("gate submissions", "gate"),
    Population("asks", "ask"),
    Population("demands created 12 to 24 months before", "demand"),
    Population("months", "organisation"),
    Population("months of roles", "organisation"),
    Population("services rolled out to a department", "service"),
    Population("requests served by the PMO", "request"),
    Population("requests to the PMO that were due", "request"),
    Population("occasions", "request"),
    Population("value statements", "promise"),
    Population("draws of the value case", "organisation"),
    Population("owners' ratings of completed projects", "report", "completed"),
    Population("green reports", "report"),
    Population("status reports", "report"),
    Population("status reports due", "report"),
    Population("tables", "table"),
)

POPULATIONS: Mapping[str, Population] = {each.name: each for each in _DECLARED}


def population(named: str | Population) -> Population:
    """The population of that name; ValueError with the nearest one where there is none."""
    if isinstance(named, Population):
        return named
    if named not in POPULATIONS:
        raise ValueError(
            f"There is no population {named!r}. {allowed_values(named, POPULATIONS, most=40)}. "
            "Declare a new one as a Population in pmo_lib.kpis.populations"
        )
    return POPULATIONS[named]
