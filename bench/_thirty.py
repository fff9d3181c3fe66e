"""An archive that lives through thirty years on a clock of its own, and packages of what it then holds."""

import io
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.authorities import LocalTestAuthority
from archive.catalogue import Catalogue, take_lease, upgrade
from archive.catalogue.schema import document_deposits, log_entries, manifests, stamps
from archive.evidence_records import EvidenceRecords
from archive.log_files import LogFiles
from archive.log_view import LogView
from archive.renewals import Renewals
from archive.sequencer import Sequencer
from archive.stamp_closing import demand
from archive.stamps import Stamps
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects, Ref
from ingest.arrivals import Arrival
from ingest.batches import find_or_open
from ingest.receive import receive
from signing import canonical
from signing.algorithm_policy import policy_bytes
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.authority import LocalAuthority
from signing.digests import Readable
from signing.keys import Algorithm, KeySigner, PublicKey, public_keys
from signing.manifest import EvidenceManifest
from signing.note import NoteKey
from signing.package.build import build_package
from signing.package.parts import DepositPart, DocumentPart, LogPart, Opener, PackageParts, StampPart
from signing.package.seal import SealKey
from signing.renewal import History
from signing.verifier import trust_files
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids

START = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
END = START.replace(year=2056)
HASH_ENDS = datetime(2047, 12, 1, tzinfo=UTC)
CERTIFICATE = timedelta(days=365 * 12)
YEARS = 20
"""For so many years papers come in; the rest they are only kept."""

POLICY = AlgorithmPolicy(
    2,
    tuple(replace(rule, sunset=HASH_ENDS) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules),
)
_LEASE = timedelta(minutes=5)
_LARGEST = 64 << 20


def authorities() -> dict[int, LocalAuthority]:
    """Three authorities, each with a certificate of twelve years; the last one signs with P-384 and SHA-384."""
    kinds = {2026: Algorithm.P256, 2036: Algorithm.P256, 2046: Algorithm.P384}
    return {
        year: LocalAuthority.create(START.replace(year=year), os.urandom, kind, CERTIFICATE)
        for year, kind in kinds.items()
    }


@dataclass(slots=True)
class Life:
    """The archive, its keeper and its clock."""

    home: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    authorities: dict[int, LocalAuthority] = field(default_factory=authorities)
    log_key: KeySigner = field(default_factory=lambda: KeySigner.generate(Algorithm.ED25519))
    archive: Archive = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        vault = FolderVault(self.home / "vault", self.clock)
        wrapper = ArchiveKeyFile.create(self.home / "archive.key", b"bench", os.urandom, START)
        catalogue = Catalogue(f"sqlite:///{self.home / 'catalogue.db'}")
        upgrade(catalogue)
        objects = Objects(vault, KeyRing(vault, wrapper, os.urandom, self.clock), os.urandom)
        ids = Ids(self.clock)
        archive_id = ids.new()
        self.archive = Archive(archive_id, f"localhost/{archive_id}", catalogue, objects, self.clock, ids)

    def take_in(self, count: int, year: int) -> None:
        """So many papers of some kilobytes."""
        batch = find_or_open(self.archive, f"year {year}", None, SYSTEM_ACTOR)
        randomness = random.Random(year)
        for number in range(count):
            data = b"%%PDF-1.7 paper %d of %d " % (number, year) + randomness.randbytes(4000)
            arrival = Arrival(batch, f"paper {number}.pdf", SYSTEM_ACTOR, "command-line")
            receive(self.archive, io.BytesIO(data), arrival, nudge=lambda: None)

    def stamp(self) -> None:
        """Log everything and have it stamped by the authority of the day."""
        self.log()
        demand(self.archive)
        stamping = Stamps(self.archive, self._asked())
        for _ in range(3):
            stamping.run(self._lease())
            self.log()

    def renew(self) -> None:
        """As the keeper does, until nothing is left to do."""
        renewing = Renewals(self.archive, self._asked(), POLICY)
        for _ in range(40):
            done = renewing.run(self._lease())
            self.log()
            if not done:
                return

    def log(self) -> None:
        """Sequence what waits."""
        Sequencer(self.archive, self.log_key).run(self._lease())

    def trust(self, seal: SealKey) -> dict[str, bytes]:
        """What a stranger trusts in the end."""
        files = trust_files(
            keys=[PublicKey.of("log", self.log_key, START)],
            log_keys=[NoteKey(self.archive.origin, self.log_key.public_der)],
            seals=[seal.certificate],
            authorities={f"authority-{year}": each.trust for year, each in self.authorities.items()},
        )
        return files | {"algorithms.json": policy_bytes(POLICY)}

    def _asked(self) -> list[LocalTestAuthority]:
        """The authority whose certificate is the youngest first."""
        begun = [year for year in self.authorities if year <= self.clock.now().year]
        return [
            LocalTestAuthority(self.authorities[year], self.clock, os.urandom) for year in sorted(begun)[::-1]
        ]

    def _lease(self) -> int:
        with self.archive.catalogue.write() as connection:
            token = take_lease(connection, "keeper", "bench", self.clock.now(), _LEASE)
        if token is None:
            raise RuntimeError("another keeper acts on the archive of this measurement")
        return token


@dataclass(slots=True)
class Packer:
    """Builds packages of an archive's documents at its newest stamped checkpoint, all with the records of today."""

    life: Life
    seal: SealKey
    renewed: bool = True
    """Whether the records have their renewals; without them they are what an archive has that never renewed."""

    def __post_init__(self) -> None:
        self._archive = self.life.archive
        self._records = EvidenceRecords(self._archive)
        with self._archive.catalogue.read() as connection:
            row = connection.execute(select(stamps).order_by(stamps.c.number.desc()).limit(1)).one()
        self._view = LogView(LogFiles(self._archive.objects), row.note.encode())

    _archive: Archive = field(init=False)
    _records: EvidenceRecords = field(init=False)
    _view: LogView = field(init=False)

    def documents(self) -> list[str]:
        """All documents, oldest first."""
        with self._archive.catalogue.read() as connection:
            query = select(document_deposits.c.document_id).order_by(document_deposits.c.document_id)
            return list(connection.execute(query).scalars())

    def write(self, documents: Sequence[str], path: Path) -> None:
        """A package of these documents."""
        with path.open("w+b") as out:
            build_package(self._parts(documents), out, self.seal, END - timedelta(days=1))

    def _parts(self, documents: Sequence[str]) -> PackageParts:
        archive, records = self._archive, self._records
        with archive.catalogue.read() as connection:
            rows = connection.execute(
                select(
                    document_deposits.c.document_id, manifests.c.deposit_id, manifests.c.digest,
                    manifests.c.stamp_id, stamps.c.number, stamps.c.checkpoint, stamps.c.checkpoint_size,
                )
                .join(manifests, manifests.c.deposit_id == document_deposits.c.deposit_id)
                .join(stamps, stamps.c.id == manifests.c.stamp_id)
                .where(document_deposits.c.document_id.in_(documents))
                .order_by(document_deposits.c.document_id)
            ).all()  # fmt: skip
            things = [thing for row in rows for thing in (row.document_id, row.deposit_id)]
            seqs = list(
                connection.execute(
                    select(log_entries.c.seq)
                    .where(
                        log_entries.c.object_id.in_(things),
                        log_entries.c.chain == "custody",
                        log_entries.c.seq < self._view.checkpoint.size,
                    )
                    .order_by(log_entries.c.seq)
                ).scalars()
            )
            proofs = tuple(self._view.proof(connection, seq) for seq in seqs)
        tree = self._view.files.tree(self._view.checkpoint.size)
        by_stamp = {row.number: row for row in rows}
        found = tuple(self._stamp(row, tuple(tree.consistency_proof(row.checkpoint_size)))
                      for _, row in sorted(by_stamp.items()))  # fmt: skip
        deposits = []
        for row in rows:
            history = records.of_manifest(row.deposit_id)
            if history is None:
                raise RuntimeError("a deposit has no time proof")
            deposits.append(self._deposit(row.deposit_id, row.digest, row.number, history))
        log = LogPart(
            self._view.signed,
            proofs,
            bundles=records.log_bundles(seqs) if self.renewed else {},
            record=records.log_checkpoint(self._view.checkpoint.text().encode()) if self.renewed else None,
        )
        return PackageParts(
            archive=archive.id,
            origin=archive.origin,
            language="en",
            deposits=tuple(deposits),
            documents=tuple(DocumentPart(row.document_id, (place,)) for place, row in enumerate(rows)),
            log=log,
            report=b"%PDF-1.7 report",
            keys=public_keys([PublicKey.of("log", self.life.log_key, START)]),
            stamps=found,
        )

    def _stamp(self, row: object, consistency: tuple[bytes, ...]) -> StampPart:
        stamp, number, note = row.stamp_id, row.number, row.checkpoint  # type: ignore[attr-defined]
        certificates, crls = self._records.helpers(stamp)
        record = self._shortened(self._records.of_checkpoint(stamp))
        return StampPart(number, note.encode(), consistency, record.to_bytes(), certificates, crls)

    def _deposit(self, deposit: str, digest: str, stamp: int, history: History) -> DepositPart:
        objects, owner = self._archive.objects, f"deposits/{deposit}"
        (manifest,) = objects.vault.versions(f"{owner}/manifest-1.json")
        (original,) = objects.vault.versions(f"{owner}/original")
        body = objects.read_bytes(manifest, owner, _LARGEST)
        (entry,) = EvidenceManifest.parse(body).files
        note = canonical.dumps({"$schema": "urn:tabellion:transfer-note:v1", "name": "paper.pdf"})
        record = self._shortened(history).to_bytes()
        return DepositPart(body, {entry.path: self._opener(original, owner)}, note, stamp, record)

    def _opener(self, ref: Ref, owner: str) -> Opener:
        def opened() -> AbstractContextManager[Readable]:
            return self._archive.objects.open(ref, owner)

        return opened

    def _shortened(self, history: History) -> History:
        return history if self.renewed else History(((history.chains[0][0],),))


def pieces(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The values in runs."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
