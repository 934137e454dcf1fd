"""A figure with the words and the numbers behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import seaborn as sns
from IPython.display import HTML
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pmo_lib.reports import vector
from pmo_lib.reports.lettering import families
from pmo_lib.reports.page import escape, table
from pmo_lib.reports.vector import ACCENT, BAND, INK, LINE, PAPER, SHADE, SOFT, STRONG

__all__ = [
    "ACCENT", "BAND", "INK", "LINE", "PAPER", "SHADE", "SOFT", "STRONG", "Picture", "drawn",
]  # fmt: skip
WIDTH_INCHES = 6.8  # narrow enough to be read on a telephone
NUMBERS = "The numbers behind this figure"


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure, its alt text, and the table of what it shows.

    A notebook cell that ends in a Picture shows its caption (the finding, the unit, n; the alt
    text where there is none), the drawing, and below it the table, folded.
    """

    figure: Figure
    alt: str
    data: pd.DataFrame
    caption: str = ""

    def svg(self) -> str:
        """The drawing; the same letters for the same figure on the same installation."""
        return vector.svg(self.figure, self.alt)

    def html(self) -> HTML:
        """Caption and drawing, which no page parts, and the numbers behind them."""
        return HTML(
            f"<figure><figcaption>{escape(self.caption or self.alt)}</figcaption>\n"
            f"{self.svg()}</figure>\n"
            f'<details class="behind"><summary>{NUMBERS}</summary>\n'
            f"{table(self.data, self.alt, 'plain').data}\n</details>"
        )

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return str(self.html().data)


@contextmanager
def drawn(height_inches: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one set of axes in the style of the reports; nothing global is changed."""
    style = {
        "font.size": 11, "axes.edgecolor": SOFT, "axes.labelcolor": INK, "text.color": INK,
        "xtick.color": INK, "ytick.color": INK, "grid.color": LINE, "axes.grid": True,
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "font.family": families(), "figure.facecolor": "none", "axes.facecolor": "none",
    }  # fmt: skip
    # a $ in a department's name is a dollar, not the beginning of a formula
    with sns.axes_style("whitegrid", rc=style), rc_context({"text.parse_math": False}):
        figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
        yield figure, figure.add_subplot()
