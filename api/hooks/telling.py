"""Writes the outbox: entries of the log about papers and batches become messages to webhooks in whose scope they are.

The log is the source, so a change and its message cannot part, and nothing is told that did not happen. A message has
identifiers only: whoever receives it asks for the rest, with rights of his own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select

from api import access
from api.access import Actor
from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import (
    archive_state,
    batches,
    document_deposits,
    documents,
    log_entries,
    webhook_outbox,
    webhooks,
)
from archive.catalogue.upsert import upsert
from signing.entry import Entry

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "deposit.received": ("deposit", "receive"),
    "document.composed": ("document", "compose"),
    "document.read": ("document", "read"),
    "document.corrected": ("document", "correct"),
    "document.linked": ("document", "link"),
    "batch.opened": ("batch", "batch-open"),
    "batch.changed": ("batch", "batch-change"),
    "batch.closed": ("batch", "batch-close"),
}
"""Events by name: the object of the entry and its type."""

TEST: Final = "webhook.test"
STATE: Final = "webhooks_told"
"""Row of `archive_state`: the number of entries of the log that were looked at."""

AT_ONCE: Final = 500
_NAMES: Final = {source: name for name, source in EVENTS.items()}


def tell(archive: Archive, lease: int) -> int:
    """Write messages about the next entries of the log; says how many entries were looked at. Raises `LeaseLost`."""
    with archive.catalogue.read() as connection:
        told = _told(connection)
        newest = (connection.scalar(select(func.max(log_entries.c.seq))) or -1) + 1
    if told == newest:
        return 0
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        if told is None or told > newest:
            # What happened before there was anybody to tell is not told.
            _write_told(connection, newest)
            return 0
        hooks = connection.execute(select(webhooks).where(webhooks.c.disabled_at.is_(None))).all()
        rows = connection.execute(
            select(log_entries.c.seq, log_entries.c.entry)
            .where(log_entries.c.seq >= told)
            .order_by(log_entries.c.seq)
            .limit(AT_ONCE)
        ).all()
        for row in rows if hooks else ():
            _write(archive, connection, hooks, Entry.parse(row.entry))
        _write_told(connection, rows[-1].seq + 1 if rows else newest)
    return len(rows)


def add_message(
    archive: Archive, connection: Connection, hook: str, event: str, data: Mapping[str, Any], at: str
) -> str:
    """Put a message into the outbox, to be sent at once; its id."""
    message, now = archive.ids.new(), archive.clock.now()
    body = json.dumps({"type": event, "timestamp": at, "data": data}, separators=(",", ":"))
    connection.execute(
        insert(webhook_outbox).values(
            id=message,
            webhook_id=hook,
            event=event,
            entry=data.get("entry"),
            body=body,
            state="waiting",
            attempts=0,
            created_at=now,
            ready_at=now,
        )
    )
    return message


def _write(archive: Archive, connection: Connection, hooks: Sequence[Row[Any]], entry: Entry) -> None:
    event = _NAMES.get((entry.object.type, entry.type))
    if event is None or entry.chain != "custody":
        return
    for hook in hooks:
        if event in hook.events and _in_scope(connection, hook, entry.object.type, entry.object.id):
            data = {entry.object.type: entry.object.id, "entry": entry.seq}
            add_message(archive, connection, hook.id, event, data, entry.time)


def _in_scope(connection: Connection, hook: Row[Any], kind: str, thing: str) -> bool:
    """Whether the hook's scopes open the object now, by the same rules as for somebody who asks."""
    actor = Actor(hook.id, hook.name, hook.id, frozenset(), frozenset(hook.scopes))
    if kind == "batch":
        found = select(batches.c.id).where(batches.c.id == thing, access.visible_batches(actor))
    elif kind == "document":
        found = select(documents.c.id).where(documents.c.id == thing, access.visible_documents(actor))
    else:
        held = exists().where(
            document_deposits.c.document_id == documents.c.id, document_deposits.c.deposit_id == thing
        )
        found = select(documents.c.id).where(held, access.visible_documents(actor))
    return connection.scalar(found.limit(1)) is not None


def _told(connection: Connection) -> int | None:
    value = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == STATE))
    return None if value is None else int(value)


def _write_told(connection: Connection, count: int) -> None:
    upsert(connection, archive_state, {"name": STATE, "value": str(count)}, key=("name",))
