"""Which encoding a text file is in, told from all of its bytes, and their hash."""

import codecs
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from pmo_lib.errors import DataError

BLOCK_BYTES = 1 << 20
LONGEST_LINE = 1 << 24  # long narratives are real; a line of more is no line of a table
UTF8, WESTERN = "utf-8-sig", "cp1252"
# what an accented letter is in UTF-8, and hardly anything in Windows-1252
_UTF8_PAIR = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")

# Letters of another encoding that were read as Windows-1252: signs within a word, a capital with
# an accent after a small letter, three accented letters in a row, letters of unlike languages in
# one word.
_SIGN = "[¢£¤¥¦§¨©¬®¯±³´¶¸¹¼½¾¿×÷‚„“”†‡ˆ‰‹›˜]"
_ACCENTED = r"[^\W\d_a-zA-Zªº]"
_DOUBTFUL = re.compile(
    rf"[^\W\d_]{_SIGN}[^\W\d_]|[^\W\d_]{{2}}[£¥¯¿]|[£¥¯](?![mkb](?:io|n)?\b)[^\W\d_]{{2}}"
    rf"|[^\W\d_]{{2}}[ºª][^\W\d_]|{_ACCENTED}{{3}}"
    r"|[a-zß-ÿ][ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŠŽŸŒ]"
    r"|\b(?:(?=\w*[þðÞÐ])(?=\w*[üçãõâîÜÇ])|(?=\w*ø)(?=\w*[íìýúùšžè])"
    r"|(?=\w*õ[^e\W])(?=\w*[áéíóú])|(?=\w*[ìèùò])(?=\w*[šžý]))"
)


def hash_and_encoding(path: Path, declared: str = "") -> tuple[str, str]:
    """SHA-256 of the bytes, and `utf-8-sig` where they are UTF-8, else `declared` or `cp1252`."""
    digest = hashlib.sha256()
    other = declared or WESTERN
    decoders = {name: codecs.getincrementaldecoder(name)() for name in (UTF8, other)}
    wrong: dict[str, int] = {}
    lines_before = size = since_line_end = 0
    mixed, cut = False, False
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(BLOCK_BYTES), b""):
            if size == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise _encoding_error(path, 1, "is UTF-16 or UTF-32")
            if b"\0" in block:
                line = lines_before + _line_ends(block[: block.index(b"\0")]) + 1
                raise _encoding_error(path, line, "holds zero bytes")
            digest.update(block)
            size += len(block)
            if cut or not block.isascii():
                for name in [name for name in decoders if name not in wrong]:
                    try:
                        decoders[name].decode(block)
                    except UnicodeDecodeError as error:
                        wrong[name] = lines_before + _line_ends(block[: error.start]) + 1
                cut = any(decoder.getstate()[0] for decoder in decoders.values())
                mixed = mixed or _UTF8_PAIR.search(block) is not None
            last_end = max(block.rfind(b"\n"), block.rfind(b"\r"))
            since_line_end = len(block) - last_end - 1 + (since_line_end if last_end < 0 else 0)
            lines_before += _line_ends(block)
            if since_line_end > LONGEST_LINE:
                raise _too_long(path, lines_before + 1)
    for name in [name for name in decoders if name not in wrong]:
        try:  # a file may end inside a character
            decoders[name].decode(b"", final=True)
        except UnicodeDecodeError:
            wrong[name] = lines_before + 1
    if size == 0:
        raise DataError("is empty", where=path.name, remedy="Export it again, or remove the file")
    good = [name for name in decoders if name not in wrong]
    if not good:
        what = f"is neither UTF-8 nor {declared or 'Windows-1252'}"
        or_name = ", or name its encoding under encodings in settings.yml, such as shift_jis"
        raise _encoding_error(path, wrong[other], what, or_name)
    if good == [WESTERN] and mixed and not declared:
        raise _encoding_error(path, wrong[UTF8], "mixes UTF-8 with another encoding")
    return digest.hexdigest(), good[0]


def doubtful(texts: Iterable[str]) -> str:
    """The first text with letters that no Western language has side by side; or nothing."""
    return next((text for text in texts if not text.isascii() and _DOUBTFUL.search(text)), "")


def _line_ends(block: bytes) -> int:
    """How many lines end in the block: with LF, CRLF or CR."""
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")


def _encoding_error(path: Path, line: int, what: str, or_else: str = "") -> DataError:
    return DataError(
        f"{what} (the characters cannot be read)",
        where=f"{path.name} line {line}",
        remedy=f"Save it as 'CSV UTF-8'{or_else}",
    )


def _too_long(path: Path, line: int) -> DataError:
    return DataError(
        f"is longer than {LONGEST_LINE >> 20} MB, which is no row of a table",
        where=f"{path.name} line {line}",
        remedy="Export it again with a line for each row",
    )
