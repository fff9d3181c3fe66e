"""Opens the bytes of a deposit exactly as they were received."""

from typing import BinaryIO

from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue.schema import deposits
from archive.readings import object_ref
from tabellion.base.errors import NotFound


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
