"""Stands before the application: against too many header fields, hasty strangers, bodies that come too slowly."""

import time
from collections.abc import Callable

from anyio import move_on_after
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits.errors import HeadersTooLarge, RateLimited
from api.limits.limiter import Limiter
from api.limits.rates import Standing
from tabellion.base.errors import TabellionError

MOST_FIELDS, LARGEST_HEAD = 100, 32 * 1024
"""Header fields of a request: how many, and their bytes together."""

STANDING = "standing"
"""Where the state of a request keeps the `Standing` of who is behind it."""


class Guard:
    """ASGI middleware; `refuse` makes the answer of an error.

    Who shows a token or a session cookie is charged where these are looked up (`api.request`), others here.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: Limiter,
        cookie: str,
        refuse: Callable[[Request, TabellionError], Response],
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._cookie = f"{cookie}="
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._look_at(scope)
        except (HeadersTooLarge, RateLimited) as error:
            await self._refuse(Request(scope), error)(scope, receive, send)
            return
        limits = self._limiter.limits
        body = PacedBody(receive, limits.slowest_body, limits.grace_seconds, limits.silent_seconds)

        async def with_fields(message: Message) -> None:
            standing = scope["state"].get(STANDING)
            if message["type"] == "http.response.start" and isinstance(standing, Standing):
                MutableHeaders(scope=message).update(standing.fields)
            await send(message)

        await self._app(scope, body, with_fields)

    def _look_at(self, scope: Scope) -> None:
        fields = scope["headers"]
        if len(fields) > MOST_FIELDS or sum(len(name) + len(value) for name, value in fields) > LARGEST_HEAD:
            raise HeadersTooLarge(
                f"a request has at most {MOST_FIELDS} header fields and {LARGEST_HEAD} bytes of them"
            )
        headers = Headers(scope=scope)
        if "authorization" not in headers and self._cookie not in headers.get("cookie", ""):
            self._limiter.charge_stranger(address_of(scope))


class PacedBody:
    """The `receive` of a request whose body must keep coming: never silent for long, nor too slow on the whole.

    Only the time is counted for which the sender is waited for. What falls behind raises 408, in the words of the
    framework, which reads bodies too.
    """

    def __init__(self, receive: Receive, slowest: int, grace: float, silent: float) -> None:
        self._receive = receive
        self._slowest = slowest
        self._grace = grace
        self._silent = silent
        self._waited = 0.0
        self._came = 0
        self._ended = False

    async def __call__(self) -> Message:
        if self._ended:  # now it is waited for the end of the connection
            return await self._receive()
        begun = time.monotonic()
        message: Message | None = None
        with move_on_after(self._silent):
            message = await self._receive()
        self._waited += time.monotonic() - begun
        if message is None:
            raise HTTPException(408)
        self._came += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if not self._ended and self._came < (self._waited - self._grace) * self._slowest:
            raise HTTPException(408)
        return message


def address_of(scope: Scope) -> str:
    """The address of who sends the request; empty where there is none."""
    client = scope.get("client")
    return client[0] if client else ""
