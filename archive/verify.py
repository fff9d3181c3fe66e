"""Verifies the archive: reads the bytes again and compares them with manifests, log, stamps and catalogue."""

from collections.abc import Callable, Sequence

from sqlalchemy import select, union

from archive.archive import Archive
from archive.catalogue.schema import document_deposits, document_pages, documents
from archive.verification.deposit_check import DepositCheck
from archive.verification.everything import Checks, check_everything
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from archive.verification.object_check import ObjectCheck
from archive.verification.package_check import PackageCheck
from archive.verification.record_check import RecordCheck
from archive.verification.stamp_check import StampCheck, stamp_rows
from archive.verification.trust import VerifyTrust
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
    processes: int | None = None,
) -> Report:
    """Verify documents, or with None everything that the archive holds; gives the report under the policy.

    `remembered` is a signed checkpoint that somebody kept: the log must extend it. `processes` says how many read
    beside this one where everything is verified; None leaves that to the machine's cores and the archive's size.
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
        checks = Checks(archive, log, stamps, one, records, objects, findings)
        check_everything(checks, progress, processes)
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
