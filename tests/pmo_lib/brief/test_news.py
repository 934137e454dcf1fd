"""What is new since the last pack: against one made by hand."""

from dataclasses import replace
from typing import Any

import pandas as pd

from builders.evidence import evidence, last_pack
from builders.results import result
from builders.tables import open_project, project
from builders.views import view
from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.promises import Promise
from pmo_lib.brief.news import since_last
from pmo_lib.engine.result import ORGANISATION

NOTHING = ("Nothing has changed by more than chance since August 2026.",)


def plain(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in said)


def chart(*rules: str, last: str = "2026-09", signal: str = "signal", value: float = 0.9) -> Any:
    months = [str(m) for m in pd.period_range(end=last, periods=12, freq="M")]
    points = pd.DataFrame(
        {"period": months, "value": value, "centre": 0.5, "lower": 0.4, "upper": 0.6,
         "rule": [""] * (12 - len(rules)) + list(rules)}
    )  # fmt: skip
    return Behaviour("xmr", "month", points, signal)


def test_signals_on_rare_events_are_no_news() -> None:
    charts = {"P1": chart("beyond the limits")}  # around half an event a month
    assert (
        plain(since_last(evidence(charts={ORGANISATION: charts}, last=last_pack()), ORGANISATION))
        == NOTHING
    )


def test_without_a_last_pack_nothing_is_said() -> None:
    assert since_last(evidence(), ORGANISATION) == ()


def test_nothing_new_is_said_as_such() -> None:
    assert plain(since_last(evidence(last=last_pack()), ORGANISATION)) == NOTHING


def test_finished_and_cancelled_since_then_are_counted() -> None:
    seen = view(
        projects=[
            project("new", finished_on="2026-09-15"), project("new too", finished_on="2026-09-30"),
            project("of sales", department="Sales", finished_on="2026-09-01"),
            project("told then", finished_on="2026-08-31"),
            project("to come", finished_on="2026-10-01"), open_project("goes on"),
            *(project(f"c{i}", status="cancelled", finished_on="2026-09-02") for i in range(5)),
            project("c told then", status="cancelled", finished_on="2026-08-02"),
        ]
    )  # fmt: skip
    units = {
        "D1": [
            {"case_id": "new", "numerator": 1.0}, {"case_id": "new too", "numerator": 0.0},
            {"case_id": "of sales", "numerator": float("nan")},
            {"case_id": "told then", "numerator": 1.0},
        ]
    }  # fmt: skip
    given = evidence(seen, units=units, last=last_pack())
    assert plain(since_last(given, ORGANISATION)) == (
        "3 projects finished, 1 of 2 on time; 5 cancelled: c0, c1, c2 and 2 more.",
    )
    assert plain(since_last(given, "Sales")) == ("1 project finished.",)


def test_signals_are_told_once_and_only_if_new() -> None:
    charts = {
        "D1": chart("beyond the limits"),
        "D2": chart("beyond the limits", "beyond the limits"),  # was there before
        "R8": chart("beyond the limits", last="2026-08"),  # told then
        "P2": chart("beyond the limits", signal="cannot tell: too few"),
        "G2": chart(),
        "R4": chart("8 in a row", value=0.1),
    }
    given = evidence(charts={ORGANISATION: charts}, last=last_pack())
    (said,) = plain(since_last(given, ORGANISATION))
    assert said.startswith("On-time completion is up and ")
    assert said.endswith(" is down, by more than chance.")
    assert said.count(" is ") == 2
    assert plain(since_last(given, "Finance")) == NOTHING


def test_judgements_that_turned_are_told_with_both_words() -> None:
    def of(kpi_id: str, than_before: Any, against_target: Any = "", **more: Any) -> Any:
        return result(
            kpi_id, ORGANISATION, than_before=than_before, against_target=against_target, **more
        )

    before = [
        of("D1", "worse"), of("D2", "better"), of("R8", "cannot be compared"),
        of("G2", "no clear change", "kept"),
    ]  # fmt: skip
    now = [
        of("D1", "better"),
        of("D2", "better"),
        of("R8", "worse"),
        of("G2", "no clear change", "not kept"),
        of("P3", "worse"),  # there was none
    ]
    given = evidence(results=now, last=last_pack(results=before))
    assert plain(since_last(given, ORGANISATION)) == (
        "On-time completion: better than before, in August 2026 worse than before.",
        "Green reports that hide a red project: target not kept, in August 2026 target kept.",
    )


def test_at_most_four_sentences() -> None:
    ids = ("D1", "D2", "R8", "G2", "R4", "P3")
    then, now = (
        [result(each, ORGANISATION, than_before=word) for each in ids]  # type: ignore[arg-type]
        for word in ("worse", "better")
    )
    seen = view(projects=[
        project("a", finished_on="2026-09-15"),
        project("b", status="cancelled", finished_on="2026-09-15"),
    ])  # fmt: skip
    given = evidence(seen, results=now, last=last_pack(results=then))
    assert len(since_last(given, ORGANISATION)) == 4


def test_promises_newly_kept_and_newly_broken_are_told() -> None:
    def promise(name: str, verdict: Any, department: str = "Finance") -> Promise:
        return Promise(name, department, "", f"We do {name}", "", "D1", "90 %", verdict=verdict)

    now = (
        promise("a", "not kept"), promise("b", "kept"), promise("c", "not kept"),
        promise("d", "kept", "Sales"), promise("new", "kept"),
    )  # fmt: skip
    then = {"a": "kept", "b": "cannot tell yet", "c": "not kept", "d": "not kept"}
    last = replace(last_pack(), promises=then)
    said = {
        who: plain(since_last(evidence(promises=now, last=last), who))
        for who in (ORGANISATION, "Finance", "Sales")
    }
    broken, kept = "1 promise newly broken: “We do a” (Finance).", "“We do b” (Finance)"
    assert said == {
        ORGANISATION: (broken, f"2 promises newly kept: {kept} and “We do d” (Sales)."),
        "Finance": (broken, f"1 promise newly kept: {kept}."),
        "Sales": ("1 promise newly kept: “We do d” (Sales).",),
    }


def test_no_project_is_told_to_have_ended_where_the_day_is_withheld() -> None:
    seen = view(projects=[project("a", finished_on="2026-09-15")])
    barred = replace(seen, withheld={"projects.finished_on": "in doubt"})
    assert plain(since_last(evidence(barred, last=last_pack()), ORGANISATION)) == NOTHING


def test_what_does_not_fit_is_counted() -> None:
    ids = ("D1", "D2", "R8", "G2", "R4", "P3")
    then, now = (
        [result(each, ORGANISATION, than_before=word) for each in ids]  # type: ignore[arg-type]
        for word in ("worse", "better")
    )
    said = since_last(evidence(results=now, last=last_pack(results=then)), ORGANISATION)
    assert (len(said), said[-1]) == (4, "3 further figures are judged otherwise: see kpis.csv.")
