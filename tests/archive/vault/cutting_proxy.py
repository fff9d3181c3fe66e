"""A proxy before an S3 server that cuts connections: within an answer, or before any of it when all was done."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

_PIECE = 1 << 16

Filter = Callable[[bytes, list[int]], bytes]
"""Looks at a piece on its way; the list says how many bytes of the answer are left before the cut, if there is one."""


class CuttingProxy:
    """Listens on a loopback port and passes everything on; `cut` says of which requests the answer breaks off."""

    def __init__(self, host: str) -> None:
        name, _, port = host.partition(":")
        self._server = (name, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cuts: list[tuple[bytes, int]] = []
        self._opened: list[socket.socket] = []
        self.done: list[bytes] = []
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "CuttingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (self._listener, *self._opened):
            _shut(each)

    def cut(self, request: bytes, after: int, times: int = 1) -> None:
        """Cut the next `times` answers to requests that begin so, after that many bytes of them."""
        self._cuts += [(request, after)] * times

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._opened += [client, server]
            left: list[int] = []
            for way in ((client, server, self._note), (server, client, _limit)):
                threading.Thread(target=_pass, args=(*way, left), daemon=True).start()

    def _note(self, piece: bytes, left: list[int]) -> bytes:
        for each in self._cuts:
            if piece.startswith(each[0]):
                self._cuts.remove(each)
                self.done.append(each[0])
                left.append(each[1])
                break
        return piece


def _limit(piece: bytes, left: list[int]) -> bytes:
    if not left:
        return piece
    piece, left[0] = piece[: left[0]], left[0] - len(piece)
    return piece


def _pass(source: socket.socket, target: socket.socket, filtered: Filter, left: list[int]) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(filtered(piece, left))
            if left and left[0] <= 0 and filtered is _limit:
                break
    _shut(source)
    _shut(target)


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
