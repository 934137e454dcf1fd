"""What the columns of a file are called: cleaned, found below a title, and compared with ours."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from pipelines.letters import as_latin, is_seen, script

LOOKED_AT = 20  # rows in which the header is looked for
UNNAMED = "\0column "  # cannot clash with a header: cells never hold NUL

# Words that lie a letter from one of ours and are words of their own.
_WORDS = """
    an as at by for in no of off or to up
    bag base case cast coast code date disk fame finnish game glass grate host late lost measured
    most owned planner pole post rate report resort rote rule same sane smart stage stars state
    states tag take tame unite valued vector
"""
_OTHER_WORDS = frozenset(_WORDS.split())


def normalised(header: str) -> str:
    """A header's name: small letters, spaces as underscores, nothing that cannot be seen."""
    text = header if header.isascii() else unicodedata.normalize("NFKC", header)
    if not (text.isascii() and text.isprintable()):
        text = "".join(c for c in text if c.isspace() or is_seen(c))
    return "_".join(text.lower().split())


def header_row(rows: Sequence[Sequence[str]], known: Collection[str]) -> tuple[int, int]:
    """Which of the first rows names the columns, and how many of ours: the first if it may be."""
    found = [len({normalised(cell) for cell in row} & set(known)) for row in rows]
    most = max(found, default=0)
    is_first = not found or found[0] == most or found[0] > 1
    at = 0 if is_first else found.index(most)
    return at, found[at] if found else 0


def names_of(cells: Iterable[str]) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """The names of all columns, and those that stand twice with their first two positions.

    A name that stands again gets a number; columns without one are numbered after `UNNAMED`.
    """
    given = [normalised(cell) for cell in cells]
    while given and not given[-1]:
        given.pop()
    names: list[str] = []
    repeated: dict[str, tuple[int, int]] = {}
    for position, name in enumerate(given, start=1):
        if not name:
            names.append(f"{UNNAMED}{position}")
            continue
        number, own = 1, name
        while own in names or (number > 1 and own in given):
            number += 1
            own = f"{name}_{number}"
        if number > 1:
            repeated.setdefault(name, (given.index(name) + 1, position))
        names.append(own)
    return names, repeated


def slip_of(header: str, ours: Iterable[str]) -> str:
    """The one of our names that `header` is but for a typing slip; or nothing.

    Letters of another script among ours may look like any of ours.
    """
    plain = as_latin(header)
    foreign = {c for c in plain if script(c) not in {"", "LATIN"}}
    return next((n for n in ours if _looks_like(plain, n, foreign) or _is_slip(plain, n)), "")


def _looks_like(given: str, ours: str, foreign: Collection[str]) -> bool:
    """Whether a name is ours but for foreign letters, of which most are not."""
    if len(given) != len(ours):
        return False
    own = sum(letter == other for letter, other in zip(given, ours, strict=True))
    pairs = zip(given, ours, strict=True)
    return own > len(ours) / 2 and all(c == other or c in foreign for c, other in pairs)


def _is_slip(given: str, ours: str) -> bool:
    """Whether two names differ by separators, accents or plurals, or by a letter or two."""
    theirs, own = _words(given), _words(ours)
    if "".join(map(_singular, theirs)) == "".join(map(_singular, own)):
        return True
    most = max(_allowed(ours), 1)
    if len(theirs) != len(own):
        is_more = set(own) < set(theirs) or set(theirs) < set(own)
        return not is_more and _distance("".join(theirs), "".join(own)) <= most
    pairs = [(t, o) for t, o in zip(theirs, own, strict=True) if _singular(t) != _singular(o)]
    slips = [_slip(t, o, alone=len(own) == 1) for t, o in pairs]
    return all(slips) and sum(slips) <= most


def _slip(given: str, ours: str, *, alone: bool) -> int:
    """The letters by which a word is mistyped; 0 where it is another word."""
    letters = min(_distance(given, ours), _distance(_singular(given), _singular(ours)))
    is_turned = len(ours) == 3 and letters == 1 and set(given) == set(ours)
    is_near = letters <= _allowed(ours) or (letters == 1 and not alone) or is_turned
    return letters if is_near and not {given, _singular(given)} & _OTHER_WORDS else 0


def _words(name: str) -> list[str]:
    """The words of a name, without accents."""
    plain = unicodedata.normalize("NFD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return [word for word in re.split(r"[\W_]+", plain) if word]


def _singular(word: str) -> str:
    return re.sub(r"(?<=ss)es$|(?<=[^s])s$", "", re.sub("ies$", "y", word))


def _allowed(name: str) -> int:
    """How many letters of a name may be wrong."""
    return 0 if len(name) < 4 else 1 if len(name) < 9 else 2


def _distance(first: str, second: str) -> int:
    """Letters to add, drop, change or turn round with a neighbour; 9 where there are many."""
    if abs(len(first) - len(second)) > 2:
        return 9
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        before, last, row = row, before, [i]
        for j, other in enumerate(second, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, other) == (second[j - 2], first[i - 2]):
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]
