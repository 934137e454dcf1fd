"""Labels of figures: no boxes in the place of letters that no font has."""

import warnings

import pandas as pd
import pytest

from pmo_lib.reports import lettering
from pmo_lib.reports.lettering import families, label
from pmo_lib.reports.picture import Picture, drawn

NAMES = ["Finance", "部門経理", "Straße & Söhne", "🦊 team", "Финансы", "x" * 50]


@pytest.fixture(autouse=True)
def own_font_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without fonts for Chinese, Japanese and Korean."""
    monkeypatch.setattr(lettering, "OTHERS", ())
    for known in (lettering.families, lettering._letters):
        monkeypatch.setattr(lettering, known.__name__, known.__wrapped__)


def test_name_that_no_font_has_is_its_row_of_the_table() -> None:
    assert [label(name, 34, NAMES) for name in NAMES] == [
        "Finance", "row 2 of the table", "Straße & Söhne", "row 4 of the table", "Финансы",
        "x" * 33 + "…",
    ]  # fmt: skip


def test_marks_that_cannot_be_seen_are_no_letters_that_are_missing() -> None:
    assert label("a\u202eb\x1bc", 34, []) == r"ab\x1bc"


def test_figure_with_such_labels_draws_every_letter() -> None:
    """matplotlib warns of each letter that it draws as a box."""
    with drawn(2) as (figure, axes):
        axes.set_yticks(range(len(NAMES)), [label(name, 34, NAMES) for name in NAMES])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Picture(figure, "Names", pd.DataFrame({"Name": NAMES})).svg()


def test_fonts_of_the_machine_are_used_after_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "OTHERS", ("DejaVu Serif", "No Such Font"))
    assert families() == ["DejaVu Sans"]
    assert lettering.families() == ["DejaVu Sans", "DejaVu Serif"]
