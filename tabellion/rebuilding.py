"""Makes catalogue and index anew, alone in the archive: no service runs, and the keeper's lease is held meanwhile."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import delete, func, select

from archive.archive import Archive
from archive.catalogue import holders, release_lease, take_lease, upgrade
from archive.catalogue.schema import index_outbox
from archive.rebuild import Summary, rebuild
from ingest.indexing import rebuild_index
from ingest.keeper import LEASE, NAME, RENEW_SECONDS
from search import Analyser
from tabellion.base.errors import Conflict
from tabellion.homes import move_index
from tabellion.processes import holder, is_gone
from tabellion.running.trust import verify_trust
from tabellion.wiring import Parts, search_engine

WITHIN = timedelta(seconds=10)
Progress = Callable[[int, int], None]


class ServiceRuns(Conflict):
    """Something runs on the archive that must be stopped first."""

    code = "SERVICE_RUNS"
    advice = "Stop the service (Ctrl-C, or SIGTERM to `tabellion serve`) and try again."


def rebuild_catalogue(parts: Parts, progress: Progress) -> Summary:
    """Fill an empty catalogue from the vault. Raises CatalogueNotEmpty, ServiceRuns, and what a broken vault raises."""
    upgrade(parts.archive.catalogue)
    require_nobody(parts.archive)
    return rebuild(parts.archive, verify_trust(parts), progress)


def rebuild_search(parts: Parts, progress: Progress) -> int:
    """Make a new generation of the index; says how many documents are in it. Raises ServiceRuns."""
    archive = parts.archive
    require_nobody(archive)
    with keeping(archive):
        with archive.catalogue.read() as connection:
            newest = connection.scalar(select(func.max(index_outbox.c.id)))
        done = rebuild_index(archive, search_engine(parts.settings).rebuild(Analyser()), progress)
        with archive.catalogue.write() as connection:
            if newest is not None:
                # What waited for the index before is in the new one.
                connection.execute(delete(index_outbox).where(index_outbox.c.id <= newest))
            if archive.catalogue.dialect == "postgresql":
                move_index(connection, parts.settings)
    return done


def require_nobody(archive: Archive) -> None:
    """Raise ServiceRuns where a process of a service said lately that it lives."""
    with archive.catalogue.read() as connection:
        now = archive.clock.now()
        kinds = [
            kind
            for kind in ("api", "worker", "keeper")
            # One that was killed cannot say that it ended; that its process is gone says it as well.
            if any(not is_gone(name) for name in holders(connection, kind, now, WITHIN))
        ]
    if kinds:
        raise ServiceRuns(f"a service runs on this archive: {', '.join(kinds)}")


@contextmanager
def keeping(archive: Archive) -> Iterator[None]:
    """Hold the keeper's lease for as long as the block lasts; raises ServiceRuns where another has it."""
    name, end = holder(), Event()

    def take() -> int | None:
        with archive.catalogue.write() as connection:
            return take_lease(connection, NAME, name, archive.clock.now(), LEASE)

    # A keeper that was killed leaves a lease that runs out by itself.
    deadline = time.monotonic() + LEASE.total_seconds() + 1
    while (token := take()) is None:
        if time.monotonic() > deadline:
            raise ServiceRuns("a keeper acts on this archive")
        time.sleep(0.2)

    def renew() -> None:
        while not end.wait(RENEW_SECONDS):
            take()

    thread = Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        with archive.catalogue.write() as connection:
            release_lease(connection, NAME, token, archive.clock.now())
