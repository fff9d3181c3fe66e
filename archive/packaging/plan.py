"""Plans a package: which papers, folders and checkpoint, and the evidence version by which it is found again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries, log_outbox, manifests, packages, stamps
from archive.cosignatures import cosigned
from archive.evidence_records import EvidenceRecords
from archive.log_view import LogView
from archive.packaging.folders import Folder, Laid, lay_out
from archive.packaging.order import ExportNotReady, ExportRefused, Order
from archive.packaging.papers import COMPOSING, Paper, read_paper
from archive.verification.stamp_check import PROVED
from signing import canonical
from signing.checkpoint import Checkpoint, note_text
from signing.note import Note

FORMAT = 1
"""Raised whenever packages of the same inputs would have other bytes, so that kept ones are not taken for new ones."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a package will hold. `signed` is the checkpoint, `erased` per paper the deposits that were erased from it.

    `evidence` is the evidence version: SHA-256 (hex) of all that is proved and how far, besides the checkpoint.
    """

    order: Order
    signed: bytes
    size: int
    papers: tuple[Paper, ...]
    laid: Laid
    erased: tuple[tuple[str, ...], ...]
    evidence: str

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders, in their order."""
        return self.laid.folders

    @property
    def pending(self) -> bool:
        """Whether the time proof of any folder is still to come."""
        return any(folder.stamp is None for folder in self.folders)

    @property
    def missing(self) -> tuple[Folder, ...]:
        """Folders whose extract is not made yet."""
        return tuple(folder for folder in self.folders if folder.manifest is None)


def make_plan(archive: Archive, order: Order, signed: bytes | None = None) -> Plan:
    """The plan as the log and the stamps are now. Raises `ExportRefused`, `ExportNotReady`, and what the vault raises.

    Where extracts are missing, it is a preview: make them, and plan again. `signed` is the checkpoint of a plan that
    was made before; without it, the order says which.
    """
    newest = LogView.newest(archive)
    if newest is None:
        raise ExportNotReady("the log has no checkpoint yet")
    with archive.catalogue.read() as connection:
        papers = _papers(archive, connection, order, newest.checkpoint.size)
        laid = lay_out(archive, connection, papers, newest.checkpoint.size)
        needed = _needed(connection, papers, laid, newest.checkpoint.size)
        if signed is None:
            signed = cosigned(connection, _choose(connection, order, newest, needed))
        size = Checkpoint.parse_text(note_text(signed).decode()).size
        if size != newest.checkpoint.size:
            papers = tuple(
                paper if paper.recorded < size else read_paper(archive, connection, paper.choice, size)
                for paper in papers
            )
            laid = lay_out(archive, connection, papers, size)
        erased = tuple(_erased(connection, paper) for paper in papers)
        manifested = _manifests(connection, laid, size)
    evidence = _evidence(EvidenceRecords(archive), papers, laid, manifested, signed)
    return Plan(order, signed, size, papers, laid, erased, evidence)


def _papers(archive: Archive, connection: Connection, order: Order, size: int) -> tuple[Paper, ...]:
    return tuple(read_paper(archive, connection, choice, size) for choice in order.choices)


def _needed(connection: Connection, papers: Sequence[Paper], laid: Laid, newest: int) -> int:
    """The least size of a checkpoint that covers what the papers are made of now."""
    waiting = select(log_outbox.c.object_id).where(
        log_outbox.c.object_type == "document",
        log_outbox.c.object_id.in_([paper.document for paper in papers]),
        log_outbox.c.type.in_(COMPOSING),
    )
    if (document := connection.scalar(waiting.limit(1))) is not None:
        raise ExportNotReady(f"a change of document {document} is on its way into the log")
    places = [paper.composed for paper in papers]
    for folder in laid.folders:
        if folder.manifest is None:
            continue
        if folder.manifest.seq is None or folder.manifest.seq >= newest:
            raise ExportNotReady(f"the log does not have a manifest of deposit {folder.deposit.id} yet")
        places.append(folder.manifest.seq)
    later = select(log_entries.c.object_id).where(
        log_entries.c.object_type == "document",
        log_entries.c.object_id.in_([paper.document for paper in papers]),
        log_entries.c.type.in_(COMPOSING),
        log_entries.c.seq >= newest,
    )
    if (document := connection.scalar(later.limit(1))) is not None:
        raise ExportNotReady(f"a change of document {document} is just being published")
    # What covers a deposit's stamp proves more: a token needs a checkpoint that is no older than its own.
    sizes = [folder.stamp.checkpoint_size for folder in laid.folders if folder.stamp is not None]
    least: int = max(*(place + 1 for place in places), 1, *sizes)
    return least


def _choose(connection: Connection, order: Order, newest: LogView, needed: int) -> bytes:
    """The checkpoint that was asked for, else the newest that a verified stamp covers, else the newest."""
    if order.checkpoint is not None:
        return _asked_for(connection, order.checkpoint, newest, needed)
    stamped = connection.scalar(
        select(stamps.c.note)
        .where(stamps.c.state.in_(PROVED), stamps.c.checkpoint_size >= needed)
        .order_by(stamps.c.checkpoint_size.desc(), stamps.c.number)
        .limit(1)
    )
    return newest.signed if stamped is None else str(stamped).encode()


def _asked_for(connection: Connection, size: int, newest: LogView, needed: int) -> bytes:
    """The signed checkpoint of that size: out of a stamp, or a package that was ordered, or the newest."""
    known = {newest.checkpoint.size: newest.signed}
    for table, column in ((stamps, stamps.c.checkpoint_size), (packages, packages.c.checkpoint)):
        for row in connection.execute(
            select(column.label("size"), table.c.note).where(table.c.note.is_not(None))
        ):
            known[row.size] = row.note.encode()
    if size not in known:
        near = sorted(known, key=lambda each: abs(each - size))[:3]
        raise ExportRefused(
            f"there is no signed checkpoint of {size} entries",
            advice=f"The nearest ones have {', '.join(map(str, sorted(near)))} entries.",
        )
    if size < needed:
        raise ExportRefused(
            f"the checkpoint of {size} entries is older than these papers, or than the proof of their time",
            advice=f"Leave it out, or name one of at least {needed} entries.",
        )
    return known[size]


def _erased(connection: Connection, paper: Paper) -> tuple[str, ...]:
    """Deposits that were erased from the paper, by the digests of their first manifests."""
    rows = connection.execute(
        select(manifests.c.digest, manifests.c.deposit_id).where(manifests.c.digest.in_(paper.erased))
    )
    known = {row.digest: row.deposit_id for row in rows}
    return tuple(known[digest] for digest in paper.erased if digest in known)


def _manifests(connection: Connection, laid: Laid, size: int) -> list[str]:
    """Digests of all manifests of the deposits under the checkpoint: readings and pictures are among them."""
    held = {folder.deposit.id for folder in laid.folders}
    query = select(manifests.c.digest).where(manifests.c.deposit_id.in_(held), manifests.c.seq < size)
    return list(connection.execute(query.order_by(manifests.c.seq)).scalars())


def _evidence(
    records: EvidenceRecords, papers: Sequence[Paper], laid: Laid, manifested: Sequence[str], signed: bytes
) -> str:
    folders: list[dict[str, Any]] = []
    for folder in laid.folders:
        proved: dict[str, Any] = {}
        if folder.manifest is not None:
            proved["manifest"] = folder.manifest.digest
        if folder.stamp is not None:
            renewed = records.chain(folder.stamp.id).renewals
            proved |= {
                "stamp": folder.stamp.number,
                "token": _sha256(folder.stamp.token),
                "renewals": list(renewed),
            }
            if others := records.others(folder.stamp.id):
                proved["others"] = [_sha256(each.der + (each.record or b"")) for each in others]
            if late := records.late_lists(folder.stamp.id):
                proved["late_lists"] = [_sha256(each) for each in late]
        folders.append(proved)
    value: dict[str, Any] = {
        "format": FORMAT,
        "records": [paper.subject for paper in papers],
        "manifests": list(manifested),
        "folders": folders,
        "log_renewals": records.log_renewals(),
        "signed_by": sorted({signature.name for signature in Note.parse(signed).signatures}),
    }
    return _sha256(canonical.dumps(value))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
