"""The archive: what goes into JSON and Parquet comes back as it was, to the last bit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from io import BytesIO
from math import inf, nan
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from pmo_lib.archive import Archive, archived, restored


@dataclass(frozen=True)
class Leaf:
    frame: pd.DataFrame
    series: pd.Series
    array: npt.NDArray[np.float64]
    flags: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    named: Mapping[str, Leaf | None]
    word: Literal["a", "b"]
    day: pd.Timestamp | None
    numbers: tuple[float, ...]
    count: int
    is_so: bool


MIXED = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-09-30", None]),
        "text": pd.array(["é “x”", None], dtype="str"),
        "n": pd.array([1, None], dtype="Int64"),
        "is_so": [True, False],
        "value": [0.1 + 0.2, nan],
    }
)
LEAF = Leaf(
    MIXED.set_axis([7, 5]).rename_axis("row"),
    pd.Series([1.5, nan], index=["Finance", "Health"], name="effect"),
    np.array([[0.1, inf, -0.0], [nan, 1e-300, 5.0]]),
    np.array([[True], [False]]),
)
TREE = Tree(
    (LEAF, LEAF),
    {"one": LEAF, "none": None},
    "b",
    pd.Timestamp("2026-09-30"),
    (0.1 + 0.2, nan, inf, -inf, np.float64(2.5)),
    np.int64(3),  # type: ignore[arg-type]
    np.bool_(True),  # type: ignore[arg-type]
)


def through_files(archive: Archive) -> Archive:
    """The archive as it is when it was written and read."""
    document = json.loads(json.dumps(archive.document, allow_nan=False))
    frames = {}
    for name, frame in archive.frames.items():
        buffer = BytesIO()
        frame.to_parquet(buffer, index=False)
        frames[name] = pd.read_parquet(BytesIO(buffer.getvalue()))
    return Archive(document, frames)


@pytest.fixture(scope="module")
def tree() -> Tree:
    found: Tree = restored(through_files(archived(TREE, Tree)), Tree)
    return found


def test_frames_series_and_arrays_are_as_they_were(tree: Tree) -> None:
    for leaf in (*tree.leaves, tree.named["one"]):
        assert leaf is not None
        assert_frame_equal(leaf.frame, LEAF.frame)
        assert_series_equal(leaf.series, LEAF.series)
        assert leaf.array.tobytes() == LEAF.array.tobytes()
        assert leaf.array.shape == (2, 3)
        assert (leaf.flags == LEAF.flags).all()


def test_plain_values_are_as_they_were(tree: Tree) -> None:
    assert (tree.named["none"], tree.word, tree.day) == (None, "b", pd.Timestamp("2026-09-30"))
    assert tree.numbers[0] == 0.1 + 0.2
    assert np.isnan(tree.numbers[1])
    assert tree.numbers[2:] == (inf, -inf, 2.5)
    assert (tree.count, tree.is_so) == (3, True)


def test_frames_of_one_kind_are_one_frame() -> None:
    small = {str(n): pd.DataFrame({"x": [float(n)]}) for n in range(50)}
    archive = archived(small, Mapping[str, pd.DataFrame])
    assert len(archive.frames) == 1
    back = restored(through_files(archive), Mapping[str, pd.DataFrame])
    assert {name: frame["x"].tolist() for name, frame in back.items()} == {
        str(n): [float(n)] for n in range(50)
    }


def test_empty_frames_keep_columns_and_types() -> None:
    empty = {"none": pd.DataFrame(), "columns": MIXED.iloc[:0]}
    back = restored(
        through_files(archived(empty, Mapping[str, pd.DataFrame])), Mapping[str, pd.DataFrame]
    )
    assert_frame_equal(back["columns"], empty["columns"].reset_index(drop=True))
    assert back["none"].shape == (0, 0)


@pytest.mark.parametrize(
    "odd",
    [pd.DataFrame({"x": [1, "a"]}, dtype=object), pd.DataFrame({1: [1.0]})],
    ids=["mixed values", "a number for a column"],
)
def test_frame_that_would_not_come_back_is_refused(odd: pd.DataFrame) -> None:
    with pytest.raises(TypeError):
        archived({"odd": odd}, Mapping[str, pd.DataFrame])


def test_every_field_of_the_tree_is_in_the_document() -> None:
    assert set(archived(TREE, Tree).document) == {item.name for item in fields(Tree)}


@dataclass(frozen=True)
class Method:
    id: str
    function: object


def test_of_what_is_declared_the_id_is_written() -> None:
    declared = {Method: {"mean": Method("mean", len)}}
    archive = archived({"a": declared[Method]["mean"]}, Mapping[str, Method], declared)
    assert archive.document == {"a": "mean"}
    back = restored(through_files(archive), Mapping[str, Method], declared)
    assert back["a"] is declared[Method]["mean"]
