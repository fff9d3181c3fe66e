"""Page pictures as they are sent: at the size they are shown, only of open pages, cached by digest of their source."""

import io

from PIL import Image
from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema import SAME_PAGE, document_pages, pages
from archive.readings import load_picture
from tabellion.base.errors import NotFound

QUALITY = 70


def page_picture(
    archive: Archive, connection: Connection, document_id: str, position: int, width: int | None
) -> bytes:
    """The JPEG of a document's page, no wider than `width` pixels; raises NotFound where there is no picture.

    The kept picture is of our own making, so it is decoded here without fear.
    """
    row = connection.execute(
        select(pages)
        .join(document_pages, SAME_PAGE)
        .where(document_pages.c.document_id == document_id, document_pages.c.position == position)
    ).one_or_none()
    picture = None if row is None else _nearest(archive, connection, row, width)
    if picture is None:
        raise NotFound(
            "there is no picture of that page", advice="It is still being read, or could not be read."
        )
    return picture if width is None else _reduced(picture, width)


def _nearest(
    archive: Archive, connection: Connection, row: Row[tuple[object, ...]], width: int | None
) -> bytes | None:
    thumb = load_picture(archive, connection, row, thumb=True) if width is not None and width <= 220 else None
    return thumb or load_picture(archive, connection, row)


def _reduced(picture: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(picture)) as image:
        if image.width <= width:
            return picture
        image.draft(image.mode, (width, width))
        reduced = image.resize(
            (width, max(1, round(image.height * width / image.width))),
            Image.Resampling.LANCZOS,
            reducing_gap=2.0,
        )
    out = io.BytesIO()
    reduced.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
