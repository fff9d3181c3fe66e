"""The one writer of the log: takes entries from the outbox, gives them their place, publishes tiles and checkpoint.

Only the keeper that holds the lease assigns places. It signs nothing that does not extend the last published
checkpoint: tiles that were published are read from the vault, never made anew from the catalogue. The newest one that
somebody else has seen counts as well (a stamp, a witness): where all that is here was put back to an older state
together, only others can tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import archive_state, log_entries, log_outbox, objects
from archive.catalogue.upsert import upsert
from archive.errors import LogReadOnly
from archive.log_files import LogFiles, files_of, superseded
from archive.log_group import Waiting, assign, log_size, waiting
from archive.log_memory import (
    READ_ONLY,
    STATE,
    known_checkpoint,
    newest_stamped,
    read_only_reason,
    require_not_ahead,
)
from archive.pieces import in_pieces
from archive.vault import KeyMissing, NewObject, Ref
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.errors import NoteInvalid
from signing.keys import Signer
from signing.note import NoteKey
from signing.tlog import LogTree, leaf_hash
from signing.tlog.tiles import WIDTH, tile_of
from tabellion.base.errors import EvidenceError

GROUP = 2048
"""Most entries that are sequenced in one transaction."""

_EMPTIED = (
    select(log_outbox.c.id, log_outbox.c.record_body.is_(None).label("emptied"))
    .where(log_outbox.c.id.in_(bindparam("some", expanding=True)))
    .with_for_update()
)
LOCK_FULL_FILES_FOR = timedelta(days=36525)


@dataclass(slots=True)
class _Published:
    """Where the log stands: the checkpoint that is published, its tree, and the entries of its last partial bundle."""

    signed: bytes | None
    tree: LogTree
    tail: list[bytes]


class Sequencer:
    """Sequences the log of an archive; `run` is called by the keeper again and again, at most a second apart."""

    def __init__(
        self,
        archive: Archive,
        signer: Signer,
        *,
        former_keys: Sequence[NoteKey] = (),
        group: int = GROUP,
        ask_outside: Callable[[int], None] = lambda token: None,
    ) -> None:
        """`ask_outside` asks witnesses what they have seen, once, before this process signs anything."""
        self._archive = archive
        self._signer = signer
        self._keys = (NoteKey(archive.origin, signer.public_der), *former_keys)
        self._files = LogFiles(archive.objects)
        self._group_size = group
        self._log: _Published | None = None
        self._ask_outside: Callable[[int], None] | None = ask_outside

    def run(self, token: int) -> int:
        """Finish what was interrupted, then sequence all that waits; says how many entries were published.

        `token` is the fencing token of the keeper's lease. Raises `LeaseLost`, and `LogReadOnly` where what is at
        hand does not extend the last published checkpoint: then nothing is written until that is resolved.
        """
        try:
            done = 0
            if self._log is None:
                if self._ask_outside is not None:
                    self._ask_outside(token)
                    self._ask_outside = None
                self._log, done = self._open()
                self._tell(None)
            while group := self._waiting():
                try:
                    done += self._sequence(token, self._log, group)
                except KeyMissing:
                    # An erasure emptied a record on its way into the vault; without its body it is sequenced next.
                    if self._waiting() == group:
                        raise
            return done
        except LogReadOnly as refused:
            self._log = None
            self._tell(refused.message)
            raise
        except BaseException:
            # Whatever happened, the next run looks at vault and catalogue anew.
            self._log = None
            raise

    def _open(self) -> tuple[_Published, int]:
        """The log as it is published, after publishing what a keeper before had assigned and not yet published."""
        signed = self._files.read_checkpoint()
        published = self._verified(signed)
        with self._archive.catalogue.read() as connection:
            size = log_size(connection)
            known = self._verified(known_checkpoint(connection))
            pending = _entries(connection, published.size, size)
            stamped = newest_stamped(connection)
            require_not_ahead(connection, published.size)
        if published.size > size:
            raise LogReadOnly(
                f"the published checkpoint has {published.size} entries, the catalogue only {size}: it is older"
            )
        if known.size > published.size:
            raise LogReadOnly(
                f"a checkpoint of {known.size} entries was published, but the vault shows one of {published.size}"
            )
        of_stamp = self._verified(stamped)
        if of_stamp.size > published.size:
            raise LogReadOnly(
                f"a stamp holds a checkpoint of {of_stamp.size} entries, the vault shows one of {published.size}"
            )
        tree = self._files.tree(published.size)
        try:
            if tree.root() != published.root:
                raise LogReadOnly("the tiles in the vault do not lead to the published checkpoint")
            for name, older in (("the one that the catalogue knows", known), ("that of a stamp", of_stamp)):
                if older.size and tree.root(older.size) != older.root:
                    raise LogReadOnly(f"the published checkpoint does not extend {name}")
            tail = self._require_tail(published.size)
        except EvidenceError as error:
            raise LogReadOnly(f"the published log cannot be read: {error}") from error
        log = _Published(signed, tree, tail)
        if pending:
            self._publish(log, pending)
        return log, len(pending)

    def _tell(self, trouble: str | None) -> None:
        """Note for the pages of administrators why nothing is added to the log, or that it is again."""
        with self._archive.catalogue.read() as connection:
            if read_only_reason(connection) == trouble:
                return
        with self._archive.catalogue.write() as connection:
            if trouble is None:
                connection.execute(delete(archive_state).where(archive_state.c.name == READ_ONLY))
            else:
                upsert(connection, archive_state, {"name": READ_ONLY, "value": trouble}, key=("name",))

    def _verified(self, signed: bytes | None) -> Checkpoint:
        if signed is None:
            return Checkpoint(self._archive.origin, 0, LogTree(0, self._files.read_tile).root())
        try:
            return verify_checkpoint(signed, self._archive.origin, self._keys)
        except NoteInvalid as error:
            raise LogReadOnly(f"the published checkpoint is not this log's: {error}") from error

    def _require_tail(self, size: int) -> list[bytes]:
        """The entries of the last bundle, which must be those that the tiles hold: else they are another history's.

        Gives those of a partial bundle only, to which the next entries are added.
        """
        if not size:
            return []
        tile = tile_of(0, (size - 1) // WIDTH, size)
        with self._archive.catalogue.read() as connection:
            entries = _entries(connection, tile.index * WIDTH, size)
        if self._files.read_tile(tile.path()) != b"".join(map(leaf_hash, entries)):
            raise LogReadOnly("the newest entries of the catalogue are not those of the published log")
        return entries if tile.width < WIDTH else []

    def _waiting(self) -> list[Row[Any]]:
        newest = select(log_outbox).order_by(log_outbox.c.id).limit(self._group_size)
        with self._archive.catalogue.read() as connection:
            return list(connection.execute(newest).all())

    def _sequence(self, token: int, log: _Published, rows: list[Row[Any]]) -> int:
        refs = self._put_records(rows)
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            if log_size(connection) != log.tree.size:
                raise LogReadOnly("the catalogue's log is not the one that was published last")
            require_not_ahead(connection, log.tree.size)
            group, dropped = self._still_waiting(connection, rows)
            entries = assign(connection, group, log.tree.size) if group else []
            self._note_records(connection, group, refs)
        for owner in dropped:
            self._archive.objects.destroy_key(owner)
        self._publish(log, entries)
        return len(entries)

    def _put_records(self, rows: Sequence[Row[Any]]) -> dict[str, Ref]:
        """Put the records of the rows into the vault; a group that was put before leaves versions nothing refers to."""
        bodies = [row for row in rows if row.record_body is not None]
        refs = self._archive.objects.put_many(
            [NewObject(row.record_key, row.record_body, row.record_owner) for row in bodies]
        )
        return {row.record_key: ref for row, ref in zip(bodies, refs, strict=True)}

    def _still_waiting(
        self, connection: Connection, rows: Sequence[Row[Any]]
    ) -> tuple[list[Waiting], list[str]]:
        """The rows as entries, and the owners of records that an erasure has emptied since they were read."""
        without_body: dict[int, bool] = {}
        for some in in_pieces([row.id for row in rows]):
            for row in connection.execute(_EMPTIED, {"some": some}):
                without_body[row.id] = bool(row.emptied)
        group: list[Waiting] = []
        dropped: list[str] = []
        for row in rows:
            emptied = row.record_body is not None and without_body.get(row.id, True)
            if emptied:
                dropped.append(row.record_owner)
            if row.id in without_body:
                group.append(waiting(row, with_record=not emptied))
        return group, dropped

    def _note_records(self, connection: Connection, group: Sequence[Waiting], refs: dict[str, Ref]) -> None:
        now = self._archive.clock.now()
        noted = [
            {
                "key": ref.key,
                "version": ref.version,
                "digest": ref.digest,
                "size": ref.size,
                "plain_digest": item.subject,
                "owner": item.record_owner,
                "at": now,
                "locked": False,
            }
            for item in group
            if item.record_key is not None and (ref := refs.get(item.record_key)) is not None
        ]
        if noted:
            connection.execute(insert(objects), noted)

    def _publish(self, log: _Published, entries: Sequence[bytes]) -> None:
        """Write bundles, tiles, then the checkpoint; all of it again if it was interrupted, with the same bytes."""
        if not entries:
            return
        old_size = log.tree.size
        bundles = files_of(old_size, log.tail, entries)
        grown = log.tree.append([leaf_hash(entry) for entry in entries])
        self._files.write(bundles | grown.tiles, self._archive.clock.now() + LOCK_FULL_FILES_FOR)
        signed = Checkpoint(self._archive.origin, log.tree.size, grown.root).sign(self._signer)
        self._files.swap_checkpoint(log.signed, signed)
        with self._archive.catalogue.write() as connection:
            upsert(connection, archive_state, {"name": STATE, "value": signed.decode()}, key=("name",))
        self._files.remove(superseded(old_size, log.tree.size))
        row = [*log.tail, *entries]
        log.signed, log.tail = signed, row[len(row) - log.tree.size % WIDTH :]


def _entries(connection: Connection, start: int, end: int) -> list[bytes]:
    rows = select(log_entries.c.entry).where(log_entries.c.seq >= start, log_entries.c.seq < end)
    return list(connection.execute(rows.order_by(log_entries.c.seq)).scalars())
