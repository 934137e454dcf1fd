"""Of data in which nothing is wrong nothing is withheld, and little is asked."""

from collections import Counter
from pathlib import Path

import pytest

from pmo_lib.contract.verdict import Verdict
from pmo_lib.workbook import open_workbook

MOST = 3  # notes a table


def verdicts(out: Path) -> list[Verdict]:
    opened = open_workbook(out)
    return [opened.verdict, *(peer.verdict for peer in opened.peers.values())]


@pytest.mark.parametrize("portfolio", ["sample", "gmpp"])
def test_clean_data_raise_no_false_alarm(portfolio: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(portfolio)
    out = folder if (folder / "verdict.json").exists() else folder / "out"
    for verdict in verdicts(out):
        withheld = [question.id for question in verdict.questions if question.withholds]
        assert withheld == []
        notes = Counter(question.table for question in verdict.questions)
        assert {table: n for table, n in notes.items() if n > MOST} == {}
