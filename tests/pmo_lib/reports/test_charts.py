"""The figures: drawn on any data without raising, nothing where nothing can be shown."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from builders.catalogue import only_kpis
from builders.portfolio import portfolio
from builders.reports import ON_PAGES
from builders.results import result_table
from builders.tables import (
    DEPARTMENTS,
    PERIOD,
    Tables,
    baseline,
    numbered,
    open_project,
    project,
    tables,
)
from builders.views import settings, view
from pmo_lib.assessment.assessed import assessed
from pmo_lib.engine.observe import results, yearly_results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.measurement import Measurement
from pmo_lib.reports import charts
from pmo_lib.reports.picture import Picture

SEEN = View(portfolio(), PERIOD)


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis(ON_PAGES):
        yield


def departments_of(seen: View, own: str = "") -> Picture | str:
    names = sorted(seen.tables["projects"]["department"].unique())
    return charts.by_department("D1", assessed(seen, names, ["D1"]), seen.settings, own)


def yearly(seen: View) -> Picture | str:
    return charts.yearly("D1", yearly_results("D1", seen, "", 10), seen)


def overruns(kpi_id: str, seen: View, department: str = "") -> Picture | str:
    departments = tuple(sorted(seen.tables["projects"]["department"].unique()))
    return charts.overruns(kpi_id, Measurement(seen, departments), department)


DRAW: dict[str, Callable[[View], Picture | str]] = {
    "rates": lambda seen: charts.rates(results(seen), 0.9),
    "by_department": lambda seen: departments_of(seen),
    "yearly": lambda seen: yearly(seen),
    "D3": lambda seen: overruns("D3", seen),
    "D5": lambda seen: overruns("D5", seen),
}


def renamed(name: str) -> Tables:
    """The portfolio with another name for the department of finance."""
    given = portfolio()
    names = given["projects"]["department"].replace({"Finance": name})
    return given | {"projects": given["projects"].assign(department=names)}


EACH = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@EACH
class TestEveryChart:
    def test_is_drawn_and_told_in_words_and_numbers(self, draw: Any) -> None:
        found = draw(SEEN)
        assert found.svg().startswith("<svg ")
        assert len(found.alt) > 40
        assert found.alt.endswith(".")
        assert len(found.data) > 0

    def test_is_the_same_bytes_twice(self, draw: Any) -> None:
        assert draw(SEEN).svg() == draw(View(portfolio(), PERIOD)).svg()

    def test_is_nothing_without_the_tables(self, draw: Any) -> None:
        why = draw(View({"projects": portfolio()["projects"].head(0)}, PERIOD))
        assert isinstance(why, str)
        assert why

    def test_is_nothing_before_anything_was_completed(self, draw: Any) -> None:
        planned = numbered(9, baseline, cost=[float(i) for i in range(1, 10)])
        rows = {"projects": numbered(9, open_project), "baselines": planned}
        why = draw(view(given={}, **rows))
        assert isinstance(why, str)
        assert why

    def test_huge_outlier_does_not_raise(self, draw: Any) -> None:
        given = portfolio()
        given["projects"].loc[0, "actual_cost"] = 1e15
        assert draw(View(given, PERIOD)).svg()


@EACH
class TestEqualCosts:
    def test_is_nothing_for_one_project(self, draw: Any) -> None:
        why = draw(view(given={}, projects=[project()], baselines=[baseline()]))
        assert isinstance(why, str)
        assert why

    def test_one_project_may_be_drawn_where_one_is_enough(self, draw: Any) -> None:
        found = draw(view(projects=[project()], baselines=[baseline()]))
        assert isinstance(found, str) or found.svg()

    def test_all_equal_does_not_raise(self, draw: Any) -> None:
        finishes = [f"{year}-07-01" for year in (2025, 2026) for _ in range(9)]
        projects = numbered(18, project, finished_on=finishes, started_on="2025-01-01")
        found = draw(view(projects=projects, baselines=numbered(18, baseline)))
        assert isinstance(found, str) or found.svg()


class TestRates:
    def test_tell_the_figures_of_the_engine(self) -> None:
        found = charts.rates(results(SEEN), 0.9)
        assert isinstance(found, Picture)
        rates = "statistic in ['rate', 'clustered_rate'] and state == 'measured' and segment == ''"
        table = result_table(SEEN).query(rates)
        expected = [f"{100 * value:.0f} %" for value in table["value"]]
        assert [plain(text) for text in found.data["Value"]] == expected
        assert list(found.data["n"]) == [f"{n:,}" for n in table["n"]]
        assert all(text in plain(found.alt) for text in expected)


class TestByDepartment:
    @pytest.mark.parametrize(
        "name", ["Grants $5m & $10m", "A $x{ b$ c", '<b>R&D</b>_1^2 "50 %"', "ÄÖß Łódź"]
    )
    def test_writes_names_to_the_letter(self, name: str) -> None:
        found = departments_of(View(renamed(name), PERIOD))
        assert isinstance(found, Picture)
        assert found.svg()
        labels = found.figure.axes[0].get_yticklabels()
        assert [label.get_parse_math() for label in labels if label.get_text() == name] == [False]
        assert name in found.alt

    def test_draws_a_long_name(self) -> None:
        name = "Directorate of Regional Infrastructure, Environment, Housing and Local Services"
        found = departments_of(View(renamed(name), PERIOD))
        assert isinstance(found, Picture)
        assert found.svg()

    def test_is_the_organisation_and_each_department_best_first(self) -> None:
        found = departments_of(SEEN)
        assert isinstance(found, Picture)
        table = result_table(SEEN, [ORGANISATION, *DEPARTMENTS], ["D1"])
        expected = table.sort_values("value", ascending=False)["department"]
        assert list(found.data["Department"]) == list(expected)

    def test_leaves_out_who_has_too_few(self) -> None:
        given = portfolio()
        lone = tables(projects=[project("lone", department="Lone")], baselines=[baseline("lone")])
        given = given | {
            name: pd.concat([given[name], lone[name]], ignore_index=True) for name in lone
        }
        found = departments_of(View(given, PERIOD))
        assert isinstance(found, Picture)
        assert "Lone" not in found.alt
        assert not found.data["Department"].str.contains("Lone").any()
        assert len(found.data) == 3, "nor the next smallest, which would give it away"


class TestYearly:
    def test_says_that_the_last_year_is_not_over(self) -> None:
        found = yearly(SEEN)
        assert isinstance(found, Picture)
        assert list(found.data["Year"])[-1] == "2026 so far"
        assert list(yearly(View(portfolio(), "2025-12")).data["Year"])[-1] == "2025"

    def test_year_without_enough_is_named_not_drawn(self) -> None:
        found = yearly(SEEN)
        assert isinstance(found, Picture)
        unmeasured = found.data[~found.data["Value"].str.contains("%")]
        assert set(unmeasured["Value"]) <= {"undefined", "too few"}
        assert (unmeasured["n"] == "–").all()

    def test_one_year_is_no_development(self) -> None:
        rows = {"projects": numbered(9, project), "baselines": numbered(9, baseline)}
        assert yearly(view(**rows)) == "fewer than two years have 1 cases"


class TestOverruns:
    def test_tells_median_and_p80_by_size(self) -> None:
        found = overruns("D3", SEEN)
        assert isinstance(found, Picture)
        given = portfolio()
        done = given["projects"].merge(given["baselines"], on="project_id")
        done = done[done["finished_on"] >= "2023-10-01"]
        low, high = given["baselines"]["cost"].quantile([1 / 3, 2 / 3])
        small, large = done[done["cost"] <= low], done[done["cost"] > high]
        medians = [f"{100 * ((d['actual_cost'] / d['cost']).median() - 1):.0f} %"
                   for d in (small, large)]  # fmt: skip
        words = found.data.set_index("Size of project").map(lambda x: plain(str(x)))
        assert [words.loc[tier, "Median"] for tier in ("Small", "Large")] == [
            text.replace("-", "−") for text in medians
        ]
        assert words["Projects"].astype(int).sum() == len(done)

    def test_is_of_the_department(self) -> None:
        found = overruns("D3", SEEN, "Finance")
        assert isinstance(found, Picture)
        assert found.data["Projects"].sum() <= 41

    def test_what_is_hidden_for_being_too_few_is_not_told_as_drawn(self) -> None:
        costs = [*range(100, 112), *range(1000, 1012), *range(9000, 9012)]
        # of the large only three are completed, and one of them cost a hundredfold
        projects = numbered(
            36,
            project,
            actual_cost=[float(c) for c in costs[:26]] + [900_000.0] + [1.0] * 9,
            status=["completed"] * 27 + ["active"] * 9,
            finished_on=["2026-07-01"] * 27 + [None] * 9,
        )
        seen = View(
            tables(
                projects=projects, baselines=numbered(36, baseline, cost=[float(c) for c in costs])
            ),
            PERIOD,
            settings(),
        )
        found = overruns("D3", seen)
        assert isinstance(found, Picture)
        assert list(found.data["Size of project"]) == ["Small", "Medium"]
        assert "drawn at the edge" not in found.alt
