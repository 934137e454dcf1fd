"""What is new since the last pack: projects that ended, new signals, judgements that turned."""

from collections.abc import Iterable, Iterator

from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.last_pack import LastPack
from pmo_lib.engine.result import ORGANISATION, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month, month_end
from pmo_lib.wording import capital, counted, listed

MOST = 4
MOST_NAMED = 3
JUDGED = {"than_before": "{} than before", "against_target": "target {}"}


def since_last(evidence: Evidence, department: str) -> tuple[str, ...]:
    """Sentences on what is new of the organisation, or of one department; none without a pack."""
    last = evidence.last
    if last is None:
        return ()
    said = [
        *_ended(evidence, last, department),
        *_promises(evidence, last, department),
        *_signals(evidence, last, department),
        *_turned(evidence, last, department),
    ]
    if len(said) > MOST:
        rest = len(said) - MOST + 1
        said = [*said[: MOST - 1], f"{rest} further figures are judged otherwise: see kpis.csv."]
    return tuple(said) or (f"Nothing has changed by more than chance since {_then(last)}.",)


def _then(last: LastPack) -> str:
    return month(last.period)


def _ended(evidence: Evidence, last: LastPack, department: str) -> Iterator[str]:
    """How many projects finished, of those how many on time, and how many were cancelled."""
    projects = evidence.table("projects")
    if projects is None:
        return
    days = projects["finished_on"]
    new = projects[(days > month_end(last.period)) & (days <= evidence.view.data_date)]
    if department != ORGANISATION:
        new = new[new["department"] == department]
    done, cancelled = (new[new["status"] == each] for each in ("completed", "cancelled"))
    said = []
    if len(done):
        judged = evidence.observed["D1"]
        own = judged[judged["case_id"].isin(done["project_id"]) & judged["numerator"].notna()]
        known = f" of {len(own)}" * (len(own) < len(done))
        on_time = f", {int(own['numerator'].sum())}{known} on time" if len(own) else ""
        said.append(f"{counted(len(done), 'project')} finished{on_time}")
    if len(cancelled):
        many = f"{len(cancelled)}" if said else counted(len(cancelled), "project")
        said.append(f"{many} cancelled: {_named(cancelled['project_id'])}")
    if said:
        yield f"{'; '.join(said)}."


def _signals(evidence: Evidence, last: LastPack, department: str) -> Iterator[str]:
    """Charts whose last point is outside its limits, and was not a month ago."""
    names = []
    for kpi_id, found in evidence.charted(department).items():
        points = found.points[found.points["value"].notna()]
        if points.empty or not points["rule"].iloc[-1]:
            continue
        if points["period"].iloc[-1] <= last.period:
            continue
        if len(points) > 1 and points["rule"].iloc[-2]:
            continue  # was there before
        rises = points["value"].iloc[-1] > points["centre"].iloc[-1]
        names.append(f"{CATALOGUE[kpi_id].plain} is {'up' if rises else 'down'}")
    if names:
        yield f"{capital(_named(names))}, by more than chance."


def _turned(evidence: Evidence, last: LastPack, department: str) -> Iterator[str]:
    """Judgements that are no longer what they were."""
    turned = []
    for result in evidence.results:
        if result.department != department or not is_headline(result):
            continue
        name = capital(CATALOGUE[result.kpi_id].plain)
        for column, words in JUDGED.items():
            now, then = getattr(result, column), last.said(result, column)
            if now and then and now != then and "cannot" not in now + then:
                turned.append(
                    f"{name}: {_judged(words, now)}, "
                    f"in {month(last.period)} {_judged(words, then)}."
                )
    yield from turned


def _judged(words: str, answer: str) -> str:
    """Better than before, no clear change, target kept."""
    return answer if answer == "no clear change" else words.format(answer)


def _promises(evidence: Evidence, last: LastPack, department: str) -> Iterator[str]:
    """Promises newly kept or broken."""
    own = [p for p in evidence.promises if department in {ORGANISATION, p.department}]
    for verdict, words in (("not kept", "newly broken"), ("kept", "newly kept")):
        new = [
            f"“{p.statement}” ({p.department})"
            for p in own
            if p.verdict == verdict and last.promises.get(p.statement_id, verdict) != verdict
        ]
        if new:
            yield f"{counted(len(new), 'promise')} {words}: {_named(new)}."


def _named(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    known = [*names]
    rest = len(known) - MOST_NAMED
    return listed([*known[:MOST_NAMED], *([f"{rest} more"] if rest > 0 else [])])
