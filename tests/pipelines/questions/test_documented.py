"""docs/questions.md lists every question, and no other."""

import re
from pathlib import Path

from pipelines.questions.waivers import KINDS
from pmo_lib.contract.declarations import DECLARABLE

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "questions.md").read_text("utf-8")
SOURCES = "".join(
    path.read_text("utf-8")
    for path in [
        *(ROOT / "pipelines" / "questions").glob("*.py"),
        *(ROOT / "pipelines" / "reading").glob("*.py"),
        ROOT / "pipelines" / "last_pack.py",
        ROOT / "pipelines" / "maps" / "applied.py",
    ]
)
LISTED = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


def test_every_question_is_listed() -> None:
    asked = set(re.findall(r'\b(?:Question|_asked)\(\s*"(\w+)"', SOURCES))
    assert asked
    assert asked - LISTED == set()


def test_every_listed_question_is_asked() -> None:
    # by its name, or as an id that begins with it
    assert {name for name in LISTED if not re.search(rf'"{name}[" ]', SOURCES)} == set()


def test_every_listed_question_may_be_waived() -> None:
    assert KINDS == LISTED


def test_every_declaration_is_shown() -> None:
    assert {key for key in DECLARABLE if f"`{key}: " not in PAGE} == set()
