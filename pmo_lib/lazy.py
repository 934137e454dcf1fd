"""A mapping to what lies in files, each of which is read when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Lazy(Mapping[str, T]):
    """What `read` makes of each of the `paths`."""

    def __init__(self, paths: Mapping[str, Path], read: Callable[[Path], T]) -> None:
        self._paths, self._read = dict(paths), read
        self._known: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._known:
            self._known[name] = self._read(self._paths[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths  # a Mapping's own way would read the file

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
