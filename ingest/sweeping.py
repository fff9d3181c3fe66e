"""Removes from the vault what a killed process put there and no row ever named (STORAGE, Order): after a day.

Where the catalogue knows less of the log than was published, it is an older copy, and what it does not name may well
have been acknowledged: then nothing is removed.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Connection, Table, select

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import deposits, log_entries, log_outbox, objects, packages
from archive.log_group import log_size
from archive.log_view import LogView
from archive.vault import Ref, VaultLocked, VaultMissing
from archive.vault.keys import key_of
from tabellion.base.ids import is_id

AGE = timedelta(days=1)
SWEPT: dict[str, Table] = {"deposit": deposits, "package": packages}
"""What is put before its row: the objects of each lie under its name in the plural."""


class Sweeper:
    """The keeper's duty, to be run every hour or so: it walks through deposits and packages in the vault."""

    def __init__(self, archive: Archive, age: timedelta = AGE) -> None:
        self._archive = archive
        self._age = age

    def run(self, token: int) -> int:
        """Remove what is old enough; says how many objects. Raises `LeaseLost`."""
        if self._catalogue_is_behind():
            return 0
        return sum(self._sweep(token, kind) for kind in SWEPT)

    def _sweep(self, token: int, kind: str) -> int:
        removed = 0
        for thing, refs in self._things(kind):
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

    def _things(self, kind: str) -> Iterator[tuple[str, list[Ref]]]:
        """The things in the vault that have an object which no row names, with all their objects."""
        listed = self._archive.objects.vault.list(f"{kind}s/")
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
