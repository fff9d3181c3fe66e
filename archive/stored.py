"""The catalogue's row of an object in the vault, for every writer that puts one; and what all of them come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, case, cast, func, insert, or_, select

from archive.catalogue.schema import objects
from archive.vault import Ref


@dataclass(frozen=True, slots=True)
class Stored:
    """Objects that the catalogue knows, those of them that a logged inventory lists, and bytes as they are stored."""

    objects: int
    listed: int
    bytes: int


def count_stored(connection: Connection) -> Stored:
    """Over all objects: with millions of them this takes seconds."""
    # The log's own files and the inventory's are not listed in it: the checkpoint and entries commit to them.
    named = or_(
        objects.c.inventory.is_not(None), objects.c.key.like("log/%"), objects.c.key.like("inventory/%")
    )
    listed = func.sum(case((named, 1), else_=0))
    count, known, size = connection.execute(
        select(func.count(), listed, func.sum(cast(objects.c.size, Float)))
    ).one()
    return Stored(count, int(known or 0), int(size or 0))


def note_object(
    connection: Connection,
    ref: Ref,
    owner: str | None,
    plain_digest: str | None,
    at: datetime,
    *,
    retain_until: datetime | None = None,
    locked: bool = False,
    inventory: int | None = None,
) -> None:
    """Write the row of an object. `owner` is whose key opens it, None where it is stored in clear.

    `plain_digest` is the SHA-256 of the plain bytes, hexadecimal. A lock that is not set yet is set by the keeper.
    """
    noted = _row(ref, owner, plain_digest, at, retain_until)
    connection.execute(insert(objects), {**noted, "locked": locked, "inventory": inventory})


def note_objects(
    connection: Connection,
    refs: Iterable[tuple[Ref, str | None]],
    owner: str | None,
    at: datetime,
    *,
    retain_until: datetime | None = None,
) -> None:
    """As `note_object`, for objects of one owner, each with the SHA-256 of its plain bytes."""
    rows = [_row(ref, owner, plain_digest, at, retain_until) for ref, plain_digest in refs]
    connection.execute(insert(objects), [{**row, "locked": False} for row in rows])


def _row(
    ref: Ref, owner: str | None, plain_digest: str | None, at: datetime, retain_until: datetime | None
) -> dict[str, Any]:
    return {
        "key": ref.key,
        "version": ref.version,
        "digest": ref.digest,
        "size": ref.size,
        "plain_digest": plain_digest,
        "owner": owner,
        "at": at,
        "retain_until": retain_until,
    }
