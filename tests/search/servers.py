"""Real search servers for tests, and a wire to one that can be cut."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from search.opensearch import Address, Connection, parse_address
from tests.services.fixtures import emptied, search_url
from tests.services.process import free_port


@pytest.fixture(scope="module", params=["opensearch", "opensearch2"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Connection, Address]]:
    """A connection to each of the servers that run, and its address with a prefix of our own."""
    url = search_url(request.param)
    with emptied(url) as connection:
        yield connection, parse_address(url)


class Wire:
    """Forwards a loopback port to a server; `cut` ends what runs over it and refuses more until `mend`."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._held: list[socket.socket] = []
        self.port = free_port()
        self.mend()

    def mend(self) -> None:
        """Accept connections (again)."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections and accept none."""
        with self._lock:
            held, self._held = self._held, []
            if self._listener is not None:
                held.append(self._listener)
                self._listener = None
        for one in held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._to)
            with self._lock:
                self._held += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_pour, args=(source, target), daemon=True).start()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
