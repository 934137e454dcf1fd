"""Tables made by hand: a row names only the cells that matter, the rest is as declared.

`frame` gives a table its declared columns and types. `project`, `baseline` and `report` give rows
of a plain project: started on 1 January 2026, planned and finished on 1 July, 100 planned, 100
spent. `portfolio` is three departments in which every KPI is measured.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES, empty
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.view import View
from pmo_lib.workbook import Workbook

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]

PERIOD = "2026-09"
DEPARTMENTS = ("Finance", "Legal & Compliance", "<b>Sales</b>")
MONEY = {
    "projects": ["actual_cost"],
    "baselines": ["cost", "benefit"],
    "status_reports": ["planned_value", "earned_value", "actual_cost", "estimate_at_completion"],
    "risks": ["impact"],
    "pmo_costs": ["amount"],
}
BENEFITS = {  # money too, where they are counted in it
    "benefits": ["baseline_value", "target_value"],
    "benefit_reports": ["planned", "forecast", "realised"],
}


def frame(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as the declared table; a cell that no row names is missing."""
    rows = list(rows)
    unknown = {column for row in rows for column in row} - set(TABLES[name].column_names)
    assert not unknown, f"{name} has no columns {unknown}"
    columns = {}
    for column in TABLES[name]:
        cells = pd.Series([row.get(column.name) for row in rows], dtype="object")
        if column.kind == "date":
            cells = pd.to_datetime(cells)
        columns[column.name] = cells.astype(column.pandas_type)
    return pd.DataFrame(columns) if rows else empty(name)


def project(project_id: str = "p1", **cells: Any) -> Row:
    return {
        "project_id": project_id,
        "department": "Finance",
        "status": "completed",
        "started_on": "2026-01-01",
        "finished_on": "2026-07-01",
        "actual_cost": 100.0,
    } | cells


def open_project(project_id: str = "p1", **cells: Any) -> Row:
    return project(project_id, **({"status": "active", "finished_on": None} | cells))


def baseline(project_id: str = "p1", **cells: Any) -> Row:
    return {
        "project_id": project_id,
        "version": 0,
        "start": "2026-01-01",
        "finish": "2026-07-01",
        "cost": 100.0,
    } | cells


def report(project_id: str = "p1", period: str = PERIOD, **cells: Any) -> Row:
    return {"project_id": project_id, "period": period, "rated_by": "owner"} | cells


def tables(**rows: Iterable[Row]) -> Tables:
    return {name: frame(name, given) for name, given in rows.items()}


def settings(**values: Any) -> Settings:
    return Settings.from_mapping(values)


def view(
    period: str = PERIOD, given: Mapping[str, Any] | None = None, **rows: Iterable[Row]
) -> View:
    """A view on the rows under the settings `given`; by default everything is disclosed."""
    everything: Mapping[str, Any] = {"disclosure": {"too_few": 1}}
    return View(tables(**rows), period, settings(**(everything if given is None else given)))


def with_baseline(seen: View, until: str) -> View:
    """The view with a baseline frozen of itself as of the end of an earlier month."""
    frozen = freeze(
        replace(seen, period=until), "before",
        version=1, frozen_on=f"{until}-28", data_hash="h", workbook_version="1",
    )  # fmt: skip
    return replace(seen, baseline=frozen)


def numbered(n: int, row: Any, **cells: Any) -> list[Row]:
    """`n` rows of projects p1, p2, …; a cell that is a list gives each row its own value."""
    own = [{k: v[i] if isinstance(v, list) else v for k, v in cells.items()} for i in range(n)]
    return [row(f"p{i + 1}", **own[i]) for i in range(n)]


def with_money(given: Mapping[str, pd.DataFrame], change: Any) -> Tables:
    """The tables with `change` applied to every money column, and to benefits in whatever unit."""
    columns = MONEY | BENEFITS
    return {
        name: table.assign(**{column: change(table[column]) for column in columns.get(name, [])})
        for name, table in given.items()
    }


def answer(respondent_id: str = "r1", **cells: Any) -> Row:
    return {
        "respondent_id": respondent_id,
        "wave": PERIOD,
        "department": "Finance",
        "role": "Sponsor",
        "service_id": "S1",
    } | cells


def request(request_id: str = "q1", **cells: Any) -> Row:
    return {
        "request_id": request_id,
        "department": "Finance",
        "service_id": "S1",
        "opened_on": "2026-06-01",
        "channel": "pmo",
    } | cells


def of_department(given: Mapping[str, pd.DataFrame], department: str) -> Tables:
    """The tables cut down to one department, or to its projects; what is of no department stays."""
    projects = given["projects"]
    projects = projects[projects["department"] == department]

    def own(table: pd.DataFrame) -> pd.DataFrame:
        if "benefit_id" in table and "project_id" not in table:
            benefits = given["benefits"]
            benefits = benefits[benefits["project_id"].isin(projects["project_id"])]
            return table[table["benefit_id"].isin(benefits["benefit_id"])]
        if "department" in table:
            return table[table["department"] == department]
        if "project_id" in table:
            return table[table["project_id"].isin(projects["project_id"])]
        return table

    return {name: own(table) for name, table in given.items()}


@cache
def _portfolio() -> Tables:
    chance = np.random.default_rng(20260930)
    projects, baselines, reports, benefits = [], [], [], []
    for i in range(150):
        name, department = f"p{i:03}", DEPARTMENTS[i % 3]
        start = pd.Timestamp("2023-01-15") + pd.Timedelta(days=int(chance.integers(0, 1300)))
        planned_days = int(chance.integers(90, 500))
        actual_days = int(planned_days * chance.lognormal(0.05, 0.25))
        cost = float(np.round(chance.lognormal(11, 0.6), 2))
        spent = float(np.round(cost * chance.lognormal(0.05, 0.3), 2))
        finish = start + pd.Timedelta(days=actual_days)
        is_open = finish > pd.Timestamp("2026-09-30")
        projects.append(
            project(
                name, department=department, started_on=start, actual_cost=spent,
                status="active" if is_open else "completed",
                finished_on=None if is_open else finish,
            )
        )  # fmt: skip
        planned_finish = start + pd.Timedelta(days=planned_days)
        baselines.append(baseline(name, start=start, finish=planned_finish, cost=cost))
        benefits.append({"benefit_id": f"b{i}", "project_id": name, "target_value": i % 5 or None})
        last = "2026-09" if is_open else f"{finish:%Y-%m}"
        months = pd.period_range(f"{start:%Y-%m}", last, freq="M")
        for at, month in enumerate(months, 1):
            planned = min(1.0, at / max(1, round(planned_days / 30.4)))
            earned = min(1.0, at / max(1, round(actual_days / 30.4)))
            due = month.end_time.normalize() + pd.Timedelta(days=5)
            reports.append(
                report(
                    name, str(month), planned_value=round(cost * planned, 2),
                    earned_value=round(cost * earned, 2), actual_cost=round(spent * earned, 2),
                    due_on=due, submitted_on=due + pd.Timedelta(days=int(chance.integers(-4, 3))),
                )
            )  # fmt: skip
    return tables(projects=projects, baselines=baselines, status_reports=reports, benefits=benefits)


@cache
def _customers() -> Tables:
    """Two services: their requests, what people say of them, and of projects that have ended."""
    chance = np.random.default_rng(14)
    projects = _portfolio()["projects"]
    services = [{"service_id": f"S{i}", "name": f"Service {i}", "sla_days": 10} for i in (1, 2)]
    requests, answers, rollouts = [], [], []
    for at, department in enumerate([*DEPARTMENTS, "Marketing", "Operations", "Research"]):
        ended = projects[projects["finished_on"] < "2025-09-01"]
        ended = ended[ended["department"] == department]["project_id"].tolist()
        for service in ("S1", "S2"):
            place = {"department": department, "service_id": service}
            rollouts.append(place | {"adopted_on": "2024-05-01"})
            for i in range(40):
                opened = pd.Timestamp("2025-08-01") + pd.Timedelta(days=10 * i + at)
                closed = opened + pd.Timedelta(days=int(chance.integers(2, 15)))
                is_open = closed > pd.Timestamp("2026-09-30")
                cells = {
                    "opened_on": opened,
                    "closed_on": None if is_open else closed,
                    "channel": "pmo" if chance.random() < 0.7 else "shadow",
                    "satisfaction": None if is_open else int(chance.integers(2, 6)),
                }
                requests.append(request(f"{department} {service} {i}", **place, **cells))
            for i, wave in [(i, wave) for i in range(15) for wave in ("2025-09", "2026-09")]:
                scores = chance.integers(2, 8, 3)
                cells = {
                    "wave": wave,
                    "role": ("Sponsor", "Project manager")[i % 2],
                    "importance": int(scores[0]),
                    "expected": int(scores[1]),
                    "perceived": int(scores[2]),
                    "recommend": int(chance.integers(4, 11)),
                    "contribution": ("none", "some", "significant")[int(chance.integers(3))],
                }
                if service == "S1" and ended:
                    cells |= {
                        "project_id": ended[i],
                        "project_success": int(chance.integers(5, 11)),
                    }
                answers.append(answer(f"{department} {i}", **place, **cells))
    return tables(
        services=services, service_requests=requests, survey_responses=answers, rollouts=rollouts
    )


def portfolio() -> Tables:
    """A copy of the portfolio, so that a test may change it."""
    return {name: table.copy() for name, table in _portfolio().items()}


def with_customers() -> Tables:
    """The portfolio and its customers, three departments without projects among them."""
    return portfolio() | {name: table.copy() for name, table in _customers().items()}


def table_facts(name: str, rows: int, rejected: int = 0, **more: Any) -> Row:
    """A table's part of verdict.json."""
    file = {"name": f"{name}.csv", "sha256": "00", "encoding": "utf-8", "rows": rows}
    return {
        "name": name,
        "files": [file | {"blank_rows": 0}],
        "rows_read": rows,
        "rows_accepted": rows - rejected,
        "expectations": 3,
        "expectations_met": 3,
        "violations": [],
        "absent_columns": [],
        "extra_columns": [],
    } | more


def facts(given: Mapping[str, pd.DataFrame], **values: Any) -> Row:
    """What verdict.json says of the tables under the settings `values`."""
    return {
        "version": "1.2.3",
        "settings": values,
        "data_hash": "abc123",
        "tables": {name: table_facts(name, len(table)) for name, table in given.items()},
        "ignored": [],
    }


def workbook(given: Mapping[str, pd.DataFrame], **values: Any) -> Workbook:
    """A workbook on the tables that touches no file."""
    verdict = Verdict.from_mapping(facts(given))
    return Workbook(given, verdict, settings(**values), "1.2.3")


def write(folder: Path, given: Mapping[str, pd.DataFrame], **values: Any) -> Path:
    """The folder with the tables as Parquet and the verdict."""
    (folder / "tables").mkdir(parents=True)
    for name, table in given.items():
        table.to_parquet(folder / "tables" / f"{name}.parquet")
    (folder / "verdict.json").write_text(json.dumps(facts(given, **values)), "utf-8")
    return folder


class _Page(HTMLParser):
    """Rows of cells, and the text, of a piece of HTML; notes what is not closed in order."""

    VOID = ("br", "hr", "img", "meta", "input")

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def parsed(html: Any) -> _Page:
    """The rows, text and tags of IPython's HTML or of a string."""
    page = _Page()
    page.feed(html if isinstance(html, str) else html.data)
    page.close()
    assert page.open == [], f"not closed: {page.open}"
    return page
