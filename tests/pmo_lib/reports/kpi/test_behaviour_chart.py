"""The behaviour chart and the sparkline: drawn from the points, told in words and numbers."""

from itertools import pairwise
from math import nan
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.pages import parsed
from pmo_lib.assessment.behaviour import Behaviour, behaviour, cannot_tell
from pmo_lib.reports.kpi.behaviour_chart import MARKS, behaviour_chart, sparkline_svg
from pmo_lib.reports.picture import Picture

STABLE = [0.92, 0.95, 0.90, 0.97, 0.94, 0.91, 0.96, 0.93, 0.95, 0.92, 0.94, 0.93] * 2


def points(values: Any) -> pd.DataFrame:
    months = [str(month) for month in pd.period_range("2024-01", periods=len(values), freq="M")]
    numbers = pd.Series([nan if value is None else float(value) for value in values])
    return pd.DataFrame({"period": months, "value": numbers, "n": 20})


def drawn(found: Behaviour, kpi_id: str = "D1", department: str = "") -> Picture:
    picture = behaviour_chart(kpi_id, found, department)
    assert isinstance(picture, Picture)
    assert picture.svg().startswith("<svg ")
    return picture


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def marked(picture: Picture, shape: str) -> list[float]:
    """The values that are drawn with this mark."""
    lines = [line for line in picture.figure.axes[0].lines if line.get_marker() == shape]
    return [float(y) for line in lines for y in np.asarray(line.get_ydata())]


SIGNALS = [*STABLE, 0.91, *[0.965] * 8, 1.2]


class TestBehaviourChart:
    def test_tells_the_story_in_words(self) -> None:
        found = drawn(behaviour(points([*STABLE, 0.7]), "month"), department="Legal")
        assert plain(found.alt) == (
            "On-time completion, Legal, months from January 2024; last January 2026: 70 %, "
            "control limits 83 % to 104 %. January 2026 lies below the lower limit."
        )

    def test_table_has_a_row_a_point(self) -> None:
        series = behaviour(points([*SIGNALS, None]), "month")
        data = drawn(series).data
        assert list(data["Month"][:2]) == ["January 2024", "February 2024"]
        assert [plain(value) for value in data["Value"]][-2:] == ["120 %", "–"]
        assert list(data["Signal"]) == list(series.points["rule"])
        assert list(data["In the baseline"]).count("yes") == 24
        assert len(data) == len(series.points)

    def test_signals_are_marked_by_their_shape(self) -> None:
        found = drawn(behaviour(points(SIGNALS), "month"))
        assert marked(found, MARKS["beyond the limits"][0]) == [1.2]
        assert marked(found, MARKS["8 in a row"][0]) == [0.965] * 8
        assert len({shape for shape, _ in MARKS.values()}) == len(MARKS)

    def test_every_point_is_drawn_and_a_gap_is_none(self) -> None:
        found = drawn(behaviour(points([*STABLE, None, 0.93]), "month"))
        ys = marked(found, "o")
        assert len(ys) == 26
        assert np.isnan(ys).tolist() == [False] * 24 + [True, False]

    def test_has_no_title_and_few_words(self) -> None:
        figure = drawn(behaviour(points(SIGNALS), "month")).figure
        assert figure.axes[0].get_title() == ""
        words = [text.get_text() for text in figure.legends[0].get_texts()]
        assert words == ["control limits", "months of the baseline", "beyond the limits",
                         "8 in a row"]  # fmt: skip

    def test_is_the_same_bytes_twice(self) -> None:
        one, two = (drawn(behaviour(points(SIGNALS), "month")) for _ in range(2))
        assert one.svg() == two.svg()

    @pytest.mark.parametrize(
        "found",
        [
            behaviour(points([5.0] * 30), "month"),
            behaviour(points(np.cumsum(STABLE)), "month", residuals=True),
            behaviour(points(np.exp(np.random.default_rng(3).normal(3, 0.6, 200))), "month"),
            behaviour(points(STABLE).assign(period=[f"{2020 + i // 4}-Q{i % 4 + 1}"
                                                    for i in range(24)]), "quarter"),
        ],
        ids=["all equal", "ar residuals", "many years of logs", "quarters"],
    )  # fmt: skip
    @pytest.mark.parametrize("kpi_id", ["D1", "D6", "P1", "P3"])
    def test_of_every_kind_is_drawn(self, found: Behaviour, kpi_id: str) -> None:
        picture = drawn(found, kpi_id)
        assert picture.alt.endswith(".")
        assert len(picture.figure.axes[0].get_xticks()) <= 9

    def test_without_limits_it_is_the_reason(self) -> None:
        assert behaviour_chart("D1", cannot_tell("needs projects.csv", "month")) == (
            "needs projects.csv"
        )


class TestSparkline:
    def test_is_told_in_words(self) -> None:
        svg = parsed(sparkline_svg(points([0.61, 0.7, 0.48]), "share"))
        attributes = svg.tags[0][1]
        assert attributes["role"] == "img"
        assert plain(attributes["aria-label"] or "") == (
            "3 months between 48 % and 70 %, the last 48 %"
        )

    def test_quarters_are_called_so(self) -> None:
        frame = points([1.0, 1.0]).assign(period=["2026-Q2", "2026-Q3"])
        assert 'aria-label="2 quarters between 1 and 1, the last' in sparkline_svg(frame, "count")

    def test_goes_up_where_the_value_does_and_ends_at_the_mark(self) -> None:
        root = ElementTree.fromstring(sparkline_svg(points([1.0, 3.0, 2.0]), "count"))
        path, dot = root
        assert path.attrib["d"].startswith("M3.0 19.0L45.0 3.0L87.0 11.0")
        assert (dot.attrib["cx"], dot.attrib["cy"]) == ("87.0", "11.0")

    def test_gap_is_not_bridged(self) -> None:
        svg = sparkline_svg(points([1.0, 2.0, None, 2.0, 1.0]), "count")
        path = ElementTree.fromstring(svg)[0].attrib["d"]
        assert (path.count("M"), path.count("L")) == (2, 2)

    def test_nothing_without_a_line(self) -> None:
        assert sparkline_svg(points([1.0]), "count") == ""
        assert sparkline_svg(points([1.0, None, 2.0]), "count") == ""
        assert sparkline_svg(points([]), "count") == ""
        assert sparkline_svg(points([None, None]), "count") == ""

    @given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=15))
    def test_is_small_well_formed_and_within_its_frame(self, values: list[float | None]) -> None:
        svg = sparkline_svg(points(values), "ratio")
        if not any(None not in pair for pair in pairwise(values)):
            assert svg == ""
            return
        root = ElementTree.fromstring(svg)
        numbers = root[0].attrib["d"].removesuffix("h.01")
        places = [float(n) for n in numbers.replace("M", " ").replace("L", " ").split()]
        assert all(0 <= x <= 90 for x in places[::2])
        assert all(0 <= y <= 22 for y in places[1::2])
        assert "script" not in svg
        assert len(svg) < 700
