"""The People Survey as published: our medians against the benchmarks that the survey published.

The benchmark of a measure is the median over the organisations that took part, so that it can be
worked out anew from their scores. Where it cannot, the reasons are these:

- up to 2020 scores and benchmarks are published in whole percentage points, the benchmark rounded
  from scores that were not: an even number of organisations may leave it half a point off;
- since 2023 scores of few people are left out of the organisations' rows, but count in the
  benchmark: those on bullying, harassment and discrimination. Until 2022 they are there, and
  where nobody was asked there are zeros, which do not count in the benchmark;
- the benchmark of the response rate of 2016 to 2018 is that of all civil servants together.
"""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.sources import Imported
from pipelines.sources.people_survey import read

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "people_survey"
ORGANISATIONS = FOLDER / "csps_org_long_2009_2024.csv.gz"
BENCHMARKS = FOLDER / "csps_benchmark_long_2009_2024.csv.gz"
INDEX = "Employee engagement index"
EXACT = 0.0006  # of a percentage point: published with three decimals
HALF_A_POINT = 0.5001

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the survey is not in {FOLDER}")


@pytest.fixture(scope="module")
def imported() -> Imported:
    return read([ORGANISATIONS, BENCHMARKS, FOLDER / "csps_measures_lookup.csv"])


@pytest.fixture(scope="module")
def scores(imported: Imported) -> pd.DataFrame:
    return imported.tables["survey_scores"]


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return pd.read_csv(ORGANISATIONS)


def medians(scores: pd.DataFrame, by: str, **only: str) -> pd.DataFrame:
    """By measure or by wave: organisations with a score, their median, and the published one."""
    rows = scores[(scores[list(only)] == pd.Series(only)).all(axis=1)]
    of_organisations = rows[rows["kind"] == "organisation"].groupby(by)["score"]
    benchmarks = rows[rows["kind"] == "benchmark"].drop_duplicates(by, keep=False)
    return pd.DataFrame(
        {
            "organisations": of_organisations.count(),
            "median": of_organisations.median(),
            "published": benchmarks.set_index(by)["score"],
        }
    )


def gaps(scores: pd.DataFrame, year: int) -> "pd.Series[float]":
    """Percentage points between our median and the published one, by measure."""
    both = medians(scores, "measure", wave=f"{year}-10").dropna(subset=["median", "published"])
    return 100 * (both["median"] - both["published"]).abs()


@pytest.mark.parametrize(
    ("year", "organisations"), [(2014, 101), (2016, 98), (2017, 98), (2023, 103), (2024, 103)]
)
def test_organisations_are_as_many_as_took_part(
    scores: pd.DataFrame, year: int, organisations: int
) -> None:
    """As the Cabinet Office said of the survey of the year; groups are not among them."""
    found = medians(scores, "wave", measure=INDEX)
    assert found.loc[f"{year}-10", "organisations"] == organisations


@pytest.mark.parametrize(
    ("year", "engagement"),
    [(2021, 65.717), (2022, 64.585), (2023, 63.92), (2024, 64.076)],
)
def test_engagement_is_the_published_median(
    scores: pd.DataFrame, year: int, engagement: float
) -> None:
    found = medians(scores, "wave", measure=INDEX).loc[f"{year}-10"]
    assert 100 * found["median"] == pytest.approx(engagement, abs=EXACT)
    assert found["median"] == pytest.approx(found["published"], abs=EXACT / 100)


def test_with_its_groups_counted_in_the_median_of_2023_is_another(raw: pd.DataFrame) -> None:
    """The two rows too many: the Ministry of Justice and the Statistics Authority with agencies."""
    of_2023 = raw[(raw["obj_year"] == 2023) & raw["question_measure"].str.startswith("EES")]
    is_benchmark = of_2023["organisation"].str.contains("median|mean score")
    is_group = of_2023["organisation"].str.contains(r"group \(including")
    assert is_group.sum() == 2
    assert of_2023.loc[~is_benchmark, "value"].median() == pytest.approx(63.862)
    assert of_2023.loc[~is_benchmark & ~is_group, "value"].median() == pytest.approx(63.92)


@pytest.mark.parametrize("year", range(2009, 2025))
def test_engagement_of_every_year_is_within_the_rounding(scores: pd.DataFrame, year: int) -> None:
    assert gaps(scores, year)[INDEX] <= HALF_A_POINT


@pytest.mark.parametrize("year", [2010, 2011, 2012, 2014])
def test_all_medians_are_published_ones_where_the_number_is_odd_or_lucky(
    scores: pd.DataFrame, year: int
) -> None:
    assert gaps(scores, year).max() < EXACT


@pytest.mark.parametrize(
    ("year", "of", "exact"), [(2021, 126, 125), (2022, 116, 116), (2023, 119, 99), (2024, 121, 104)]
)
def test_medians_since_2021_differ_only_where_scores_are_left_out(
    scores: pd.DataFrame, year: int, of: int, exact: int
) -> None:
    found = gaps(scores, year)
    assert (len(found), int((found < EXACT).sum())) == (of, exact)
    whole = medians(scores, "measure", wave=f"{year}-10")["organisations"]
    complete = whole[whole == whole.max()].index
    assert found[found.index.isin(complete)].max() < EXACT


def test_response_rate_benchmarks_of_three_years_are_of_all_staff(scores: pd.DataFrame) -> None:
    found = medians(scores, "wave", measure="Response rate")
    off = (found["median"] - found["published"]).abs() > 0.006
    assert off[off].index.tolist() == ["2016-10", "2017-10", "2018-10"]
    assert found.loc["2017-10", "median"] == pytest.approx(0.80)  # as published: median 80 %
    assert found.loc["2017-10", "published"] == pytest.approx(0.67)  # as published: overall 67 %


def test_every_score_of_an_organisation_is_there(
    imported: Imported, scores: pd.DataFrame, raw: pd.DataFrame
) -> None:
    is_benchmark = raw["organisation"].str.contains("median|mean score|benchmark")
    given = raw[~is_benchmark & raw["value"].between(0, 100)]
    own = scores[scores["kind"].isin(["organisation", "group"])]
    nobody = imported.unread["reason"].str.startswith("0 for every answer")
    assert own["score"].notna().sum() == len(given) - nobody.sum()
    assert own["score"].sum() == pytest.approx(given["value"].sum() / 100)
    assert own["department"].nunique() == given["organisation"].nunique()
    assert len(own) == (~is_benchmark).sum()


def test_zeros_of_nobody_do_not_count(scores: pd.DataFrame, raw: pd.DataFrame) -> None:
    """With them 101 of the 116 medians of 2022 are the published ones; without them all are."""
    of_2022 = raw[raw["obj_year"] == 2022]
    asked = of_2022[of_2022["question_measure"].str.startswith("E06_A.")]
    by_answer = asked.pivot(index="organisation", columns="question_measure", values="value")
    nobody = by_answer.index[by_answer.sum(axis=1) == 0]
    own = scores[(scores["wave"] == "2022-10") & scores["measure"].str.startswith("Was approp")]
    assert own["measure"].nunique() == by_answer.shape[1] == 3
    empty = own[own["score"].isna()].groupby("department").size()
    assert empty.to_dict() == dict.fromkeys(nobody, 3)


def test_response_rates_above_100_are_listed(imported: Imported) -> None:
    outside = imported.unread[imported.unread["reason"] == "not between 0 and 100"]
    assert len(outside) == 3
    assert outside["record"].str.startswith("Government Property Agency, ").all()
