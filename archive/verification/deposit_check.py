"""Checks a deposit: its manifests against the log, its files against the manifests, the catalogue against both."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, exists, select

from archive.archive import Archive
from archive.catalogue.schema import deposits, log_outbox, manifests
from archive.deposit_files import file_key
from archive.pieces import in_pieces
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck, Logged
from archive.verification.object_check import ObjectCheck
from archive.verification.reading import Failure
from archive.verification.stamp_check import StampCheck
from signing.errors import ManifestInvalid
from signing.manifest import EvidenceManifest, FileEntry
from signing.stamp import group_node
from signing.verdict import Aspect
from tabellion.base.clock import rfc3339

SEALING = ("receive", "derive", "restore")
_ERASING = timedelta(minutes=1)
"""So long after its transaction an erasure may still be destroying keys."""


class DepositCheck:
    """Checks deposits one by one."""

    def __init__(
        self, archive: Archive, log: LogCheck, stamps: StampCheck, objects: ObjectCheck, findings: Findings
    ) -> None:
        self._archive = archive
        self._log = log
        self._stamps = stamps
        self._objects = objects
        self._findings = findings
        self._known: dict[str, tuple[Row[Any] | None, Sequence[Row[Any]]]] = {}

    def preload(self, deposit_ids: Sequence[str]) -> None:
        """Look up what the catalogue has of many deposits at once, and begin to read their originals."""
        found: dict[str, Row[Any]] = {}
        versions: dict[str, list[Row[Any]]] = defaultdict(list)
        with self._archive.catalogue.read() as connection:
            for some in in_pieces(deposit_ids):
                for row in connection.execute(select(deposits).where(deposits.c.id.in_(some))):
                    found[row.id] = row
                query = select(manifests).where(manifests.c.deposit_id.in_(some))
                for row in connection.execute(query.order_by(manifests.c.version)):
                    versions[row.deposit_id].append(row)
        self._known |= {each: (found.get(each), versions[each]) for each in deposit_ids}
        kept = [found[each] for each in deposit_ids if each in found and found[each].erased_at is None]
        self._objects.preload(
            [_original(row.id) for row in kept] + [_manifest(one) for row in kept for one in versions[row.id]]
        )
        for row in kept:
            owner = f"deposits/{row.id}"
            for one in versions[row.id]:
                self._objects.want(_manifest(one), one.digest, owner, content=True)
            self._objects.want(_original(row.id), row.sha256, owner, content=False)

    def check(self, deposit_id: str, document: str | None) -> None:
        """Check one deposit; findings name the document."""
        self._findings.settle(
            lambda: self._check(deposit_id, document),
            lambda: self._log.erased_since(("deposit", deposit_id)),
        )

    def _check(self, deposit_id: str, document: str | None) -> None:
        self._findings.looked(Aspect.INTEGRITY)
        known = deposit_id in self._known
        row, versions = self._known.pop(deposit_id) if known else self._look_up(deposit_id)
        chain = self._log.custody(("deposit", deposit_id), document)
        if row is None:
            what = f"the deposit {deposit_id} is not in the catalogue"
            self._findings.failed(Aspect.INTEGRITY, "DEPOSIT_MISSING", what, document)
            return
        erased = any(each.type == "erase" for each in chain)
        if erased or (row.erased_at is not None and self._log.erased_since(("deposit", deposit_id))):
            self._check_erased(row, document)
            return
        self._findings.checked["deposits"] += 1
        if not any(each.version == 1 for each in versions):
            what = f"the catalogue has no manifest of deposit {deposit_id}"
            self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)
        self._check_listed(deposit_id, versions, chain, document)
        for version in versions:
            self._check_manifest(row, version, chain, document)

    def _look_up(self, deposit_id: str) -> tuple[Row[Any] | None, Sequence[Row[Any]]]:
        with self._archive.catalogue.read() as connection:
            row = connection.execute(select(deposits).where(deposits.c.id == deposit_id)).one_or_none()
            query = select(manifests).where(manifests.c.deposit_id == deposit_id)
            return row, connection.execute(query.order_by(manifests.c.version)).all()

    def _check_erased(self, row: Row[Any], document: str | None) -> None:
        """An erased deposit has its entry; what must not be there is the key."""
        self._findings.checked["erased"] += 1
        deposit_id, keyring = row.id, self._archive.objects.keyring
        readable = (
            bool(self._archive.objects.vault.versions(f"deposits/{deposit_id}/original"))
            if keyring is None
            else keyring.exists(f"deposits/{deposit_id}")
        )
        if not readable:
            return
        if row.erased_at is not None and self._archive.clock.now() - row.erased_at < _ERASING:
            what = f"the erasure of deposit {deposit_id} is just being done"
            self._findings.undecided(Aspect.INTEGRITY, "ERASURE_RUNNING", what)
        else:
            what = f"the log says that deposit {deposit_id} was erased, but it can still be read"
            self._findings.failed(Aspect.INTEGRITY, "ERASED_BUT_READABLE", what, document)

    def _check_listed(
        self, deposit_id: str, versions: Sequence[Row[Any]], chain: Sequence[Logged], document: str | None
    ) -> None:
        """Every manifest that the log names is in the catalogue."""
        known = {version.digest for version in versions}
        for each in chain:
            if each.type in SEALING and each.subject not in known:
                what = f"the manifest that entry {each.seq} names for deposit {deposit_id} is not in the catalogue"
                self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)

    def _check_manifest(
        self, deposit: Row[Any], version: Row[Any], chain: Sequence[Logged], document: str | None
    ) -> None:
        failed = self._findings.failed
        owner, key = f"deposits/{deposit.id}", _manifest(version)
        data = self._objects.content(self._objects.ref(key, version.digest, document), owner)
        if isinstance(data, Failure):
            self._unreadable(data, "MANIFEST", f"the manifest {key}", document)
            return
        digest = hashlib.sha256(data).digest()
        try:
            manifest = EvidenceManifest.parse(data)
        except ManifestInvalid as error:
            failed(Aspect.INTEGRITY, "MANIFEST_ALTERED", f"{key}: {error}", document)
            return
        if digest.hex() != version.digest:
            what = f"the catalogue has another digest for {key} than the manifest has"
            failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)
        self._check_entry(version, digest.hex(), chain, document)
        expected = (self._archive.id, deposit.id, version.version)
        if (manifest.archive, manifest.deposit, manifest.version) != expected:
            failed(Aspect.INTEGRITY, "MANIFEST_ALTERED", f"{key} is the manifest of something else", document)
        node = group_node(digest, manifest.member_digests)
        if node.hex() != version.group_node:
            what = f"the catalogue has another stamp leaf for {key} than the manifest makes"
            failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)
        for entry in manifest.files:
            self._check_file(deposit, entry, document)
        if version.role == "received" and not _columns_agree(deposit, manifest):
            what = f"the catalogue says something else of deposit {deposit.id} than its manifest"
            failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)
        self._stamps.proves(version, node, document)

    def _check_entry(
        self, version: Row[Any], digest: str, chain: Sequence[Logged], document: str | None
    ) -> None:
        checkpoint = self._log.checkpoint
        entry = next((each for each in chain if each.type in SEALING and each.subject == digest), None)
        if entry is not None:
            if entry.seq != version.seq:
                what = f"the catalogue has another place in the log for deposit {version.deposit_id} than the log"
                self._findings.failed(Aspect.LOG, "CATALOGUE_DIFFERS", what, document)
        elif checkpoint is None or version.seq is None or version.seq >= checkpoint.size:
            self._missing_or_waiting(version, digest, document)
        else:
            what = (
                f"the log does not name the manifest {version.version} of deposit {version.deposit_id} "
                "as the vault has it"
            )
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_MISSING", what, document)

    def _missing_or_waiting(self, version: Row[Any], digest: str, document: str | None) -> None:
        waits = exists().where(log_outbox.c.subject == digest)
        with self._archive.catalogue.read() as connection:
            row = connection.execute(
                select(manifests.c.seq).where(
                    manifests.c.deposit_id == version.deposit_id, manifests.c.version == version.version
                )
            ).one()
            waiting = bool(connection.scalar(select(waits)))
        if waiting or row.seq is not None:
            self._findings.pending(Aspect.LOG, "LOG_PENDING", document)
        else:
            what = f"the log has no entry for manifest {version.version} of deposit {version.deposit_id}"
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_MISSING", what, document)

    def _check_file(self, deposit: Row[Any], entry: FileEntry, document: str | None) -> None:
        owner = f"deposits/{deposit.id}"
        original = entry.role == "original"
        noun, name = (
            ("ORIGINAL", "the original") if original else ("DERIVATIVE", f"the derivative {entry.path}")
        )
        name = f"{name} of deposit {deposit.id}"
        found = self._objects.digests(
            self._objects.ref(file_key(deposit.id, entry), entry.sha256, document), owner
        )
        if isinstance(found, Failure):
            self._unreadable(found, noun, name, document)
        elif found != entry.digests:
            what = f"{name} has other bytes than its manifest says"
            self._findings.failed(Aspect.INTEGRITY, f"{noun}_ALTERED", what, document)
        if original:
            self._findings.checked["originals"] += 1

    def _unreadable(self, failure: Failure, noun: str, name: str, document: str | None) -> None:
        code = "KEY_MISSING" if failure.kind == "KEY" else f"{noun}_{failure.kind}"
        self._findings.failed(Aspect.INTEGRITY, code, f"{name} cannot be read: {failure.words}", document)


def _original(deposit_id: str) -> str:
    return f"deposits/{deposit_id}/original"


def _manifest(version: Row[Any]) -> str:
    return f"deposits/{version.deposit_id}/manifest-{version.version}.json"


def _columns_agree(deposit: Row[Any], manifest: EvidenceManifest) -> bool:
    original = next((entry for entry in manifest.files if entry.role == "original"), None)
    return original is not None and (
        deposit.sha256,
        deposit.sha512,
        deposit.size,
        rfc3339(deposit.received_at),
        deposit.protection_class,
        deposit.retention_class,
    ) == (
        original.sha256,
        original.sha512,
        original.size,
        manifest.received_at,
        manifest.protection_class,
        manifest.retention_class,
    )
