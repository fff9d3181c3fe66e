"""Verifies a package in the thirteen steps of EVIDENCE section 8; what is wrong is in the report."""

from datetime import datetime
from typing import BinaryIO

from signing.errors import PackageRefused
from signing.package import layout
from signing.package.index import PackageIndex
from signing.token_trust import token_check
from signing.verdict import Report, conclude, weakest
from signing.verifier.container import Container
from signing.verifier.custody_check import check_custody
from signing.verifier.files_check import check_files
from signing.verifier.findings import Findings
from signing.verifier.foreign import check_foreign
from signing.verifier.helpers import with_helpers
from signing.verifier.log_check import check_log
from signing.verifier.opened import LARGEST_JSON, Opened
from signing.verifier.records_check import check_records
from signing.verifier.seal_check import check_seal
from signing.verifier.steps import OnStep, Walk
from signing.verifier.trust import Trust
from signing.verifier.whole_log import ReadLog, check_remembered, check_whole_log

_MIMETYPE = layout.MIMETYPE.encode()


def verify_package(
    package: BinaryIO,
    trust: Trust,
    at: datetime,
    *,
    remembered: bytes | None = None,
    log: ReadLog | None = None,
    on_step: OnStep | None = None,
) -> Report:
    """The report on a package, as of the time `at`, under the policy of the trust.

    `remembered` is a checkpoint that the verifier kept, `log` reads the log's files, `on_step` is told of each step as
    it is done; all are optional. What is wrong with the package is in the report, whatever it is; nothing is raised
    for it.
    """
    findings = Findings()
    walk = Walk(findings, on_step)
    try:
        _verify(Container(package), trust, at, findings, remembered, log, walk)
    except PackageRefused as refused:
        findings.add(refused.reason, refused.message)
    except (RecursionError, MemoryError) as error:
        findings.add("LIMITS_REACHED", f"a parser gave up: {type(error).__name__}")
    walk.broken_off()
    report = conclude(
        trust.policy,
        findings.verdicts,
        time_class=weakest(findings.times),
        authorities=findings.authorities,
        findings=findings.all,
        checked=findings.checked,
        trust=trust.inputs,
    )
    walk.conclude(report)
    return report


def _verify(
    container: Container,
    trust: Trust,
    at: datetime,
    findings: Findings,
    remembered: bytes | None,
    log: ReadLog | None,
    walk: Walk,
) -> None:
    _check_type(container)
    walk.done(2, skipped=() if trust.inputs else (2,))
    check_token = token_check(with_helpers(container, trust, findings), at)
    if layout.INDEX not in container:
        check_foreign(container, trust, at, check_token, findings)
        return
    try:
        index = PackageIndex.parse(container.read(layout.INDEX, LARGEST_JSON))
    except ValueError as error:
        findings.add("PACKAGE_INDEX", str(error))
        return
    opened = Opened(container, index, trust, at, check_token, findings)
    check_files(opened)
    walk.done(3)
    check_records(opened)
    pending = not findings.checked["records"]
    walk.done(8, skipped=(4, 5, 7, 8) if pending else ())
    check_log(opened)
    walk.done(9)
    if remembered is not None:
        check_remembered(opened, remembered, log)
    walk.done(10, skipped=() if remembered is not None else (10,))
    chains = check_custody(opened)
    check_whole_log(opened, chains, log)
    walk.done(11)
    check_seal(opened)
    walk.done(12)


def _check_type(container: Container) -> None:
    """EN 319 162-1 section A.1: `mimetype` is first and stored, so that tools know ours; others may leave it out."""
    first = next(iter(container.entries.values()), None)
    if layout.MIMETYPE_FILE not in container:
        if layout.INDEX in container:
            raise PackageRefused("CONTAINER_TYPE", "the package has no mimetype")
        return
    if container.read(layout.MIMETYPE_FILE, 128) != _MIMETYPE:
        raise PackageRefused("CONTAINER_TYPE", "the zip is of another type than ASiC-E")
    if layout.INDEX in container and (first is None or first.name != layout.MIMETYPE_FILE or first.method):
        raise PackageRefused("CONTAINER_TYPE", "mimetype is not the first file of the zip, stored")
