"""Ratings of the UK Government's major projects against the published figures.

Published for the annual reports of 2022 and 2023 together: 15.9 % of the independent (IPA) ratings
are red against 4.2 % of the owners' (SRO). The counts are those of the two files: of the ratings
that are given, 24 of 153 and 18 of 111 red, against 3 of 68 and 5 of 121. Exempt from publication
or too early to be rated are 14 and 12 projects; none was rated by both.
"""

import pandas as pd
import pytest

from builders.releases import FOLDER, released
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

IN_2022 = {"first": (24, 153), "second": (3, 68)}  # red and rated, as in uk_2022.csv
PUBLISHED = {"first": 15.9, "second": 4.2}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the GMPP files are not in {FOLDER}")


@pytest.fixture(scope="module")
def seen() -> View:
    return View(released().tables, "2023-03")


@pytest.fixture(scope="module")
def ratings(seen: View) -> pd.DataFrame:
    return observe(CATALOGUE["G3"], seen)


class TestSelfRatingGap:
    def test_counts_of_2023_are_those_of_the_file(self, ratings: pd.DataFrame) -> None:
        counts = ratings.groupby("group")["numerator"].agg(["sum", "count"]).T.to_dict("list")
        assert counts == {"first": [18, 111], "second": [5, 121]}
        assert ratings["numerator"].isna().sum() == 12
        assert not ratings["case_id"].duplicated().any()

    @pytest.mark.parametrize("rater", PUBLISHED)
    def test_two_years_together_are_the_published_shares(
        self, ratings: pd.DataFrame, rater: str
    ) -> None:
        red, rated = IN_2022[rater]
        own = ratings.loc[ratings["group"] == rater, "numerator"]
        share = (red + own.sum()) / (rated + own.count())
        assert round(100 * share, 1) == PUBLISHED[rater]

    def test_gap_of_2023(self, seen: View) -> None:
        (found,) = results(seen, kpis=["G3"])
        # Newcombe from Wilson limits (scipy), as no project was rated twice
        assert found.value == pytest.approx(18 / 111 - 5 / 121)
        assert (found.low, found.high) == pytest.approx((0.0565713, 0.1896078), abs=1e-6)
        assert (found.n, found.missing) == (232, 12)


class TestWatermelons:
    def test_green_with_the_first_published_finish_past(self, seen: View) -> None:
        tables = seen.tables
        reports = tables["status_reports"].query(
            "period == '2023-03' and rated_by == 'owner' and rag == 'green'"
        )
        first = tables["baselines"].query("version == 0").set_index("project_id")["finish"]
        finish = pd.to_datetime(reports["project_id"].map(first)).dropna()
        passed = (pd.Timestamp("2023-03-31") - finish).dt.days > 30
        (found,) = results(seen, kpis=["G2"])
        assert len(reports) == 21
        assert (found.n, found.missing) == (len(finish), 21 - len(finish))
        assert found.value == pytest.approx(passed.mean())

    def test_what_colours_foretold_cannot_be_told(self, seen: View) -> None:
        (found,) = results(seen, kpis=["G1"])
        assert found.state == "not measured"
        assert "finished_on in projects.csv" in found.reason
