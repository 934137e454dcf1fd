"""Services that departments have, use, or get elsewhere."""

import pandas as pd
from pandas.testing import assert_frame_equal

from builders.tables import frame, request
from pmo_lib.facts.customers import service_names, uptake

ROLLOUTS = frame(
    "rollouts",
    [
        {"department": "Finance", "service_id": "S1", "adopted_on": "2025-01-01"},
        {"department": "Finance", "service_id": "S2", "adopted_on": "2026-09-30"},
        {"department": "Sales", "service_id": "S1", "adopted_on": "2026-10-01"},
    ],
)
REQUESTS = frame(
    "service_requests",
    [
        request("q1"),
        request("q2", opened_on="2025-10-01"),
        request("q3", channel="shadow"),
        request("too old", opened_on="2025-09-30"),
        request("too young", opened_on="2026-10-01"),
        request("q4", service_id="S2", channel="own_tool"),
        request("q5", department="Sales"),
        request("q6", department="IT", service_id="S3", channel="external"),
    ],
)
SERVICES = frame("services", [{"service_id": "S1", "name": "Advice"}])


def test_uptake_counts_who_served_each_department() -> None:
    table = uptake(REQUESTS, ROLLOUTS, SERVICES, "2026-09")
    rows = table.drop(columns="rolled_out_on").itertuples(index=False, name=None)
    assert list(rows) == [
        ("Advice", "Finance", 2, 1, "used"),
        ("Advice", "Sales", 1, 0, "not rolled out"),
        ("S2", "Finance", 0, 1, "not used"),
        ("S3", "IT", 0, 1, "not rolled out"),
    ]
    assert table["rolled_out_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "2025-01-01", "", "2026-09-30", "",
    ]  # fmt: skip


def test_order_of_rows_does_not_matter() -> None:
    shuffled = (t.sample(frac=1, random_state=1) for t in (REQUESTS, ROLLOUTS))
    assert_frame_equal(
        uptake(*shuffled, SERVICES, "2026-09"), uptake(REQUESTS, ROLLOUTS, SERVICES, "2026-09")
    )


def test_nothing_gives_no_rows() -> None:
    table = uptake(REQUESTS[:0], ROLLOUTS[:0], None, "2026-09")
    assert len(table) == 0
    assert table["by_pmo"].dtype == "int64"


def test_a_name_that_two_services_bear_names_neither() -> None:
    services = frame(
        "services",
        [{"service_id": "S1", "name": "Advice"}, {"service_id": "S2", "name": "Advice"},
         {"service_id": "S3", "name": "Tools"}],
    )  # fmt: skip
    ids = pd.Series(["S1", "S2", "S3", "S4"], dtype="str")
    assert service_names(ids, services).tolist() == ["S1", "S2", "Tools", "S4"]
    assert service_names(ids, None).tolist() == ids.tolist()
