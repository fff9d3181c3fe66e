"""Which copy of a paper is kept: one of exactly its pages, made of its newest reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema import deposits, document_pages, manifests, objects, pages
from archive.packaging.folders import read_manifest, received_manifest
from archive.readings import Place, object_ref, read_page, reading_key
from archive.vault import Ref
from ocr.values import PageReading
from signing.manifest import EvidenceManifest, FileEntry, Source

PREFIX = "copy-"
"""How the names of the files of a copy begin."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a copy is made of: a deposit (its row), its pages in order (none: all), and the manifests it derives from.

    `received` and `reading` are digests (hex) of the manifest of the original and of that which lists the reading.
    """

    deposit: Row[Any]
    pages: tuple[int, ...]
    received: str
    reading: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """As they stand in the manifest of the copy."""
        return (Source(self.received, self.pages), Source(self.reading))


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A kept copy of pages of a deposit, by its manifest."""

    deposit: str
    manifest: EvidenceManifest

    def file(self, role: str) -> FileEntry:
        """Its file of that role: `pdfa`, `text` or `hocr`."""
        return next(entry for entry in self.manifest.files if entry.role == role)


def subject_of(archive: Archive, connection: Connection, document_id: str) -> Subject | None:
    """What a copy of the document is made of; None where it was not read yet, or has pages of several deposits.

    Raises what the vault raises.
    """
    rows = connection.execute(
        select(document_pages.c.deposit_id, document_pages.c.page)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    held = {row.deposit_id for row in rows}
    if len(held) != 1:
        return None
    deposit = connection.execute(select(deposits).where(deposits.c.id == held.pop())).one()
    numbers = tuple(row.page for row in rows)
    if numbers == tuple(range(1, (deposit.page_count or 0) + 1)):
        numbers = ()
    reading = _reading_manifest(archive, connection, deposit)
    if reading is None or deposit.erased_at is not None:
        return None
    return Subject(deposit, numbers, received_manifest(connection, deposit.id).digest, reading)


def find_copy(archive: Archive, connection: Connection, subject: Subject) -> KeptCopy | None:
    """The kept copy of exactly that, or None."""
    prefix = f"deposits/{subject.deposit.id}/derived/{PREFIX}"
    names = connection.scalars(select(objects.c.key).where(objects.c.key.startswith(prefix, autoescape=True)))
    versions = {int(name.removeprefix(prefix).partition(".")[0]) for name in names}
    for version in sorted(versions, reverse=True):
        manifest = read_manifest(archive, connection, subject.deposit.id, version)
        if manifest.derived_from == subject.sources:
            return KeptCopy(subject.deposit.id, manifest)
    return None


def open_file(archive: Archive, connection: Connection, kept: KeptCopy, role: str) -> BinaryIO:
    """The bytes of a file of a kept copy, to be closed. Raises what the vault raises."""
    ref = object_ref(connection, f"deposits/{kept.deposit}/derived/{kept.file(role).path}")
    return archive.objects.open(ref, f"deposits/{kept.deposit}")


def stored_pages(archive: Archive, connection: Connection, subject: Subject) -> "StoredPages":
    """The pages of the subject as they were read."""
    deposit = subject.deposit
    rows = connection.execute(select(pages).where(pages.c.deposit_id == deposit.id).order_by(pages.c.number))
    places = {row.number: Place(row.reading_offset, row.reading_length) for row in rows}
    ref = object_ref(connection, reading_key(deposit.id, deposit.reading_n))
    return StoredPages(archive, deposit.id, ref, [places[number] for number in subject.pages or places])


@dataclass(frozen=True, slots=True)
class StoredPages:
    """Pages in the vault, in order; each is read when it is its turn."""

    archive: Archive
    deposit: str
    ref: Ref
    places: list[Place]

    def __iter__(self) -> Iterator[PageReading]:
        for place in self.places:
            yield read_page(self.archive, self.deposit, self.ref, place)


def _reading_manifest(archive: Archive, connection: Connection, deposit: Row[Any]) -> str | None:
    """The digest of the manifest that lists the newest reading of a deposit."""
    derived = connection.execute(
        select(manifests)
        .where(manifests.c.deposit_id == deposit.id, manifests.c.role == "derived")
        .order_by(manifests.c.version.desc())
    ).all()
    wanted = f"reading-{deposit.reading_n}"
    for row in derived:
        manifest = read_manifest(archive, connection, deposit.id, row.version)
        if any(entry.path == wanted for entry in manifest.files):
            return str(row.digest)
    return None
