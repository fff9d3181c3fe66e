"""Requests to others' servers end in time, stay small, and do not wander into private networks."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import pytest

from archive.outside import BadAnswer, NoAnswer, Outside

OK = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that treats every connection so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    try:
                        client.recv(65536)
                        answer(client)
                    except OSError:
                        continue

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def test_an_answer() -> None:
    with serving(lambda client: client.sendall(OK)) as url:
        answer = Outside(5).get(url, 2)
        assert (answer.status, answer.kind, answer.body) == (200, "text/plain", b"ok")
        with pytest.raises(BadAnswer, match="more than 1 bytes"):
            Outside(5).get(url, 1)


@pytest.mark.parametrize(
    "after", [b"", OK.partition(b"\r\n\r\n")[0], OK[:-1]], ids=["head", "headers", "body"]
)
def test_a_server_that_sends_byte_after_byte_is_left_in_time(after: bytes) -> None:
    """Each byte comes before any single wait would end."""

    def trickle(client: socket.socket) -> None:
        client.sendall(after)
        for _ in range(1000):
            client.sendall(b"H" if not after else b"\r" if after == OK[:-1] else b"X")
            time.sleep(0.05)

    slow = trickle
    if after == OK[:-1]:
        long = OK.replace(b"Length: 2", b"Length: 9999")

        def slow(client: socket.socket) -> None:
            client.sendall(long)
            trickle(client)

    with serving(slow) as url:
        before = time.monotonic()
        with pytest.raises(NoAnswer):
            Outside(0.4).get(url, 10_000)
        assert time.monotonic() - before < 20


@pytest.mark.parametrize(
    "data", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"]
)
def test_what_is_no_whole_answer(data: bytes) -> None:
    with serving(lambda client: client.sendall(data)) as url, pytest.raises(NoAnswer):
        Outside(5).get(url, 100)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/x",
        "file:///etc/passwd",
        "http:///x",
        "http://[::1/x",
        "ldap://example.com/cn=ca",
        "nonsense",
        "http://example.com:99999/",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises((BadAnswer, NoAnswer)):
        Outside(1).get(url, 100)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[fe80::1]",
     "[::ffff:127.0.0.1]", "0.0.0.0", "224.0.0.1", "2130706433"],  # noqa: S104
)  # fmt: skip
def test_a_private_address_is_not_asked_where_somebody_else_wrote_it(host: str) -> None:
    with pytest.raises(BadAnswer, match="not of the internet at large"):
        Outside(1, public=True).get(f"http://{host}:1/", 100)


def test_a_private_network_that_is_allowed_is_asked() -> None:
    with serving(lambda client: client.sendall(OK)) as url:
        allowed = Outside(5, public=True, networks=(ip_network("127.0.0.0/8"),))
        assert allowed.get(url, 10).body == b"ok"


def test_redirects_are_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda client: client.sendall(moved)) as url:
        assert Outside(5).get(url, 10).status == 302
