"""A process that reads objects for a verification: digests and plain bytes out, requests in, both through pipes.

It knows the vault and the keys of owners from its first message, and nothing else. It ends when its input does.
"""

import pickle
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO

from archive.vault import Objects
from archive.verification.reading import Found, Wanted, read
from tabellion.base.errors import TabellionError
from tabellion.base.pipes import FrameBroken, own_output, receive, send

Batch = list[Wanted]


def main() -> int:
    """Answer batches in their order, until there are no more."""
    with own_output() as answers:
        requests = sys.stdin.buffer
        objects: Objects = pickle.loads(receive(requests))  # noqa: S301  # from the process that started this one
        batches: SimpleQueue[Batch | None] = SimpleQueue()
        # Requests are taken as they come, so that who sends them never waits while this process waits to be heard.
        threading.Thread(target=_receive, args=(requests, batches), daemon=True).start()
        while (batch := batches.get()) is not None:
            try:
                send(answers, pickle.dumps([_answer(objects, wanted) for wanted in batch]))
            except BrokenPipeError:
                break
    return 0


def _receive(requests: BinaryIO, batches: "SimpleQueue[Batch | None]") -> None:
    try:
        while True:
            batches.put(pickle.loads(receive(requests)))  # noqa: S301  # the same
    except (EOFError, OSError, FrameBroken):
        batches.put(None)


def _answer(objects: Objects, wanted: Wanted) -> Found | None:
    """None where storage does not answer: then it is read once more where the error can be told whole."""
    try:
        return read(objects, wanted)
    except (TabellionError, OSError):
        return None


if __name__ == "__main__":
    sys.exit(main())
