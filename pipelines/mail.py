"""pmo run --mail: a message to each recipient of the settings who has news or a decision due.

Each is written as .eml, and sent where a server is set; what was sent stands beside it under
`sent`, and is not sent again. What a department was sent on its promises is added to
`communications.csv`, as the table of that name has it.
"""

import csv
import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from pipelines.messages import News, attach, message, told
from pipelines.progress import Progress
from pipelines.publishing.made import read_made
from pipelines.spreadsheet import guarded
from pmo_lib.contract.mail import Mail
from pmo_lib.errors import PmoError, SettingsError, allowed_values, shown
from pmo_lib.printable import printable
from pmo_lib.wording import counted
from pmo_lib.workbook import Workbook

FOLDER, SENT, COMMUNICATIONS = "mail", "sent", "communications.csv"
PASSWORD = "PMO_SMTP_PASSWORD"
COLUMNS = ("department", "statement_id", "report", "sent_on", "decision")
SECONDS = 60


class MailError(PmoError):
    """A message could not be sent; it is written all the same."""


def mail(pack: Path, workbook: Workbook, progress: Progress) -> bool:
    """Write what there is to tell, and send it where a server is set; whether all went well."""
    settings, made, news = workbook.settings, read_made(pack), told(pack)
    wished = settings.mail.recipients
    if not wished:
        progress.warn("nobody is told: settings.yml names no recipients under mail")
    folder = _folder(workbook) / made.period
    written = []
    for address, own in {a: _own(a, names, news) for a, names in wished.items()}.items():
        if to_tell := [each for each in own if each.due or each.since_last]:
            made_of = message(address, to_tell, made, settings.organisation, settings.mail.sender)
            attach(made_of, to_tell, pack)
            written.append(_write(made_of, folder / f"{address}.eml"))
    progress.say(f"{counted(len(written), 'message')} written to {folder}")
    waiting = [path for path in written if not _is_sent(path)]
    if not settings.mail.host or not waiting:
        return True
    return _send(waiting, settings.mail, news, workbook, progress)


def _own(address: str, names: Sequence[str], news: Mapping[str, News]) -> list[News]:
    """What the recipient is to be told of; SettingsError for a name that the pack has not."""
    known = {name.casefold(): each for name, each in news.items()}
    for name in names:
        if name.casefold() not in known:
            raise SettingsError(
                f"{shown(name)} is no department of the pack", where=f"mail: {address}",
                remedy=allowed_values(name, sorted(news)),
            )  # fmt: skip
    return [known[name] for name in dict.fromkeys(name.casefold() for name in names)]


def _folder(workbook: Workbook) -> Path:
    assert workbook.folder is not None  # a run's has one
    return workbook.folder / FOLDER


def _write(message: EmailMessage, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(message.as_bytes())
    return path


def _is_sent(path: Path) -> bool:
    """Whether the same message, to the letter of its text, was sent."""
    sent = path.parent / SENT / path.name
    return sent.exists() and _read(sent)["Message-ID"] == _read(path)["Message-ID"]


def _read(path: Path) -> Any:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def _send(
    paths: Sequence[Path], by: Mail, news: Mapping[str, News], workbook: Workbook,
    progress: Progress,
) -> bool:  # fmt: skip
    """Send each message; one that is refused keeps the others from nothing."""
    failed = 0
    try:
        with _server(by) as server:
            for path in paths:
                try:
                    server.send_message(_read(path))
                except smtplib.SMTPResponseException as error:
                    progress.warn(f"{path.stem} was not told: {_said(error)}")
                    failed += 1
                except smtplib.SMTPRecipientsRefused:
                    progress.warn(f"{path.stem} was not told: {by.host} refuses the address")
                    failed += 1
                else:
                    (path.parent / SENT).mkdir(exist_ok=True)
                    (path.parent / SENT / path.name).write_bytes(path.read_bytes())
                    _log(path.stem, by, news, workbook)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(
            f"cannot be used to send: {_said(error)}; the messages are in {paths[0].parent}",
            where=f"mail: host: {by.host}:{by.port}",
            remedy=f"Check host, port, security, user and the variable {PASSWORD}",
        ) from error  # fmt: skip
    progress.say(f"{counted(len(paths) - failed, 'message')} sent by {by.host}")
    return not failed


@contextmanager
def _server(by: Mail) -> Iterator[smtplib.SMTP]:
    trust = ssl.create_default_context()
    if by.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(by.host, by.port, timeout=SECONDS, context=trust)
    else:
        server = smtplib.SMTP(by.host, by.port, timeout=SECONDS)
    with server:
        if by.security == "starttls":
            server.starttls(context=trust)
        if by.user:
            server.login(by.user, os.environ.get(PASSWORD, ""))
        yield server


def _said(error: Exception) -> str:
    reason = getattr(error, "smtp_error", None) or getattr(error, "strerror", None) or error
    return printable(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason))


def _log(address: str, by: Mail, news: Mapping[str, News], workbook: Workbook) -> None:
    """A row for each promise to a department that was told of; of the table communications."""
    subjects = {subject.casefold() for subject in by.recipients[address]}
    promises = workbook.tables.get("value_statements")
    if promises is None or "statement_id" not in promises:
        return
    own = promises[promises["department"].str.casefold().isin(subjects)]
    path = _folder(workbook).parent / COMMUNICATIONS
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        for department, statement in zip(own["department"], own["statement_id"], strict=True):
            report = news[department].report or "message"
            cells = (department, statement, report, date.today().isoformat(), "")
            writer.writerow([guarded(str(cell)) for cell in cells])
