"""Comparability of two figures: comparable, context only, or not comparable.

A fact that differs refuses the comparison; one that matters and is not stated leaves the figure
as context; where every fact that matters is stated and the same, it is comparable.
"""

from dataclasses import dataclass
from typing import Literal

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.kpi import Kpi

Judgement = Literal["comparable", "context only", "not comparable"]

# of one organisation each of these is its own figure
OF_ONE = ("mean", "median")
COSTS = {
    "projects.actual_cost", "status_reports.actual_cost", "status_reports.estimate_at_completion",
}  # fmt: skip
PLANS = {"baselines.start", "baselines.finish", "baselines.cost"}
PUBLISHED_UNITS = TABLES["benchmarks"]["unit_of_analysis"].allowed
ASK = "Ask the source"


@dataclass(frozen=True)
class Facts:
    """What a figure is of; an empty text or 0 where that is not stated.

    The last three say what else must be known of our figure for it to be compared; its population
    need not be where it is empty.
    """

    statistic: str = ""
    unit_of_analysis: str = ""
    population: str = ""
    baseline_definition: str = ""
    prices: str = ""
    rating_scale: int = 0
    segment: str = ""
    sector: str = ""
    needs_baseline: bool = True
    needs_prices: bool = True
    needs_rating_scale: bool = True


@dataclass(frozen=True)
class Comparability:
    """The judgement, why, and how the figure could become comparable."""

    judgement: Judgement
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


def facts_of(
    kpi: Kpi, statistic: str, settings: Settings, rating_scale: int = 0, segment: str = "all"
) -> Facts:
    """What our own figure is of, from the KPI's declaration and the settings.

    ``statistic`` is the benchmark's word for it, by default that of the KPI's headline.
    """
    needs = set(kpi.needs)
    needs_baseline = bool(needs & PLANS)
    return Facts(
        statistic or kpi.statistic.benchmark,
        kpi.population.unit_of_analysis,
        kpi.population.stage,
        settings.baseline_definition if needs_baseline else "",
        "constant" if settings.price_base else settings.prices,
        rating_scale,
        segment,
        settings.profile.sector,
        needs_baseline,
        "baselines.cost" in needs and bool(needs & COSTS),
        "status_reports.rag" in needs,
    )


def comparability(ours: Facts, theirs: Facts) -> Comparability:
    """The one rule by which every benchmark is judged; `ours` says which facts matter."""
    differing, unstated, remedies = [], [], []
    for name, own, other in _facts(ours, theirs):
        if not own:
            unstated.append(f"Our own data do not say {WHAT[name]}.")
            remedies.append(OUR_REMEDIES.get(name, f"State {WHAT[name]}."))
        if not other:
            unstated.append(f"The source does not say {WHAT[name]}.")
            remedies.append(f"{ASK} {WHAT[name]}.")
        if own and other and own.casefold() != other.casefold():
            said, remedy = _differing(name, own, other)
            differing.append(said)
            remedies.append(remedy)
    if differing:
        return Comparability("not comparable", tuple(differing), tuple(remedies))
    if ours.sector and theirs.sector and ours.sector.casefold() != theirs.sector.casefold():
        unstated.append(f"It is of the {theirs.sector} sector; we are of the {ours.sector} one.")
    if unstated:
        return Comparability("context only", tuple(unstated), tuple(remedies))
    return Comparability("comparable")


def _facts(ours: Facts, theirs: Facts) -> list[tuple[str, str, str]]:
    """The facts that matter for ours, as texts."""
    found = [
        ("statistic", ours.statistic, _statistic(ours, theirs)),
        ("unit_of_analysis", ours.unit_of_analysis, _unit(ours, theirs)),
        ("segment", ours.segment, theirs.segment),
    ]
    if ours.population:
        found.append(("population", ours.population, theirs.population))
    if ours.needs_baseline:
        found.append(("baseline_definition", ours.baseline_definition, theirs.baseline_definition))
    if ours.needs_prices:
        found.append(("prices", ours.prices, theirs.prices))
    if ours.needs_rating_scale:
        scales = [str(scale or "") for scale in (ours.rating_scale, theirs.rating_scale)]
        found.append(("rating_scale", scales[0], scales[1]))
    return found


def _statistic(ours: Facts, theirs: Facts) -> str:
    """Theirs, or ours where both are of organisations: that of one is its own mean and median."""
    of_organisations = ours.unit_of_analysis == theirs.unit_of_analysis == "organisation"
    is_one = of_organisations and ours.statistic and theirs.statistic in OF_ONE
    return ours.statistic if is_one else theirs.statistic


def _unit(ours: Facts, theirs: Facts) -> str:
    """Theirs; not stated where it is other than those listed, as ours is: of which kind is open."""
    is_open = theirs.unit_of_analysis == "other" and ours.unit_of_analysis not in PUBLISHED_UNITS
    return "" if is_open else theirs.unit_of_analysis


def _differing(name: str, own: str, other: str) -> tuple[str, str]:
    """In what the two differ, and what could be done."""
    match name:
        case "statistic":
            return f"It is {_a(other)}; ours is {_a(own)}: the two cannot be set side by side.", (
                f"{ASK} for {_a(own)}."
            )
        case "unit_of_analysis":
            counted = "something else" if other == "other" else f"{other}s"
            return f"It counts {counted}; ours counts {own}s.", f"{ASK} for figures by {own}."
        case "population":
            return f"It is of projects that are {other}; ours are {own}.", (
                f"{ASK} for projects that are {own}."
            )
        case "baseline_definition":
            return f"It counts from the {other}; ours from the {own}.", (
                f"Collect our own cost and dates as of the {other}."
            )
        case "prices":
            return f"It is in {other} prices; ours is in {own} ones.", f"{ASK} for {own} prices."
        case "rating_scale":
            return f"It is of ratings on {other} colours; ours are on {own}.", (
                f"{ASK} for ratings on {own} colours."
            )
        case _:
            if own != "all":
                return f"It is of {other}; ours is of {own}.", f"{ASK} for {own} alone."
            return f"It is of {other}; that is none of our categories.", (
                f"Name our categories that are {other} under segments in settings.yml."
            )


def _a(statistic: str) -> str:
    """A share, an index, a ratio of totals, the P80."""
    if statistic == "total":
        return "a ratio of totals"
    if statistic[1:].isdigit():
        return f"the {statistic.upper()}"
    return f"{'an' if statistic == 'index' else 'a'} {statistic}"


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
