"""A mail server of a few lines: keeps what it is sent, refuses whom it is told to."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def __init__(self, refuse: tuple[str, ...] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refuse, self.got = refuse, list[EmailMessage]()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def addresses(self) -> list[str]:
        return [str(each["To"]) for each in self.got]


class _Talk(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "RCPT" and any(name in line for name in self.server.refuse):
                self.say("550 no such person")
            elif word == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                made = message_from_bytes(b"".join(lines), policy=policy.default)
                self.server.got.append(made)
                self.say("250 kept")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(refuse: tuple[str, ...] = ()) -> Iterator[Server]:
    """A server on a free port of this machine, until the block ends."""
    with Server(refuse) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
