"""Two months one after the other: the second pack tells what became of the first one's asks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from pipelines.files import read_json
from pmo_lib.archive import Archive, restored
from pmo_lib.brief.brief import Brief
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.reports import one_page

LEGAL = "<b>Legal & Co</b>"
FINANCE_ASK = "rated-green-red-by-rule:Finance"
LEGAL_ASK = f"rated-green-red-by-rule:{LEGAL}"  # in September it is rated amber, and overdue


def pack_of(runs: Any, period: str) -> Path:
    return Path(runs.out / "reports" / "small" / period)


def briefs_of(pack: Path) -> Mapping[str, Brief]:
    """What the pages of a pack say, from what it tells machines."""
    found = read_json(pack / "page_one.json")["subjects"]
    back: Mapping[str, Brief] = restored(Archive(found), Mapping[str, Brief])
    return back


def asked(brief: Brief) -> set[str]:
    return {ask.id for ask in (*brief.asks, *brief.further)}


def became(brief: Brief) -> dict[str, str]:
    return {each.ask.id: each.state for each in (*brief.became, *brief.became_further)}


def answer(runs: Any, **answers: str) -> None:
    """Fill in the lines that the page of August offers, as its reader would."""
    offered = one_page.to_answer(briefs_of(pack_of(runs, "2025-08"))[ORGANISATION])
    block = BeautifulSoup(offered.data, "html.parser").find("pre")
    assert block is not None
    head, *lines = block.get_text().strip().splitlines()
    assert len(lines) == 2
    filled = [line[:-2] + answers["finance" if FINANCE_ASK in line else "legal"] for line in lines]
    (runs.raw / "decisions.csv").write_text("\n".join([head, *filled]) + "\n")


def test_first_pack_asks_and_has_nothing_to_tell(august: Any) -> None:
    pack = pack_of(august, "2025-08")
    for subject, ids in ((ORGANISATION, {FINANCE_ASK, LEGAL_ASK}), ("Finance", {FINANCE_ASK})):
        brief = briefs_of(pack)[subject]
        assert asked(brief) == ids
        assert (became(brief), brief.since_last, brief.last_period) == ({}, (), "")
    rows = pd.read_csv(pack / "asks.csv")
    assert rows["id"].is_unique
    assert {FINANCE_ASK, LEGAL_ASK} <= set(rows["id"])


def test_second_pack_tells_what_became_of_each(august: Any) -> None:
    august()
    brief = briefs_of(august.pack)[ORGANISATION]
    assert brief.last_period == "2025-08"
    assert became(brief)[LEGAL_ASK] == "no longer needed"
    assert FINANCE_ASK in asked(brief)
    (again,) = [ask for ask in brief.asks if ask.id == FINANCE_ASK]
    assert (again.first_asked, again.by) == ("2025-08", "2025-09-30")
    assert f"overdue:{LEGAL}" in asked(brief)


@pytest.mark.parametrize(
    ("finance", "state", "is_asked"),
    [("2025-09-10,dropped,", "dropped", False), (",,2025-09-20", "done", True)],
)
def test_answer_in_the_lines_that_the_page_offers_is_read(
    august: Any, pmo: Any, finance: str, state: str, is_asked: bool
) -> None:
    answer(august, finance=finance, legal="2025-09-11,accepted,2025-09-12")
    checked = pmo("check", "--raw", august.raw)
    assert "decisions" in checked.output
    august()
    rows = pd.read_parquet(august.out / "tables" / "decisions.parquet")
    assert set(rows["ask_id"]) == {FINANCE_ASK, LEGAL_ASK}
    brief = briefs_of(august.pack)[ORGANISATION]
    assert became(brief) == {FINANCE_ASK: state, LEGAL_ASK: "done"}
    assert (FINANCE_ASK in asked(brief)) == is_asked


def test_the_same_month_twice_makes_nothing_new(august: Any, instant: Any, contents: Any) -> None:
    august()
    made, before = list(instant.made), contents(august.pack)
    august()
    assert instant.made == made
    assert contents(august.pack) == before


@pytest.mark.parametrize("damage", ["cut off", "of another kind", "no asks", "no figures"])
def test_a_broken_last_pack_is_as_none(august: Any, damage: str) -> None:
    last = pack_of(august, "2025-08")
    said = (last / "page_one.json").read_bytes()
    if damage == "no figures":
        (last / "kpis.parquet").unlink()
    else:
        damaged = {
            "cut off": said[: len(said) // 2],
            "of another kind": b"[]",
            "no asks": said.replace(b'"asks": [', b'"asks": [1, ', 1),
        }
        (last / "page_one.json").write_bytes(damaged[damage])
    found = august()
    assert not any(record.reason for record in found.records if hasattr(record, "reason"))
    brief = briefs_of(august.pack)[ORGANISATION]
    assert (became(brief), brief.since_last, brief.last_period) == ({}, (), "")
    assert FINANCE_ASK in asked(brief)
