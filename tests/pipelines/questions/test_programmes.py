"""Rows that are sums of others are not counted beside them."""

import pandas as pd
import pytest

from builders.asking import changed, delivery, findings, mended
from builders.tables import Tables, baseline, frame, project, report, tables
from pmo_lib.contract.tables import TABLES

CLEAN = delivery()
PARTS = CLEAN["projects"]["project_id"].tolist()
PROGRAMMES = tables(
    projects=[
        project("X1", name="Roads", actual_cost=2e6),
        project("X2", name="Rail", actual_cost=3e6),
    ],
    baselines=[baseline("X1", cost=3e6), baseline("X2", cost=4e6)],
    status_reports=[report("X1", "2026-01", earned_value=5.0)],
)  # fmt: skip


def given() -> Tables:
    both = {n: pd.concat([CLEAN[n], rows], ignore_index=True) for n, rows in PROGRAMMES.items()}
    whose = {"1": "X1", "2": "p001"}
    met = [{"project_id": whose[n], "milestone_id": n} for n in whose]
    promised = [{"project_id": whose[n], "benefit_id": f"b{n}"} for n in whose]
    came = [{"benefit_id": f"b{n}", "period": "2026-01"} for n in whose]
    more = {"milestones": met, "benefits": promised, "benefit_reports": came}
    return both | {name: frame(name, rows) for name, rows in more.items()}


def beside(column: str, values: list[str]) -> dict[str, pd.DataFrame]:
    """The text of a column that is not ours, of the projects and the two programmes."""
    return {"projects": pd.DataFrame({"project_id": [*PARTS, "X1", "X2"], column: values})}


HALVES = ["X1" if at % 2 else "X2" for at in range(len(PARTS))]
NUMBERS = [f"{2 - at % 2}.{at}" for at in range(len(PARTS))]
NAMES = {"X1": "Roads", "X2": "Rail"}
MARKED: dict[str, tuple[str, list[str]]] = {
    "parent": ("parent_id", [*HALVES, "", ""]),
    "programme by id": ("programme", [*HALVES, "X1", "X2"]),
    "programme by name": ("programme_name", [*(NAMES[half] for half in HALVES), "", ""]),
    "parent of an issue": ("parent_issue_key", [*HALVES, "", ""]),
    "outline": ("outline_number", [*NUMBERS, "1", "2"]),
    "wbs": ("wbs", [*NUMBERS, "1.", "2."]),
    "summary": ("summary", [*["No"] * len(PARTS), "Yes", "yes"]),
}  # fmt: skip


@pytest.mark.parametrize("named", MARKED)
def test_what_contains_others_is_left_out_with_all_that_is_said_of_it(named: str) -> None:
    column, values = MARKED[named]
    both = given()
    (found,) = findings(both, beside(column, values)).values()
    assert found.question.id == f"programmes projects.{column}"
    assert "2 rows of 152 contain others" in found.question.asks
    left = mended(both, found)
    for name, table in left.items():
        assert not table.isin(["X1", "X2", "b1"]).any(axis=None), name
        assert table.columns.tolist() == list(TABLES[name].column_names)
    assert [len(left[name]) for name in ("projects", "benefits", "benefit_reports")] == [150, 1, 1]
    assert len(both["projects"]) == 152


@pytest.mark.parametrize("named", [name for name in MARKED if name != "summary"])
def test_benefits_that_only_a_programme_has_are_asked_about(named: str) -> None:
    both = given()
    elsewhere = both["benefits"].replace({"project_id": {"p001": PARTS[0]}})  # a part of the other
    found = findings(both | {"benefits": elsewhere}, beside(*MARKED[named]))
    question = found["programme_benefits benefits.project_id"].question
    assert "which projects bring the benefits of 'X1'? By" in question.asks
    assert "1 benefit of 2 would be lost" in question.asks
    assert question.withholds == ("benefits", "benefit_reports")
    assert found.keys() > {f"programmes projects.{MARKED[named][0]}"}


def test_benefits_are_looked_for_at_whatever_depth() -> None:
    both = given()
    inner = [*("p002" for _ in PARTS), "", ""]  # X1 > p002 > all others
    inner[PARTS.index("p002")] = "X1"
    assert "programme_benefits benefits.project_id" not in findings(
        both, beside("parent_id", inner)
    )


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("parent_id", [""] * 152),
        ("parent_id", [*PARTS, "X1", "X2"]),  # each its own
        ("parent_id", ["elsewhere"] * 152),
        ("colour", [*HALVES, "", ""]),
        ("programme", ["Transport"] * 152),
        ("outline_number", [f"{at}" for at in range(152)]),
    ],
    ids=["none", "own", "not listed", "another column", "a name that is no project's", "flat"],
)
def test_what_contains_no_other_stays(column: str, values: list[str]) -> None:
    assert findings(given(), beside(column, values)) == {}


class TestSums:
    @staticmethod
    def projects(total: float) -> Tables:
        costs = [110.0, 220.5, 340.0, 410.0, total]
        rows = [project(f"p{n}", actual_cost=cost) for n, cost in enumerate(costs)]
        return tables(projects=[*rows, project("other", department="Sales", actual_cost=77.0)])

    def test_a_project_that_costs_what_all_others_of_its_department_do(self) -> None:
        rows = self.projects(1080.5)
        (found,) = findings(rows).values()
        assert found.question.examples == ("p4",)
        assert "p4 costs what 4 others cost together" in found.question.asks
        assert mended(rows, found)["projects"]["project_id"].tolist() == [
            "p0", "p1", "p2", "p3", "other"
        ]  # fmt: skip

    def test_benefits_that_only_a_sum_has_are_asked_about(self) -> None:
        promised = [{"project_id": whose, "benefit_id": whose} for whose in ("p4", "other")]
        rows = self.projects(1080.5) | {"benefits": frame("benefits", promised)}
        question = findings(rows)["programme_benefits benefits.project_id"].question
        assert "benefits of 'p4'? It is the sum of others and is not counted" in question.asks
        assert "1 benefit of 2 would be lost" in question.asks
        assert question.withholds == ("benefits",)
        of_a_part = changed(rows, benefits__project_id=pd.Series(["p4", "p2"], dtype="str"))
        assert list(findings(of_a_part)) == ["sum_of_others projects.project_id"]

    def test_about_as_much_is_no_sum(self) -> None:
        assert findings(self.projects(1081.0)) == {}


@pytest.mark.parametrize("column", ["name", "department"])
def test_single_project_that_is_called_a_total_is_asked_about(column: str) -> None:
    def called(word: str, rows: int) -> list[str]:
        names = [*[word] * rows, *CLEAN["projects"][column].tolist()[rows:]]
        return list(findings(changed(CLEAN, **{f"projects__{column}": names})))

    asked = [f"called_total projects.{column}"]
    assert {word: called(word, 1) for word in ("Total", "Summary:", "ALL")} == {
        "Total": asked, "Summary:": asked, "ALL": asked,
    }  # fmt: skip
    assert called("Total", 2) == (
        asked if column == "department" else []
    )  # belongs to all, or none
    assert called("Total quality", 1) == []
