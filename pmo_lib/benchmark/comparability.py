"""Comparability of two figures: comparable, context only, or not comparable.

A fact that differs refuses the comparison; one that matters and is not stated leaves the figure
as context; where every fact that matters is stated and the same, it is comparable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.kpi import Kpi

Judgement = Literal["comparable", "context only", "not comparable"]
Facts = Mapping[str, str]  # what a figure is of; an empty text where that is not stated

# of one organisation each of these is its own figure
OF_ONE = ("mean", "median")
COSTS = {
    "projects.actual_cost", "status_reports.actual_cost", "status_reports.estimate_at_completion",
}  # fmt: skip
PLANS = {"baselines.start", "baselines.finish", "baselines.cost"}
PUBLISHED_UNITS = TABLES["benchmarks"]["unit_of_analysis"].allowed
ASK = "Ask the source"

WHAT = {
    "statistic": "what kind of figure it is", "unit_of_analysis": "what was counted",
    "segment": "of which projects it is",
    "population": "whether the projects were completed",
    "baseline_definition": "which baseline it counts from",
    "prices": "whether inflation is taken out",
    "rating_scale": "how many colours the ratings have",
}  # fmt: skip
OUR_REMEDIES = {
    "prices": "State price_base or prices in settings.yml.",
    "baseline_definition": "State baseline_definition in settings.yml.",
    "rating_scale": "Fill rag_scale in status_reports.csv.",
}
# in what the two differ, and what could be done
DIFFERING = {
    "statistic": (
        "It is {theirs}; ours is {ours}: the two cannot be set side by side.",
        f"{ASK} for {{ours}}.",
    ),
    "unit_of_analysis": (
        "It counts {theirs}; ours counts {ours}s.", f"{ASK} for figures by {{ours}}.",
    ),
    "segment": ("It is of {theirs}; ours is of {ours}.", f"{ASK} for {{ours}} alone."),
    "one of ours": (
        "It is of {theirs}; that is none of our categories.",
        "Name our categories that are {theirs} under segments in settings.yml.",
    ),
    "population": (
        "It is of projects that are {theirs}; ours are {ours}.",
        f"{ASK} for projects that are {{ours}}.",
    ),
    "baseline_definition": (
        "It counts from the {theirs}; ours from the {ours}.",
        "Collect our own cost and dates as of the {theirs}.",
    ),
    "prices": (
        "It is in {theirs} prices; ours is in {ours} ones.", f"{ASK} for {{ours}} prices.",
    ),
    "rating_scale": (
        "It is of ratings on {theirs} colours; ours are on {ours}.",
        f"{ASK} for ratings on {{ours}} colours.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Comparability:
    """The judgement, why, and how the figure could become comparable."""

    judgement: Judgement
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


def facts_of(
    kpi: Kpi, statistic: str, settings: Settings, rating_scale: int = 0, segment: str = "all"
) -> Facts:
    """What matters of our own figure, from the KPI's declaration and the settings.

    ``statistic`` is the benchmark's word for it, by default that of the KPI's headline.
    """
    needs = set(kpi.needs)
    found = {
        "statistic": statistic or kpi.statistic.benchmark,
        "unit_of_analysis": kpi.population.unit_of_analysis,
        "segment": segment,
        "sector": settings.profile.sector,
    }
    if kpi.population.stage:
        found["population"] = kpi.population.stage
    if needs & PLANS:
        found["baseline_definition"] = settings.baseline_definition
    if "baselines.cost" in needs and needs & COSTS:
        found["prices"] = "constant" if settings.price_base else settings.prices
    if "status_reports.rag" in needs:
        found["rating_scale"] = str(rating_scale or "")
    return found


def comparability(ours: Facts, theirs: Facts) -> Comparability:
    """The one rule by which every benchmark is judged; `ours` says which facts matter."""
    differing, unstated, remedies = [], [], []
    for name, what in WHAT.items():
        if name not in ours:
            continue
        own, other = ours[name], _theirs(name, ours, theirs)
        if not own:
            unstated.append(f"Our own data do not say {what}.")
            remedies.append(OUR_REMEDIES.get(name, f"State {what}."))
        if not other:
            unstated.append(f"The source does not say {what}.")
            remedies.append(f"{ASK} {what}.")
        if own and other and own.casefold() != other.casefold():
            said, remedy = _differing(name, own, other)
            differing.append(said)
            remedies.append(remedy)
    if differing:
        return Comparability("not comparable", tuple(differing), tuple(remedies))
    sector, other = ours.get("sector", ""), theirs.get("sector", "")
    if sector and other and sector.casefold() != other.casefold():
        unstated.append(f"It is of the {other} sector; we are of the {sector} one.")
    if unstated:
        return Comparability("context only", tuple(unstated), tuple(remedies))
    return Comparability("comparable")


def _theirs(name: str, ours: Facts, theirs: Facts) -> str:
    """What theirs says of a fact, as it is to be set beside ours.

    Of one organisation the figure is its own mean and median; and what counts something other than
    was listed may count what we do.
    """
    own, other = ours["unit_of_analysis"], theirs.get("unit_of_analysis", "")
    if name == "statistic" and own == other == "organisation" and theirs[name] in OF_ONE:
        return ours[name]
    if name == "unit_of_analysis" and other == "other" and own not in PUBLISHED_UNITS:
        return ""
    return theirs.get(name, "")


def _differing(name: str, ours: str, theirs: str) -> tuple[str, str]:
    """In what the two differ, and what could be done."""
    if name == "statistic":
        ours, theirs = _a(ours), _a(theirs)
    elif name == "unit_of_analysis":
        theirs = "something else" if theirs == "other" else f"{theirs}s"
    elif name == "segment" and ours == "all":
        name = "one of ours"
    said, remedy = DIFFERING[name]
    return said.format(ours=ours, theirs=theirs), remedy.format(ours=ours, theirs=theirs)


def _a(statistic: str) -> str:
    """A share, an index, a ratio of totals, the P80."""
    if statistic == "total":
        return "a ratio of totals"
    if statistic[1:].isdigit():
        return f"the {statistic.upper()}"
    return f"{'an' if statistic == 'index' else 'a'} {statistic}"
