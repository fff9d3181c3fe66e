"""Nudges on Redis: few that wait, and none that ends a worker."""

import json
import logging
from queue import Empty
from typing import Any

from kombu.transport import redis

from ingest.transports import MOST_WAITING, is_message

_log = logging.getLogger(__name__)


def options(seconds: float) -> dict[str, Any]:
    """What the transport is told; a server may take so many seconds to answer."""
    return {
        "priority_steps": [0],  # one list a queue: all nudges are alike
        "ack_emulation": False,  # what a killed worker held is not brought back: another nudge comes
        "socket_connect_timeout": seconds,
        "socket_timeout": seconds,
        "socket_keepalive": True,
    }


class Channel(redis.Channel):
    """Kombu's channel on Redis, where a list does not grow without end while nobody takes from it."""

    def _put(self, queue: str, message: Any, **more: Any) -> None:
        # Senders that look at the same moment put a few too many, which does no harm.
        if self._size(queue) < MOST_WAITING:  # type: ignore[no-untyped-call]
            super()._put(queue, message, **more)  # type: ignore[no-untyped-call]

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except ValueError as error:
            _log.warning("a message that is none was thrown away", extra={"reason": type(error).__name__})
            raise Empty from error


class Transport(redis.Transport):
    """Kombu's transport to Redis over `Channel`."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        if not is_message(message):
            raise json.JSONDecodeError("no message", "", 0)
        super()._deliver(message, queue)  # type: ignore[no-untyped-call]
