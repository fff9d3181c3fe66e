"""What goes round every request: its id, security headers, a strict Content-Security-Policy, a bounded body."""

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tabellion.base.errors import TabellionError, TooLarge
from tabellion.base.ids import Ids
from tabellion.base.logs import working_on

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """ASGI middleware: a request id in state, log and answer; the headers; nothing is cached unless it says so."""

    def __init__(self, app: ASGIApp, ids: Ids, *, tls: bool) -> None:
        self._app = app
        self._ids = ids
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = self._ids.new()
        scope.setdefault("state", {})["id"] = identifier

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = identifier
                if self._tls:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        with working_on(identifier):
            await self._app(scope, receive, with_headers)


class BodyLimit:
    """ASGI middleware: a request's body has at most `limit` bytes.

    `others` are limits of their own by method and path template; None: the route streams its body, and bounds it
    itself. It is the framework that reads the body, before anybody has asked who sends it. `refuse` makes the answer of
    an error.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        others: Mapping[tuple[str, str], int | None],
        refuse: Callable[[Request, TabellionError], Response],
    ) -> None:
        self._app = app
        self._limit = limit
        self._refuse = refuse
        self._others = [
            (method, compile_path(path)[0], other) for (method, path), other in sorted(others.items())
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            error = TooLarge(f"{declared} bytes are more than the {limit} that such a request may have")
            await self._refuse(Request(scope), error)(scope, receive, send)
            return
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                # The framework's own error: it reads the body, and would take another for a body without sense.
                raise HTTPException(413)
            return message

        await self._app(scope, counting, send)

    def _limit_of(self, scope: Scope) -> int | None:
        for method, path, limit in self._others:
            if scope["method"] == method and path.match(scope["path"]):
                return limit
        return self._limit
