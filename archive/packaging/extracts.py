"""Extracts: some pages of a deposit as a PDF of their pictures, kept with a manifest and an entry of their own.

The parent's bytes stay out entirely: a PDF's own pages can drag along what they share with others, and an image of a
page cannot. So pages are drawn anew from the original, at the resolution at which they were read; where they cannot be,
or are many, the smaller pictures serve that are kept for the screen. Where an extract comes from, the archive attests
(`derived_from`); its time is its own.
"""

import io
import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import IntegrityError

from archive.archive import Archive
from archive.catalogue.schema import deposits, pages
from archive.derived import commit_derived, next_version, put_derived
from archive.originals import decrypt
from archive.packaging.folders import EXTRACT, Folder, find_extract, received_manifest
from archive.packaging.order import ExportRefused
from archive.packaging.picture_pdf import Picture, picture_pdf
from archive.readings import load_picture, object_ref
from ocr.errors import ReadingRefused
from signing.digests import digest_bytes
from signing.manifest import EvidenceManifest, FileEntry, Source
from tabellion.base.clock import rfc3339
from tabellion.base.errors import Conflict

_log = logging.getLogger(__name__)

Drawing = Callable[[BinaryIO], AbstractContextManager[Callable[[int, int], bytes]]]
"""Draws pages of a file that has a descriptor, as `ocr.Reader.drawing` does."""

DRAWN = 60
"""Pages that are drawn anew at most: somebody waits meanwhile."""

_TRIES = 3


def make_extract(archive: Archive, folder: Folder, actor: str, drawing: Drawing | None = None) -> None:
    """Keep the extract of a folder, unless there is one by now; its entry is on its way into the log then.

    Without `drawing`, it is made of the pictures that are kept for the screen. Raises `ExportRefused` where a page has
    no picture, and what the vault raises.
    """
    for _ in range(_TRIES):
        try:
            _make(archive, folder, actor, drawing)
        except IntegrityError:
            continue  # another manifest of this deposit took the version that we wanted
        return
    raise Conflict(f"deposit {folder.deposit.id} is being changed again and again")


def _make(archive: Archive, folder: Folder, actor: str, drawing: Drawing | None) -> None:
    deposit, now = folder.deposit, archive.clock.now()
    with archive.catalogue.read() as connection:
        if find_extract(archive, connection, deposit.id, folder.pages) is not None:
            return
        received = received_manifest(connection, deposit.id)
        version = next_version(connection, deposit.id)
        rows = [_page(connection, deposit.id, number) for number in folder.pages]
        drawn = None if drawing is None else _drawn(archive, connection, deposit, rows, drawing)
        pictures = drawn or [_picture(archive, connection, row) for row in rows]
    data = picture_pdf(pictures)
    digests = digest_bytes(data)
    path = f"extract-{version}.pdf"
    manifest = EvidenceManifest(
        archive=archive.id,
        deposit=deposit.id,
        version=version,
        salt=archive.ids.randomness(32),
        files=(FileEntry(path, EXTRACT, "application/pdf", digests.size, digests.sha256, digests.sha512),),
        protection_class=deposit.protection_class,
        retention_class=deposit.retention_class,
        received_at=rfc3339(now),
        derived_from=(Source(received.digest, folder.pages),),
    )
    owner = f"deposits/{deposit.id}"
    ref = archive.objects.put(f"{owner}/derived/{path}", io.BytesIO(data), owner)
    derived = put_derived(archive, manifest, [(ref, digests.sha256)])
    with archive.catalogue.write() as connection:
        _require_there(connection, deposit.id)
        commit_derived(connection, derived, actor, now, "extract")


def _page(connection: Connection, deposit: str, number: int) -> Row[Any]:
    row = connection.execute(
        select(pages).where(pages.c.deposit_id == deposit, pages.c.number == number)
    ).one_or_none()
    if row is None or row.image_offset is None:
        raise ExportRefused(
            f"page {number} of deposit {deposit} could not be read, so that there is no picture of it",
            advice="Choose the whole paper: then the original goes out, byte for byte.",
        )
    return row


def _drawn(
    archive: Archive, connection: Connection, deposit: Row[Any], rows: Sequence[Row[Any]], drawing: Drawing
) -> list[Picture] | None:
    """The pages drawn from the original; None where they are too many, or the file is refused now."""
    if len(rows) > DRAWN:
        return None
    ref = object_ref(connection, f"deposits/{deposit.id}/original")
    with tempfile.TemporaryFile() as file:
        decrypt(archive, deposit, ref, file)
        try:
            with drawing(file) as draw:
                return [_sized(draw(row.number, row.rotation), row) for row in rows]
        except ReadingRefused as refusal:
            _log.warning("an extract was not drawn", extra={"deposit": deposit.id, "code": refusal.reason})
            return None


def _picture(archive: Archive, connection: Connection, row: Row[Any]) -> Picture:
    jpeg = load_picture(archive, connection, row)
    assert jpeg is not None  # noqa: S101  # for the type checker: `_page` looked
    return _sized(jpeg, row)


def _sized(jpeg: bytes, row: Row[Any]) -> Picture:
    return Picture(jpeg, row.width * 72 / row.dpi, row.height * 72 / row.dpi)


def _require_there(connection: Connection, deposit: str) -> Row[Any]:
    row = connection.execute(select(deposits).where(deposits.c.id == deposit).with_for_update()).one()
    if row.erased_at is not None:
        raise ExportRefused(f"deposit {deposit} was erased just now")
    return row
