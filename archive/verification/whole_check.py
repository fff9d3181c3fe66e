"""What only a verification of everything can see: things that the log names and the catalogue does not, and others."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Table, func, select

from archive.archive import Archive
from archive.catalogue.schema import batches, deposits, document_deposits, documents, matters, objects
from archive.fixity.reports import CHECKS
from archive.pieces import in_pieces
from archive.stamp_files import read
from archive.vault import Ref, inventory
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from signing.verdict import Aspect
from tabellion.base.errors import EvidenceError

_AT_ONCE = 400
_KEYS_AT_ONCE = 500
_IDENTITY = "archive.json"
_TABLES: Mapping[str, Table] = {
    "deposit": deposits,
    "document": documents,
    "batch": batches,
    "matter": matters,
}


class WholeCheck:
    """Walks over everything that the catalogue or the log knows."""

    def __init__(self, archive: Archive, log: LogCheck, findings: Findings) -> None:
        self._archive = archive
        self._log = log
        self._findings = findings
        self._seen: dict[str, set[str]] = defaultdict(set)

    def check_identity(self) -> None:
        """`archive.json` is the one whose digest stands in the log's first entries, where it is there at all."""
        named = {
            each.subject
            for each in self._log.custody(("archive", self._archive.id), None)
            if each.type == "config"
        }
        if not named:
            return
        try:
            data = read(self._archive.objects, _IDENTITY)
        except EvidenceError as error:
            self._findings.failed(Aspect.INTEGRITY, "IDENTITY_DIFFERS", str(error))
            return
        if hashlib.sha256(data).hexdigest() not in named:
            self._findings.failed(
                Aspect.INTEGRITY, "IDENTITY_DIFFERS", f"{_IDENTITY} is not the one that the log names"
            )

    def check_inventory(self) -> None:
        """The segments of the inventory are those that the log names, none is missing, and the catalogue agrees."""
        chain = self._log.custody(("archive", self._archive.id), None)
        named = {each.subject for each in chain if each.type == "fixity"}
        reports = {each.digest for each in self._archive.objects.vault.list(CHECKS)}
        try:
            found = inventory.segments(self._archive.objects.vault)
            for segment in found:
                listed = inventory.read_segment(self._archive.objects.vault, segment)
                self._compare([line for line in listed if isinstance(line, Ref)])
        except EvidenceError as error:
            self._findings.failed(Aspect.INTEGRITY, "INVENTORY_ALTERED", f"the inventory: {error}")
            return
        if missing := named - {segment.digest for segment in found} - reports:
            what = (
                f"{len(missing)} segments or reports of the inventory that the log names are not in the vault"
            )
            self._findings.failed(Aspect.INTEGRITY, "INVENTORY_ALTERED", what)

    def _compare(self, listed: Sequence[Ref]) -> None:
        """What the catalogue says of stored objects is what the inventory does: fixity and backups go by it."""
        for start in range(0, len(listed), _KEYS_AT_ONCE):
            some = listed[start : start + _KEYS_AT_ONCE]
            known = {(ref.key, ref.version): (ref.digest, ref.size) for ref in some}
            rows = select(objects.c.key, objects.c.version, objects.c.digest, objects.c.size).where(
                objects.c.key.in_({ref.key for ref in some})
            )
            with self._archive.catalogue.read() as connection:
                differing = [
                    row.key
                    for row in connection.execute(rows)
                    if known.get((row.key, row.version), (row.digest, row.size)) != (row.digest, row.size)
                ]
            for key in differing:
                what = f"the catalogue has another digest or size for the stored {key} than the inventory"
                self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what)

    def pages(self, kind: str) -> Iterator[Mapping[str, str | None]]:
        """Everything of one kind that the catalogue has, some at once, each with the document that findings name.

        May be asked before the log was scanned.
        """
        for page in self._pages(_TABLES[kind]):
            self._seen[kind].update(page)
            yield self._named(kind, page)

    def strangers(self, kind: str) -> Iterator[Mapping[str, str | None]]:
        """After `pages`: what only the log knows. Deposits can be checked; that there are others is the finding."""
        only = sorted(set(self._log.named(kind)) - self._seen[kind])
        if kind == "deposit":
            for some in in_pieces(only):
                yield self._named(kind, some)
            return
        for thing in only:
            what = f"the log knows a {kind} {thing} that the catalogue does not have"
            document = thing if kind == "document" else None
            self._findings.failed(Aspect.INTEGRITY, "DOCUMENT_MISSING", what, document)

    def _named(self, kind: str, page: Sequence[str]) -> Mapping[str, str | None]:
        if kind == "deposit":
            return self._documents_of(page)
        return {each: each if kind == "document" else None for each in page}

    def _pages(self, table: Table) -> Iterator[Sequence[str]]:
        last = ""
        while True:
            page = select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)
            with self._archive.catalogue.read() as connection:
                found = list(connection.execute(page).scalars())
            if not found:
                return
            yield found
            last = found[-1]

    def _documents_of(self, page: Sequence[str]) -> Mapping[str, str | None]:
        found: dict[str, str | None] = dict.fromkeys(page)
        column = document_deposits.c.deposit_id
        query = select(column, func.min(document_deposits.c.document_id)).group_by(column)
        with self._archive.catalogue.read() as connection:
            found |= {row[0]: row[1] for row in connection.execute(query.where(column.in_(page)))}
        return found
