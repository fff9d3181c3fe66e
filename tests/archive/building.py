"""Builds archives and fills them by the rules of the intake, for tests of what lies beneath it."""

import hashlib
import io
import random
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, update

from archive.archive import Archive
from archive.catalogue import Catalogue, add_work, upgrade
from archive.catalogue import schema as t
from archive.log import record
from archive.readings import Pictures, Place, write_reading
from archive.records import record_batch, record_document
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects, Ref
from ocr.values import Box, PageReading, Part, Reading, Word
from signing.digests import digest_bytes
from signing.manifest import EvidenceManifest, FileEntry, Source, manifest_digest
from signing.stamp import group_node
from tabellion.base.clock import ManualClock, rfc3339
from tabellion.base.ids import Ids, Randomness

ARCHIVE_ID = "019ac000-0000-7000-8000-000000000001"
ORIGIN = "archive.example/log"
ACTOR = "019ac000-0000-4000-8000-00000000000a"
PASSPHRASE = b"correct horse battery staple"


def seeded(seed: int) -> Randomness:
    """Random bytes that are the same in every run."""
    return random.Random(seed).randbytes


def make_objects(home: Path, clock: ManualClock, randomness: Randomness) -> Objects:
    """Vault, archive key and codec in a folder; opened again where they are there."""
    key_file = home / "keys" / "archive.key"
    if key_file.exists():
        wrapper = ArchiveKeyFile(key_file, PASSPHRASE, randomness)
    else:
        wrapper = ArchiveKeyFile.create(key_file, PASSPHRASE, randomness, clock.now())
    vault = FolderVault(home / "vault", clock, reserve=0)
    return Objects(vault, KeyRing(vault, wrapper, randomness, clock), randomness)


@cache
def empty_catalogue() -> bytes:
    """A database file with its schema: the migrations take longer than most tests."""
    with TemporaryDirectory() as folder:
        catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
        upgrade(catalogue)
        catalogue.close()
        return Path(folder, "catalogue.db").read_bytes()


def make_archive(
    home: Path, clock: ManualClock, seed: int = 1, catalogue: Catalogue | None = None
) -> Archive:
    """An archive in a folder, on SQLite unless another catalogue is given."""
    randomness = seeded(seed)
    if catalogue is None:
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "catalogue.db").exists():
            (home / "catalogue.db").write_bytes(empty_catalogue())
        catalogue = Catalogue(f"sqlite:///{home}/catalogue.db")
    objects = make_objects(home, clock, randomness)
    return Archive(ARCHIVE_ID, ORIGIN, catalogue, objects, clock, Ids(clock, randomness))


@dataclass(frozen=True, slots=True)
class Deposited:
    """What a deposit made."""

    deposit: str
    document: str
    manifest_digest: str
    original: Ref
    manifest: Ref


@dataclass(slots=True)
class Intake:
    """Receives files as the doors do."""

    archive: Archive

    def batch(self, name: str = "batch", portfolio: str | None = None, origin: str = "import") -> str:
        """A new open batch."""
        archive, batch_id = self.archive, self.archive.ids.new()
        with archive.catalogue.write() as connection:
            connection.execute(
                insert(t.batches).values(
                    id=batch_id,
                    name=name,
                    origin=origin,
                    portfolio_id=portfolio,
                    sides_mode="simplex",
                    state="open",
                    opened_at=archive.clock.now(),
                    version=0,
                    record_n=0,
                )
            )
            record_batch(archive, connection, batch_id, type="batch-open", actor=ACTOR)
        return batch_id

    def portfolio(self, name: str) -> str:
        """A new portfolio."""
        portfolio = self.archive.ids.new()
        with self.archive.catalogue.write() as connection:
            connection.execute(
                insert(t.portfolios).values(id=portfolio, name=name, created_at=self.archive.clock.now())
            )
        return portfolio

    def deposit(self, batch: str, sequence: int, data: bytes, name: str = "paper.pdf") -> Deposited:
        """One file, durable, with its rows, entries and records, as one transaction."""
        archive, now = self.archive, self.archive.clock.now()
        deposit, document = archive.ids.new(), archive.ids.new()
        owner = f"deposits/{deposit}"
        entry = FileEntry(
            "original.pdf",
            "original",
            "application/pdf",
            len(data),
            hashlib.sha256(data).hexdigest(),
            hashlib.sha512(data).hexdigest(),
        )
        body = EvidenceManifest(
            archive.id,
            deposit,
            1,
            archive.ids.randomness(32),
            (entry,),
            "standard",
            "standard",
            rfc3339(now),
        ).to_bytes()
        digest = manifest_digest(body)
        original = archive.objects.put(f"{owner}/original", io.BytesIO(data), owner)
        manifest = archive.objects.put_bytes(f"{owner}/manifest-1.json", body, owner)
        with archive.catalogue.write() as connection:
            connection.execute(
                insert(t.deposits).values(
                    id=deposit,
                    batch_id=batch,
                    sequence=sequence,
                    name=name,
                    media_type="application/pdf",
                    size=len(data),
                    sha256=entry.sha256,
                    sha512=entry.sha512,
                    received_at=now,
                    protection_class="standard",
                    retention_class="standard",
                    reading_n=0,
                )
            )
            for ref, plain in ((original, entry.sha256), (manifest, digest.hex())):
                connection.execute(
                    insert(t.objects).values(
                        key=ref.key,
                        version=ref.version,
                        digest=ref.digest,
                        size=ref.size,
                        plain_digest=plain,
                        owner=owner,
                        at=now,
                        locked=False,
                    )
                )
            connection.execute(
                insert(t.manifests).values(
                    deposit_id=deposit,
                    version=1,
                    role="received",
                    digest=digest.hex(),
                    group_node=group_node(digest, [bytes.fromhex(entry.sha256)]).hex(),
                    at=now,
                )
            )
            connection.execute(
                insert(t.batch_items).values(
                    id=archive.ids.new(),
                    batch_id=batch,
                    sequence=sequence,
                    deposit_id=deposit,
                    state="held",
                    source=f"{name}:{entry.sha256}",
                    repeats=0,
                    at=now,
                    actor=ACTOR,
                )
            )
            portfolio = (
                connection.execute(t.batches.select().where(t.batches.c.id == batch)).one().portfolio_id
            )
            connection.execute(
                insert(t.documents).values(
                    id=document,
                    batch_id=batch,
                    portfolio_id=portfolio,
                    state="received",
                    kind="other",
                    kind_confidence=0.0,
                    language="und",
                    received_at=now,
                    version=0,
                    record_n=0,
                )
            )
            connection.execute(
                insert(t.document_deposits).values(document_id=document, position=1, deposit_id=deposit)
            )
            connection.execute(
                insert(t.document_scopes).values(
                    document_id=document,
                    first_page=0,
                    last_page=0,
                    scope=f"portfolio:{portfolio}" if portfolio else "unassigned",
                    granted=1,
                    actor=ACTOR,
                    at=now,
                )
            )
            record(
                connection,
                type="receive",
                object_type="deposit",
                object_id=deposit,
                subject=digest.hex(),
                actor=ACTOR,
                time=now,
                reason="command-line",
            )
            record_document(archive, connection, document, type="compose", actor=ACTOR, reason="initial")
            add_work(connection, archive.ids, "read", deposit, now)
        return Deposited(deposit, document, digest.hex(), original, manifest)


def search(archive: Archive, count: int, thing: str = "x") -> None:
    """So many entries of one chain, without records."""
    with archive.catalogue.write() as connection:
        for _ in range(count):
            record(
                connection,
                type="search",
                object_type="archive",
                object_id=thing,
                subject="0" * 64,
                actor=ACTOR,
                time=archive.clock.now(),
                chain="access",
            )


def read_deposit(archive: Archive, made: Deposited, words: str) -> None:
    """What a worker leaves of a deposit of one page: reading, pictures, derived manifest, description, records."""
    now, owner = archive.clock.now(), f"deposits/{made.deposit}"
    word = Word(words, Box(0.1, 0.2, 0.3, 0.4), 0.75, 0, 0)
    page = PageReading(1, 1000, 1400, 200, language="pl", text=words, words=(word,))
    digests = digest_bytes(words.encode())
    reading = Reading(
        digests.sha256,
        "application/pdf",
        "pl",
        "invoice",
        0.8,
        (Part(1, 1, "invoice", "pl"),),
        (page,),
        (),
        {"e": "1"},
    )
    out = io.BytesIO()
    pictures = {1: Pictures(Place(0, 4), Place(4, 2))}
    stored = write_reading(reading, pictures, out)
    files, refs = [], []
    for key, path, role, data in (
        (f"{owner}/reading-1", "reading-1", "text", out.getvalue()),
        (f"{owner}/derived/images-1", "images-1", "images", b"JPEGjp"),
    ):
        digests = digest_bytes(data)
        refs.append((archive.objects.put_bytes(key, data, owner), digests.sha256))
        files.append(
            FileEntry(path, role, "application/octet-stream", digests.size, digests.sha256, digests.sha512)
        )
    body = EvidenceManifest(
        archive.id,
        made.deposit,
        2,
        archive.ids.randomness(32),
        tuple(files),
        "standard",
        "standard",
        rfc3339(now),
        derived_from=(Source(made.manifest_digest),),
    ).to_bytes()
    digest = manifest_digest(body)
    refs.append((archive.objects.put_bytes(f"{owner}/manifest-2.json", body, owner), digest.hex()))
    with archive.catalogue.write() as connection:
        for ref, plain in refs:
            connection.execute(
                insert(t.objects).values(
                    key=ref.key,
                    version=ref.version,
                    digest=ref.digest,
                    size=ref.size,
                    plain_digest=plain,
                    owner=owner,
                    at=now,
                    locked=False,
                )
            )
        connection.execute(
            insert(t.manifests).values(
                deposit_id=made.deposit,
                version=2,
                role="derived",
                digest=digest.hex(),
                group_node=group_node(digest, [bytes.fromhex(f.sha256) for f in files]).hex(),
                at=now,
            )
        )
        record(
            connection,
            type="derive",
            object_type="deposit",
            object_id=made.deposit,
            subject=digest.hex(),
            actor=ACTOR,
            time=now,
            reason="searchable-copy",
        )
        connection.execute(
            insert(t.readings).values(
                deposit_id=made.deposit, n=1, at=now, engine=reading.engine, seconds=0.0, outcome="READ"
            )
        )
        connection.execute(insert(t.pages), [each.row(made.deposit) for each in stored])
        connection.execute(
            update(t.deposits).where(t.deposits.c.id == made.deposit).values(reading_n=1, page_count=1)
        )
        connection.execute(
            update(t.work).where(t.work.c.object_id == made.deposit).values(state="done", finished_at=now)
        )
        connection.execute(
            insert(t.document_pages).values(
                document_id=made.document, position=1, deposit_id=made.deposit, page=1
            )
        )
        connection.execute(
            insert(t.fields).values(
                document_id=made.document,
                name="amounts.total",
                value="1234.56",
                raw=words,
                confidence=1 / 3,
                page=1,
                box=[0.1, 0.2, 1 / 3, 0.4],
                rule="amount.v1",
                state="machine",
                at=now,
            )
        )
        connection.execute(
            update(t.documents)
            .where(t.documents.c.id == made.document)
            .values(
                state="read",
                kind="invoice",
                kind_confidence=0.8,
                language="pl",
                document_date=date(2025, 3, 1),
                amount_minor=2**60,
                currency="PLN",
                page_count=1,
            )
        )
        record_document(archive, connection, made.document, type="read", actor=ACTOR)
