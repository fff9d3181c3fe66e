"""Reads everything that is stored again, within a set period and at a set rate, in small steps."""

import errno
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import archive_state, objects
from archive.catalogue.upsert import upsert
from archive.erase import erased_owners
from archive.fixity import reports
from archive.fixity.faults import Repaired, put_incidents, put_repairs, queue_readings, record_told
from archive.fixity.figures import DAYS
from archive.fixity.listing import note_raw
from archive.fixity.sides import FIRST, SECOND, Columns, Fault, Looked, Place, due_in, ref_of, require_there
from archive.fixity.throttle import Stopped, Throttle
from archive.vault import Ref, Vault, VaultAltered, VaultMissing
from tabellion.base.errors import EvidenceError, Unavailable

LIST_EVERY = timedelta(hours=12)
"""So often the vault is asked what lies in it in clear; for more than a net it is done when a stamp is made."""

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Pace:
    """Within how many days everything is read, and how many bytes a second that may take."""

    days: int = 30
    rate: float = 16 << 20


class Rolling:
    """Reads what is due in the vault and, where there is one, in the second vault.

    Each object's look is committed; a step that is stopped loses at most the objects that it was reading.
    """

    def __init__(self, archive: Archive, pace: Pace, second: Callable[[], Vault] | None = None) -> None:
        self._archive = archive
        self._pace = pace
        self._throttle = Throttle(pace.rate)
        self._vaults: list[tuple[Columns, Callable[[], Vault]]] = [(FIRST, lambda: archive.objects.vault)]
        if second is not None:
            self._vaults.append((SECOND, second))
        self._listed_at: datetime | None = None

    def stop(self) -> None:
        """End a step that waits for its rate: the process ends."""
        self._throttle.stop()

    def run(self, token: int) -> int:
        """One step: about a second's worth of bytes; says how many objects were read. Raises `LeaseLost`.

        Raises `Unavailable` where a vault is not there at all: then nothing is called missing.
        """
        self._prepare(token)
        done = 0
        away: Unavailable | None = None
        self._vaults.append(self._vaults.pop(0))  # each of the two begins in turn
        for columns, connect in self._vaults:
            try:
                done += self._read_due(token, columns, connect)
            except Unavailable as error:
                away = error
        reports.close_due(self._archive, token)
        if away is not None:
            raise away
        return done

    def _read_due(self, token: int, columns: Columns, connect: Callable[[], Vault]) -> int:
        """Read what is due in one vault, as far as the rate allows."""
        done = 0
        while not self._throttle.busy:
            with self._archive.catalogue.read() as connection:
                due = due_in(columns, connection, self._archive.clock.now(), timedelta(days=self._pace.days))
            if not due:
                break
            place = Place(columns, connect())
            require_there(place.vault, self._archive)
            looked = self._look(place, due)
            keep_looks(self._archive, token, place, looked)
            done += len(looked)
            if len(looked) < len(due):
                break
        return done

    def _prepare(self, token: int) -> None:
        now = self._archive.clock.now()
        if self._listed_at is not None and now < self._listed_at + LIST_EVERY:
            return
        note_raw(self._archive, token)
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            upsert(connection, archive_state, {"name": DAYS, "value": str(self._pace.days)}, key=("name",))
        self._listed_at = now

    def _look(self, place: Place, rows: Sequence[Row[Any]]) -> list[Looked]:
        """What reading the objects found; fewer of them where the step's share of bytes is used up."""
        looked: list[Looked] = []
        judge = Judge(self._archive)
        try:
            for row in rows:
                fault = read_again(place.vault, ref_of(row), self._throttle)
                version = _put_back(place.vault, row, self._throttle) if fault == "missing" else None
                if version is not None:
                    fault = None
                if place.columns is FIRST:
                    fault = judge.fault(row, fault)
                looked.append(Looked(row, place.columns.name, fault, row.fault, version))
                if self._throttle.busy:
                    break
        except Stopped:
            pass
        return looked


class Judge:
    """Says of what was found in the first vault whether it is a loss, or what an erasure left."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._erased: frozenset[str] | None = None

    def fault(self, row: Row[Any], fault: Fault | None) -> Fault | None:
        """The fault of an object whose bytes were read, by its key and by what the log says was erased."""
        if row.owner is None or fault == "altered":
            return fault
        if fault is None and not self.opens(row.owner):
            fault = "no-key"
        if fault is not None and self.is_erased(row.owner):
            return "erased" if fault == "missing" else None
        return fault

    def opens(self, owner: str) -> bool:
        """Whether the owner's key is there and can be unwrapped; always so without encryption."""
        keyring = self._archive.objects.keyring
        try:
            return keyring is None or bool(keyring.secret(owner))
        except EvidenceError:
            return False

    def is_erased(self, owner: str) -> bool:
        """Whether log or catalogue say that the owner was erased."""
        if self._erased is None:
            self._erased = frozenset(erased_owners(self._archive))
        return owner in self._erased


def read_again(vault: Vault, ref: Ref, throttle: Throttle) -> Fault | None:
    """Read a stored object and compare it with its digest. Raises `Stopped`, and what storage raises."""
    digest = hashlib.sha256()
    try:
        with vault.get(ref) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                throttle.take(len(piece))
    except VaultMissing:
        return "missing"
    except VaultAltered:
        return "altered"
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return "altered"  # the disk cannot give these bytes any more; others it may
    return None if digest.hexdigest() == ref.digest else "altered"


def _put_back(vault: Vault, row: Row[Any], throttle: Throttle) -> str | None:
    """The version under which the very bytes of a missing object lie in a store that names versions itself."""
    for ref in vault.versions(row.key):
        if ref.digest == row.digest and read_again(vault, ref, throttle) is None:
            return ref.version
    return None


def keep_looks(archive: Archive, token: int, place: Place, looked: Sequence[Looked]) -> None:
    """Note what was found, and tell the log of what changed: what is lost, and what somebody has put back."""
    found = [one for one in looked if one.fault not in (None, "erased") and one.fault != one.before]
    back = [
        Repaired(one.row.key, one.row.digest, one.row.size, one.row.version, one.version or one.row.version)
        for one in looked
        if one.fault is None and (one.before is not None or one.version is not None)
    ]
    told = [*put_incidents(archive, found), *put_repairs(archive, place.columns.name, "outside", back)]
    of = place.columns
    changed = update(objects).where(objects.c.id == bindparam("of_id"))
    checked: dict[str, Any] = {of.checked_at.name: bindparam("now"), of.fault.name: bindparam("found")}
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", token)
        rows = [{"of_id": one.row.id, "now": now, "found": one.fault} for one in looked]
        if rows:
            connection.execute(changed.values(checked), rows)
        for one in looked:
            if one.version is not None:
                moved: dict[str, Any] = {of.version.name: one.version}
                if of is FIRST:  # its lock is set anew, and the inventory names it with the next segment
                    moved |= {"inventory": None, "locked": False}
                connection.execute(update(objects).where(objects.c.id == one.row.id).values(moved))
        record_told(archive, connection, told)
        queue_readings(archive, connection, [one.key for one in back])
        reports.count(
            archive,
            connection,
            objects=len(looked),
            size=sum(one.row.size for one in looked if one.fault is None),
            faults=len(found),
            repaired=len(back),
        )
