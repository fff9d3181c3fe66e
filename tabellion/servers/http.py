"""The HTTP of the small servers: a table of routes, bounded bodies and waits, and nothing else (ASGI 3)."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from tabellion.base.errors import Unavailable

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
"""Connections; a further one is told to come back (503)."""

BODY_SECONDS = 10.0
_BACKLOG = 128
_PLAIN = "text/plain; charset=utf-8"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers."""

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """Answers a request by its body, in a thread of its own; `accepts` is the media type of bodies, None: any.

    What it raises is answered with 500, without its words.
    """

    answer: Callable[[bytes], Reply]
    accepts: str | None = None
    largest: int = 0


def said(status: int, words: str) -> Reply:
    """A reply in words."""
    return Reply(status, _PLAIN, f"{words}\n".encode())


class SmallServer:
    """An ASGI application over routes by method and path."""

    def __init__(self, routes: Mapping[tuple[str, str], Route]) -> None:
        self._routes = routes

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        reply = await self._reply(scope, receive)
        headers = [
            (b"content-type", reply.kind.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if reply.status == 405:
            headers.append((b"allow", ", ".join(self._methods(scope["path"])).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Mapping[str, Any], receive: Receive) -> Reply:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route = self._routes.get((method, scope["path"]))
        if route is None:
            known = self._methods(scope["path"])
            return said(405, "another method is asked for") if known else said(404, "there is nothing here")
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        if route.accepts is not None and kind != route.accepts:
            return said(415, f"the body must be {route.accepts}")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive, route.largest)
        except TimeoutError:
            return said(408, "the body did not come in time")
        if body is None:
            return said(413, f"the body has more than {route.largest} bytes")
        try:
            return await asyncio.to_thread(route.answer, body)
        except Exception:
            _log.exception("a request failed", extra={"path": scope["path"]})
            return said(500, "something went wrong here")

    def _methods(self, path: str) -> list[str]:
        return sorted(method for method, known in self._routes if known == path)


async def _body(receive: Receive, largest: int) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if len(body) > largest:
            return None
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return body


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free. Raises `Unavailable` where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise Unavailable(
            f"{host}:{port} cannot be used: {str(error.strerror or error).partition(' (while')[0]}",
            advice="Stop what listens there, or choose another --port.",
        ) from error


def address_of(listening: socket.socket) -> str:
    """Where it can be asked."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(app: SmallServer, listening: socket.socket) -> None:
    """Serve in the foreground until SIGTERM or SIGINT; what is being answered is finished."""
    import uvicorn  # noqa: PLC0415  # other commands do without it

    from tabellion.servers.patient import PatientProtocol  # noqa: PLC0415

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        http=PatientProtocol,
        ws="none",
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops at them, and sends them to us again afterwards: then nothing is left to do.
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])
