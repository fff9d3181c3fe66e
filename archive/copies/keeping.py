"""Copies that are kept: in the vault under the key of the deposit that they show, with a manifest and an entry.

A copy is of pages of one deposit. Papers of several are put together when they are asked for, and not kept: it would
tie together what can be erased apart.
"""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import IO

from sqlalchemy import Connection

from archive.archive import Archive
from archive.copies.errors import CopyRefused
from archive.copies.finding import PREFIX, Subject
from archive.copies.writing import write_hocr, write_pdf, write_text
from archive.derived import Derived, commit_derived, put_derived
from archive.vault import Ref
from ocr.carried import Carried
from ocr.values import PageReading
from signing.digests import DigestingReader
from signing.manifest import EvidenceManifest, FileEntry
from tabellion.base.clock import rfc3339

ROLES = {"pdfa": ("pdf", "application/pdf"), "text": ("txt", "text/plain"), "hocr": ("hocr", "text/html")}
"""The files of a copy by their role in its manifest: ending and media type."""

SEARCHABLE_COPY = "searchable-copy"
"""The reason that the entry of a copy gives, and of the words that it is made of."""


def put_copy(
    archive: Archive,
    subject: Subject,
    version: int,
    pages: Callable[[], Iterable[PageReading]],
    picture: Callable[[int], Carried],
    language: str,
    title: str,
) -> Derived:
    """Write the files of a copy into the vault, under that title.

    `pages` gives the pages in order anew each time; `picture` carries one.

    Raises `CopyRefused` where a page could not be read, and what `picture` and the vault raise; what was put then is
    swept, as no row names it.
    """
    now = archive.clock.now()
    owner = f"deposits/{subject.deposit.id}"
    entries: list[FileEntry] = []
    kept: list[tuple[Ref, str]] = []

    def pdfa(out: IO[bytes]) -> None:
        shown = ((_whole(page), partial(picture, page.number)) for page in pages())
        write_pdf(out, shown, title=title, language=language, archive=archive.origin, made_at=now)

    writers: dict[str, Callable[[IO[bytes]], None]] = {
        "pdfa": pdfa,
        "text": lambda out: write_text(out, pages()),
        "hocr": lambda out: write_hocr(out, pages(), title=title),
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
    return put_derived(archive, manifest, kept)


def commit_copy(connection: Connection, copy: Derived, actor: str, now: datetime) -> None:
    """The rows of a copy, and its entry. Raises `IntegrityError` where another manifest took the version."""
    commit_derived(connection, copy, actor, now, SEARCHABLE_COPY)


def _whole(page: PageReading) -> PageReading:
    if page.error is not None:
        raise CopyRefused(f"page {page.number} could not be read: {page.error}")
    return page
