"""YAML to a frozen dataclass: every mistake is reported, with its place and remedy.

pydantic checks here and not in pmo_lib: a kernel would take a fifth longer to start with it.
"""

import json
from collections.abc import Hashable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from pmo_lib.errors import ErrorList, PmoError, SettingsError, allowed_values, raise_all

T = TypeVar("T")
WORDS = {
    "dataclass_type": "must be keys with values",
    "dict_type": "must be keys with values",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "list_type": "must be a list, such as [this, that]",
    "string_type": "must be text",
    "tuple_type": "must be a list",
}


def declared(kind: type[T], values: Any, where: str) -> T:
    """`values` as the dataclass `kind`; SettingsError for all that is not as it declares."""
    text = json.dumps(values, default=str)  # strict JSON: neither "5" nor true is a number
    try:
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        found = [each for item in error.errors() for each in _told(kind, item, where)]
    raise_all(found)
    raise AssertionError("pydantic refuses with at least one error")


def read_yaml(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file; SettingsError names the line of a mistake."""
    try:
        with path.open(encoding="utf-8") as file:
            values = yaml.load(file, _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        raise SettingsError(f"is not YAML ({what})", where=str(path)) from None
    if not isinstance(values or {}, dict):
        raise SettingsError("must be keys with values", where=str(path))
    return values or {}


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML silently takes the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                first = lines.setdefault((key.tag, key.value), line)
                if first != line:
                    raise SettingsError(
                        f"the key {key.value!r} is in line {first} and again in line {line}",
                        where=key.start_mark.name,
                        remedy="Keep one of them",
                    )
        return super().construct_mapping(node, deep)


def _told(kind: Any, error: Any, where: str) -> Sequence[PmoError]:
    """One mistake that pydantic found, or those that a dataclass found itself."""
    path, given = error["loc"], error["input"]
    match error["type"]:
        case "value_error":
            raised = error["ctx"]["error"]
            own = raised.errors if isinstance(raised, ErrorList) else (raised,)
            return [SettingsError(e.what, where=_place(where, path), remedy=e.remedy) for e in own]
        case "unexpected_keyword_argument":
            *path, key = path
            what, remedy = f"unknown key {key!r}", allowed_values(key, _names(kind, path))
        case "missing":
            *path, key = path
            what, remedy = f"{key} is missing", ""
        case "literal_error":
            what, allowed = f"cannot be {given!r}", filter(None, get_args(_inner(kind, path)))
            remedy = allowed_values(str(given), allowed)
        case other:
            said = WORDS.get(other) or error["msg"].replace("Input should be", "must be")
            what, remedy = f"{said}; not {given!r}", ""
    return [SettingsError(what, where=_place(where, path), remedy=remedy)]


def _place(where: str, path: Sequence[str | int]) -> str:
    """settings.yml: disclosure: too_few."""
    steps = [step if isinstance(step, str) else f"entry {step + 1}" for step in path]
    return ": ".join([where, *steps])


def _names(kind: Any, path: Sequence[str | int]) -> list[str]:
    return [item.name for item in fields(_inner(kind, path))]


def _inner(kind: Any, path: Sequence[str | int]) -> Any:
    """The type that is declared at the end of the path."""
    for step in path:
        if is_dataclass(kind):
            kind = get_type_hints(kind)[str(step)]
        else:  # the values of a dict, the items of a list or tuple
            kind = [inner for inner in get_args(kind) if inner is not ...][-1]
    return kind
