"""Plain values to a frozen dataclass: every mistake is reported, with its place and remedy.

pydantic checks here and not in pmo_lib: a kernel would take a fifth longer to start with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from pmo_lib.errors import ErrorList, PmoError, SettingsError, allowed_values, raise_all, shown

T = TypeVar("T")
Path = tuple[str | int, ...]
WORDS = {
    "bool_type": "must be true or false",
    "dataclass_type": "must be keys with values",
    "dict_type": "must be keys with values",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "list_type": "must be a list, such as [this, that]",
    "string_type": "must be text",
    "tuple_type": "must be a list",
}


def declared(kind: type[T], values: Any, where: str, mistakes: Iterable[PmoError] = ()) -> T:
    """`values` as the dataclass `kind`; SettingsError for all that is not as it declares.

    `mistakes` are those that were found before; they are told with the others.
    """
    adapter, found, is_first = TypeAdapter(kind), list(mistakes), True
    while True:
        text = json.dumps(values, default=str)  # strict JSON: neither "5" nor true is a number
        try:
            made = adapter.validate_json(text, strict=True)
            break
        except ValidationError as error:
            items = [item for item in error.errors() if is_first or item["type"] != "missing"]
            found += [each for item in items for each in _told(kind, item, where)]
        # a mistake within hides those between: they are looked for in what is left
        left = _without(values, [item["loc"] for item in items])
        if left == values:
            break
        values, is_first = left, False
    raise_all(list({str(error): error for error in found}.values()))
    return made


def _without(values: Any, paths: Sequence[Path]) -> Any:
    """The values but those at the paths; a path that leads nowhere changes nothing.

    A list of which nothing is left goes as well: that it is empty is no mistake of its own.
    """
    if not isinstance(values, Mapping | list) or not any(paths):
        return values
    entries = values.items() if isinstance(values, Mapping) else enumerate(values)
    kept, within = {}, defaultdict[str | int, list[Path]](list)
    for path in paths:
        if path:
            within[path[0]].append(path[1:])
    for key, value in entries:
        own = within.get(key, [])
        rest = _without(value, own)
        if () not in own and (rest != [] or rest == value):
            kept[key] = rest
    return kept if isinstance(values, Mapping) else list(kept.values())


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
            what, remedy = f"unknown key {shown(key)}", allowed_values(key, _names(kind, path))
        case "missing":
            *path, key = path
            what, remedy = f"{key} is missing", ""
        case "literal_error":
            what, allowed = f"cannot be {shown(given)}", filter(None, get_args(_inner(kind, path)))
            remedy = allowed_values(str(given), allowed)
        case other:
            said = WORDS.get(other) or error["msg"].replace("Input should be", "must be")
            what, remedy = f"{said}; not {shown(given)}", ""
            if given is None:
                what, remedy = f"{said}; it is empty", "Give it a value, or remove the key"
            elif other == "string_type" and not isinstance(given, list | dict):
                remedy = "Write it in quotes"
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
