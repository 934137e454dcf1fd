"""Releases that nobody has seen: other headings, other order, other years, other kinds of file.

Each says the same as `TRUTH`, or the import stops in words.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.gmpp import EXEMPT, unread, write
from pipelines.declared import declared
from pipelines.sources import Imported
from pipelines.sources.gmpp import read
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import DataError, PmoError

SENTENCE = (
    "(A Delivery Confidence Assessment of the project at a fixed point in time, using a three-point"
    " scale, Red - Amber - Green; definitions, start and end dates of reviews and whole life costs"
    " are in the annual report of 2019/20 on page 7)"
)
PROJECTS = [
    # number, name, department, category, independent, owner, start, finish, cost, benefit
    ("MOD_0001_1617-Q1", "Harbour", "MOD", "Military", "Amber", "", "01/05/2015", "31/03/2030",
     "558", "2546"),
    ("HO_0002_2021-Q3", "Gateway", "HO", "ICT", "", "GREEN", "05/04/2021", "27/12/2027",
     "1,443.7", "-31"),
    ("DFT_0003_1819-Q4", "Viaduct", "DfT", "Infrastructure", "Red", "Amber", "01/07/2020",
     "Low: 31/03/2031, Mid: 30/04/2031, High: 31/05/2031", "Low: 5.00, Mid: 6.50, High: 8.00",
     "0"),
    ("MOJ_0004_2223-Q1", "Cells", "MoJ", "Infrastructure", EXEMPT, EXEMPT,
     "2023-01-09 00:00:00", "Section 43 - Defence", "Section 43 - Commercial interests",
     "Low: 1.00, Mid: 2.25, High: 3.00"),
    ("CO_0005_2425-Q1", "Hubs", "CO", "Transformation", "Amber", "Green", "1 June 2024",
     "30/06/2029", "36.6", "Not Available"),
]  # fmt: skip
FIELDS = (
    "number", "name", "department", "category", "independent", "owner", "start", "finish",
    "cost", "benefit",
)  # fmt: skip
NARRATIVES = {
    "Departmental Narrative on Whole Life Costs": "The cost at 24/25-Q4 is as approved in 2019.",
    "Benefits commentary": "Compared to last year the benefits have not changed.",
    "Schedule: reasons for a change of the End Date": "The end date is 31/03/2030.",
    "In Year Forecast (£m)": "12.5",
    "Senior Responsible Owner (SRO) Name": "withheld",
    "SRO Start Date": "01/01/2025",
}
WORDINGS = [
    ("GMPP ID", "Project Name", "Department", "Annual Report Category",
     "IPA Delivery Confidence Assessment", "SRO Delivery Confidence Assessment", "Start Date",
     "End Date", "Whole Life Cost (£m)", "Benefits (£m)"),
    ("Major Projects ID", "Name of project", "Lead department", "Category",
     f"NISTA Delivery Confidence Assessment\n{SENTENCE}",
     f"SRO Delivery Confidence Assessment\n{SENTENCE}", "Approved start date",
     "Latest approved completion date", "Departmental-agreed whole-life costs (£ million)",
     "Monetised benefits (£ million)"),
    ("Project reference number", "PROJECT", "DEPARTMENT", "PROJECT CATEGORY", "NISTA DCA",
     "SRO DCA", "PROJECT START", "PROJECT FINISH", "TOTAL BASELINE WLC (£M)",
     "TOTAL BASELINE BENEFITS (£M)"),
    ("project_id", "project_title", "sponsoring_department", "report_category",
     "independent_rating_rag", "sro_rating", "baseline_start_date", "baseline_end_date",
     "whole_life_cost_baseline", "total_benefits"),
    ("Unique identifier", "Programme / project", "Owning\u00a0department", "Report\u200b category",
     "Independent delivery confidence rating, at 31 March 2025. See also: the SRO's own rating",
     "Senior Responsible Owner's delivery confidence", "Date of commencement",
     "Date of completion, as approved by the department; it may lie after the whole life of the"
     " benefits and the start of others",
     "Lifetime cost of the project in £m, from its start date to its end date, before benefits",
     "Whole life benefits in £m (not of the start)"),
]  # fmt: skip


def table(headings: Sequence[str], projects: Sequence[Sequence[str]] = PROJECTS) -> pd.DataFrame:
    """The projects under other headings, and narratives beside them."""
    frame = pd.DataFrame(list(projects), columns=list(headings))
    return frame.assign(**NARRATIVES)


def given(
    path: Path,
    frame: pd.DataFrame,
    delimiter: str = ",",
    encoding: str = "utf-8",
    over: Sequence[str] = (),
) -> Path:
    rows = [[text] for text in over] + [list(map(str, frame.columns)), *frame.to_numpy().tolist()]
    return write(path, rows, delimiter, encoding)


def says_the_truth(imported: Imported) -> str:
    """What is not as in PROJECTS; "" where all is."""
    projects, plans, reports = imported.tables.values()
    day = {
        "MOD": "2030-03-31",
        "HO": "2027-12-27",
        "DFT": "2031-04-30",
        "MOJ": "",
        "CO": "2029-06-30",
    }
    cost = {"MOD": 558e6, "HO": 1443.7e6, "DFT": 6.5e6, "MOJ": -1, "CO": 36.6e6}
    start = {"MOD": "2015-05-01", "HO": "2021-04-05", "DFT": "2020-07-01", "MOJ": "2023-01-09",
             "CO": "2024-06-01"}  # fmt: skip
    benefit = {"MOD": 2546e6, "HO": -1, "DFT": 0, "MOJ": 2.25e6, "CO": -1}
    rated = {("MOD", "independent"): "amber", ("HO", "owner"): "green",
             ("DFT", "independent"): "red", ("DFT", "owner"): "amber",
             ("MOJ", "independent"): "", ("CO", "independent"): "amber",
             ("CO", "owner"): "green"}  # fmt: skip
    who = plans["project_id"].str.split("_").str[0]
    first = reports.drop_duplicates("project_id")
    found = {
        "name": dict(zip(projects["project_id"], projects["name"], strict=True)),
        "finish": dict(zip(who, plans["finish"].dt.strftime("%Y-%m-%d").fillna(""), strict=True)),
        "start": dict(zip(who, plans["start"].dt.strftime("%Y-%m-%d"), strict=True)),
        "cost": dict(zip(who, plans["cost"].fillna(-1), strict=True)),
        "benefit": dict(zip(who, plans["benefit"].fillna(-1), strict=True)),
        "estimate": dict(
            zip(
                first["project_id"].str.split("_").str[0],
                first["estimate_at_completion"].fillna(-1),
                strict=True,
            )
        ),
        "rated": {
            (row.project_id.split("_")[0], row.rated_by): "" if pd.isna(row.rag) else row.rag
            for row in reports.itertuples()
        },
        "period": set(reports["period"]),
    }
    right = {
        "name": {row[0]: row[1] for row in PROJECTS},
        "finish": day,
        "start": start,
        "cost": cost,
        "benefit": benefit,
        "estimate": cost,
        "rated": rated,
        "period": {"2025-03"},
    }
    return "".join(f"{k}: {found[k]} " for k in right if found[k] != right[k])


def test_headings_worded_and_ordered_anew(tmp_path: Path) -> None:
    wrong = {}
    for number, headings in enumerate(WORDINGS):
        frame = table(headings)
        columns = list(frame.columns)
        random.Random(number).shuffle(columns)
        imported = read([given(tmp_path / "gmpp_2025.csv", frame[columns])])
        wrong[number] = says_the_truth(imported)
        assert any("SRO Start Date" in note for note in imported.notes)
    assert {number: text for number, text in wrong.items() if text} == {}


def plain(folder: Path, **headings: str) -> Path:
    """The release under the headings of 2024-25, but for those given by field."""
    names = [headings.get(field, text) for field, text in zip(FIELDS, WORDINGS[0], strict=True)]
    return given(folder / "gmpp_2025.csv", table(names))


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], *hidden: str) -> Path:
    book = openpyxl.Workbook()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    del book["Sheet"]
    book.save(path)
    return path


def typed_rows() -> list[list[object]]:
    """The release as a workbook has it: numbers and days instead of their texts, no empty text."""
    rows: list[list[object]] = [[*WORDINGS[0]]]
    for project in PROJECTS:
        cells: list[object] = [text or None for text in project]
        for at, text in enumerate(project):
            if at >= 8 and text.replace(",", "").replace(".", "").lstrip("-").isdigit():
                cells[at] = float(text.replace(",", ""))
            elif at in (6, 7) and text[2:3] == "/":
                cells[at] = datetime.strptime(text, "%d/%m/%Y")
        rows.append(cells)
    return rows


def stops(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read([path])
    return str(caught.value)


def test_any_kind_of_file(tmp_path: Path) -> None:
    frame = table(WORDINGS[0])
    titles = [["Major Projects Portfolio: data at 31 March 2025"], ["Published on 11 August 2025"]]
    files = {
        "semicolons": given(tmp_path / "a_2025.csv", frame, ";", "cp1252"),
        "tabs": given(tmp_path / "b_2025.txt", frame, "\t"),
        "utf-16": given(tmp_path / "c_2025.csv", frame, ",", "utf-16"),
        "utf-16 without a mark": given(tmp_path / "d_2025.csv", frame, "\t", "utf-16-le"),
        "turned": write(tmp_path / "e_2025.csv", [[head, *frame[head]] for head in frame]),
        "titles over it": given(tmp_path / "f.csv", frame, over=[row[0] for row in titles]),
        "workbook": workbook(tmp_path / "g_2025.xlsx", {"Data": typed_rows()}),
        "workbook with a cover": workbook(
            tmp_path / "h.xlsx",
            {"Cover": [["See the data"]], "Old": typed_rows(), "Data": [*titles, *typed_rows()]},
            "Old",
        ),
        "the year in the sheet's title": workbook(tmp_path / "i.xlsx", {"2024-25": typed_rows()}),
    }  # fmt: skip
    wrong = {name: says_the_truth(read([path])) for name, path in files.items()}
    assert {name: text for name, text in wrong.items() if text} == {}


def test_workbooks_that_do_not_say_which_sheet(tmp_path: Path) -> None:
    sheets = {"2023-24": typed_rows(), "2024-25": typed_rows()}
    message = stops(workbook(tmp_path / "both.xlsx", sheets))
    assert "Several sheets hold projects (2023-24 and 2024-25)" in message
    hidden = workbook(tmp_path / "hidden.xlsx", {"A": typed_rows(), "B": [["x"]]}, "A")
    assert "Portfolio; its hidden sheet A was not read" in stops(hidden)
    (tmp_path / "broken.xlsx").write_bytes(b"PK\3\4 and no more")
    assert "broken.xlsx: The file cannot be read as an Excel workbook" in stops(
        tmp_path / "broken.xlsx"
    )


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "gmpp_2025.xlsx", {"Data": typed_rows()})
    monkeypatch.setattr("pipelines.sources.gmpp.files.MOST_BYTES", 1000)
    assert "more than a release can have" in stops(path)


def test_a_missing_heading_is_named_with_the_nearest(tmp_path: Path) -> None:
    wordings = dict(zip(FIELDS, WORDINGS[0], strict=True))
    others = {
        "name": "What it is", "department": "Whose", "start": "From", "finish": "Until",
        "cost": "Money for all of it (£m)",
    }  # fmt: skip
    wrong = {}
    for field, other in others.items():
        message = stops(plain(tmp_path, **{field: other}))
        expected = ("gmpp_2025.csv: No column was recognised as the", other, wordings[field])
        wrong[field] = [text for text in expected if text not in message]
    assert not any(wrong.values()), wrong
    message = stops(plain(tmp_path, independent="Mood", owner="Mood of the owner"))
    assert "recognised as the delivery confidence (columns of ratings: 'Mood" in message
    message = stops(plain(tmp_path, start="From", cost="Money"))
    assert "start date" in message
    assert "whole-life cost" in message


def test_a_column_that_is_not_what_its_heading_says_is_refused(tmp_path: Path) -> None:
    frame = table(WORDINGS[0])
    cases = {
        "End Date": ("see the schedule", "End Date' is there, but its cells are no dates, as 'see"),
        "Whole Life Cost (£m)": ("", "'Whole Life Cost (£m)' is there, but its cells are empty"),
        "Start Date": ("45716", "'Start Date' is there, but its cells are no dates, as '45716'"),
    }
    american = ["05/31/2015", "12/27/2027", "07/01/2020", "01/09/2023", "06/01/2024"]
    path = given(tmp_path / "gmpp_2025.csv", frame.assign(**{"Start Date": american}))
    assert "'Start Date' is there, but its dates have the month first" in stops(path)
    wrong = {}
    for heading, (text, expected) in cases.items():
        path = given(tmp_path / "gmpp_2025.csv", frame.assign(**{heading: text}))
        wrong[heading] = "" if expected in (message := stops(path)) else message
    assert wrong == dict.fromkeys(cases, "")


def test_a_column_that_could_be_done_without_is_refused_aloud(tmp_path: Path) -> None:
    frame = table(WORDINGS[0])
    frame[WORDINGS[0][4]] = [f"{text or 'Amber'} or worse" for text in frame[WORDINGS[0][4]]]
    notes = read([given(tmp_path / "gmpp_2025.csv", frame)]).notes
    told = "gmpp_2025.csv: 'IPA Delivery Confidence Assessment' was not read, for its cells are no"
    assert any(note.startswith(told) for note in notes)


def test_of_two_columns_that_mean_the_same(tmp_path: Path) -> None:
    """This year's before last year's, the middle before low and high, approved before forecast."""
    beside = {
        "Previous End Date": "01/01/2001",
        "End Date (Low)": "01/01/2002",
        "End Date (High)": "01/01/2003",
        "End Date in 2023-24": "01/01/2004",
        "Whole Life Cost in 2023-24 (£m)": "1",
        "Whole Life Cost - capital (£m)": "2",
        "Change in Whole Life Cost (£m)": "3",
        "Total Cost in Financial Year (£m)": "4",
        "Realised benefits (£m)": "5",
        "IPA DCA 2023-24": "Green",
        "Cost RAG": "Green",
        "Former GMPP ID": [*"VWXYZ"],
        "Project code": "X",
    }
    frame = table(WORDINGS[0])
    path = given(tmp_path / "gmpp_2025.csv", pd.DataFrame(beside, index=frame.index).join(frame))
    imported = read([path])
    assert says_the_truth(imported) == ""
    aside = next(note for note in imported.notes if "no place for" in note)
    assert [heading for heading in beside if heading not in aside] == ["Former GMPP ID"]


def test_only_low_and_high_stop_the_import(tmp_path: Path) -> None:
    assert "end date" in stops(plain(tmp_path, finish="End Date (High)"))


def test_a_forecast_beside_the_baseline_is_the_estimate(tmp_path: Path) -> None:
    frame = table([*WORDINGS[0][:7], "Baseline End Date", "Baseline Whole Life Cost (£m)", "B"])
    forecast = {"Forecast End Date": "01/01/2040", "Forecast Whole Life Cost (£m)": "9999"}
    path = given(tmp_path / "gmpp_2025.csv", pd.DataFrame(forecast, index=frame.index).join(frame))
    _, plans, reports = read([path]).tables.values()
    harbour = plans.set_index("project_id").loc["MOD_0001_1617-Q1"]
    assert harbour["cost"] == 558e6
    assert harbour["finish"] == pd.Timestamp(2030, 3, 31)
    said = reports.set_index("project_id").loc["MOD_0001_1617-Q1"]
    assert said["estimate_at_completion"] == 9999e6
    assert said["forecast_finish"] == pd.Timestamp(2040, 1, 1)


def test_one_column_of_ratings_with_its_raters_beside_it(tmp_path: Path) -> None:
    frame = table(WORDINGS[0]).drop(columns=list(WORDINGS[0][4:6]))
    frame["Delivery Confidence Assessment"] = ["Amber", "Green", "Red", EXEMPT, "Amber"]
    frame["DCA source"] = ["NISTA", "SRO", "NISTA review", "SRO", "Self-assessment"]
    imported = read([given(tmp_path / "gmpp_2025.csv", frame)])
    reports = imported.tables["status_reports"].set_index("project_id")
    assert reports["rated_by"].str.cat(reports["rag"], " ", na_rep="none").to_dict() == {
        "MOD_0001_1617-Q1": "independent amber",
        "HO_0002_2021-Q3": "owner green",
        "DFT_0003_1819-Q4": "independent red",
        "MOJ_0004_2223-Q1": "independent none",
        "CO_0005_2425-Q1": "owner amber",
    }
    alone = read([given(tmp_path / "gmpp_2025.csv", frame.drop(columns="DCA source"))])
    assert set(alone.tables["status_reports"]["rated_by"]) == {"independent"}
    assert any("names no rater" in note for note in alone.notes)
    assert not any("names no rater" in note for note in imported.notes)


def test_unit_and_price_base_come_from_the_heading(tmp_path: Path) -> None:
    imported = read([plain(tmp_path, cost="Whole Life Cost (£bn, 2024/25 prices)")])
    plans = imported.tables["baselines"].set_index("project_id")
    assert plans["cost"].dropna().tolist() == [36.6e9, 6.5e9, 1443.7e9, 558e9]
    assert plans["price_base"].eq(2024).sum() == 5
    settings = declared(Settings, imported.settings, "")
    assert (settings.prices, settings.price_base) == ("constant", 2024)
    assert "gmpp_2025.csv: amounts are in prices of 2024." in imported.notes


def test_a_column_of_price_bases_goes_with_each_project(tmp_path: Path) -> None:
    frame = table(WORDINGS[0]).assign(**{"Price base": ["2019/20", "2024/25", "nominal", "", ""]})
    plans = read([given(tmp_path / "gmpp_2025.csv", frame)]).tables["baselines"]
    bases = plans.set_index(plans["project_id"].str[:2])["price_base"]
    assert bases.dropna().to_dict() == {"HO": 2024, "MO": 2019}


def test_what_is_read_by_a_rule_is_told_with_its_count(tmp_path: Path) -> None:
    notes = read([plain(tmp_path)]).notes
    for heading in ("End Date", "Whole Life Cost (£m)", "Benefits (£m)"):
        told = f"gmpp_2025.csv, {heading}: of 1 range from low to high the middle was taken."
        assert told in notes


def test_what_is_not_there_since_it_was_published_is_told(tmp_path: Path) -> None:
    frame = table(WORDINGS[0]).drop(columns=["GMPP ID", "Benefits (£m)", "Benefits commentary"])
    notes = read([given(tmp_path / "gmpp_2025.csv", frame)]).notes
    assert any("recognised as the project's number and benefits" in note for note in notes)


def test_why_a_cell_is_unread(tmp_path: Path) -> None:
    assert unread(read([plain(tmp_path)])) == [
        ("Gateway", "Benefits (£m)", "-31", "a negative amount"),
        ("Cells", "IPA Delivery Confidence Assessment", EXEMPT, "exempt from publication"),
        ("Cells", "SRO Delivery Confidence Assessment", EXEMPT, "exempt from publication"),
        ("Cells", "End Date", "Section 43 - Defence", "exempt from publication"),
        ("Cells", "Whole Life Cost (£m)", "Section 43 - Commercial interests",
         "exempt from publication"),
        ("Hubs", "Benefits (£m)", "Not Available", "not given, as the publisher says"),
    ]  # fmt: skip


def test_prices_that_only_some_years_state_are_told(tmp_path: Path) -> None:
    early = given(tmp_path / "gmpp_2024.csv", table(WORDINGS[0], PROJECTS[:3]))
    late = plain(tmp_path, cost="Whole Life Cost (£m, 2024/25 prices)")
    told = "No price base is stated in gmpp_2024.csv: their amounts are not in like prices."
    assert told in read([early, late]).notes
    assert not any("No price base" in note for note in read([early]).notes)


def test_rows_of_totals_and_of_headings_are_no_projects(tmp_path: Path) -> None:
    again = ("GMPP ID", "Project Name", *WORDINGS[0][2:])
    total = ("", "Grand total", "", "", "", "", "", "", "2044.8", "2554.75")
    frame = table(WORDINGS[0], [*PROJECTS[:2], again, *PROJECTS[2:], total])
    imported = read([given(tmp_path / "gmpp_2025.csv", frame)])
    assert says_the_truth(imported) == ""
    assert "a heading or a total, no project" in set(imported.unread["reason"])


def test_a_name_that_is_withheld_does_not_link_projects(tmp_path: Path) -> None:
    rest = ("Section 24 - National security", *PROJECTS[0][2:])
    withheld = [("MOD_0001_2223-Q1", *rest), ("MOD_0009_2223-Q1", *rest)]
    early = given(tmp_path / "gmpp_2024.csv", table(WORDINGS[0], withheld[:1]))
    late = given(tmp_path / "gmpp_2025.csv", table(WORDINGS[1], withheld[1:]))
    projects = read([early, late]).tables["projects"]
    assert projects["project_id"].tolist() == ["MOD_0001_2223-Q1", "MOD_0009_2223-Q1"]


def test_a_new_number_is_linked_by_the_old_one_beside_it(tmp_path: Path) -> None:
    early = given(tmp_path / "gmpp_2025.csv", table(WORDINGS[0]))
    frame = table(WORDINGS[1]).rename(columns={"Major Projects ID": "Former GMPP ID"})
    frame["Name of project"] = [f"Renamed {n}" for n in range(5)]
    frame["Major Projects ID"] = [f"NISTA-{n}" for n in range(5)]
    late = given(tmp_path / "gmpp_2026.csv", frame.drop(columns=[WORDINGS[1][4]]))
    projects = read([early, late]).tables["projects"]
    assert projects["project_id"].tolist() == [f"NISTA-{n}" for n in range(5)]


def test_all_files_are_judged_before_the_import_stops(tmp_path: Path) -> None:
    bad = [write(tmp_path / f"bad_{n}.csv", [["a", "b"], ["1", "2"]]) for n in (1, 2)]
    with pytest.raises(PmoError) as caught:
        read(bad)
    assert "bad_1.csv" in str(caught.value)
    assert "bad_2.csv" in str(caught.value)


def test_years_together_say_what_each_says_alone(tmp_path: Path) -> None:
    early = given(tmp_path / "gmpp_2025.csv", table(WORDINGS[0]))
    late = given(tmp_path / "gmpp_2026.csv", table(WORDINGS[2]))
    both = read([late, early])
    for path, period in ((early, "2025-03"), (late, "2026-03")):
        own = both.tables["status_reports"]
        own = own[own["period"] == period].reset_index(drop=True)
        assert_frame_equal(own, read([path]).tables["status_reports"])
    assert_frame_equal(both.tables["baselines"], read([early]).tables["baselines"])
