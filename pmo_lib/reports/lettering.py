"""The letters of figures: fonts for other scripts, a row's number where no font has a name's."""

from collections.abc import Sequence
from functools import cache

from matplotlib import font_manager

from pmo_lib.printable import printable
from pmo_lib.wording import shortened

OWN = "DejaVu Sans"  # comes with matplotlib, and has no Chinese, Japanese or Korean
OTHERS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP",
    "Noto Sans KR", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Droid Sans Fallback", "IPAexGothic", "IPAGothic", "TakaoPGothic", "NanumGothic",
    "Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo", "Arial Unicode MS",
    "Microsoft YaHei", "SimHei", "Yu Gothic", "Meiryo", "MS Gothic", "Malgun Gothic",
)  # fmt: skip


@cache
def families() -> list[str]:
    """The fonts of a figure: a letter that one has not is taken from the next."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return [OWN, *(name for name in OTHERS if name in there)]


@cache
def _letters() -> frozenset[int]:
    paths = (font_manager.findfont(name) for name in families())
    return frozenset(
        letter for path in paths for letter in font_manager.get_font(path).get_charmap()
    )


def label(name: str, most: int, table: Sequence[str]) -> str:
    """The name in at most so many letters, or "row 3 of the table" where no font has its letters.

    `table` are the names in the table of the figure, row by row.
    """
    plain = printable(name)
    if all(ord(letter) in _letters() for letter in plain if letter.isprintable()):
        return shortened(plain, most)
    return f"row {list(table).index(name) + 1} of the table"
