"""Requests to the server: tried again with growing pauses while it does not answer, then an error of ours."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import NotFoundError, OpenSearchException, TransportError

from search.errors import IndexOutdated, IndexRefused, IndexUnreachable
from search.opensearch.address import Address

READING: Final = 5.0
"""Seconds that a question is tried for: somebody waits for the answer."""

WRITING: Final = 20.0
"""Seconds that a change is tried for: nobody waits, and what fails stays in the outbox."""

_TRY_AGAIN = frozenset((429, 502, 503, 504))
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_AT_LEAST = 0.5


class Connection:
    """A pool of connections to one server; safe to share between threads."""

    def __init__(
        self,
        client: OpenSearch,
        *,
        reading: float = READING,
        writing: float = WRITING,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._patience = {False: reading, True: writing}
        self._sleep = sleep

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | None = None,
        *,
        writing: bool = False,
        seconds: float | None = None,
        **params: str | bool,
    ) -> Any:
        """The answer as JSON; tried for so many seconds. Everything asked here may be done twice without harm.

        Raises IndexUnreachable where the server does not answer, or is overloaded, for all that time, IndexOutdated
        where the index is not there, IndexRefused for anything else that it refuses.
        """
        patience = self._patience[writing] if seconds is None else seconds
        deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
        words = {
            name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()
        }
        while True:
            left = max(deadline - time.monotonic(), _AT_LEAST)
            try:
                return self._client.transport.perform_request(
                    method, path, params={**words, "request_timeout": left}, body=body
                )
            except (NoConnection, TransportError) as error:
                failure = _failure(error)
            except OpenSearchException as error:  # an answer that is no JSON, say
                raise IndexRefused(
                    f"the search server gave no answer of its kind: {type(error).__name__}"
                ) from error
            if not isinstance(failure, IndexUnreachable) or time.monotonic() + pause > deadline:
                raise failure
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    @property
    def version(self) -> tuple[int, ...]:
        """Of the server."""
        number = str(self.ask("GET", "/")["version"]["number"])
        return tuple(int(part) for part in number.split("-", maxsplit=1)[0].split("."))

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def connect(address: Address) -> Connection:
    """A connection to a server; nothing is asked yet."""
    secrets = None if address.user is None else (address.user, address.password or "")
    client = OpenSearch(
        hosts=[{"host": address.host, "port": address.port}],
        http_auth=secrets,
        use_ssl=address.tls,
        verify_certs=address.tls,
        ca_certs=address.ca_file,
        http_compress=False,
        max_retries=0,  # we try again ourselves, within a time rather than a number
        pool_maxsize=16,
    )
    return Connection(client)


def _failure(error: TransportError) -> Exception:
    status = error.status_code
    if isinstance(error, NoConnection):
        failure: Exception = IndexUnreachable(
            f"the search server does not answer: {type(error.info).__name__}"
        )
    elif status in _TRY_AGAIN:
        failure = IndexUnreachable(f"the search server is not able to answer now (status {status})")
    elif isinstance(error, NotFoundError):
        failure = IndexOutdated("the search server has no index of this archive that this version can read")
    else:
        failure = IndexRefused(f"the search server refused the request (status {status}, {error.error})")
    failure.__cause__ = error
    return failure
