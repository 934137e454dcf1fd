"""How customers see the services: perception gaps, and importance against performance."""

from math import nan

import pandas as pd

from pmo_lib.engine.quadrants import GLOSSES, QUADRANTS, quadrants
from pmo_lib.engine.survey import latest_waves
from pmo_lib.kpis.families.perception import ROLE_UNKNOWN, gap_units, performance_units
from pmo_lib.kpis.statistics import STATISTICS

EVERYBODY = "everybody"


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
    """One row a service: importance, performance, and its quadrant with its bootstrap share.

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


def _mean(
    name: str, statistic: str, units: pd.DataFrame, level: float, hide: bool
) -> dict[str, float]:
    if hide:
        return {name: nan, f"{name}_low": nan, f"{name}_high": nan}
    found = STATISTICS[statistic](units, level)
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
