"""The profile: what is allowed, what it says in words, and what of a peer is not alike."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.contract.profile import MethodMix, Profile, described, differences
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import ErrorList, SettingsError

OURS = Profile("public", 120, MethodMix(0.6, 0.3, 0.1), "controlling", 2015, "heavy")
THEIRS = Profile("private", 40, MethodMix(0.2, 0.7, 0.1), "supportive", 2020, "light")

profiles = st.builds(
    Profile,
    st.sampled_from(["", "public", "private"]),
    st.integers(0, 500),
    st.sampled_from([MethodMix(), MethodMix(1.0), MethodMix(0.33, 0.33, 0.33)]),
    st.sampled_from(["", "supportive", "directive"]),
    st.sampled_from([0, 1999, 2020]),
    st.sampled_from(["", "light", "heavy"]),
)


class TestAllowed:
    def test_is_told(self, subtests: pytest.Subtests) -> None:
        for values, said in [
            ({"pmo_type": "control"}, "pmo_type cannot be 'control'. Did you mean 'controlling'?"),
            ({"governance_weight": "huge"}, "Allowed: heavy, light, medium"),
            ({"portfolio_size": -1}, "portfolio_size must be from 0 to 10,000,000"),
            ({"pmo_since": 19}, "pmo_since must be a year, such as 2019"),
            ({"method_mix": {"agile": 40, "waterfall": 60}}, "shares must be from 0 to 1"),
            ({"method_mix": {"agile": -0.5, "waterfall": 1.0}}, "shares must be from 0 to 1"),
            ({"method_mix": {"agile": float("nan")}}, "shares must be from 0 to 1"),
            ({"method_mix": {"agile": 0.4}}, "must add up to 1; they add up to 0.4"),
            ({"method_mix": {"agile": 0.6, "hybrid": 0.6}}, "they add up to 1.2"),
        ]:
            with subtests.test(values=values, said=said):
                with pytest.raises(SettingsError) as caught:
                    Settings.from_mapping({"profile": values})
                assert said in str(caught.value)

    def test_shares_may_miss_1_by_rounding(self) -> None:
        values = {"profile": {"method_mix": {"waterfall": 0.33, "agile": 0.33, "hybrid": 0.33}}}
        assert Settings.from_mapping(values).profile.method_mix.is_stated

    def test_mistakes_are_told_together(self) -> None:
        with pytest.raises(ErrorList) as caught:
            Profile(pmo_type="x", governance_weight="y", pmo_since=3)
        assert len(caught.value.errors) == 3

    @given(profiles)
    def test_mapping_and_back_is_the_same(self, profile: Profile) -> None:
        given_settings = Settings(profile=profile)
        assert Settings.from_mapping(given_settings.to_mapping()) == given_settings


class TestDescribed:
    def test_says_all_that_is_stated(self) -> None:
        assert described(OURS) == [
            "public sector", "120 projects in flight",
            "projects run 60 % waterfall, 30 % agile, 10 % hybrid",
            "controlling PMO", "PMO since 2015", "heavy governance",
        ]  # fmt: skip

    def test_of_one_project_is_in_the_singular(self) -> None:
        assert described(Profile(portfolio_size=1)) == ["1 project in flight"]

    def test_says_nothing_where_nothing_is_stated(self) -> None:
        assert described(Profile()) == []


class TestDifferences:
    def test_are_told_one_by_one(self) -> None:
        assert differences(OURS, THEIRS) == [
            "They are of the private sector, we of the public.",
            "They have 40 projects in flight, we 120.",
            "They run 20 % of projects waterfall, we 60 %.",
            "They run 70 % of projects agile, we 30 %.",
            "Their PMO is supportive, ours controlling.",
            "They have had a PMO since 2020, we since 2015.",
            "Their governance is light, ours heavy.",
        ]  # fmt: skip

    def test_that_are_small_are_none(self, subtests: pytest.Subtests) -> None:
        for name, value in [
            ("sector", "Public"),
            ("portfolio_size", 41),
            ("pmo_since", 2019),
            ("method_mix", MethodMix(0.5, 0.4, 0.1)),
        ]:
            with subtests.test(name=name, value=value):
                assert differences(OURS, replace(OURS, **{name: value})) == []

    @given(profiles)
    def test_of_what_one_does_not_state_are_none(self, profile: Profile) -> None:
        assert differences(profile, Profile()) == differences(Profile(), profile) == []
        assert differences(profile, profile) == []

    @given(profiles, profiles)
    def test_are_as_many_the_other_way_round(self, one: Profile, other: Profile) -> None:
        assert len(differences(one, other)) == len(differences(other, one))
