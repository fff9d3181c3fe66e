"""Programs that servers and tests need but the lock file has not: by one process at a time, since several tests ask."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.services.process import ServiceError

TOOLS = Path(__file__).parents[2] / "var" / "tools"
"""What is fetched or built once and kept, a folder each."""

FETCHING = 280.0
"""Seconds that fetching may take; a test has a little longer."""

_INSTALLING = 900.0

MAVEN = "maven"
"""The name under which Maven runs alone: its repository in the home of a user is not for two (before 3.9)."""


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Within, no other process of this checkout is under the same name."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(
    command: Sequence[str],
    what: str,
    environment: Mapping[str, str] | None = None,
    seconds: float = FETCHING,
) -> None:
    """Run a command that fetches or builds a tool. Raises ServiceError with the end of what it said."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceError(f"{what} cannot be fetched within {seconds:.0f} s") from error
    if done.returncode:
        raise ServiceError(f"{what} cannot be fetched: {done.stdout.strip()[-2000:]}")


def go_program(package: str, folder: str) -> Path:
    """The path of a program of a Go module, `path@version`, built once into a folder of the tools."""
    path = TOOLS / folder / package.partition("@")[0].rpartition("/")[2]
    with alone(folder):
        if not path.exists():
            fetch(["go", "install", package], folder, {"GOBIN": str(path.parent)})
    return path


def need(program: str, package: str) -> str:
    """The path of a program, from the Debian package that holds it where it is absent and we may install."""
    found = shutil.which(program)
    if found is None:
        install(package)
        found = shutil.which(program)
    if found is None:
        raise ServiceError(f"{program} is not on PATH, though the package {package} is installed")
    return found


def install(package: str) -> None:
    """Install a Debian package; raises ServiceError where that is not possible."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(
            f"the system package {package} is missing; install it as root: apt-get install {package}"
        )
    with alone("apt"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
            command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *words]
            fetch(command, package, {"DEBIAN_FRONTEND": "noninteractive"}, _INSTALLING)
