"""Has objects read by processes beside this one, ahead of the checks: hashing and decrypting use every core.

What is asked for before any process has begun with it is read here, and so is everything where one dies, so that
answers and errors are the same with any number of them. Memory is bounded by what is wanted ahead, and `CONTENT`.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import BinaryIO, Self, cast

from archive.vault import Objects
from archive.verification.reading import Found, Wanted, read
from tabellion.base.errors import TabellionError
from tabellion.base.pipes import FrameBroken, receive, send

BATCH, BATCHES = 32, 2
"""Objects that go to a process at once, and how many times so many it has to do: the next when one is answered."""

CONTENT, LARGEST = 32 << 20, 1 << 20
"""Bytes of contents that may wait to be asked for, and of the largest that is read ahead; digests are small."""


def spare_cores() -> int:
    """How many processes may read beside this one."""
    return max(0, len(os.sched_getaffinity(0)) - 1)


class ReadAhead:
    """Use it as a context: processes live within. Objects that cannot be handed over are read here."""

    def __init__(self, objects: Objects, processes: int) -> None:
        self._objects = objects
        self._processes = processes
        self._children: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._waiting: dict[Wanted, None] = {}
        self._begun: set[Wanted] = set()
        self._found: dict[Wanted, Found] = {}
        self._held = 0
        self._closing = False

    def __enter__(self) -> Self:
        try:
            handed = pickle.dumps(self._objects)
        except (TypeError, AttributeError, pickle.PicklingError):
            return self
        for _ in range(self._processes):
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "archive.verification.read_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A Ctrl-C is for the process that verifies: it ends its children.
                start_new_session=True,
            )
            thread = threading.Thread(target=self._serve, args=(child, handed), daemon=True)
            self._children.append(child)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for child in self._children:
            child.kill()
        for child, thread in zip(self._children, self._threads, strict=True):
            thread.join()
            # Closes the pipes, and waits; what one that died has not read any more is lost.
            with suppress(BrokenPipeError), child:
                pass

    def want(self, wanted: Iterable[Wanted]) -> None:
        """Have these read, after what was wanted before; each is to be asked for with `take`."""
        with self._changed:
            self._waiting |= {each: None for each in wanted if not each.content or each.ref.size <= LARGEST}
            self._changed.notify_all()

    def take(self, wanted: Wanted) -> Found:
        """What was found of an object, wanted before or not. Raises what storage raises where it does not answer."""
        while True:
            with self._changed:
                if wanted in self._found:
                    self._release([wanted])
                    return self._found.pop(wanted)
                if wanted not in self._begun:
                    self._waiting.pop(wanted, None)
                    break
                if not self._waiting or not self._room():
                    self._changed.wait()
                    continue
                # Rather than wait, do what no process will come to soon.
                other, _ = self._waiting.popitem()
            with suppress(TabellionError, OSError):  # told where it is asked for
                self._keep(other, read(self._objects, other))
        return read(self._objects, wanted)

    def _keep(self, wanted: Wanted, found: Found) -> None:
        with self._changed:
            self._held += wanted.ref.size if wanted.content else 0
            self._found[wanted] = found

    def _release(self, batch: Iterable[Wanted]) -> None:
        self._held -= sum(each.ref.size for each in batch if each.content)
        self._changed.notify_all()

    def _room(self) -> bool:
        return self._held < CONTENT

    def _serve(self, child: "subprocess.Popen[bytes]", handed: bytes) -> None:
        """Talk to one process, until the end or its death."""
        sent: deque[list[Wanted]] = deque()
        try:
            asked, answers = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
            send(asked, handed)
            while True:
                while len(sent) < BATCHES and (batch := self._next(wait=not sent)):
                    sent.append(batch)
                    send(asked, pickle.dumps(batch))
                if not sent:
                    return
                found = pickle.loads(receive(answers))  # noqa: S301  # from a process of ours
                self._answered(sent.popleft(), found)
        except (OSError, EOFError, FrameBroken):
            pass  # it died, or was ended
        finally:
            self._forget(sent)

    def _next(self, *, wait: bool) -> list[Wanted]:
        """The next batch; empty where there is none now, or, with `wait`, where there will be none any more."""
        with self._changed:
            while not self._closing:
                if self._waiting and self._room():
                    batch = list(islice(self._waiting, BATCH))
                    for each in batch:
                        del self._waiting[each]
                        self._held += each.ref.size if each.content else 0
                    self._begun.update(batch)
                    return batch
                if not wait:
                    return []
                self._changed.wait()
            return []

    def _answered(self, batch: list[Wanted], answers: list[Found | None]) -> None:
        with self._changed:
            for wanted, found in zip(batch, answers, strict=True):
                self._begun.discard(wanted)
                if found is None:
                    self._release([wanted])
                else:
                    self._found[wanted] = found
            self._changed.notify_all()

    def _forget(self, sent: Iterable[list[Wanted]]) -> None:
        """Leave to others what a process that died had begun with."""
        with self._changed:
            for batch in sent:
                self._begun.difference_update(batch)
                self._release(batch)
