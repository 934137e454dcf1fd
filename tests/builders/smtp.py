"""A mail server of a few lines: keeps what it is sent, refuses whom it is told to.

With a certificate it takes mail only after STARTTLS, and after a login with its password.
"""

import datetime
import socketserver
import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Thread


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def __init__(
        self, refuse: tuple[str, ...] = (), certificate: Path | None = None, password: str = ""
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refuse, self.got = refuse, list[EmailMessage]()
        self.password, self.context = password, None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def addresses(self) -> list[str]:
        return [str(each["To"]) for each in self.got]


class _Talk(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.say("220 here")
        is_open = not self.server.context
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "EHLO" and self.server.context:
                self.say("250-here")
                is_safe = isinstance(self.request, ssl.SSLSocket)
                self.say("250 AUTH PLAIN" if is_safe else "250 STARTTLS")
            elif word == "STAR" and self.server.context:
                self.say("220 go on")
                try:
                    self.request = self.server.context.wrap_socket(self.request, server_side=True)
                except ssl.SSLError:  # the other does not trust us
                    return
                self.rfile = self.request.makefile("rb")
                self.wfile = self.request.makefile("wb", buffering=0)
            elif word == "AUTH":
                given = b64decode(line.split()[-1]).split(b"\0")[-1].decode()
                is_open = given == self.server.password
                self.say("235 welcome" if is_open else "535 wrong user or password")
            elif word == "MAIL" and not is_open:
                self.say("530 who are you?")
            elif word == "RCPT" and any(name in line for name in self.server.refuse):
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

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(
    refuse: tuple[str, ...] = (), certificate: Path | None = None, password: str = ""
) -> Iterator[Server]:
    """A server on a free port of this machine, until the block ends."""
    with Server(refuse, certificate, password) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def certificate_of_this_machine(path: Path) -> Path:
    """Key and certificate of 127.0.0.1, which signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path
