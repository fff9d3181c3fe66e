"""Changes sent in bulk by threads beside: while the server takes loads, the next is made ready, and no more."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from search.errors import IndexRefused, IndexUnreachable
from search.opensearch.connection import WRITING, Connection

LOAD: Final = 4_000_000
"""Characters of a load, more or less a page."""

_TOO_MANY, _CONFLICT, _NOT_FOUND = 429, 409, 404
_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a bulk request, and the document after it."""

    verb: str
    index: str
    id: str
    body: Mapping[str, Any] | None = None

    def lines(self) -> "Lines":
        """As the request carries it."""
        head = json.dumps({self.verb: {"_index": self.index, "_id": self.id}})
        if self.body is None:
            return Lines(self.verb, head + "\n")
        body = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        return Lines(self.verb, f"{head}\n{body}\n")


class Lines(NamedTuple):
    """An action as a request carries it; `word` is the word that it adds to the vocabulary, if it does."""

    verb: str
    text: str
    word: str = ""

    def done(self, status: int) -> bool:
        """Whether the answer means that it is done: a word may be there already, a page gone already."""
        if self.verb == "create" and status == _CONFLICT:
            return True
        return status < 300 or (self.verb == "delete" and status == _NOT_FOUND)


class BulkSender:
    """Gathers actions to loads and sends them; `drain` returns when all of them are done."""

    def __init__(
        self,
        connection: Connection,
        *,
        require_alias: bool,
        patience: float = WRITING,
        threads: int = 1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._require_alias = require_alias
        self._patience = patience
        self._sleep = sleep
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="bulk")
        self._most_under_way = threads + 1
        self._under_way: list[Future[None]] = []
        self._waiting: list[Lines] = []
        self._size = 0

    def add(self, actions: Iterable[Lines]) -> None:
        """Take actions; waits where the server is behind, and raises what a former load met."""
        for lines in actions:
            self._waiting.append(lines)
            self._size += len(lines.text)
        if self._size >= LOAD:
            self._submit()

    def drain(self) -> None:
        """Send what is left and wait for all of it; raises IndexUnreachable or IndexRefused where one failed."""
        self._submit()
        while self._under_way:
            self._under_way.pop(0).result()

    def forget(self) -> None:
        """Drop what was not sent; what is under way ends by itself."""
        self._waiting, self._size = [], 0
        under_way, self._under_way = self._under_way, []
        for future in under_way:
            future.cancel() or future.exception()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        load, self._waiting, self._size = self._waiting, [], 0
        while len(self._under_way) >= self._most_under_way:
            self._under_way.pop(0).result()
        if load:
            self._under_way.append(self._threads.submit(self._send, load))

    def _send(self, load: Sequence[Lines]) -> None:
        """Send a load; what the server puts off for having too much to do is sent again after a pause that grows."""
        deadline, pause = time.monotonic() + self._patience, _PAUSE
        while load := self._put_off(load):
            if time.monotonic() + pause > deadline:
                raise IndexUnreachable(f"the search server is too busy to take {len(load)} changes")
            self._sleep(pause)
            pause *= 2

    def _put_off(self, load: Sequence[Lines]) -> list[Lines]:
        """One request; gives what is to be sent again."""
        answer = self._connection.ask(
            "POST",
            "/_bulk",
            "".join([lines.text for lines in load]),
            writing=True,
            require_alias=self._require_alias,
            filter_path="errors,items.*.status,items.*.error.type,items.*.error.reason",
        )
        if not answer["errors"]:
            return []
        again = []
        for lines, item in zip(load, answer["items"], strict=True):
            ((_, result),) = item.items()
            if result["status"] == _TOO_MANY:
                again.append(lines)
            elif not lines.done(result["status"]):
                why = result.get("error", {})
                raise IndexRefused(
                    f"the search server refused a page (status {result['status']}, {why.get('type')})"
                )
        return again
