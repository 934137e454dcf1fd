"""What settings say of mail: to whom, of what, and by which server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pmo_lib.errors import SettingsError, raise_all, shown

ADDRESS = re.compile(r"[^\s@<>,;:/\"\\]+@[^\s@<>,;:/\"\\]+\.[^\s@<>,;:/\"\\]+")


@dataclass(frozen=True)
class Mail:
    """Who gets word of which departments; without a ``host`` nothing is sent, only written.

    ``recipients`` has for each address the departments it is told of, "All departments" and "Value
    case" among them. The password is never here: it is read from the environment.
    """

    recipients: Mapping[str, list[str]] = field(default_factory=dict)
    sender: str = ""
    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""

    def __post_init__(self) -> None:
        addresses = [*self.recipients, *([self.sender] if self.sender else [])]
        rules = [
            *((f"{shown(a)} is no address", bool(ADDRESS.fullmatch(a))) for a in addresses),
            *((f"{a} is told of no department", bool(of)) for a, of in self.recipients.items()),
            (f"port must be from 1 to 65,535; not {self.port}", 1 <= self.port <= 65_535),
            ("sender must be an address where a host is set", bool(self.sender or not self.host)),
            ("user needs security: starttls or tls", not self.user or self.security != "none"),
        ]
        raise_all([SettingsError(what) for what, holds in rules if not holds])
