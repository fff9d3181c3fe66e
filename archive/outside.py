"""HTTP requests to servers that are not ours: bounded in total time, in size, and in where they may lead.

httpx bounds each single wait; a server that sends one byte before each of them ends would hold a keeper for hours.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network

_OK = 200


class NoAnswer(Exception):
    """Nobody answered in time, or not to the end; the same request may be sent again later."""


class BadAnswer(Exception):
    """There is an answer that cannot be used, or an address that may not be asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read to its end; `kind` is its media type in lower case, without parameters."""

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outside:
    """Sends requests, each on a connection of its own; redirects are answers like any other and are not followed.

    `seconds` bounds a request as a whole but for the resolution of its name, which the system bounds. With `public`,
    hosts may only have addresses of the internet at large or of `networks`: for addresses that somebody else has
    written, such as those in a certificate. Without `context`, the system's CAs vouch for servers.
    """

    seconds: float = 20.0
    public: bool = False
    networks: Sequence[Network] = ()
    context: ssl.SSLContext | None = None

    def get(self, url: str, largest: int) -> Answer:
        """What lies at the address. Raises `NoAnswer` and `BadAnswer`."""
        return self._send("GET", url, None, {}, largest)

    def post(self, url: str, body: bytes, headers: dict[str, str], largest: int) -> Answer:
        """The answer to a body. Raises `NoAnswer` and `BadAnswer`."""
        return self._send("POST", url, body, headers, largest)

    def _send(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], largest: int
    ) -> Answer:
        # Loaded only where something is asked: it would double the time that a keeper takes to start.
        from archive.outside_http import send  # noqa: PLC0415

        networks = self.networks if self.public else None
        return send(method, url, body, headers, largest, self.seconds, networks, self.context)


def ok(answer: Answer) -> bool:
    """Whether the server gave what it was asked for."""
    return answer.status == _OK
