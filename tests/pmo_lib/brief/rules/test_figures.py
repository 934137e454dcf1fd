"""Asks on figures: the planted role, signal and bare promises, and none of what is chance."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from builders.evidence import evidence, found_by
from builders.results import result
from builders.views import view
from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.brief.brief import RULE_MODULES
from pmo_lib.engine.result import ORGANISATION

assert RULE_MODULES  # their rules are declared
MONTHS = [str(m) for m in pd.period_range("2025-10", "2026-09", freq="M")]
BEYOND, ROW = "beyond the limits", "8 in a row"


class TestRoleOverloaded:
    @staticmethod
    def asked(**loads: list[float]) -> Any:
        """What is asked where roles with 100 hours a month are asked for these."""
        rows = [
            {"segment": role, "period": month, "numerator": load, "denominator": 100.0}
            for role, own in loads.items()
            for month, load in zip(MONTHS, own, strict=True)
        ]
        return found_by("role-overloaded", evidence(units={"P10": rows}))

    def test_names_just_the_role_that_is_overloaded_most_of_the_year(self) -> None:
        found = self.asked(
            Analyst=[120.0] * 9 + [90.0] * 3,  # 9 months of 12 are three of four
            Developer=[140.0] * 8 + [90.0] * 4,  # a peak
            Tester=[101.0] * 9 + [10.0] * 3,  # most months, but the year holds it
            Architect=[80.0] * 12,
        )
        assert list(found) == ["role-overloaded:Analyst"]
        (ask,) = found.values()
        assert "or add Analysts: 12 hours a month are missing" in ask.what  # (9 x 20 - 30) / 12
        assert ask.money == 150 * 50  # hours short at 50 an hour
        assert "112\u00a0% of their hours" in ask.why or "113\u00a0% of their hours" in ask.why
        assert "in 9 months of 12" in ask.why

    def test_exactly_full_is_not_overloaded(self) -> None:
        assert not self.asked(Analyst=[100.0] * 12)

    def test_months_without_capacity_do_not_count(self) -> None:
        rows = [
            {"segment": "Analyst", "period": m, "numerator": 500.0, "denominator": 0.0}
            for m in MONTHS
        ]
        assert not found_by("role-overloaded", evidence(units={"P10": rows}))


class TestSignal:
    @staticmethod
    def asked(kpi_id: str, rules: list[str], last: float, signal: str = "signal") -> Any:
        """What is asked of a chart around 0.5 with these rules of its last points."""
        all_rules = [""] * (12 - len(rules)) + rules
        points = pd.DataFrame(
            {"period": MONTHS, "value": [0.5] * 11 + [last], "centre": 0.5, "lower": 0.4,
             "upper": 0.6, "rule": all_rules}
        )  # fmt: skip
        found = Behaviour("xmr", "month", points, signal)
        whole = result(kpi_id, ORGANISATION, value=last, n=50)
        given = evidence(results=(whole,), charts={ORGANISATION: {kpi_id: found}})
        return found_by("signal", given)

    @pytest.mark.parametrize(
        ("kpi_id", "rules", "last", "who"),
        [
            ("D1", [BEYOND, "", BEYOND], 0.2, "Head of the PMO"),
            ("D1", [ROW], 0.2, "Head of the PMO"),
            ("R8", [BEYOND, BEYOND], 0.9, "Head of the PMO"),
            ("R11", [ROW], 0.9, "Finance director"),
        ],
    )
    def test_worse_and_lasting_is_asked(
        self, kpi_id: str, rules: list[str], last: float, who: str
    ) -> None:
        (ask,) = self.asked(kpi_id, rules, last).values()
        assert (ask.id, ask.who) == (f"signal:{kpi_id}", who)
        assert (" is up" if last > 0.5 else " is down") in ask.what
        assert "September 2026" in ask.why.replace("\u00a0", " ")

    @pytest.mark.parametrize(
        ("kpi_id", "rules", "last"),
        [
            ("D1", [BEYOND, "", BEYOND], 0.9),  # for the better
            ("R8", [ROW], 0.2),
            ("R11", [ROW], 0.2),  # a cheaper office
            ("D1", ["", "", BEYOND], 0.2),  # one point may be a false alarm
            ("D1", [BEYOND, BEYOND, ""], 0.2),  # it is over
            ("D1", [], 0.2),
        ],
    )
    def test_better_single_or_past_is_not(self, kpi_id: str, rules: list[str], last: float) -> None:
        assert not self.asked(kpi_id, rules, last)

    @pytest.mark.parametrize(("times", "asked"), [(12, False), (30, True)])
    def test_of_counts_only_those_of_ten_and_more_a_point(self, times: int, asked: bool) -> None:
        points = pd.DataFrame(
            {"period": MONTHS, "value": 0.2, "centre": 0.5, "lower": 0.4, "upper": 0.6, "rule": ROW}
        )
        numbers = ["value", "centre", "lower", "upper"]
        points[numbers] *= times
        charts = {ORGANISATION: {"P1": Behaviour("xmr", "month", points, "signal")}}
        whole = result("P1", ORGANISATION, value=0.2 * times, n=12)
        given = evidence(results=(whole,), charts=charts)
        assert bool(found_by("signal", given)) == asked
        assert bool(given.charted(ORGANISATION)) == asked

    def test_chart_that_cannot_tell_asks_nothing(self) -> None:
        assert not self.asked("D1", [ROW], 0.2, "cannot tell: too few points")


class TestNoYardstick:
    SEEN = view(
        value_statements=[
            {"statement_id": f"V{i}", "department": "Finance", "kpi_id": kpi_id}
            for i, kpi_id in enumerate(["D1", "D1", "R8", "D2", None])
        ]
    )
    BARE = (
        result("D1", ORGANISATION, value=0.5, against_target="no target set"),
        result("R8", ORGANISATION, value=0.5, against_target="kept"),
        result("D2", ORGANISATION, value=0.5, against_target="no target set", baseline=0.4),
        result("P3", ORGANISATION, value=90.0, against_target="no target set"),  # not promised
    )

    def test_names_just_the_promised_kpis_without_target_or_baseline(self) -> None:
        found = found_by("no-yardstick", evidence(self.SEEN, self.BARE))
        assert list(found) == ["no-yardstick:kpis"]
        (ask,) = found.values()
        assert ask.what == "Set targets for on-time completion"
        assert ask.why.startswith("2 promises rest on them")

    def test_with_a_target_each_nothing_is_asked(self) -> None:
        assert not found_by("no-yardstick", evidence(self.SEEN, self.BARE[1:]))

    def test_without_promises_nothing_is_asked(self) -> None:
        for seen in (view(), replace(self.SEEN, withheld={"value_statements": "in doubt"})):
            assert not found_by("no-yardstick", evidence(seen, self.BARE))
