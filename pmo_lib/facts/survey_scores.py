"""A survey's published scores: how organisations stand beside one another, wave by wave.

A score rests on all who answered in an organisation, and the median on all organisations: these
are facts of the survey, no samples of anything, and have no interval. Group totals, benchmarks
and means are never counted among the organisations.
"""

import pandas as pd

STANDINGS = (
    "measure", "organisations", "missing", "median", "published", "score", "difference",
    "percentile",
)  # fmt: skip
WAVES = ("wave", "organisations", "missing", "median", "published", "score")


def own_scores(survey_scores: pd.DataFrame) -> pd.DataFrame:
    """The rows of organisations and their groups; not those to set beside them."""
    return survey_scores[survey_scores["kind"].isin(["organisation", "group"])]


def latest_wave(survey_scores: pd.DataFrame, period: str) -> str:
    """The last wave up to the month; empty where there is none."""
    waves = survey_scores.loc[survey_scores["wave"] <= period, "wave"]
    return "" if waves.empty else str(waves.max())


def standings(survey_scores: pd.DataFrame, wave: str, department: str = "") -> pd.DataFrame:
    """One row a measure of the wave, in alphabetical order, with the columns of STANDINGS.

    ``median`` is over the ``organisations`` that have a score (the survey's own definition of its
    benchmark), ``missing`` how many have a row without one, ``published`` the benchmark where
    there is one and no other. ``score`` is the department's, ``difference`` that less the median,
    ``percentile`` its mid-rank among the organisations: the share of them below it, and half of
    those equal to it, itself included. Each is missing where it is not known.
    """
    rows = survey_scores[survey_scores["wave"] == wave]
    found = _medians(rows, "measure").assign(score=_of(rows, "measure", department))
    others = _organisations(rows).dropna(subset=["score"])
    own = others["measure"].map(found["score"]).astype("float64")
    rank = (others["score"] < own) + (others["score"] == own) / 2
    return found.assign(
        difference=found["score"] - found["median"],
        percentile=rank.where(own.notna()).groupby(others["measure"]).mean(),
    ).reset_index()[list(STANDINGS)]


def by_wave(survey_scores: pd.DataFrame, measure: str, department: str = "") -> pd.DataFrame:
    """One row a wave of the measure, in order of time, with the columns of WAVES.

    They mean what they mean in `standings`. A measure is the same over time where its name is.
    """
    rows = survey_scores[survey_scores["measure"] == measure]
    found = _medians(rows, "wave").assign(score=_of(rows, "wave", department))
    return found.reset_index()[list(WAVES)]


def _organisations(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["kind"] == "organisation"]


def _medians(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    scores = _organisations(rows).groupby(by)["score"]
    counted = scores.count()
    benchmarks = rows[rows["kind"] == "benchmark"]
    found = pd.DataFrame(
        {
            "organisations": counted,
            "missing": scores.size() - counted,
            "median": scores.median(),
            "published": benchmarks.drop_duplicates(by, keep=False).set_index(by)["score"],
        },
        index=pd.Index(sorted(rows[by].unique()), name=by, dtype="str"),
    )
    return found.fillna({"organisations": 0, "missing": 0}).astype(
        {"organisations": "int64", "missing": "int64", "published": "float64"}
    )


def _of(rows: pd.DataFrame, by: str, department: str) -> pd.Series:
    own = own_scores(rows)
    return own[own["department"] == department].set_index(by)["score"]
