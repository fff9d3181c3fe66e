"""The authority by URL against a real HTTP server that answers with the local authority's tokens."""

from collections.abc import Iterator

import pytest

from archive.authorities.http import HttpAuthority
from archive.errors import AuthorityFailed, AuthorityRefused
from archive.outside import Outside
from signing.timestamp import accept_response, build_request
from tabellion.base.clock import ManualClock
from tests.archive.keeping import local_authority
from tests.http_server import QuietHandler, serving

NOW = ManualClock().now()
ROOT = b"\x01" * 32


class Handler(QuietHandler):
    """Answers by path: /ok, /type, /long, or the status that the path names."""

    def do_POST(self) -> None:
        request = self.body()
        assert self.headers["Content-Type"] == "application/timestamp-query"
        name, kind = self.path.removeprefix("/"), "application/timestamp-reply"
        body, status = local_authority().respond(request, NOW, 7), 200
        if name == "type":
            kind = "text/html"
        elif name == "long":
            body = b"0" * (2 << 20)
        elif name.isdecimal():
            status = int(name)
        self.send(status, kind, body)


@pytest.fixture
def server() -> Iterator[str]:
    with serving(Handler) as address:
        yield address


def ask(url: str) -> bytes:
    authority = HttpAuthority(url, local_authority().trust, Outside(seconds=5), "an operator")
    return authority.stamp(build_request(ROOT, nonce=5))


def test_an_answer_is_a_token(server: str) -> None:
    token = accept_response(
        ask(f"{server}/ok"), imprint=ROOT, nonce=5, trust=local_authority().trust, now=NOW
    )
    assert token.gen_time == NOW


@pytest.mark.parametrize("path", ["500", "503", "429"])
def test_what_passes_is_tried_again(server: str, path: str) -> None:
    with pytest.raises(AuthorityFailed):
        ask(f"{server}/{path}")


@pytest.mark.parametrize("path", ["400", "403", "302", "type", "long"])
def test_what_does_not_pass_is_not(server: str, path: str) -> None:
    with pytest.raises(AuthorityRefused):
        ask(f"{server}/{path}")


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(AuthorityFailed):
        ask("http://127.0.0.1:1/")
