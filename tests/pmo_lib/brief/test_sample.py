"""What is planted in the sample is what is asked: three truths on page one, a fourth behind."""

from collections.abc import Iterator

import pytest

from builders.catalogue import only_kpis
from builders.tables import frame
from builders.workbooks import workbook
from pipelines.sample import TRUTHS, portfolio
from pmo_lib.brief.brief import Brief
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.result import ORGANISATION

ASKED_FROM = {"D1", "D2", "D3", "D4", "D15", "G2", "G9", "P2", "P10", "R1", "R4", "R8", "R12"}


@pytest.fixture(scope="module")
def page() -> Iterator[Brief]:
    """The organisation's page on the sample."""
    given = {
        name: frame(
            name, rows[[c for c in rows if c in TABLES[name].column_names]].to_dict("records")
        )
        for name, rows in portfolio().items()
        if name in TABLES
    }
    with only_kpis(ASKED_FROM):
        yield workbook(given).measured().briefs[ORGANISATION]


def test_three_of_the_planted_truths_are_on_page_one(page: Brief) -> None:
    services = {
        each.id.partition(":")[2] for each in page.asks if each.rule == "service-disappoints"
    }
    ids = {each.id for each in page.asks}
    assert f"rated-green-red-by-rule:{TRUTHS.watermelon_department}" in ids
    assert f"goes-elsewhere:{TRUTHS.leaking_department}" in ids
    assert services == {"Status reporting"}


def test_the_overloaded_role_is_among_the_asks(page: Brief) -> None:
    roles = {each.id for each in (*page.asks, *page.further) if each.rule == "role-overloaded"}
    assert roles == {f"role-overloaded:{TRUTHS.overloaded_role}"}


def test_no_other_department_or_role_is_named_for_what_is_planted(page: Brief) -> None:
    asks = [*page.asks, *page.further]
    assert len({each.id for each in asks}) == len(asks)
    assert len([each for each in asks if each.rule == "goes-elsewhere"]) == 1


def test_of_services_that_disappoint_the_planted_one_has_the_widest_gap(page: Brief) -> None:
    gaps = {
        each.id: each.figure.value
        for each in (*page.asks, *page.further)
        if each.rule == "service-disappoints"
    }
    assert min(gaps, key=lambda each: gaps[each]) == "service-disappoints:Status reporting"
