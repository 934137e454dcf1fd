"""The second opinion: R's published numbers, planted effects, and all that is refused in words."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from pmo_lib.causal.second_opinion import COLUMNS, NEEDED, Opinion, group_time, second_opinion

from builders.simulation import RollOut, draw
from pmo_lib.causal.attribution import attribution
from pmo_lib.errors import DataError, ParameterError

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "did_benchmarks"
EVENT_TIMES = {-3: 0.0305, -2: -0.0006, -1: -0.0245, 0: -0.0199, 1: -0.0510, 2: -0.1373, 3: -0.1008}
CROSS_SECTION = "assume stationary cross-sectional sampling"  # a warning on every project table

absent = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the benchmark data are not in {FOLDER}")


def counties(control_group: str = "never_treated", base_period: str = "varying") -> Opinion:
    frame = pd.read_csv(FOLDER / "mpdta.csv")
    return group_time(
        frame, "lemp", "countyreal", "year", "first.treat", panel=True,
        control_group=control_group, base_period=base_period,
    )  # fmt: skip


def portfolio(
    adopted: dict[str, float], effect: float = 0.0, n: int = 400, seed: int = 5
) -> tuple[pd.DataFrame, pd.Series]:
    """Projects over 16 quarters (2020 to 2023), with an effect from the quarter of adoption on."""
    chance = np.random.default_rng(seed)
    first = pd.Series(adopted)
    rows = pd.DataFrame(
        {
            "department": chance.choice(list(adopted), n),
            "quarter": 8080 + chance.integers(0, 16, n),
        }
    )
    treated = rows["quarter"].to_numpy() >= rows["department"].map(first).to_numpy()
    rows["value"] = chance.normal(0, 0.1, n) + effect * treated
    return rows, first


def dates(*first: float) -> dict[str, float]:
    return {f"D{i}": 8080 + q for i, q in enumerate(first)}


STAGGERED = dates(np.nan, np.nan, np.nan, 6, 6, 8, 8, 10, 10)


@absent
class TestCountiesOfTheRPackage:
    """mpdta, of the R package did: county employment and minimum wages."""

    def test_published_effect_and_error(self) -> None:
        found = counties()
        assert round(found.value, 4) == -0.0400
        assert round(found.error, 4) == 0.0120
        assert (found.n, found.version[:5], found.note, found.refusal) == (2500, "3.13.", "", "")

    def test_published_event_times(self) -> None:
        study = counties().event_study
        assert list(study.columns) == COLUMNS
        assert dict(zip(study["event_time"], study["effect"].round(4), strict=True)) == EVENT_TIMES

    @pytest.mark.parametrize(
        ("scenario", "control_group"),
        [("mpdta_nev_dr", "never_treated"), ("mpdta_nyt_dr", "not_yet_treated")],
    )
    def test_every_digit_that_r_printed(self, scenario: str, control_group: str) -> None:
        r = pd.read_csv(FOLDER / "R_did_ref_aggte.csv").query("scenario == @scenario")
        found = counties(control_group)
        simple = r[r["type"] == "simple"].iloc[0]
        assert found.value == pytest.approx(simple["overall_att"], rel=1e-9)
        assert found.error == pytest.approx(simple["overall_se"], rel=1e-6)
        dynamic = r[r["type"] == "dynamic"]
        study = found.event_study
        np.testing.assert_array_equal(study["event_time"], dynamic["egt"])
        np.testing.assert_allclose(study["effect"], dynamic["att_egt"], rtol=1e-9)
        half = (study["high"] - study["low"]) / 2
        np.testing.assert_allclose(half, 1.959964 * dynamic["se_egt"], rtol=1e-6)

    def test_interval_is_of_the_normal_distribution(self) -> None:
        found = counties()
        expected = np.array([-1.959964, 1.959964]) * found.error + found.value
        np.testing.assert_allclose([found.low, found.high], expected, rtol=1e-6)

    def test_base_before_adoption_changes_leads_alone(self) -> None:
        own, of_r = counties(base_period="universal"), counties()
        assert (own.value, own.error) == (of_r.value, of_r.error)
        lags = [p.event_study.query("event_time >= 0").to_numpy() for p in (own, of_r)]
        np.testing.assert_allclose(*lags)
        base = own.event_study.set_index("event_time").loc[-1]
        assert base["effect"] == 0
        assert base[["low", "high"]].isna().all()


class TestPlantedEffect:
    def test_is_found_exactly_where_nothing_else_varies(self) -> None:
        """Half-years differ, the effect is -0.3, and there is noise of 0.0001."""
        rows, first = portfolio(STAGGERED)
        treated = rows["quarter"] >= rows["department"].map(first)
        rows["value"] = 0.1 * (rows["quarter"] // 2) - 0.3 * treated + rows["value"] / 1000
        found = second_opinion(rows, first, 0.9)
        assert found.value == pytest.approx(-0.3, abs=1e-3)
        later = found.event_study.query("event_time >= 0")
        np.testing.assert_allclose(later["effect"], -0.3, atol=1e-3)

    def test_departments_have_no_levels_of_their_own(self) -> None:
        """A department far above the others misleads where its share in the projects changes."""
        rows, first = portfolio(STAGGERED)
        above = rows["value"] + 10.0 * (rows["department"] == "D0")
        plain, misled = (
            second_opinion(rows.assign(value=v), first, 0.9) for v in (rows["value"], above)
        )
        assert misled.error > 5 * plain.error

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_agrees_with_the_headline_within_its_errors(self, seed: int) -> None:
        drawn = draw(RollOut(20, "random", 0.2), np.random.default_rng(seed))
        cells = drawn.cells(tested=False)
        headline = attribution(cells, drawn.first(cells), 0.9, permutations=19)
        found = second_opinion(drawn.projects, drawn.adopted, 0.9)
        assert found.refusal == ""
        assert found.value < 0
        assert headline.value < 0
        both = np.hypot(found.error, headline.jackknife_error)
        assert abs(found.value - headline.value) < 2 * both
        assert found.low < found.value < found.high

    def test_covers_nothing_where_nothing_is_planted(self) -> None:
        found = second_opinion(*portfolio(STAGGERED), 0.99)
        assert found.low < 0 < found.high

    def test_wider_at_a_higher_level(self) -> None:
        rows, first = portfolio(STAGGERED)
        narrow, wide = (second_opinion(rows, first, level) for level in (0.8, 0.95))
        assert narrow.value == wide.value
        assert wide.low < narrow.low
        assert narrow.high < wide.high

    def test_input_stays_as_it_was(self) -> None:
        rows, first = portfolio(STAGGERED)
        before = rows.copy(), first.copy()
        second_opinion(rows, first, 0.9)
        pd.testing.assert_frame_equal(rows, before[0])
        pd.testing.assert_series_equal(first, before[1])


class TestLeftOut:
    def test_projects_before_adoption_within_its_half_year(self) -> None:
        """Adoption in an even quarter: those of the odd one before it are not under the PMO."""
        adopted = dates(np.nan, np.nan, np.nan, 7, 7, 9, 9, 11, 11)
        rows, first = portfolio(adopted, effect=-0.3)
        early = rows["department"].map(first) - 1 == rows["quarter"]
        spoilt = rows.assign(value=rows["value"].mask(early, 1000.0))
        found = second_opinion(spoilt, first, 0.9)
        assert found.n == len(rows) - early.sum()
        assert f"{early.sum()} projects of the half-year of adoption" in found.note
        assert found.value == pytest.approx(-0.3, abs=0.1)

    def test_departments_without_a_time_before(self) -> None:
        rows, first = portfolio({**STAGGERED, "E": 8079, "F": 8080, "G": 8081}, n=800)
        found = second_opinion(rows, first, 0.9)
        assert "3 departments without a half-year before adoption left out" in found.note
        assert found.n == (~rows["department"].isin(["E", "F", "G"])).sum()

    def test_dates_after_the_data_and_departments_without_one_are_never(self) -> None:
        rows, first = portfolio(STAGGERED)
        late = first.fillna(9000)
        never, without = first, first.dropna()
        values = {second_opinion(rows, each, 0.9).value for each in (late, never, without)}
        assert len(values) == 1

    def test_effects_without_a_case_are_told(self) -> None:
        rows, first = portfolio(STAGGERED)
        gone = rows["department"].isin(["D7", "D8"]) & (rows["quarter"] >= 8094)
        note = second_opinion(rows[~gone], first, 0.9).note
        assert "1 of 12 effects (one per group and period after adoption) are not known" in note
        assert "diff-diff warns: 1 (group, time) cell(s) could not be estimated" in note

    def test_every_warning_is_in_the_note(self) -> None:
        note = second_opinion(*portfolio(STAGGERED), 0.9).note
        assert note.count("diff-diff warns: ") == 1
        assert CROSS_SECTION in note


class TestPeriods:
    @pytest.mark.parametrize(("quarters", "points"), [(1, 20), (2, 10), (4, 5)])
    def test_are_those_asked_for(self, quarters: int, points: int) -> None:
        adopted = dates(np.nan, np.nan, np.nan, 4, 4, 8, 8, 8, 8)
        found = second_opinion(*portfolio(adopted, n=3000), 0.9, period_quarters=quarters)
        assert len(found.event_study) == points

    def test_of_other_lengths_are_not_known(self) -> None:
        with pytest.raises(ParameterError, match="Allowed: 1, 2 or 4 quarters"):
            second_opinion(*portfolio(STAGGERED), 0.9, period_quarters=3)


class TestRefusal:
    def refusal(self, rows: pd.DataFrame, first: pd.Series) -> str:
        found = second_opinion(rows, first, 0.9)
        assert np.isnan([found.value, found.low, found.high, found.error]).all()
        assert found.event_study.empty
        return found.refusal

    def test_without_the_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "diff_diff", None)
        assert self.refusal(*portfolio(STAGGERED)) == NEEDED
        assert NEEDED == 'needs the package diff-diff: pip install "diff-diff==3.13.*"'

    def test_of_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = ModuleType("diff_diff")
        other.__version__ = "4.0.0"  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "diff_diff", other)
        assert "needs diff-diff 3.13, not 4.0.0" in self.refusal(*portfolio(STAGGERED))

    def test_of_a_package_that_does_not_load(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "diff_diff.py").write_text("import no_such_backend\n")
        monkeypatch.delitem(sys.modules, "diff_diff", raising=False)
        monkeypatch.syspath_prepend(tmp_path)
        said = self.refusal(*portfolio(STAGGERED))
        assert "does not load (No module named 'no_such_backend')" in said

    def test_nothing_at_all(self) -> None:
        rows, first = portfolio(STAGGERED)
        assert self.refusal(rows.iloc[:0], first).startswith("only 0 departments have projects")

    def test_few_departments(self) -> None:
        said = self.refusal(*portfolio(dates(np.nan, np.nan, 6, 8, 8)))
        assert said == "only 5 departments have projects that can serve; 6 are needed"

    def test_nobody_adopted(self) -> None:
        said = self.refusal(*portfolio(dates(*[np.nan] * 8)))
        assert said == "no project was started under the PMO within the data"

    def test_all_at_once(self) -> None:
        said = self.refusal(*portfolio(dates(*[6] * 8)))
        assert (
            said == "all departments adopted in one half-year, so there is nothing to compare with"
        )

    def test_an_outcome_that_never_varies(self) -> None:
        rows, first = portfolio(STAGGERED)
        said = self.refusal(rows.assign(value=1.0), first)
        assert said == "the outcome does not vary between what is compared"

    def test_what_the_package_says_is_passed_on(self) -> None:
        rows, first = portfolio(STAGGERED)
        alone = rows.drop_duplicates("department").assign(quarter=8090)
        early = alone.iloc[:1].assign(quarter=8080)
        said = self.refusal(pd.concat([alone, early]), first)
        assert said.startswith("diff-diff says: Could not estimate any group-time effects")

    def test_a_column_that_is_not_there(self) -> None:
        found = group_time(pd.DataFrame({"y": [1.0]}), "y", "u", "t", "g", panel=True)
        assert found.refusal.startswith("diff-diff says: Missing columns")

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_values_must_be_known(self, value: float) -> None:
        rows, first = portfolio(STAGGERED)
        rows.loc[3, "value"] = value
        with pytest.raises(DataError, match="Leave them out before"):
            second_opinion(rows, first, 0.9)

    def test_a_level_is_a_probability(self) -> None:
        with pytest.raises(ParameterError, match="level 95 is no probability"):
            second_opinion(*portfolio(STAGGERED), 95)
