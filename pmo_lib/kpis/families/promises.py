"""Whether promises to customers have gone through the whole value lifecycle."""

import pandas as pd

from pmo_lib.facts.lifecycle import OWN_KPI, TEXTS, ShownBy, audit, completeness
from pmo_lib.kpis.kpi import kpi, observations


@kpi(
    id=OWN_KPI, name="Value-lifecycle completeness", family="role", unit="share",
    better="higher", statistic="rate", population="value statements",
    uses=tuple(f"value_statements.{name}" for name in (*TEXTS, "service_id", "kpi_id")),
)  # fmt: skip
def value_lifecycle_completeness(
    value_statements: pd.DataFrame,
    shown_by: ShownBy,
    data_date: pd.Timestamp,
    survey_responses: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
    service_requests: pd.DataFrame | None = None,
    rollouts: pd.DataFrame | None = None,
    communications: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Value statements with all five steps of the lifecycle ÷ value statements.

    The steps are Capture, Convert, Deliver, Measure and Communicate; one that the tables show no
    sign of is missing.
    """
    steps = audit(
        value_statements,
        data_date,
        shown_by,
        survey_responses=survey_responses,
        services=services,
        service_requests=service_requests,
        rollouts=rollouts,
        communications=communications,
    )
    statements = completeness(steps)
    return observations(
        statements.assign(data_date=data_date),
        numerator=statements["is_complete"].astype("float64"),
        case="statement_id",
    )
