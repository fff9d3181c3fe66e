"""Cosignatures of witnesses beside the log's checkpoints: kept in vault and catalogue, added to notes on their way.

log/cosigned/<size>/<witness>   the signed checkpoint of that size with the cosignature of one witness; the name of the
                                file is the beginning of the SHA-256 of the witness' name

The published checkpoint itself is left alone: one writer swaps it, and cosignatures come later and from elsewhere.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from archive.archive import Archive
from archive.catalogue.schema import cosignatures
from archive.catalogue.upsert import insert_if_absent
from archive.stamp_files import LOCK_FOR
from archive.stored import note_object
from signing.checkpoint import Checkpoint
from signing.cosignature import Cosignature
from signing.note import Note, NoteSignature

PREFIX = "log/cosigned/"
TOLERANCE = timedelta(seconds=60)
"""How far the clock of a witness may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class SeenBy:
    """A witness, the size of the newest checkpoint that it cosigned, and when, by its clock."""

    witness: str
    size: int
    at: datetime


def keep_cosignature(
    archive: Archive, signed: bytes, lines: Sequence[NoteSignature], made: Cosignature
) -> None:
    """Keep a verified cosignature on a signed checkpoint: in the vault first, then in the catalogue."""
    note = Note.parse(signed).with_signatures(*lines).to_bytes()
    size = Checkpoint.parse_text(Note.parse(signed).text).size
    now = archive.clock.now()
    key = key_of(size, made.key.name)
    ref = None
    if not archive.objects.vault.versions(key):
        ref = archive.objects.put_raw(key, note, now + LOCK_FOR)
    row = {"size": size, "witness": made.key.name, "note": note.decode(), "at": made.at}
    with archive.catalogue.write() as connection:
        insert_if_absent(connection, cosignatures, row, key=("size", "witness"))
        if ref is not None:
            note_object(connection, ref, None, ref.digest, now, retain_until=now + LOCK_FOR)


def cosigned(connection: Connection, signed: bytes) -> bytes:
    """A signed checkpoint with every cosignature that is kept for it; itself where there is none."""
    note = Note.parse(signed)
    size = Checkpoint.parse_text(note.text).size
    rows = select(cosignatures.c.note).where(cosignatures.c.size == size).order_by(cosignatures.c.witness)
    for text in connection.execute(rows).scalars():
        other = Note.parse(text.encode())
        if other.text == note.text:
            note = note.with_signatures(*other.signatures)
    return note.to_bytes()


def cosigned_notes(connection: Connection, most: int) -> Iterator[bytes]:
    """Checkpoints with their cosignatures, the newest first, at most so many."""
    sizes = select(cosignatures.c.size).distinct().order_by(cosignatures.c.size.desc()).limit(most)
    for size in connection.scalars(sizes).all():
        first = select(cosignatures.c.note).where(cosignatures.c.size == size)
        text = connection.scalar(first.order_by(cosignatures.c.witness).limit(1))
        if text is not None:
            yield cosigned(connection, text.encode())


def seen_by(connection: Connection, at_least: int = 0) -> list[SeenBy]:
    """The witnesses that have cosigned a checkpoint of at least so many entries, each with its newest, by name."""
    newest = (
        select(cosignatures.c.witness, func.max(cosignatures.c.size).label("size"))
        .where(cosignatures.c.size >= at_least)
        .group_by(cosignatures.c.witness)
        .subquery()
    )
    rows = connection.execute(
        select(cosignatures.c.witness, cosignatures.c.size, cosignatures.c.at)
        .join(
            newest,
            (newest.c.witness == cosignatures.c.witness) & (newest.c.size == cosignatures.c.size),
        )
        .order_by(cosignatures.c.witness)
    )
    return [SeenBy(*row) for row in rows]


def kept_cosignatures(archive: Archive) -> Iterator[tuple[str, bytes]]:
    """The names and bytes of what the vault keeps; raises `VaultAltered`."""
    for ref in archive.objects.vault.list(PREFIX):
        yield ref.key, archive.objects.read_raw(ref)


def key_of(size: int, witness: str) -> str:
    """Where the vault keeps the cosignature of a witness of that name on the checkpoint of that size."""
    return f"{PREFIX}{size}/{hashlib.sha256(witness.encode()).hexdigest()[:16]}"
