"""Looks up which version of an object counts, and has it read again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Row, select

from archive.archive import Archive
from archive.catalogue.schema import objects
from archive.pieces import in_pieces
from archive.vault import Ref
from archive.verification.findings import Findings
from archive.verification.read_ahead import ReadAhead
from archive.verification.reading import Failure, Found, Wanted, read
from signing.digests import Digests
from signing.verdict import Aspect

_MISSING = Failure("MISSING", "it is not in the vault")


class ObjectCheck:
    """Reads objects with the keys of their owners."""

    def __init__(self, archive: Archive, findings: Findings) -> None:
        self._archive = archive
        self._findings = findings
        self._known: dict[str, list[Row[Any]]] = {}
        self._ahead: ReadAhead | None = None

    @contextmanager
    def reading_ahead(self, processes: int) -> Iterator[None]:
        """Within the block, so many processes beside this one read what is wanted."""
        with ReadAhead(self._archive.objects, processes) as ahead:
            self._ahead = ahead
            yield
        self._ahead = None

    def preload(self, keys: Sequence[str]) -> None:
        """Look up the catalogue's rows of many keys at once; what was found is good for one look."""
        self._known |= {key: [] for key in keys}
        with self._archive.catalogue.read() as connection:
            for some in in_pieces(keys):
                query = select(objects).where(objects.c.key.in_(some)).order_by(objects.c.id.desc())
                for row in connection.execute(query):
                    self._known[row.key].append(row)

    def want(self, key: str, plain_digest: str | None, owner: str, *, content: bool) -> None:
        """Begin to read a version that will be asked for, as far as the rows that were looked up name it."""
        for row in self._known.get(key, ()) if self._ahead is not None else ():
            if row.plain_digest == plain_digest:
                self.want_row(row, owner, content=content)
                return

    def want_row(self, row: Row[Any], owner: str, *, content: bool) -> None:
        """Begin to read the version that a row names."""
        if self._ahead is not None:
            self._ahead.want([Wanted(ref_of(row), owner, content)])

    def rows(self, key: str) -> Sequence[Row[Any]]:
        """The catalogue's rows of a key, the newest first."""
        known = self._known.pop(key, None)
        if known is not None:
            return known
        query = select(objects).where(objects.c.key == key).order_by(objects.c.id.desc())
        with self._archive.catalogue.read() as connection:
            return connection.execute(query).all()

    def ref(self, key: str, plain_digest: str | None, document: str | None) -> Ref | None:
        """The version that counts: the one with that digest by the catalogue, else the newest, else the vault's only.

        A digest in the catalogue that no version has is a finding.
        """
        rows = self.rows(key)
        matching = [row for row in rows if row.plain_digest == plain_digest]
        for row in matching or rows:
            if not matching and plain_digest is not None:
                what = f"the catalogue has another digest for {key} than its manifest or entry"
                self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)
            return ref_of(row)
        versions = self._archive.objects.vault.versions(key)
        if not versions:
            return None
        self._findings.failed(
            Aspect.INTEGRITY, "CATALOGUE_DIFFERS", f"the catalogue does not list {key}", document
        )
        return versions[0]

    def digests(self, ref: Ref | None, owner: str) -> Digests | Failure:
        """Digests of the plain bytes, streamed."""
        found = self._read(ref, owner, content=False)
        if isinstance(found, Digests):
            self._count(found.size)
        return cast("Digests | Failure", found)

    def content(self, ref: Ref | None, owner: str) -> bytes | Failure:
        """The plain bytes of a manifest or record."""
        found = self._read(ref, owner, content=True)
        if isinstance(found, bytes):
            self._count(len(found))
        return cast("bytes | Failure", found)

    def _read(self, ref: Ref | None, owner: str, *, content: bool) -> Found:
        if ref is None:
            return _MISSING
        wanted = Wanted(ref, owner, content)
        return read(self._archive.objects, wanted) if self._ahead is None else self._ahead.take(wanted)

    def _count(self, size: int) -> None:
        self._findings.checked["objects"] += 1
        self._findings.checked["bytes"] += size


def ref_of(row: Row[Any]) -> Ref:
    """The version that a row of the catalogue names."""
    return Ref(row.key, row.version, row.digest, row.size)
