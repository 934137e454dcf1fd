"""A job file becomes the list of reports to make, every parameter checked before any kernel."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Literal

from pipelines.declared import declared
from pipelines.yaml_file import read_yaml
from pmo_lib.errors import (
    ErrorList,
    ParameterError,
    PmoError,
    SettingsError,
    allowed_values,
    raise_all,
    shown,
)
from pmo_lib.parameters import PARAMETERS
from pmo_lib.portable import name_problems
from pmo_lib.printable import printable
from pmo_lib.workbook import Workbook

OWN = "data_dir"  # the parameter that only the run sets
JOBS = Path(__file__).resolve().parents[1] / "jobs"
SLUG_LETTERS, MOST_OF_A_PATH = 60, 4000
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
    title: str = ""
    each: Literal["", "department"] = ""
    parameters: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.notebook not in PARAMETERS:
            remedy = allowed_values(self.notebook, PARAMETERS)
            raise SettingsError(f"there is no notebook {self.notebook!r}", remedy=remedy)


@dataclass(frozen=True)
class Pack:
    """The reports that a job file declares."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    reports: tuple[JobReport, ...]
    title: str = ""

    def __post_init__(self) -> None:
        if not self.reports:
            raise SettingsError("must list at least one report under reports")


@dataclass(frozen=True)
class Job(Pack):
    """A report pack with the name of its file."""

    name: str = ""


def load_job(name: str) -> Job:
    """The job called `name`, or in the file `name`; SettingsError says what it has wrong."""
    known = {file.stem: file for file in JOBS.glob("*.yml")}
    path = Path(name) if name.endswith((".yml", ".yaml")) else known.get(name)
    if path is None or len(name) > MOST_OF_A_PATH or not (path.exists() or path.is_symlink()):
        raise SettingsError(f"there is no job {shown(name)}", remedy=allowed_values(name, known))
    written = read_yaml(path)
    pack = declared(Pack, written.values, str(path), written.mistakes)
    own = path.stem if not any(name_problems(path.stem, SLUG_LETTERS)) else slug(path.stem)
    return Job(pack.reports, pack.title or path.stem, own)


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
        if OWN in entry.parameters:
            what = f"{OWN} of {entry.notebook} is the run's own"
            remedy = "Remove it; the folder is named by --out"
            errors.append(ParameterError(what, where=f"job {job.name}", remedy=remedy))
            continue
        departments = [own.pop("department")] if "department" in own else workbook.departments
        for department in departments if entry.each else [""]:
            values = {"department": department, **entry.parameters, **own}
            try:
                checked = kind.from_mapping(values, f"job {job.name}").resolved(workbook)
            except PmoError as error:
                errors += error.errors if isinstance(error, ErrorList) else (error,)
                continue
            name = f"{entry.notebook}-{slug(str(department))}" if entry.each else entry.notebook
            title = entry.title or entry.notebook
            title = f"{title}: {department}" if entry.each else title
            group = "Departments" if entry.each else "Organisation"
            planned.append(
                PlannedReport(name, printable(title), group, entry.notebook, asdict(checked))
            )
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
    known -= {OWN}
    raise_all(
        [
            ParameterError(f"unknown parameter {shown(name)}", remedy=allowed_values(name, known))
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
    is_kept = re.sub(r"[ &/,.()_-]+", "-", text.lower()).strip("-") == kept
    if is_kept and not any(name_problems(kept)):
        return kept
    return f"{kept}-{_short_hash(text)}".strip("-")


def shortened_name(name: str) -> str:
    """The name, or its beginning and a short hash of it where it is too long for a path."""
    most = 2 * SLUG_LETTERS
    return name if len(name) <= most else f"{name[: most - 9].strip('-')}-{_short_hash(name)}"


def _short_hash(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]


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
