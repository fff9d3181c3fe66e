"""Reads, downloads and searches as entries of the log's access chains; what was asked stays out of the log."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from api.access import Actor
from archive.archive import Archive
from archive.log import record


def record_access(
    archive: Archive, connection: Connection, actor: Actor, kind: str, object_type: str, object_id: str
) -> None:
    """An entry `access` or `download` about one object.

    Its subject is a salted digest: equal acts have different entries, and nobody can guess what was looked at.
    """
    salt = archive.ids.randomness(32)
    subject = hashlib.sha256(
        salt + f"{kind} {object_type} {object_id} {actor.pseudonym}".encode()
    ).hexdigest()
    record(
        connection,
        type=kind,
        object_type=object_type,
        object_id=object_id,
        subject=subject,
        actor=actor.pseudonym,
        time=archive.clock.now(),
        chain="access",
    )


def record_debtors_access(
    archive: Archive, connection: Connection, actor: Actor, party_ids: Sequence[str]
) -> None:
    """An entry `access` about each debtor of a claim that was looked at; about the archive where it has none."""
    for party_id in party_ids:
        record_access(archive, connection, actor, "access", "party", party_id)
    if not party_ids:
        record_access(archive, connection, actor, "access", "archive", archive.id)


def record_search(archive: Archive, connection: Connection, actor: Actor, query: str) -> None:
    """An entry `search` about the archive; the subject is a salted digest of the query."""
    salt = archive.ids.randomness(32)
    record(
        connection,
        type="search",
        object_type="archive",
        object_id=archive.id,
        subject=hashlib.sha256(salt + query.encode("utf-8", "surrogatepass")).hexdigest(),
        actor=actor.pseudonym,
        time=archive.clock.now(),
        chain="access",
    )
