"""Secondary suppression: no total less all parts but one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.results import result as result_of
from pmo_lib.assessment.disclosure import LEST, hidden_beside, protected
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


def test_two_hidden_ones_have_more_cases_than_are_too_few_together() -> None:
    given_ = [result(ORGANISATION, 72), *(result(d, n) for d, n in
              {"A": 1, "B": 3, "C": 8, "D": 20, "E": 40}.items())]  # fmt: skip
    assert hidden(given_) == {("A", ""), ("B", ""), ("C", "")}


def test_a_whole_goes_with_its_only_part() -> None:
    given_ = [
        result(ORGANISATION, 60), result(ORGANISATION, 60, segment="x"),
        *(result(d, n, segment=s) for d, n in (("A", 3), ("B", 17), ("C", 40)) for s in ("", "x")),
    ]  # fmt: skip
    assert hidden(given_) == {(d, s) for d in "AB" for s in ("", "x")}


SIZES = st.dictionaries(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["x", "y", "z"])),
    st.integers(1, 25), min_size=2,
)  # fmt: skip


@given(SIZES)
def test_no_sum_or_difference_of_what_is_shown_comes_to_a_hidden_one(
    sizes: dict[tuple[str, str], int],
) -> None:
    """The attack: all published lines as linear equations in the cells of departments × parts."""
    cells, groups = list(sizes), cells_and_totals(sizes)
    given_ = [
        result(department, sum(sizes[c] for c in own), segment=segment)
        for (department, segment), own in groups.items()
    ]
    shown = [
        [float(cell in groups[r.department, r.segment]) for cell in cells]
        for r in protected(given_)
        if r.state == "measured"
    ]
    known = np.array(shown).reshape(-1, len(cells))
    told = {}
    for (department, segment), own in groups.items():
        n = sum(sizes[c] for c in own)
        row = np.array([float(cell in own) for cell in cells])
        if n < 5 and np.linalg.matrix_rank(np.vstack([known, row])) == np.linalg.matrix_rank(known):
            told[department, segment] = n
    assert told == {}
    unseen = hidden(given_)
    few_together = {}
    for total in groups:  # nor do a line's hidden ones come to few
        of_part = [g for g in groups if total[0] == ORGANISATION != g[0] and g[1] == total[1]]
        of_department = [g for g in groups if g[0] == total[0] and g[1] and not total[1]]
        for line in (of_part, of_department):
            n = sum(sum(sizes[c] for c in groups[g]) for g in line if g in unseen)
            whole = sum(sizes[c] for c in groups[total])
            if 0 < n <= 5 and n < whole and total not in unseen:
                few_together[total] = n
    assert few_together == {}


def cells_and_totals(
    sizes: dict[tuple[str, str], int],
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The cells, the wholes of departments and of parts, and that of all: each with its cells."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for department, part in sizes:
        for name in (ORGANISATION, department):
            for segment in ("", part):
                groups.setdefault((name, segment), []).append((department, part))
    return groups


@given(st.integers(1, 5), st.integers(1, 8), st.randoms(use_true_random=False))
def test_no_point_of_a_history_is_given_away_by_others(n: int, periods: int, chance: Any) -> None:
    departments = np.array([[chance.randint(0, 14) for _ in range(periods)] for _ in range(n)])
    counts = np.vstack([departments.sum(axis=0), departments])
    spans = slice(None), slice(-4, None), slice(0, 3), slice(3, 6)
    found = hidden_beside(counts, 5, spans)
    assert found[(counts > 0) & (counts < 5)].all()
    lines = [(counts[1:, i], found[1:, i]) for i in range(periods)]
    lines += [(row[part], own[part]) for row, own in zip(counts, found, strict=True)
              for part in spans]  # fmt: skip
    for cases, own in lines:
        has_others = ((cases > 0) & ~own).any()
        assert not (own.any() and has_others and (own.sum() == 1 or cases[own].sum() <= 5))
