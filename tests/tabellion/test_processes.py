"""The supervisor: restarts what dies, stops what runs, and leaves nothing behind when it is killed itself."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tabellion.processes import end_all, spawn
from tests.tabellion.processes import lives, wait

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = """
    import sys
    from pathlib import Path
    from tabellion.processes import Child, Supervisor

    notes = Path(sys.argv[1])
    note = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); "
    quick = [sys.executable, "-c", note + "sys.exit(3)", notes / "quick"]
    steady = [sys.executable, "-c", note + "time.sleep(60)", notes / "steady"]
    Supervisor([Child("quick", quick), Child("steady", steady)]).run()
    (notes / "ended").touch()
"""


def _pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def parent(tmp_path: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)], stderr=subprocess.DEVNULL
    )
    wait(lambda: _pids(tmp_path / "steady"), "it")
    return process


def test_what_dies_is_started_again_ever_more_slowly(parent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (first,) = _pids(tmp_path / "steady")
    os.kill(first, signal.SIGKILL)
    wait(lambda: len(_pids(tmp_path / "steady")) == 2, "it")
    wait(lambda: len(_pids(tmp_path / "quick")) >= 2, "it")
    parent.send_signal(signal.SIGINT)
    assert parent.wait(20) == 0
    # After 0.2, 0.4, 0.8 seconds and so on: not as often as it could be.
    assert len(_pids(tmp_path / "quick")) < 8
    assert (tmp_path / "ended").exists()
    assert not any(map(lives, _pids(tmp_path / "steady")))


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel tells children of their parent's death on Linux"
)
def test_a_parent_that_is_killed_leaves_nothing_behind(
    parent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    parent.kill()
    parent.wait(20)
    wait(lambda: not any(map(lives, _pids(tmp_path / "steady"))), "it")
    assert not (tmp_path / "ended").exists()


def test_what_does_not_end_is_killed() -> None:
    stubborn = spawn(
        [sys.executable, "-c", "import signal, time; signal.signal(15, lambda *_: None); time.sleep(60)"]
    )
    meek = spawn(SLEEP)
    wait(lambda: signal.SIGTERM in _caught(stubborn.pid), "it")
    end_all([stubborn, meek], 0.5)
    assert (stubborn.returncode, meek.returncode) == (-signal.SIGKILL, -signal.SIGTERM)


def _caught(pid: int) -> set[int]:
    """Signals that a process handles, from its mask."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return {number for number in range(1, 65) if mask >> number - 1 & 1}
