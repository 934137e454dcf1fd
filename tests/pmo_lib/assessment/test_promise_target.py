"""Targets as people write them: read in the KPI's unit, or refused with what to write."""

from math import isnan, nan

import pytest

from pmo_lib.assessment.promise_target import (
    PromisedTarget,
    UnreadableTargetError,
    promised_target,
    target_text,
)
from pmo_lib.kpis.catalogue import CATALOGUE

READ = {
    ("D1", "90 %"): (0.9, nan),
    ("D1", "90%"): (0.9, nan),
    ("D1", " At  least 90 per cent "): (0.9, nan),
    ("D4", "at most 10 %"): (nan, 0.1),
    ("P6", "14"): None,  # days of what?
    ("P6", "14 days"): (nan, 14.0),
    ("P6", "14 calendar days"): (nan, 14.0),
    # ten working days from any day of a week are two weeks: numpy.busday_offset says so
    ("P6", "10 working days"): (nan, 14.0),
    ("P6", "at most 5 Working Days"): (nan, 7.0),
    ("D6", "0.95"): (0.95, nan),
    ("R1", "-0.5"): (-0.5, nan),
    ("R1", "−0.5 points"): (-0.5, nan),
    ("R3", "+30"): (30.0, nan),
    ("P2", "30"): (nan, 30.0),
    ("V2", "-10 % to 10 %"): (-0.1, 0.1),
    ("P5", "0.8 to 1.2"): (0.8, 1.2),
}
REFUSED = {
    ("D1", "4"): "'4' is no target of On-time completion (share): write such as 90 %",
    ("D1", "90 days"): "write such as 90 %",
    ("D1", "soon"): "write such as 90 %, or better than before",
    ("D1", "90,5 %"): "write such as 90 %",
    ("D1", "120 %"): "'120 %' cannot be reached: On-time completion is from 0 % to 100 %",
    ("D1", "at most 90 %"): "wrong way round: of On-time completion higher is better",
    ("P6", "at least 10 days"): "wrong way round",
    ("P6", "90 %"): "write such as 10 working days or 14 days",
    ("P6", "14"): "write such as 10 working days or 14 days",
    ("P6", "-3 days"): "cannot be reached: Gate decision time is of 0 days or more",
    ("R1", "7"): "cannot be reached: Perception gap is from",
    ("P5", "0.9"): "should lie in one: write such as 0.80 to 1.25",
    ("P5", "1.2 to 0.8"): "ends before it begins",
    ("V2", "10"): "write such as -10 % to 10 %",
    ("R11", "3 %"): "is shown for context and keeps no promise",
    ("D1", "9" * 30 + " %"): "write such as 90 %",
    ("D1", ""): "write such as 90 %",
}  # fmt: skip


def test_is_read_in_the_unit_of_the_kpi() -> None:
    wrong = {}
    for (kpi_id, text), ends in READ.items():
        if ends is None:
            continue
        found = promised_target(text, CATALOGUE[kpi_id])
        pairs = zip((found.low, found.high), ends, strict=True)
        if not all(a == pytest.approx(b) or (isnan(a) and isnan(b)) for a, b in pairs):
            wrong[kpi_id, text] = found
    assert wrong == {}


def test_better_than_before_is_a_target_of_every_judged_kpi() -> None:
    judged = [k for k in CATALOGUE.values() if k.better != "context"]
    found = {k.id: promised_target("Better than  before", k) for k in judged}
    assert {k: each for k, each in found.items() if each != PromisedTarget(is_change=True)} == {}


def test_a_target_of_the_settings_is_written_as_it_is_read() -> None:
    values = {"share": 0.855, "days": 12.5, "hours": 110.0, "points": 5.0, "score": 0.25,
              "count": 30.0, "ratio": 0.95}  # fmt: skip
    wrong = {}
    for kpi in CATALOGUE.values():
        if kpi.better in ("higher", "lower"):
            value = values[kpi.unit]
            found = promised_target(target_text(value, kpi), kpi)
            if value not in (found.low, found.high):
                wrong[kpi.id] = found
    assert wrong == {}
    assert target_text(0.9, CATALOGUE["D1"]) == "90 %"
    assert target_text(14.0, CATALOGUE["P6"]) == "14 days"
    assert target_text(0.0, CATALOGUE["V2"]) == ""


def test_what_is_none_is_refused_with_what_to_write() -> None:
    wrong = {}
    for (kpi_id, text), said in REFUSED.items():
        try:
            wrong[kpi_id, text] = str(promised_target(text, CATALOGUE[kpi_id]))
        except UnreadableTargetError as error:
            if said not in str(error).replace("\u00a0", " "):
                wrong[kpi_id, text] = str(error)
    assert wrong == {}


def test_every_unit_has_an_example_that_is_read() -> None:
    from pmo_lib.assessment.promise_target import EXAMPLES

    kpis = {k.unit: k for k in CATALOGUE.values() if k.better in ("higher", "lower")}
    for unit, kpi in kpis.items():
        for text in EXAMPLES[unit].split(" or "):
            value = "1" if unit == "points" and kpi.scale and kpi.scale[1] < 30 else text
            assert promised_target(value, kpi), unit
