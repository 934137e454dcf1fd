"""Raw exports in a folder whose settings name their map: read as if they were our tables."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.configuration import configured
from pipelines.fingerprint import fingerprint
from pipelines.maps.applied import claimed
from pipelines.prepare import Prepared, examine
from pipelines.publishing.plan import load_job
from pmo_lib.errors import DataError, PmoError, SettingsError

MAP = """\
settings: {baseline_definition: first report}
sheets:
- as_at: 2026-10
  dates: '%d/%m/%Y'
  tables:
    projects:
      project_id: Ref
      department: Area
      status: {column: Stage, words: {Closed: completed, Open: active}}
      started_on: {column: Began, need: may}
      actual_cost: {column: Spend (£k), scale: 1000}
    status_reports:
      project_id: Ref
      period: {constant: as_at}
      rated_by: {constant: owner}
      rag: {column: Health, need: may, words: {A/G: amber_green}}
"""
EXPORT = """\
Our register,,,,,,
Ref,Area,Stage,Began,Spend (£k),Health,Sponsors
A1,IT,Closed,03/02/2023,90.5,A/G,2026-01-05
A2,HR,Open,04/05/2024,"1,300",,2026-01-06
TOTAL,,,,1390.5,,
"""

Folder = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("great_expectations")


@pytest.fixture
def folder(tmp_path: Path, write: Callable[..., Path]) -> Folder:
    """A folder of exports with a map and settings that name it, and further files."""

    def made(settings: str = "map: map.yml\n", **files: str) -> Path:
        given = {"register.csv": EXPORT, "map.yml": MAP, "settings.yml": settings}
        named = {name.replace("__", "."): text for name, text in files.items()}
        return write(tmp_path / "raw", given | named)

    return made


def examined(raw: Path) -> Prepared:
    return examine(raw, configured(raw), lambda _: None)


def refusal(raw: Path) -> str:
    with pytest.raises(PmoError) as caught:
        examined(raw)
    return str(caught.value)


def test_makes_the_tables_of_the_export(folder: Folder) -> None:
    prepared = examined(folder())
    projects = prepared.judged["projects"].accepted.set_index("project_id")
    assert projects["status"].to_dict() == {"A1": "completed", "A2": "active"}
    assert projects["actual_cost"].to_dict() == {"A1": 90_500, "A2": 1_300_000}
    assert projects["started_on"]["A1"] == pd.Timestamp("2023-02-03")
    assert prepared.judged["status_reports"].accepted["rag"].tolist() == ["amber_green"]
    assert prepared.settings.baseline_definition == "first report"


def test_tells_what_is_left_out_and_asks_nothing_of_columns_left_aside(folder: Folder) -> None:
    """Sponsors is nearly a column of ours, and holds dates: whoever wrote the map has seen it."""
    prepared = examined(folder())
    told = {each.check: each.asks for each in prepared.verdict.questions if each.table}
    assert "line 1: above the headings; line 5: a total" in told["left_out"]
    assert "left_aside" not in told
    assert prepared.settings.waived == []
    assert prepared.judged["projects"].verdict.extra_columns == ("sponsors",)


def test_a_cell_that_cannot_be_read_is_listed_with_its_row_and_column(folder: Folder) -> None:
    """1,300 as well, once no other cell shows that its comma is none of a decimal."""
    raw = folder(register__csv=EXPORT.replace(",90.5", ",90 or so"))
    listed = examined(raw).judged["projects"].rejected
    assert listed[["file", "line", "column"]].to_numpy().tolist() == [
        ["register.csv", 3, "actual_cost"], ["register.csv", 4, "actual_cost"],
    ]  # fmt: skip
    assert listed["value"].str.startswith(("90 or so (not read", "1,300 (not read")).all()


def test_is_an_alarm_when_the_export_changes(folder: Folder) -> None:
    said = refusal(folder(register__csv=EXPORT.replace("Stage", "Stage of project")))
    assert "register.csv line 2" in said
    assert "'Stage' (nearest today: 'Stage of project'" in said


def test_several_maps_by_the_names_of_the_files(folder: Folder) -> None:
    raw = folder(
        "map: {'regis*.csv': map.yml, 'jira*': jira}\n",
        jira__csv="Issue key,Issue Type,Status,Project name\nJ-1,Epic,Done,Web\n",
        risks__csv="project_id,risk_id,raised_on\nA1,R1,2024-01-01\n",
    )
    judged = examined(raw).judged
    assert sorted(judged["projects"].accepted["project_id"]) == ["A1", "A2", "J-1"]
    assert judged["risks"].accepted["risk_id"].tolist() == ["R1"]


def test_schedules_of_tools_are_read_by_the_name_of_their_source(folder: Folder) -> None:
    plan = (
        '<Project xmlns="http://schemas.microsoft.com/project"><Title>Depot</Title>'
        "<StatusDate>2026-03-31T17:00:00</StatusDate><Tasks><Task><UID>1</UID><Name>Dig</Name>"
        "<Start>2026-01-05T08:00:00</Start><Finish>2026-02-27T17:00:00</Finish>"
        "<ActualStart>2026-01-06T08:00:00</ActualStart></Task></Tasks></Project>"
    )
    raw = folder("map: {'*.xml': mspdi, 'regis*': map.yml}\n", depot__xml=plan)
    prepared = examined(raw)
    projects = prepared.judged["projects"].accepted
    assert sorted(projects["project_id"]) == ["A1", "A2", "Depot"]
    told = [each.asks for each in prepared.verdict.questions if each.check == "source"]
    assert len(told) == 1
    assert "no baseline is set" in told[0]


@pytest.mark.parametrize(("code", "is_ours"), [("GBP", True), ("USD", False)])
def test_amounts_of_a_schedule_in_another_currency_are_not_read(
    folder: Folder, code: str, is_ours: bool
) -> None:
    plan = (
        '<Project xmlns="http://schemas.microsoft.com/project"><Title>Depot</Title>'
        f"<CurrencyCode>{code}</CurrencyCode><StatusDate>2026-03-31T17:00:00</StatusDate><Tasks>"
        "<Task><UID>1</UID><Start>2026-01-05T08:00:00</Start><Finish>2026-02-27T17:00:00</Finish>"
        "<Cost>120000</Cost><ACWP>90000</ACWP></Task></Tasks></Project>"
    )
    prepared = examined(folder("map: {'*.xml': mspdi}\n", depot__xml=plan))
    costs = prepared.judged["projects"].accepted["actual_cost"].dropna().tolist()
    assert costs == ([900.0] if is_ours else [])
    lost = prepared.verdict.lost(0.05)
    assert ("is in USD" in lost.get("projects.actual_cost", "")) == (not is_ours)


def test_files_named_as_our_tables_are_read_as_those_and_notes_are_none(folder: Folder) -> None:
    raw = folder(projects__csv="project_id,department\nP1,IT\n", notes__txt="call Ann\n")
    assert claimed(raw, {"*": "map.yml"}) == {"map.yml": [raw / "register.csv"]}
    assert claimed(raw, {"projects.csv": "map.yml"}) == {"map.yml": [raw / "projects.csv"]}


def test_says_what_is_wrong(folder: Folder) -> None:
    given = {
        "map: mop.yml": (SettingsError, "there is no map 'mop.yml'", "Did you mean 'map.yml'"),
        "map: {'*.xlsx': map.yml}": (DataError, "no file is there for the map map.yml", "*.xlsx"),
        "map: [map.yml]": (SettingsError, "map", "must be keys with values"),
    }
    wrong = {}
    for settings, (kind, *said) in given.items():
        try:
            examined(folder(f"{settings}\n"))
            wrong[settings] = "no error"
        except PmoError as error:
            if not all(each in str(error) for each in said):
                wrong[settings] = f"{kind}: {error}"
    assert not wrong


def test_settings_of_a_map_are_checked_as_any(folder: Folder) -> None:
    raw = folder(map__yml=MAP.replace("baseline_definition", "baseline_definitio"))
    said = refusal(raw)
    assert "map.yml: settings" in said
    assert "baseline_definition" in said


def test_a_pack_hangs_on_the_export_and_on_the_map(folder: Folder, tmp_path: Path) -> None:
    def mark() -> str:
        settings = configured(raw)
        return fingerprint(raw, tmp_path, settings, load_job("monthly"), {})

    raw = folder()
    marks = [mark(), mark()]
    for name in ("register.csv", "map.yml"):
        with (raw / name).open("a") as file:
            file.write("\n")
        marks.append(mark())
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
