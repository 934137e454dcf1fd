"""Schedules of planning tools: figures of small files that are reckoned by hand."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.sources import Imported, mspdi, pmxml, xer
from pmo_lib.errors import DataError

MSPDI = """<?xml version="1.0"?>
<Project xmlns="http://schemas.microsoft.com/project"><Name>plan.mpp</Name><Title>New depot</Title>
<StatusDate>2026-03-31T17:00:00</StatusDate><Tasks>
<Task><UID>1</UID><Name>Phase</Name><Summary>1</Summary><Cost>999999</Cost></Task>
<Task><UID>2</UID><Name>Dig</Name><Start>2026-01-05T08:00:00</Start><Finish>2026-02-27T17:00:00</Finish>
<ActualStart>2026-01-06T08:00:00</ActualStart><ActualFinish>2026-02-27T17:00:00</ActualFinish>
<PercentComplete>100</PercentComplete><Cost>120000</Cost><ACWP>120000</ACWP><BCWS>100000</BCWS>
<BCWP>100000</BCWP>
<Baseline><Number>0</Number><Start>2026-01-05T08:00:00</Start><Finish>2026-02-20T17:00:00</Finish>
<Cost>100000</Cost></Baseline></Task>
<Task><UID>3</UID><Name>Build</Name><Start>2026-03-02T08:00:00</Start><Finish>2026-08-31T17:00:00</Finish>
<ActualStart>2026-03-02T08:00:00</ActualStart><PercentComplete>20</PercentComplete><Cost>500000</Cost>
<ACWP>90000</ACWP><BCWS>150000</BCWS><BCWP>80000</BCWP>
<Baseline><Number>0</Number><Start>2026-02-23T08:00:00</Start><Finish>2026-07-31T17:00:00</Finish>
<Cost>400000</Cost></Baseline></Task>
<Task><UID>4</UID><Name>Opened</Name><Milestone>1</Milestone><Start>2026-08-31T17:00:00</Start>
<Finish>2026-08-31T17:00:00</Finish>
<Baseline><Number>0</Number><Finish>2026-07-31T17:00:00</Finish></Baseline></Task>
<Task><UID>5</UID><IsNull>1</IsNull><Cost>777700</Cost></Task></Tasks></Project>"""

XER = "\n".join(
    "\t".join(cells)
    for cells in (
        ["ERMHDR", "8.4", "2026-03-31"],
        ["%T", "PROJECT"],
        ["%F", "proj_id", "proj_short_name", "last_recalc_date"],
        ["%R", "7", "DEPOT", "2026-03-31 00:00"],
        ["%T", "PROJWBS"],
        ["%F", "wbs_id", "proj_id", "obs_id", "proj_node_flag", "wbs_name"],
        ["%R", "1", "7", "3", "Y", "New depot"],
        ["%T", "OBS"],
        ["%F", "obs_id", "obs_name"],
        ["%R", "3", "Estates"],
        ["%T", "TASK"],
        ["%F", "task_id", "proj_id", "task_type", "status_code", "task_code", "task_name",
         "act_start_date", "act_end_date", "early_end_date", "target_end_date"],
        ["%R", "1", "7", "TT_Task", "TK_Complete", "A1", "Dig", "2026-01-06 08:00",
         "2026-02-27 17:00", "", "2026-02-20 17:00"],
        ["%R", "2", "7", "TT_Task", "TK_Active", "A2", "Build", "2026-03-02 08:00", "",
         "2026-08-31 17:00", "2026-07-31 17:00"],
        ["%R", "3", "7", "TT_FinMile", "TK_NotStart", "A3", "Opened", "", "", "2026-08-31 17:00",
         "2026-07-31 17:00"],
        ["%T", "TASKRSRC"],
        ["%F", "taskrsrc_id", "task_id", "act_reg_cost", "act_ot_cost", "remain_cost"],
        ["%R", "1", "1", "1000", "200", "0"],
        ["%R", "2", "2", "900", "0", "4100"],
        ["%E"],
    )
)  # fmt: skip


def _activity(key: str, number: str, more: str) -> str:
    return (
        f"<Activity><ObjectId>{number}</ObjectId><Id>{key}</Id><Name>{key}</Name>{more}</Activity>"
    )


PMXML = f"""<?xml version="1.0"?>
<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V20/API/BusinessObjects">
<OBS><ObjectId>3</ObjectId><Name>Estates</Name></OBS>
<Project><ObjectId>7</ObjectId><Id>DEPOT</Id><Name>New depot</Name><OBSObjectId>3</OBSObjectId>
<DataDate>2026-03-31T00:00:00</DataDate>
{
    _activity(
        "A1",
        "1",
        "<Status>Completed</Status><ActualStartDate>2026-01-06T08:00:00"
        "</ActualStartDate><ActualFinishDate>2026-02-27T17:00:00</ActualFinishDate>"
        "<FinishDate>2026-02-27T17:00:00</FinishDate>",
    )
}
{_activity("A3", "3", "<Type>Finish Milestone</Type><FinishDate>2026-08-31T17:00:00</FinishDate>")}
<ResourceAssignment><ActivityObjectId>1</ActivityObjectId><ActualCost>1200</ActualCost>
<RemainingCost>0</RemainingCost></ResourceAssignment>
<ActivityExpense><ActivityObjectId>3</ActivityObjectId><ActualCost>0</ActualCost>
<RemainingCost>50</RemainingCost></ActivityExpense></Project>
<BaselineProject><ObjectId>8</ObjectId><OriginalProjectObjectId>7</OriginalProjectObjectId>
{
    _activity(
        "A1",
        "11",
        "<PlannedStartDate>2026-01-05T08:00:00</PlannedStartDate>"
        "<PlannedFinishDate>2026-02-20T17:00:00</PlannedFinishDate>"
        "<PlannedLaborCost>1000</PlannedLaborCost>",
    )
}
{
    _activity(
        "A3",
        "13",
        "<PlannedStartDate>2026-07-31T08:00:00</PlannedStartDate>"
        "<PlannedFinishDate>2026-07-31T17:00:00</PlannedFinishDate>",
    )
}
</BaselineProject></APIBusinessObjects>"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def only(imported: Imported, table: str) -> dict[str, object]:
    """The only row of a table, without empty cells, days as text."""
    (row,) = imported.tables[table].to_dict("records")
    return {
        str(name): f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value
        for name, value in row.items()
        if not pd.isna(value)
    }


def test_mspdi_sums_its_tasks_and_not_their_sums(file: Callable[[str, str], Path]) -> None:
    found = mspdi.read([file("plan.xml", MSPDI)])
    assert only(found, "projects") == {
        "project_id": "New depot", "name": "New depot", "department": "Not stated",
        "status": "active", "started_on": "2026-01-06", "actual_cost": 2100.0,
    }  # fmt: skip
    assert only(found, "baselines") == {
        "project_id": "New depot", "version": 0, "start": "2026-01-05", "finish": "2026-07-31",
        "cost": 5000.0,
    }  # fmt: skip
    assert only(found, "status_reports") == {
        "project_id": "New depot", "period": "2026-03", "planned_value": 2500.0,
        "earned_value": 1800.0, "actual_cost": 2100.0, "estimate_at_completion": 6200.0,
        "forecast_finish": "2026-08-31", "rated_by": "owner",
    }  # fmt: skip
    assert only(found, "milestones") == {
        "project_id": "New depot", "milestone_id": "4", "name": "Opened",
        "baseline_date": "2026-07-31", "forecast_date": "2026-08-31",
    }  # fmt: skip


def test_xer_says_that_it_has_no_baseline(file: Callable[[str, str], Path]) -> None:
    found = xer.read([file("depot.xer", XER)])
    assert only(found, "projects") == {
        "project_id": "DEPOT", "name": "New depot", "department": "Estates", "status": "active",
        "started_on": "2026-01-06", "actual_cost": 2100.0,
    }  # fmt: skip
    report = only(found, "status_reports")
    assert report["estimate_at_completion"] == 6200.0
    assert report["forecast_finish"] == "2026-08-31"
    assert "baselines" not in found.tables
    assert xer.NO_BASELINE in found.notes
    assert only(found, "milestones")["forecast_date"] == "2026-08-31"


def test_pmxml_takes_the_baseline_that_is_exported_with_it(
    file: Callable[[str, str], Path],
) -> None:
    found = pmxml.read([file("depot.xml", PMXML)])
    assert only(found, "baselines") == {
        "project_id": "DEPOT", "version": 0, "start": "2026-01-05", "finish": "2026-07-31",
        "cost": 1000.0,
    }  # fmt: skip
    assert only(found, "status_reports")["estimate_at_completion"] == 1250.0
    assert only(found, "milestones")["baseline_date"] == "2026-07-31"


def test_files_that_are_no_plan_are_refused_in_words(file: Callable[[str, str], Path]) -> None:
    mpp = file("old.mpp", "")
    mpp.write_bytes(b"\xd0\xcf\x11\xe0rest")
    wrong = {
        "save it as XML": (mspdi, mpp, "Save As, XML Format"),
        "another root": (mspdi, file("a.xml", PMXML), "is not an XML file of Microsoft Project"),
        "cut off": (mspdi, file("b.xml", MSPDI[:500]), "is no whole XML file"),
        "entities": (mspdi, file("c.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "entities"),
        "GNOME": (pmxml, file("d.planner", '<project mrproject-version="2"/>'), "GNOME Planner"),
        "no XER": (xer, file("e.xer", "a\tb\n"), "first line is not ERMHDR"),
        "XER cut off": (xer, file("f.xer", XER.rpartition("\n")[0]), "%E, is missing"),
        "XER row": (xer, file("g.xer", XER.replace("%R\t3\tEstates", "%R\t3\tE\tx\ty")), "line 10"),
        "no project": (xer, file("h.xer", "ERMHDR\n%E"), "holds no project"),
    }
    missed = {}
    for name, (source, path, said) in wrong.items():
        try:
            source.read([path])
            missed[name] = "no error"
        except DataError as error:
            if said not in str(error):
                missed[name] = str(error)
    assert not missed


def test_two_files_of_one_project_are_refused(file: Callable[[str, str], Path]) -> None:
    with pytest.raises(DataError, match="two files hold the project 'New depot'"):
        mspdi.read([file("a.xml", MSPDI), file("b.xml", MSPDI)])


def test_damaged_values_are_refused_in_words(file: Callable[[str, str], Path]) -> None:
    """A date or amount that is none, and a field that every such file has."""
    given = {
        "date": ("2026-01-06 08:00", "soon", "holds a date or number that cannot be read"),
        "amount": ("\t4100", "\tmuch", "holds a date or number that cannot be read"),
        "field": ("\ttask_id\tproj_id", "\ttask_no\tproj_id", "lacks the field 'task_id'"),
    }
    missed = {}
    for name, (old, new, said) in given.items():
        try:
            xer.read([file(f"{name}.xer", XER.replace(old, new))])
            missed[name] = "no error"
        except DataError as error:
            if said not in str(error) or f"{name}.xer" not in str(error):
                missed[name] = str(error)
    assert not missed


def test_decimal_commas_of_xer_are_read(file: Callable[[str, str], Path]) -> None:
    comma = file("c.xer", XER.replace("\t4100", "\t4100,50"))
    assert xer.read([comma]).tables["status_reports"]["estimate_at_completion"][0] == 6200.5


def test_currency_of_a_plan_goes_into_the_settings(file: Callable[[str, str], Path]) -> None:
    def plan(name: str, said: str) -> Path:
        own = MSPDI.replace("New depot", name).replace("<StatusDate>", f"{said}<StatusDate>", 1)
        return file(f"{name}.xml", own)

    code = plan("a", "<CurrencySymbol>$</CurrencySymbol><CurrencyCode>EUR</CurrencyCode>")
    sign = plan("b", "<CurrencySymbol>£</CurrencySymbol>")
    dollars = plan("c", "<CurrencySymbol>$</CurrencySymbol>")
    found = [mspdi.read([each]).settings for each in (code, sign, dollars)]
    assert found == [{"currency": "EUR"}, {"currency": "GBP"}, {}]
    with pytest.raises(DataError, match="EUR and GBP"):
        mspdi.read([code, sign])


def test_currency_of_primavera_is_that_of_its_costs(file: Callable[[str, str], Path]) -> None:
    """The first line of XER names it; else it is the one with a rate of exchange of 1."""
    rates = (
        "%T\tCURRTYPE\n%F\tcurr_id\tcurr_short_name\tbase_exch_rate\n"
        "%R\t1\tUSD\t0.9\n%R\t2\tEUR\t1\n%T\tPROJECT"
    )
    xml = "<Currency><Id>USD</Id><ExchangeRate>0.9</ExchangeRate></Currency><Currency><Id>EUR</Id>"
    xml += "<ExchangeRate>1</ExchangeRate></Currency><OBS>"
    given = {
        "first line": xer.read([file("a.xer", XER.replace("2026-03-31", "2026-03-31\tEUR", 1))]),
        "rates": xer.read([file("b.xer", XER.replace("%T\tPROJECT", rates, 1))]),
        "PMXML": pmxml.read([file("c.xml", PMXML.replace("<OBS>", xml, 1))]),
    }
    assert {
        name: f.settings for name, f in given.items() if f.settings != {"currency": "EUR"}
    } == {}
    silent = [xer.read([file("d.xer", XER)]), pmxml.read([file("e.xml", PMXML)])]
    assert [each.settings for each in silent] == [{}, {}]
    assert all("no file says which currency" in " ".join(each.notes) for each in silent)
