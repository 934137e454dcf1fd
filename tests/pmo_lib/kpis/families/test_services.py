"""R4, R6, R8 and R9: occasions on which customers needed a service."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from builders.portfolio import with_customers
from builders.tables import request
from builders.views import view
from builders.whole import PERIOD, whole, whole_view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.facts.customers import NOT_ROLLED_OUT, USED, uptake
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.families.services import OTHER_CHANNELS

DAYS = st.dates(date(2025, 8, 1), date(2026, 11, 30))


def only(kpi_id: str, seen: View, department: str = ORGANISATION) -> KpiResult:
    return results(seen, [department], [kpi_id])[0]


def parts(kpi_id: str, seen: View) -> dict[str, float]:
    return {r.segment: r.value for r in results(seen, kpis=[kpi_id]) if r.segment}


@st.composite
def requests(draw: st.DrawFn, department: str) -> list[dict[str, Any]]:
    rows = []
    for i in range(draw(st.integers(0, 12))):
        opened, closed = draw(DAYS), draw(st.none() | DAYS)
        if closed and closed < opened:
            opened, closed = closed, opened
        rows.append(
            request(
                f"{department} {i}",
                department=department,
                service_id=draw(st.sampled_from(["S1", "S2"])),
                channel=draw(st.sampled_from(["pmo", "pmo", *OTHER_CHANNELS])),
                opened_on=opened,
                closed_on=closed,
                due_on=draw(st.none() | DAYS),
                satisfaction=draw(st.none() | st.integers(1, 5)),
            )
        )
    return rows


SERVICES = [{"service_id": "S1", "name": "Advice", "sla_days": 10}]
ROLLOUTS = [
    {"department": name, "service_id": service, "adopted_on": "2025-01-01"}
    for name in ("Finance", "Sales")
    for service in ("S1", "S2")
]


class TestChannels:
    @examples(max_examples=15)
    @given(rows=requests("Finance"))
    def test_shares_of_the_channels_add_up_to_the_leakage(self, rows: list[dict[str, Any]]) -> None:
        found = results(view(service_requests=rows), kpis=["R8"])
        whole, *channels = found
        if whole.is_measured:
            assert len(channels) == len(OTHER_CHANNELS) == 5
            assert sum(r.value for r in channels) == pytest.approx(whole.value)
            assert {r.n for r in found} == {whole.n}


class TestSatisfaction:
    def test_nobody_scored(self) -> None:
        rows = [request(f"q{i}", closed_on="2026-06-10") for i in range(6)]
        old = request("old", opened_on="2024-01-01", closed_on="2024-02-01", satisfaction=5)
        found = only("R4", view(service_requests=[*rows, old]))
        assert (found.state, found.missing) == ("undefined", 6)

    def test_unscored_are_told(self) -> None:
        scores = [5, 5, 4, 4, 3, None, None]
        rows = [
            request(f"q{i}", closed_on="2026-06-10", satisfaction=score)
            for i, score in enumerate(scores)
        ]
        found = only("R4", view(service_requests=rows))
        assert (found.value, found.n, found.missing) == (0.8, 5, 2)
        assert "2 of 7 left out" in found.reason


class TestUptake:
    def test_nothing_was_ever_asked(self) -> None:
        found = only("R6", view(service_requests=[], rollouts=ROLLOUTS))
        assert (found.value, found.n) == (0, 4)

    def test_before_the_first_rollout_there_is_nothing_to_use(self) -> None:
        seen = view("2024-12", service_requests=[request()], rollouts=ROLLOUTS)
        assert only("R6", seen).state == "undefined"

    def test_departments_are_the_cases(self) -> None:
        rollouts = [
            {"department": f"D{i}", "service_id": f"S{j}", "adopted_on": "2025-01-01"}
            for i in range(4)
            for j in range(8)
        ]
        found = only("R6", view(given={}, service_requests=[request()], rollouts=rollouts))
        assert found.state == "too few"


class TestAttainment:
    def test_withheld_services_promise_nothing(self) -> None:
        rows = [request("a", closed_on="2026-06-05"), request("b", due_on="2026-06-08")]
        seen = view(service_requests=rows, services=SERVICES)
        without = View(seen.tables, seen.period, seen.settings, {"services": "rejected"})
        assert (only("R9", seen).n, only("R9", seen).value) == (2, 0.5)
        assert (only("R9", without).n, only("R9", without).missing) == (1, 1)

    def test_own_due_date_goes_before_the_service_s_promise(self) -> None:
        rows = [request(due_on="2026-06-30", closed_on="2026-06-25")]
        assert only("R9", view(service_requests=rows, services=SERVICES)).value == 1

    def test_closed_after_the_data_date_is_overdue(self) -> None:
        rows = [request(due_on="2026-09-30", closed_on="2026-10-01")]
        assert only("R9", view(service_requests=rows)).value == 0

    @pytest.mark.parametrize("services", [[], [{"service_id": "S1", "name": "Advice"}]])
    def test_no_promise_at_all_is_undefined(self, services: list[dict[str, Any]]) -> None:
        rows = [request(closed_on="2026-06-02")]
        found = only("R9", view(service_requests=rows, services=services))
        assert (found.state, found.missing) == ("undefined", 1)


def test_parts_are_named_as_customers_call_the_service() -> None:
    assert set(parts("R4", View(with_customers(), "2026-09"))) == {"Service 1", "Service 2"}


def test_uptake_is_what_the_page_on_uptake_shows() -> None:
    tables = whole()
    table = uptake(tables["service_requests"], tables["rollouts"], tables["services"], PERIOD)
    shown = table[table["state"] != NOT_ROLLED_OUT]
    found = observe(CATALOGUE["R6"], whole_view(tables))
    assert list(
        zip(found["department"], found["segment"], found["numerator"], strict=True)
    ) == list(zip(shown["department"], shown["service"], shown["state"] == USED, strict=True))
