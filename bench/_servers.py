"""The real servers under an archive, started by script/services on one disk, each to be struck and brought back."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench._service import ServiceFailed
from tests.services import blows
from tests.services.process import Running, recall, remember

SERVERS = {
    "database": "postgresql-durable",
    "broker": "redis",
    "store": "s3",
    "search": "opensearch",
}
"""Part of the archive, and what script/services calls the server of it."""

_MODULE = (sys.executable, "-m", "tests.services.run")


@dataclass(slots=True)
class Servers:
    """Servers with their data below `room`; `settings` is what a service must be told to use them.

    `names` are the parts that lie on a server, and what script/services calls it.
    """

    room: Path
    names: Mapping[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    _running: dict[str, Running] = field(default_factory=dict)

    @property
    def _records(self) -> Path:
        return self.room / "records"

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.room), "TABELLION_SERVICES_DIR": str(self._records)}

    def start(self) -> None:
        """Start all; returns when each answers. Raises ServiceFailed with what it said where one does not."""
        done = subprocess.run(
            [*_MODULE, "start", *self.names.values()],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ServiceFailed(f"the servers did not start: {done.stderr[-2000:]}")
        for line in done.stdout.splitlines():
            name, _, value = shlex.split(line)[1].partition("=")
            self.settings[name] = value
        by_name = {running.name: running for running in recall(self._records)}
        self._running = {part: by_name[name] for part, name in self.names.items()}

    def kill(self, part: str) -> None:
        """SIGKILL to all its processes."""
        blows.kill(self._running[part])

    def freeze(self, part: str) -> None:
        """SIGSTOP to all its processes."""
        blows.freeze(self._running[part])

    def thaw(self, part: str) -> None:
        """SIGCONT to all its processes."""
        blows.thaw(self._running[part])

    def bring_back(self) -> list[str]:
        """Start every server that has ended again on its data, as whoever supervises it would; says which."""
        ended = [part for part, running in self._running.items() if not running.alive()]
        for part in ended:
            self._running[part] = blows.bring_back(self._running[part])
            remember(self._records, self._running[part])
        return ended

    def stop(self) -> None:
        """Stop all, frozen ones too, and remove their data."""
        for running in self._running.values():
            blows.thaw(running)
        subprocess.run([*_MODULE, "stop"], env=self._environment, check=True)
