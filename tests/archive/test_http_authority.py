"""The authority by URL against a real HTTP server that answers with the local authority's tokens."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from archive.authorities.http import HttpAuthority
from archive.errors import AuthorityFailed, AuthorityRefused
from archive.outside import Outside
from signing.timestamp import accept_response, build_request
from tabellion.base.clock import ManualClock
from tests.archive.keeping import local_authority

NOW = ManualClock().now()
ROOT = b"\x01" * 32


class Handler(BaseHTTPRequestHandler):
    """Answers by path: /ok, /type, /long, or the status that the path names."""

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        name, kind = self.path.removeprefix("/"), "application/timestamp-reply"
        body, status = local_authority().respond(request, NOW, 7), 200
        if name == "type":
            kind = "text/html"
        elif name == "long":
            body = b"0" * (2 << 20)
        elif name.isdecimal():
            status = int(name)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up in the middle of a long answer is what /long provokes."""

    running = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


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
