"""Reads objects of the vault again, and tells what keeps them from being read."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from archive.archive import Archive
from archive.catalogue.schema import objects
from archive.log_group import in_pieces
from archive.vault import KeyMissing, Ref, VaultAltered, VaultMissing
from archive.verification.findings import Findings
from signing.digests import Digests, digest_stream
from signing.verdict import Aspect
from tabellion.base.errors import TooLarge

LARGEST_RECORD = 64 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an object could not be read; `kind` completes a code: `ORIGINAL_MISSING`, `RECORD_ALTERED`."""

    kind: str
    words: str


class ObjectCheck:
    """Reads objects with the keys of their owners."""

    def __init__(self, archive: Archive, findings: Findings) -> None:
        self._archive = archive
        self._findings = findings
        self._known: dict[str, list[Row[Any]]] = {}
        self._ahead: dict[Ref, Future[Digests | Failure]] = {}
        self._readers: Executor | None = None

    @contextmanager
    def reading_ahead(self) -> Iterator[None]:
        """Within the block, `preload` begins to read: hashing and decrypting use every core, the checks one."""
        with ThreadPoolExecutor(os.cpu_count() or 1, "verify") as self._readers:
            yield
        self._readers = None

    def preload(self, keys: Mapping[str, str | None], owners: Mapping[str, str]) -> None:
        """Look up the catalogue's rows of many keys at once; what was found is good for one look.

        `keys` are keys with the plain digest that counts, as far as it is known; of those in `owners` (whose keys open
        them), that version is read ahead.
        """
        self._known = {key: [] for key in keys}
        with self._archive.catalogue.read() as connection:
            for some in in_pieces(list(keys)):
                query = select(objects).where(objects.c.key.in_(some)).order_by(objects.c.id.desc())
                for row in connection.execute(query):
                    self._known[row.key].append(row)
        if self._readers is None:
            return
        for key, owner in owners.items():
            for row in self._known[key]:
                if row.plain_digest == keys[key]:
                    ref = Ref(row.key, row.version, row.digest, row.size)
                    self._ahead[ref] = self._readers.submit(self._digests, ref, owner)
                    break

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
            return Ref(row.key, row.version, row.digest, row.size)
        versions = self._archive.objects.vault.versions(key)
        if not versions:
            return None
        self._findings.failed(
            Aspect.INTEGRITY, "CATALOGUE_DIFFERS", f"the catalogue does not list {key}", document
        )
        return versions[0]

    def digests(self, ref: Ref | None, owner: str) -> Digests | Failure:
        """Digests of the plain bytes, streamed."""
        ahead = None if ref is None else self._ahead.pop(ref, None)
        digests = self._digests(ref, owner) if ahead is None else ahead.result()
        if isinstance(digests, Failure):
            return digests
        self._findings.checked["objects"] += 1
        self._findings.checked["bytes"] += digests.size
        return digests

    def _digests(self, ref: Ref | None, owner: str) -> Digests | Failure:
        try:
            with self._opened(ref, owner) as stream:
                return digest_stream(stream)
        except _FAILURES as error:
            return _failure(error)

    def content(self, ref: Ref | None, owner: str) -> bytes | Failure:
        """The plain bytes of a manifest or record."""
        try:
            if ref is None:
                raise VaultMissing("it is not in the vault")
            data = self._archive.objects.read_bytes(ref, owner, LARGEST_RECORD)
        except _FAILURES as error:
            return _failure(error)
        self._findings.checked["objects"] += 1
        self._findings.checked["bytes"] += len(data)
        return data

    def _opened(self, ref: Ref | None, owner: str) -> Any:
        if ref is None:
            raise VaultMissing("it is not in the vault")
        return self._archive.objects.open(ref, owner)


_FAILURES = (VaultMissing, VaultAltered, KeyMissing, TooLarge)


def _failure(error: Exception) -> Failure:
    match error:
        case KeyMissing():
            return Failure("KEY", str(error))
        case VaultMissing():
            return Failure("MISSING", str(error))
        case _:
            return Failure("ALTERED", str(error))
