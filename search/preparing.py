"""Pages made ready for a new index by processes beside the one that writes it: most of the work is analysis.

A helper is told what to make (a class of an engine's), then answers batches of changes until its input ends: so it
ends with the process that started it, however that one ends.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import BinaryIO, Final, Generic, TypeAlias, TypeVar, cast

from search.analysis import Analyser
from search.changes import Change
from search.errors import IndexBusy
from tabellion.base.pipes import FrameBroken, receive, send

BATCH: Final = 64
"""Pages that are handed over at once, more or less a document."""

FEW: Final = 500
"""Pages that are made ready here: until then a helper would hardly have started."""

_MOST_HELPERS: Final = 8

Ready = TypeVar("Ready")
Prepare: TypeAlias = Callable[[Sequence[Change]], Ready]
"""Makes changes ready; what it returns can be pickled."""


def spare_helpers() -> int:
    """One for each core, since the process that writes waits for its disk and its server; none on a single core."""
    cores = len(os.sched_getaffinity(0))
    return min(cores, _MOST_HELPERS) if cores > 1 else 0


class Preparing(Generic[Ready]):
    """Takes changes and gives them back made ready, in order, with a bounded number on their way."""

    def __init__(
        self, make: Callable[[Analyser], Prepare[Ready]], analyser: Analyser, helpers: int | None = None
    ) -> None:
        self._make = make
        self._here: Prepare[Ready] = make(analyser)
        self._wanted = spare_helpers() if helpers is None else helpers
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._helpers: list[subprocess.Popen[bytes]] = []
        self._threads: ThreadPoolExecutor | None = None
        self._under_way: deque[Future[Ready]] = deque()
        self._waiting: list[Change] = []
        self._pages = 0
        self._taken = 0

    def put(self, change: Change) -> Iterator[Ready]:
        """Take a change; gives what is ready by now. Raises IndexBusy where a helper has died."""
        self._waiting.append(change)
        self._pages += max(len(change.pages), 1)
        if self._pages >= BATCH:
            yield from self._submit()

    def drain(self) -> Iterator[Ready]:
        """Give all the rest."""
        yield from self._submit()
        while self._under_way:
            yield self._under_way.popleft().result()

    def close(self) -> None:
        """End the helpers; what is not ready is dropped."""
        for helper in self._helpers:
            helper.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        for helper in self._helpers:
            # Closes the pipes, and waits; what one that died has not read any more is lost.
            with suppress(BrokenPipeError), helper:
                pass
        self._helpers.clear()
        self._under_way.clear()
        self._waiting.clear()

    def _submit(self) -> Iterator[Ready]:
        batch, self._waiting = self._waiting, []
        self._taken += self._pages
        self._pages = 0
        if not batch:
            return
        if self._taken <= FEW or not self._wanted:
            yield self._here(batch)
            return
        if self._threads is None:
            self._start()
        assert self._threads is not None  # noqa: S101  (for the type checker)
        self._under_way.append(self._threads.submit(self._ask, pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)))
        while len(self._under_way) > 2 * self._wanted or (self._under_way and self._under_way[0].done()):
            yield self._under_way.popleft().result()

    def _start(self) -> None:
        self._threads = ThreadPoolExecutor(self._wanted, thread_name_prefix="prepare")
        made = pickle.dumps(self._make, pickle.HIGHEST_PROTOCOL)
        for _ in range(self._wanted):
            helper = subprocess.Popen(
                [sys.executable, "-P", "-m", "search.helper"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A Ctrl-C is for the process that writes: it ends its helpers.
                start_new_session=True,
            )
            self._helpers.append(helper)
            _tell(helper, made)
            self._free.put(helper)

    def _ask(self, request: bytes) -> Ready:
        helper = self._free.get()
        try:
            _tell(helper, request)
            ready: Ready = pickle.loads(_answer(helper))  # noqa: S301  # from a process of ours
        except (OSError, EOFError) as error:
            raise IndexBusy("a process that makes pages ready for the index has died") from error
        except FrameBroken as error:
            raise IndexBusy("a process that makes pages ready for the index answered nonsense") from error
        finally:
            self._free.put(helper)
        return ready


def _tell(helper: "subprocess.Popen[bytes]", request: bytes) -> None:
    assert helper.stdin is not None  # noqa: S101  (for the type checker: it is a pipe)
    send(cast(BinaryIO, helper.stdin), request)


def _answer(helper: "subprocess.Popen[bytes]") -> bytes:
    assert helper.stdout is not None  # noqa: S101  (for the type checker: it is a pipe)
    return receive(cast(BinaryIO, helper.stdout))
