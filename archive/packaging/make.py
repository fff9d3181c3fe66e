"""Makes the container of a package: built into an unnamed file, verified as a stranger would, kept in the vault."""

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import BinaryIO

from sqlalchemy import Connection

from archive.archive import Archive
from archive.authorities import TimestampAuthority
from archive.catalogue.schema import objects
from archive.packaging import shelf
from archive.packaging.contents import Contents
from archive.packaging.gather import gather
from archive.packaging.issuer import Issuer
from archive.packaging.order import ExportRefused
from archive.packaging.plan import Plan
from archive.packaging.shelf import Package
from archive.packaging.spool import Spool
from archive.reporting import report_pdf, write_exhibit
from archive.stamp_requests import Granted, Requests
from archive.vault import Ref
from signing import canonical
from signing.digests import DigestingReader, Digests, Readable
from signing.package.build import build_package
from signing.package.parts import Opener
from signing.package.seal import TimeStamper
from signing.verdict import Aspect, Report, Verdict
from signing.verifier import verify_package
from tabellion.base.clock import rfc3339
from tabellion.base.errors import EvidenceError

TOLERANCE = timedelta(seconds=60)
"""How far the clock of an authority that stamps the seal may be ahead of ours."""

LARGEST = 64 << 30
"""Bytes of all originals of a package together."""

ORDER_SCHEMA = "urn:tabellion:package-order:v1"
"""Of `packages/<id>/order.json`: what a rebuild needs to know of a package besides its container."""
_REQUIRED = (Aspect.INTEGRITY, Aspect.ORIGIN, Aspect.LOG)
_ERASED = "ERASED"


class PackageUnsound(EvidenceError):
    """A package that was just made does not verify, so that it is not handed out."""

    code = "PACKAGE_UNSOUND"
    advice = "Run `tabellion verify` on its documents: it says what does not hold in the archive."


@dataclass(frozen=True, slots=True)
class _Kept:
    """An object that is in the vault, and the digests of its plain bytes."""

    ref: Ref
    digests: Digests


Progress = Callable[[int], None]
"""Called with how many documents are done; what is done to all of them together comes after."""


def build(
    archive: Archive,
    issuer: Issuer,
    package: Package,
    plan: Plan,
    actor: str,
    progress: Progress = lambda done: None,
) -> None:
    """Make the container of a package that is on the shelf, keep it, and tell the log whom it is for.

    Raises `PackageUnsound` and `ExportRefused`, and what vault and catalogue raise; then nothing is kept that counts.
    """
    _require_size(plan)
    with tempfile.TemporaryFile() as file:
        write_container(archive, issuer, plan, file, progress)
        _require_sound(archive, issuer, file)
        kept = _keep(archive, package, plan, file)
    try:
        with archive.catalogue.write() as connection:
            _commit(archive, connection, issuer, package, plan, kept, actor)
    except ExportRefused:
        # Something in it was erased: what was put meanwhile must not stay readable.
        archive.objects.destroy_key(shelf.owner_of(package.id))
        raise


def _commit(
    archive: Archive,
    connection: Connection,
    issuer: Issuer,
    package: Package,
    plan: Plan,
    kept: Sequence[_Kept],
    actor: str,
) -> None:
    """The package's row and those of its objects, and its entries: it counts from here on, unless another does."""
    now = archive.clock.now()
    if not shelf.finish(archive, connection, package, plan, kept[0].digests):
        return
    for each in kept:
        connection.execute(
            objects.insert().values(
                key=each.ref.key,
                version=each.ref.version,
                digest=each.ref.digest,
                size=each.ref.size,
                plain_digest=each.digests.sha256,
                owner=shelf.owner_of(package.id),
                at=now,
                retain_until=now + issuer.retention,
                locked=False,
            )
        )
    made = shelf.find(connection, package.id)
    shelf.tell(archive, connection, made, actor, plan.order.recipient)


def write_container(
    archive: Archive, issuer: Issuer, plan: Plan, out: BinaryIO, progress: Progress = lambda done: None
) -> None:
    """Write the container of a plan; all of it but the seal is a function of what the archive holds."""
    gathered, language = gather(archive, plan), plan.order.language
    contents = Contents(archive, plan, gathered, issuer)
    with Spool() as spool:
        exhibits: list[Opener | None] = []
        for one in contents.exhibits():
            exhibits.append(None if one is None else spool.add(partial(write_exhibit, one, language)))
            progress(len(exhibits))
        report = report_pdf(contents.report(), language)
        parts = gathered.parts(archive, plan, issuer, report, exhibits)
        build_package(parts, out, issuer.seal, archive.clock.now(), _stamper(archive, issuer.authorities))
    out.flush()


def _stamper(archive: Archive, authorities: Sequence[TimestampAuthority]) -> TimeStamper | None:
    """Asks one authority after the other for the seal's time-stamp; gives None for a seal without one."""

    def stamp(imprint: bytes) -> bytes | None:
        for authority in authorities:
            requests = Requests((authority,), archive.clock, archive.ids.randomness, TOLERANCE)
            match requests.ask(imprint, 0):
                case Granted(token):
                    return token.der
        return None

    return stamp if authorities else None


def _require_size(plan: Plan) -> None:
    total = sum(folder.deposit.size for folder in plan.folders if not folder.extract)
    if total > LARGEST:
        raise ExportRefused(
            f"the originals have {total} bytes together, a package at most {LARGEST}",
            advice="Make several packages.",
        )


def _require_sound(archive: Archive, issuer: Issuer, file: BinaryIO) -> None:
    """Verify what was written with what the archive publishes; time may be pending, all else must hold."""
    report = verify_package(file, issuer.trust, archive.clock.now() + TOLERANCE)
    failed = [aspect for aspect in _REQUIRED if report.verdicts[aspect] is not Verdict.PASSED]
    if Verdict.FAILED in report.verdicts.values() or (failed and not _only_erased(report, failed)):
        said = "; ".join(f"{finding.code}: {finding.detail}" for finding in report.findings[:5])
        raise PackageUnsound(f"the package does not verify: {said}")


def _only_erased(report: Report, failed: Sequence[Aspect]) -> bool:
    """Whether all that keeps integrity from having passed is that something was erased, as the log says."""
    return list(failed) == [Aspect.INTEGRITY] and any(one.code == _ERASED for one in report.findings)


def _keep(archive: Archive, package: Package, plan: Plan, file: BinaryIO) -> tuple[_Kept, _Kept]:
    """Put container and order into the vault."""
    order = canonical.dumps(
        {
            "$schema": ORDER_SCHEMA,
            "package": package.id,
            "ordered_at": rfc3339(package.ordered_at),
            "ordered_by": package.ordered_by,
            "made_at": rfc3339(archive.clock.now()),
            "evidence": plan.evidence,
            "pending": plan.pending,
            **plan.order.to_json(),
        }
    )
    file.seek(0)
    return (
        _put(archive, package.id, shelf.container_key(package.id), file),
        _put(archive, package.id, shelf.order_key(package.id), io.BytesIO(order)),
    )


def _put(archive: Archive, package: str, key: str, stream: Readable) -> _Kept:
    reader = DigestingReader(stream)
    ref = archive.objects.put(key, reader, shelf.owner_of(package))
    return _Kept(ref, reader.digests)
