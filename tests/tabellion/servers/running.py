"""Starts a small server as its user would, as a process of its own on a free port."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A server: its address, all that it said at the start, and its process."""

    address: str
    said: list[str]
    process: subprocess.Popen[str]


@contextmanager
def running(*arguments: str | Path, lines: int) -> Iterator[Running]:
    """The server of a command, once it has said so many lines; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tabellion", *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = [process.stdout.readline().rstrip("\n") for _ in range(lines)]
        assert all(said), "the server did not start"
        yield Running(said[0].split(" at ")[1].split()[0], said, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
