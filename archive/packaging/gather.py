"""Gathers the frozen inputs of a package out of vault, log and stamps: all but the seal is a function of them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archive.archive import Archive
from archive.deposit_files import file_key
from archive.evidence_records import EvidenceRecords
from archive.packaging.custody import Custody, Thing
from archive.packaging.folders import Folder, manifest_bytes
from archive.packaging.issuer import Issuer
from archive.packaging.notes import transfer_note
from archive.packaging.order import ExportNotReady
from archive.packaging.pages import PagesRead
from archive.packaging.papers import read_batch
from archive.packaging.plan import Plan
from archive.readings import object_ref
from signing.checkpoint import note_text
from signing.digests import Readable
from signing.manifest import EvidenceManifest
from signing.package.parts import DepositPart, DocumentPart, LogPart, Opener, PackageParts, StampPart


@dataclass(frozen=True, slots=True)
class Gathered:
    """The parts of a package, and what its papers for people are made of."""

    custody: Custody
    log: LogPart
    deposits: tuple[DepositPart, ...]
    stamps: tuple[StampPart, ...]
    read: Mapping[str, PagesRead | None]
    batches: Mapping[str, Mapping[str, Any] | None]

    def parts(
        self,
        archive: Archive,
        plan: Plan,
        issuer: Issuer,
        report: bytes,
        exhibits: Sequence[Opener | None],
    ) -> PackageParts:
        """Everything that the container is built from; there is an exhibit, or None, per paper."""
        return PackageParts(
            archive=archive.id,
            origin=archive.origin,
            language=plan.order.language,
            deposits=self.deposits,
            documents=tuple(
                DocumentPart(paper.document, places, erased, exhibit)
                for paper, places, erased, exhibit in zip(
                    plan.papers, plan.laid.places, plan.erased, exhibits, strict=True
                )
            ),
            log=replace(self.log, quorum=issuer.quorum),
            report=report,
            keys=issuer.keys,
            stamps=self.stamps,
        )


def gather(archive: Archive, plan: Plan) -> Gathered:
    """What the plan asks for. Raises `ExportNotReady` where an extract is missing, and what the vault raises."""
    records = EvidenceRecords(archive)
    with archive.catalogue.read() as connection:
        custody = Custody.read(archive, connection, plan.signed, _things(plan))
        held = dict.fromkeys(folder.deposit.id for folder in plan.folders)
        read = {deposit: PagesRead.find(archive, connection, deposit, plan.size) for deposit in held}
        batches = _batches(archive, connection, plan)
        deposits = tuple(
            _deposit(archive, connection, records, plan, folder, read, batches) for folder in plan.folders
        )
    log = LogPart(
        custody.signed,
        custody.proofs(),
        bundles=records.log_bundles(custody.entries),
        record=records.log_checkpoint(note_text(custody.signed)),
    )
    return Gathered(custody, log, deposits, _stamps(records, plan, custody), read, batches)


def _things(plan: Plan) -> list[Thing]:
    held = [("deposit", folder.deposit.id) for folder in plan.folders]
    gone = [("deposit", deposit) for erased in plan.erased for deposit in erased]
    return [("document", paper.document) for paper in plan.papers] + held + gone


def _batches(archive: Archive, connection: Connection, plan: Plan) -> Mapping[str, Mapping[str, Any] | None]:
    wanted = dict.fromkeys(folder.deposit.batch_id for folder in plan.folders)
    return {batch: read_batch(archive, connection, batch, plan.size) for batch in wanted}


def _deposit(
    archive: Archive,
    connection: Connection,
    records: EvidenceRecords,
    plan: Plan,
    folder: Folder,
    read: Mapping[str, PagesRead | None],
    batches: Mapping[str, Mapping[str, Any] | None],
) -> DepositPart:
    deposit, row = folder.deposit, folder.manifest
    if row is None:
        raise ExportNotReady(f"the extract of deposit {deposit.id} is not made yet")
    manifest = manifest_bytes(archive, connection, deposit.id, row.version)
    files = {
        entry.path: _opener(archive, connection, deposit.id, file_key(deposit.id, entry))
        for entry in EvidenceManifest.parse(manifest).files
    }
    history = None if folder.stamp is None else records.of_manifest(deposit.id, row.version)
    return DepositPart(
        manifest=manifest,
        files=files,
        transfer_note=transfer_note(folder, plan.papers, read[deposit.id], batches[deposit.batch_id]),
        stamp=None if folder.stamp is None or history is None else folder.stamp.number,
        record=None if history is None else history.to_bytes(),
    )


def _opener(archive: Archive, connection: Connection, deposit: str, key: str) -> Opener:
    ref = object_ref(connection, key)

    def opened() -> AbstractContextManager[Readable]:
        return archive.objects.open(ref, f"deposits/{deposit}")

    return opened


def _stamps(records: EvidenceRecords, plan: Plan, custody: Custody) -> tuple[StampPart, ...]:
    """Each stamp once, in the order of their numbers."""
    numbers = {folder.stamp.id: folder.stamp.number for folder in plan.folders if folder.stamp is not None}
    found = []
    for stamp, number in sorted(numbers.items(), key=lambda each: each[1]):
        note = records.stamp(stamp).checkpoint
        certificates, crls = records.helpers(stamp)
        record = records.of_checkpoint(stamp).to_bytes()
        others = records.others(stamp)
        found.append(StampPart(number, note, custody.consistency(note), record, certificates, crls, others))
    return tuple(found)
