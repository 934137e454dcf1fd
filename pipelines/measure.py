"""Measure: every figure that the reports show is computed once, and put beside the tables."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipelines import ours
from pipelines.files import read_json, recorded, remove, replaced_folder
from pipelines.progress import Progress
from pipelines.publishing.plan import PlannedReport
from pmo_lib.assessment.series import Charts, charts, joined
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement, chart_part, terms_part
from pmo_lib.parameters import PARAMETERS, ValueCaseParameters
from pmo_lib.workbook import Workbook, open_workbook
from pmo_lib.workbook.measured import (
    FACTS,
    MEASURED,
    folder_name,
    part_files,
    read_files,
    write_measured,
)
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.value_case import ValueCase, value_case

AT_ONCE = 4  # KPIs charted by one task: enough to share the reading of tables, few enough to spread
OF_OTHERS = ("compared", "reference_class")
BY_MAIN = ("results", "observations", "customers", "promises")


@dataclass(frozen=True)
class Moment:
    """A month to measure against a baseline; without `is_whole` its results, and no charts."""

    period: str
    baseline: str | None
    is_whole: bool = True
    terms: tuple[Terms, ...] = ()


@dataclass(frozen=True)
class Place:
    """What a worker measures: the tables in `folder`, and of them a month and a baseline.

    `made` names all that the figures are made from: while it is the same, so are they.
    """

    folder: Path
    period: str
    baseline: str | None
    made: str


def measure(
    workbook: Workbook, reports: Sequence[PlannedReport], executor: Executor, progress: Progress
) -> dict[str, str]:
    """Measure what the reports will show, but for what was measured of just the same before.

    The KPIs whose function raises an error are reported, with the reason.
    """
    assert workbook.folder is not None
    root, used, failed = workbook.folder / MEASURED, set[Path](), dict[str, str]()
    root.mkdir(exist_ok=True)
    for moment in moments(reports, workbook):
        measured = workbook.measured(moment.period, moment.baseline)
        made = workbook.made_from(moment.period, measured.view.baseline)
        target = root / folder_name(made)
        used.add(target)
        missing = [p for p in _parts(moment, measured) if p not in measured.kept]
        if missing:
            progress.say(f"measuring {moment.period}")
            place = Place(workbook.folder, moment.period, moment.baseline, target.name)
            found = _measured(place, moment.terms, measured, missing, executor)
            files = read_files(target, made) if measured.kept else {}
            for part, value in found.items():
                files |= part_files(part, value)
            with replaced_folder(target, ours.measured) as folder:
                write_measured(folder, made, files)
        failed |= workbook.measured(moment.period, moment.baseline).failed
    _sweep(root, used)
    return failed


def moments(reports: Iterable[PlannedReport], workbook: Workbook) -> list[Moment]:
    """What the reports are on: each month and baseline once."""
    found: dict[tuple[str, str | None], Moment] = {}
    for report in reports:
        parameters = PARAMETERS[report.notebook].from_mapping(report.parameters)
        key = (parameters.period, parameters.baseline)
        moment = found.get(key, Moment(*key))
        if isinstance(parameters, ValueCaseParameters):
            asked = parameters.terms(workbook.settings)
            moment = replace(moment, terms=(*moment.terms, asked))
        found[key] = moment
        if until := report.parameters.get("until"):
            found.setdefault((until, None), Moment(until, None, is_whole=False))
    return list(found.values())


def _parts(moment: Moment, measured: Measurement) -> list[str]:
    """The names of all parts of the measurement of a moment."""
    parts = ["value_case", *BY_MAIN]
    if moment.is_whole:
        own = measured.default_terms
        parts += [terms_part(q) for q in dict.fromkeys(moment.terms) if q != own]
        parts += [
            "briefs",
            *OF_OTHERS,
            *(chart_part(measured.subjects, s) for s in measured.subjects),
        ]
    return parts


def _measured(
    place: Place,
    terms: Sequence[Terms],
    measured: Measurement,
    missing: Sequence[str],
    executor: Executor,
) -> dict[str, Any]:
    """The missing parts of a measurement: most by the executor, those that need them all here."""
    asked = {terms_part(q): q for q in terms} | {"value_case": None}
    cases = {p: executor.submit(_value_case, place, asked[p]) for p in missing if p in asked}
    others = {p: executor.submit(_of_others, place, p) for p in OF_OTHERS if p in missing}
    has_charts = any(part.startswith("charts/") for part in missing)
    late = [k.id for k in CATALOGUE.values() if {"value_case", "shown_by"} & set(k.given)]
    early = [kpi_id for kpi_id in CATALOGUE if kpi_id not in late] if has_charts else []
    drawn = [executor.submit(_charts, place, some) for some in _chunks(early)]
    kept = dict(measured.kept) | {p: case.result() for p, case in cases.items()}
    here = replace(measured, kept=kept)
    found: dict[str, Any] = {p: kept[p] for p in cases}
    found |= {"results": here.results, "observations": here.observed, "customers": here.customers}
    found |= {"promises": here.promises}
    found |= {p: each.result() for p, each in others.items()}
    if has_charts:
        parts = [*_finished(drawn), charts(here.seen, here.subjects, late)]
        found |= {
            chart_part(here.subjects, name): joined(part[name] for part in parts)
            for name in here.subjects
        }
    if "briefs" in missing:
        found["briefs"] = replace(measured, kept=dict(measured.kept) | found).briefs
    return {part: value for part, value in found.items() if part in missing}


def _finished(futures: Iterable[Future[dict[str, Charts]]]) -> Iterator[dict[str, Charts]]:
    return (future.result() for future in futures)


def _chunks(kpis: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """KPIs of one family are next to one another, and take as long: they are spread."""
    count = -(-len(kpis) // AT_ONCE)
    return (tuple(kpis[number::count]) for number in range(count))


@cache
def _opened(folder: Path, _written: bytes) -> Workbook:
    return open_workbook(folder)


@lru_cache(maxsize=1)
def _plain(at: Place) -> Measurement:
    """The measurement of which nothing is kept, in a worker that opens tables and baseline once."""
    workbook = _opened(at.folder, (at.folder / "verdict.json").read_bytes())
    return replace(workbook.measured(at.period, at.baseline), kept={})


def _value_case(at: Place, terms: Terms | None) -> ValueCase:
    return value_case(_plain(at).view, terms)


def _of_others(at: Place, part: str) -> Any:
    return getattr(_plain(at), part)


def _charts(at: Place, kpis: Sequence[str]) -> dict[str, Charts]:
    measured = _plain(at)
    return charts(measured.view, measured.subjects, kpis)


def _sweep(root: Path, used: set[Path]) -> None:
    """Remove what was measured of other data or code: nothing will ever open it again."""
    current = [read_json(folder / FACTS)["made_from"] for folder in used]
    for folder in set(root.iterdir()) - used:
        named = re.fullmatch(r"\d{4}-\d{2}-[0-9a-f]{12}", folder.name)
        if named and folder.is_dir() and not _is_of(folder, current):
            with suppress(OSError):
                remove(folder, ours.measured, root)


def _is_of(folder: Path, current: Sequence[Mapping[str, str]]) -> bool:
    made = recorded(folder / FACTS).get("made_from")
    return isinstance(made, dict) and any(
        all(made.get(key) == now[key] for key in ("data", "code")) for now in current
    )
