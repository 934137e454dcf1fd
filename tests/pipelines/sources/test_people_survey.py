"""The reader of the People Survey: kinds, measures and repeats, in tables made up here."""

import csv
import gzip
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pipelines.sources import Imported, source
from pipelines.sources.people_survey import (
    AGAIN,
    EMPTY,
    NO_KIND,
    NO_SCORE,
    NO_YEAR,
    NOBODY,
    OUTSIDE,
    TWICE,
    read,
    read_percentage,
)
from pipelines.sources.people_survey_measures import measures
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError

ORGANISATIONS = ("obj", "obj_data", "obj_year", "dept_group", "organisation", "org_code",
                 "question_measure", "value")  # fmt: skip
BENCHMARKS = ("obj", "obj_data", "obj_year", "question_measure", "year", "value")
INDEX = "Employee engagement index"
Rows = Sequence[tuple[str, ...]]


def table(columns: Sequence[str], rows: Rows) -> bytes:
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows([columns, *rows])
    return stream.getvalue().encode()


def of_organisations(*rows: tuple[str, str, str, str]) -> bytes:
    """Rows of year, organisation, heading and value."""
    return table(
        ORGANISATIONS,
        [
            (f"df_{year}_org", "organisation", year, "A group", name, "", heading, value)
            for year, name, heading, value in rows
        ],
    )


def of_benchmarks(*rows: tuple[str, str, str, str, str]) -> bytes:
    """Rows of kind, year of publication, heading, year and value."""
    return table(BENCHMARKS, [(f"df_{row[1]}", *row) for row in rows])


def load(folder: Path, *contents: bytes) -> Imported:
    paths = [folder / f"table_{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return read(paths)


def scores(imported: Imported) -> dict[tuple[str, str, str], float]:
    frame = imported.tables["survey_scores"]
    keys = zip(frame["department"], frame["wave"], frame["measure"], strict=True)
    return dict(zip(keys, frame["score"].fillna(-1), strict=True))


def kinds(imported: Imported) -> dict[tuple[str, str], str]:
    frame = imported.tables["survey_scores"]
    return dict(
        zip(zip(frame["wave"], frame["department"], strict=True), frame["kind"], strict=True)
    )


def unread(imported: Imported) -> list[tuple[Any, ...]]:
    columns = ["file", "line", "column", "value", "reason"]
    return list(imported.unread[columns].itertuples(index=False, name=None))


def named(*headings: tuple[str, str, str]) -> list[str]:
    """The measures of file, year and heading."""
    return measures(pd.DataFrame(headings, columns=["file", "published", "heading"])).tolist()


class TestScores:
    @pytest.mark.parametrize(
        ("spelling", "share"),
        [
            ("58", 0.58), ("58.0", 0.58), ("58%", 0.58), ("58.0 %", 0.58), ("0", 0), ("100", 1),
            ("65.71700000000001", 0.65717), ("56.00000000000001", 0.56), ("103.398", 1.03398),
        ],
    )  # fmt: skip
    def test_percentages_are_read(self, spelling: str, share: float) -> None:
        assert read_percentage(spelling) == share

    @pytest.mark.parametrize("wrong", ["", "-", "*", "[c]", "58,5", "5 8", "٥", "high"])
    def test_what_is_no_percentage_is_not_guessed(self, wrong: str) -> None:
        assert read_percentage(wrong) is None

    @given(st.text())
    def test_no_text_stops_the_reading(self, anything: str) -> None:
        assert isinstance(read_percentage(anything), float | None)

    def test_wave_is_the_october_of_the_year(self, tmp_path: Path) -> None:
        imported = load(tmp_path, of_organisations(("2023", "Acas", INDEX, "58.0")))
        assert scores(imported) == {("Acas", "2023-10", INDEX): 0.58}
        assert imported.tables["survey_scores"]["respondents"].isna().all()

    def test_values_that_cannot_be_are_listed_and_left_empty(self, tmp_path: Path) -> None:
        imported = load(
            tmp_path,
            of_organisations(
                ("2023", "A", INDEX, "103.4"),
                ("2023", "B", INDEX, "-1"),
                ("2023", "C", INDEX, "[c]"),
                ("2023", "D", INDEX, ""),
                ("2023", "E", INDEX, "NA"),
            ),
        )
        assert unread(imported) == [
            ("table_0.csv", 2, "value", "103.4", OUTSIDE),
            ("table_0.csv", 3, "value", "-1", OUTSIDE),
            ("table_0.csv", 4, "value", "[c]", NO_SCORE),
        ]
        assert imported.unread["record"].iloc[0] == f"A, {INDEX}"
        assert set(scores(imported).values()) == {-1}
        assert len(scores(imported)) == 5

    def test_zeros_for_every_answer_are_of_nobody(self, tmp_path: Path) -> None:
        answers = ("yes", "no", "prefer not to say")
        values = {"Nobody": ("0", "0", "0.0"), "Few": ("0", "0", ""), "Some": ("0", "0", "100")}
        rows = [
            ("2022", name, f"E05. Reported? (% {answer})", value)
            for name, own in values.items()
            for answer, value in zip(answers, own, strict=True)
        ]
        imported = load(tmp_path, of_organisations(*rows, ("2022", "Nobody", INDEX, "0")))
        empty = [key for key, score in scores(imported).items() if score == -1]
        assert sorted({department for department, _, _ in empty}) == ["Few", "Nobody"]
        assert len(empty) == 1 + 3
        assert [cell[1:] for cell in unread(imported)] == [
            (line, "value", value, NOBODY) for line, value in ((2, "0"), (3, "0"), (4, "0.0"))
        ]

    def test_zeros_of_one_answer_given_again_are_of_somebody(self, tmp_path: Path) -> None:
        rows = [("2022", "Acas", "E05. Reported? (% yes)", "0")] * 3
        assert set(scores(load(tmp_path, of_organisations(*rows))).values()) == {0}

    def test_zeros_of_benchmarks_are_medians(self, tmp_path: Path) -> None:
        rows = [
            ("benchmark", "2022", f"E05. Reported? (% {answer})", "2022", "0")
            for answer in ("yes", "no", "prefer not to say")
        ]
        assert list(scores(load(tmp_path, of_benchmarks(*rows))).values()) == [0, 0, 0]

    def test_rows_without_what_tells_them_apart_are_left_aside(self, tmp_path: Path) -> None:
        imported = load(
            tmp_path,
            of_organisations(
                ("2023", "Acas", INDEX, "58"),
                ("", "Acas", INDEX, "58"),
                ("23", "Acas", INDEX, "58"),
                ("2023", "", INDEX, "58"),
                ("2023", "Acas", "", "58"),
            ),
            of_benchmarks(
                ("benchmark", "2023", INDEX, "2O23", "58"),
                ("benchmark", "2023", INDEX, "", "58"),
                ("quartile", "2023", INDEX, "2023", "58"),
            ),
        )
        assert list(scores(imported)) == [("Acas", "2023-10", INDEX)]
        assert unread(imported) == [
            ("table_0.csv", 3, "obj_year", "", EMPTY),
            ("table_0.csv", 4, "obj_year", "23", NO_YEAR),
            ("table_0.csv", 5, "organisation", "", EMPTY),
            ("table_0.csv", 6, "question_measure", "", EMPTY),
            ("table_1.csv", 2, "year", "2O23", NO_YEAR),
            ("table_1.csv", 3, "year", "", EMPTY),
            ("table_1.csv", 4, "obj_data", "quartile", NO_KIND),
        ]


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "department", "kind"),
        [
            ("Civil Service benchmark", "Civil Service benchmark", "benchmark"),
            ("Civil Service 2010 benchmark (median)", "Civil Service benchmark", "benchmark"),
            ("All civil servants (mean score)", "Civil Service mean", "mean"),
            ("Civil Service HR", "Civil Service HR", "organisation"),
            ("Defence Support Group", "Defence Support Group", "organisation"),
            ("Cabinet\n Office ", "Cabinet Office", "organisation"),
        ],
    )
    def test_are_told_from_the_name(
        self, tmp_path: Path, name: str, department: str, kind: str
    ) -> None:
        imported = load(tmp_path, of_organisations(("2023", name, INDEX, "58")))
        assert kinds(imported) == {("2023-10", department): kind}

    def test_group_is_one_only_where_its_organisations_are_there(self, tmp_path: Path) -> None:
        names = {
            "2015": ["UK Statistics Authority (including ONS)", "Home Office group",
                     "Home Office: Border Force"],
            "2023": ["UK Statistics Authority (including ONS)", "UK Statistics Authority",
                     "Ministry of Justice group (including agencies)",
                     "Ministry of Justice Headquarters"],
        }  # fmt: skip
        rows = [(year, name, INDEX, "58") for year, own in names.items() for name in own]
        found = kinds(load(tmp_path, of_organisations(*rows)))
        assert {key for key, kind in found.items() if kind == "group"} == {
            ("2015-10", "Home Office group"),
            ("2023-10", "UK Statistics Authority (including ONS)"),
            ("2023-10", "Ministry of Justice group (including agencies)"),
        }

    def test_benchmark_tables_say_what_they_are(self, tmp_path: Path) -> None:
        imported = load(
            tmp_path,
            of_benchmarks(
                ("benchmark", "2023", INDEX, "2023", "63.92"), ("mean", "2023", INDEX, "2023", "61")
            ),
        )
        assert scores(imported) == {
            ("Civil Service benchmark", "2023-10", INDEX): 0.6392,
            ("Civil Service mean", "2023-10", INDEX): 0.61,
        }


class TestRepeats:
    def test_benchmark_of_its_own_wave_counts(self, tmp_path: Path) -> None:
        heading = "My manager theme score (B09-B18)"
        imported = load(
            tmp_path,
            of_benchmarks(
                ("benchmark", "2024", heading, "2020", "77.592"),  # under a later definition
                ("benchmark", "2020", heading, "2020", "74"),
                ("benchmark", "2022", heading, "2020", "74.3"),  # rounded otherwise
            ),
        )
        assert set(scores(imported).values()) == {0.74}
        assert unread(imported) == [("table_0.csv", 2, "value", "77.592", AGAIN)]
        assert "Left aside, because they repeat another score: 1 row." in imported.notes

    def test_failing_that_the_latest_counts(self, tmp_path: Path) -> None:
        values = {"2013": "58", "2024": "57.61", "2018": "58"}
        rows = [("benchmark", year, INDEX, "2009", value) for year, value in values.items()]
        imported = load(tmp_path, of_benchmarks(*rows))
        assert set(scores(imported).values()) == {0.5761}

    def test_one_without_a_value_never_counts_before_one_with(self, tmp_path: Path) -> None:
        rows = [("benchmark", "2020", INDEX, "2020", ""), ("benchmark", "2021", INDEX, "2020", "6")]
        assert set(scores(load(tmp_path, of_benchmarks(*rows))).values()) == {0.06}

    def test_organisation_given_twice_is_kept_once(self, tmp_path: Path) -> None:
        rows = [("2023", "Acas", INDEX, value) for value in ("58", "58", "58.3")]
        imported = load(tmp_path, of_organisations(*rows))
        assert scores(imported) == {("Acas", "2023-10", INDEX): 0.58}
        assert unread(imported) == [("table_0.csv", 4, "value", "58.3", TWICE)]
        assert "Left aside, because they repeat another score: 1 row." in imported.notes

    def test_order_of_rows_does_not_matter_to_benchmarks(self, tmp_path: Path) -> None:
        rows = [
            ("benchmark", year, INDEX, "2020", f"{year[2:]}") for year in ("2020", "2022", "2021")
        ]
        forward = load(tmp_path, of_benchmarks(*rows)).tables["survey_scores"]
        backward = load(tmp_path, of_benchmarks(*rows[::-1])).tables["survey_scores"]
        assert_frame_equal(forward, backward)


class TestMeasures:
    @pytest.mark.parametrize(
        ("heading", "name"),
        [
            ("B01. I am interested in my work (% strongly agree or agree)",
             "I am interested in my work"),
            ("B01.\nI am interested in my work\n(% selecting 'Strongly agree' or 'Agree')",
             "I am interested in my work"),
            ("B01\nI am interested in my work", "I am interested in my work"),
            ("C01_2.I want to leave [my organisation] within the next 12 months",
             "I want to leave my organisation within the next 12 months"),
            ("B06. I have a clear understanding of [my organisation's] purpose",
             "I have a clear understanding of my organisation's purpose"),
            ("B06. I have a clear understanding of [my organisation]'s purpose",
             "I have a clear understanding of my organisation's purpose"),
            ("D02.\nAre you aware of the Code?\n(% selecting 'Yes')",
             "Are you aware of the Code? (% yes)"),
            ("B36. I am satisfied with the package (e.g. pay) (% strongly agree or agree) [note 1]",
             "I am satisfied with the package (e.g. pay)"),
            ("W04. How anxious were you? (% rating 0-3)", "How anxious were you? (% rating 0-3)"),
            ("EES.\nEmployee engagement index\n(B47 to B51)", INDEX),
            ("EES", INDEX), ("Employee Engagement Index", INDEX), ("Engagement index", INDEX),
            ("mw_ts", "My work theme score"), ("My work", "My work theme score"),
            ("mw_ts. My work theme score (% positive, B01-B05)", "My work theme score"),
            ("Organisational objectives and purpose1",
             "Organisational objectives and purpose theme score"),
            ("Response_rate", "Response rate"), ("Survey response rate (%)", "Response rate"),
            ("Response rate [note 9]", "Response rate"),
            ("hse_index. Proxy stress index (high score means high stress)", "Proxy Stress Index"),
        ],
    )  # fmt: skip
    def test_have_one_name_whatever_the_year_writes(self, heading: str, name: str) -> None:
        assert named(("a", "2023", heading)) == [name]

    def test_that_count_other_answers_are_others(self) -> None:
        low, high = "W04. Anxious? (% rating 0-3)", "W04. Anxious? (% rating 6-10)"
        assert len(set(named(("a", "2015", low), ("a", "2021", high)))) == 2

    def test_bare_code_is_named_by_the_same_years_survey(self) -> None:
        assert named(
            ("org", "2016", "B06"), ("org", "2017", "B06"),
            ("benchmark", "2016", "B06. I have aims"), ("benchmark", "2017", "B06. I see why"),
        )[:2] == ["I have aims", "I see why"]  # fmt: skip

    def test_bare_code_that_nothing_names_keeps_its_year(self) -> None:
        found = named(("org", "2016", "B06"), ("org", "2017", "B06"))
        assert found == ["B06 (2016 questionnaire)", "B06 (2017 questionnaire)"]

    def test_bare_code_that_several_name_keeps_its_year(self) -> None:
        found = named(
            ("org", "2019", "E01"),
            ("benchmark", "2019", "E01. Bullied? (% yes)"),
            ("benchmark", "2019", "E01. Bullied? (% no)"),
        )
        assert found[0] == "E01 (2019 questionnaire)"

    def test_two_of_a_file_that_would_share_a_name_keep_their_words(self) -> None:
        one, other = "B01. I like it (% strongly agree or agree)", "B02. I like it"
        assert named(("a", "2023", one), ("a", "2023", other)) == [one, other]
        assert named(("a", "2023", one), ("b", "2023", other)) == ["I like it", "I like it"]

    def test_spelling_is_the_latest(self) -> None:
        found = named(
            ("a", "2015", "Senior Managers are seen"), ("a", "2016", "Senior managers are seen")
        )
        assert found == ["Senior managers are seen"] * 2

    @given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
    def test_every_heading_has_a_name(self, headings: list[str]) -> None:
        found = named(*(("a", "2023", heading) for heading in headings))
        assert len(found) == len(headings)
        assert all(isinstance(name, str) for name in found)


class TestFiles:
    def test_gzip_says_the_same(self, tmp_path: Path) -> None:
        content = of_organisations(("2023", "Acas", INDEX, "58"))
        plain = load(tmp_path, content).tables["survey_scores"]
        assert_frame_equal(load(tmp_path, gzip.compress(content)).tables["survey_scores"], plain)

    def test_columns_in_another_order_and_only_those_we_need(self, tmp_path: Path) -> None:
        columns = ("value", "question_measure", "organisation", "obj_year")
        imported = load(tmp_path, b"\xef\xbb\xbf" + table(columns, [("58", INDEX, "Acas", "2023")]))
        assert scores(imported) == {("Acas", "2023-10", INDEX): 0.58}

    def test_lookup_beside_the_scores_is_not_used(self, tmp_path: Path) -> None:
        lookup = table(("year", "measure", "uid"), [("2023", "b01", "2.01.001.00")])
        imported = load(tmp_path, of_organisations(("2023", "Acas", INDEX, "58")), lookup)
        assert imported.notes[-1] == "The lookup of measures holds no scores: it was not used."
        assert len(imported.unread) == 0

    def test_notes_tell_groups_and_names_that_come_and_go(self, tmp_path: Path) -> None:
        rows = [("2022", "Old name", INDEX, "58"), ("2023", "New name", INDEX, "58"),
                ("2022", "Acas", INDEX, "58"), ("2023", "Acas", INDEX, "58"),
                ("2023", "Acas group", INDEX, "58"), ("2023", "B07", "B07", "1")]  # fmt: skip
        notes = "\n".join(load(tmp_path, of_organisations(*rows)).notes)
        assert "3 organisations in the wave of 2023-10" in notes
        assert "not counted among them: Acas group." in notes
        assert "1 of 5 names have scores in every wave" in notes
        assert "1 measure of which the files give only a code" in notes

    def test_table_is_declared_and_typed(self, tmp_path: Path) -> None:
        found = load(tmp_path, of_organisations(("2023", "Acas", INDEX, "58"))).tables
        declared = TABLES["survey_scores"]
        types = {column.name: column.pandas_type for column in declared}
        assert dict(found["survey_scores"].dtypes.astype(str)) == types

    def test_source_is_known_by_its_name(self) -> None:
        assert source("people_survey").read is read  # type: ignore[attr-defined]


ONE = of_organisations(("2023", "Acas", INDEX, "58"))


class TestMistakes:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "is empty"),
            (b" \n", "no known column"),
            (b"Date Reported As Of,PID\n05/01/2014,3\n", "no known column"),
            (b"Measure,2009,2010\nEngagement,58%,56%\n", "has no column"),
            (b"obj_year,organisation\n2023,Acas\n", "has no column question_measure, value"),
            (table(ORGANISATIONS, []), "headings but no rows"),
            (table(("year", "measure", "uid"), [("2023", "b01", "2")]), "there is no score"),
            (of_organisations(("", "", "", "")), "there is no score"),
            (gzip.compress(ONE)[:-15], "broken or cut short"),
        ],
    )
    def test_file_that_cannot_be_used_is_told_with_what_is_expected(
        self, tmp_path: Path, content: bytes, problem: str
    ) -> None:
        with pytest.raises(PmoError) as caught:
            load(tmp_path, content)
        message = str(caught.value)
        assert problem in message
        assert "table_0.csv" in message
        assert "question_measure and value" in message or "Fetch the file again" in message

    def test_command_ends_with_2_and_writes_nothing(
        self, pmo: Callable[..., Any], tmp_path: Path
    ) -> None:
        (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(ONE)[:-15])
        done = pmo("import", "people_survey", tmp_path / "cut.csv.gz", "--to", tmp_path / "to")
        assert done.exit_code == 2
        assert "cut.csv.gz" in done.stderr
        assert not (tmp_path / "to").exists()
