"""The UK's major projects as they were published, each set of files read once."""

from functools import cache
from pathlib import Path

from pipelines.sources import Imported
from pipelines.sources.gmpp import read

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gmpp"


@cache
def released(last: str = "uk_2023") -> Imported:
    """The releases named uk_… up to the file `last`; no test may change them."""
    return read([file for file in sorted(FOLDER.glob("uk_*.csv")) if file.stem <= last])
