"""Brings back from the one vault what is missing or altered in the other; every repair is an entry of the log."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import objects
from archive.fixity import reports
from archive.fixity.faults import Repaired, put_repairs, queue_readings, record_told
from archive.fixity.rolling import Judge, read_again
from archive.fixity.sides import FIRST, LOOK_AGAIN, SECOND, Columns, require_there
from archive.fixity.throttle import Throttle
from archive.second.keys import copy_key
from archive.vault import Ref, Vault, VaultAltered, VaultLocked, VaultMissing

AT_ONCE = 64


def lock_as(vault: Vault, ref: Ref, until: datetime | None) -> None:
    """Retain a version as long as the other vault does; one that is retained for longer already stays so."""
    if until is not None:
        with suppress(VaultLocked):
            vault.retain_until(ref, until)


class Repairs:
    """Repairs the first vault from the second and the second from the first.

    A loss was told as an incident before it is repaired here. What cannot be repaired now is tried again when it was
    looked at again.
    """

    def __init__(self, archive: Archive, second: Vault, throttle: Throttle) -> None:
        self._archive = archive
        self._vaults = {FIRST.name: archive.objects.vault, SECOND.name: second}
        self._throttle = throttle
        self._tried: dict[tuple[str, int], datetime] = {}

    def run(self, token: int) -> int:
        """Repair what can be; says how many objects. Raises `LeaseLost`."""
        return self._repair(token, FIRST, SECOND) + self._repair(token, SECOND, FIRST)

    def _repair(self, token: int, broken: Columns, whole: Columns) -> int:
        rows = self._broken(broken, whole)
        if not rows:
            return 0
        for vault in self._vaults.values():
            require_there(vault, self._archive)
        done: list[tuple[Row[Any], Ref]] = []
        for row in rows:
            self._tried[broken.name, row.id] = self._archive.clock.now()
            ref = self._bring_back(broken, whole, row)
            if ref is not None:
                done.append((row, ref))
        self._keep(token, broken, whole, done)
        return len(done)

    def _broken(self, broken: Columns, whole: Columns) -> list[Row[Any]]:
        wanted = and_(
            FIRST.present,
            broken.fault.is_not(None),
            or_(whole.fault.is_(None), broken.fault == "no-key"),
            SECOND.version.is_not(None),
        )
        query = select(
            objects.c.id,
            objects.c.key,
            objects.c.digest,
            objects.c.size,
            objects.c.owner,
            objects.c.retain_until,
            broken.version.label("version"),
            whole.version.label("other"),
            broken.fault.label("fault"),
        ).where(wanted)
        with self._archive.catalogue.read() as connection:
            rows = connection.execute(query.order_by(objects.c.id).limit(4096)).all()
        now = self._archive.clock.now()
        waiting = [
            row
            for row in rows
            if (tried := self._tried.get((broken.name, row.id))) is None or now - tried >= LOOK_AGAIN
        ]
        return list(waiting[:AT_ONCE])

    def _bring_back(self, broken: Columns, whole: Columns, row: Row[Any]) -> Ref | None:
        """The object as it is in the broken vault again, read back; None where the other has none that is right."""
        target, source = self._vaults[broken.name], self._vaults[whole.name]
        if row.fault == "no-key":
            if Judge(self._archive).is_erased(row.owner):
                return None
            copy_key(source, target, row.owner)
            there = Ref(row.key, row.version, row.digest, row.size)
            opens = Judge(self._archive).opens(row.owner)
            return there if opens and read_again(target, there, self._throttle) is None else None
        good = Ref(row.key, row.other, row.digest, row.size)
        if read_again(source, good, self._throttle) is not None:
            return None
        with suppress(VaultAltered, VaultMissing, VaultLocked), source.get(good) as stream:
            made = target.put(row.key, stream)
            lock_as(target, made, row.retain_until)
            if made.digest == row.digest and read_again(target, made, self._throttle) is None:
                return made
        return None

    def _keep(
        self, token: int, broken: Columns, whole: Columns, done: Sequence[tuple[Row[Any], Ref]]
    ) -> None:
        repaired = [Repaired(row.key, row.digest, row.size, row.version, ref.version) for row, ref in done]
        told = put_repairs(self._archive, broken.name, whole.name, repaired)
        changes: dict[str, Any] = {
            broken.version.name: bindparam("now_version"),
            broken.checked_at.name: self._archive.clock.now(),
            broken.fault.name: None,
        }
        changed = update(objects).where(objects.c.id == bindparam("of_id"))
        moved = [row.id for row, ref in done if broken is FIRST and ref.version != row.version]
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            if done:
                connection.execute(
                    changed.values(changes),
                    [{"of_id": row.id, "now_version": ref.version} for row, ref in done],
                )
            if moved:
                # The inventory names the new version with the next segment.
                connection.execute(update(objects).where(objects.c.id.in_(moved)).values(inventory=None))
            record_told(self._archive, connection, told)
            if broken is FIRST:
                queue_readings(self._archive, connection, [one.key for one in repaired])
            reports.count(self._archive, connection, repaired=len(done))
