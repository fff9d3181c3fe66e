"""Requests that are sent again when the service says when: 429 and 503 with Retry-After, for some minutes."""

import time
from collections.abc import Callable

import httpx

LONGEST = 300.0
"""Seconds that one request is waited for altogether; what is asked for beyond (a quota of the day) is told instead."""

_AGAIN = frozenset((httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE))


class Waiting(httpx.BaseTransport):
    """A transport that waits where it is asked to. What is streamed is sent once only: its sender waits himself."""

    def __init__(self, inner: httpx.BaseTransport, sleep: Callable[[float], None] = time.sleep) -> None:
        self._inner = inner
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, of the last try."""
        left = LONGEST
        while True:
            response = self._inner.handle_request(request)
            seconds = asked_to_wait(response)
            if seconds is None or seconds > left or not isinstance(request.stream, httpx.ByteStream):
                return response
            response.close()
            left -= seconds
            self._sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def asked_to_wait(response: httpx.Response) -> float | None:
    """The seconds after which the service wants to be asked again; None where it does not say so."""
    value = response.headers.get("retry-after", "")
    return float(value) if response.status_code in _AGAIN and value.isdecimal() else None
