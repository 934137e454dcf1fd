"""Secondary suppression: no total less all parts but one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.results import result as result_of
from pmo_lib.assessment.disclosure import LEST, protected
from pmo_lib.engine.result import ORGANISATION, KpiResult


def result(department: str, n: int, kpi: str = "D1", **more: Any) -> KpiResult:
    state = "too few" if n < 5 else "measured"
    given = {"value": 0.5, "n": n, "cases": n, "state": state, **more}
    return result_of(kpi, department, statistic="rate", **given)


def hidden(results: list[KpiResult]) -> set[tuple[str, str]]:
    return {(r.department, r.segment) for r in protected(results) if r.state == "too few"}


def test_one_too_few_takes_the_next_smallest_with_it() -> None:
    given = [result(ORGANISATION, 63), result("A", 3), result("B", 20), result("C", 40)]
    assert hidden(given) == {("A", ""), ("B", "")}
    of_b = protected(given)[2]
    assert of_b.reason == LEST
    assert of_b.value != of_b.value
    assert of_b.n == of_b.cases == 0


def test_two_too_few_hide_each_other() -> None:
    given = [result(ORGANISATION, 47), result("A", 3), result("B", 4), result("C", 40)]
    assert hidden(given) == {("A", ""), ("B", "")}
    assert protected(given)[2].reason != LEST


def test_none_too_few_changes_nothing() -> None:
    given = [result(ORGANISATION, 60), result("A", 20), result("B", 40)]
    assert protected(given) == given


def test_a_lone_department_has_nobody_to_be_hidden_with() -> None:
    given = [result(ORGANISATION, 3), result("A", 3)]
    assert protected(given) == given


def test_parts_of_a_department_and_departments_of_a_part_are_lines_too() -> None:
    few = {("A", "x"): 3, ("A", "y"): 9, ("A", "z"): 30, ("B", "x"): 8, ("B", "y"): 9,
           ("B", "z"): 40}  # fmt: skip
    given = [result(department, n, segment=part) for (department, part), n in few.items()]
    # A: y goes with x; B's x goes with A's x, and then B's y with A's y
    assert hidden(given) == {("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")}


def test_further_statistics_go_with_the_headline_but_do_not_hide_it() -> None:
    tail = result_of("D4", "A", statistic="tail_mean", n=2, state="too few")
    given = [result("A", 30, "D4"), tail, result("B", 40, "D4"), result("C", 50, "D4")]
    assert protected(given) == given
    given = [result("A", 3, "D3"), result("B", 20, "D3"), result("C", 50, "D3")]
    p80 = result_of("D3", "B", statistic="p80", value=1.0, n=20)
    assert [r.state for r in protected([*given, p80])][-1] == "too few"


def test_kpis_do_not_hide_one_another() -> None:
    given = [result("A", 3), result("B", 4), result("A", 20, "D2"), result("B", 30, "D2")]
    assert hidden(given) == {("A", ""), ("B", "")}
    assert [r.state for r in protected(given)] == ["too few", "too few", "measured", "measured"]


def test_plain_counts_are_facts() -> None:
    given = [result("A", 3, "P2", state="measured"), result("B", 40, "P2")]
    assert protected(given) == given


@given(st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["", "x", "y", "z"])),
    st.integers(1, 30), min_size=1,
))  # fmt: skip
def test_no_line_is_left_with_exactly_one_hidden(sizes: dict[tuple[str, str], int]) -> None:
    given_ = [result(department, n, segment=part) for (department, part), n in sizes.items()]
    found = protected(given_)
    lines: dict[Any, list[KpiResult]] = {}
    for r in found:
        lines.setdefault(("part", r.segment), []).append(r)
        if r.segment:
            lines.setdefault(("department", r.department), []).append(r)
    for line in lines.values():
        if len(line) > 1:
            assert sum(r.state == "too few" for r in line) != 1
    for before, after in zip(given_, found, strict=True):
        assert after == before or (before.state == "measured" and after.reason == LEST)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_results_does_not_matter(order: int) -> None:
    given_ = [result("A", 3), result("B", 20), result("C", 20)][::order]
    assert hidden(given_) == {("A", ""), ("B", "")}
