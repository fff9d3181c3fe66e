"""The shape of entries of the log in answers; actors are pseudonyms."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Row

from api.rest.common import Strict
from signing.entry import Entry
from signing.tlog import leaf_hash
from tabellion.base.clock import parse_rfc3339


class LogEntry(Strict):
    """An entry: what was done (`type`), to what, when, by which pseudonym, and its place in its object's chain."""

    seq: int
    type: str = Field(examples=["receive"])
    time: datetime
    actor: str = Field(description="A random pseudonym; names are not in the log.")
    object_type: str = Field(examples=["deposit"])
    object: str
    chain: Literal["custody", "access"]
    ordinal: int
    subject: str | None = Field(description="SHA-256 of the manifest or record that the entry commits to.")
    previous: str | None = Field(description="Leaf hash of the entry before in the same chain.")
    reason: str | None = Field(examples=["upload"])
    leaf: str = Field(description="SHA-256(0x00 || entry), the leaf of the tree.")


class LogEntries(Strict):
    """A part of the log, by number."""

    entries: list[LogEntry]
    next: str | None


def log_entry(row: Row[Any]) -> LogEntry:
    """A row of `log_entries`: what the entry's own bytes say."""
    entry = Entry.parse(row.entry)
    return LogEntry(
        seq=entry.seq,
        type=entry.type,
        time=parse_rfc3339(entry.time),
        actor=entry.actor,
        object_type=entry.object.type,
        object=entry.object.id,
        chain=entry.chain,
        ordinal=entry.ordinal,
        subject=entry.subject,
        previous=entry.previous,
        reason=entry.reason,
        leaf=leaf_hash(row.entry).hex(),
    )
