"""A figure: the same letters twice, its text as text, colours of its page, its numbers below."""

import re
from itertools import combinations
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd

from builders.pages import parsed
from pmo_lib.reports.picture import ACCENT, PAPER, Picture, drawn

NAMED = "A line that <rises>."
TEXT = "Legal & <Co> $5 –"


def line(*ys: float, alt: str = NAMED) -> Picture:
    with drawn(2) as (figure, axes):
        axes.plot(ys, "-o", color=ACCENT, markeredgecolor=PAPER)
        axes.set(xlabel=TEXT)
    return Picture(figure, alt, pd.DataFrame({"x": ["a"], "y": [1]}))


def ids(svg: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]*)"', svg))


class TestSvg:
    def test_is_the_same_twice(self) -> None:
        one = line(1, 2, 3)
        assert one.svg() == one.svg()
        assert one.svg() == line(1, 2, 3).svg()
        assert one.svg() != line(3, 2, 1).svg()

    def test_is_well_formed_and_has_its_words(self) -> None:
        root = ElementTree.fromstring(line(1, 2, 3).svg())
        assert root.attrib["aria-label"] == NAMED
        assert root.attrib["role"] == "img"

    def test_text_is_text(self) -> None:
        root = ElementTree.fromstring(line(1, 2, 3).svg())
        assert TEXT in ["".join(each.itertext()) for each in root.iter("text")]

    def test_has_no_colour_but_by_a_variable_of_its_page(self) -> None:
        fixed = re.sub(r"var\(--[a-z]+,#[0-9a-f]{6}\)", "", line(1, 2, 3).svg())
        assert re.findall(r"#[0-9a-f]{6}|font-family", fixed) == []

    def test_names_neither_software_nor_time(self) -> None:
        svg = line(1, 2).svg()
        told = ("atplotlib", "date", "metadata", "<?xml", "http")
        assert [word for word in told if word in svg] == []

    def test_two_of_a_page_share_no_names(self) -> None:
        found = [ids(line(1, 2, alt=f"{n}.").svg()) for n in range(3)]
        assert all(found)
        assert [one & other for one, other in combinations(found, 2) if one & other] == []

    def test_what_it_refers_to_is_there(self) -> None:
        svg = line(1, 2, 3).svg()
        assert set(re.findall(r'(?:href="|url\()#([^")]*)', svg)) == ids(svg)

    def test_nothing_drawn_is_lost(self) -> None:
        svg = line(1, 2, 3).svg()
        assert svg.count("<use ") == 3


class TestShown:
    def test_caption_and_drawing_are_one_figure(self) -> None:
        page = parsed(line(1, 2, 3)._repr_html_())
        assert [tag for tag, _ in page.tags][:3] == ["figure", "figcaption", "svg"]
        assert NAMED in page.text

    def test_numbers_stand_beneath(self) -> None:
        assert parsed(line(1, 2, 3)._repr_html_()).rows == [["x", "y"], ["a", "1"]]

    def test_caption_is_what_was_found(self) -> None:
        picture = line(1, 2)
        found = Picture(picture.figure, picture.alt, picture.data, "It rises to 2 (n = 7).")
        assert "<figcaption>It rises to 2 (n = 7).</figcaption>" in found._repr_html_()

    def test_as_text_it_is_its_words(self) -> None:
        assert repr(line(1, 2)) == NAMED


def test_drawing_changes_nothing_global() -> None:
    before = dict(mpl.rcParams)
    line(1, 2).svg()
    assert dict(mpl.rcParams) == before


def test_marks_that_look_alike_say_so_once() -> None:
    svg = line(*range(20)).svg()
    root = ElementTree.fromstring(svg)
    marks = [each for each in root.iter("use") if "style" in each.attrib]
    assert marks == []
    assert svg.count("<use ") == 20
