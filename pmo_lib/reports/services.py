"""What customers get from the services: what they miss, what matters, where they go instead."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes

from pmo_lib.engine.customer_groups import EVERYBODY
from pmo_lib.engine.quadrants import GLOSSES, QUADRANTS
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.facts.customers import USED
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import page
from pmo_lib.reports.lettering import label
from pmo_lib.reports.picture import ACCENT, INK, LINE, SOFT, Picture, drawn
from pmo_lib.wording import DASH, change, change_interval, counted, interval, number

OF_SERVICES = ("R4", "R9", "R6")
LABEL_LETTERS = 26
MARGIN = 0.16  # of the range, so that no label is cut
LETTER_SHARE, LINE_SHARE = 0.019, 0.045  # of the axes, what a letter and a line take


def service_map(services: pd.DataFrame, level: float) -> Picture | str:
    """Importance against performance of `perception.importance_performance`, a dot a service."""
    shown = services.dropna(subset=["importance", "performance"])
    if len(shown) < 2:
        return "fewer than two services have enough answers"
    with drawn(5.2) as (figure, axes):
        axes.axvline(shown["performance_cross"].iloc[0], color=SOFT, linewidth=1)
        axes.axhline(shown["importance_cross"].iloc[0], color=SOFT, linewidth=1)
        for row in shown.to_dict("records"):
            x, y = row["performance"], row["importance"]
            axes.hlines(y, row["performance_low"], row["performance_high"], color=LINE)
            axes.vlines(x, row["importance_low"], row["importance_high"], color=LINE)
            axes.plot(x, y, "o", color=ACCENT, ms=8)
        axes.margins(MARGIN)
        _name_dots(axes, shown, services["service"].to_list())
        corners = zip(QUADRANTS.values(), ((1, 1), (0, 1), (0, 0), (1, 0)), strict=True)
        for name, (x, y) in corners:
            axes.annotate(
                name, (0.985 if x else 0.015, 0.98 if y else 0.02), xycoords="axes fraction",
                ha="right" if x else "left", va="top" if y else "bottom", color=SOFT,
                style="italic",
            )  # fmt: skip
        axes.set(xlabel="How well it goes (1–7)", ylabel="How much it matters (1–7)")
        axes.grid(visible=False)
    places = zip(shown["service"], shown["quadrant"], strict=True)
    words = "; ".join(f"{name}: {quadrant or 'on a line'}" for name, quadrant in places)
    alt = f"Services by how much they matter and how well they go. {words}."
    return Picture(figure, alt, _places(services, level))


def _name_dots(axes: Axes, services: pd.DataFrame, known: list[str]) -> None:
    """Each dot's name beside it, on the side where it covers no other."""
    wide, high = (high - low for low, high in (axes.get_xlim(), axes.get_ylim()))
    dot = 2 * LETTER_SHARE * wide
    dots = zip(services["performance"], services["importance"], strict=True)
    taken = [(x - dot / 2, y, dot) for x, y in dots]
    for row in services.sort_values("performance").to_dict("records"):
        name = label(row["service"], LABEL_LETTERS, known)
        width, step = wide * LETTER_SHARE * len(name), high * LINE_SHARE
        x, y = row["performance"], row["importance"]
        sides = [(up, right) for up in (1, -1, 2, -2) for right in (True, False)]
        places = {(up, right): (x - width * (not right), y + up * step) for up, right in sides}
        free = [s for s in sides if not any(_overlap(*places[s], width, t, step) for t in taken)]
        up, right = (free or sides)[0]
        taken.append((*places[up, right], width))
        axes.annotate(
            name, (x, y), (7 if right else -7, 9 * up),
            textcoords="offset points", ha="left" if right else "right", va="center", color=INK,
        )  # fmt: skip


def _overlap(
    left: float, y: float, width: float, other: tuple[float, float, float], step: float
) -> bool:
    return abs(y - other[1]) < step and left < other[0] + other[2] and other[0] < left + width


def quadrants() -> HTML:
    """What the four corners of the map mean."""
    corners = [f"{name.capitalize()}: {GLOSSES[name]}." for name in QUADRANTS.values()]
    return page.joined(
        page.paragraph(
            "Each dot is a service. The lines through it are its intervals; the long lines are the "
            "means of all services."
        ),
        page.bullets(corners),
    )


def gaps(found: pd.DataFrame, level: float, department: str = "") -> HTML:
    """Perceived less expected of `perception.gaps`, by service: of all, or of one department.

    A department's own stand first; those of everybody are folded away under their name.
    """
    if found.empty:
        return page.paragraph("No service has been judged in the last 12 months.")
    whole = found[(found["by"] == "everybody") & (found["group"] == EVERYBODY)]
    caption = "Perception gap by service, the worst first"
    if department:
        own = found[(found["by"] == "department") & (found["group"] == department)]
        everybody = page.table(_gaps(whole, level, []), f"{caption}: {ORGANISATION}", "cards")
        return page.joined(
            _of_department(own, level, department, f"{caption}: {department}"),
            page.folded(f"{ORGANISATION}: the gap by service", everybody),
        )
    return page.joined(
        page.table(_gaps(whole, level, []), caption, "cards"),
        page.folded(
            "The gap by customer group",
            page.table(
                _gaps(found[found["by"] != "everybody"], level, ["group"]),
                "Perception gap by service and group",
            ),
        ),
    )


def _of_department(own: pd.DataFrame, level: float, department: str, caption: str) -> HTML:
    """The department's own gaps, or in a sentence that too few of it answered."""
    shown = own[own["note"] == ""]
    if shown.empty:
        return page.paragraph(_nobody(department, "what they miss"))
    hidden = len(own) - len(shown)
    few = f"Of {counted(hidden, 'further service')} too few people of {department} answered."
    table = page.table(_gaps(shown, level, []), caption, "cards")
    return page.joined(table, *([page.paragraph(few)] if hidden else []))


def importance(results: Sequence[KpiResult], department: str, level: str) -> HTML:
    """What matters to one department and how it goes, by service, from the parts of KPI R2."""
    parts = [r for r in results if r.kpi_id == "R2" and r.segment and r.is_measured]
    cells = {(r.segment, r.statistic.id): r for r in parts}
    names = [name for name, statistic in cells if statistic == "importance_mean"]
    rows = [
        {"Service": name}
        | {
            heading: page.lines(
                number(found.value, "score"), interval(found.low, found.high, "score")
            )
            for heading, statistic in (("Matters", "importance_mean"), ("Goes", "clustered_mean"))
            if (found := cells.get((name, statistic)))
        }
        for name in sorted(names, key=lambda each: -cells[each, "importance_mean"].value)
    ]
    if not rows:
        return page.paragraph(_nobody(department, "what matters to them"))
    caption = f"What matters to {department} and how it goes, 1 to 7; beneath, the {level}"
    return page.table(pd.DataFrame(rows), caption, "cards")


def _nobody(department: str, what: str) -> str:
    return f"Too few people of {department} answered on any one service: {what} is not shown."


def by_service(results: Sequence[KpiResult], otherwise: str) -> HTML:
    """Satisfaction, promises kept in time and uptake of each service, from the KPIs' parts."""
    parts = [r for r in results if r.segment and r.kpi_id in OF_SERVICES]
    names = sorted({r.segment for r in parts})
    if not names:
        return page.paragraph(f"Nothing is known of single services: {otherwise}.")
    cells = {(r.segment, r.kpi_id): _cell(r) for r in parts}
    rows = [
        {"Service": name}
        | {CATALOGUE[kpi].name: cells.get((name, kpi), DASH) for kpi in OF_SERVICES}
        for name in names
    ]
    return page.table(pd.DataFrame(rows), "Services by what their customers got", "cards")


def uptake(found: pd.DataFrame, department: str = "") -> HTML:
    """Which services were rolled out and used, of `customers.uptake`: a department's, or all."""
    if department:
        own = found[found["department"] == department]
        rows = [
            {
                "Service": row["service"],
                "Rolled out": DASH if pd.isna(row["rolled_out_on"])
                else f"{row['rolled_out_on']:%Y-%m-%d}",
                "Served by the PMO": row["by_pmo"],
                "Served elsewhere": row["elsewhere"],
                "In short": row["state"],
            }
            for row in own.to_dict("records")
        ]  # fmt: skip
    else:
        rows = [
            {
                "Service": str(service),
                "Departments it was rolled out to": int(own["rolled_out_on"].notna().sum()),
                "that used it": int((own["state"] == USED).sum()),
                "Served by the PMO": int(own["by_pmo"].sum()),
                "Served elsewhere": int(own["elsewhere"].sum()),
            }
            for service, own in found.groupby("service")
        ]
    if not rows:
        return page.paragraph("No service was rolled out or needed in the last 12 months.")
    return page.table(pd.DataFrame(rows), "Uptake: occasions of the last 12 months", "cards")


def channels(results: Sequence[KpiResult], level: str, otherwise: str) -> HTML:
    """Where customers go instead of to the PMO: the share of occasions of each channel."""
    parts = [r for r in results if r.segment and r.kpi_id == "R8"]
    if not parts:
        return page.paragraph(f"Where customers go cannot be determined: {otherwise}.")
    rows = [
        {
            "Channel": r.segment.replace("_", " "),
            "Share of occasions": number(r.value, "share") if r.is_measured else r.state,
            level: interval(r.low, r.high, "share"),
        }
        for r in sorted(parts, key=lambda r: (-r.value if r.is_measured else 1, r.segment))
    ]
    return page.table(pd.DataFrame(rows), "Who served the customers' needs instead of the PMO")


def _cell(result: KpiResult) -> HTML | str:
    if not result.is_measured:
        return result.state
    ends = interval(result.low, result.high, "share")
    return page.lines(number(result.value, "share"), ends, f"n = {result.n:,}")


def _gaps(found: pd.DataFrame, level: float, more: list[str]) -> pd.DataFrame:
    rows = [
        {"Service": row["service"]}
        | {name.capitalize(): row[name] for name in more}
        | {
            "Gap": DASH if row["note"] else change(row["gap"], "points"),
            f"{number(level, 'share')} interval": change_interval(
                row["gap_low"], row["gap_high"], "points"
            ),
            "Respondents": str(row["respondents"]) if not row["note"] else row["note"],
        }
        for row in found.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _places(services: pd.DataFrame, level: float) -> pd.DataFrame:
    ends = f"{number(level, 'share')} interval"
    rows = [
        {
            "Service": row["service"],
            "Matters": number(row["importance"], "ratio"),
            f"{ends} of that": interval(row["importance_low"], row["importance_high"], "ratio"),
            "Goes": number(row["performance"], "ratio"),
            f"{ends} of this": interval(row["performance_low"], row["performance_high"], "ratio"),
            "Quadrant": row["quadrant"] or row["note"] or "on a line",
            "Bootstrap share": number(row[row["quadrant"]], "share") if row["quadrant"] else DASH,
        }
        for row in services.to_dict("records")
    ]
    return pd.DataFrame(rows)
