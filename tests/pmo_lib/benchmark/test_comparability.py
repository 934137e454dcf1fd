"""The one rule: what differs refuses, what is not stated is context, the rest is comparable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.benchmark.comparability import Comparability, comparability, facts_of
from pmo_lib.contract.profile import Profile
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import STATISTICS, TABLES
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.populations import POPULATIONS
from pmo_lib.kpis.statistics import STATISTICS as OWN

WHOLE: dict[str, Any] = {
    "statistic": "share", "unit_of_analysis": "project", "population": "completed",
    "baseline_definition": "approval", "prices": "constant", "rating_scale": "3", "segment": "all",
}  # fmt: skip
OTHER: dict[str, Any] = {
    "statistic": "mean", "unit_of_analysis": "respondent", "population": "in flight",
    "baseline_definition": "decision to build", "prices": "nominal", "rating_scale": "5",
    "segment": "Rail",
}  # fmt: skip
NONE: dict[str, Any] = dict.fromkeys(WHOLE, "")
OURS = WHOLE | {"sector": "public"}
FACT = st.sampled_from(sorted(WHOLE))
REASONS = {
    "statistic": "It is a mean; ours is a share: the two cannot be set side by side.",
    "unit_of_analysis": "It counts respondents; ours counts projects.",
    "population": "It is of projects that are in flight; ours are completed.",
    "baseline_definition": "It counts from the decision to build; ours from the approval.",
    "prices": "It is in nominal prices; ours is in constant ones.",
    "rating_scale": "It is of ratings on 5 colours; ours are on 3.",
    "segment": "It is of Rail; that is none of our categories.",
}
REMEDIES = {
    "statistic": "Ask the source for a share.",
    "unit_of_analysis": "Ask the source for figures by project.",
    "population": "Ask the source for projects that are completed.",
    "baseline_definition": "Collect our own cost and dates as of the decision to build.",
    "prices": "Ask the source for constant prices.",
    "rating_scale": "Ask the source for ratings on 3 colours.",
    "segment": "Name our categories that are Rail under segments in settings.yml.",
}


class TestRule:
    def test_same_in_all_that_matters_is_comparable(self) -> None:
        judged = comparability(OURS, WHOLE | {"sector": "Public"})
        assert (judged.judgement, judged.reasons, judged.remedies) == ("comparable", (), ())

    def test_each_fact_that_differs_refuses_with_its_reason(self) -> None:
        found = {name: comparability(OURS, WHOLE | {name: OTHER[name]}) for name in WHOLE}
        assert found == {
            name: Comparability("not comparable", (REASONS[name],), (REMEDIES[name],))
            for name in WHOLE
        }

    def test_each_fact_that_the_source_does_not_state_is_context(self) -> None:
        found = {name: comparability(OURS, WHOLE | {name: NONE[name]}) for name in WHOLE}
        told = {
            name: (
                each.judgement,
                [said.startswith("The source does not say") for said in each.reasons],
                [said.startswith("Ask the source") for said in each.remedies],
            )
            for name, each in found.items()
        }
        assert told == dict.fromkeys(WHOLE, ("context only", [True], [True]))

    @pytest.mark.parametrize(
        ("name", "column"),
        [("prices", "price_base"), ("baseline_definition", "baseline_definition"),
         ("rating_scale", "rag_scale")],
    )  # fmt: skip
    def test_what_we_do_not_state_is_ours_to_collect(self, name: str, column: str) -> None:
        judged = comparability(OURS | {name: NONE[name]}, WHOLE)
        assert judged.judgement == "context only"
        assert column in judged.remedies[0]

    def test_what_neither_states_is_asked_of_both(self) -> None:
        found = {}
        for name, nothing in NONE.items():
            ours, theirs = OURS | {name: nothing}, WHOLE | {name: nothing}
            judged = comparability(ours, theirs)
            found[name] = judged.judgement, len(judged.reasons), len(judged.remedies)
        assert found == dict.fromkeys(NONE, ("context only", 2, 2))

    def test_writing_in_capitals_is_no_difference(self) -> None:
        loud = {name: str(value).upper() for name, value in WHOLE.items()} | {"rating_scale": "3"}
        assert comparability(OURS, loud).judgement == "comparable"

    def test_a_difference_is_not_told_away_by_what_is_not_stated(self) -> None:
        """All remedies are listed, the reasons are those that refuse."""
        judged = comparability(OURS, WHOLE | {"statistic": "mean", "prices": ""})
        assert judged.judgement == "not comparable"
        assert judged.reasons == (REASONS["statistic"],)
        assert judged.remedies == (
            REMEDIES["statistic"], "Ask the source whether inflation is taken out.",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("own", "other", "reason"),
        [
            ("median", "mean", "It is a mean; ours is a median:"),
            ("total", "share", "It is a share; ours is a ratio of totals:"),
            ("index", "p80", "It is the P80; ours is an index:"),
        ],
    )
    def test_statistics_are_told_in_words(self, own: str, other: str, reason: str) -> None:
        ours = OURS | {"statistic": own}
        judged = comparability(ours, WHOLE | {"statistic": other})
        assert judged.reasons == (f"{reason} the two cannot be set side by side.",)

    def test_our_one_category_is_not_their_all(self) -> None:
        judged = comparability(OURS | {"segment": "Rail"}, WHOLE)
        assert judged.judgement == "not comparable"
        assert judged.reasons == ("It is of all; ours is of Rail.",)

    def test_something_else_is_no_project(self) -> None:
        judged = comparability(OURS, WHOLE | {"unit_of_analysis": "other"})
        assert judged.judgement == "not comparable"
        assert judged.reasons == ("It counts something else; ours counts projects.",)

    def test_something_else_may_or_may_not_be_our_benefits(self) -> None:
        ours = OURS | {"unit_of_analysis": "benefit"}
        judged = comparability(ours, WHOLE | {"unit_of_analysis": "other"})
        assert judged.judgement == "context only"
        assert judged.reasons == ("The source does not say what was counted.",)

    @pytest.mark.parametrize("statistic", ["mean", "median"])
    def test_one_organisation_stands_beside_the_mean_or_median_of_many(
        self, statistic: str
    ) -> None:
        ours = OURS | {"statistic": "total", "unit_of_analysis": "organisation"}
        theirs = WHOLE | {"statistic": statistic, "unit_of_analysis": "organisation"}
        assert comparability(ours, theirs).judgement == "comparable"
        by_project = theirs | {"unit_of_analysis": "project"}
        assert comparability(ours, by_project).judgement == "not comparable"
        assert comparability(OURS, theirs).judgement == "not comparable"

    @pytest.mark.parametrize("statistic", ["share", "count", "index", "p80"])
    def test_one_organisation_has_no_share_of_organisations(self, statistic: str) -> None:
        ours = OURS | {"statistic": "total", "unit_of_analysis": "organisation"}
        theirs = WHOLE | {"statistic": statistic, "unit_of_analysis": "organisation"}
        assert comparability(ours, theirs).judgement == "not comparable"

    def test_another_sector_is_context(self) -> None:
        judged = comparability(OURS, WHOLE | {"sector": "private"})
        assert judged.judgement == "context only"
        assert judged.reasons == ("It is of the private sector; we are of the public one.",)

    @pytest.mark.parametrize(
        "fact", ["baseline_definition", "prices", "rating_scale", "population"]
    )
    def test_facts_that_do_not_matter_are_not_asked(self, fact: str) -> None:
        ours = {name: stated for name, stated in OURS.items() if name != fact}
        for theirs in (NONE[fact], OTHER[fact]):
            assert comparability(ours, WHOLE | {fact: theirs}).judgement == "comparable"

    @given(st.sets(FACT), st.sets(FACT))
    def test_never_fair_where_a_fact_differs_or_is_missing(
        self, differing: set[str], missing: set[str]
    ) -> None:
        facts = WHOLE | {n: OTHER[n] for n in differing} | {n: NONE[n] for n in missing}
        judged = comparability(OURS, facts).judgement
        expected = "context only" if missing else "comparable"
        assert judged == ("not comparable" if differing - missing else expected)

    @given(st.sets(FACT))
    def test_is_the_same_both_ways(self, differing: set[str]) -> None:
        theirs = WHOLE | {name: OTHER[name] for name in differing}
        assert comparability(OURS, theirs).judgement == comparability(theirs, OURS).judgement

    @given(st.sets(FACT), st.sets(FACT), FACT)
    def test_stating_a_fact_that_is_the_same_never_worsens(
        self, differing: set[str], missing: set[str], stated: str
    ) -> None:
        facts = WHOLE | {n: OTHER[n] for n in differing} | {n: NONE[n] for n in missing}
        facts[stated] = NONE[stated]
        worst_first = ("not comparable", "context only", "comparable")
        before, after = (
            worst_first.index(comparability(OURS, given).judgement)
            for given in (facts, facts | {stated: WHOLE[stated]})
        )
        assert after >= before


class TestOurFacts:
    def test_populations_are_those_of_the_catalogue(self) -> None:
        assert {kpi.population for kpi in CATALOGUE.values()} == set(POPULATIONS.values())

    def test_populations_of_projects_are_told_in_the_words_of_benchmarks(self) -> None:
        told = {each.stage for each in POPULATIONS.values()}
        allowed = set(TABLES["benchmarks"]["population"].allowed)
        assert told - allowed == {
            "",
            "started",
            "approved",
            "ended",
        }  # with none of which any is the same

    @pytest.mark.parametrize("kpi_id", ["D2", "D3", "D4", "D14", "D15", "G7"])
    def test_costs_set_against_plans_need_prices(self, kpi_id: str) -> None:
        assert "prices" in facts_of(CATALOGUE[kpi_id], "", Settings())

    @pytest.mark.parametrize("kpi_id", ["D1", "D5", "D6", "D11", "D16", "G5", "R11"])
    def test_others_do_not(self, kpi_id: str) -> None:
        assert "prices" not in facts_of(CATALOGUE[kpi_id], "", Settings())

    @pytest.mark.parametrize(("kpi_id", "needed"), [("D16", True), ("D8", False), ("G4", False)])
    def test_only_what_is_set_against_a_plan_needs_its_definition(
        self, kpi_id: str, needed: bool
    ) -> None:
        facts = facts_of(CATALOGUE[kpi_id], "", Settings())
        assert ("baseline_definition" in facts) is needed

    def test_price_base_means_constant_prices(self) -> None:
        d3 = CATALOGUE["D3"]
        stated: list[dict[str, Any]] = [{"price_base": 2025}, {"prices": "nominal"}, {}]
        found = [facts_of(d3, "", Settings.from_mapping(given))["prices"] for given in stated]
        assert found == ["constant", "nominal", ""]

    def test_a_cost_ratio_stands_beside_the_published_mean_of_organisations(self) -> None:
        ours = facts_of(CATALOGUE["R11"], "", Settings())
        published = {"statistic": "mean", "unit_of_analysis": "organisation", "segment": "all"}
        assert comparability(ours, published).judgement == "comparable"

    @pytest.mark.parametrize(
        ("kpi_id", "expected"),
        [
            ("D1", {"statistic": "share", "unit_of_analysis": "project",
                    "population": "completed", "baseline_definition": "approval"}),
            ("D3", {"statistic": "median", "unit_of_analysis": "project",
                    "population": "completed", "baseline_definition": "approval",
                    "prices": "constant"}),
            ("D7", {"statistic": "mean", "unit_of_analysis": "project",
                    "population": "in flight"}),
            ("G9", {"statistic": "share", "unit_of_analysis": "project",
                    "population": "in flight", "rating_scale": ""}),
            ("R5", {"statistic": "share", "unit_of_analysis": "respondent"}),
            ("V1", {"statistic": "total", "unit_of_analysis": "benefit"}),
        ],
    )  # fmt: skip
    def test_come_from_the_declaration(self, kpi_id: str, expected: dict[str, str]) -> None:
        facts = facts_of(CATALOGUE[kpi_id], "", Settings(price_base=2025))
        assert facts == expected | {"segment": "all", "sector": ""}

    def test_settings_say_the_rest(self) -> None:
        settings = Settings(
            prices="nominal", baseline_definition="first report", profile=Profile(sector="public")
        )
        facts = facts_of(CATALOGUE["D3"], "mean", settings, 5, "Rail")
        assert facts == {
            "statistic": "mean", "unit_of_analysis": "project", "population": "completed",
            "baseline_definition": "first report", "prices": "nominal", "segment": "Rail",
            "sector": "public",
        }  # fmt: skip

    def test_what_benchmarks_may_say_and_we_never_do_are_other_quantiles(self) -> None:
        assert set(STATISTICS) - {each.benchmark for each in OWN.values()} == {
            "p05", "p10", "p20", "p25", "p30", "p40", "p60", "p70", "p75", "p90",
        }  # fmt: skip
