"""Where no service runs, a command brings its own keeper and workers; they end with it, whatever way it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tabellion import helpers
from tests.api.support import papers
from tests.tabellion.processes import lives, process_children, wait
from tests.tabellion.terminal import Terminal

ALONE = {"TABELLION_WORKERS": "1", "TABELLION_LANGUAGES": "en"}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of the children of a process")
def test_a_command_that_is_killed_leaves_nothing_running_and_can_be_run_again(tmp_path: Path) -> None:
    terminal, desk = Terminal(tmp_path / "home"), tmp_path / "desk"
    terminal.run("init")
    desk.mkdir()
    for number in range(3):
        (desk / f"{number}.pdf").write_bytes(papers([f"Paper number {number}"]))
    command = ("ingest", desk, "--batch", "killed", "--wait", "--json")
    killed = subprocess.Popen(
        [sys.executable, "-m", "tabellion", *command],
        env={**os.environ, **ALONE, "TABELLION_HOME": str(terminal.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait(lambda: {"keeper", "worker"} <= set(process_children(killed.pid)), "helpers")
    beside = list(process_children(killed.pid).values())
    # Their beats stay behind for a while, and the next command must not rely on them.
    wait(lambda: _items(terminal) == 3, "receiving")
    for pid in beside:
        os.kill(pid, signal.SIGKILL)
    killed.kill()
    killed.wait()
    wait(lambda: not any(map(lives, beside)), "the end of the helpers")

    lines = terminal.run(*command, environment=ALONE).lines
    assert [line["status"] for line in lines] == ["searchable"] * 3
    ledger = terminal.run("batches", "show", "killed", "--json").json["ledger"]
    assert (ledger["items"], ledger["missing"]) == (3, 0)
    assert not process_children(os.getpid())
    # What the helpers did is in the log when the command ends.
    assert terminal.run("verify", "--all", "--json", code=3).json["log"] == "PASSED"


def test_a_keeper_that_cannot_run_is_named_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(tmp_path / "home")
    terminal.run("init")
    ends = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(helpers, "_start", lambda kind, times: subprocess.Popen(ends))
    monkeypatch.setattr(helpers, "LOOK_SECONDS", 0.05)
    said = terminal.run("stamp", "--timeout", "60", code=1).err
    assert "keeper that runs beside this command ends by itself again and again (exit code 3)" in said


def _items(terminal: Terminal) -> int:
    rows = terminal.run("batches", "list", "--json", code=None).json
    return sum(row["ledger"]["items"] for row in rows)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of the children of a process")
def test_workers_share_what_they_load_and_one_that_is_killed_comes_back(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "home")
    terminal.run("init")
    command = [sys.executable, "-m", "tabellion", "serve", "--only", "worker", "--times", "2"]
    parent = subprocess.Popen(
        command, env={**os.environ, **ALONE, "TABELLION_HOME": str(terminal.home)}, stdout=subprocess.DEVNULL
    )
    try:
        wait(lambda: len(_forked(parent.pid)) == 2, "two workers")
        first = _forked(parent.pid)
        os.kill(min(first), signal.SIGKILL)
        wait(lambda: len(_forked(parent.pid)) == 2 and _forked(parent.pid) != first, "another worker")
        left = _forked(parent.pid)
        parent.kill()
        parent.wait()
        wait(lambda: not any(map(lives, left)), "the end of the workers")
    finally:
        parent.kill()
        parent.wait()


def test_the_end_of_one_that_cannot_run_is_the_end_of_all() -> None:
    program = "import sys, tabellion.processes as p\nif p.become(2): sys.exit(7)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 7


def test_those_who_were_told_to_end_end_well() -> None:
    program = "import os, signal, time, tabellion.processes as p\nif p.become(2): time.sleep(30)\n"
    running = subprocess.Popen([sys.executable, "-c", program])
    wait(lambda: len(_forked(running.pid)) == 2, "two processes")
    running.terminate()
    assert running.wait(20) == 0


def _forked(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return set(map(int, children.read_text().split())) if children.exists() else set()
