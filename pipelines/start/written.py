"""The answers as tables, settings, a job and a page: all that a first run needs but the exports."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import yaml
from jinja2 import Environment

from pipelines.places import check_new
from pipelines.publishing.pack import PAGES
from pipelines.spreadsheet import write_csv
from pipelines.start.asked import said
from pipelines.start.plan import ANSWERS, Plan, as_yaml, offered
from pmo_lib.assessment.promise_target import target_text
from pmo_lib.contract.tables import TABLES
from pmo_lib.kpis.catalogue import CATALOGUE

PAGE = "pmo_on_a_page.html"
OURS = ("services.csv", "value_statements.csv", "settings.yml", "monthly.yml", PAGE)


def keep(plan: Plan, folder: Path) -> None:
    """Write the answers so far, so that they can be taken up again."""
    check_new(folder, "the folder")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ANSWERS).write_text(as_yaml(plan), encoding="utf-8")


def deliver(plan: Plan, folder: Path) -> list[Path]:
    """Write what follows from the answers; a file that is there already is left as it is."""
    made: dict[str, pd.DataFrame | str] = {
        "services.csv": _table("services", _services(plan)),
        "value_statements.csv": _table("value_statements", _statements(plan)),
        "settings.yml": _settings(plan),
        "monthly.yml": _job(plan),
        PAGE: _page(plan, PAGES),
    }
    written = []
    for name, content in made.items():
        path = folder / name
        if path.exists() and name != PAGE:
            continue
        if isinstance(content, pd.DataFrame):
            write_csv(content, path)
        else:
            path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


def _services(plan: Plan) -> Iterator[dict[str, object]]:
    for name, promise in plan.services.items():
        service = offered()[name]
        yield {
            "service_id": name, "name": service.name, "domain": service.domain,
            "description": promise.promise, "target_user": service.user,
            "challenge": service.challenge, "benefit": service.benefit,
            "sla_days": promise.sla_days,
        }  # fmt: skip


def _statements(plan: Plan) -> Iterator[dict[str, object]]:
    """A promise to each customer for each service, shown by its first KPI and its target."""
    for name, promise in plan.services.items():
        kpi_id, target = next(iter(promise.kpis.items()), (None, None))
        for place, department in enumerate(plan.customers, start=1):
            yield {
                "statement_id": f"{name}_{place}", "department": department,
                "challenge": offered()[name].challenge, "statement": promise.promise,
                "service_id": name, "kpi_id": kpi_id,
                "target": target_text(target, CATALOGUE[kpi_id]) if kpi_id and target is not None
                else None,
            }  # fmt: skip


def _table(name: str, rows: Iterator[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(TABLES[name].column_names))


def _settings(plan: Plan) -> str:
    """Who we are, how many customers we have, and the targets; the most demanding of several."""
    thresholds: dict[str, dict[str, float]] = {}
    for promise in plan.services.values():
        for kpi_id, target in promise.kpis.items():
            if target is not None:
                better = min if CATALOGUE[kpi_id].better == "lower" else max
                before = thresholds.get(kpi_id, {}).get("target", target)
                thresholds[kpi_id] = {"target": better(before, target)}
    values = {
        "organisation": plan.organisation,
        "customers": {name: people for name, people in plan.customers.items() if people},
        "thresholds": thresholds,
    }
    return _yaml({key: value for key, value in values.items() if value})


def _job(plan: Plan) -> str:
    return _yaml(
        {
            "title": f"Monthly reports of the PMO of {plan.organisation}",
            "reports": [
                {"notebook": "03_kpi_report", "title": "KPI report of the organisation"},
                {"notebook": "01_baseline", "title": "Baseline of the organisation",
                 "parameters": {"freeze": "original"}},
                {"notebook": "04_value_case", "title": "Value case"},
                {"notebook": "03_kpi_report", "title": "KPI report", "each": "department"},
            ],
        }
    )  # fmt: skip


def _page(plan: Plan, pages: Environment) -> str:
    services = [
        (offered()[name], promise, said(promise.kpis)) for name, promise in plan.services.items()
    ]
    return pages.get_template("pmo_on_a_page.html.j2").render(
        plan=plan, services=services, customers=_customers(plan)
    )


def _customers(plan: Plan) -> list[str]:
    return [
        f"{name} ({people:,} people)" if people else name for name, people in plan.customers.items()
    ]


def _yaml(values: object) -> str:
    return str(yaml.safe_dump(values, allow_unicode=True, sort_keys=False))
