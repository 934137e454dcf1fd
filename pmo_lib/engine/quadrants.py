"""Importance–performance analysis: each service's quadrant, and its bootstrap share."""

from hashlib import blake2b
from math import exp, factorial, nan

import numpy as np
import pandas as pd

from pmo_lib.stats.numbers import Floats

REPLICATES = 999


ON_THE_LINE = 1e-9  # a mean at the mean of all is at it, whatever the floating point says


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


def with_quadrants(units: pd.DataFrame) -> pd.DataFrame:
    """The observations with their service's quadrant among these, and its bootstrap share."""
    found = quadrants(units[units["numerator"].notna()])
    return units.assign(
        quadrant=units["segment"].map(found["quadrant"]),
        quadrant_share=units["segment"].map(found["quadrant_share"]),
    )


def quadrants(units: pd.DataFrame) -> pd.DataFrame:
    """Each service's importance, performance, quadrant, and share of replicates in each quadrant.

    Respondents are resampled, not answers: each counts so many times in a replicate, and the
    cross is the mean over the replicate's services. A service on a line, as the only one or where
    all answers are equal, is in no quadrant, and its `quadrant_share` is missing.
    """
    cases, people = pd.factorize(units["case_id"], sort=True)
    segments, services = pd.factorize(units["segment"], sort=True)
    shape = len(people), len(services)
    known = (cases >= 0) & (segments >= 0)
    cells = np.ravel_multi_index((cases[known], segments[known]), shape)
    answers, *scores = (
        np.bincount(cells, units[name].to_numpy()[known], shape[0] * shape[1]).reshape(shape)
        for name in ("denominator", "importance", "numerator")
    )
    draws = poisson_weights(people)
    weights = np.vstack([np.ones(len(people)), draws])  # the answers as they are, then as resampled
    n = weights @ answers
    with np.errstate(invalid="ignore"):  # a service on which nobody resampled has answered
        importance, performance = (weights @ score / n for score in scores)
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


def poisson_weights(respondents: pd.Index) -> Floats:
    """How often each respondent counts in each replicate: Poisson(1), by a hash of the two.

    The draws depend on nothing else: not on the order of the rows, nor on who else answered.
    """
    seeds = [blake2b(str(name).encode(), digest_size=8).digest() for name in respondents]
    start = np.array([int.from_bytes(seed, "big") for seed in seeds], dtype=np.uint64)
    step = np.arange(1, REPLICATES + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
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
