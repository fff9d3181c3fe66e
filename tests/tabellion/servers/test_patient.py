"""Peers that draw out heads, bodies nobody reads, or the taking of answers are closed; patient ones are not touched."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tabellion.servers import patient
from tabellion.servers.patient import PatientProtocol

LARGE = 30 << 20


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once (never reading a body), after 0.8 s (`/late`), or with much (`/large`)."""
    if scope["path"] == "/late":
        await asyncio.sleep(0.8)
    body = b"x" * LARGE if scope["path"] == "/large" else b"ok"
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(patient, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(patient, "TAKING_SECONDS", 0.4)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=PatientProtocol, ws="none", lifespan="off", log_config=None, timeout_keep_alive=30
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(60)
    listening.close()


def closed_within(peer: socket.socket, seconds: float) -> bool:
    """Whether the server ends the connection, whatever it sends before."""
    peer.settimeout(seconds)
    deadline = time.monotonic() + seconds
    with suppress(TimeoutError):
        while time.monotonic() < deadline:
            try:
                if not peer.recv(1 << 20):
                    return True
            except ConnectionError:
                return True
    return False


def trickle(peer: socket.socket, data: bytes, seconds: float) -> bool:
    """Send a byte every 50 ms for so long; whether the server ended the connection meanwhile."""
    deadline = time.monotonic() + seconds
    try:
        for byte in data:
            if time.monotonic() > deadline:
                return False
            peer.sendall(bytes([byte]))
            time.sleep(0.05)
    except ConnectionError:
        return True
    return False


def test_a_connection_that_asks_nothing_is_closed(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as peer:
        assert closed_within(peer, 3)


def test_a_head_that_trickles_is_closed(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as peer:
        assert trickle(peer, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Slow: 1\r\n" * 20, 3)


def test_a_second_head_that_trickles_is_closed(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(0.6)  # between two requests a connection may be idle for longer
        assert trickle(peer, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Slow: 1\r\n" * 20, 3)


def test_the_rest_of_a_body_is_not_taken_for_ever(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as peer:
        peer.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        assert trickle(peer, b"x" * 1000, 3)


def test_who_takes_nothing_of_an_answer_is_closed(address: tuple[str, int]) -> None:
    with closing(socket.socket()) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(address)
        peer.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(1.0)
        peer.settimeout(3)
        taken = 0
        with suppress(ConnectionError):
            while piece := peer.recv(1 << 20):
                taken += len(piece)
        assert taken < LARGE


def test_who_waits_for_a_late_answer_is_not_closed(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as peer:
        peer.settimeout(5)
        for _ in range(2):
            peer.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(b"ok"):
                answer += peer.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200")
