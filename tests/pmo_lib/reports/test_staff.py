"""What staff say: the latest wave, the median, one's own score."""

from typing import Any

import pandas as pd

from builders.pages import parsed
from builders.tables import frame
from pmo_lib.reports import staff
from pmo_lib.reports.picture import Picture

SCORES = {"A": (0.4, 0.5), "B": (0.6, 0.7), "C": (0.8, 0.6)}


def table(measure: str = "Engagement") -> pd.DataFrame:
    rows = [
        {"department": name, "wave": wave, "measure": measure, "score": score,
         "kind": "organisation"}
        for name, both in SCORES.items()
        for wave, score in zip(("2024-10", "2025-10"), both, strict=True)
    ]  # fmt: skip
    return frame("survey_scores", rows)


def rows_of(html: Any) -> list[list[str]]:
    return [[cell.replace("\u00a0", " ") for cell in row] for row in parsed(html).rows]


def test_latest_wave_up_to_the_period_counts() -> None:
    head, row = rows_of(staff.scores(table(), "2026-03"))
    assert head == ["Measure", "Organisations", "Median", "Published"]
    assert row == ["Engagement", "3", "60 %", "–"]
    assert rows_of(staff.scores(table(), "2025-09"))[1][2] == "60 %"


def test_own_score_stands_beside_the_median() -> None:
    row = dict(zip(*rows_of(staff.scores(table(), "2025-12", "A")), strict=True))
    assert row["Own score"] == "50 %"
    assert row["Difference"] == "−10 points"
    assert row["Better than"] == "17 % of them"


def test_before_the_first_wave_says_so() -> None:
    assert "No wave" in parsed(staff.scores(table(), "2024-01")).text
    assert staff.over_time(table(), "2024-01") == "there is no wave yet"


def test_one_wave_is_no_development() -> None:
    assert staff.over_time(table(), "2024-12") == "fewer than two waves have a score"


def test_over_time_tells_every_wave() -> None:
    found = staff.over_time(table(), "2026-01", "B")
    assert isinstance(found, Picture)
    assert found.png().startswith(b"\x89PNG")
    assert list(found.data["Wave"]) == ["October 2024", "October 2025"]
    assert [s.replace("\u00a0", " ") for s in found.data["Score"]] == ["60 %", "70 %"]


def test_of_very_many_measures_those_asked_longest_are_shown() -> None:
    old = [table(f"Old {i:02}") for i in range(staff.MOST_MEASURES)]
    new = table("New").query("wave == '2025-10'")
    many = pd.concat([*old, new], ignore_index=True)
    html = staff.scores(many, "2026-01")
    assert "New" not in {row[0] for row in rows_of(html)}
    assert "holds 1 further measure." in parsed(html).text


def test_in_words_tells_the_first_measure_and_counts_the_rest() -> None:
    both = pd.concat([table(), table("Pay")], ignore_index=True)
    said = " ".join(staff.in_words(both, "2026-01", "A")).replace("\u00a0", " ")
    assert "Engagement of A is 50 %, against 60 % in the median of 3 organisations." in said
    assert "Of 2 measures it lies above the median in 0 and below in 2." in said
    whole = " ".join(staff.in_words(both, "2026-01")).replace("\u00a0", " ")
    assert "Engagement is 60 % in the median of 3 organisations." in whole


def test_in_words_of_who_has_no_score_says_so() -> None:
    assert staff.in_words(table(), "2026-01", "Z") == [
        "Z has no Engagement in the staff survey of October 2025."
    ]
