"""Packages of a real archive in a temporary folder, for tests."""

import io
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

from PIL import Image

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.log import record
from archive.packages import Choice, Issuer, Order
from archive.readings import Pictures, Place, write_reading
from archive.records import record_document
from ocr.values import Box, PageReading, Reading, Word
from signing.digests import digest_bytes
from signing.keys import Algorithm, KeySigner, PublicKey
from signing.manifest import EvidenceManifest, FileEntry, Source, manifest_digest
from signing.note import NoteKey
from signing.package.seal import SealKey
from signing.stamp import group_node
from signing.verifier import Trust, trust_files, trust_of
from tabellion.base.clock import ManualClock, rfc3339
from tests.archive.building import ACTOR, ORIGIN, Deposited
from tests.archive.keeping import TestKeeper, authority, local_authority, log_signer, receipt_signer


@cache
def seal() -> SealKey:
    """The seal of all tests: it began before every clock of theirs."""
    signer = KeySigner.generate(Algorithm.P256)
    return SealKey.create(
        "Seal of archive (test)", signer, ManualClock().now() - timedelta(days=1), os.urandom
    )


@cache
def public_files(origin: str = ORIGIN) -> dict[str, bytes]:
    """What an archive of the tests publishes, whose log has that origin."""
    since = ManualClock().now() - timedelta(days=1)
    signers = (("log", log_signer()), ("receipt", receipt_signer()), ("seal", seal().signer))
    return trust_files(
        keys=[PublicKey.of(use, signer, since) for use, signer in signers],  # type: ignore[arg-type]
        log_keys=[NoteKey(origin, log_signer().public_der)],
        seals=[seal().certificate],
        authorities={"local": local_authority().trust},
    )


def trust(origin: str = ORIGIN) -> Trust:
    """What a stranger trusts who got that folder."""
    return trust_of(public_files(origin), "the archive's folder")


def issuer(archive: Archive) -> Issuer:
    """Who makes packages of the archive."""
    return Issuer(
        seal=seal(),
        trust=trust(archive.origin),
        keys=public_files(archive.origin)["keys.json"],
        authorities=[authority(archive)],
        retention=timedelta(days=365),
        name="Example archive",
    )


def order(*documents: str, **more: object) -> Order:
    """An order of whole documents."""
    return Order(tuple(Choice(document) for document in documents), **more)  # type: ignore[arg-type]


def waiting_for(keeper: TestKeeper) -> Callable[[float], None]:
    """A way of waiting in which the keeper runs meanwhile."""

    def wait(_seconds: float) -> None:
        keeper.run()

    return wait


def read_pages(archive: Archive, made: Deposited, texts: Sequence[str]) -> None:
    """What a worker leaves of a deposit with these pages: reading, real pictures, derived manifest, records."""
    now, owner = archive.clock.now(), f"deposits/{made.deposit}"
    images, pictures, found = io.BytesIO(), {}, []
    for number, text in enumerate(texts, 1):
        pictures[number] = Pictures(_put(images, _jpeg(140, 198)), _put(images, _jpeg(22, 31)))
        word = Word(text, Box(0.1, 0.2, 0.3, 0.4), 0.75, 0, 0)
        found.append(PageReading(number, 1654, 2339, 200, language="pl", text=text, words=(word,)))
    digest = digest_bytes(b"".join(each.encode() for each in texts)).sha256
    reading = Reading(
        digest, "application/pdf", "pl", "contract", 0.8, (), tuple(found), (), {"name": "test"}
    )
    out = io.BytesIO()
    stored = write_reading(reading, pictures, out)
    entries, refs = [], []
    for key, path, role, data in (
        (f"{owner}/reading-1", "reading-1", "text", out.getvalue()),
        (f"{owner}/derived/images-1", "images-1", "images", images.getvalue()),
    ):
        digests = digest_bytes(data)
        refs.append((archive.objects.put_bytes(key, data, owner), digests.sha256))
        entries.append(
            FileEntry(path, role, "application/octet-stream", digests.size, digests.sha256, digests.sha512)
        )
    body = EvidenceManifest(
        archive.id, made.deposit, 2, archive.ids.randomness(32), tuple(entries), "standard", "standard",
        rfc3339(now), derived_from=(Source(made.manifest_digest),),
    ).to_bytes()  # fmt: skip
    manifest = manifest_digest(body)
    refs.append((archive.objects.put_bytes(f"{owner}/manifest-2.json", body, owner), manifest.hex()))
    members = [bytes.fromhex(entry.sha256) for entry in entries]
    with archive.catalogue.write() as connection:
        for ref, plain in refs:
            connection.execute(
                t.objects.insert().values(
                    key=ref.key, version=ref.version, digest=ref.digest, size=ref.size, plain_digest=plain,
                    owner=owner, at=now, locked=False,
                )
            )  # fmt: skip
        connection.execute(
            t.manifests.insert().values(
                deposit_id=made.deposit, version=2, role="derived", digest=manifest.hex(),
                group_node=group_node(manifest, members).hex(), at=now,
            )
        )  # fmt: skip
        record(
            connection, type="derive", object_type="deposit", object_id=made.deposit, subject=manifest.hex(),
            actor=ACTOR, time=now, reason="searchable-copy",
        )  # fmt: skip
        connection.execute(
            t.readings.insert().values(
                deposit_id=made.deposit, n=1, at=now, engine=reading.engine, seconds=0.0, outcome="READ"
            )
        )
        connection.execute(t.pages.insert(), [each.row(made.deposit) for each in stored])
        connection.execute(
            t.deposits.update()
            .where(t.deposits.c.id == made.deposit)
            .values(reading_n=1, page_count=len(texts))
        )
        connection.execute(
            t.document_pages.insert(),
            [
                {"document_id": made.document, "position": n, "deposit_id": made.deposit, "page": n}
                for n in range(1, len(texts) + 1)
            ],
        )
        connection.execute(
            t.documents.update()
            .where(t.documents.c.id == made.document)
            .values(state="read", kind="contract", language="pl", page_count=len(texts))
        )
        record_document(archive, connection, made.document, type="read", actor=ACTOR)


def _jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 230).save(out, "JPEG")
    return out.getvalue()


def _put(images: io.BytesIO, data: bytes) -> Place:
    start = images.tell()
    images.write(data)
    return Place(start, len(data))
