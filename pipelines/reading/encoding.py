"""Which encoding a text file is in, told from all of its bytes, and their hash."""

import codecs
import hashlib
import re
from pathlib import Path

from pmo_lib.errors import DataError

BLOCK_BYTES = 1 << 20
# what an accented letter is in UTF-8, and hardly anything in Windows-1252
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UTF8_PAIR = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def hash_and_encoding(path: Path) -> tuple[str, str]:
    """SHA-256 of the bytes, and `utf-8-sig` where they are UTF-8, else `cp1252`."""
    digest = hashlib.sha256()
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
    wrong: dict[str, int] = {}
    lines_before = 0
    size, mixed = 0, False
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(BLOCK_BYTES), b""):
            if size == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise _encoding_error(path, 1, "is UTF-16")
            if b"\0" in block:
                line = lines_before + _line_ends(block[: block.index(b"\0")]) + 1
                raise _encoding_error(path, line, "holds zero bytes")
            digest.update(block)
            size += len(block)
            for name in [name for name in decoders if name not in wrong]:
                try:
                    decoders[name].decode(block)
                except UnicodeDecodeError as error:
                    wrong[name] = lines_before + _line_ends(block[: error.start]) + 1
            lines_before += _line_ends(block)
            mixed = mixed or _UTF8_PAIR.search(block) is not None
    for name in [name for name in decoders if name not in wrong]:
        try:  # a file may end inside a character
            decoders[name].decode(b"", final=True)
        except UnicodeDecodeError:
            wrong[name] = lines_before + 1
    if size == 0:
        raise DataError("is empty", where=path.name, remedy="Export it again, or remove the file")
    good = [name for name in decoders if name not in wrong]
    if not good:
        raise _encoding_error(path, wrong["cp1252"], "is neither UTF-8 nor Windows-1252")
    if good == ["cp1252"] and mixed:
        raise _encoding_error(path, wrong["utf-8-sig"], "mixes UTF-8 with another encoding")
    return digest.hexdigest(), good[0]


def _line_ends(block: bytes) -> int:
    """How many lines end in the block: with LF, CRLF or CR."""
    return len(_LINE_END.findall(block))


def _encoding_error(path: Path, line: int, what: str) -> DataError:
    return DataError(
        f"{what} (the characters cannot be read)",
        where=f"{path.name} line {line}",
        remedy="Save it as 'CSV UTF-8'",
    )
