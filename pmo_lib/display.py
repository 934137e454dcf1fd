"""How an object shows itself in JupyterLab: a small table of what it holds."""

from collections.abc import Mapping
from html import escape

from pmo_lib.printable import printable


def facts_table(title: str, facts: Mapping[str, object]) -> str:
    """An HTML table with a row a fact, under its title."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(printable(name))}</th>'
        f'<td style="text-align:left">{escape(printable(str(fact)))}</td></tr>'
        for name, fact in facts.items()
    )
    return f'<table><caption style="text-align:left"><b>{escape(title)}</b></caption>{rows}</table>'
