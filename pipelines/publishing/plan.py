"""A job file becomes the list of reports to make, every parameter checked before any kernel."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from pmo_lib.errors import (
    ErrorList,
    ParameterError,
    PmoError,
    SettingsError,
    allowed_values,
    raise_all,
)
from pmo_lib.parameters import PARAMETERS
from pmo_lib.workbook import Workbook

JOBS = Path(__file__).resolve().parents[1] / "jobs"
SLUG_LETTERS = 60
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class PlannedReport:
    """One report to make: its title, group on the index, notebook and full parameters."""

    name: str
    title: str
    group: str
    notebook: str
    parameters: dict[str, Any]

    @property
    def file(self) -> str:
        return f"{self.name}.html"


@dataclass(frozen=True)
class JobReport:
    """An entry of a job file: a notebook, once or for each department."""

    notebook: str
    title: str
    each: str = ""
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Job:
    """A report pack, as declared in pipelines/jobs."""

    name: str
    title: str
    reports: tuple[JobReport, ...]


def load_job(name: str, folder: Path = JOBS) -> Job:
    """The job called `name`, or in the file `name`; SettingsError says what it has wrong."""
    path = Path(name) if name.endswith((".yml", ".yaml")) else folder / f"{name}.yml"
    if not path.exists():
        known = [file.stem for file in folder.glob("*.yml")]
        raise SettingsError(f"there is no job {name!r}", remedy=allowed_values(name, known))
    values = read_yaml(path)
    _only(values, ("title", "reports"), path.name)
    reports = values.get("reports")
    if not isinstance(reports, list) or not reports:
        raise SettingsError("must list at least one report under reports", where=path.name)
    entries = []
    for number, entry in enumerate(reports, start=1):
        where = f"{path.name} report {number}"
        if not isinstance(entry, Mapping):
            raise SettingsError(f"must be keys with values; not {entry!r}", where=where)
        _only(entry, ("notebook", "title", "each", "parameters"), where)
        notebook = str(entry.get("notebook", ""))
        if notebook not in PARAMETERS:
            remedy = allowed_values(notebook, PARAMETERS)
            raise SettingsError(f"there is no notebook {notebook!r}", where=where, remedy=remedy)
        if entry.get("each", "department") != "department":
            raise SettingsError("each must be department", where=where)
        if not isinstance(entry.get("parameters") or {}, Mapping):
            raise SettingsError("parameters must be names with values", where=where)
        entries.append(JobReport(**{"title": notebook, **entry}))
    return Job(path.stem, str(values.get("title", path.stem)), tuple(entries))


def plan(job: Job, workbook: Workbook, overrides: Mapping[str, Any]) -> list[PlannedReport]:
    """Every report of the job with its parameters checked; all mistakes are raised together.

    `overrides` are set on every notebook that has them. A department among them leaves only the
    reports made for each department, for that one.
    """
    errors: list[PmoError] = []
    planned: list[PlannedReport] = []
    if overrides.get("department") == "":
        raise ParameterError("department is empty", remedy=allowed_values("", workbook.departments))
    for entry in job.reports:
        kind = PARAMETERS[entry.notebook]
        own = {name: v for name, v in overrides.items() if name in kind.__dataclass_fields__}
        if "department" in own and not entry.each:
            continue  # asked for one department: the organisation's reports are not it
        departments = [own.pop("department")] if "department" in own else workbook.departments
        for department in departments if entry.each else [""]:
            values = {"department": department, **(entry.parameters or {}), **own}
            try:
                checked = kind.from_mapping(values, f"job {job.name}").resolved(workbook)
            except PmoError as error:
                errors += error.errors if isinstance(error, ErrorList) else (error,)
                continue
            name = f"{entry.notebook}-{slug(str(department))}" if entry.each else entry.notebook
            title = f"{entry.title}: {department}" if entry.each else entry.title
            group = "Departments" if entry.each else "Organisation"
            planned.append(PlannedReport(name, title, group, entry.notebook, asdict(checked)))
    raise_all(_distinct(errors))
    if not planned:
        raise SettingsError(
            "no report is left to make", where=f"job {job.name}",
            remedy="Choose a job with reports for each department",
        )  # fmt: skip
    return _with_distinct_names(planned)


def refuse_unknown(job: Job, overrides: Mapping[str, Any]) -> None:
    """Raise ParameterError for names that no notebook of the job has."""
    known = {name for r in job.reports for name in PARAMETERS[r.notebook].__dataclass_fields__}
    known -= {"data_dir"}  # the run's own
    raise_all(
        [
            ParameterError(f"unknown parameter {name!r}", remedy=allowed_values(name, known))
            for name in overrides
            if name not in known
        ]
    )


def slug(text: str) -> str:
    """A file name's part that every system takes, and hardly any other text shares.

    Small letters, digits and hyphens; a short hash of the text follows where that lost anything
    but case and the usual marks between words.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    kept = plain[:SLUG_LETTERS].strip("-")
    if re.sub(r"[ &/,.()_-]+", "-", text.lower()).strip("-") == kept != "":
        return kept
    return f"{kept}-{_short_hash(text)}".strip("-")


def _short_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def read_yaml(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file; SettingsError names the line of a mistake."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        raise SettingsError(f"is not YAML ({what})", where=path.name) from None
    if not isinstance(values or {}, dict):
        raise SettingsError("must be keys with values", where=path.name)
    return values or {}


def _only(values: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    for key in values:
        if key not in allowed:
            remedy = allowed_values(str(key), allowed)
            raise SettingsError(f"unknown key {key!r}", where=where, remedy=remedy)


def _distinct(errors: Sequence[PmoError]) -> list[PmoError]:
    return list({str(error): error for error in errors}.values())


def _with_distinct_names(planned: list[PlannedReport]) -> list[PlannedReport]:
    """Reports whose names would be the same file get a hash of what they are made with."""
    uses = Counter(report.name.casefold() for report in planned)
    return [
        replace(report, name=f"{report.name}-{_short_hash(repr(report.parameters))}")
        if uses[report.name.casefold()] > 1
        else report
        for report in planned
    ]
