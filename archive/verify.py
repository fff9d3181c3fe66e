"""Verifies the archive: reads the bytes again and compares them with manifests, log, stamps and catalogue."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select, union

from archive.archive import Archive
from archive.catalogue.schema import (
    batches,
    deposits,
    document_deposits,
    document_pages,
    documents,
    matters,
)
from archive.records import PLACES
from archive.verification.deposit_check import DepositCheck
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from archive.verification.object_check import ObjectCheck
from archive.verification.package_check import PackageCheck
from archive.verification.record_check import RecordCheck
from archive.verification.stamp_check import StampCheck, stamp_rows
from archive.verification.trust import VerifyTrust
from archive.verification.whole_check import WholeCheck
from archive.verification.witness_check import check_witnesses
from signing.verdict import EMBEDDED, Aspect, Policy, Report, conclude, weakest
from tabellion.base.errors import NotFound

__all__ = ["Progress", "VerifyTrust", "verify"]

Progress = Callable[[int, int], None]
"""Called with how many things have been checked, and how many there are."""


def verify(
    archive: Archive,
    trust: VerifyTrust,
    document_ids: Sequence[str] | None = None,
    progress: Progress = lambda done, total: None,
    policy: Policy = EMBEDDED,
    remembered: bytes | None = None,
) -> Report:
    """Verify documents, or with None everything that the archive holds; gives the report under the policy.

    `remembered` is a signed checkpoint that somebody kept: the log must extend it.
    Raises `NotFound` for a document that is not there, and what storage raises where it does not answer.
    """
    findings = Findings()
    # Oldest first: what is read later may know more than what was read before, never less.
    known_stamps = stamp_rows(archive)
    log = LogCheck(archive, trust, findings)
    if remembered is not None:
        log.require_extends(remembered, "the checkpoint that was kept outside")
    objects = ObjectCheck(archive, findings)
    stamps = StampCheck(archive, trust, log, findings, known_stamps)
    one = DepositCheck(archive, log, stamps, objects, findings)
    records = RecordCheck(archive, log, objects, findings)
    if document_ids is None:
        _verify_all(archive, log, stamps, one, records, objects, findings, progress)
        PackageCheck(archive, log, objects, findings).check_all()
        check_witnesses(archive, trust, log, findings)
    else:
        _verify_documents(archive, document_ids, one, records, findings, progress)
        check_witnesses(archive, trust, log, findings, log.newest_of_papers)
    if log.checkpoint is None and Aspect.LOG not in findings.verdicts:
        findings.pending(Aspect.LOG, "LOG_PENDING", None)
    return conclude(
        policy,
        findings.verdicts,
        time_class=weakest(findings.times),
        authorities=findings.authorities,
        findings=findings.all(),
        checked=findings.checked,
        trust=trust.inputs(),
    )


def _verify_documents(
    archive: Archive,
    document_ids: Sequence[str],
    one: DepositCheck,
    records: RecordCheck,
    findings: Findings,
    progress: Progress,
) -> None:
    checked: set[str] = set()
    for done, document in enumerate(document_ids):
        progress(done, len(document_ids))
        records.check(("document", document), document)
        for deposit in _deposits_of(archive, document):
            if deposit not in checked:
                one.check(deposit, document)
                checked.add(deposit)
        findings.checked["documents"] += 1
    findings.undecided(
        Aspect.COMPLETENESS, "COMPLETENESS_UNCHECKED", "whether the log holds more about these was not asked"
    )
    progress(len(document_ids), len(document_ids))


def _verify_all(
    archive: Archive,
    log: LogCheck,
    stamps: StampCheck,
    one: DepositCheck,
    records: RecordCheck,
    objects: ObjectCheck,
    findings: Findings,
    progress: Progress,
) -> None:
    whole = WholeCheck(archive, log, findings)
    entries = 0 if log.checkpoint is None else log.checkpoint.size
    with archive.catalogue.read() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (deposits, documents, batches, matters)
        ]
    total = entries + sum(counts)
    log.scan(lambda scanned: progress(scanned, total))
    done = entries
    stamps.check_all()
    whole.check_identity()
    whole.check_inventory()
    with objects.reading_ahead():
        for page in whole.deposits():
            one.preload(list(page))
            for deposit, document in page.items():
                one.check(deposit, document)
                done += 1
                progress(done, total)
    for kind, found in (
        ("document", whole.documents()),
        ("batch", whole.batches()),
        ("matter", whole.matters()),
    ):
        for some in found:
            records.preload(kind, some)
            for thing in some:
                records.check((kind, thing), thing if kind == "document" else None)
                findings.checked[PLACES[kind]] += 1
                done += 1
                progress(min(done, total), total)


def _deposits_of(archive: Archive, document: str) -> list[str]:
    """The deposits that a document has pages of; raises `NotFound`."""
    listed = union(
        *(
            select(table.c.deposit_id).where(table.c.document_id == document)
            for table in (document_deposits, document_pages)
        )
    )
    with archive.catalogue.read() as connection:
        if connection.scalar(select(documents.c.id).where(documents.c.id == document)) is None:
            raise NotFound(f"there is no document {document}")
        return sorted(connection.execute(listed).scalars())
