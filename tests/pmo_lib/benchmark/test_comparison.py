"""Comparisons as a table: one typed row each, estimates with their ends."""

import pytest

from pmo_lib.benchmark.comparison import Comparison, disclosable, table
from pmo_lib.stats.estimate import NOTHING, Estimate

FOUND = Comparison(
    "D3", "Finance", "peer projects", "City", "comparable", 2025, statistic="median",
    reasons=("One.", "Two."), ours=Estimate(0.2, 0.1, 0.3, 40, clusters=12),
    theirs=Estimate(0.5, 0.4, 0.6, 9), gap=Estimate(-0.3, -0.5, -0.1, 40, "rough"),
    percentile=Estimate(0.25, 0.1, 0.4, 9),
)  # fmt: skip


def test_table_is_one_typed_row_a_comparison() -> None:
    rows = table([FOUND, Comparison("", "Finance", "published", "A survey", "context only")])
    first, second = rows.to_dict("records")
    assert first | {"ours_n": 12, "theirs_n": 9, "reasons": "One. Two.", "year": 2025} == first
    for name, ends in {
        "ours": (0.2, 0.1, 0.3), "theirs": (0.5, 0.4, 0.6), "gap": (-0.3, -0.5, -0.1),
        "percentile": (0.25, 0.1, 0.4),
    }.items():  # fmt: skip
        assert (first[name], first[f"{name}_low"], first[f"{name}_high"]) == ends
    assert second["ours_n"] == second["theirs_n"] == second["year"] == 0
    assert rows[["gap", "superiority", "balanced_low"]].isna().sum().tolist() == [1, 2, 2]
    kinds = {"ours_n": "int64", "year": "int64", "balanced": "float64", "reasons": "str"}
    for made in (rows, table([]), table([FOUND])):
        assert list(made) == list(rows)
        assert {name: str(made[name].dtype) for name in kinds} == kinds


def test_columns_are_those_of_the_published_file() -> None:
    assert ",".join(table([])) == (
        "kpi_id,department,kind,source,judgement,year,metric,segment,statistic,version,reasons,"
        "remedies,ours,ours_low,ours_high,ours_n,theirs,theirs_low,theirs_high,theirs_n,unit,gap,"
        "gap_low,gap_high,percentile,percentile_low,percentile_high,bound,superiority,"
        "superiority_low,superiority_high,standardised,standardised_low,standardised_high,"
        "balanced,balanced_low,balanced_high,mix,to_move,note,url"
    )


@pytest.mark.parametrize(
    ("kpi_id", "gap", "stands"),
    [
        ("D1", (0.2, 0.1, 0.3), "better"),  # on time: higher is better
        ("D3", (0.2, 0.1, 0.3), "worse"),  # overrun: lower is better
        ("D3", (-0.2, -0.3, -0.1), "better"),
        ("D3", (0.2, 0.0, 0.4), "no different"),
        ("D3", (-0.2, -0.4, 0.0), "no different"),
        ("D3", (0.2, float("nan"), 0.4), ""),
    ],
)
def test_stands_by_the_interval_and_by_what_is_better(
    kpi_id: str, gap: tuple[float, float, float], stands: str
) -> None:
    found = Comparison(kpi_id, "", "published", "", "comparable", gap=Estimate(*gap, 30))
    assert found.stands == stands
    refused = Comparison(kpi_id, "", "published", "", "context only", gap=Estimate(*gap, 30))
    assert refused.stands == ""


def test_what_is_not_shown_has_no_figure_in_any_column() -> None:
    own, whole = Estimate(0.5, 0.4, 0.6, 7), Estimate(0.6, 0.5, 0.7, 90)
    given = [
        Comparison(
            "D1", department, kind, "x", "comparable", statistic=statistic, ours=own, theirs=whole,
            gap=own, percentile=own, note="7 of ours",
        )
        for department in ("A", "B")
        for kind in ("published", "own departments")
        for statistic in ("rate", "p80")
    ]  # fmt: skip
    found = disclosable(given, {("D1", "A", ""), ("D1", "B", "p80")})
    told = [each for each in found if each.department == "A" or each.statistic == "p80"]
    figures = table(told)[["ours", "ours_low", "gap", "percentile", "note"]]
    assert figures.replace("", None).isna().all(axis=None)
    assert {each.theirs for each in told if each.kind == "own departments"} == {NOTHING}
    kept = [each for each in found if each not in told]
    assert kept == [each for each in given if (each.department, each.statistic) == ("B", "rate")]
