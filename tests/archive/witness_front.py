"""A witness behind HTTP that behaves as a test wants: well, slow, silent, forgetful, or lying."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.witness_requests import WitnessAt
from signing.note import NoteKey
from signing.witness import AddCheckpoint
from tabellion.base.clock import Clock
from tabellion.servers.http import Reply
from tabellion.servers.witness import WitnessServer
from tests.archive.building import ORIGIN
from tests.archive.keeping import log_signer
from tests.http_server import QuietHandler, serving


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

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            assert self.path == "/w/add-checkpoint"
            reply = made.answer(self.body())
            self.send(reply.status, reply.kind, reply.body)

    key = NoteKey(ORIGIN, log_signer().public_der)
    server = WitnessServer.open(folder, clock, os.urandom, name, [key])
    with serving(Handler) as address:
        made = WitnessFront(server, f"{address}/w/")
        yield made
