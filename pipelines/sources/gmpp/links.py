"""Which project of other years a GMPP entry is: told by its number, else by its name."""

import re
from collections import Counter
from typing import Any

import pandas as pd

from pipelines.sources.gmpp.cells import silence

# What comes and goes in the name of the same project.
_IDLE_WORDS = re.compile(r"\([^)]*\)|\b(the|programme|project|portfolio)\b")
Key = tuple[str, str]


class Links:
    """Each entry's project, told from the latest day back by number, else by name.

    A name is the same whatever its case, spaces and punctuation; failing that, also where it
    differs only in brackets and in words such as "programme", unless two projects of one year
    would then share it. A project's id is its latest number, or its latest name. ``projects`` has
    an id for each entry, "" for one that repeats another of its day; ``by_name`` the ids that a
    name linked over some years.
    """

    def __init__(self, entries: pd.DataFrame) -> None:
        self.by_name: set[str] = set()
        self._known: dict[Key, str] = {}
        self._earliest: dict[str, Any] = {}  # entry of each project, so far
        found: dict[object, str] = {}
        for _, of_day in sorted(entries.groupby("day"), reverse=True):
            found |= self._of_day([*of_day.itertuples()])
        self.projects = pd.Series(found, dtype="str").reindex(entries.index)

    def _of_day(self, entries: list[Any]) -> dict[object, str]:
        short_names = Counter(_short_name(entry) for entry in entries)
        seen: set[Key] = set()
        taken: set[str] = set()
        found = {}
        # Numbers first, lest a namesake takes the place of the one whose number is known.
        for entry in sorted(entries, key=lambda e: ("number", _fold(e.number)) not in self._known):
            keys = _keys(entry, short_names[_short_name(entry)] == 1)
            key = next((key for key in keys if self._leads(key, entry, taken)), None)
            project = self._known[key] if key else self._new_id(entry)
            if keys[0] in seen or not project:
                found[entry.Index] = ""
                continue
            found[entry.Index] = project
            seen.add(keys[0])
            taken.add(project)
            self._earliest[project] = entry
            if key and key[0] != "number":
                self.by_name.add(project)
            for key in keys:
                self._known.setdefault(key, project)
        return found

    def _leads(self, key: Key, entry: Any, taken: set[str]) -> bool:
        """Whether `key` leads to a project of later years that `entry` can be."""
        if key not in self._known or self._known[key] in taken:
            return False
        if key[0] in ("number", "name in department"):
            return True
        # A namesake in another department that began when this was to be over is another project.
        later = self._earliest[self._known[key]]
        moved = _fold(entry.department) != _fold(later.department)
        return not (moved and entry.finish < later.start)

    def _new_id(self, entry: Any) -> str:
        """The number or the name as an id that is still free; "" where there is none."""
        slug = _words(entry.name).replace(" ", "-") or entry.name
        candidates = (entry.number, slug, f"{slug}-{entry.department.casefold()}")
        return next((text for text in candidates if text and text not in self._earliest), "")


def _keys(entry: Any, short_name_is_unique: bool) -> list[Key]:
    """What tells a project, the surest first."""
    numbers = [("number", _fold(number)) for number in (entry.number, entry.other_number)]
    name = _fold(_words(entry.name)) or entry.name
    names = [
        ("name in department", f"{name}, {_fold(entry.department)}"),
        ("name", name),
        ("short name", _short_name(entry) if short_name_is_unique else ""),
    ]
    return [key for key in (*numbers, *([] if silence(entry.name) else names)) if key[1]]


def _short_name(entry: Any) -> str:
    return _fold(_words(_IDLE_WORDS.sub(" ", entry.name.casefold())))


def _fold(text: str) -> str:
    """The text without its case and spaces, for comparing."""
    return "".join(text.casefold().split())


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold().replace("&", " and ")))
