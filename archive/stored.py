"""The catalogue's row of an object in the vault, for every writer that puts one."""

from datetime import datetime

from sqlalchemy import Connection, insert

from archive.catalogue.schema import objects
from archive.vault import Ref


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
    connection.execute(
        insert(objects).values(
            key=ref.key,
            version=ref.version,
            digest=ref.digest,
            size=ref.size,
            plain_digest=plain_digest,
            owner=owner,
            at=at,
            retain_until=retain_until,
            locked=locked,
            inventory=inventory,
        )
    )
