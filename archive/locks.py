"""Locks stored objects until the end of their retention: after the transaction that names them, before the receipt."""

from contextlib import suppress

from sqlalchemy import select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import objects
from archive.vault import Ref, VaultLocked, VaultMissing

_AT_ONCE = 500
_MOST = 2_000
"""A round sets so many at most, which takes a second or two: the log and its receipts wait for it. Files of the log and
of stamps come in thousands where many entries were written at once."""


class Locks:
    """Sets the locks that rows of `objects` ask for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def run(self, token: int) -> int:
        """Lock what waits for it, `_MOST` at most; says how many objects. Raises `LeaseLost`.

        The newest some come first, because somebody may wait for their receipt, then the oldest.

        An object that has vanished is no reason to leave others unlocked (`verify` tells of it), and one that is locked
        for longer already keeps its lock.
        """
        due = select(objects).where(objects.c.retain_until.is_not(None), ~objects.c.locked)
        done = 0
        while done < _MOST:
            order = objects.c.id if done else objects.c.id.desc()
            with self._archive.catalogue.read() as connection:
                rows = connection.execute(due.order_by(order).limit(_AT_ONCE)).all()
            if not rows:
                return done
            for row in rows:
                ref = Ref(row.key, row.version, row.digest, row.size)
                with suppress(VaultMissing, VaultLocked):
                    self._archive.objects.vault.retain_until(ref, row.retain_until)
            with self._archive.catalogue.write() as connection:
                check_lease(connection, "keeper", token)
                locked = update(objects).where(objects.c.id.in_([row.id for row in rows]))
                connection.execute(locked.values(locked=True))
            done += len(rows)
        return done
