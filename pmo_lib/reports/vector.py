"""A figure as a piece of SVG that takes its colours and letters from the page it stands in."""

import re
from hashlib import sha256
from html import escape
from io import StringIO

from matplotlib import rc_context
from matplotlib.figure import Figure

# each at least 4.5 : 1 on white; accent and strong differ for the colour-blind too
INK, SOFT, ACCENT, STRONG = "#1f2933", "#55606a", "#0b5fa5", "#a83a12"
LINE, SHADE, BAND, PAPER = "#d9dee2", "#e8edf1", "#bcd5ec", "#ffffff"
VARIABLES = {
    INK: "ink", SOFT: "soft", ACCENT: "accent", STRONG: "strong",
    LINE: "line", SHADE: "shade", BAND: "band", PAPER: "paper",
}  # fmt: skip
UNSEEN = re.compile(r'^<path [^>]*style="fill:none"/>')  # a frame that is not drawn
_PLACE = r'x="[^"]*" y="[^"]*"'
_ALIKE = re.compile(
    rf'<use href="(?P<mark>[^"]*)" {_PLACE} style="(?P<look>[^"]*)"/>'
    rf'(?:<use href="(?P=mark)" {_PLACE} style="(?P=look)"/>)+'
)
NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def svg(figure: Figure, alt: str) -> str:
    """The figure, its text as text, under its words; the same letters for the same of both.

    Colours are the page's variables, with ours where a page has none; letters are the page's.
    """
    if (layout := figure.get_layout_engine()) is not None:
        # here and not by savefig, which would draw everything once only for the layout
        layout.execute(figure)
        figure.set_layout_engine("none")
    buffer = StringIO()
    # names within the picture hang on its words, so that two on a page share none
    salt = sha256(alt.encode()).hexdigest()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    drawing = re.sub(r"(?s)<!--.*?-->|<(style|metadata).*?</\1>", "", buffer.getvalue())
    start, inner = drawing[drawing.index("<svg") : drawing.rindex("</svg>")].split(">", 1)
    box = re.search(r'viewBox="[^"]*"', start)
    assert box is not None  # matplotlib's picture has one
    return (
        f'<svg class="figure" {box[0]} role="img" aria-label="{escape(alt)}" '
        f'fill="{_variable(INK)}" stroke-linejoin="round">{_slim(inner)}</svg>'
    )


def _slim(drawing: str) -> str:
    """The same picture without groups that hold nothing together, and superfluous letters."""
    kept: list[str] = []
    groups: list[bool] = []
    for tag, text in re.findall(r"(<[^>]*>)([^<]*)", drawing):
        slim = _slim_tag(tag)
        if UNSEEN.search(slim):
            continue
        if slim.startswith("<g"):
            groups.append(slim != "<g>")
        is_needed = groups.pop() if slim == "</g>" else slim != "<g>"
        kept.append(slim * is_needed + text.strip())
    return _ALIKE.sub(_told_once, "".join(kept).replace("<defs></defs>", ""))


def _told_once(found: re.Match[str]) -> str:
    """Marks that look alike as a group with their look."""
    look = f' style="{found["look"]}"'
    return f"<g{look}>{found[0].replace(look, '')}</g>"


def _slim_tag(tag: str) -> str:
    """Groups lose their names, numbers their second decimal, text its fonts; colours can change."""
    tag = " ".join(tag.split())
    tag = re.sub(r'^<g id="[^"]*"', "<g", tag)
    tag = re.sub(r"(?<!opacity: )(\d\.\d)\d+", r"\1", tag).replace(".0 ", " ").replace('.0"', '"')
    tag = re.sub(r' d="[^"]*"', lambda path: re.sub(" ?([MLCQ]) ", r"\1", path[0]), tag)
    tag = re.sub(r"font-family: [^;\"]*; ?", "", tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r"^(<text.*?); fill: " + INK, r"\1", tag)
    tag = tag.replace("; ", ";").replace(": ", ":").replace(' z "', 'z"')
    tag = tag.replace("xlink:href", "href")
    return re.sub("#[0-9a-f]{6}", lambda colour: _variable(colour[0]), tag)


def _variable(colour: str) -> str:
    name = VARIABLES.get(colour)
    return f"var(--{name},{colour})" if name else colour
