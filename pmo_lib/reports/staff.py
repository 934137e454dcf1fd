"""What staff say: the scores of a survey that is published by organisation and measure."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from IPython.display import HTML

from pmo_lib.facts.survey_scores import by_wave, latest_wave, standings
from pmo_lib.months import month
from pmo_lib.reports import page
from pmo_lib.reports.picture import ACCENT, INK, SOFT, Picture, drawn
from pmo_lib.wording import DASH, change, counted, number

MOST_MEASURES = 20  # more are in the table survey_scores, not in the report


def scores(survey_scores: pd.DataFrame, period: str, department: str = "") -> HTML:
    """The latest wave's measures: the median organisation, and beside it the department."""
    wave = latest_wave(survey_scores, period)
    if not wave:
        return page.paragraph(f"No wave of the staff survey is known up to {month(period)}.")
    found = standings(survey_scores, wave, department)
    shown = found[found["measure"].isin(measures(survey_scores, wave))]
    rows = [_row(row, department) for row in shown.to_dict("records")]
    left = len(found) - len(shown)
    more = f" The table survey_scores holds {counted(left, 'further measure')}." if left else ""
    return page.joined(
        page.paragraph(
            f"The wave of {month(wave)}, as shares of favourable answers. The median is that of "
            "the organisations: half score higher, half lower. Scores rest on all who answered, "
            f"so chance is not what sets organisations apart.{more}"
        ),
        page.table(pd.DataFrame(rows), "Staff survey by measure", "cards"),
    )


def in_words(survey_scores: pd.DataFrame, period: str, department: str = "") -> list[str]:
    """The latest wave in two sentences: the first measure, and how many lie above the median."""
    wave = latest_wave(survey_scores, period)
    if not wave:
        return [f"No wave of the staff survey is known up to {month(period)}."]
    found = standings(survey_scores, wave, department)
    first = measures(survey_scores, wave)[0]
    (row,) = found[found["measure"] == first].to_dict("records")
    median = f"{number(row['median'], 'share')} in the median of {row['organisations']}"
    if not department:
        return [f"In the staff survey of {month(wave)}, {first} is {median} organisations."]
    if pd.isna(row["score"]):
        return [f"{department} has no {first} in the staff survey of {month(wave)}."]
    judged = found.dropna(subset=["difference"])
    above, below = (judged["difference"] > 0).sum(), (judged["difference"] < 0).sum()
    return [
        f"In the staff survey of {month(wave)}, {first} of {department} is "
        f"{number(row['score'], 'share')}, against {median} organisations.",
        f"Of {counted(len(judged), 'measure')} it lies above the median in {above} and below in "
        f"{below}.",
    ]


def measures(survey_scores: pd.DataFrame, wave: str) -> list[str]:
    """The wave's measures asked in the most waves; first those that sum up many questions."""
    waves = survey_scores.groupby("measure")["wave"].nunique().rename("waves").reset_index()
    asked = waves["measure"].isin(survey_scores.loc[survey_scores["wave"] == wave, "measure"])
    names = waves["measure"].str.lower()
    sums_up = names.str.contains("index") * 2 + names.str.contains("theme") * 1
    ordered = waves[asked].assign(sums_up=sums_up).sort_values(
        ["sums_up", "waves", "measure"], ascending=[False, False, True]
    )  # fmt: skip
    return [str(name) for name in ordered["measure"].head(MOST_MEASURES)]


def over_time(survey_scores: pd.DataFrame, period: str, department: str = "") -> Picture | str:
    """The measure that has been asked longest, wave by wave: the median, and the department."""
    wave = latest_wave(survey_scores, period)
    if not wave:
        return "there is no wave yet"
    measure = measures(survey_scores, wave)[0]
    found = by_wave(survey_scores[survey_scores["wave"] <= period], measure, department)
    if found["median"].notna().sum() < 2:
        return "fewer than two waves have a score"
    with drawn(3.4) as (figure, axes):
        at = range(len(found))
        axes.plot(at, 100 * found["median"], "o-", color=SOFT)
        axes.annotate("median", (len(found) - 1, 100 * found["median"].iloc[-1]), (6, 0),
                      textcoords="offset points", color=INK, va="center")  # fmt: skip
        if found["score"].notna().any():
            axes.plot(at, 100 * found["score"], "D-", color=ACCENT)
        axes.set_xticks(list(at), [wave[:4] for wave in found["wave"]])
        axes.set(ylabel="Score, %", xlabel=measure)
        axes.margins(x=0.12)
    data = pd.DataFrame(
        {
            "Wave": [month(wave) for wave in found["wave"]],
            "Organisations": found["organisations"],
            "Median": [number(value, "share") for value in found["median"]],
            "Score": [number(value, "share") for value in found["score"]],
        }
    )
    first, last = (number(found["median"].iloc[i], "share") for i in (0, -1))
    alt = f"{measure} by wave: the median organisation went from {first} to {last}."
    return Picture(figure, alt, data)


def _row(row: Mapping[Hashable, Any], department: str) -> dict[str, object]:
    said: dict[str, object] = {
        "Measure": row["measure"],
        "Organisations": row["organisations"],
        "Median": number(row["median"], "share"),
        "Published": number(row["published"], "share"),
    }
    if department:
        percentile = row["percentile"]
        said |= {
            "Own score": number(row["score"], "share"),
            "Difference": change(row["difference"], "share"),
            "Better than": f"{number(percentile, 'share')} of them"
            if percentile == percentile
            else DASH,
        }
    return said
