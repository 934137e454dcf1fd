"""Pieces of a report page: HTML that needs no style sheet to be read, every text escaped."""

from collections.abc import Iterable
from html import escape
from numbers import Integral

import pandas as pd
from IPython.display import HTML


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


def table(frame: pd.DataFrame, caption: str) -> HTML:
    """A table with caption and header cells of their scope; the first column heads the rows."""
    return HTML(table_html(frame, caption))


def section(heading: str, *parts: HTML) -> HTML:
    """An h2 and what stands beneath it."""
    inner = "\n".join(str(part.data) for part in parts)
    return HTML(f"<h2>{escape(heading)}</h2>\n{inner}")


def folded(summary: str, *parts: HTML) -> HTML:
    """Parts behind a line that opens them; works without JavaScript."""
    inner = "\n".join(str(part.data) for part in parts)
    return HTML(f"<details><summary>{escape(summary)}</summary>\n{inner}\n</details>")


def table_html(frame: pd.DataFrame, caption: str) -> str:
    """The HTML of `table`."""
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    styles = [" class='number'" if is_number else "" for is_number in numeric]
    head = "".join(
        f"<th scope='col'{style}>{escape(str(name))}</th>"
        for name, style in zip(frame.columns, styles, strict=True)
    )
    body = "\n".join(_row(row, styles) for row in frame.itertuples(index=False, name=None))
    return (
        f"<div class='scroll' role='region' tabindex='0' aria-label='{escape(caption)}'>"
        f"<table>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _row(cells: tuple[object, ...], styles: list[str]) -> str:
    texts = ["–" if pd.isna(cell) else escape(_text(cell)) for cell in cells]  # type: ignore[call-overload]
    rest = "".join(f"<td{s}>{text}</td>" for text, s in zip(texts[1:], styles[1:], strict=True))
    return f"<tr><th scope='row'>{texts[0]}</th>{rest}</tr>"


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, Integral) or (isinstance(cell, float) and cell.is_integer()):
        return f"{int(cell):,}"
    return f"{cell:,.3g}" if isinstance(cell, float) else str(cell)
