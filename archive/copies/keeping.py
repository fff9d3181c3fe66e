"""Copies that are kept: in the vault under the key of the deposit that they show, with a manifest and an entry.

A copy is of pages of one deposit. Papers of several are put together when they are asked for, and not kept: it would
tie together what can be erased apart.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO

from sqlalchemy import Connection, func, insert, select

from archive.archive import Archive
from archive.catalogue.schema import manifests, objects
from archive.copies.errors import CopyRefused
from archive.copies.finding import PREFIX, Subject
from archive.copies.writing import write_hocr, write_pdf, write_text
from archive.log import record
from archive.vault import Ref
from ocr.carried import Carried
from ocr.values import PageReading
from signing.digests import DigestingReader
from signing.manifest import EvidenceManifest, FileEntry
from signing.stamp import group_node
from tabellion.base.clock import rfc3339

ROLES = {"pdfa": ("pdf", "application/pdf"), "text": ("txt", "text/plain"), "hocr": ("hocr", "text/html")}
"""The files of a copy by their role in its manifest: ending and media type."""


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A copy that is in the vault and not yet in the catalogue."""

    manifest: EvidenceManifest
    manifest_sha256: str
    objects: tuple[tuple[Ref, str], ...]


def next_version(connection: Connection, deposit_id: str) -> int:
    """The version that the next manifest of a deposit has."""
    highest = select(func.max(manifests.c.version)).where(manifests.c.deposit_id == deposit_id)
    return (connection.scalar(highest) or 0) + 1


def put_copy(
    archive: Archive,
    subject: Subject,
    version: int,
    pages: Callable[[], Iterable[PageReading]],
    picture: Callable[[int], Carried],
    language: str,
) -> NewCopy:
    """Write the files of a copy into the vault. `pages` gives the pages in order anew each time; `picture` carries one.

    Raises `CopyRefused` where a page could not be read, and what `picture` and the vault raise; what was put then is
    swept, as no row names it.
    """
    now = archive.clock.now()
    owner = f"deposits/{subject.deposit.id}"
    entries: list[FileEntry] = []
    kept: list[tuple[Ref, str]] = []

    def pdfa(out: IO[bytes]) -> None:
        shown = ((_whole(page), partial(picture, page.number)) for page in pages())
        title = subject.deposit.name or subject.deposit.id
        write_pdf(out, shown, title=title, language=language, archive=archive.origin, made_at=now)

    writers: dict[str, Callable[[IO[bytes]], None]] = {
        "pdfa": pdfa,
        "text": lambda out: write_text(out, pages()),
        "hocr": lambda out: write_hocr(out, pages()),
    }
    with ExitStack() as stack:
        for role, write in writers.items():
            file = stack.enter_context(tempfile.TemporaryFile())
            write(file)
            file.seek(0)
            ending, media_type = ROLES[role]
            path = f"{PREFIX}{version}.{ending}"
            digesting = DigestingReader(file)
            ref = archive.objects.put(f"{owner}/derived/{path}", digesting, owner)
            found = digesting.digests
            entries.append(FileEntry(path, role, media_type, found.size, found.sha256, found.sha512))
            kept.append((ref, found.sha256))
    manifest = EvidenceManifest(
        archive=archive.id,
        deposit=subject.deposit.id,
        version=version,
        salt=archive.ids.randomness(32),
        files=tuple(entries),
        protection_class=subject.deposit.protection_class,
        retention_class=subject.deposit.retention_class,
        received_at=rfc3339(now),
        derived_from=subject.sources,
    )
    data = manifest.to_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    ref = archive.objects.put_bytes(f"{owner}/manifest-{version}.json", data, owner)
    return NewCopy(manifest, sha256, (*kept, (ref, sha256)))


def commit_copy(connection: Connection, copy: NewCopy, actor: str, now: datetime) -> None:
    """The rows of a copy, and its entry: it is evidence of its own from the next stamp on.

    Raises `IntegrityError` where another manifest of the deposit took the version.
    """
    deposit = copy.manifest.deposit
    digest = bytes.fromhex(copy.manifest_sha256)
    connection.execute(
        insert(manifests).values(
            deposit_id=deposit,
            version=copy.manifest.version,
            role="derived",
            digest=copy.manifest_sha256,
            group_node=group_node(digest, copy.manifest.member_digests).hex(),
            at=now,
        )
    )
    for ref, plain_digest in copy.objects:
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
        subject=copy.manifest_sha256,
        actor=actor,
        time=now,
        reason="searchable-copy",
    )


def _whole(page: PageReading) -> PageReading:
    if page.error is not None:
        raise CopyRefused(f"page {page.number} could not be read: {page.error}")
    return page
