"""The UK Civil Service People Survey, scores by organisation and year, in our tables.

The files are the long tables of github.com/mattkerlogue/csps-data, as CSV, plain or gzipped: one
of organisations, one of benchmarks. What the table says:

- **survey_scores**: one row an organisation, wave and measure; the percentage of favourable
  answers, or an index from 0 to 100, as a share. How many answered is not published. The wave is
  October: the survey opens in September or October and closes in October, every year since 2009.
- **kind**: *benchmark* and *mean* rows say so in their name, or in the benchmark file. A *group*
  is a total of organisations that are there as well: its name says "group" or "(including …)",
  and what stands before that begins another organisation's name of the wave. It is not among the
  organisations that took part, nor in the published median. All else is an *organisation*.
- **measure**: the question as it was put, or the index; see `people_survey_measures`. Another
  wording is another measure, and another name another organisation: nothing is linked by guess.

A 0 for yes, for no and for prefer not to say alike is no score: nobody was asked, and all three
are left empty. A benchmark is published again in later years, rounded otherwise or worked out
anew under a later definition. The one published with its own wave counts, which is that of the
organisations' scores beside it, and failing that the latest.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from pipelines.sources import Imported
from pipelines.sources.extracts import Cells, Kind, read_extracts, typed
from pipelines.sources.people_survey_measures import QUESTIONNAIRE, measures
from pmo_lib.errors import DataError
from pmo_lib.wording import counted, listed

_HINT = (
    "with the columns obj_year, organisation, question_measure and value, or for benchmarks "
    "obj_data, obj_year, year, question_measure and value"
)
_OF_BOTH = ("obj_year", "question_measure", "value")
SCORES = Kind(
    "a long table of the Civil Service People Survey", ("organisation", *_OF_BOTH), (), _HINT
)
BENCHMARKS = Kind("its benchmarks", ("obj_data", "year", *_OF_BOTH), (), _HINT)
LOOKUP = Kind("its lookup of measures", ("measure", "uid"), (), _HINT)
NAMES = {"benchmark": "Civil Service benchmark", "mean": "Civil Service mean"}
ROUNDING = 0.0051  # of a share: some are published in whole percentage points
LEAST_ANSWERS = 3  # that make up a question: yes, no and prefer not to say, or more

EMPTY = "empty: the row is left aside"
NOBODY = "0 for every answer of the question: nobody answered it"
NO_KIND = "neither a benchmark nor a mean: the row is left aside"
NO_SCORE = "not a percentage"
NO_YEAR = "not a year of the survey: the row is left aside"
OUTSIDE = "not between 0 and 100"
AGAIN = "a benchmark published again with another value"
TWICE = "the organisation has another score for the measure in the wave"

_YEAR = re.compile(r"20\d\d", re.ASCII)
_PERCENTAGE = re.compile(r"(-?\d{1,4}(?:\.\d{1,20})?(?:e-\d{1,2})?) ?%?", re.ASCII)
_MISSING = ("na", "n/a", "nan")
_IN_NAME = {
    "benchmark": re.compile(r"\b(benchmark|median)\b", re.I),
    "mean": re.compile(r"\b(mean|average)\b", re.I),
}
_GROUP = re.compile(r"(.+?)( group\b| \(including )", re.I)


def read(files: Sequence[Path]) -> Imported:
    """The scores in tables of organisations and of benchmarks, any number of each."""
    read, ragged = read_extracts(files, [SCORES, BENCHMARKS, LOOKUP])
    parts = [_of_both(kind, rows) for kind, rows in read if kind is not LOOKUP]
    cells = (
        Cells(pd.concat(parts, ignore_index=True), "organisation", "question_measure")
        if parts
        else None
    )
    rows = _rows(cells) if cells else pd.DataFrame()
    if cells is None or rows.empty:
        raise DataError(
            "there is no score with a name, a year and a measure",
            where=", ".join(map(str, files)),
            remedy=SCORES.remedy,
        )
    scores, repeated = _once(rows, cells)
    scores["kind"] = scores["kind"].mask(_are_groups(scores), "group")
    notes = [*_notes(scores)]
    if repeated:
        notes.append(f"Left aside, because they repeat another score: {counted(repeated, 'row')}.")
    if len(parts) < len(read):
        notes.append("The lookup of measures holds no scores: it was not used.")
    return Imported(
        {"survey_scores": typed("survey_scores", scores)},
        cells.unread(ragged),
        tuple(notes),
        {"organisation": "UK Civil Service", "currency": "GBP"},
    )


def read_percentage(text: str) -> float | None:
    """A share from 58.0, 58% or 65.71700000000001."""
    match = _PERCENTAGE.fullmatch(text)
    return round(float(match[1]) / 100, 8) if match else None


def _year(text: str) -> int | None:
    return int(text) if _YEAR.fullmatch(text) else None


def _of_both(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns of both kinds; a benchmark is called what it is."""
    value = rows["value"].mask(rows["value"].str.casefold().isin(_MISSING), "")
    if kind is SCORES:
        rows = rows.assign(year="", obj_data="organisation")
    else:
        rows = rows.assign(organisation=rows["obj_data"])
    return rows.assign(value=value)[["file", "line", "organisation", *BENCHMARKS.required]]


def _rows(cells: Cells) -> pd.DataFrame:
    """The rows of survey_scores that the files hold, repeated ones included."""
    text = cells.rows
    is_benchmark = text["obj_data"] != "organisation"
    published = cells.read("obj_year", _year, NO_YEAR)
    year = cells.read("year", _year, NO_YEAR).where(is_benchmark, published)
    score = cells.read("value", read_percentage, NO_SCORE).astype("float64")
    is_outside = score.notna() & ~score.between(0, 1)
    cells.set_aside(is_outside, "value", OUTSIDE)
    kind = text["organisation"].map({name: _kind(name) for name in text["organisation"].unique()})
    is_neither = is_benchmark & (kind == "organisation")
    cells.set_aside(is_neither, "obj_data", NO_KIND)
    is_whole = published.notna() & year.notna() & ~is_neither
    for column in ("obj_year", "year", "organisation", "question_measure"):
        is_empty = (text[column] == "") & (is_benchmark | (column != "year"))
        cells.set_aside(is_empty, column, EMPTY)
        is_whole &= ~is_empty
    headings = text[["file"]].assign(published=text["obj_year"], heading=text["question_measure"])
    rows = text.assign(
        department=kind.map(NAMES).fillna(text["organisation"].str.split().str.join(" ")),
        # it opens in September or October and closes in October
        wave=text["year"].where(is_benchmark, text["obj_year"]) + "-10",
        score=score.mask(is_outside),
        kind=kind,
        published=published,
        is_own=published == year,
    )[is_whole]
    if rows.empty:
        return rows
    rows = rows.assign(measure=measures(headings[is_whole]))
    nobody = _nobody_answered(rows)
    cells.set_aside(nobody.reindex(text.index, fill_value=False), "value", NOBODY)
    return rows.assign(score=rows["score"].mask(nobody))


def _nobody_answered(rows: pd.DataFrame) -> pd.Series:
    """Which scores of organisations are 0 as all answers of the question are, where one must not.

    Medians of many organisations may all be 0.
    """
    question = rows["measure"].str.split(r" \(% |: ", regex=True).str[0]
    known = rows.assign(answer=rows["measure"].where(rows["score"].notna()))
    of_question = known.groupby([rows["file"], rows["department"], rows["wave"], question])
    is_whole = of_question["answer"].transform("nunique") >= LEAST_ANSWERS
    return (
        is_whole & (of_question["score"].transform("max") == 0) & (rows["kind"] == "organisation")
    )


def _kind(name: str) -> str:
    return next((kind for kind, says in _IN_NAME.items() if says.search(name)), "organisation")


def _once(rows: pd.DataFrame, cells: Cells) -> tuple[pd.DataFrame, int]:
    """One row a key, and how many say the same again.

    Of several the one counts that has a score, that was published with its own wave, and last.
    """
    key = ["department", "wave", "measure"]
    order = rows.assign(is_empty=rows["score"].isna(), is_later=~rows["is_own"]).sort_values(
        [*key, "is_empty", "is_later", "published"],
        ascending=[True] * 5 + [False],
        kind="stable",
    )
    is_again = order.duplicated(key)
    kept = order.groupby(key, sort=False)["score"].transform("first")
    is_own = order["kind"] == "organisation"
    tolerance = pd.Series(ROUNDING, index=order.index).mask(is_own, 0)
    differs = is_again & ((order["score"] - kept).abs() > tolerance)
    for which, reason in ((is_own, TWICE), (~is_own, AGAIN)):
        cells.set_aside(
            (differs & which).reindex(cells.rows.index, fill_value=False), "value", reason
        )
    return order[~is_again].reset_index(drop=True), int((is_again & ~differs).sum())


def _are_groups(scores: pd.DataFrame) -> pd.Series:
    """Which rows are of a total of organisations that have rows of their own in the wave."""
    own = scores[scores["kind"] == "organisation"]
    groups = set()
    for wave, names in own.groupby("wave")["department"].unique().items():
        for name in names:
            if says := _GROUP.match(name):
                begin = says[1].casefold()
                if any(other != name and other.casefold().startswith(begin) for other in names):
                    groups.add((wave, name))
    keys = zip(scores["wave"], scores["department"], strict=True)
    return pd.Series([key in groups for key in keys], index=scores.index)


def _notes(scores: pd.DataFrame) -> Iterator[str]:
    own, waves = scores[scores["kind"].isin(["organisation", "group"])], scores["wave"]
    names = own.loc[own["kind"] == "organisation"].groupby("wave")["department"].nunique()
    yield (
        f"{counted(waves.nunique(), 'wave')} from {waves.min()} to {waves.max()}: the month in "
        "which the survey closes."
    )
    if len(names):
        yield f"{counted(int(names.iloc[-1]), 'organisation')} in the wave of {names.index[-1]}."
    if totals := sorted(own.loc[own["kind"] == "group", "department"].unique()):
        yield (
            "Totals of organisations that are there as well, not counted among them: "
            f"{listed(totals)}."
        )
    if len(names) > 1:
        everywhere = own.groupby("department")["wave"].nunique().eq(own["wave"].nunique()).sum()
        yield (
            f"{everywhere} of {own['department'].nunique()} names have scores in every wave: an "
            "organisation that was renamed, merged or split counts as another."
        )
    codes = scores["measure"].str.contains(QUESTIONNAIRE, regex=False)
    if codes.any():
        yield (
            f"{counted(scores.loc[codes, 'measure'].nunique(), 'measure')} of which the files give "
            "only a code keep it, with its year; the benchmarks of that year name most."
        )
    yield "How many people answered is not published, so respondents is empty."
