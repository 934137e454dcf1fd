"""The value-lifecycle audit: which of its five steps each promise to a customer has taken.

===========  ===================================================================================
Capture      the challenge is written down, and the department answered a survey on the service;
             on any service where the promise names none
Convert      challenge, opportunity and promise are all written down
Deliver      a known service is named that was rolled out to the department or served it
Measure      a known KPI is named that has a value for the department now
Communicate  the department was told how the promise stands; a decision of theirs is said where
             one was recorded, but not asked for
===========  ===================================================================================

A step of which the tables hold no sign is missing, and so is one whose table is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import pandas as pd

from pmo_lib.wording import listed

STEPS = ("Capture", "Convert", "Deliver", "Measure", "Communicate")
OWN_KPI = "R10"  # it counts the promises, so a promise on it would have to count itself
TEXTS = ("challenge", "opportunity", "statement")
Pairs = set[tuple[str, str]]  # of a department and a service
ShownBy = Callable[[str, str], str]


class _Promise(NamedTuple):
    """A value statement; what is not written down is empty."""

    statement_id: str
    department: str
    challenge: str
    opportunity: str
    statement: str
    service_id: str
    kpi_id: str


@dataclass(frozen=True)
class _Signs:
    """What the tables say up to the data date; None where the table is not there."""

    answered: Pairs | None
    services: dict[str, str] | None
    rolled_out: Pairs | None
    served: Pairs | None
    told: dict[tuple[str, str], str] | None
    shown_by: ShownBy

    def name(self, service_id: str) -> str:
        """What customers call the service."""
        return (self.services or {}).get(service_id, service_id)


def audit(
    value_statements: pd.DataFrame,
    data_date: pd.Timestamp,
    shown_by: ShownBy,
    *,
    survey_responses: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
    service_requests: pd.DataFrame | None = None,
    rollouts: pd.DataFrame | None = None,
    communications: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every statement's steps, one row each: statement_id, department, step, is_present, reason.

    `shown_by` says of a KPI and a department why it cannot show a promise kept, empty where it
    can. The reason is why the step is missing; of a step Communicate that is present it is when
    the department was last told, and what it decided.
    """
    signs = _Signs(
        answered=_answered(survey_responses, data_date),
        services=None if services is None else _names(services),
        rolled_out=_pairs(rollouts, "adopted_on", data_date),
        served=_served(service_requests, data_date),
        told=_told(communications, data_date),
        shown_by=cache(shown_by),
    )
    checks = (_captured, _converted, _delivered, _measured, _communicated)
    rows = [
        (promise.statement_id, promise.department, step, *check(promise, signs))
        for promise in _promises(value_statements)
        for step, check in zip(STEPS, checks, strict=True)
    ]
    columns = {
        "statement_id": "str", "department": "str", "step": "str", "is_present": "bool",
        "reason": "str",
    }  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def completeness(steps: pd.DataFrame) -> pd.DataFrame:
    """One row per statement of the audit: is_complete, and its missing steps in words."""
    missing = steps[~steps["is_present"]].groupby("statement_id")["step"].agg(", ".join)
    statements = steps[["statement_id", "department"]].drop_duplicates(ignore_index=True)
    named = statements["statement_id"].map(lambda name: missing.get(name, "")).astype("str")
    return statements.assign(missing=named, is_complete=named == "")


@dataclass(frozen=True)
class Completeness:
    """How many promises took every step, and which step is missing most often; ties all told."""

    statements: int
    complete: int
    most_missing: tuple[str, ...]
    lacking: int

    @property
    def said(self) -> str:
        if not self.statements:
            return "There is no value statement."
        whole = f"{self.complete} of {self.statements} value statements have all five steps"
        if not self.most_missing:
            return f"{whole}."
        several = len(self.most_missing) > 1
        steps = f"{listed(list(self.most_missing))} {'are' if several else 'is'}"
        return f"{whole}; {steps} missing most often, in {self.lacking}{' each' * several}."


def headline(steps: pd.DataFrame) -> Completeness:
    """The audit in one sentence."""
    statements = completeness(steps)
    counts = steps.loc[~steps["is_present"], "step"].value_counts()
    lacking = int(counts.max()) if len(counts) else 0
    most = tuple(step for step in STEPS if lacking and counts.get(step, 0) == lacking)
    return Completeness(len(statements), int(statements["is_complete"].sum()), most, lacking)


def _captured(promise: _Promise, signs: _Signs) -> tuple[bool, str]:
    missing = [] if promise.challenge else ["no challenge is written down"]
    if signs.answered is None:
        missing.append("needs survey_responses.csv")
    elif (promise.department, promise.service_id) not in signs.answered:
        service = f" on {signs.name(promise.service_id)}" if promise.service_id else ""
        missing.append(f"no survey answer of {promise.department}{service}")
    return not missing, "; ".join(missing)


def _converted(promise: _Promise, _signs: _Signs) -> tuple[bool, str]:
    missing = [name for name in TEXTS if not getattr(promise, name)]
    return not missing, f"no {' and no '.join(missing)} is written down" if missing else ""


def _delivered(promise: _Promise, signs: _Signs) -> tuple[bool, str]:
    if not promise.service_id:
        return False, "names no service"
    if signs.services is None:
        return False, "needs services.csv"
    if promise.service_id not in signs.services:
        return False, f"{promise.service_id} is no known service"
    here = (promise.department, promise.service_id)
    if here in (signs.rolled_out or ()) or here in (signs.served or ()):
        return True, ""
    if signs.rolled_out is None and signs.served is None:
        return False, "needs rollouts.csv or service_requests.csv"
    missing = [] if signs.rolled_out is None else [f"not rolled out to {promise.department}"]
    missing += [] if signs.served is None else ["never used"]
    return False, " and ".join(missing)


def _measured(promise: _Promise, signs: _Signs) -> tuple[bool, str]:
    if not promise.kpi_id:
        return False, "names no KPI"
    if promise.kpi_id == OWN_KPI:
        return False, f"{OWN_KPI} counts the promises themselves, so it can show none of them kept"
    reason = signs.shown_by(promise.kpi_id, promise.department)
    return not reason, reason


def _communicated(promise: _Promise, signs: _Signs) -> tuple[bool, str]:
    if signs.told is None:
        return False, "needs communications.csv"
    said = signs.told.get((promise.department, promise.statement_id))
    return (True, said) if said else (False, f"never reported to {promise.department}")


def _promises(value_statements: pd.DataFrame) -> list[_Promise]:
    texts = value_statements[list(_Promise._fields)].fillna("")
    texts = texts.apply(lambda column: column.str.strip())
    return [_Promise(*row) for row in texts.itertuples(index=False, name=None)]


def _names(services: pd.DataFrame) -> dict[str, str]:
    return dict(zip(services["service_id"], services["name"], strict=True))


def _answered(survey_responses: pd.DataFrame | None, data_date: pd.Timestamp) -> Pairs | None:
    """Who answered on which service; on any, under the empty name. A blank form is no answer."""
    if survey_responses is None:
        return None
    scores = ["importance", "expected", "perceived", "recommend", "contribution"]
    given = survey_responses[survey_responses[scores].notna().any(axis=1)]
    given = given[given["wave"] <= f"{data_date:%Y-%m}"]
    return _unique(given) | {(department, "") for department in given["department"]}


def _served(service_requests: pd.DataFrame | None, data_date: pd.Timestamp) -> Pairs | None:
    if service_requests is None:
        return None
    return _pairs(service_requests[service_requests["channel"] == "pmo"], "closed_on", data_date)


def _pairs(table: pd.DataFrame | None, day: str, data_date: pd.Timestamp) -> Pairs | None:
    return None if table is None else _unique(table[table[day] <= data_date])


def _unique(table: pd.DataFrame) -> Pairs:
    return set(table[["department", "service_id"]].itertuples(index=False, name=None))


def _told(
    communications: pd.DataFrame | None, data_date: pd.Timestamp
) -> dict[tuple[str, str], str] | None:
    """When each department was last told of a statement, and the last decision recorded."""
    if communications is None:
        return None
    sent = communications[communications["sent_on"] <= data_date]
    last = (
        sent.sort_values(["sent_on", "report"])
        .groupby(["department", "statement_id"])[["sent_on", "decision"]]
        .last()  # of each column the last that is filled
    )
    return {
        (str(department), str(statement_id)): f"last on {sent_on:%Y-%m-%d}; {_decided(decision)}"
        for (department, statement_id), sent_on, decision in last.itertuples(name=None)
    }


def _decided(decision: object) -> str:
    return f"last decision: {decision}" if isinstance(decision, str) else "no decision recorded"
