"""What the papers of a package say: the contents of `report.pdf` and of the exhibits, out of what is gathered."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema import deposits, document_deposits, log_entries, manifests, stamps
from archive.cosignatures import TOLERANCE
from archive.packaging.exhibits import exhibit_content
from archive.packaging.folders import Folder
from archive.packaging.gather import Gathered
from archive.packaging.issuer import Issuer
from archive.packaging.notes import file_name
from archive.packaging.papers import Paper, pages_of
from archive.packaging.plan import Plan
from archive.reporting.content import (
    CheckpointContent,
    DepositContent,
    DocumentContent,
    Erased,
    Event,
    ExhibitContent,
    Extract,
    KeyContent,
    Picture,
    ReportContent,
    TimeProof,
    Twin,
    WitnessContent,
)
from archive.verification.stamp_check import PROVED
from signing.cosignature import verify_cosignatures
from signing.entry import Entry
from signing.manifest import EvidenceManifest
from signing.note import Note
from signing.package import layout
from tabellion.base.clock import parse_rfc3339

_MOST_PARTIES = 12
_LINKED = ("automatic", "confirmed")


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of one package's papers."""

    archive: Archive
    plan: Plan
    gathered: Gathered
    issuer: Issuer

    def report(self) -> ReportContent:
        """What `report.pdf` says."""
        exhibits = self.exhibits()
        with self.archive.catalogue.read() as connection:
            return ReportContent(
                archive=self.issuer.name,
                archive_id=self.archive.id,
                origin=self.archive.origin,
                zone=self.issuer.zone,
                checkpoint=self._checkpoint(connection),
                documents=tuple(
                    self._document(number, paper, exhibits[number - 1])
                    for number, paper in enumerate(self.plan.papers, 1)
                ),
                deposits=tuple(
                    self._deposit(connection, number, folder)
                    for number, folder in enumerate(self.plan.folders, 1)
                ),
                witnesses=self._witnesses(),
                keys=self._keys(),
                matter=self.plan.order.matter,
            )

    def exhibits(self) -> tuple[ExhibitContent | None, ...]:
        """Per paper its readable copy; None where a page of it could not be read."""
        with self.archive.catalogue.read() as connection:
            made_at = self._checkpoint(connection).at
        originals = {folder.deposit.id: folder.deposit.sha256 for folder in self.plan.folders}
        return tuple(
            exhibit_content(
                paper,
                number,
                self.gathered.read,
                originals,
                archive=self.issuer.name,
                made_at=made_at,
                title=paper.choice.label or file_name(self.plan.papers, paper.uses[0].deposit),
            )
            for number, paper in enumerate(self.plan.papers, 1)
        )

    def _checkpoint(self, connection: Connection) -> CheckpointContent:
        checkpoint = self.gathered.custody.checkpoint
        newest = connection.execute(
            select(log_entries.c.entry).where(log_entries.c.seq == checkpoint.size - 1)
        ).scalar_one()
        at = parse_rfc3339(Entry.parse(newest).time)
        return CheckpointContent(checkpoint.size, checkpoint.root.hex(), at)

    def _witnesses(self) -> tuple[WitnessContent, ...]:
        """Those that the archive knows, and whose cosignature the checkpoint carries."""
        quorum, note = self.issuer.trust.quorum, Note.parse(self.plan.signed)
        if quorum is None:
            return ()
        found = verify_cosignatures(note, quorum.witness_keys, self.archive.clock.now() + TOLERANCE)
        return tuple(WitnessContent(each.key.name, each.at) for each in found)

    def _keys(self) -> tuple[KeyContent, ...]:
        certificate = self.issuer.seal.certificate.public_bytes(Encoding.DER)
        logs = [key.public_der for key in self.issuer.trust.log_keys if key.name == self.archive.origin]
        return (
            KeyContent("seal", hashlib.sha256(certificate).hexdigest()),
            *(KeyContent("log", hashlib.sha256(key).hexdigest()) for key in logs),
        )

    def _document(self, number: int, paper: Paper, exhibit: ExhibitContent | None) -> DocumentContent:
        record = paper.record
        dated = record.get("document_date")
        place = number - 1
        return DocumentContent(
            number=number,
            document=paper.document,
            kind=record["kind"],
            page_count=paper.page_count,
            deposits=self.plan.laid.places[place],
            events=self._events(("document", paper.document)),
            thumbs=tuple(self._thumbs(paper)),
            parties=_parties(paper),
            dated=None if dated is None else date.fromisoformat(dated),
            title=paper.choice.label,
            exhibit=None if exhibit is None else number,
            erased=tuple(self._erased(deposit) for deposit in self.plan.erased[place]),
        )

    def _events(self, thing: tuple[str, str]) -> tuple[Event, ...]:
        return tuple(
            Event(parse_rfc3339(entry.time), entry.type, entry.seq, entry.reason)
            for entry in self.gathered.custody.chains[thing]
        )

    def _erased(self, deposit: str) -> Erased:
        entries = self.gathered.custody.chains["deposit", deposit]
        erasing = next(entry for entry in entries if entry.type == "erase")
        return Erased(deposit, parse_rfc3339(erasing.time), erasing.seq)

    def _thumbs(self, paper: Paper) -> Iterator[Picture]:
        for _, deposit, page in pages_of(paper):
            read = self.gathered.read[deposit]
            if read is not None and page in read.pages and read.pages[page].pictures is not None:
                yield self._picture(deposit, page)

    def _picture(self, deposit: str, page: int) -> Callable[[], bytes]:
        read = self.gathered.read[deposit]
        return lambda: (read and read.picture(page, thumb=True)) or b""

    def _deposit(self, connection: Connection, number: int, folder: Folder) -> DepositContent:
        deposit, part = folder.deposit, self.gathered.deposits[number - 1]
        manifest = EvidenceManifest.parse(part.manifest)
        entry, batch = manifest.files[0], self.gathered.batches[deposit.batch_id]
        seq = 0 if folder.manifest is None else folder.manifest.seq
        return DepositContent(
            number=number,
            deposit=deposit.id,
            path=f"{layout.folder(number)}/{entry.path}",
            size=entry.size,
            sha256=entry.sha256,
            sha512=entry.sha512,
            manifest=hashlib.sha256(part.manifest).hexdigest(),
            received_at=parse_rfc3339(manifest.received_at),
            entry=seq,
            time=_time(folder.stamp),
            events=self._events(("deposit", deposit.id)),
            file_name=file_name(self.plan.papers, deposit.id),
            station=None if batch is None or "station" not in batch else batch["station"]["name"],
            extract=_extract(folder, manifest) if folder.extract else None,
            twins=tuple(self._twins(connection, number - 1)),
        )

    def _twins(self, connection: Connection, place: int) -> Iterator[Twin]:
        """Earlier scans of the papers that the deposit at this place is in."""
        for paper, places in zip(self.plan.papers, self.plan.laid.places, strict=True):
            earlier = [one["other"] for one in paper.record["relations"] if one["relation"] == "rescan_of"]
            if place not in places or not earlier:
                continue
            rows = connection.execute(
                select(deposits)
                .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
                .where(document_deposits.c.document_id.in_(earlier), deposits.c.erased_at.is_(None))
                .order_by(deposits.c.id)
            )
            for row in rows:
                yield Twin(row.id, row.received_at, self._proved(connection, row.id), self._number(row.id))

    def _proved(self, connection: Connection, deposit: str) -> TimeProof | None:
        """The proof of a deposit as it was received, under the package's checkpoint."""
        return _time(
            connection.execute(
                select(stamps)
                .join(manifests, manifests.c.stamp_id == stamps.c.id)
                .where(
                    manifests.c.deposit_id == deposit,
                    manifests.c.version == 1,
                    stamps.c.state.in_(PROVED),
                    stamps.c.checkpoint_size <= self.plan.size,
                )
            ).one_or_none()
        )

    def _number(self, deposit: str) -> int | None:
        """The folder of a deposit that goes out whole."""
        for number, folder in enumerate(self.plan.folders, 1):
            if folder.deposit.id == deposit and not folder.extract:
                return number
        return None


def _parties(paper: Paper) -> tuple[str, ...]:
    """The names of people and companies that the pages which go out are linked to."""
    wanted = {number for number, _, _ in pages_of(paper)}
    names = [
        link["name"]
        for link in paper.record["links"]
        if link["target_type"] == "party"
        and link["state"] in _LINKED
        and "name" in link
        and (not wanted or wanted & set(range(link["first"], link["last"] + 1)))
    ]
    return tuple(dict.fromkeys(names))[:_MOST_PARTIES]


def _time(stamp: Row[Any] | None) -> TimeProof | None:
    if stamp is None:
        return None
    return TimeProof(stamp.gen_time, stamp.authority, stamp.time_class, stamp.number)


def _extract(folder: Folder, manifest: EvidenceManifest) -> Extract:
    return Extract(
        manifest=manifest.derived_from[0].manifest,
        received_at=folder.deposit.received_at,
        pages=folder.pages,
        page_count=folder.deposit.page_count or max(folder.pages),
    )
