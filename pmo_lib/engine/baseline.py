"""A frozen baseline: the observations of every KPI at the end of a month, kept for good.

It holds observations and not results, so that a later report can use the right two-sample method
and knows which cases are in both periods.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd

from pmo_lib.errors import ParameterError, shown
from pmo_lib.portable import name_problems

MOST_LETTERS = 60  # of a name
FORMAT = 1  # of the files; a later workbook must still be able to read them
OBSERVED_UNDER = {
    "currency", "outcome_window_months", "price_base", "red_rule", "tolerances",
}  # fmt: skip


@dataclass(frozen=True)
class Baseline:
    """The observations of the KPIs as they stood at the end of `until`.

    Attributes
    ----------
    name, version : what it is called; a name frozen again on other data gets the next version.
    until : its last month.
    frozen_on : the day it was frozen, YYYY-MM-DD.
    data_hash : of the data it was frozen from.
    settings : under which it was observed.
    unmeasured : the KPIs that could not be observed, with the reason.
    observations : per KPI its observations within the KPI's window.
    added : the KPIs that could be observed of that month only later, each with the day.
    """

    name: str
    version: int
    until: str
    frozen_on: str
    data_hash: str
    workbook_version: str
    settings: Mapping[str, Any]
    unmeasured: Mapping[str, str]
    observations: Mapping[str, pd.DataFrame]
    added: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.name}, version {self.version}"

    def hash(self, *, whole: bool = False) -> str:
        """SHA-256 over what was observed and how, not over when and under which name.

        It is of what was frozen first, and stays; the `whole` is with what was added.
        """
        return self._hash_of(self.observations) if whole and self.added else self._hash

    @cached_property
    def _hash(self) -> str:
        return self._hash_of(k for k in self.observations if k not in self.added)

    def _hash_of(self, kpis: Iterable[str]) -> str:
        digest = sha256(repr((FORMAT, self.until, sorted(flat(self.settings)))).encode())
        for kpi_id in sorted(kpis):
            digest.update(f"{kpi_id}\n{self._written(kpi_id)}".encode())
        return digest.hexdigest()

    def _written(self, kpi_id: str) -> str:
        return str(self.observations[kpi_id].to_csv(index=False))

    def with_added(self, more: "Baseline") -> "Baseline":
        """The same with the KPIs of a supplement, which was frozen later."""
        return replace(
            self,
            observations={**self.observations, **more.observations},
            unmeasured={k: why for k, why in self.unmeasured.items() if k not in more.observations},
            added={**self.added, **dict.fromkeys(more.observations, more.frozen_on)},
        )

    def comes_out_in(self, other: "Baseline") -> bool:
        """Whether the other is of the same month and settings, and observed the same of each KPI.

        It may hold further KPIs.
        """
        known = all(kpi_id in other.observations for kpi_id in self.observations)
        alike = self.until == other.until and not self.differing_settings(other.settings)
        return (
            known
            and alike
            and all(self._written(k) == other._written(k) for k in self.observations)
        )

    def facts(self) -> dict[str, Any]:
        """All but the observations, as plain values."""
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "until": self.until,
            "frozen_on": self.frozen_on,
            "data_hash": self.data_hash,
            "workbook_version": self.workbook_version,
            "hash": self.hash(),
            "settings": dict(self.settings),
            "unmeasured": dict(self.unmeasured),
        }

    def differing_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """The settings that affect observations and differed when it was frozen."""
        then, now = dict(flat(self.settings)), dict(flat(settings))
        names = [name for name in now if name.split(".")[0] in OBSERVED_UNDER]
        return [f"{n} was {then[n]}, is {now[n]}" for n in names if then.get(n, now[n]) != now[n]]


def check_name(name: str) -> None:
    """Raise ParameterError unless `name` can be a folder's name on every system."""
    is_plain = all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
    problem = next(name_problems(name, MOST_LETTERS), "")
    if problem or not is_plain:
        raise ParameterError(
            f"{shown(name)} cannot be the name of a baseline{problem and f': it {problem}'}",
            remedy=f"Allowed: letters, digits, hyphens and underscores, at most {MOST_LETTERS}",
        )


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as names with dots and their values."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
