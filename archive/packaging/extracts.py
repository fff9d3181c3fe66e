"""Extracts: some pages of a deposit as a PDF of their pictures, kept with a manifest and an entry of their own.

The parent's bytes stay out entirely: a PDF's own pages can drag along what they share with others, and an image of a
page cannot. Where an extract comes from, the archive attests (`derived_from`); its time is its own.
"""

import hashlib
import io
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from archive.archive import Archive
from archive.catalogue.schema import deposits, manifests, objects, pages
from archive.log import record
from archive.packaging.folders import EXTRACT, Folder, find_extract, received_manifest
from archive.packaging.order import ExportRefused
from archive.packaging.picture_pdf import Picture, picture_pdf
from archive.readings import load_picture
from archive.vault import Ref
from signing.digests import digest_bytes
from signing.manifest import EvidenceManifest, FileEntry, Source, manifest_digest
from signing.stamp import group_node
from tabellion.base.clock import rfc3339
from tabellion.base.errors import Conflict

_TRIES = 3


def make_extract(archive: Archive, folder: Folder, actor: str) -> None:
    """Keep the extract of a folder, unless there is one by now; its entry is on its way into the log then.

    Raises `ExportRefused` where a page has no picture, and what the vault raises.
    """
    for _ in range(_TRIES):
        try:
            _make(archive, folder, actor)
        except IntegrityError:
            continue  # another manifest of this deposit took the version that we wanted
        return
    raise Conflict(f"deposit {folder.deposit.id} is being changed again and again")


def _make(archive: Archive, folder: Folder, actor: str) -> None:
    deposit, now = folder.deposit, archive.clock.now()
    with archive.catalogue.read() as connection:
        if find_extract(archive, connection, deposit.id, folder.pages) is not None:
            return
        received = received_manifest(connection, deposit.id)
        highest = select(func.max(manifests.c.version)).where(manifests.c.deposit_id == deposit.id)
        version = (connection.scalar(highest) or 0) + 1
        pictures = [_picture(archive, connection, deposit.id, page) for page in folder.pages]
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
    body = manifest.to_bytes()
    owner = f"deposits/{deposit.id}"
    kept = [
        (archive.objects.put(f"{owner}/derived/{path}", io.BytesIO(data), owner), digests.sha256),
        (archive.objects.put_bytes(f"{owner}/manifest-{version}.json", body, owner), _sha256(body)),
    ]
    with archive.catalogue.write() as connection:
        _commit(connection, deposit.id, manifest, kept, actor, now)


def _picture(archive: Archive, connection: Connection, deposit: str, number: int) -> Picture:
    row = connection.execute(
        select(pages).where(pages.c.deposit_id == deposit, pages.c.number == number)
    ).one_or_none()
    jpeg = None if row is None else load_picture(archive, connection, row)
    if row is None or jpeg is None:
        raise ExportRefused(
            f"page {number} of deposit {deposit} could not be read, so that there is no picture of it",
            advice="Choose the whole paper: then the original goes out, byte for byte.",
        )
    return Picture(jpeg, row.width * 72 / row.dpi, row.height * 72 / row.dpi)


def _commit(
    connection: Connection,
    deposit: str,
    manifest: EvidenceManifest,
    kept: list[tuple[Ref, str]],
    actor: str,
    now: datetime,
) -> None:
    digest = manifest_digest(manifest.to_bytes())
    _require_there(connection, deposit)
    connection.execute(
        insert(manifests).values(
            deposit_id=deposit,
            version=manifest.version,
            role="derived",
            digest=digest.hex(),
            group_node=group_node(digest, manifest.member_digests).hex(),
            at=now,
        )
    )
    for ref, plain_digest in kept:
        connection.execute(
            insert(objects).values(
                key=ref.key,
                version=ref.version,
                digest=ref.digest,
                size=ref.size,
                plain_digest=plain_digest,
                owner=f"deposits/{deposit}",
                at=now,
                locked=False,
            )
        )
    record(
        connection,
        type="derive",
        object_type="deposit",
        object_id=deposit,
        subject=digest.hex(),
        actor=actor,
        time=now,
        reason="extract",
    )


def _require_there(connection: Connection, deposit: str) -> Row[Any]:
    row = connection.execute(select(deposits).where(deposits.c.id == deposit).with_for_update()).one()
    if row.erased_at is not None:
        raise ExportRefused(f"deposit {deposit} was erased just now")
    return row


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
