"""A figure: the same bytes twice, its words where a reader's software looks, its numbers below."""

from base64 import b64decode
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest

from builders.pages import parsed
from pmo_lib.reports import picture
from pmo_lib.reports.picture import Picture, drawn


def line(*ys: float) -> Picture:
    with drawn(2) as (figure, axes):
        axes.plot(ys)
    return Picture(figure, "A line that <rises>.", pd.DataFrame({"x": ["a"], "y": [1]}))


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What a notebook is given to show, in order."""
    shown: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    monkeypatch.setattr(picture, "display", lambda *a, **k: shown.append((a, k)))
    return shown


def test_png_is_the_same_bytes_twice() -> None:
    one = line(1, 2, 3)
    assert one.png() == one.png()
    assert one.png() == line(1, 2, 3).png()


def test_png_is_an_image_of_what_was_drawn() -> None:
    assert line(1, 2, 3).png().startswith(b"\x89PNG\r\n")
    assert line(1, 2, 3).png() != line(3, 2, 1).png()


def test_png_names_neither_software_nor_time() -> None:
    png = line(1, 2).png()
    assert b"Software" not in png
    assert b"tIME" not in png


def test_notebook_shows_the_image_with_its_alt_text_then_the_numbers(displayed: Any) -> None:
    drawn_line = line(1, 2, 3)
    drawn_line._ipython_display_()
    ((image,), options), ((table,), _) = displayed
    assert b64decode(image["image/png"]) == drawn_line.png()
    assert options["metadata"] == {"image/png": {"alt": "A line that <rises>."}}
    assert options["raw"] is True
    assert parsed(table).rows == [["x", "y"], ["a", "1"]]
    assert "A line that <rises>." in parsed(table).text


def test_drawing_changes_nothing_global() -> None:
    before = dict(mpl.rcParams)
    line(1, 2).png()
    assert dict(mpl.rcParams) == before
