"""A container of another maker: its evidence records are verified, and that is all that can be said of it."""

from collections.abc import Sequence
from datetime import datetime

from signing.errors import RecordRefused, TokenRefused
from signing.ers import CheckToken, parse_record, verify_record
from signing.package import layout
from signing.verdict import Aspect, weakest
from signing.verifier.container import Container
from signing.verifier.findings import Findings
from signing.verifier.opened import LARGEST_DER
from signing.verifier.records_check import read_record_manifests
from signing.verifier.streamed import streamed_digest
from signing.verifier.trust import Trust
from tabellion.base.clock import rfc3339


def check_foreign(
    container: Container, trust: Trust, at: datetime, check_token: CheckToken, findings: Findings
) -> None:
    """Every evidence record that a manifest names; it may cover more than the files, as RFC 4998 lets it."""
    findings.looked(Aspect.INTEGRITY)
    findings.add("PACKAGE_FOREIGN", f"there is no {layout.INDEX}: this is a container of another maker")
    manifests = read_record_manifests(container, findings)
    if not manifests:
        findings.add(
            "PACKAGE_INDEX", f"there is neither {layout.INDEX} nor an evidence record with a manifest"
        )
        return
    findings.looked(Aspect.TIME)
    covered = {layout.MIMETYPE_FILE}
    for record, manifest in manifests.items():
        names = [each.uri for each in manifest.references]
        covered |= {record, *names}
        present = [each for each in names if each in container]
        if present:
            _check(container, record, present, trust, at, check_token, findings)
    for name in container.entries:
        if name not in covered and not name.startswith("META-INF/"):
            findings.add("FILE_NOT_COVERED", f"{name} is covered by no evidence record")


def _check(
    container: Container,
    record: str,
    names: Sequence[str],
    trust: Trust,
    at: datetime,
    check_token: CheckToken,
    findings: Findings,
) -> None:
    findings.checked["records"] += 1
    findings.checked["files"] += len(names)
    try:
        proof = verify_record(
            parse_record(container.read(record, LARGEST_DER)),
            [streamed_digest(container, name) for name in names],
            check=check_token,
            at=at,
            algorithms=trust.algorithms,
            exact=False,
        )
    except (RecordRefused, TokenRefused) as error:
        findings.refused(Aspect.TIME, error, record)
        findings.times.append("unknown")
        return
    findings.times.append(weakest(each.time_class for each in proof.tokens))
    findings.authorities.update(each.authority for each in proof.tokens)
    what = f"{len(names)} files existed not later than {rfc3339(proof.existed)}"
    findings.add("EXISTED", f"{record}: {what}, says {proof.tokens[0].authority}")
