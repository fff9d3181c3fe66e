"""Gives a group of entries their place in the log: seq, ordinal and previous, inside one fenced transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select, update

from archive.catalogue.schema import log_entries, log_heads, log_outbox, manifests
from archive.catalogue.upsert import upsert_many
from archive.pieces import in_pieces
from signing.entry import Entry, ObjectRef
from signing.tlog import leaf_hash
from tabellion.base.clock import rfc3339

_SEALING = ("receive", "derive", "restore")
# One expanding parameter instead of one a value: building the statements would take longer than running them.
_SOME: BindParameter[Any] = bindparam("some", expanding=True)
_TAKE_OUT = delete(log_outbox).where(log_outbox.c.id.in_(_SOME))
# With the type, so that the key of the table serves, and not all heads are looked through.
_HEADS = select(log_heads).where(
    log_heads.c.object_type == bindparam("of_type"), log_heads.c.object_id.in_(_SOME)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that waits in the outbox, without its record's body."""

    outbox_id: int
    type: str
    time: datetime
    actor: str
    subject: str
    object: ObjectRef
    chain: Any
    reason: str | None
    record_key: str | None
    record_owner: str | None

    @property
    def thing(self) -> tuple[str, str, str]:
        """The key of its chain: object type, object id, chain."""
        return self.object.type, self.object.id, self.chain


def waiting(row: Row[Any], *, with_record: bool = True) -> Waiting:
    """The entry of an outbox row; without its record where that was erased before it came into the vault."""
    return Waiting(
        row.id,
        row.type,
        row.time,
        row.actor,
        row.subject,
        ObjectRef(row.object_type, row.object_id),
        row.chain,
        row.reason,
        row.record_key if with_record else None,
        row.record_owner if with_record else None,
    )


def log_size(connection: Connection) -> int:
    """How many entries the catalogue knows."""
    newest = connection.scalar(select(func.max(log_entries.c.seq)))
    return 0 if newest is None else newest + 1


def assign(connection: Connection, group: Sequence[Waiting], size: int) -> list[bytes]:
    """Append the group to a log of `size` entries and take it out of the outbox; gives the entries' bytes."""
    heads = _heads(connection, group)
    entries: list[bytes] = []
    rows: list[dict[str, Any]] = []
    for seq, item in enumerate(group, size):
        head = heads.get(item.thing)
        ordinal, previous = (0, None) if head is None else (head[0] + 1, head[1])
        data = Entry(
            type=item.type,
            seq=seq,
            time=rfc3339(item.time),
            actor=item.actor,
            object=item.object,
            chain=item.chain,
            ordinal=ordinal,
            subject=item.subject,
            previous=previous,
            reason=item.reason,
        ).to_bytes()
        leaf = leaf_hash(data).hex()
        heads[item.thing] = (ordinal, leaf)
        entries.append(data)
        rows.append(
            {
                "seq": seq,
                "type": item.type,
                "object_type": item.object.type,
                "object_id": item.object.id,
                "chain": item.chain,
                "ordinal": ordinal,
                "subject": item.subject,
                "entry": data,
                "leaf": leaf,
            }
        )
    connection.execute(insert(log_entries), rows)
    changed = {item.thing for item in group}
    upsert_many(
        connection,
        log_heads,
        [
            {
                "object_type": t,
                "object_id": i,
                "chain": c,
                "ordinal": heads[t, i, c][0],
                "leaf": heads[t, i, c][1],
            }
            for t, i, c in sorted(changed)
        ],
        key=("object_type", "object_id", "chain"),
    )
    sealed = [{"sealed": row["subject"], "at_seq": row["seq"]} for row in rows if row["type"] in _SEALING]
    if sealed:
        connection.execute(
            update(manifests)
            .where(manifests.c.digest == bindparam("sealed"))
            .values(seq=bindparam("at_seq")),
            sealed,
        )
    for some in in_pieces([item.outbox_id for item in group]):
        connection.execute(_TAKE_OUT, {"some": some})
    return entries


def _heads(
    connection: Connection, group: Sequence[Waiting]
) -> dict[tuple[str, str, str], tuple[int, str | None]]:
    heads: dict[tuple[str, str, str], tuple[int, str | None]] = {}
    named: dict[str, set[str]] = {}
    for item in group:
        named.setdefault(item.object.type, set()).add(item.object.id)
    for of_type, ids in named.items():
        for some in in_pieces(sorted(ids)):
            for row in connection.execute(_HEADS, {"of_type": of_type, "some": some}):
                heads[row.object_type, row.object_id, row.chain] = (row.ordinal, row.leaf)
    return heads
