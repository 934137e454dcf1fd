"""The one rule: what differs refuses, what is not stated is context, the rest is comparable."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.comparability import POPULATIONS, STATISTIC_WORDS, Facts, comparability, facts_of
from pmo_lib.profile import Profile
from pmo_lib.settings import Settings

WHOLE: dict[str, Any] = {
    "statistic": "share", "unit_of_analysis": "project", "population": "completed",
    "baseline_definition": "approval", "prices": "constant", "rating_scale": 3, "segment": "all",
}  # fmt: skip
OTHER: dict[str, Any] = {
    "statistic": "mean", "unit_of_analysis": "respondent", "population": "in flight",
    "baseline_definition": "decision to build", "prices": "nominal", "rating_scale": 5,
    "segment": "Rail",
}  # fmt: skip
NONE: dict[str, Any] = {name: 0 if name == "rating_scale" else "" for name in WHOLE}
OURS = Facts(**WHOLE, sector="public")
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


class TestRule:
    def test_same_in_all_that_matters_is_comparable(self) -> None:
        judged = comparability(OURS, Facts(**WHOLE, sector="Public"))
        assert (judged.judgement, judged.reasons, judged.remedies) == ("comparable", (), ())

    @pytest.mark.parametrize("name", WHOLE)
    def test_each_fact_that_differs_refuses_with_its_reason(self, name: str) -> None:
        judged = comparability(OURS, Facts(**{**WHOLE, name: OTHER[name]}))
        assert judged.judgement == "not comparable"
        assert judged.reasons == (REASONS[name],)

    @pytest.mark.parametrize("name", WHOLE)
    def test_each_fact_that_the_source_does_not_state_is_context(self, name: str) -> None:
        judged = comparability(OURS, Facts(**{**WHOLE, name: NONE[name]}))
        assert judged.judgement == "context only"
        assert [said.startswith("The source does not say") for said in judged.reasons] == [True]
        assert [said.startswith("Ask the source") for said in judged.remedies] == [True]

    @pytest.mark.parametrize(
        ("name", "column"),
        [("prices", "price_base"), ("baseline_definition", "baseline_definition"),
         ("rating_scale", "rag_scale")],
    )  # fmt: skip
    def test_what_we_do_not_state_is_ours_to_collect(self, name: str, column: str) -> None:
        judged = comparability(replace(OURS, **{name: NONE[name]}), Facts(**WHOLE))
        assert judged.judgement == "context only"
        assert column in judged.remedies[0]

    def test_another_sector_is_context(self) -> None:
        judged = comparability(OURS, Facts(**WHOLE, sector="private"))
        assert judged.judgement == "context only"
        assert judged.reasons == ("It is of the private sector; we are of the public one.",)

    @pytest.mark.parametrize(
        ("fact", "need"),
        [("baseline_definition", "needs_baseline"), ("prices", "needs_prices"),
         ("rating_scale", "needs_rating_scale")],
    )  # fmt: skip
    def test_facts_that_do_not_matter_are_not_asked(self, fact: str, need: str) -> None:
        ours = replace(OURS, **{need: False})
        for theirs in (NONE[fact], OTHER[fact]):
            judged = comparability(ours, Facts(**{**WHOLE, fact: theirs}))
            assert judged.judgement == "comparable"

    @given(st.sets(FACT), st.sets(FACT))
    def test_never_fair_where_a_fact_differs_or_is_missing(
        self, differing: set[str], missing: set[str]
    ) -> None:
        facts = WHOLE | {n: OTHER[n] for n in differing} | {n: NONE[n] for n in missing}
        judged = comparability(OURS, Facts(**facts)).judgement
        expected = "context only" if missing else "comparable"
        assert judged == ("not comparable" if differing - missing else expected)

    @given(st.sets(FACT))
    def test_is_the_same_both_ways(self, differing: set[str]) -> None:
        theirs = Facts(**WHOLE | {name: OTHER[name] for name in differing})
        assert comparability(OURS, theirs).judgement == comparability(theirs, OURS).judgement


class TestOurFacts:
    def test_every_population_of_the_catalogue_is_known(self) -> None:
        assert {kpi.population for kpi in CATALOGUE.values()} <= set(POPULATIONS)

    @pytest.mark.parametrize(
        ("kpi_id", "expected"),
        [
            ("D1", ("share", "project", "completed", "approval", True, False, False)),
            ("D3", ("median", "project", "completed", "approval", True, True, False)),
            ("D7", ("mean", "project", "in flight", "", False, False, False)),
            ("G9", ("share", "project", "in flight", "", False, False, True)),
            ("R5", ("share", "respondent", "", "", False, False, False)),
            ("V1", ("total", "benefit", "", "", False, False, False)),
        ],
    )
    def test_come_from_the_declaration(self, kpi_id: str, expected: tuple[object, ...]) -> None:
        facts = facts_of(CATALOGUE[kpi_id], "", Settings(price_base=2025))
        names = ("statistic", "unit_of_analysis", "population", "baseline_definition",
                 "needs_baseline", "needs_prices", "needs_rating_scale")  # fmt: skip
        assert tuple(getattr(facts, name) for name in names) == expected

    def test_settings_say_the_rest(self) -> None:
        settings = Settings(
            prices="nominal", baseline_definition="first report", profile=Profile(sector="public")
        )
        facts = facts_of(CATALOGUE["D3"], "mean", settings, 5, "Rail")
        assert facts == Facts(
            "mean", "project", "completed", "first report", "nominal", 5, "Rail", "public",
            needs_rating_scale=False,
        )  # fmt: skip

    def test_words_are_of_known_statistics(self) -> None:
        assert set(STATISTIC_WORDS) <= {
            s for kpi in CATALOGUE.values() for s in (kpi.statistic, *kpi.also)
        } | {"survival_p85"}
        assert {item.name for item in fields(Facts)} > set(WHOLE)
