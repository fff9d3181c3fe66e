"""A server as a process of its own: free ports, waiting by asking, a record on disk, stopping by process id."""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

PATIENCE = 240.0
"""Seconds that a server may take to come up: OpenSearch alone takes half a minute on a machine that is not busy."""

STOPPING = 30.0
"""Seconds that it may take to go by itself."""

LOG = "server.log"
_LEAST_PORT = 12_000


class ServiceError(Exception):
    """A server could not be started or stopped; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its process, its folder, the settings that use it, the signal that ends it cleanly."""

    name: str
    pid: int
    born: int
    folder: str
    settings: Mapping[str, str]
    stop_signal: int = signal.SIGTERM
    command: list[str] = field(default_factory=list)
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def alive(self) -> bool:
        """Whether that very process still runs; a process id alone may have been given to another since."""
        return birth(self.pid) == self.born


def birth(pid: int) -> int | None:
    """When the process began, in clock ticks since boot (proc(5), field 22 of stat); None if it is gone."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return None if state == "Z" else int(fields[18])


def free_port() -> int:
    """A loopback port that nobody listens on now, and that nobody gets who leaves the choice to the system.

    So it is still free when a server takes it, a moment later or after it was killed. The choice is not that of the
    seeded generator, which two processes of the tests would have in common.
    """
    given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = _LEAST_PORT + secrets.randbelow(given - _LEAST_PORT) if given > 2 * _LEAST_PORT else 0
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])


def new_folder(name: str, user: str | None) -> Path:
    """A temporary folder that belongs to the server's user, who may not be able to enter the checkout."""
    folder = Path(tempfile.mkdtemp(prefix=f"tabellion-{name}-"))
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    return folder


def launch(
    name: str,
    command: Sequence[str],
    folder: Path,
    *,
    answers: Callable[[], bool],
    settings: Mapping[str, str],
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Running:
    """Start a server in a session of its own and wait until `answers` is true.

    Its output goes to `server.log` in its folder. Raises ServiceError, with the end of that log, where it
    ends early or stays silent for longer than PATIENCE.
    """
    running = spawn(
        Running(name, 0, 0, str(folder), settings, stop_signal, list(command), user, dict(environment or {}))
    )
    log = folder / LOG
    deadline = time.monotonic() + PATIENCE
    try:
        while not answers():
            if not running.alive() or time.monotonic() > deadline:
                end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                raise ServiceError(f"{name} did not come up; the end of its log:\n{end}")
            time.sleep(0.05)
    except BaseException:  # whoever asked for it may have been told to end meanwhile
        stop(running)
        end_session(running.pid)
        raise
    return running


def spawn(planned: Running) -> Running:
    """Start the process of a server in its folder, on whatever is there, without waiting until it answers."""
    user = planned.user
    with (Path(planned.folder) / LOG).open("ab") as output:
        process = subprocess.Popen(
            planned.command,
            cwd=planned.folder,
            env=dict(os.environ) | dict(planned.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
        )
    process.returncode = 0  # it outlives this process on purpose, of which Popen would warn
    return replace(planned, pid=process.pid, born=birth(process.pid) or 0)


def stop(running: Running) -> None:
    """End the server, with whatever it started in its session, and remove its folder."""
    if running.alive():
        deadline = time.monotonic() + STOPPING
        os.kill(running.pid, running.stop_signal)
        while running.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        end_session(running.pid)
    shutil.rmtree(running.folder, ignore_errors=True)


def end_session(leader: int) -> None:
    """Kill what is left of the session; only for a leader that is known to be ours."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def remember(directory: Path, running: Running) -> None:
    """Write down what runs, for `recall`; only the owner may read it, since settings hold passwords."""
    directory.mkdir(parents=True, exist_ok=True)
    record = directory / f"{running.name}.json"
    record.touch(mode=0o600)
    record.write_text(json.dumps(asdict(running)))


def recall(directory: Path) -> list[Running]:
    """What was started from this directory and not yet stopped."""
    return [Running(**json.loads(record.read_text())) for record in sorted(directory.glob("*.json"))]


def forget(directory: Path, running: Running) -> None:
    """Remove the record that `remember` wrote."""
    (directory / f"{running.name}.json").unlink(missing_ok=True)
