"""What a pack has to tell: its news by subject, and the message that tells a recipient."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.files import read_json
from pipelines.publishing.made import Made, read_made
from pipelines.publishing.pages import PAGES
from pipelines.publishing.pdf import PrintError, one_page, print_page
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.errors import DataError
from pmo_lib.months import month, month_end, shifted
from pmo_lib.printable import printable
from pmo_lib.wording import counted

PAGE_ONE = "page_one.json"
VALUE_CASE = "Value case"
NOTEBOOKS = ("05_one_page", "03_kpi_report", "04_value_case")  # a subject's page, best first
NOBODY = "pmo@localhost.localdomain"  # a message needs a sender, and nobody is named


@dataclass(frozen=True)
class News:
    """What a subject's page says that is worth a message."""

    subject: str
    verdict: str
    due: tuple[Mapping[str, str], ...]
    since_last: tuple[str, ...]
    report: str  # its page in the pack, if there is one


def told(pack: Path) -> dict[str, News]:
    """The news of each subject of a pack, as its page_one.json has them."""
    try:
        page, made = read_json(pack / PAGE_ONE), read_made(pack)
        briefs = dict(page["subjects"])
        if page.get("value_case"):
            briefs[VALUE_CASE] = page["value_case"]
        last_day = f"{month_end(shifted(made.period, 1)):%Y-%m-%d}"
        return {
            name: News(
                name,
                brief["verdict"],
                tuple(
                    _said(ask, brief.get("was_due", ()))
                    for ask in brief["asks"]
                    if not ask["by"] or ask["by"] <= last_day
                ),
                tuple(brief.get("since_last", ())),
                _report_of(made, name),
            )
            for name, brief in briefs.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "does not say what is new, so nothing is mailed", where=str(pack / PAGE_ONE),
            remedy="Make the pack anew with --force",
        ) from error  # fmt: skip


def _said(ask: Mapping[str, str], was_due: Sequence[str]) -> dict[str, str]:
    """The ask in sentences: by 31 October 2026."""
    why, by = ask["why"].rstrip("."), ask["by"]
    when = "was due by" if ask["id"] in was_due else "by"
    day = date.fromisoformat(by) if by else None
    return {
        "what": ask["what"],
        "who": ask["who"],
        "by": f", {when} {day.day} {month(by[:7])}" if day else "",
        "why": f"{why[:1].upper()}{why[1:]}." if why else "",
    }


def _report_of(made: Made, subject: str) -> str:
    """The page of the subject's report."""
    found = {}
    for each in made.reports:
        department = str(each.parameters.get("department") or ORGANISATION)
        name = VALUE_CASE if each.notebook == "04_value_case" else department
        if each.is_published and name == subject:
            found[each.notebook] = each.file
    return next((found[notebook] for notebook in NOTEBOOKS if notebook in found), "")


def message(
    address: str, news: Sequence[News], made: Made, organisation: str, sender: str
) -> EmailMessage:
    """The message as text and HTML; its id hangs on what it says and to whom."""
    due, others = sum(len(n.due) for n in news), sum(len(n.since_last) for n in news)
    what = counted(due, "decision") + " due" if due else f"news, {counted(others, 'line')}"
    given = {"news": news, "month": month(made.period), "organisation": organisation}
    text = "\n\n".join(_as_text(each) for each in news)
    digest = sha256(f"{address}\n{made.period}\n{text}".encode()).hexdigest()[:32]
    made_of = EmailMessage(policy=policy.SMTP)
    made_of["From"] = sender or NOBODY
    made_of["To"] = address
    made_of["Subject"] = _line(f"{organisation}, {month(made.period)}: {what}")
    made_of["Date"] = format_datetime(datetime.now(UTC))
    made_of["Message-ID"] = f"<{digest}@pmo-value-workbook>"
    made_of.set_content(f"{printable(text)}\n")
    made_of.add_alternative(PAGES.get_template("mail.html.j2").render(given), subtype="html")
    return made_of


def _as_text(news: News) -> str:
    """One subject: the verdict, what is due, what is new."""
    lines = [news.subject, news.verdict]
    if news.due:
        lines += ["", "To be decided:"]
        lines += [f"- {ask['what']}. {ask['who']}{ask['by']}. {ask['why']}" for ask in news.due]
    if news.since_last:
        lines += ["", "New:", *(f"- {line}" for line in news.since_last)]
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(printable(text).split())


def attach(to: EmailMessage, news: Sequence[News], pack: Path) -> None:
    """The one page of each subject as PDF, where the pack was printed and a browser is there."""
    for report in dict.fromkeys(each.report for each in news if each.report):
        page = pack / report
        if not page.with_suffix(".pdf").exists():
            continue
        with TemporaryDirectory() as work, suppress(PrintError):
            short = Path(work) / report
            short.write_text(one_page(page.read_text(encoding="utf-8")), encoding="utf-8")
            made = print_page(short, short.with_suffix(".pdf")).read_bytes()
            name = page.with_suffix(".pdf").name
            to.add_attachment(made, maintype="application", subtype="pdf", filename=name)
