"""A process that reads objects for a verification: digests and plain bytes out, requests in, both through pipes.

It knows the vault and the keys of owners from its first message, and nothing else. It ends when its input does.
"""

import os
import pickle
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO

from archive.vault import Objects
from archive.verification.reading import Found, Wanted, read
from tabellion.base.errors import TabellionError

Batch = list[Wanted]


def main() -> int:
    """Answer batches in their order, until there are no more."""
    # What a library prints must not come between the answers.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        requests = sys.stdin.buffer
        objects: Objects = pickle.load(requests)  # noqa: S301  # from the process that started this one
        batches: SimpleQueue[Batch | None] = SimpleQueue()
        # Requests are taken as they come, so that who sends them never waits while this process waits to be heard.
        threading.Thread(target=_receive, args=(requests, batches), daemon=True).start()
        while (batch := batches.get()) is not None:
            try:
                pickle.dump([_answer(objects, wanted) for wanted in batch], answers)
                answers.flush()
            except BrokenPipeError:
                break
    return 0


def _receive(requests: BinaryIO, batches: "SimpleQueue[Batch | None]") -> None:
    try:
        while True:
            batches.put(pickle.load(requests))  # noqa: S301  # from the process that started this one
    except (EOFError, OSError, pickle.UnpicklingError):
        batches.put(None)


def _answer(objects: Objects, wanted: Wanted) -> Found | None:
    """None where storage does not answer: then it is read once more where the error can be told whole."""
    try:
        return read(objects, wanted)
    except (TabellionError, OSError):
        return None


if __name__ == "__main__":
    sys.exit(main())
