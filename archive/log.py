"""Business code's way into the log: an entry is written to the outbox in the transaction of the change it tells of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert

from archive.catalogue.schema import log_outbox
from signing.entry import Entry, ObjectRef
from tabellion.base.clock import rfc3339

Chain = Literal["custody", "access"]


@dataclass(frozen=True, slots=True)
class RecordPut:
    """A record that the keeper puts into the vault, under this key, before it sequences the entry.

    `owner` names whose key encrypts it; `body` is its canonical bytes, whose SHA-256 is the entry's subject.
    """

    key: str
    owner: str
    body: bytes


def record(
    connection: Connection,
    *,
    type: str,  # noqa: A002  # the name of the member of an entry (EVIDENCE section 2)
    object_type: str,
    object_id: str,
    subject: str,
    actor: str,
    time: datetime,
    chain: Chain = "custody",
    reason: str | None = None,
    put: RecordPut | None = None,
) -> None:
    """Have the keeper append an entry about one object; it takes its place in the log within about a second.

    `subject` is the SHA-256 (hex) of the manifest or record that the entry commits to, `actor` a pseudonym, `time`
    an instant in UTC. Raises `EntryInvalid` or ValueError at once for what the keeper could not write later.
    """
    Entry(
        type=type,
        seq=0,
        time=rfc3339(time),
        actor=actor,
        object=ObjectRef(object_type, object_id),
        chain=chain,
        ordinal=0,
        subject=subject,
        reason=reason,
    ).require_registered()
    connection.execute(
        insert(log_outbox),
        {
            "type": type,
            "time": time,
            "actor": actor,
            "subject": subject,
            "object_type": object_type,
            "object_id": object_id,
            "chain": chain,
            "reason": reason,
            "record_key": put and put.key,
            "record_owner": put and put.owner,
            "record_body": put and put.body,
        },
    )
