"""The one page: verdict, five numbers, asks, what is new, what is fine, what is unknown."""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from IPython.display import HTML

from pmo_lib.brief.ask import Ask
from pmo_lib.brief.brief import Brief
from pmo_lib.brief.headline import Headline
from pmo_lib.brief.register import Became
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month, month_end
from pmo_lib.reports import page
from pmo_lib.wording import TIED, capital

MOST_BECAME = 2
MOST_WORDS = 250
FINE = "Fine"
_DATE = re.compile(rf"(\d+ )?(?:{'|'.join(month_name[1:])}) \d{{4}}")
_RANGE = re.compile(r" \([^()]* to [^()]*\)")  # of an ask: in its evidence
LOG = ("ask_id", "asked_on", "decided_on", "decision", "done_on")


def one_page(
    brief: Brief,
    sparks: Mapping[str, HTML],
    level: str,
    until: str,
    headings: tuple[str, str] = (FINE, "What cannot be told"),
) -> HTML:
    """The page of a brief; `sparks` by KPI, `until` is the last month of the baseline, if any.

    Where it would be longer than `MOST_WORDS` the last news, the fifth number and what is fine give
    way: all stand in the evidence.
    """
    made = _page(brief, sparks, level, until, headings)
    for less in _shorter(brief) if headings[0] == FINE else ():
        if words(made) <= MOST_WORDS:
            break
        made = _page(less, sparks, level, until, headings)
    return HTML(made)


def _shorter(brief: Brief) -> Iterator[Brief]:
    """The brief with ever less, what can best be read up in the evidence first."""
    less_and_less = ((3, 5, 1), (2, 5, 1), (2, 4, 1), (2, 4, 0), (1, 4, 0), (1, 3, 0), (0, 3, 0))
    for news, numbers, fine in less_and_less:
        yield replace(
            brief,
            since_last=brief.since_last[:news],
            numbers=brief.numbers[:numbers],
            fine=brief.fine if fine else "",
            became=brief.became[: max(1, min(news, MOST_BECAME))],
        )


def words(html: str) -> int:
    """How many words a reader sees; an amount or date that no line breaks is one."""
    seen = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", html, flags=re.DOTALL)
    return len(re.split(r"[ \n]+", seen.strip(" \n")))


def _page(
    brief: Brief,
    sparks: Mapping[str, HTML],
    level: str,
    until: str,
    headings: tuple[str, str],
) -> str:
    fine, unknown = headings
    parts = [
        f"<p class='verdict'>{page.escape(brief.verdict)}</p>",
        numbers(brief.numbers, sparks),
        f"<p>{page.escape(brief.promises)}</p>" if brief.promises else "",
        "<h2 class='part'>What we ask</h2>",
        asks(brief.asks, brief.last_period, brief.was_due),
        _block("What became of what we asked", [in_words(b) for b in brief.became[:MOST_BECAME]]),
        _block(_since(brief), brief.since_last),
        _block(fine, [brief.fine] if brief.fine else []),
        _block(unknown, [brief.cannot_tell] if brief.cannot_tell else []),
        _how_sure(brief.numbers, level, until) if brief.numbers else "",
    ]
    inner = _DATE.sub(_tied, "\n".join(part for part in parts if part))
    return f"<section class='one-page'>\n{inner}\n</section>"


def numbers(shown: Sequence[Headline], sparks: Mapping[str, HTML]) -> str:
    """The numbers as boxes, each with its interval, basis, past and sparkline."""
    boxes = "\n".join(
        f"<li><b>{page.escape(one.value)}</b> <span>{page.escape(one.what)}</span>"
        f"{_spark(one, sparks)}"
        + "".join(
            f"<small>{page.escape(text)}</small>"
            for text in (one.range, one.basis, "; ".join(filter(None, [one.before, one.since])))
            if text
        )
        + "</li>"
        for one in shown
    )
    return f"<ul class='numbers'>\n{boxes}\n</ul>" if boxes else ""


def asks(shown: Sequence[Ask], last_period: str = "", was_due: Sequence[str] = ()) -> str:
    """The asks as an ordered list: what, who, by when, and why."""
    if not shown:
        return "<p>Nothing: what the data can tell needs no decision.</p>"
    items = "\n".join(
        f"<li><b>{page.escape(ask.what)}.</b> <span class='who'>{page.escape(ask.who)}, "
        f"{'was due by' if ask.id in was_due else 'by'} {page.escape(_day(ask.by))}"
        f"{'' if ask.id in was_due else _again(ask, last_period)}.</span> "
        f"<small>{page.escape(_sentence(_RANGE.sub('', ask.why)))}</small></li>"
        for ask in shown
    )
    return f"<ol class='asks'>\n{items}\n</ol>"


def further_asks(brief: Brief) -> HTML:
    """What did not fit on the page: asks, what became of the last ones, news, what is fine."""
    parts = []
    if brief.further:
        rows = [
            {"What": ask.what, "Who": ask.who, "By": _day(ask.by), "Why": _sentence(ask.why)}
            for ask in brief.further
        ]
        parts.append(page.table(pd.DataFrame(rows), "What else is asked, by stake", "cards"))
    else:
        parts.append(page.paragraph("Nothing else is asked."))
    told = [*brief.became[MOST_BECAME:], *brief.became_further]
    if told:
        parts.append(page.paragraph("What became of what else was asked:"))
        parts.append(page.bullets(in_words(each) for each in told))
    news = [*brief.since_last, *filter(None, [brief.fine])] if len(brief.since_last) > 1 else []
    if news:
        parts.append(page.folded("All that is new, and what is fine", page.bullets(news)))
    return page.joined(*parts, to_answer(brief))


def to_answer(brief: Brief) -> HTML:
    """The lines of decisions.csv that record an answer to each ask, to be filled."""
    if not brief.asks:
        return page.joined()
    lines = [
        ",".join(LOG),
        *(f"{_csv(ask.id)},{month_end(ask.first_asked):%Y-%m-%d},,," for ask in brief.asks),
    ]
    return page.folded(
        "To record what was decided, copy to decisions.csv and fill in",
        page.code("\n".join(lines)),
    )


def in_words(each: Became) -> str:
    """Late since 31 August: Redesign Status reporting (27 % then, 35 % now: it may be chance)."""
    state = capital(each.state)
    if each.state == "late":
        state = f"Late, was due by {_day(each.ask.by)}"
    moved = f" ({each.said})" if each.said else ""
    return f"{state}: {each.ask.what.partition(': ')[0]}{moved}."


def _since(brief: Brief) -> str:
    return f"Since {month(brief.last_period)}" if brief.last_period else ""


def _block(heading: str, sentences: Iterable[str]) -> str:
    items = [f"<p>{page.escape(text)}</p>" for text in sentences]
    return "\n".join([f"<h2 class='part'>{page.escape(heading)}</h2>", *items]) if items else ""


def _spark(one: Headline, sparks: Mapping[str, HTML]) -> str:
    """Only of the KPI's own statistic: a sum has another course than its median."""
    drawn = sparks.get(one.kpi_id)
    if drawn is None or one.statistic != CATALOGUE[one.kpi_id].statistic.id:
        return ""
    return str(drawn.data)


def _tied(date: re.Match[str]) -> str:
    """30 September 2026, at which no line is broken."""
    return date[0].replace(" ", TIED)


def _how_sure(shown: Sequence[Headline], level: str, until: str) -> str:
    said = f"How sure: a range is the {level}"
    said += "."
    if until:
        said += f" “Before” is up to {month(until)}; a change is not yet an effect."
    return f"<p class='beneath'>{page.escape(said)}</p>"


def _again(ask: Ask, last_period: str) -> str:
    return ", asked again" if last_period and ask.first_asked <= last_period else ""


def _day(iso: str) -> str:
    return f"{int(iso[8:])} {month(iso[:7])}" if iso else ""


def _sentence(text: str) -> str:
    return f"{capital(text)}." if text else ""


def _csv(text: str) -> str:
    return f'"{text}"' if {",", '"'} & set(text) else text
