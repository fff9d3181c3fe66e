"""Archives full of evidence for bench/verify: filled, stamped, and verified in a process of its own."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, insert, select

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import document_deposits, log_outbox
from archive.packages import Choice, Order, make_package
from archive.stamp_closing import demand
from archive.verify import verify
from ingest.arrivals import Arrival
from ingest.batches import find_or_open
from ingest.keeper import Keeper
from ingest.receive import receive
from tabellion.base.clock import SystemClock
from tabellion.initialise import initialise
from tabellion.running.keeping import make_keeper
from tabellion.running.trust import verify_trust
from tabellion.sealing import issuer_of
from tabellion.settings import load_settings
from tabellion.wiring import Parts, opened

_AT_ONCE = 1000


@contextmanager
def an_archive(home: Path) -> Iterator[tuple[Parts, Keeper]]:
    """A new archive as `init` makes it, and its keeper, which runs when it is told to."""
    settings = load_settings(home=home)
    initialise(settings, SystemClock(), "bench", "four unrelated plain words")
    with opened(settings) as parts:
        keeper = make_keeper(parts, "bench")
        yield parts, keeper
        keeper.release()


def take_in(parts: Parts, paths: Sequence[Path]) -> None:
    """Receive files as the doors do; nothing is read of them."""
    batch = find_or_open(parts.archive, "bench", None, SYSTEM_ACTOR)
    for path in paths:
        with path.open("rb") as stream:
            arrival = Arrival(batch, path.name, SYSTEM_ACTOR, "command-line")
            receive(parts.archive, stream, arrival, nudge=lambda: None)


def settle(parts: Parts, keeper: Keeper) -> None:
    """Run the keeper until the log has everything."""
    while _waiting(parts):
        keeper.run_once()
    keeper.run_once()


def stamp(parts: Parts, keeper: Keeper) -> None:
    """Close a stamp over all that waits, with its token verified and in the log."""
    demand(parts.archive)
    for _ in range(3):
        keeper.run_once()
    settle(parts, keeper)


def fill_outbox(parts: Parts, count: int) -> None:
    """So many entries of many chains, as business transactions leave them."""
    now = parts.archive.clock.now()
    for start in range(0, count, _AT_ONCE):
        rows = [
            {
                "type": "access",
                "time": now,
                "actor": SYSTEM_ACTOR,
                "subject": os.urandom(32).hex(),
                "object_type": "document",
                "object_id": parts.archive.ids.new(),
                "chain": "access",
            }
            for _ in range(min(_AT_ONCE, count - start))
        ]
        with parts.archive.catalogue.write() as connection:
            connection.execute(insert(log_outbox), rows)


def pack(parts: Parts, keeper: Keeper, count: int) -> tuple[float, int]:
    """Seconds for a package of so many documents, verified before it is handed out, and its size."""
    with parts.archive.catalogue.read() as connection:
        first = select(document_deposits.c.document_id).order_by(document_deposits.c.document_id).limit(count)
        documents = list(connection.execute(first).scalars())
    issuer, order = issuer_of(parts), Order(tuple(Choice(document) for document in documents))
    settle(parts, keeper)
    started = time.monotonic()
    package = make_package(parts.archive, issuer, order, SYSTEM_ACTOR)
    return time.monotonic() - started, package.size or 0


def _waiting(parts: Parts) -> int:
    with parts.archive.catalogue.read() as connection:
        return connection.scalar(select(func.count()).select_from(log_outbox)) or 0


def _cpu() -> float:
    """CPU seconds of this process and of those that it has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> int:
    """Verify everything under a home; prints seconds, CPU seconds, the verdict, and what was checked."""
    with opened(load_settings(home=Path(sys.argv[1]))) as parts:
        trust = verify_trust(parts)
        started, before = time.monotonic(), _cpu()
        report = verify(parts.archive, trust)
        seconds, cpu = time.monotonic() - started, _cpu() - before
    sys.stdout.write(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_seconds": cpu,
                "overall": report.overall.value,
                "checked": dict(report.checked),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
