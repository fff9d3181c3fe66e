"""Removes from the vault what a killed process put there and no row ever named (STORAGE, Order): after a day.

Where the catalogue knows less of the log than was published, it is an older copy, and what it does not name may well
have been acknowledged: then nothing is removed.

Identifiers begin with their time (UUIDv7), so the vault is walked through by their first digits: what is new each time,
and of the rest so much that all of it is looked at within a month. No sweep grows with the archive but by that share.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, Table, select

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import archive_state, deposits, log_entries, log_outbox, objects, packages
from archive.catalogue.upsert import upsert
from archive.log_group import log_size
from archive.log_view import LogView
from archive.vault import Ref, VaultLocked, VaultMissing
from archive.vault.keys import key_of
from tabellion.base.ids import is_id

AGE = timedelta(days=1)
SWEPT: dict[str, Table] = {"deposit": deposits, "package": packages}
"""What is put before its row: the objects of each lie under its name in the plural."""

NEW = timedelta(days=2)
"""What was begun within so long is looked at each time."""

ALL_WITHIN, EVERY = timedelta(days=30), timedelta(hours=6)
"""Everything is looked at within so long, where a sweep is made so often."""

DIGITS, DIGIT_MILLISECONDS = 6, 1 << 24
"""So many hexadecimal digits of an identifier are a walk: four hours and 40 minutes."""

STATE = "orphans_looked_to"
"""Row of `archive_state`: up to which first digits the rest was looked at."""


class Sweeper:
    """The keeper's duty, to be run every few hours: it walks through deposits and packages in the vault."""

    def __init__(self, archive: Archive, age: timedelta = AGE) -> None:
        self._archive = archive
        self._age = age

    def run(self, token: int) -> int:
        """Remove what is old enough; says how many objects. Raises `LeaseLost`."""
        if self._catalogue_is_behind():
            return 0
        walks = self._walks()
        removed = sum(self._sweep(token, kind, walk) for walk in walks for kind in SWEPT)
        if walks:
            with self._archive.catalogue.write() as connection:
                check_lease(connection, "keeper", token)
                upsert(connection, archive_state, {"name": STATE, "value": walks[-1]}, key=("name",))
        return removed

    def _walks(self) -> Sequence[str]:
        """The first digits of what is looked at now: all that is new, then the rest's share, where it was left."""
        now = self._archive.clock.now()
        first, new, last = int(self._archive.id[:DIGITS], 16), _digits(now - NEW), _digits(now)
        with self._archive.catalogue.read() as connection:
            value = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == STATE))
        rest = range(first, new)
        share = -(-len(rest) * EVERY // ALL_WITHIN)
        left = first if value is None else int(value, 16) + 1
        start = rest.index(left) if left in rest else 0
        chosen = [rest[(start + step) % len(rest)] for step in range(share)]
        return [f"{each:0{DIGITS}x}" for each in (*range(max(new, 0), last + 1), *chosen)]

    def _sweep(self, token: int, kind: str, walk: str) -> int:
        removed = 0
        for thing, refs in self._things(kind, walk):
            with self._archive.catalogue.write() as connection:
                # The rows are looked at under the write lock and the fence: nobody commits a receipt meanwhile.
                check_lease(connection, "keeper", token)
                if _is_known(connection, kind, thing):
                    unnamed = [ref for ref in refs if self._is_old(ref) and not _has_row(connection, ref)]
                else:
                    unnamed = refs if all(self._is_old(ref) for ref in refs) else []
                    if unnamed:
                        unnamed += self._archive.objects.vault.versions(key_of(f"{kind}s/{thing}"))
                for ref in unnamed:
                    removed += self._remove(ref)
        return removed

    def _catalogue_is_behind(self) -> bool:
        view = LogView.newest(self._archive)
        with self._archive.catalogue.read() as connection:
            return view is not None and view.checkpoint.size > log_size(connection)

    def _things(self, kind: str, walk: str) -> Iterator[tuple[str, list[Ref]]]:
        """The things in the vault that have an object which no row names, with all their objects."""
        listed = self._archive.objects.vault.list(f"{kind}s/{walk}")
        for thing, group in groupby(listed, lambda ref: ref.key.split("/")[1]):
            refs = list(group)
            if not is_id(thing):
                continue
            with self._archive.catalogue.read() as connection:
                rows = connection.execute(
                    select(objects.c.key, objects.c.version).where(
                        objects.c.key.in_({ref.key for ref in refs})
                    )
                )
                named = {(row.key, row.version) for row in rows}
            if any((ref.key, ref.version) not in named for ref in refs):
                yield thing, refs

    def _is_old(self, ref: Ref) -> bool:
        try:
            stored_at = self._archive.objects.vault.stat(ref).stored_at
        except VaultMissing:
            return False
        return stored_at < self._archive.clock.now() - self._age

    def _remove(self, ref: Ref) -> int:
        try:
            self._archive.objects.vault.delete(ref)
        except (VaultLocked, VaultMissing):
            return 0
        return 1


def _digits(at: datetime) -> int:
    """The first digits of identifiers of that time (RFC 9562 section 5.7: 48 bits of milliseconds)."""
    return int(at.timestamp() * 1000) // DIGIT_MILLISECONDS


def _is_known(connection: Connection, kind: str, thing: str) -> bool:
    """Whether catalogue or log have ever heard of the deposit or package."""
    table = SWEPT[kind]
    mentions = (
        select(table.c.id).where(table.c.id == thing),
        select(log_entries.c.seq).where(log_entries.c.object_type == kind, log_entries.c.object_id == thing),
        select(log_outbox.c.id).where(log_outbox.c.object_type == kind, log_outbox.c.object_id == thing),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in mentions)


def _has_row(connection: Connection, ref: Ref) -> bool:
    found = select(objects.c.id).where(objects.c.key == ref.key, objects.c.version == ref.version)
    return connection.execute(found.limit(1)).first() is not None
