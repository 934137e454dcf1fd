"""How customers see the services: what they miss, and what matters against what goes well."""

from hashlib import blake2b
from math import exp, factorial, nan

import numpy as np
import pandas as pd

from pmo_lib.customers import service_names
from pmo_lib.estimators import ESTIMATORS
from pmo_lib.kpi import Statistic, observations
from pmo_lib.sums import Floats
from pmo_lib.survey import latest_waves

REPLICATES = 999
ON_THE_LINE = 1e-9  # a mean at the mean of all is at it, whatever the floating point says
ROLE_UNKNOWN = "role not stated"
EVERYBODY = "everybody"
# (matters more, goes better) than the mean service
QUADRANTS = {
    (True, True): "keep up the good work",
    (True, False): "concentrate here",
    (False, False): "low priority",
    (False, True): "possible overkill",
}
GLOSSES = {
    "keep up the good work": "matters more than the others, and goes better",
    "concentrate here": "matters more than the others, and goes worse: begin here",
    "low priority": "goes worse than the others, but matters less",
    "possible overkill": "goes better than the others, but matters less",
    "": "in no quadrant: it is on a line between them",
}


def gap_units(answers: pd.DataFrame, services: pd.DataFrame | None) -> pd.DataFrame:
    """Perceived - expected, one observation an answer."""
    gap = answers["perceived"].astype("float64") - answers["expected"].astype("float64")
    return observations(
        answers,
        period=answers["wave"],
        numerator=gap,
        case="respondent_id",
        segment=service_names(answers["service_id"], services),
    )


def performance_units(answers: pd.DataFrame, services: pd.DataFrame | None) -> pd.DataFrame:
    """What was perceived and how much it matters, one observation an answer.

    Both means are of the same answers: one that gives only one of the two is left out.
    """
    importance = answers["importance"].astype("float64")
    return observations(
        answers,
        period=answers["wave"],
        numerator=answers["perceived"].astype("float64").where(importance.notna()),
        case="respondent_id",
        segment=service_names(answers["service_id"], services),
        importance=importance,
    )


def gaps(
    survey_responses: pd.DataFrame,
    services: pd.DataFrame | None,
    period: str,
    level: float,
    too_few: int,
) -> pd.DataFrame:
    """Mean gap (perceived - expected) of every service by customer group, the worst service first.

    One row for each service as seen by everybody, by each department and by each role: `gap` from
    `gap_low` to `gap_high`, on `n` answers of so many `respondents`. Each department's latest wave
    in the 12 months to `period` counts. A group of fewer than `too_few` respondents is not shown;
    where that hides just one of a service's departments or roles, the next smallest is not shown
    either, as everybody's gap would give the one away.
    """
    answers = latest_waves(survey_responses, "wave", period)
    units = gap_units(answers, services).assign(
        everybody=EVERYBODY, role=answers["role"].fillna(ROLE_UNKNOWN)
    )
    units = units[units["numerator"].notna()]
    means = units.groupby("segment")["numerator"].mean()
    rows = []
    for service in means.sort_values(kind="stable").index:
        own = units[units["segment"] == service]
        for by in ("everybody", "department", "role"):
            parts = {str(group): part for group, part in own.groupby(by)}
            hidden = _hidden({g: part["case_id"].nunique() for g, part in parts.items()}, too_few)
            rows += [
                {"service": service, "by": by, "group": group}
                | _mean("gap", "clustered_mean", part, level, group in hidden)
                | _basis(part, group in hidden, too_few)
                for group, part in parts.items()
            ]
    columns = ["service", "by", "group", "gap", "gap_low", "gap_high", "n", "respondents", "note"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(_types(table))


def importance_performance(
    survey_responses: pd.DataFrame,
    services: pd.DataFrame | None,
    period: str,
    level: float,
    too_few: int,
) -> pd.DataFrame:
    """One row a service: how much it matters, how well it goes, and its quadrant with its share.

    Means with their intervals on `n` answers of so many `respondents`, each department's latest
    wave in the 12 months to `period`. The quadrants' cross (`importance_cross`,
    `performance_cross`) is the mean over the services (Martilla & James 1977); a column for each
    quadrant holds the share of bootstrap replicates in which the service lies there. What rests
    on fewer than `too_few` respondents is not shown.
    """
    units = performance_units(latest_waves(survey_responses, "wave", period), services)
    units = units[units["numerator"].notna()]
    found = quadrants(units)
    rows = []
    for service, own in units.groupby("segment"):
        hide = own["case_id"].nunique() < too_few
        place = found.loc[service]
        quadrant = "" if hide else str(place["quadrant"])
        rows.append(
            {"service": service}
            | _mean("importance", "importance_mean", own, level, hide)
            | _mean("performance", "clustered_mean", own, level, hide)
            | {"quadrant": quadrant, "gloss": "" if hide else GLOSSES[quadrant]}
            | {name: nan if hide else place[name] for name in QUADRANTS.values()}
            | _basis(own, hide, too_few)
        )
    ends = [f"{m}{end}" for m in ("importance", "performance") for end in ("", "_low", "_high")]
    columns = ["service", *ends, "quadrant", "gloss", *QUADRANTS.values()]
    table = pd.DataFrame(rows, columns=[*columns, "n", "respondents", "note"])
    return table.astype(_types(table)).assign(
        importance_cross=found["importance"].mean(), performance_cross=found["performance"].mean()
    )


def with_quadrants(units: pd.DataFrame) -> pd.DataFrame:
    """The observations with their service's quadrant among these, and how sure it is."""
    found = quadrants(units[units["numerator"].notna()])
    return units.assign(
        quadrant=units["segment"].map(found["quadrant"]),
        quadrant_share=units["segment"].map(found["quadrant_share"]),
    )


def quadrants(units: pd.DataFrame) -> pd.DataFrame:
    """Each service's importance, performance, quadrant, and share of replicates in each quadrant.

    Respondents are drawn, not answers: each counts so many times in a replicate, and the cross is
    the mean over the replicate's services. A service on a line, as the only one or where all
    answers are equal, is in no quadrant, and its `quadrant_share` is missing.
    """
    answers, *scores = (
        units.pivot_table(name, "case_id", "segment", aggfunc="sum", fill_value=0.0)
        for name in ("denominator", "importance", "numerator")
    )
    services = answers.columns
    draws = poisson_weights(answers.index)
    weights = np.vstack([np.ones(len(answers)), draws])  # the answers as they are, then as drawn
    n = weights @ answers.to_numpy()
    with np.errstate(invalid="ignore"):  # a service that nobody drawn has answered on
        importance, performance = (weights @ score.to_numpy() / n for score in scores)
    table = pd.DataFrame({"importance": importance[0], "performance": performance[0]}, services)
    matters, goes = _side(importance), _side(performance)
    replicates = np.maximum((n[1:] > 0).sum(axis=0), 1)
    table = table.assign(quadrant="", quadrant_share=nan)
    for (more, better), name in QUADRANTS.items():
        inside = (matters == (1 if more else -1)) & (goes == (1 if better else -1))
        share = pd.Series(inside[1:].sum(axis=0) / replicates, services)
        table[name] = share
        table.loc[inside[0], "quadrant"] = name
        table.loc[inside[0], "quadrant_share"] = share[inside[0]]
    return table


def poisson_weights(respondents: pd.Index, replicates: int = REPLICATES) -> Floats:
    """How often each respondent counts in each replicate: Poisson(1), by a hash of the two.

    The draws hang on nothing else: not on the order of the rows, nor on who else answered.
    """
    seeds = [blake2b(str(name).encode(), digest_size=8).digest() for name in respondents]
    start = np.array([int.from_bytes(seed, "big") for seed in seeds], dtype=np.uint64)
    step = np.arange(1, replicates + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    # splitmix64 (Steele, Lea & Flood 2014): bits as good as random from a counter
    mixed = start[None, :] + step[:, None]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    uniform = (mixed >> np.uint64(11)) / 2.0**53
    steps = np.cumsum([exp(-1) / factorial(k) for k in range(20)])
    times: Floats = np.searchsorted(steps, uniform, side="right").astype("float64")
    return times


def _side(means: Floats) -> Floats:
    """1 where a service's mean is above the mean of its replicate's services, -1 below, else 0."""
    there = ~np.isnan(means)
    cross = np.where(there, means, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    beyond = np.where(there, means - cross[:, None], 0)
    sides: Floats = np.sign(np.where(np.abs(beyond) < ON_THE_LINE, 0, beyond))
    return sides


def _mean(
    name: str, statistic: Statistic, units: pd.DataFrame, level: float, hide: bool
) -> dict[str, float]:
    if hide:
        return {name: nan, f"{name}_low": nan, f"{name}_high": nan}
    found = ESTIMATORS[statistic](units, level)
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _basis(units: pd.DataFrame, hide: bool, too_few: int) -> dict[str, object]:
    """What the means rest on, or why they are not shown."""
    respondents = units["case_id"].nunique()
    if not hide:
        return {"n": len(units), "respondents": respondents, "note": ""}
    few = f"fewer than {too_few} respondents"
    return {"note": few if respondents < too_few else "would give away the one that is not shown"}


def _hidden(respondents: dict[str, int], too_few: int) -> set[str]:
    """The groups not to be shown: those that are too few, and never just one of several."""
    by_size = sorted(respondents, key=lambda group: (respondents[group], group))
    few = sum(n < too_few for n in respondents.values())
    return set(by_size[: 2 if few == 1 else few])


def _types(table: pd.DataFrame) -> dict[str, str]:
    text = {"service", "by", "group", "quadrant", "gloss", "note"}
    counts = {"n", "respondents"}
    return {
        name: "str" if name in text else "Int64" if name in counts else "float64"
        for name in table.columns
    }
