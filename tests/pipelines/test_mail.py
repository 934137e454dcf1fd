"""pmo run --mail: told once, of news or of what is due, and never the same again."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from builders.smtp import Server, certificate_of_this_machine, serving
from pipelines.mail import COMMUNICATIONS, FOLDER, PASSWORD, MailError, mail
from pipelines.progress import Progress
from pmo_lib.contract.mail import Mail
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError, SettingsError
from pmo_lib.workbook import open_workbook

ANNA, BO, CY = "anna@example.org", "bo@example.org", "cy@example.org"
FINANCE, LEGAL, ALL = "Finance", "<b>Legal & Co</b>", "All departments"
DUE = {"id": "a:1", "what": "Redesign <it>", "who": "the PMO", "by": "2025-10-31", "why": "27 %."}
LATER = {**DUE, "id": "a:2", "what": "Hire one", "by": "2025-12-31"}
UNDATED = {**DUE, "id": "a:3", "what": "Say when", "by": ""}


def brief(*asks: dict[str, str], new: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"verdict": "It goes well.", "asks": asks, "since_last": new}


class Told(Progress):
    def __init__(self) -> None:
        self.warned: list[str] = []

    def warn(self, text: str) -> None:
        self.warned.append(text)


class Post:
    """Mails a pack whose pages say what is given."""

    def __init__(self, out: Path, pack: Path) -> None:
        self.out, self.pack, self.told = out, pack, Told()
        self.promises: pd.DataFrame | None = None

    def say(self, value_case: Any = None, **subjects: Any) -> None:
        named = {
            {"all": ALL, "finance": FINANCE, "legal": LEGAL}[k]: v for k, v in subjects.items()
        }
        page = {"subjects": {ALL: brief(), FINANCE: brief(), LEGAL: brief()} | named}
        (self.pack / "page_one.json").write_text(json.dumps(page | {"value_case": value_case}))

    def send(
        self,
        server: Server | None = None,
        by: dict[str, Any] | None = None,
        **recipients: list[str],
    ) -> bool:
        people = {{"anna": ANNA, "bo": BO, "cy": CY}[name]: of for name, of in recipients.items()}
        where = {"host": "127.0.0.1", "port": server.port} if server else {}
        how: dict[str, Any] = {"security": "none"} | where | (by or {})
        asked = Mail(people, "pmo@example.org", **how)
        book = open_workbook(self.out)
        tables = {**book.tables}
        if self.promises is not None:
            tables["value_statements"] = self.promises
        book = replace(book, tables=tables, settings=replace(book.settings, mail=asked))
        return mail(self.pack, book, self.told)

    def written(self) -> dict[str, EmailMessage]:
        return {
            path.name.removesuffix(".eml"): message_from_bytes(
                path.read_bytes(), policy=policy.default
            )
            for path in (self.out / FOLDER / "2025-09").glob("*.eml")
        }


@pytest.fixture
def post(rerun: Any) -> Post:
    return Post(rerun.out, rerun.pack)


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class TestWritten:
    def test_only_for_whom_there_is_news_or_something_due(self, post: Post) -> None:
        post.say(finance=brief(LATER), legal=brief(UNDATED), all=brief(new=("One finished.",)))
        assert post.send(anna=[FINANCE], bo=[LEGAL, FINANCE], cy=[ALL])
        assert set(post.written()) == {BO, CY}
        assert "Finance" not in text(post.written()[BO])
        assert "Hire one" not in text(post.written()[BO])

    def test_says_verdict_asks_and_news_in_text_and_html(self, post: Post) -> None:
        post.say(legal=brief(DUE, LATER, new=("One finished.",)))
        post.send(anna=[LEGAL.upper()])
        made = post.written()[ANNA]
        assert made["Subject"] == "Small & Sons, September 2025: 1 decision due"
        for said in (LEGAL, "It goes well.", "Redesign <it>. the PMO, by 31 October 2025. 27 %."):
            assert said in text(made)
        assert "&lt;b&gt;Legal &amp; Co&lt;/b&gt;" in text(made, "html")
        assert "<b>Redesign &lt;it&gt;.</b>" in text(made, "html")
        assert "<b>Legal" not in text(made, "html")

    def test_of_the_value_case_too(self, post: Post) -> None:
        post.say(value_case=brief(new=("It has paid.",)))
        post.send(anna=["Value case"])
        assert "It has paid." in text(post.written()[ANNA])

    def test_text_of_others_adds_no_header(self, post: Post) -> None:
        post.say(legal=brief({**DUE, "what": "x\r\nBcc: all@example.org\x1b"}))
        post.send(anna=[LEGAL])
        made = post.written()[ANNA]
        assert made["Bcc"] is None
        assert "\x1b" not in text(made)

    def test_name_of_no_department_is_told_before_anything_is_written(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        with pytest.raises(SettingsError, match=r"'Finanse' is no department.*Finance"):
            post.send(anna=[FINANCE], bo=["Finanse"])
        assert post.written() == {}

    def test_pack_that_does_not_say_what_is_new_is_told(self, post: Post) -> None:
        for content in ("", "{}", '{"subjects": {"Finance": {"asks": 3}}}', "[]"):
            (post.pack / "page_one.json").write_text(content)
            with pytest.raises(DataError, match="does not say what is new"):
                post.send(anna=[FINANCE])
        (post.pack / "page_one.json").unlink()
        with pytest.raises(DataError, match="--force"):
            post.send(anna=[FINANCE])


class TestSent:
    def test_once_and_again_only_when_it_says_something_else(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        with serving() as server:
            for _ in range(2):
                assert post.send(server, anna=[FINANCE])
            assert server.addresses() == [ANNA]
            post.say(finance=brief(DUE, new=("One finished.",)))
            assert post.send(server, anna=[FINANCE])
            assert server.addresses() == [ANNA, ANNA]
        first, second = map(text, server.got)
        assert "One finished." not in first
        assert "One finished." in second

    def test_refused_address_is_told_and_keeps_no_other_from_its_message(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        with serving(refuse=(ANNA,)) as server:
            assert not post.send(server, anna=[FINANCE], bo=[FINANCE])
        assert server.addresses() == [BO]
        assert ANNA in post.told.warned[0]
        with serving() as server:
            assert post.send(server, anna=[FINANCE], bo=[FINANCE])
        assert server.addresses() == [ANNA]

    def test_server_that_is_not_there_is_told_and_messages_stay(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        with socket.socket() as nobody:  # a port on which nothing listens
            nobody.bind(("127.0.0.1", 0))
            server: Any = type("Gone", (), {"port": nobody.getsockname()[1]})
            with pytest.raises(MailError, match=r"mail: host: 127\.0\.0\.1.*PMO_SMTP_PASSWORD"):
                post.send(server, anna=[FINANCE])
        assert set(post.written()) == {ANNA}

    def test_over_starttls_after_a_login(
        self, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = certificate_of_this_machine(tmp_path / "own.pem")
        safely = {"security": "starttls", "user": "pmo"}
        post.say(finance=brief(DUE))
        with serving(certificate=own, password="right") as server:
            monkeypatch.setenv(PASSWORD, "right")
            with pytest.raises(MailError, match="certificate verify failed"):
                post.send(server, safely, anna=[FINANCE])  # nobody vouches for it
            monkeypatch.setenv("SSL_CERT_FILE", str(own))
            monkeypatch.setenv(PASSWORD, "wrong")
            with pytest.raises(MailError, match=r"wrong user or password.*PMO_SMTP_PASSWORD"):
                post.send(server, safely, anna=[FINANCE])
            assert not server.got
            monkeypatch.setenv(PASSWORD, "right")
            assert post.send(server, safely, anna=[FINANCE])
        assert server.addresses() == [ANNA]

    def test_promises_told_of_are_added_to_communications(self, post: Post) -> None:
        post.promises = pd.DataFrame({
            "statement_id": ["V1", "V2", "=V3"], "department": [FINANCE, LEGAL, FINANCE],
        })  # fmt: skip
        post.say(finance=brief(DUE), legal=brief(DUE))
        with serving(refuse=(BO,)) as server:
            post.send(server, anna=[FINANCE], bo=[LEGAL])
        found = pd.read_csv(post.out / COMMUNICATIONS, dtype="str")
        assert list(found.columns) == [column.name for column in TABLES["communications"]]
        assert found["statement_id"].to_list() == ["V1", "'=V3"]
        assert found["report"].unique().tolist() == ["03_kpi_report-finance.html"]

    def test_nobody_to_tell_is_said(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        assert post.send()
        assert "names no recipients" in post.told.warned[0]

    def test_nothing_is_sent_without_a_host(self, post: Post) -> None:
        post.say(finance=brief(DUE))
        assert post.send(anna=[FINANCE])
        assert not (post.out / COMMUNICATIONS).exists()
        assert not (post.out / FOLDER / "2025-09" / "sent").exists()


def test_run_that_cannot_tell_says_so_and_the_pack_stays(rerun: Any, pmo: Any) -> None:
    (rerun.pack / "page_one.json").unlink(missing_ok=True)
    told = pmo("run", rerun.job, "--raw", rerun.raw, "--out", rerun.out, "--mail")
    assert told.exit_code == 1
    assert "nothing is mailed" in told.stderr
    assert (rerun.pack / "index.html").exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Mail({"anna": ["x"]}), "'anna' is no address"),
        (lambda: Mail({"a/../b@example.org": ["x"]}), "is no address"),
        (lambda: Mail({"a@example.org\nBcc: x@example.org": ["x"]}), "is no address"),
        (lambda: Mail({ANNA: []}), "is told of no department"),
        (lambda: Mail(host="mail.example.org"), "sender must be an address"),
        (lambda: Mail(port=0), "port must be from 1"),
        (lambda: Mail(user="x", security="none"), "user needs security"),
    ],
)
def test_settings_that_cannot_be_are_told(make: Callable[[], Mail], said: str) -> None:
    with pytest.raises(PmoError, match=said):
        make()
