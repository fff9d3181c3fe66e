"""The bytes of a deposit exactly as they were received: as a stream, or brought into a file and compared."""

import hashlib
from typing import Any, BinaryIO

from sqlalchemy import Row, select

from archive.archive import Archive
from archive.catalogue.schema import deposits
from archive.readings import object_ref
from archive.vault import Ref, VaultAltered
from tabellion.base.errors import NotFound

_PIECE = 1 << 20


class Erased(NotFound):
    """The deposit was erased; its entry in the log remains."""

    code = "ERASED"
    status = 410
    advice = (
        "Its history in the log says when and for which reason it was erased; the bytes are gone for good."
    )


def open_original(archive: Archive, deposit_id: str) -> BinaryIO:
    """A stream of the original's plain bytes, to be closed. Raises Erased, NotFound, and what the vault raises."""
    with archive.catalogue.read() as connection:
        row = connection.execute(
            select(deposits.c.erased_at).where(deposits.c.id == deposit_id)
        ).one_or_none()
        if row is None:
            raise NotFound("there is no such deposit")
        if row.erased_at is not None:
            raise Erased("this deposit was erased")
        ref = object_ref(connection, f"deposits/{deposit_id}/original")
    return archive.objects.open(ref, f"deposits/{deposit_id}")


def decrypt(archive: Archive, deposit: Row[Any], ref: Ref, file: BinaryIO) -> None:
    """Write the original of a deposit (its row) to `file`, which is then at its beginning.

    Raises `VaultAltered` where its digest is another, and what the vault raises.
    """
    digest = hashlib.sha256()
    with archive.objects.open(ref, f"deposits/{deposit.id}") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != deposit.sha256:
        raise VaultAltered("the original is not what was received")
    file.flush()
    file.seek(0)
