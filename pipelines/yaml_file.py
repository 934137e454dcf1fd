"""A small YAML file as plain values, whatever stands in its place.

Words are words: `No` is the text No, `2026-09-30` and `.inf` are texts too, and every key is a text
as it is written. (YAML 1.1 makes of them false, a date and infinity.)
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from pipelines.files import not_a_file
from pmo_lib.errors import PmoError, SettingsError, shown

MOST_BYTES = 1_000_000
MOST_ALIASES = 10  # so few cannot grow: each may repeat what stands before it
_TAG = "tag:yaml.org,2002:"
_SAFE = yaml.constructor.SafeConstructor


@dataclass(frozen=True)
class Written:
    """The keys and values of a YAML file, and the keys in it that stand twice."""

    values: dict[str, Any]
    mistakes: tuple[PmoError, ...] = ()


def read_yaml(path: Path) -> Written:
    """The keys and values of a YAML file; SettingsError where it is none, or no file to be read."""
    text = _text(path)
    try:
        loader = _Loader(text)
        loader.name = path.name
        values = loader.get_single_data()
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise SettingsError(f"is not YAML ({what})", where=str(path)) from None
    except SettingsError as error:
        raise SettingsError(error.what, where=str(path), remedy=error.remedy) from None
    except RecursionError:
        raise SettingsError("has too many levels within one another", where=str(path)) from None
    if values is not None and not isinstance(values, dict):
        raise SettingsError("must be keys with values", where=str(path))
    mistakes = (SettingsError(e.what, str(path), e.remedy) for e in loader.mistakes)
    return Written(values or {}, tuple(mistakes))


def _text(path: Path) -> str:
    """The text of a regular file: nothing that waits, has no end, or is in another encoding."""
    where = str(path)
    try:
        if what := not_a_file(path):
            raise SettingsError(f"is {what}, not a file", where, "Put a text file in its place")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", where) from None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"has more than {MOST_BYTES:,} bytes", where, "Remove what is not ours")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SettingsError("is UTF-16", where, "Save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsError("is not UTF-8", f"{where} line {line}", "Save it as UTF-8") from None


class _Loader(yaml.SafeLoader):
    """YAML 1.2's few kinds of values, without repeated keys or references that grow."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 as yaml declares it
    yaml_constructors = {  # noqa: RUF012
        None: _SAFE.construct_undefined,
        f"{_TAG}null": _SAFE.construct_yaml_null,
        f"{_TAG}bool": _SAFE.construct_yaml_bool,
        f"{_TAG}str": _SAFE.construct_yaml_str,
        f"{_TAG}seq": _SAFE.construct_yaml_seq,
        f"{_TAG}map": _SAFE.construct_yaml_map,
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.mistakes: list[PmoError] = []
        self._aliases = 0
        self._open: list[str | None] = []  # the anchors of what is being read

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            self._aliases += 1
            if self._aliases > MOST_ALIASES or event.anchor in self._open:
                what = f"*{event.anchor} in line {event.start_mark.line + 1} repeats too much"
                raise SettingsError(what, remedy="Write out what it stands for")
            return super().compose_node(parent, index)
        self._open.append(self.peek_event().anchor)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self._open.pop()
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        values: dict[Hashable, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise SettingsError(f"the key in line {line} is no word")
            first = lines.setdefault(key.value, line)
            if key.value in values:
                what = f"the key {shown(key.value)} is in line {first} and again in line {line}"
                self.mistakes.append(SettingsError(what, remedy="Keep one of them"))
            values[key.value] = self.construct_object(value, deep=deep)
        return values


def _number(loader: _Loader, node: yaml.ScalarNode) -> float | str:
    """The number, or the text where it is too large to be one."""
    text = str(loader.construct_scalar(node))
    try:
        number = int(text) if node.tag == f"{_TAG}int" else float(text)
        return number if isfinite(number) else text
    except (ValueError, OverflowError):
        return text


_Loader.add_constructor(f"{_TAG}int", _number)
_Loader.add_constructor(f"{_TAG}float", _number)
for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(f"^(?:{_pattern})$"), _first)
