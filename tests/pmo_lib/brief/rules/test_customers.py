"""Asks on customers: just the planted service, department and promise, beyond what is chance."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from builders.evidence import evidence, found_by
from builders.results import result
from builders.views import view
from pmo_lib.assessment.promises import Promise
from pmo_lib.brief.brief import RULE_MODULES
from pmo_lib.engine.result import ORGANISATION

assert RULE_MODULES  # their rules are declared

SERVICES = [{"service_id": "S1", "name": "Reporting", "owner": "Rita"}]
POOR = {"performance": 3.0, "performance_high": 3.4, "importance": 6.2}


def ratings(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"importance_cross": 5.0, "performance_cross": 4.5}
    return pd.DataFrame([plain | row for row in rows])


def gap(service: str, low: float, high: float, **more: Any) -> Any:
    value = (low + high) / 2
    return result(
        "R1", ORGANISATION, segment=service, value=value, low=low, high=high, n=60, **more
    )


class TestServiceDisappoints:
    TABLE = ratings(
        {"service": "Reporting"} | POOR,
        {"service": "Chance gap"} | POOR,
        {"service": "Not measured"} | POOR,
        {"service": "Minor"} | POOR | {"importance": 5.0},
        {"service": "Near the mean"} | POOR | {"performance_high": 4.5},
        {"service": "Not rated"} | POOR | {"performance": float("nan")},
    )
    GAPS = (
        gap("Reporting", -2.0, -1.0, cases=40), gap("Chance gap", -2.0, 0.0),
        gap("Minor", -2.0, -1.0), gap("Near the mean", -2.0, -1.0), gap("Not rated", -2.0, -1.0),
        result("R4", ORGANISATION, segment="Reporting", value=0.31, n=60),
    )  # fmt: skip

    def test_names_just_the_planted_service(self) -> None:
        given = evidence(view(services=SERVICES), self.GAPS, services=self.TABLE)
        found = found_by("service-disappoints", given)
        assert list(found) == ["service-disappoints:Reporting"]
        (ask,) = found.values()
        assert (ask.what, ask.who) == ("Redesign Reporting, or stop it", "Rita")
        assert "1.5 less than expected" in ask.why
        assert "31\u00a0% satisfied" in ask.why
        assert (ask.customers, ask.department) == (40, ORGANISATION)
        assert (ask.figure.kpi_id, ask.figure.segment, ask.figure.high) == ("R1", "Reporting", -1)

    def test_without_answers_nothing_is_asked(self) -> None:
        assert not found_by("service-disappoints", evidence(results=self.GAPS))

    @pytest.mark.parametrize(
        "rows", [[], [{"service_id": "S1", "name": "Reporting"}], [*SERVICES, SERVICES[0] | {
            "service_id": "S2", "owner": "Rob"}]],
    )  # fmt: skip
    def test_is_asked_of_the_head_where_no_one_owner_is_known(self, rows: Any) -> None:
        given = evidence(view(services=rows), self.GAPS, services=self.TABLE)
        (ask,) = found_by("service-disappoints", given).values()
        assert ask.who == "Head of the PMO"

    def test_withheld_owner_is_not_named(self) -> None:
        seen = replace(view(services=SERVICES), withheld={"services.owner": "it is in doubt"})
        (ask,) = found_by(
            "service-disappoints", evidence(seen, self.GAPS, services=self.TABLE)
        ).values()
        assert ask.who == "Head of the PMO"


class TestGoesElsewhere:
    WHOLE = result("R8", ORGANISATION, value=0.3, low=0.25, high=0.35, n=300)

    def test_names_just_the_department_that_goes_more_than_all(self) -> None:
        given = evidence(
            results=(
                self.WHOLE,
                result("R8", "Sales", value=0.6, low=0.45, high=0.75, n=40),
                result("R8", "Finance", value=0.5, low=0.35, high=0.65, n=40),  # may be chance
            )
        )
        found = found_by("goes-elsewhere", given)
        assert list(found) == ["goes-elsewhere:Sales"]
        (ask,) = found.values()
        assert (ask.department, ask.customers) == ("Sales", 24)  # 0.6 x 40
        assert "60\u00a0% of its 40 needs" in ask.why
        assert "against 30\u00a0% in all" in ask.why

    @pytest.mark.parametrize(
        "results",
        [
            (),
            (result("R8", "Sales", value=0.6, low=0.45, high=0.75, n=40),),
            (WHOLE, result("R8", "Sales", value=0.6, n=40)),
            (WHOLE, result("R8", "Sales", state="too few", n=3)),
            (WHOLE, result("R8", "Sales", value=0.1, low=0.05, high=0.2, n=40)),
        ],
    )
    def test_nothing_is_asked_on_what_chance_explains_or_nobody_knows(self, results: Any) -> None:
        assert not found_by("goes-elsewhere", evidence(results=results))


class TestPromiseBroken:
    @staticmethod
    def promise(statement_id: str, verdict: Any, **more: Any) -> Promise:
        own = result("R9", "Sales", value=0.4, low=0.3, high=0.5, n=50, cases=50)
        words = ("Sales", "", "Answers within a week", "Reporting", "R9", "at least 80 %")
        return Promise(statement_id, *words, **({"result": own, "verdict": verdict} | more))

    def test_names_just_the_broken_promise(self) -> None:
        made = (
            self.promise("V1", "not kept"), self.promise("V2", "kept"),
            self.promise("V3", "cannot tell yet"), self.promise("V4", "not kept", result=None),
        )  # fmt: skip
        given = evidence(view(services=SERVICES), promises=made)
        found = found_by("promise-broken", given)
        assert list(found) == ["promise-broken:V1"]
        (ask,) = found.values()
        assert (ask.who, ask.department, ask.customers) == ("Rita", "Sales", 50)
        assert "“Answers within a week”" in ask.what
        assert "promised at least 80 %, and it is 40\u00a0%" in ask.why


def test_of_many_departments_the_few_that_chance_lifts_are_not_asked() -> None:
    """One in twenty lies above by chance: alone it would be asked of, among two hundred none is."""
    names = [f"D{i}" for i in range(200)]
    whole = result("R8", ORGANISATION, value=0.2, low=0.19, high=0.21, cases=9000)
    usual = [result("R8", n, value=0.2, low=0.1, high=0.3, cases=40) for n in names[10:]]
    high = [result("R8", n, value=0.34, low=0.22, high=0.46, cases=40) for n in names[:10]]
    alone = evidence(results=[whole, high[0]], departments=names[:1])
    assert list(found_by("goes-elsewhere", alone)) == ["goes-elsewhere:D0"]
    assert not found_by(
        "goes-elsewhere", evidence(results=[whole, *high, *usual], departments=names)
    )
