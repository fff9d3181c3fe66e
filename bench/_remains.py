"""What must be true of catalogue and vault after the blows: each paper once, nothing under a lease, nothing unnamed."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, or_, select

from archive.archive import Archive
from archive.catalogue import release_lease, take_lease
from archive.catalogue.schema import (
    deposits,
    documents,
    index_outbox,
    leases,
    log_outbox,
    objects,
    work,
)
from archive.vault import Vault
from bench._tiny import Tiny
from ingest.keeper import LEASE, NAME
from ingest.sweeping import SWEPT, Sweeper
from tabellion.settings import load_settings
from tabellion.wiring import Parts, opened

QUIET_SECONDS = 180.0
_HOLDER = "aftermath"


@contextmanager
def looked_into(home: Path, settings: Mapping[str, str]) -> Iterator[Parts]:
    """The parts of the archive that these settings of the environment name."""
    words = {name.removeprefix("TABELLION_").lower(): value for name, value in settings.items()}
    with opened(load_settings(home=home, **words)) as parts:
        yield parts


def wait_until_quiet(archive: Archive, seconds: float = QUIET_SECONDS) -> list[str]:
    """Until no work is left and no outbox holds anything; what is left when nothing has changed for so many seconds."""
    deadline, before = time.monotonic() + seconds, None
    while (left := _unfinished(archive)) and time.monotonic() < deadline:
        if left != before:
            deadline, before = time.monotonic() + seconds, left
        time.sleep(0.5)
    return left


def _unfinished(archive: Archive) -> list[str]:
    with archive.catalogue.read() as connection:
        counts = {
            f"{kind} work that is {state}": count
            for kind, state, count in connection.execute(
                select(work.c.kind, work.c.state, func.count())
                .where(work.c.state != "done")
                .group_by(work.c.kind, work.c.state)
            )
        }
        for table in (log_outbox, index_outbox):
            counts[f"rows of {table.name}"] = connection.scalar(select(func.count()).select_from(table)) or 0
    return [f"left over: {count} {what}" for what, count in counts.items() if count]


def check_once(archive: Archive, papers: Sequence[Tiny]) -> list[str]:
    """Every paper is one deposit, and every document is searchable."""
    with archive.catalogue.read() as connection:
        held = Counter(connection.scalars(select(deposits.c.sha256)))
        states = connection.execute(
            select(documents.c.state, func.count()).where(documents.c.state != "searchable").group_by("state")
        ).all()
    expected = {paper.sha256.hex(): paper.name for paper in papers}
    wrong = [f"{name} is {held[digest]} deposits" for digest, name in expected.items() if held[digest] != 1]
    wrong += [f"a deposit of other bytes: {digest}" for digest in held.keys() - expected.keys()]
    return wrong + [f"{count} documents are {state}" for state, count in states]


def check_leases(archive: Archive) -> list[str]:
    """After the service has stopped nobody holds a lease."""
    now = archive.clock.now()
    with archive.catalogue.read() as connection:
        held = connection.execute(select(leases).where(leases.c.until > now)).all()
        tasks = connection.execute(
            select(work).where(or_(work.c.state == "leased", work.c.holder.is_not(None)))
        )
        return [f"the lease of the {row.name} is still {row.holder}'s" for row in held] + [
            f"{row.kind} work is still {row.holder}'s" for row in tasks
        ]


def check_vault(archive: Archive) -> list[str]:
    """No upload is unfinished; and every object has a row, after the keeper's sweep without its day of grace."""
    vault = archive.objects.vault
    with archive.catalogue.write() as connection:
        token = take_lease(connection, NAME, _HOLDER, archive.clock.now(), LEASE)
    if token is None:
        return ["the keeper's lease cannot be taken"]
    Sweeper(archive, age=timedelta(0)).run(token)
    with archive.catalogue.write() as connection:
        release_lease(connection, NAME, token, archive.clock.now())
    wrong = []
    if uploads := vault.sweep_temporary(timedelta(0)):
        wrong.append(f"left over: {uploads} unfinished uploads in parts")
    with archive.catalogue.read() as connection:
        return wrong + _unnamed(connection, vault)


def _unnamed(connection: Connection, vault: Vault) -> list[str]:
    named = {(row.key, row.version) for row in connection.execute(select(objects.c.key, objects.c.version))}
    listed = (ref for kind in SWEPT for ref in vault.list(f"{kind}s/"))
    return [f"left over: {ref.key} in the vault" for ref in listed if (ref.key, ref.version) not in named]


def found_at(archive: Archive) -> list[float]:
    """When each document became searchable, in seconds of the system's clock, in order."""
    with archive.catalogue.read() as connection:
        instants = connection.scalars(
            select(documents.c.searchable_at).where(documents.c.searchable_at.is_not(None))
        ).all()
    return sorted(instant.timestamp() for instant in instants)
