"""Copies every object into the second vault, after the first has it durably; a duty of the keeper.

An object is the same in both by its key and the digest of its stored bytes, never by its version: buckets name versions
each for themselves. The version there is noted in the catalogue (`objects.copy`) and can be found again by listing.
"""

import hashlib
import io
import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, func, or_, select, update

from archive.archive import Archive
from archive.catalogue import LeaseLost, check_lease
from archive.catalogue.schema import archive_state, log_entries, objects
from archive.catalogue.schema.evidence import IS_ERASURE
from archive.catalogue.upsert import upsert
from archive.erase import delete_objects, erased_owners
from archive.fixity import reports
from archive.fixity.figures import SECOND_TROUBLE, SECOND_VAULT
from archive.fixity.rolling import Judge, keep_looks, read_again
from archive.fixity.sides import FIRST, Looked, Place, ref_of, require_there
from archive.fixity.throttle import Stopped, Throttle
from archive.identity import KEY
from archive.log_files import LogFiles
from archive.lost_identity import identity_of
from archive.pieces import in_pieces
from archive.second.keys import copy_key, destroy_key, sync_keys
from archive.second.log import follow_log
from archive.second.repair import Repairs, lock_as
from archive.vault import Put, Ref, Vault, VaultAltered, VaultMissing
from tabellion.base.errors import Conflict, Unavailable

AT_ONCE = 64
SMALL = 1 << 20
"""Objects up to so many bytes are copied in a group, in memory; larger ones are streamed."""

KEYS_EVERY = timedelta(days=1)
ERASED_TO = "second_vault_erased_to"
"""Row of `archive_state`: the newest `erase` entry that was carried out in the second vault."""


class SecondVaultOther(Conflict):
    """The second vault holds another archive, or is the first one."""

    code = "SECOND_VAULT_OTHER"
    advice = (
        "Point TABELLION_SECOND_VAULT_URL to an empty folder or bucket, or to this archive's second vault."
    )


class Second:
    """The second vault, opened when it is first needed, and what it is called on pages: its address without keys."""

    def __init__(self, name: str, connect: Callable[[], Vault]) -> None:
        self.name = name
        self._connect = connect
        self._vault: Vault | None = None
        self._lock = Lock()

    @property
    def vault(self) -> Vault:
        """The vault; raises `Unavailable` while it does not answer, and `VaultUnsafe`."""
        with self._lock:
            if self._vault is None:
                self._vault = self._connect()
            return self._vault


class Copies:
    """Copies objects, keys and the log, carries erasures out, and repairs either vault from the other."""

    def __init__(self, archive: Archive, second: Second) -> None:
        self._archive = archive
        self._second = second
        self._unhurried = Throttle(math.inf)
        self._repairs: Repairs | None = None
        self._prepared = False
        self._keys_at: datetime | None = None
        self._told: str | None = None

    def stop(self) -> None:
        """End a step between two pieces of an object: the process ends."""
        self._unhurried.stop()

    def run(self, token: int) -> int:
        """One step; says how many objects were copied. Raises `LeaseLost`; other errors stand on the pages."""
        try:
            done = self._step(token)
        except LeaseLost:
            raise
        except Stopped:
            return 0
        except Exception as error:
            self._tell(token, getattr(error, "message", None) or f"{type(error).__name__}: {error}")
            raise
        self._tell(token, None)
        return done

    def _step(self, token: int) -> int:
        if not self._prepared:
            self._prepare(token)
            self._prepared = True
        self._erase(token)
        # What the log names by now is copied before the log goes on there: the second vault by itself is whole.
        signed = LogFiles(self._archive.objects).read_checkpoint()
        done = self._copy(token)
        if self._repairs is None:
            self._repairs = Repairs(self._archive, self._second.vault, self._unhurried)
        self._repairs.run(token)
        if not self._waits():
            follow_log(self._archive, self._second.vault, signed)
        now = self._archive.clock.now()
        if self._keys_at is None or now >= self._keys_at + KEYS_EVERY:
            if self._archive.objects.keyring is not None:
                sync_keys(self._archive.objects.vault, self._second.vault)
            self._keys_at = now
        return done

    def _prepare(self, token: int) -> None:
        first, second = self._archive.objects.vault, self._second.vault
        require_there(first, self._archive)
        identity = identity_of(second)
        if identity is not None and identity.archive != self._archive.id:
            raise SecondVaultOther(f"the second vault holds the archive {identity.archive}")
        with self._archive.catalogue.read() as connection:
            state = select(archive_state.c.value).where(archive_state.c.name == SECOND_VAULT)
            is_known = connection.scalar(state) == self._second.name
        if identity is None:
            if is_known:
                raise Unavailable(f"the second vault is not there: {self._second.name}")
            if next(iter(second.list("")), None) is not None:
                raise SecondVaultOther("there are objects in the second vault, but no archive.json")
            if (here := identity_of(first)) is not None:
                second.put(KEY, io.BytesIO(here.to_bytes()))
        named = {"name": SECOND_VAULT, "value": self._second.name}
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            if not is_known:
                forgotten = {"copy": None, "copy_checked_at": None, "copy_fault": None}
                connection.execute(update(objects).where(objects.c.copy.is_not(None)).values(forgotten))
                connection.execute(delete(archive_state).where(archive_state.c.name == ERASED_TO))
                upsert(connection, archive_state, named, key=("name",))

    def _copy(self, token: int) -> int:
        """Copy some objects that have none yet; each is read back before it counts."""
        done = 0
        while rows := self._uncopied():
            require_there(self._archive.objects.vault, self._archive)
            owners = dict.fromkeys(row.owner for row in rows if row.owner is not None)
            if self._archive.objects.keyring is not None:
                for owner in owners:
                    copy_key(self._archive.objects.vault, self._second.vault, owner)
            copied, bad = self._copies(rows)
            self._note(token, copied)
            keep_looks(self._archive, token, Place(FIRST, self._archive.objects.vault), bad)
            done += len(copied)
        return done

    def _waits(self) -> bool:
        """Whether there are objects that are locked first, and copied with the next step."""
        waiting = FIRST.present & objects.c.copy.is_(None) & objects.c.fault.is_(None)
        waiting &= objects.c.retain_until.is_not(None)
        with self._archive.catalogue.read() as connection:
            return bool(connection.scalar(select(exists().where(waiting, ~objects.c.locked))))

    def _uncopied(self) -> Sequence[Row[Any]]:
        locked = or_(objects.c.retain_until.is_(None), objects.c.locked)
        wanted = FIRST.present & objects.c.copy.is_(None) & objects.c.fault.is_(None) & locked
        with self._archive.catalogue.read() as connection:
            return connection.execute(
                select(objects).where(wanted).order_by(objects.c.id).limit(AT_ONCE)
            ).all()

    def _copies(self, rows: Sequence[Row[Any]]) -> tuple[list[tuple[Row[Any], Ref]], list[Looked]]:
        """The copies that were made and read back, and what could not be read here."""
        first, second = self._archive.objects.vault, self._second.vault
        judge = Judge(self._archive)
        bad: list[Looked] = []
        small: list[tuple[Row[Any], Put]] = []
        made: list[tuple[Row[Any], Ref]] = []
        for row in rows:
            if row.size > SMALL:
                fault = read_again(first, ref_of(row), self._unhurried)
                if fault is None:
                    with first.get(ref_of(row)) as stream:
                        made.append((row, second.put(row.key, stream)))
            else:
                data = _read(first, ref_of(row))
                fault = "missing" if data is None else None
                if data is not None and hashlib.sha256(data).hexdigest() != row.digest:
                    fault = "altered"
                if data is not None and fault is None:
                    small.append((row, Put(row.key, io.BytesIO(data))))
            if fault is not None:
                bad.append(Looked(row, "first", judge.fault(row, fault), None))
        refs = second.put_many([put for _, put in small])
        made += [(row, ref) for (row, _), ref in zip(small, refs, strict=True)]
        for row, ref in made:
            lock_as(second, ref, row.retain_until)
            if ref.digest != row.digest or read_again(second, ref, self._unhurried) is not None:
                raise VaultAltered(f"{row.key} was written to the second vault and reads otherwise")
        return made, bad

    def _note(self, token: int, copied: Sequence[tuple[Row[Any], Ref]]) -> None:
        now = self._archive.clock.now()
        noted = (
            update(objects)
            .where(objects.c.id == bindparam("of_id"))
            .values(copy=bindparam("version_there"), copy_checked_at=now, checked_at=now)
        )
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            if copied:
                connection.execute(
                    noted, [{"of_id": row.id, "version_there": ref.version} for row, ref in copied]
                )
            size = 2 * sum(row.size for row, _ in copied)
            reports.count(self._archive, connection, objects=2 * len(copied), size=size)

    def _erase(self, token: int) -> None:
        """Carry out in the second vault what the log says was erased since the last time."""
        newest = select(func.max(log_entries.c.seq)).where(IS_ERASURE)
        state = select(archive_state.c.value).where(archive_state.c.name == ERASED_TO)
        with self._archive.catalogue.read() as connection:
            told, done = connection.scalar(newest), connection.scalar(state)
        if told is None or (done is not None and int(done) >= told):
            return
        owners = erased_owners(self._archive)
        if self._archive.objects.keyring is None:
            delete_objects(self._second.vault, owners)
        else:
            for owner in owners:
                destroy_key(self._second.vault, owner)
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            if self._archive.objects.keyring is None:
                for some in in_pieces(owners):
                    gone = update(objects).where(objects.c.owner.in_(some))
                    connection.execute(gone.values(fault="erased", copy=None, copy_fault=None))
            upsert(connection, archive_state, {"name": ERASED_TO, "value": str(told)}, key=("name",))

    def _tell(self, token: int, trouble: str | None) -> None:
        if trouble == self._told:
            return
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            connection.execute(delete(archive_state).where(archive_state.c.name == SECOND_TROUBLE))
            if trouble is not None:
                upsert(connection, archive_state, {"name": SECOND_TROUBLE, "value": trouble}, key=("name",))
        self._told = trouble


def forget_second(archive: Archive, token: int) -> None:
    """Without a second vault in the settings the pages speak of none; what was noted of the copies stays."""
    names = (SECOND_VAULT, SECOND_TROUBLE)
    with archive.catalogue.read() as connection:
        if connection.scalar(select(func.count()).where(archive_state.c.name.in_(names))) == 0:
            return
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", token)
        connection.execute(delete(archive_state).where(archive_state.c.name.in_(names)))


def _read(vault: Vault, ref: Ref) -> bytes | None:
    try:
        with vault.get(ref) as stream:
            return stream.read(SMALL + 1)
    except VaultMissing:
        return None
    except VaultAltered:
        return b""  # of another length than it should have
