"""A pledge: what will be asked, of which outcome and by which rules, said before it is seen.

A row of `pledges`, with the hash of its own words. A later value case is *as pledged*, or it lists
every deviation; what was not pledged is exploratory then, and never becomes money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from unicodedata import normalize

import pandas as pd

from pmo_lib.effect.adoption import Design
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY
from pmo_lib.errors import ParameterError, allowed_values, shown
from pmo_lib.months import month
from pmo_lib.worth.assumptions import Terms

COLUMNS = (
    "pledge_id", "question", "outcome", "service_id", "design", "smallest_effect", "rules",
    "assumptions", "pledged_on", "look_on", "data_hash", "pledge_hash",
)  # fmt: skip
OUTCOMES_TO_PLEDGE = tuple(each.id for each in PRIMARY)


@dataclass(frozen=True)
class Pledge:
    """One pledge, its cells as texts; `COLUMNS` are its fields but for the hash.

    ``look_on`` is the month whose pack answers it; ``rules`` says what else could be chosen:
    straddlers and the sceptical effect. ``data_hash`` is of the tables as they were.
    """

    pledge_id: str
    question: str
    outcome: str
    service_id: str
    design: str
    smallest_effect: str
    rules: str
    assumptions: str
    pledged_on: str
    look_on: str
    data_hash: str

    def hash(self) -> str:
        """SHA-256 of every word of it: a byte that changes later is found."""
        words = [f"{name}={getattr(self, name)}" for name in COLUMNS[:-1]]
        return sha256("\n".join(words).encode()).hexdigest()

    def row(self) -> dict[str, str]:
        """The row of `pledges`."""
        return {name: getattr(self, name) for name in COLUMNS[:-1]} | {"pledge_hash": self.hash()}

    def deviations(self, terms: Terms, design: Design, period: str) -> tuple[str, ...]:
        """What differs from the pledge in what was asked, as phrases; none where nothing does."""
        now = pledge(
            self.pledge_id, self.question, self.outcome, terms, design,
            pledged_on=self.pledged_on, look_on=self.look_on, data_hash=self.data_hash,
        )  # fmt: skip
        said = [
            f"{name.replace('_', ' ')}: {getattr(self, name)} was pledged, {getattr(now, name)} "
            "is used"
            for name in ("design", "smallest_effect", "rules", "assumptions")
            if getattr(self, name) != getattr(now, name)
        ]
        if period < self.look_on:
            said.append(f"looked at before {month(self.look_on)}")
        return tuple(said)


def pledge(
    pledge_id: str,
    question: str,
    outcome: str,
    terms: Terms,
    design: Design,
    *,
    pledged_on: str,
    look_on: str,
    data_hash: str,
) -> Pledge:
    """The pledge of these terms; ParameterError for an outcome that is none of the primary ones."""
    if outcome not in OUTCOMES_TO_PLEDGE:
        raise ParameterError(
            f"{shown(outcome)} cannot be pledged",
            remedy=allowed_values(outcome, OUTCOMES_TO_PLEDGE),
        )
    table = terms.assumptions.table()
    rules = f"straddlers {terms.straddlers}; sceptical effect {terms.sceptical:g}"
    said = " ".join(normalize("NFC", question).split())  # as exports are read
    return Pledge(
        pledge_id, said, outcome, terms.service, design,
        f"{terms.smallest:g}", f"{rules}; began {terms.began or 'as rolled out'}",
        "; ".join(f"{row.name} {row.value}" for row in table.itertuples(index=False)),
        pledged_on, look_on, data_hash,
    )  # fmt: skip


def pledged(tables: Mapping[str, pd.DataFrame], service: str) -> Pledge | None:
    """The latest pledge of the service (of all together where empty) that is as it was written."""
    every = _all(tables)
    own = [each for each, kept in every if kept and each.service_id == service]
    return max(own, key=lambda each: (each.pledged_on, each.pledge_id), default=None)


def changed(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Which pledges were changed after they were written, as sentences."""
    return [
        f"The pledge {each.pledge_id} was changed after {each.pledged_on}: its hash is another, "
        "and while it stands so nothing becomes money."
        for each, kept in _all(tables)
        if not kept
    ]


def _all(tables: Mapping[str, pd.DataFrame]) -> list[tuple[Pledge, bool]]:
    """Every pledge, and whether its hash is that of its words."""
    if "pledges" not in tables:
        return []
    rows = tables["pledges"].astype("object")
    found = []
    for row in rows.where(rows.notna(), "").to_dict("records"):
        cells = {str(name): _text(value) for name, value in row.items()}
        known = cells.pop("pledge_hash")
        one = Pledge(**cells)
        found.append((one, one.hash() == known and one.outcome in OUTCOMES))
    return found


def _text(value: object) -> str:
    """A cell as it is written: a date by its day."""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
