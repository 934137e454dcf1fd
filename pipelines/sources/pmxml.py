"""Primavera P6's XML (PMXML): projects, activities, costs, and the baselines exported with them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

from pipelines.sources import Imported
from pipelines.sources.plans import (
    UNKNOWN,
    Baseline,
    Plan,
    Task,
    amount,
    base_currency,
    day,
    each_file,
    imported,
    xml_root,
)

_MILESTONES = ("Start Milestone", "Finish Milestone")
_COSTS = ("Labor", "NonLabor", "Material", "Expense")


def read(files: Sequence[Path]) -> Imported:
    """The projects of the files; DataError for what is no PMXML file."""
    return imported(each_file(files, _plans))


def _plans(path: Path) -> Iterator[Plan]:
    root = xml_root(path, "APIBusinessObjects", "an XML file of Primavera P6 (PMXML)")
    owners = {_text(each, "ObjectId"): _text(each, "Name") for each in _all(root, "OBS")}
    rates = [(_text(each, "Id"), _text(each, "ExchangeRate")) for each in _all(root, "Currency")]
    plans = [*_all(root, "Project")]
    baselines = {
        _text(p, "OriginalProjectObjectId"): list[Element]() for p in _all(root, "BaselineProject")
    }
    for each in _all(root, "BaselineProject"):
        baselines[_text(each, "OriginalProjectObjectId")].append(each)
    for project in plans:
        own = baselines.get(_text(project, "ObjectId"), [])
        # the one that P6 compares with is the original; the others follow by their data date
        chosen = _text(project, "CurrentBaselineProjectObjectId")
        own.sort(key=lambda b: (_text(b, "ObjectId") != chosen, _text(b, "DataDate")))
        note = () if own else (f"{path.name}: no baseline was exported with {_id(project)}",)
        yield Plan(
            _id(project),
            _text(project, "Name") or _id(project),
            day(_text(project, "DataDate")),
            tuple(_tasks(project, own)),
            owners.get(_text(project, "OBSObjectId"), UNKNOWN) or UNKNOWN,
            baselines=tuple(_version(number, each) for number, each in enumerate(own)),
            notes=note,
            currency=base_currency(rates),
        )


def _tasks(project: Element, baselines: Sequence[Element]) -> Iterator[Task]:
    costs = _assigned(project)
    planned: dict[str, list[Baseline]] = {}
    for number, baseline in enumerate(baselines):
        for each in _all(baseline, "Activity"):
            plan = Baseline(number, _planned(each, "Start"), _planned(each, "Finish"), 0.0)
            planned.setdefault(_text(each, "Id"), []).append(plan)
    for each in _all(project, "Activity"):
        key = _text(each, "Id")
        actual, remaining = costs.get(_text(each, "ObjectId")) or _own_costs(each)
        yield Task(
            id=key,
            name=_text(each, "Name"),
            is_milestone=_text(each, "Type") in _MILESTONES,
            start=day(_text(each, "StartDate") or _text(each, "PlannedStartDate")),
            finish=day(_text(each, "FinishDate") or _text(each, "PlannedFinishDate")),
            started_on=day(_text(each, "ActualStartDate")),
            finished_on=day(_text(each, "ActualFinishDate")),
            is_complete=_text(each, "Status") == "Completed",
            cost=actual + remaining,
            actual_cost=actual,
            baselines=tuple(planned.get(key, ())),
        )


def _version(number: int, baseline: Element) -> Baseline:
    own = [*_all(baseline, "Activity")]
    starts = [d for each in own if (d := _planned(each, "Start"))]
    ends = [d for each in own if (d := _planned(each, "Finish"))]
    assigned = sum(
        amount(_text(each, "PlannedCost"))
        for tag in ("ResourceAssignment", "ActivityExpense")
        for each in _all(baseline, tag)
    )
    stated = sum(amount(_text(a, f"Planned{kind}Cost")) for a in own for kind in _COSTS)
    return Baseline(number, min(starts, default=None), max(ends, default=None), assigned or stated)


def _planned(each: Element, end: str) -> date | None:
    return day(_text(each, f"Planned{end}Date") or _text(each, f"{end}Date"))


def _assigned(project: Element) -> Mapping[str, tuple[float, float]]:
    """Actual and remaining cost by activity, of its resources and expenses."""
    found: dict[str, tuple[float, float]] = {}
    for tag in ("ResourceAssignment", "ActivityExpense"):
        for each in _all(project, tag):
            key = _text(each, "ActivityObjectId")
            actual, remaining = found.get(key, (0.0, 0.0))
            found[key] = (
                actual + amount(_text(each, "ActualCost")),
                remaining + amount(_text(each, "RemainingCost")),
            )
    return found


def _own_costs(each: Element) -> tuple[float, float]:
    actual, remaining = (
        sum(amount(_text(each, f"{kind}{of}Cost")) for of in _COSTS)
        for kind in ("Actual", "Remaining")
    )
    return actual, remaining


def _id(project: Element) -> str:
    return _text(project, "Id") or _text(project, "ObjectId")


def _all(each: Element, tag: str) -> Iterator[Element]:
    return (child for child in each if child.tag.rpartition("}")[2] == tag)


def _text(each: Element, tag: str) -> str:
    return next(((child.text or "").strip() for child in _all(each, tag)), "")
