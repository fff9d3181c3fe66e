"""The Host header: which names are ours, however they are written."""

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from api.hosts import HostCheck, name_of


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("archive.example", "archive.example"),
        ("Archive.Example.:8443", "archive.example"),
        ("[2001:DB8::1]:8443", "2001:db8::1"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("", ""),
    ],
)
def test_the_name_in_a_header(host: str, name: str) -> None:
    assert name_of(host) == name


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"archive.example", 200),
        (b"ARCHIVE.example:8443", 200),
        (b"localhost:8000", 200),
        (b"127.0.0.1", 200),
        (b"[::1]:8000", 200),
        (b"evil.example", 421),
        (b"archive.example.evil.example", 421),
        (b"evil.example:archive.example", 421),
        (b"", 421),
    ],
)
def test_only_names_of_ours_and_this_machine_are_answered(host: bytes, status: int) -> None:
    assert _asked(frozenset({"archive.example"}), host) == status


def test_without_names_any_is_answered() -> None:
    assert _asked(frozenset(), b"evil.example") == 200


def _asked(names: frozenset[str], host: bytes) -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    app = HostCheck(PlainTextResponse("yes"), names, lambda _, error: PlainTextResponse("", error.status))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host)]}
    asyncio.run(app(scope, receive, send))
    status: int = sent[0]["status"]
    return status
