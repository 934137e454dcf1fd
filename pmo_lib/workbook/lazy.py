"""A mapping to what must be read first: each is read when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


class Lazy(Mapping[str, T]):
    """What `read` makes of each of the `sources`."""

    def __init__(self, sources: Mapping[str, S], read: Callable[[S], T]) -> None:
        self._sources, self._read = dict(sources), read
        self._known: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._known:
            self._known[name] = self._read(self._sources[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._sources  # a Mapping's own way would read it

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
