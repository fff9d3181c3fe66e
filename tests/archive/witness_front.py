"""A witness behind HTTP that behaves as a test wants: well, slow, silent, forgetful, or lying."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from archive.witness_requests import WitnessAt
from signing.note import NoteKey
from signing.witness import AddCheckpoint
from tabellion.base.clock import Clock
from tabellion.servers.http import Reply
from tabellion.servers.witness import WitnessServer
from tests.archive.building import ORIGIN
from tests.archive.keeping import log_signer


@dataclass(slots=True)
class WitnessFront:
    """A witness of the archive's log. `replies` replaces its next answers; `requests` are those that came."""

    server: WitnessServer
    url: str = ""
    slow: float = 0.0
    replies: list[Reply] = field(default_factory=list)
    requests: list[AddCheckpoint] = field(default_factory=list)

    @property
    def at(self) -> WitnessAt:
        """How the archive asks it."""
        return WitnessAt(self.server.witness.key, self.url)

    def answer(self, body: bytes) -> Reply:
        time.sleep(self.slow)
        self.requests.append(AddCheckpoint.parse(body))
        return self.replies.pop(0) if self.replies else self.server._add(body)


@contextmanager
def witness_front(folder: Path, clock: Clock, name: str) -> Iterator[WitnessFront]:
    """A witness of that name on a free port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/w/add-checkpoint"
            reply = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients hang up on slow answers."""

    server = Quiet(("127.0.0.1", 0), Handler)
    key = NoteKey(ORIGIN, log_signer().public_der)
    made = WitnessFront(
        WitnessServer.open(folder, clock, os.urandom, name, [key]),
        f"http://127.0.0.1:{server.server_port}/w/",
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
