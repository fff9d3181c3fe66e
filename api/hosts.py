"""Under which names the service answers: a Host header that somebody made up goes no further than here."""

from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tabellion.base.errors import BadRequest, TabellionError


class WrongHost(BadRequest):
    """The request names a host that this service does not answer for (RFC 9110, section 15.5.20)."""

    code = "WRONG_HOST"
    status = 421
    advice = (
        "Use the address that people reach the service under; TABELLION_HOSTS names the others that it has."
    )


class HostCheck:
    """ASGI middleware: the Host header is one of these names, or leads to this machine alone; without names, any.

    This machine's own health checks ask by a loopback address.
    """

    def __init__(
        self, app: ASGIApp, names: frozenset[str], refuse: Callable[[Request, TabellionError], Response]
    ) -> None:
        self._app = app
        self._names = names
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._names:
            name = name_of(Headers(scope=scope).get("host", ""))
            if name not in self._names and not _is_here(name):
                await self._refuse(Request(scope), WrongHost(f"this service is not {name!r}"))(
                    scope, receive, send
                )
                return
        await self._app(scope, receive, send)


def name_of(host: str) -> str:
    """The name in a Host header, without its port: lower case, without a dot at the end, IPv6 without brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _is_here(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
