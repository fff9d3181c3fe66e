"""Has the log and the stamps take copied papers in: their entries through the writer of the log, group by group."""

import time
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.catalogue.schema import log_entries, manifests, stamps
from archive.stamp_closing import Pace, demand
from bench._measure import CommandFailed
from bench._multiplying import Multiplied
from bench._tables import say
from ingest.keeper import Keeper
from tabellion.running.keeping import make_lanes
from tabellion.wiring import Parts

_ENTRIES_AT_ONCE = 40_000
"""About so many wait for the log at a time; of those that wait for a stamp a few stamps are made."""


@dataclass(slots=True)
class Sealed:
    """Entries that the log took and the seconds of that; stamps that were closed, and the seconds of those."""

    entries: int = 0
    log_seconds: float = 0.0
    stamps: int = 0
    stamp_seconds: float = 0.0


def seal(parts: Parts, multiplied: Multiplied, copies: range) -> Sealed:
    """Log and stamp copies whose other rows are there."""
    lanes = make_lanes(parts)
    duties = {duty.name: duty for lane in lanes.values() for duty in lane}
    keeper = Keeper(parts.archive, "bench seals", lanes)
    keeper.renew()
    token = keeper.lease
    if token is None:
        raise CommandFailed("another keeper acts in this archive")
    done = Sealed()

    def log() -> None:
        begun = time.perf_counter()
        duties["sequence"].run(token)
        done.log_seconds += time.perf_counter() - begun

    def stamp(least: int) -> None:
        begun, logged = time.perf_counter(), done.log_seconds
        # Opened, closed, told to the log and published, each in a round of its own.
        while _unstamped(parts) >= least or _unfinished(parts):
            duties["stamps"].run(token)
            log()
        done.stamp_seconds += time.perf_counter() - begun - (done.log_seconds - logged)

    before = _count(parts)
    numbers = list(copies)
    each = max(len(numbers) and _ENTRIES_AT_ONCE // max(multiplied.entries, 1), 1)
    for start in range(0, len(numbers), each):
        multiplied.waiting(range(numbers[start], numbers[min(start + each, len(numbers)) - 1] + 1))
        log()
        stamp(Pace().manifests)
        say(f"  logged and stamped {min(start + each, len(numbers))} of {len(numbers)} copies")
    demand(parts.archive)
    stamp(1)
    after = _count(parts)
    done.entries, done.stamps = after[0] - before[0], after[1] - before[1]
    keeper.release()
    return done


def _unstamped(parts: Parts) -> int:
    with parts.archive.catalogue.read() as connection:
        waiting = select(func.count()).select_from(manifests).where(manifests.c.stamp_id.is_(None))
        return connection.scalar(waiting) or 0


def _unfinished(parts: Parts) -> int:
    states = ("closed", "stamped", "verified")
    with parts.archive.catalogue.read() as connection:
        some = select(func.count()).select_from(stamps).where(stamps.c.state.in_(states))
        return connection.scalar(some) or 0


def _count(parts: Parts) -> tuple[int, int]:
    with parts.archive.catalogue.read() as connection:
        last = connection.scalar(select(func.max(log_entries.c.seq)))
        closed = select(func.count()).select_from(stamps).where(stamps.c.state == "published")
        return 0 if last is None else last + 1, connection.scalar(closed) or 0
