"""Services: the map, the gaps, what customers got, where they go instead."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg

from builders.pages import parsed
from builders.results import result
from builders.surveys import gaps, importance_performance
from builders.tables import frame
from pmo_lib.engine.quadrants import QUADRANTS
from pmo_lib.engine.result import KpiResult
from pmo_lib.facts.customers import uptake
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import services
from pmo_lib.reports.picture import Picture

NAMES = {"s1": "Coaching", "s2": "Reporting <b>", "s3": "Assurance"}
SERVICES = frame("services", [{"service_id": k, "name": v} for k, v in NAMES.items()])


def answers(*only: str) -> pd.DataFrame:
    """Ten people of two departments: coaching matters and goes well, reporting matters and not."""
    scores = {"s1": (6, 5, 6), "s2": (6, 5, 3), "s3": (3, 4, 5)}
    rows = [
        {
            "respondent_id": f"r{i}", "wave": "2026-09", "service_id": service,
            "department": "Finance" if i < 6 else "Sales", "role": "Sponsor",
            "importance": min(7, matters + i % 2), "expected": expected,
            "perceived": perceived - (i % 3 == 0),
        }
        for i in range(12)
        for service, (matters, expected, perceived) in scores.items()
        if not only or service in only
    ]  # fmt: skip
    return frame("survey_responses", rows)


def found_map(*only: str) -> Picture | str:
    table = importance_performance(answers(*only), SERVICES, "2026-09", 0.9, 5)
    return services.service_map(table, 0.9)


class TestMap:
    def test_names_every_service_with_its_quadrant_and_how_sure(self) -> None:
        found = found_map()
        assert isinstance(found, Picture)
        assert found.svg().startswith("<svg ")
        assert "Coaching: keep up the good work" in found.alt
        assert "Reporting <b>: concentrate here" in found.alt
        row = found.data.set_index("Service").loc["Reporting <b>"]
        assert row["Quadrant"] == "concentrate here"
        assert row["Bootstrap share"].endswith("%")

    def test_of_one_service_says_why_not(self) -> None:
        assert found_map("s1") == "fewer than two services have enough answers"

    def test_names_do_not_lie_on_one_another(self) -> None:
        found = found_map()
        assert isinstance(found, Picture)
        canvas = FigureCanvasAgg(found.figure)
        canvas.draw()
        names = [t for t in found.figure.axes[0].texts if t.get_text() in NAMES.values()]
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in names]
        assert len(boxes) == 3
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])

    def test_quadrants_are_explained(self) -> None:
        text = parsed(services.quadrants()).text
        assert all(name.capitalize() in text for name in QUADRANTS.values())


class TestGaps:
    def table(self, department: str = "", too_few: int = 5) -> Any:
        return services.gaps(gaps(answers(), SERVICES, "2026-09", 0.9, too_few), 0.9, department)

    def test_stand_the_worst_first(self) -> None:
        rows = [row for row in parsed(self.table()).rows if len(row) == 4]
        assert [row[0] for row in rows[1:4]] == ["Reporting <b>", "Assurance", "Coaching"]
        assert rows[1][3] == "12"

    def test_of_a_department_are_its_own_and_all_others_under_their_name(self) -> None:
        """Finance alone was asked of six people; the organisation's 12 stand under its name."""
        page = self.table("Finance")
        own, _, whole = str(page.data).partition("<details>")
        assert {row[0]: row[3] for row in parsed(own).rows[1:]} == {
            "Reporting <b>": "6", "Assurance": "6", "Coaching": "6",
        }  # fmt: skip
        assert "Perception gap by service, the worst first: Finance" in parsed(own).text
        assert "All departments" in parsed(f"<details>{whole}").text
        assert [row[3] for row in parsed(f"<details>{whole}").rows[1:]] == ["12"] * 3
        assert "Sales" not in parsed(page).text

    def test_of_a_department_with_too_few_is_one_sentence(self) -> None:
        found = gaps(answers(), SERVICES, "2026-09", 0.9, 7)
        own = str(services.gaps(found, 0.9, "Finance").data).partition("<details>")[0]
        assert parsed(own).rows == []
        assert parsed(own).text.startswith("Too few people of Finance answered on any one service")
        never = str(services.gaps(found, 0.9, "Legal").data).partition("<details>")[0]
        assert parsed(never).text.startswith("Too few people of Legal")

    def test_of_few_are_not_shown(self) -> None:
        page = parsed(self.table(too_few=7))
        assert [row for row in page.rows if len(row) == 5 and row[1] in {"Finance", "Sales"}] == []
        assert re.search(r"Not shown: \d+ groups with too few respondents", page.text)

    def test_of_nobody_are_said_so(self) -> None:
        empty = gaps(answers().head(0), SERVICES, "2026-09", 0.9, 5)
        assert "No service has been judged" in parsed(services.gaps(empty, 0.9)).text


def part(kpi: str, segment: str, **more: Any) -> KpiResult:
    given = {"value": 0.3, "low": 0.2, "high": 0.4, "n": 50, "state": "measured"}
    return result(kpi, statistic="rate", segment=segment, **(given | more))


class TestParts:
    def test_of_services_stand_beside_one_another(self) -> None:
        given = [part("R4", "Coaching"), part("R9", "Coaching", state="too few", n=3)]
        head, row = parsed(services.by_service(given, "")).rows
        assert head == ["Service", *(CATALOGUE[kpi].name for kpi in services.OF_SERVICES)]
        assert row[0] == "Coaching"
        assert row[1].replace("\u00a0", " ").startswith("30 %")
        assert row[2:] == ["too few", "–"]

    def test_of_channels_stand_the_largest_first(self) -> None:
        given = [part("R8", "shadow", value=0.1), part("R8", "own_tool", value=0.4)]
        rows = parsed(services.channels(given, "90 % interval", "")).rows[1:]
        assert [row[0] for row in rows] == ["own tool", "shadow"]

    def test_of_nothing_say_why(self) -> None:
        why = "Sales needed no service in the last 12 months"
        assert why in parsed(services.by_service([], why)).text
        assert why in parsed(services.channels([], "", why)).text

    def test_what_matters_to_a_department_is_its_own(self) -> None:
        given = [
            result("R2", statistic=statistic, segment=name, value=value, low=value - 1, high=7.0)
            for name, matters, goes in (("Coaching", 4.0, 5.0), ("Reporting", 6.0, 3.5))
            for statistic, value in (("clustered_mean", goes), ("importance_mean", matters))
        ]
        rows = parsed(services.importance(given, "Finance", "90 % interval")).rows
        assert [[c.split("\n")[0] for c in row] for row in rows] == [
            ["Service", "Matters", "Goes"], ["Reporting", "6.00", "3.50"],
            ["Coaching", "4.00", "5.00"],
        ]  # fmt: skip
        nothing = services.importance([replace(r, state="too few") for r in given], "Finance", "")
        assert parsed(nothing).text.startswith("Too few people of Finance")


class TestUptake:
    FOUND = uptake(
        frame("service_requests", [
            {"request_id": "q1", "service_id": "s1", "department": "Finance",
             "opened_on": "2026-03-01", "channel": "pmo"},
            {"request_id": "q2", "service_id": "s1", "department": "Sales",
             "opened_on": "2026-03-01", "channel": "shadow"},
        ]),
        frame("rollouts", [{"department": name, "service_id": "s1", "adopted_on": "2025-01-02"}
                           for name in ("Finance", "Sales")]),
        SERVICES, "2026-09",
    )  # fmt: skip

    def test_of_a_department_is_service_by_service(self) -> None:
        (row,) = parsed(services.uptake(self.FOUND, "Sales")).rows[1:]
        assert row == ["Coaching", "2025-01-02", "0", "1", "not used"]

    def test_of_the_organisation_counts_departments(self) -> None:
        (row,) = parsed(services.uptake(self.FOUND)).rows[1:]
        assert row == ["Coaching", "2", "1", "1", "1"]

    def test_of_nothing_says_so(self) -> None:
        assert "No service" in parsed(services.uptake(self.FOUND, "Nobody")).text
