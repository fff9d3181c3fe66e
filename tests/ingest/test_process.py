"""What a worker's process does when it is told to end."""

import os
import signal
from threading import Event

from ingest.process import once


def test_a_signal_that_comes_while_the_first_is_answered_does_nothing() -> None:
    """As a parent that ends and the kernel, which tells of it, send two one right after the other."""
    done: list[int] = []

    @once
    def stop() -> None:
        done.append(signal.SIGUSR2)
        os.kill(os.getpid(), signal.SIGUSR2)
        Event().set()

    before = signal.signal(signal.SIGUSR2, stop)
    try:
        os.kill(os.getpid(), signal.SIGUSR2)
        stop(sig="TERM", how="Warm")
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert done == [signal.SIGUSR2]
