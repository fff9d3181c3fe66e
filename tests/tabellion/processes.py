"""Looks at processes as /proc shows them, and waits for what they do."""

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 180.0


def process_children(pid: int) -> dict[str, int]:
    """Ids of the processes of a service under that parent, by what they are; workers after the first are numbered."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "--only" in words:
            kind = words[words.index("--only") + 1]
            found[f"{kind}-{len(found)}" if kind in found else kind] = int(child)
    return found


def lives(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait(done: Callable[[], object], what: str) -> None:
    """Wait until it is done; fails after a long time."""
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.05)
