"""`tabellion serve` in an archive of its own, to be killed: its processes by part, and its commands."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

BIN = Path(sys.executable).parent
PARTS = ("api", "worker", "keeper")
READY_SECONDS = 180.0
STOP_SECONDS = 40.0


class ServiceFailed(Exception):
    """The service or one of its commands did not do what the bench needs to go on."""


@dataclass(slots=True)
class Service:
    """One archive and the service on it. Every process belongs to one session, so that all can be killed at once.

    `settings` is what its environment says besides; `only` is the one kind of process that it is, if not all.
    """

    home: Path
    port: int
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    only: str | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes and commands are told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TABELLION_")}
        own = {"TABELLION_HOME": str(self.home), "TABELLION_PORT": str(self.port)}
        return {**kept, **own, **self.settings}

    def command(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run `tabellion` to its end; what it printed. Raises ServiceFailed for another exit code."""
        done = subprocess.run(
            [str(BIN / "tabellion"), *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in codes:
            raise ServiceFailed(f"tabellion {words[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def json(self, *words: str, codes: tuple[int, ...] = (0,)) -> Any:
        """The JSON document that a command printed."""
        return json.loads(self.command(*words, "--json", codes=codes))

    def start(self) -> None:
        """Start it, without waiting until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(BIN / "tabellion"), "serve", *(("--only", self.only) if self.only else ())],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Return when it says that all its parts are there."""
        wait_until(self.ready, READY_SECONDS, f"{self.address}/readyz is not 200")

    def ready(self) -> bool:
        """Whether it says now that all its parts are there. Raises ServiceFailed where it has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise ServiceFailed(f"serve ended with {self._process.returncode}: {self.said()}")
        try:
            return httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    @property
    def ended(self) -> bool:
        """Whether it was started and has ended since, or was killed."""
        return self._process is not None and self._process.poll() is not None

    def processes(self, part: str) -> list[psutil.Process]:
        """The living processes of a part, by what they were started with."""
        if self._process is None:
            return []
        try:
            parent = psutil.Process(self._process.pid)
            family = [parent] if self.only else parent.children()
        except psutil.Error:
            return []
        return [process for process in family if _is_part(process, part)]

    def kill_one(self, part: str, choose: Callable[[list[psutil.Process]], psutil.Process]) -> bool:
        """SIGKILL to one process of a part; says whether there was one."""
        found = self.processes(part)
        if not found:
            return False
        try:
            choose(found).kill()
        except psutil.Error:
            return False
        return True

    def kill_parent(self) -> None:
        """SIGKILL to the parent alone; its children notice by themselves. Returns when they have gone."""
        if self._process is None:
            return
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process.wait()
        psutil.wait_procs(children, STOP_SECONDS)
        self._clear()

    def kill_all(self) -> None:
        """SIGKILL to every process at the same instant, as when the power goes."""
        self._clear()

    def stop(self) -> None:
        """SIGTERM, and until it has stopped by itself. Raises ServiceFailed where it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._clear()
            raise ServiceFailed(f"serve did not stop within {STOP_SECONDS:.0f} s of SIGTERM") from None
        self._clear()

    def _clear(self) -> None:
        """Kill whatever is left of the session that `start` made."""
        if self._process is None:
            return
        left = [process for process in psutil.process_iter() if _in_session(process, self._process.pid)]
        for process in left:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.Error:
                continue
        self._process.wait()
        psutil.wait_procs(left, STOP_SECONDS)
        self._process = None


def wait_until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Ask five times a second; raises ServiceFailed with `otherwise` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{otherwise} after {seconds:.0f} s")
        time.sleep(0.2)


def _is_part(process: psutil.Process, part: str) -> bool:
    try:
        return part in process.cmdline()
    except psutil.Error:
        return False


def _in_session(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session
    except (ProcessLookupError, PermissionError):
        return False
