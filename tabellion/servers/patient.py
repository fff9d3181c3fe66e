"""HTTP/1.1 of uvicorn with time-outs on what a peer may draw out: the head of a request, and taking its answer."""

import asyncio
import resource
from contextlib import suppress

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 15.0
"""From a connection, or from the first byte of a further request on it, to the end of the request's head."""

TAKING_SECONDS = 60.0
"""How long a peer may leave in our buffers what was sent to it."""

LARGEST_HEAD = 64 * 1024
"""What is kept of a head that is not whole yet; what is whole, the application bounds more narrowly."""

KEEP_ALIVE_SECONDS = 15
MOST_FILES = 65_536


class PatientProtocol(H11Protocol):
    """uvicorn's protocol waits for heads without end, and for peers that read nothing. This one closes them."""

    _head_timer: asyncio.TimerHandle | None = None
    _taking_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A peer has connected, and must ask something before long."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, by whomever."""
        self._stop_waiting()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come: of a head, of a body, or of a body that nobody reads any more."""
        super().data_received(data)
        if self._answering():
            self._stop_waiting()
        else:
            self._await_head()

    def on_response_complete(self) -> None:
        """An answer is complete. What still comes of its request's body is thrown away, but not for ever."""
        super().on_response_complete()
        if not self._answering() and self.conn.their_state is h11.SEND_BODY:
            self._await_head()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(TAKING_SECONDS, self._give_up)

    def pause_writing(self) -> None:
        """Our buffer is full: the peer takes nothing."""
        super().pause_writing()
        if self._taking_timer is None:
            self._taking_timer = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The peer has taken what was in the buffer."""
        self._taken()
        super().resume_writing()

    def _give_up(self) -> None:
        # A transport that is closed with something left in its buffer waits for the peer to take it.
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self.transport.abort()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        # The first byte of a head starts the time, not the last one; a connection that idles between two requests is
        # closed by uvicorn's keep-alive.
        if self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _taken(self) -> None:
        if self._taking_timer is not None:
            self._taking_timer.cancel()
            self._taking_timer = None


def raise_file_limit() -> None:
    """Let this process have as many open files as it may, within reason: every connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
