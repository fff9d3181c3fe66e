"""Checks kept packages: each is there, byte for byte as the log's `export` entries say, unless it was erased."""

from typing import Any

from sqlalchemy import Row, exists, select

from archive.archive import Archive
from archive.catalogue.schema import log_outbox, packages
from archive.packaging.shelf import container_key, owner_of
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from archive.verification.object_check import ObjectCheck
from archive.verification.reading import Failure
from signing.verdict import Aspect


class PackageCheck:
    """Checks the packages of an archive; what is in them was verified when they were made."""

    def __init__(self, archive: Archive, log: LogCheck, objects: ObjectCheck, findings: Findings) -> None:
        self._archive = archive
        self._log = log
        self._objects = objects
        self._findings = findings

    def check_all(self) -> None:
        """Every package that is ready, and those that only the log knows."""
        known = {package for package in self._log.named("package") if self._handed_out(package)}
        with self._archive.catalogue.read() as connection:
            ids = list(connection.execute(select(packages.c.id).order_by(packages.c.id)).scalars())
        for package in ids:
            known.discard(package)
            self.check(package)
        for package in sorted(known):
            what = f"the log knows a package {package} that the catalogue does not have"
            self._findings.failed(Aspect.INTEGRITY, "PACKAGE_MISSING", what)

    def check(self, package: str) -> None:
        """Check one package, if it is ready."""
        self._findings.settle(
            lambda: self._check(package), lambda: self._log.erased_since(("package", package))
        )

    def _handed_out(self, package: str) -> bool:
        types = {each.type for each in self._log.custody(("package", package), None)}
        return "export" in types and "erase" not in types

    def _check(self, package: str) -> None:
        with self._archive.catalogue.read() as connection:
            row = connection.execute(select(packages).where(packages.c.id == package)).one()
        if row.state != "ready":
            return
        self._findings.checked["packages"] += 1
        key, owner = container_key(row.id), owner_of(row.id)
        found = self._objects.digests(self._objects.ref(key, row.digest, None), owner)
        if isinstance(found, Failure):
            code = "KEY_MISSING" if found.kind == "KEY" else f"PACKAGE_{found.kind}"
            self._findings.failed(Aspect.INTEGRITY, code, f"package {row.id} cannot be read: {found.words}")
            return
        if (found.sha256, found.size) != (row.digest, row.size):
            what = f"package {row.id} has other bytes than were handed out"
            self._findings.failed(Aspect.INTEGRITY, "PACKAGE_ALTERED", what)
        named = {
            each.subject for each in self._log.custody(("package", row.id), None) if each.type == "export"
        }
        if row.digest not in named and not self._waits(row):
            what = f"the log does not name the digest of package {row.id}"
            self._findings.failed(Aspect.INTEGRITY, "PACKAGE_ALTERED", what)

    def _waits(self, row: Row[Any]) -> bool:
        """Whether the entry is on its way into the log, or came after the checkpoint."""
        waiting = exists().where(log_outbox.c.type == "export", log_outbox.c.subject == row.digest)
        with self._archive.catalogue.read() as connection:
            return bool(connection.scalar(select(waiting))) or self._log.after_checkpoint(row.digest)
