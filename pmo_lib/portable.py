"""Names that a file or folder can have on every system."""

from collections.abc import Iterator

DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"
}
RESERVED = '<>:"/\\|?*'


def name_problems(name: str, most: int = 255) -> Iterator[str]:
    """Why some system has no file or folder of that name: nothing, where all have."""
    if not name or set(name) <= {".", " "}:
        yield "is no name"
        return
    if name.partition(".")[0].rstrip().casefold() in DEVICES:
        yield "is a device of Windows"
    if name[-1] in ". ":
        yield "ends with a dot or a space, which Windows drops"
    if found := sorted({c for c in name if c in RESERVED or not c.isprintable()}):
        yield f"holds {' '.join(c if c.isprintable() else ascii(c)[1:-1] for c in found)}"
    if (size := len(name.encode(errors="surrogateescape"))) > most:
        yield f"has {size:,} bytes, more than {most}"
