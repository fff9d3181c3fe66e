"""Looks at files in watched folders until they have come to rest."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from ingest.claims import open_plain
from ingest.wholeness import being_written, has_its_end, media_type_of
from tabellion.base.clock import Clock

IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
IGNORED_ENDS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".reason.txt")


def is_ignored(name: str) -> bool:
    """Whether a name is what systems and copying programs leave beside files that people mean."""
    folded = name.casefold()
    return name.startswith((".", "~$")) or folded in IGNORED_NAMES or folded.endswith(IGNORED_ENDS)


class Verdict(Enum):
    """What is to be done with a file of a hot folder."""

    WAIT = "wait"
    TAKE = "take"
    UNKNOWN = "unknown"
    """Quiet for long, and of no type that can be read."""
    UNFINISHED = "unfinished"
    """Quiet for very long, and still without its end."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file must be quiet: to be taken, to be refused as of no known type, as never finished."""

    settled: timedelta = timedelta(seconds=2)
    unknown: timedelta = timedelta(minutes=1)
    unfinished: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    modified: int
    inode: int
    since: datetime


class Looks:
    """Remembers what files looked like, and since when they look so."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._looks: dict[Path, _Look] = {}

    def settled(self, path: Path) -> bool:
        """Whether the file has not changed between two looks far enough apart, and nobody writes it."""
        if self._quiet(path) < self._patience.settled:
            return False
        with open_plain(path) as file:
            return not being_written(file.fileno())

    def judge(self, path: Path) -> Verdict:
        """What is to be done with a file that nothing but its content vouches for."""
        quiet = self._quiet(path)
        if quiet < self._patience.settled:
            return Verdict.WAIT
        with open_plain(path) as file:
            descriptor = file.fileno()
            if being_written(descriptor):
                return Verdict.WAIT
            media_type = media_type_of(descriptor)
            if media_type is None:
                # An empty file may be one whose copy has only begun.
                empty = os.fstat(descriptor).st_size == 0
                limit = self._patience.unfinished if empty else self._patience.unknown
                return Verdict.WAIT if quiet < limit else Verdict.UNKNOWN
            if has_its_end(descriptor, media_type):
                return Verdict.TAKE
        return Verdict.WAIT if quiet < self._patience.unfinished else Verdict.UNFINISHED

    def forget_absent(self) -> None:
        """Forget files that are gone."""
        for path in [path for path in self._looks if not os.path.lexists(path)]:
            del self._looks[path]

    def _quiet(self, path: Path) -> timedelta:
        """How long the file has been quiet: by our looks, and by its own time of change."""
        status, now = path.lstat(), self._clock.now()
        look = self._looks.get(path)
        seen = (status.st_size, status.st_mtime_ns, status.st_ino)
        if look is None or (look.size, look.modified, look.inode) != seen:
            look = self._looks[path] = _Look(*seen, now)
        age = timedelta(seconds=now.timestamp() - status.st_mtime)
        # A time in the future comes from another machine's clock and says nothing.
        return now - look.since if age < timedelta(0) else min(now - look.since, age)
