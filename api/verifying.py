"""Verifies a package or receipt that somebody handed in, in a process of its own with bounds on memory and time."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Queue
from typing import Any, BinaryIO

from ocr.jail.child import jail_environment
from tabellion.base.clock import rfc3339

MEMORY = 512 << 20
SECONDS = 120


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step that is done; `verdict` is None where there was nothing to look at, or it was not reached."""

    number: int
    verdict: str | None
    findings: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: with a report (the JSON of `verify --json`), or with a code that says why there is none."""

    report: Mapping[str, Any] | None
    code: str = ""
    detail: str = ""
    receipt: bool = False


_Seen = StepSeen | Ended


def watch(
    file: BinaryIO, trust: Mapping[str, bytes], source: str, policy: str, at: datetime
) -> Iterator[_Seen]:
    """The steps as they pass, and at last how it ended. `file` has a descriptor, and is closed here.

    `trust` are the files of a folder of trust, `source` says where they came from.
    """
    asked = {
        "file": file.fileno(),
        "trust": {name: base64.b64encode(data).decode() for name, data in trust.items()},
        "source": source,
        "policy": policy,
        "at": rfc3339(at),
        "memory": MEMORY,
        "seconds": SECONDS,
    }
    seen: Queue[_Seen] = Queue()
    # A thread of its own: the child dies with the thread that started it, and the server's threads come and go.
    threading.Thread(target=_follow, args=(file, json.dumps(asked), seen), daemon=True).start()
    while True:
        found = seen.get()
        yield found
        if isinstance(found, Ended):
            return


def _follow(file: BinaryIO, asked: str, seen: "Queue[_Seen]") -> None:
    ended = Ended(None, "LIMITS_REACHED", "the verification ended without an answer")
    try:
        with file:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "api.verify_child"],
                pass_fds=(file.fileno(),),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=jail_environment(),
                cwd="/",
                start_new_session=True,
            )
        limit = threading.Timer(SECONDS, child.kill)
        limit.start()
        try:
            ended = _read(child, asked, seen)
        finally:
            limit.cancel()
            child.kill()
            with child:  # closes the pipes, and waits
                pass
    finally:
        seen.put(ended)


def _read(child: "subprocess.Popen[str]", asked: str, seen: "Queue[_Seen]") -> Ended:
    """Hand the child its order, tell of its steps, and give how it ended."""
    receipt = False
    assert child.stdin is not None and child.stdout is not None  # noqa: S101  (for the type checker: both are pipes)
    try:
        child.stdin.write(asked)
        child.stdin.close()
    except OSError:
        return Ended(None, "LIMITS_REACHED", "the verification did not begin")
    for line in child.stdout:
        told = json.loads(line)
        if "step" in told:
            seen.put(StepSeen(told["step"], told["verdict"], told["findings"]))
        elif "receipt" in told:
            receipt = True
        elif "refused" in told:
            return Ended(None, told["refused"], told["detail"])
        else:
            return Ended(told["report"], receipt=receipt)
    return Ended(None, "LIMITS_REACHED", f"more than {SECONDS} seconds or {MEMORY >> 20} MiB were needed")
