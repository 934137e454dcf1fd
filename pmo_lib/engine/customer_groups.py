"""How customers see the services: perception gaps, and importance against performance."""

from dataclasses import dataclass
from math import nan

import pandas as pd

from pmo_lib.engine.quadrants import GLOSSES, QUADRANTS, quadrants
from pmo_lib.engine.survey import latest_waves
from pmo_lib.kpis.families.perception import ROLE_UNKNOWN, gap_units, performance_units
from pmo_lib.kpis.statistics import STATISTICS
from pmo_lib.stats.estimate import NOTHING

EVERYBODY = "everybody"
GIVES_AWAY = "would give away the one that is not shown"


@dataclass(frozen=True)
class CustomerSurvey:
    """The answers to surveys, of which each department's latest wave in the 12 months counts.

    What rests on fewer than ``too_few`` respondents is not shown.
    """

    responses: pd.DataFrame
    services: pd.DataFrame | None
    period: str
    level: float
    too_few: int

    @property
    def answers(self) -> pd.DataFrame:
        return latest_waves(self.responses, "wave", self.period)

    def gaps(self) -> pd.DataFrame:
        """Mean gap (perceived - expected) of every service by customer group, the worst first.

        One row for each service as seen by everybody, by each department and by each role: `gap`
        from `gap_low` to `gap_high`, on `n` answers of so many `respondents`. Where just one of a
        service's departments or roles would be hidden, the next smallest is not shown either, as
        everybody's gap would give the one away.
        """
        answers = self.answers
        units = gap_units(answers, self.services).assign(
            everybody=EVERYBODY, role=answers["role"].fillna(ROLE_UNKNOWN)
        )
        units = units[units["numerator"].notna()]
        means = units.groupby("segment")["numerator"].mean()
        rows = []
        for service in means.sort_values(kind="stable").index:
            own = units[units["segment"] == service]
            for by in ("everybody", "department", "role"):
                parts = {str(group): part for group, part in own.groupby(by)}
                hidden = _hidden(
                    {g: part["case_id"].nunique() for g, part in parts.items()}, self.too_few
                )
                rows += [
                    {"service": service, "by": by, "group": group}
                    | self._mean("gap", "clustered_mean", part, group in hidden)
                    | self._basis(part, group in hidden)
                    for group, part in parts.items()
                ]
        columns = ["service", "by", "group", *_ends("gap"), "n", "respondents", "note"]
        return _typed(pd.DataFrame(rows, columns=columns))

    def importance_performance(self) -> pd.DataFrame:
        """One row a service: importance, performance, and its quadrant with its bootstrap share.

        Means with their intervals on `n` answers of so many `respondents`. The quadrants' cross
        (`importance_cross`, `performance_cross`) is the mean over the services (Martilla & James
        1977); a column for each quadrant holds the share of bootstrap replicates in which the
        service lies there.
        """
        units = performance_units(self.answers, self.services)
        units = units[units["numerator"].notna()]
        found = quadrants(units)
        rows = []
        for service, own in units.groupby("segment"):
            hide = own["case_id"].nunique() < self.too_few
            place = found.loc[service]
            quadrant = "" if hide else str(place["quadrant"])
            rows.append(
                {"service": service}
                | self._mean("importance", "importance_mean", own, hide)
                | self._mean("performance", "clustered_mean", own, hide)
                | {"quadrant": quadrant, "gloss": "" if hide else GLOSSES[quadrant]}
                | {name: nan if hide else place[name] for name in QUADRANTS.values()}
                | self._basis(own, hide)
            )
        columns = ["service", *_ends("importance"), *_ends("performance"), "quadrant", "gloss"]
        columns += [*QUADRANTS.values(), "n", "respondents", "note"]
        return _typed(pd.DataFrame(rows, columns=columns)).assign(
            importance_cross=found["importance"].mean(),
            performance_cross=found["performance"].mean(),
        )

    def _mean(self, name: str, statistic: str, units: pd.DataFrame, hide: bool) -> dict[str, float]:
        found = NOTHING if hide else STATISTICS[statistic](units, self.level)
        return dict(zip(_ends(name), (found.value, found.low, found.high), strict=True))

    def _basis(self, units: pd.DataFrame, hide: bool) -> dict[str, object]:
        """What the means rest on, or why they are not shown."""
        respondents = units["case_id"].nunique()
        if not hide:
            return {"n": len(units), "respondents": respondents, "note": ""}
        few = f"fewer than {self.too_few} respondents"
        return {"note": few if respondents < self.too_few else GIVES_AWAY}


def _hidden(respondents: dict[str, int], too_few: int) -> set[str]:
    """The groups not to be shown: those that are too few, and others until there are enough.

    Of several never just one, and never some with no more respondents than too few together.
    """
    by_size = sorted(respondents, key=lambda group: (respondents[group], group))
    hide = sum(n < too_few for n in respondents.values())
    if hide == 1:
        hide = 2
    while 0 < hide < len(by_size) and sum(respondents[g] for g in by_size[:hide]) <= too_few:
        hide += 1
    return set(by_size[:hide])


def _ends(name: str) -> list[str]:
    return [name, f"{name}_low", f"{name}_high"]


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    text = dict.fromkeys(["service", "by", "group", "quadrant", "gloss", "note"], "str")
    types = text | {"n": "Int64", "respondents": "Int64"}
    return table.astype({name: types.get(name, "float64") for name in table.columns})
