"""Frozen dataclasses read back from the plain values that `asdict` made of them."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def rebuilt(kind: type[T], values: Mapping[str, Any]) -> T:
    """The dataclass `kind` that these values are of; they are trusted to be what we wrote.

    What people write is checked by `pipelines.declared` before it becomes a dataclass.
    """
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in values.items()})


def _value(hint: Any, value: Any) -> Any:
    if is_dataclass(hint):
        return rebuilt(hint, value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        inner = get_args(hint)[1]
        return {name: _value(inner, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        inner, kind = get_args(hint)[0], get_origin(hint)
        return kind(_value(inner, item) for item in value)
    return value
