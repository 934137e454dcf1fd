"""Pieces of a report page: HTML that needs no style sheet to be read, every text escaped."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral

import pandas as pd
from IPython.display import HTML

from pmo_lib.printable import printable
from pmo_lib.wording import DASH, TIED

MOST_COLUMNS = 4  # that fit on a telephone
LONG, PART = 24, 12  # letters of a word that a narrow page may break, and of its parts
_BREAK = "\0"  # stands for a place to break: no printable text holds it
_RIGHT = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_FROM_RIGHT = re.compile(rf"{_RIGHT}(?:[\s\0]*{_RIGHT})*")
_NUMBER = re.compile(r"[−+-]?[\d,]+(\.\d+)?(?P<unit>(\u00a0\S+)?)")


def escape(text: str) -> str:
    """Text of others as HTML: none of it is markup, a long word can be broken.

    Words read from the right, such as Arabic ones, leave the order of the numbers beside them.
    """
    parted = re.sub(rf"\S{{{LONG},}}", _parted, printable(text))
    return _FROM_RIGHT.sub(r"<bdi>\g<0></bdi>", html.escape(parted)).replace(_BREAK, "<wbr>")


def attribute(text: str) -> str:
    """Text of others as the value of an attribute."""
    return html.escape(printable(text))


def title(text: str, beneath: str) -> HTML:
    """The page's one h1, and a line beneath it."""
    return HTML(f"<h1>{escape(text)}</h1>\n<p class='beneath'>{escape(beneath)}</p>")


def answer(sentences: Iterable[str]) -> HTML:
    """The answer in plain words, in one paragraph that stands out."""
    return HTML(f"<p class='answer'>{escape(' '.join(sentences))}</p>")


def paragraph(*sentences: str) -> HTML:
    """A paragraph."""
    return HTML(f"<p>{escape(' '.join(sentences))}</p>")


def bullets(items: Iterable[str], otherwise: str = "Nothing.") -> HTML:
    """A list, or the sentence for none."""
    points = "".join(f"<li>{escape(item)}</li>\n" for item in items)
    return HTML(f"<ul>\n{points}</ul>" if points else f"<p>{escape(otherwise)}</p>")


def table(frame: pd.DataFrame, caption: str, style: str = "") -> HTML:
    """A table with caption and header cells of their scope; the first column heads the rows.

    A cell may be a piece of HTML itself. In the style "cards" a narrow screen shows every row as a
    card, its cells below one another.
    """
    return HTML(table_html(frame, caption, style))


def lines(*texts: str) -> HTML:
    """A table's cell: the first text, and smaller beneath it the others that are not empty."""
    first, *rest = texts
    beneath = "".join(f"\n<br><small>{escape(text)}</small>" for text in rest if text)
    text = f"{escape(first)}{beneath}"
    # IPython opens what begins like an address
    return HTML(f"\n{text}" if text.startswith("http") else text)


def noted(text: str, numbers: Sequence[int]) -> HTML:
    """A text with the numbers of its footnotes."""
    marks = ", ".join(map(str, numbers))
    return HTML(f"{escape(text)} <sup>{marks}</sup>" if marks else escape(text))


def footnotes(numbers: Mapping[str, int]) -> HTML:
    """The notes of a table, in the order of their numbers."""
    points = "".join(
        f"<li>{escape(text)}</li>\n" for text in sorted(numbers, key=numbers.__getitem__)
    )
    return HTML(f"<ol class='footnotes'>\n{points}</ol>")


def code(text: str) -> HTML:
    """Lines of a file, as they are written."""
    return HTML(f"<pre>{escape(text)}</pre>")


def badge(text: str, kind: str, shape: str = "") -> HTML:
    """A word in a frame of its kind's colour, with a shape for who sees no colour.

    The shape is not read aloud: the word says all.
    """
    mark = f"<span aria-hidden='true'>{escape(shape)}</span>{TIED}" if shape else ""
    return HTML(f"<span class='badge {attribute(kind)}'>{mark}{escape(text)}</span>")


def section(heading: str, *parts: HTML) -> HTML:
    """An h2 and what stands beneath it."""
    inner = "\n".join(str(part.data) for part in parts)
    return HTML(f"<h2>{escape(heading)}</h2>\n{inner}")


def subsection(heading: str, *parts: HTML) -> HTML:
    """An h3 and what stands beneath it."""
    inner = "\n".join(str(part.data) for part in parts)
    return HTML(f"<h3>{escape(heading)}</h3>\n{inner}")


def joined(*parts: HTML) -> HTML:
    """Several pieces as one."""
    return HTML("\n".join(str(part.data) for part in parts))


def folded(summary: str, *parts: HTML) -> HTML:
    """Parts behind a line that opens them; works without JavaScript."""
    inner = "\n".join(str(part.data) for part in parts)
    return HTML(f"<details><summary>{escape(summary)}</summary>\n{inner}\n</details>")


def table_html(frame: pd.DataFrame, caption: str, style: str = "") -> str:
    """The HTML of `table`; more columns than fit on a narrow screen are cards there anyway."""
    style = style or "cards" * (len(frame.columns) > MOST_COLUMNS)
    numeric = [_is_numeric(column) for _, column in frame.items()]
    styles = [" class='number'" if is_number else "" for is_number in numeric]
    names = [str(name) for name in frame.columns]
    labels = [f" data-label='{attribute(name)}'" if "cards" in style else "" for name in names]
    head = "".join(
        f"<th scope='col'{kind}>{escape(name)}</th>" if name else "<td></td>"
        for name, kind in zip(names, styles, strict=True)
    )
    body = "\n".join(_row(row, labels, styles) for row in frame.itertuples(index=False, name=None))
    return (
        f"<div class='scroll'><table{f' class={style!r}' if style else ''}>\n"
        f"<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _is_numeric(column: pd.Series) -> bool:
    """Whether a column's cells are numbers, or read as numbers of one unit."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return True
    said = [_NUMBER.fullmatch(cell) for cell in column if isinstance(cell, str) and cell != DASH]
    units = {found["unit"] for found in said if found}
    return len(units) == 1 and None not in said and all(isinstance(cell, str) for cell in column)


def _parted(word: re.Match[str]) -> str:
    letters = word[0]
    return _BREAK.join(letters[at : at + PART] for at in range(0, len(letters), PART))


def _row(cells: tuple[object, ...], labels: list[str], styles: list[str]) -> str:
    """A row; where it is a card each of its cells says what it is."""
    first, *rest = map(_cell, cells)
    columns = zip(rest, labels[1:], styles[1:], strict=True)
    tds = "".join(f"<td{label}{kind}>{text}</td>" for text, label, kind in columns)
    return f"<tr><th scope='row'>{first}</th>{tds}</tr>"


def _cell(cell: object) -> str:
    if isinstance(cell, HTML):
        return str(cell.data)
    return DASH if pd.isna(cell) else escape(_text(cell))  # type: ignore[call-overload]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, Integral) or (isinstance(cell, float) and cell.is_integer()):
        return f"{int(cell):,}"
    return f"{cell:,.3g}" if isinstance(cell, float) else str(cell)
