"""Whether two figures may be set beside one another: comparable, context only, or not.

A fact that differs refuses the comparison; one that matters and is not stated leaves the figure
as context; where every fact that matters is stated and the same, it is comparable.
"""

from dataclasses import dataclass
from typing import Literal

from pmo_lib.kpi import Kpi, Statistic
from pmo_lib.settings import Settings

Judgement = Literal["comparable", "context only", "not comparable"]

# what a KPI's units are: of which kind, and of which population
POPULATIONS: dict[str, tuple[str, str]] = {
    "completed projects": ("project", "completed"),
    "projects in flight": ("project", "in flight"),
    "rated projects in flight": ("project", "in flight"),
    "started projects": ("project", "started"),
    "projects open in the last 12 months": ("project", "in flight"),
    "projects with cost in the last 12 months": ("project", "in flight"),
    "approved projects with benefits": ("project", "approved"),
    "benefits": ("benefit", ""),
    "benefits planned to date": ("benefit", ""),
    "benefits past due": ("benefit", ""),
    "ratings of completed projects": ("respondent", "completed"),
    "answers": ("respondent", ""),
    "respondents": ("respondent", ""),
    "milestones due": ("milestone", ""),
    "milestones due or done of projects in flight": ("milestone", "in flight"),
    "changes of forecast finish": ("report", ""),
    "gate submissions": ("gate", ""),
    "demands created 12 to 24 months before": ("demand", ""),
    "months": ("organisation", ""),
    "months of roles": ("organisation", ""),
    "services rolled out to a department": ("service", ""),
    "requests served by the PMO": ("request", ""),
    "requests to the PMO that were due": ("request", ""),
    "occasions": ("request", ""),
    "value statements": ("promise", ""),
    "draws of the value case": ("organisation", ""),
    "owners' ratings of completed projects": ("report", "completed"),
    "green reports": ("report", ""),
    "status reports": ("report", ""),
    "status reports due": ("report", ""),
    "tables": ("table", ""),
}
SHARES: tuple[Statistic, ...] = ("rate", "clustered_rate")
STATISTIC_WORDS: dict[Statistic, str] = {
    **dict.fromkeys(SHARES, "share"),
    "median": "median", "clustered_median": "median", "survival_median": "median",
    "mean": "mean", "clustered_mean": "mean", "monthly_mean": "mean",
    "p80": "p80", "p95": "p95", "survival_p85": "p85",
    "ratio": "total", "bounded_ratio": "total", "nps": "index", "skill": "index",
    "count": "count", "event_rate": "rate of events",
}  # fmt: skip
A_WORD = {"share": "a share", "index": "an index"}
ASK = "Ask the source"


@dataclass(frozen=True)
class Facts:
    """What a figure is of; an empty text or 0 where that is not stated, or does not matter."""

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
    unit, population = POPULATIONS[kpi.population]
    needs_baseline = any(need.startswith("baselines.") for need in kpi.needs)
    return Facts(
        statistic or STATISTIC_WORDS.get(kpi.statistic, kpi.statistic),
        unit,
        population,
        settings.baseline_definition if needs_baseline else "",
        "constant" if settings.price_base else settings.prices,
        rating_scale,
        segment,
        settings.profile.sector,
        needs_baseline,
        "baselines.cost" in kpi.needs and kpi.id != "G5",  # whether there is one, at any price
        any(need.startswith("status_reports.rag") for need in kpi.needs),
    )


def comparability(ours: Facts, theirs: Facts) -> Comparability:
    """The one rule by which every benchmark is judged; `ours` says which facts matter."""
    differing, unstated, remedies = [], [], []
    for name, own, other in _facts(ours, theirs):
        if not own or not other:
            said, remedy = _unstated(name, own)
            unstated.append(said)
            remedies.append(remedy)
        elif own.casefold() != other.casefold():
            said, remedy = _differing(name, own, other)
            differing.append(said)
            remedies += [remedy] if remedy else []
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
        (name, getattr(ours, name), getattr(theirs, name))
        for name in ("statistic", "unit_of_analysis", "segment")
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


def _differing(name: str, own: str, other: str) -> tuple[str, str]:
    """In what the two differ, and what could be done; the second may be nothing."""
    match name:
        case "statistic":
            said = f"It is {A_WORD.get(other, f'a {other}')}; ours is {A_WORD.get(own, f'a {own}')}"
            return f"{said}: the two cannot be set side by side.", f"{ASK} for the {own}."
        case "unit_of_analysis":
            return f"It counts {other}s; ours counts {own}s.", f"{ASK} for figures by {own}."
        case "population":
            return f"It is of projects that are {other}; ours are {own}.", ""
        case "baseline_definition":
            return f"It counts from the {other}; ours from the {own}.", (
                f"Collect our own cost and dates as of the {other}."
            )
        case "prices":
            return f"It is in {other} prices; ours is in {own} ones.", f"{ASK} for {own} prices."
        case "rating_scale":
            return f"It is of ratings on {other} colours; ours are on {own}.", ""
        case _:
            return f"It is of {other}; that is none of our categories.", (
                f"Name our categories that are {other} under segments in settings.yml."
            )


WHAT = {
    "statistic": "what kind of figure it is", "unit_of_analysis": "what was counted",
    "segment": "of which projects it is",
    "population": "whether the projects were completed",
    "baseline_definition": "which baseline it counts from", "prices": "the kind of prices",
    "rating_scale": "how many colours the ratings have",
}  # fmt: skip
OUR_REMEDIES = {
    "prices": "State price_base or prices in settings.yml.",
    "baseline_definition": "State baseline_definition in settings.yml.",
    "rating_scale": "Fill rag_scale in status_reports.csv.",
}


def _unstated(name: str, own: str) -> tuple[str, str]:
    if not own and name in OUR_REMEDIES:
        return f"Our own data do not say {WHAT[name]}.", OUR_REMEDIES[name]
    return f"The source does not say {WHAT[name]}.", f"{ASK} {WHAT[name]}."
