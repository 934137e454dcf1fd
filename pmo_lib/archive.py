"""Frozen dataclasses as JSON and a few frames, and back: no pickle, and nothing is lost.

Frames, series and arrays of one kind are laid end to end in one long frame, and the JSON says
which rows are whose: hundreds of small frames are a handful of files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, get_origin

import cattrs
import numpy as np
import pandas as pd

T = TypeVar("T")
INDEX = "@"  # a column that holds an index begins with it


@dataclass(frozen=True)
class Archive:
    """What a value is made of: `document`, plain enough for JSON, and the frames it points into."""

    document: Any
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)


Declared = Mapping[type, Mapping[str, Any]]


def archived(value: object, kind: Any, declared: Declared | None = None) -> Archive:
    """The value, of type `kind`, as an archive; TypeError where a frame cannot be written exactly.

    `kind` is a dataclass, or a mapping or tuple of them. Their fields hold text, numbers, dates,
    frames, series, arrays, and dataclasses of the same. Of what is `declared` in the library, by
    type and id, only the id is written.
    """
    pool: dict[tuple[tuple[str, str], ...], list[pd.DataFrame]] = {}
    converter = _converter()
    for each in declared or {}:
        converter.register_unstructure_hook(each, lambda one: one.id)
    converter.register_unstructure_hook(pd.DataFrame, partial(_put, pool))
    converter.register_unstructure_hook(pd.Series, partial(_put_series, pool))
    converter.register_unstructure_hook_func(_is_array, partial(_put_array, pool))
    document = converter.unstructure(value, unstructure_as=kind)
    long = (pd.concat(parts, ignore_index=True) for parts in pool.values())
    return Archive(document, {str(number): frame for number, frame in enumerate(long)})


def restored(archive: Archive, kind: type[T] | Any, declared: Declared | None = None) -> T:
    """The value that was archived as `kind`; KeyError where something is no longer `declared`."""
    converter = _converter()
    for each, by_id in (declared or {}).items():
        converter.register_structure_hook(each, partial(_of_id, by_id))
    converter.register_structure_hook(pd.DataFrame, partial(_frame, archive))
    converter.register_structure_hook(pd.Series, partial(_series, archive))
    converter.register_structure_hook_func(_is_array, partial(_array, archive))
    found: T = converter.structure(archive.document, kind)
    return found


def _of_id(by_id: Mapping[str, Any], name: str, _kind: Any) -> Any:
    return by_id[name]


def _converter() -> cattrs.Converter:
    """JSON knows no NaN, no infinity and no date: they are written as text."""
    converter = cattrs.Converter()
    converter.register_unstructure_hook(float, _written)
    converter.register_unstructure_hook(int, int)  # numpy's are none to JSON
    converter.register_unstructure_hook(bool, bool)
    converter.register_unstructure_hook(pd.Timestamp, lambda day: day.isoformat())
    converter.register_structure_hook(pd.Timestamp, lambda text, _: pd.Timestamp(text))
    return converter


def _written(number: float) -> float | str:
    return float(number) if np.isfinite(number) else str(float(number))


def _is_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _put(pool: dict[Any, list[pd.DataFrame]], frame: pd.DataFrame) -> dict[str, Any]:
    """Lay the frame into the pool; where it lies, and what Parquet would not keep of it."""
    is_plain = frame.index.equals(pd.RangeIndex(len(frame))) and frame.index.name is None
    names = [] if is_plain else list(frame.index.names)
    keys = [f"{INDEX}{level}" for level in range(len(names))]
    flat = frame.reset_index(drop=True)
    for level, key in enumerate(keys):
        flat.insert(level, key, frame.index.get_level_values(level).to_numpy())
    if not all(isinstance(name, str) for name in flat.columns) or flat.columns.has_duplicates:
        raise TypeError(f"columns must be texts that differ; not {list(flat.columns)}")
    types = {str(name): str(kind) for name, kind in flat.dtypes.items()}
    if odd := [name for name, kind in types.items() if kind == "object"]:
        raise TypeError(f"columns of mixed values cannot be archived: {odd}")
    parts = pool.setdefault(tuple(types.items()), [])
    start = sum(map(len, parts))
    parts.append(flat)
    number = list(pool).index(tuple(types.items()))
    return {"in": str(number), "rows": [start, start + len(flat)], "types": types, "index": names}


def _frame(archive: Archive, at: Mapping[str, Any], _kind: Any = None) -> pd.DataFrame:
    whole, types = archive.frames[at["in"]], at["types"]
    rows = whole.iloc[slice(*at["rows"])].reset_index(drop=True)
    changed = {name: kind for name, kind in types.items() if str(rows[name].dtype) != kind}
    rows = rows.astype(changed) if changed else rows
    if not at["index"]:
        return rows
    keys = [f"{INDEX}{level}" for level in range(len(at["index"]))]
    return rows.set_index(keys).rename_axis(index=at["index"])


def _put_series(pool: dict[Any, list[pd.DataFrame]], series: pd.Series) -> dict[str, Any]:
    return _put(pool, series.to_frame("value")) | {"name": series.name}


def _series(archive: Archive, at: Mapping[str, Any], _kind: Any) -> pd.Series:
    return _frame(archive, at)["value"].rename(at["name"])


def _put_array(pool: dict[Any, list[pd.DataFrame]], array: np.ndarray) -> dict[str, Any]:
    return _put(pool, pd.DataFrame({"value": array.ravel()})) | {"shape": list(array.shape)}


def _array(archive: Archive, at: Mapping[str, Any], _kind: Any) -> np.ndarray:
    values: np.ndarray = _frame(archive, at)["value"].to_numpy().reshape(at["shape"])
    return values
