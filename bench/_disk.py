"""A small disk of its own for everything that a run writes, which can be filled to the last byte."""

import errno
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_FILLER = "filler"


class NoDisk(Exception):
    """A file system cannot be mounted here, for want of rights most likely."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system in memory of so many MiB, mounted at `place`."""

    place: Path
    megabytes: int

    def mount(self) -> None:
        """Raises NoDisk where that is not allowed."""
        self.place.mkdir(parents=True)
        words = [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            f"size={self.megabytes}m,mode=0755",
            "tabellion",
            str(self.place),
        ]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NoDisk(str(error)) from error
        if done.returncode:
            raise NoDisk(done.stderr.strip())

    def unmount(self) -> None:
        """Take it away, with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)
        self.place.rmdir()

    def fill(self) -> None:
        """Leave no byte free; what others free meanwhile is taken by the next call."""
        with (self.place / _FILLER).open("ab") as filler:
            for piece in (1 << 20, 1 << 12):
                while _grow(filler.fileno(), piece):
                    pass

    def empty(self) -> None:
        """Give back what `fill` took."""
        (self.place / _FILLER).unlink(missing_ok=True)


def _grow(descriptor: int, size: int) -> bool:
    """Make the file longer; False: there is no room."""
    try:
        os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, size)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return False
        raise
    return True
