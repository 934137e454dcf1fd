"""What to collect next: a greedy order that leaves nothing out, and what is there already."""

from dataclasses import replace

from builders.portfolio import portfolio
from builders.workbooks import workbook
from pmo_lib.assessment.collecting import in_words, steps
from pmo_lib.contract.verdict import TableVerdict, Verdict
from pmo_lib.engine.view import View, lacking
from pmo_lib.kpis.catalogue import CATALOGUE


def seen(*tables: str) -> View:
    whole = portfolio()
    opened = workbook({name: whole[name] for name in tables})
    return opened.view("2026-09")


class TestSteps:
    def test_cover_each_kpi_that_lacks_data_once(self) -> None:
        view = seen("projects")
        found = [kpi_id for step in steps(view) for kpi_id in step.kpis]
        wanted = [kpi.id for kpi in CATALOGUE.values() if lacking(kpi, view)]
        assert sorted(found) == sorted(wanted)

    def test_begin_with_the_plans_of_projects(self) -> None:
        """Who has projects alone gains most from one small table: version 0 of each baseline."""
        first, second, *_ = steps(seen("projects"))
        assert list(first.columns) == ["baselines"]
        assert {"start", "finish", "cost"} <= set(first.columns["baselines"])
        assert {"D1", "D2", "D3"} <= set(first.kpis)
        assert list(second.columns) == ["status_reports"]

    def test_are_none_where_nothing_is_lacking(self) -> None:
        view = seen("projects")
        all_there = replace(view, withheld=dict.fromkeys(["baselines"], "x"))
        assert any("D1" in step.kpis for step in steps(all_there))  # a table that is not there
        withheld = replace(seen("projects", "baselines"), withheld={"baselines": "x"})
        assert not any("D1" in step.kpis for step in steps(withheld))

    def test_have_an_example_that_can_be_copied(self) -> None:
        header, row = steps(seen("projects"))[0].example.splitlines()
        assert header.startswith("project_id,version,")
        assert row.startswith("example project_id,0,")
        assert header.count(",") == row.count(",")

    def test_name_the_columns_kept_aside_that_look_like_it(self) -> None:
        aside = TableVerdict("projects", (), 1, 1, 0, 0, extra_columns=("approved_cost", "colour"))
        verdict = Verdict("h", {"projects": aside})
        first = steps(replace(seen("projects"), verdict=verdict))[0]
        assert first.seen == ("approved_cost",)
        assert "approved_cost in your exports may be it" in str(first)


def test_words_are_of_the_first_three() -> None:
    said = in_words(steps(seen("projects")))
    assert len(said) == 4
    assert said[0].startswith("baselines.csv (project_id, version, ")
    assert said[-1].startswith("further tables: for ")
