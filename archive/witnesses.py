"""Shows the log's newest checkpoints to its witnesses (C2SP tlog-witness) and keeps what they cosign.

A witness that does not answer delays nothing but itself. One that has seen more of this log than is here tells that
what is here was put back to an older state: the sequencer then signs nothing (`ahead`).
"""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import stamps, witnesses
from archive.catalogue.upsert import upsert
from archive.cosignatures import TOLERANCE, keep_cosignature
from archive.log import record
from archive.log_files import LogFiles
from archive.outside import Outside
from archive.witness_requests import Told, WitnessAt, show, size_of
from signing.cosignature import verify_cosignatures
from signing.errors import NoteInvalid
from signing.note import Note
from signing.witness import accept_cosignatures

SECONDS = 5.0
_AT_ONCE = 16
_PATIENCE = timedelta(seconds=10)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Witnesses:
    """The configured witnesses; `run` is called by the keeper in a lane of its own."""

    archive: Archive
    known: Sequence[WitnessAt]
    outside: Outside = field(default_factory=lambda: Outside(SECONDS))
    every: timedelta = timedelta(minutes=5)
    _failures: dict[str, int] = field(default_factory=dict)

    def run(self, lease: int) -> int:
        """Show each witness what it should see and has not seen; says how many cosigned. Raises `LeaseLost`."""
        self._forget_others(lease)
        return self._show(lease, self._due())

    def ask(self, lease: int) -> None:
        """Ask all of them what they have seen, for a keeper that begins; it waits no longer than one request takes."""
        newest = self._newest()
        if newest is not None:
            self._show(lease, [(each, newest) for each in self.known])

    def _due(self) -> list[tuple[WitnessAt, bytes]]:
        """Whom to show what: at once the checkpoint of a stamp, else the newest, at most once in `every`."""
        newest = self._newest()
        if newest is None:
            return []
        stamped = select(stamps.c.note).where(stamps.c.note.is_not(None)).order_by(stamps.c.number.desc())
        with self.archive.catalogue.read() as connection:
            rows = {row.name: row for row in connection.execute(select(witnesses))}
            of_stamp = connection.scalar(stamped.limit(1))
        wanted = [] if of_stamp is None else [of_stamp.encode()]
        found = []
        for each in self.known:
            row = rows.get(each.key.name)
            target = self._target(row, newest, wanted)
            if target is not None:
                found.append((each, target))
        return found

    def _forget_others(self, lease: int) -> None:
        """A witness that is not asked any more holds nothing up; what it cosigned stays."""
        others = witnesses.c.name.not_in([each.key.name for each in self.known])
        with self.archive.catalogue.read() as connection:
            if connection.scalar(select(witnesses.c.name).where(others).limit(1)) is None:
                return
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(delete(witnesses).where(others))

    def _newest(self) -> bytes | None:
        return LogFiles(self.archive.objects).read_checkpoint()

    def _target(self, row: Row[Any] | None, newest: bytes, wanted: Sequence[bytes]) -> bytes | None:
        if row is None:
            return wanted[0] if wanted else newest
        now, size = self.archive.clock.now(), row.size or 0
        if row.failure is not None and now < row.asked_at + self._pause(row.name):
            return None
        for signed in wanted:
            if size_of(signed) > size:
                return signed
        grown = size_of(newest) != size or row.failure is not None
        return newest if grown and now >= row.asked_at + self.every else None

    def _pause(self, name: str) -> timedelta:
        doubled: int = 2 ** min(self._failures.get(name, 0), 10)
        return min(_PATIENCE * doubled, max(self.every, _PATIENCE))

    def _show(self, lease: int, wanted: Sequence[tuple[WitnessAt, bytes]]) -> int:
        if not wanted:
            return 0
        with self.archive.catalogue.read() as connection:
            sizes = {row.name: row.size or 0 for row in connection.execute(select(witnesses))}
        newest = size_of(self._newest() or wanted[0][1])
        done = 0
        with ThreadPoolExecutor(min(len(wanted), _AT_ONCE), "witness") as pool:
            asked = {}
            for each, signed in wanted:
                # Each thread has files of its own: what they remember is not made for several.
                files, known = LogFiles(self.archive.objects), sizes.get(each.key.name, 0)
                future = pool.submit(show, files, self.outside, each, signed, known, newest)
                asked[future] = (each, signed)
            for future in as_completed(asked):
                each, signed = asked[future]
                done += self._keep(lease, each, signed, future.result())
        return done

    def _keep(self, lease: int, witness: WitnessAt, signed: bytes, told: Told) -> int:
        now, name = self.archive.clock.now(), witness.key.name
        failure = told.failure
        if told.lines is not None:
            try:
                lines = accept_cosignatures(told.lines, signed, [witness.key], now + TOLERANCE)
                note = Note(Note.parse(signed).text, lines)
                (made,) = verify_cosignatures(note, [witness.key], now + TOLERANCE)
                keep_cosignature(self.archive, signed, lines, made)
            except NoteInvalid as error:
                failure = f"its cosignature does not hold: {error}"
        self._failures[name] = 0 if failure is None else self._failures.get(name, 0) + 1
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            before = connection.execute(select(witnesses).where(witnesses.c.name == name)).one_or_none()
            row: dict[str, Any] = {"name": name, "asked_at": now, "failure": failure}
            row["size"] = told.size if told.size is not None else before and before.size
            row["answered_at"] = now if told.answered else before and before.answered_at
            upsert(connection, witnesses, row, key=("name",))
            if failure is not None and told.answered and (before is None or before.failure != failure):
                _tell(self.archive, connection, name, failure, now)
        if failure is not None:
            _log.warning("a witness did not cosign", extra={"witness": name, "why": failure})
        return int(told.lines is not None and failure is None)


def ahead(connection: Connection, size: int) -> tuple[str, int] | None:
    """A witness that has seen more entries than `size`, and how many; None where nobody has."""
    row = connection.execute(
        select(witnesses.c.name, witnesses.c.size)
        .where(witnesses.c.size > size)
        .order_by(witnesses.c.size.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.name, row.size)


def _tell(archive: Archive, connection: Connection, name: str, failure: str, now: datetime) -> None:
    """An incident: a witness answered, and not with a cosignature."""
    record(
        connection,
        type="incident",
        object_type="archive",
        object_id=archive.id,
        subject=hashlib.sha256(f"{name}\n{failure}\n{now.isoformat()}".encode()).hexdigest(),
        actor=SYSTEM_ACTOR,
        time=now,
        reason="witness-refused",
    )
