"""What goes round every request: its id, security headers, a strict Content-Security-Policy, a bounded body."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """ASGI middleware: a request's body has at most so many bytes, but for routes that stream it.

    It is the framework that reads the body, before anybody has asked who sends it.
    """

    def __init__(self, app: ASGIApp, limit: int, streamed: frozenset[tuple[str, str]]) -> None:
        self._app = app
        self._limit = limit
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) in self._streamed:
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        refused = declared.isdecimal() and int(declared) > self._limit
        read = 0

        async def counting() -> Message:
            nonlocal read
            message: Message = {} if refused else await receive()
            read += len(message.get("body", b""))
            if refused or read > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counting, send)
