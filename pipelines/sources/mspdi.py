"""Microsoft Project's XML (MSPDI): one project a file, with milestones and baselines 0 to 10.

Costs are in hundredths. The file has no department; the project is known by its title.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from pipelines.reading.currencies import named_in
from pipelines.sources import Imported
from pipelines.sources.plans import Baseline, Plan, Task, amount, day, each_file, imported, xml_root
from pmo_lib.wording import counted

NAMESPACE = "{http://schemas.microsoft.com/project}"
_SUFFIXES = (".xml", ".mpp", ".mpt")


def read(files: Sequence[Path]) -> Imported:
    """The projects of the files; DataError for what is no MSPDI file."""
    return imported(each_file(files, _plans))


def _plans(path: Path) -> Iterator[Plan]:
    root = xml_root(path, "Project", "an XML file of Microsoft Project")
    tasks = [each for each in root.iter(f"{NAMESPACE}Task") if _is_real(each)]
    whole = next((each for each in tasks if _text(each, "UID") == "0"), None)
    work = [each for each in tasks if each is not whole and _text(each, "Summary") != "1"]
    plan = [_task(each) for each in work]
    name = _text(root, "Title") or _named(_text(root, "Name")) or path.stem
    as_at = next((d for tag in ("StatusDate", "CurrentDate", "LastSaved")
                  if (d := day(_text(root, tag)))), None)  # fmt: skip
    summed = _task(whole) if whole is not None else None
    yield Plan(
        _text(root, "GUID") or name,
        name,
        as_at,
        tuple(plan),
        whole=summed if summed is not None and summed.start else None,
        baselines=summed.baselines if summed else (),
        notes=tuple(_notes(path, root, work)),
        currency=_text(root, "CurrencyCode") or _code_of(_text(root, "CurrencySymbol")),
    )


def _code_of(symbol: str) -> str:
    """The code of a currency's sign; none of one that several have, such as $."""
    code = named_in(symbol)
    return code if len(code) == len("EUR") else ""


def _notes(path: Path, root: Element, work: Sequence[Element]) -> Iterator[str]:
    if not _text(root, "StatusDate"):
        yield f"{path.name}: no status date, so it is as at the day it was last calculated or saved"
    plain = [each for each in work if each.find(f"{NAMESPACE}Baseline") is None]
    if work and len(plain) == len(work):
        yield f"{path.name}: no baseline is set"
    elif plain:
        yield f"{path.name}: {counted(len(plain), 'task')} of {len(work)} without a baseline"
    inserted = [each for each in work if _text(each, "SubprojectName")]
    if inserted:
        what = counted(len(inserted), "inserted project")
        yield f"{path.name}: {what}, each to be imported from its own file"


def _is_real(task: Element) -> bool:
    """Not a blank line of the plan, nor a task that was made inactive."""
    return _text(task, "IsNull") != "1" and _text(task, "Active") != "0"


def _task(each: Element) -> Task:
    finished = day(_text(each, "ActualFinish"))
    return Task(
        id=_text(each, "UID"),
        name=_text(each, "Name"),
        is_milestone=_text(each, "Milestone") == "1",
        start=day(_text(each, "Start")),
        finish=day(_text(each, "Finish")),
        started_on=day(_text(each, "ActualStart")),
        finished_on=finished,
        is_complete=finished is not None or _text(each, "PercentComplete") == "100",
        cost=_money(each, "Cost"),
        actual_cost=_money(each, "ACWP") or _money(each, "ActualCost"),
        planned_value=_money(each, "BCWS") if _text(each, "BCWS") else None,
        earned_value=_money(each, "BCWP") if _text(each, "BCWP") else None,
        baselines=tuple(_baseline(b) for b in each.iter(f"{NAMESPACE}Baseline")),
    )


def _baseline(each: Element) -> Baseline:
    return Baseline(
        int(_text(each, "Number") or 0), day(_text(each, "Start")), day(_text(each, "Finish")),
        _money(each, "Cost"),
    )  # fmt: skip


def _money(each: Element, tag: str) -> float:
    return amount(_text(each, tag)) / 100


def _text(each: Element, tag: str) -> str:
    return (each.findtext(f"{NAMESPACE}{tag}") or "").strip()


def _named(name: str) -> str:
    """A file's name without its ending."""
    return next((name[: -len(s)] for s in _SUFFIXES if name.lower().endswith(s)), name)
