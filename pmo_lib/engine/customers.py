"""What customers were promised, what they say of the services, and what they use."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import nan

import pandas as pd

from pmo_lib.contract.tables import empty
from pmo_lib.engine.customer_groups import GIVES_AWAY, CustomerSurvey
from pmo_lib.engine.observe import shown_by
from pmo_lib.engine.view import View
from pmo_lib.facts.customers import uptake
from pmo_lib.facts.lifecycle import audit

AUDITED = ("survey_responses", "services", "service_requests", "rollouts", "communications")


@dataclass(frozen=True)
class Customers:
    """What customers were promised and get; a frame is None where its table cannot be used.

    ``steps`` are the value lifecycle's of each promise, ``gaps`` and ``services`` what answers to
    surveys say of each service, ``uptake`` where each service was rolled out and used.
    """

    steps: pd.DataFrame
    gaps: pd.DataFrame | None
    services: pd.DataFrame | None
    uptake: pd.DataFrame | None

    def without(self, hidden: Collection[tuple[str, str]]) -> "Customers":
        """The same with no gap of a department and service that is hidden elsewhere.

        What one table hides with the small one and another shows would give the small one away.
        """
        if self.gaps is None:
            return self
        gaps = self.gaps.copy()
        pairs = zip(gaps["group"], gaps["service"], strict=True)
        also = (gaps["by"] == "department") & pd.Series(
            [pair in hidden for pair in pairs], index=gaps.index, dtype="bool"
        )
        also &= gaps["note"] == ""
        gaps.loc[also, ["gap", "gap_low", "gap_high"]] = nan
        gaps.loc[also, ["n", "respondents"]] = pd.NA
        gaps.loc[also, "note"] = GIVES_AWAY
        return replace(self, gaps=gaps)


def customers(view: View) -> Customers:
    """What customers were promised, what they say and what they use, as the tables tell."""
    usable = view.usable
    answers, named = usable.get("survey_responses"), usable.get("services")
    level, few = view.settings.confidence_level, view.settings.disclosure.too_few
    asked = None
    if answers is not None:
        asked = CustomerSurvey(answers, named, view.period, level, few)
    used = [usable.get(name) for name in ("service_requests", "rollouts")]
    return Customers(
        audit(
            view.tables.get("value_statements", empty("value_statements")),
            view.data_date,
            shown_by(view),
            **{name: usable[name] for name in AUDITED if name in usable},
        ),
        asked.gaps() if asked else None,
        asked.importance_performance() if asked else None,
        uptake(used[0], used[1], named, view.period)
        if used[0] is not None and used[1] is not None
        else None,
    )
