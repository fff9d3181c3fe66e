"""Claims on files in watched folders: taken by an atomic rename, given up only when the acknowledgement is durable.

<folder>/.claimed/<claim>/<name>      taken; received from here, then removed
<folder>/refused/<name>               put aside, with <name>.reason.txt beside it
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tabellion.base.errors import TabellionError
from tabellion.base.ids import Ids, is_id

CLAIMED, REFUSED = ".claimed", "refused"
_REASON = ".reason.txt"
_LONGEST_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that was taken out of a folder; its id names the act of handing over."""

    id: str
    path: Path

    @property
    def folder(self) -> Path:
        """The folder that it was taken out of."""
        return self.path.parents[2]

    @property
    def name(self) -> str:
        """The sender's name of the file."""
        return self.path.name

    def open(self) -> BinaryIO:
        """The bytes; raises OSError for anything but a plain file, and never follows a link."""
        return open_plain(self.path)

    def give_up(self) -> None:
        """Remove the file: it is durable elsewhere."""
        self.path.unlink(missing_ok=True)
        self._remove_empty()

    def refuse(self, error: TabellionError) -> None:
        """Put the file aside, with what is wrong and what to do in a text file beside it."""
        refused = self.folder / REFUSED
        refused.mkdir(exist_ok=True)
        place = free_place(refused, self.name)
        reason = f"{error.code}: {error.message}\n{error.diagnostics()}\n"
        place.with_name(shortened(place.name, _REASON)).write_text(reason, encoding="utf-8")
        self.path.rename(place)
        self._remove_empty()

    def put_back(self) -> None:
        """Let the folder have it again: it changed while it was received."""
        self.path.rename(free_place(self.folder, self.name))
        self._remove_empty()

    def _remove_empty(self) -> None:
        with suppress(OSError):
            self.path.parent.rmdir()
            self.path.parent.parent.rmdir()


def take(path: Path, ids: Ids) -> Claim | None:
    """Claim a file by renaming it; None where it is gone or somebody else was faster."""
    claim = ids.new()
    place = path.parent / CLAIMED / claim
    try:
        place.mkdir(parents=True)
        path.rename(place / path.name)
    except FileNotFoundError:
        # The file is gone, or somebody who looks at the folder too removed what was empty: next time, then.
        with suppress(OSError):
            place.rmdir()
        return None
    return Claim(claim, place / path.name)


def standing(folder: Path) -> Iterator[Claim]:
    """The claims in a folder, also those of a process that was killed; empty leftovers are removed."""
    with suppress(FileNotFoundError):
        for place in sorted((folder / CLAIMED).iterdir()):
            if not is_id(place.name) or place.is_symlink() or not place.is_dir():
                continue
            files = list(place.iterdir())
            if files:
                yield Claim(place.name, files[0])
            else:
                with suppress(OSError):
                    place.rmdir()


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file for reading without following a link or waiting for a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name!r} is not a plain file")
    return os.fdopen(descriptor, "rb")


def free_place(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has: the name itself, or the name with a number before its end."""
    place, number = folder / name, 1
    while os.path.lexists(place):
        number += 1
        stem, dot, end = name.rpartition(".")
        suffix = f"~{number}{dot}{end}" if stem else f"~{number}"
        place = folder / shortened(stem or name, suffix)
    return place


def shortened(name: str, suffix: str) -> str:
    """The name with a suffix, cut to what a file system takes (255 bytes) without breaking a character."""
    room = _LONGEST_NAME_BYTES - len(os.fsencode(suffix))
    raw = os.fsencode(name)
    if len(raw) > room:
        name = raw[:room].decode("utf-8", "ignore")
    return name + suffix
