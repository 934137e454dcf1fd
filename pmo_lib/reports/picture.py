"""A figure with the words and the numbers behind it."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
import seaborn as sns
from IPython.display import display
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pmo_lib.reports.lettering import families
from pmo_lib.reports.page import folded, paragraph, table

# each at least 4.5 : 1 on white; accent and strong differ for the colour-blind too
INK, SOFT, ACCENT, STRONG = "#1f2933", "#5b6770", "#0b5fa5", "#a83a12"
DPI = 140
WIDTH_INCHES = 6.8  # narrow enough to be read on a telephone


@dataclass(frozen=True)
class Picture:
    """A figure, its alt text, and the table of what it shows.

    A notebook cell that ends in a Picture shows its caption, the image, and below it the table,
    folded.
    """

    figure: Figure
    alt: str
    data: pd.DataFrame
    caption: str = ""

    def png(self) -> bytes:
        """The image; the same bytes for the same figure on the same installation."""
        buffer = BytesIO()
        if (layout := self.figure.get_layout_engine()) is not None:
            # here and not by savefig, which would draw everything once only for the layout
            self.figure.set_dpi(DPI)
            layout.execute(self.figure)
            self.figure.set_layout_engine("none")
        self.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()

    def _ipython_display_(self) -> None:
        if self.caption:
            display(paragraph(self.caption))
        display(
            {"image/png": b64encode(self.png()).decode("ascii"), "text/plain": self.alt},
            metadata={"image/png": {"alt": self.alt}},
            raw=True,
        )
        display(folded("The numbers behind this figure", table(self.data, self.alt)))


@contextmanager
def drawn(height_inches: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one set of axes in the style of the reports; nothing global is changed."""
    style = {
        "font.size": 11, "axes.edgecolor": SOFT, "axes.labelcolor": INK, "text.color": INK,
        "xtick.color": INK, "ytick.color": INK, "grid.color": "#d9dee2", "axes.grid": True,
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "font.family": families(),
    }  # fmt: skip
    # a $ in a department's name is a dollar, not the beginning of a formula
    with sns.axes_style("whitegrid", rc=style), rc_context({"text.parse_math": False}):
        figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
        yield figure, figure.add_subplot()
