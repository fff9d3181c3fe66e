"""What is measured of an archive of one size: its parts on disk, the keeper's quiet rounds, pages that people open."""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.catalogue.schema import objects
from archive.verify import verify
from bench._intake import Filler
from bench._measure import CommandFailed
from bench._shape import measure_shape
from bench._tables import say
from bench._visiting import measure_visits, visitors, visits
from tabellion.base.ids import Ids
from tabellion.running.keeping import make_keeper
from tabellion.running.trust import verify_trust
from tabellion.wiring import Parts

SAMPLE = 100
_ROUNDS, _LONG = 5, 1_000.0


@dataclass(frozen=True, slots=True)
class LaterClock:
    """The machine's clock, so much ahead."""

    ahead: timedelta

    def now(self) -> datetime:
        """The present instant, and what is ahead."""
        return datetime.now(UTC) + self.ahead


def later(parts: Parts, ahead: timedelta) -> Parts:
    """The same archive at a later time."""
    clock = LaterClock(ahead)
    return replace(parts, archive=replace(parts.archive, clock=clock, ids=Ids(clock)))


def measure_point(filler: Filler, home: Path, papers: Sequence[str], count: int) -> dict[str, Any]:
    """The figures of the archive as it is; `papers` have files in the vault, each page is opened `count` times."""
    parts = filler.parts
    result: dict[str, Any] = {"quiet_round_ms": quiet_rounds(filler)}
    filler.keeper.release()
    result["keeper_start_seconds"] = keeper_start(parts)
    result["verify_ms_a_document"] = verify_sample(parts, papers)
    say("  asking pages")
    portfolio = filler.portfolios[0]
    with visitors(parts, portfolio) as asked:
        wanted = visits(parts, filler.papers.debtors, portfolio, max(papers))
        result["visits"] = measure_visits(asked, wanted, count)
    say("  measuring the disk")
    shape = measure_shape(home)
    result["shape"] = {
        part: {"count": count, "bytes": size, "allocated": allocated}
        for part, count, size, allocated in shape.rows()
    }
    result["indexes"] = dict(sorted(shape.indexes.items(), key=lambda item: -item[1]))
    result["folders"] = shape.folders
    return result


def quiet_rounds(filler: Filler) -> dict[str, float]:
    """Milliseconds of each of the keeper's duties where there is nothing to do."""
    found: dict[str, float] = {}
    filler.lots.append({})
    # What the log's and the stamps' own files came to is noted in one round, and locked in those after it.
    for _ in range(2):
        filler.keeper.run_once()
    while unlocked(filler.parts):
        filler.keeper.run_once()
    token = filler.keeper.lease
    if token is None:
        raise CommandFailed("the keeper of this measurement does not act")
    for duty in chain.from_iterable(filler.lanes.values()):
        times: list[float] = []
        # What takes long is not asked again.
        while len(times) < _ROUNDS and sum(times) < _LONG:
            filler.keeper.renew()
            filler.lots.append({})
            duty.run(token)
            times.append(1000 * sum(spent.seconds for spent in filler.lots.pop().values()))
        found[duty.name] = round(statistics.median(times), 1)
    filler.lots.pop()
    return found


def unlocked(parts: Parts) -> bool:
    """Whether an object still waits for its lock."""
    waits = select(objects.c.id).where(objects.c.retain_until.is_not(None), ~objects.c.locked)
    with parts.archive.catalogue.read() as connection:
        return connection.scalar(waits.limit(1)) is not None


def verify_sample(parts: Parts, papers: Sequence[str], seed: int = 1) -> float:
    """Milliseconds a document for the verification of some, drawn from these."""
    some = random.Random(seed).sample(list(papers), min(SAMPLE, len(papers)))
    started = time.perf_counter()
    report = verify(parts.archive, verify_trust(parts), some)
    taken = time.perf_counter() - started
    if report.overall.value != "PASSED":
        raise CommandFailed(f"the sample did not verify: {report.findings}")
    return round(1000 * taken / len(some), 2)


def keeper_start(parts: Parts) -> float:
    """Seconds until a new keeper has done its first round: what it must know of the log it looks up then."""
    keeper = make_keeper(parts, "bench again")
    started = time.perf_counter()
    keeper.run_once()
    taken = time.perf_counter() - started
    keeper.release()
    return round(taken, 2)
