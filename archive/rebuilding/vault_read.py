"""Finds objects in the vault for a rebuild: of several versions the one counts whose digest the log names."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from archive.archive import Archive
from archive.fixity import listed_raw
from archive.stamp_files import LOCK_FOR
from archive.stored import note_object
from archive.vault import KeyMissing, Ref, VaultAltered, VaultMissing, inventory

LARGEST = 64 << 20
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """A version that could be read, and its plain bytes."""

    ref: Ref
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the plain bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(slots=True)
class VaultObjects:
    """The vault of a rebuild; what cannot be read is a problem, told once, and never ends the rebuild."""

    archive: Archive
    connection: Connection
    problems: list[str] = field(default_factory=list)
    _segments: dict[tuple[str, str], int] = field(default_factory=dict)
    _kept: set[Ref] = field(default_factory=set)

    def read_inventory(self) -> None:
        """Remember which segment of the inventory lists which object."""
        vault = self.archive.objects.vault
        for number, segment in enumerate(inventory.segments(vault), 1):
            for line in inventory.read_segment(vault, segment):
                if isinstance(line, Ref):
                    self._segments[line.key, line.version] = number

    def groups(self, prefix: str) -> Iterator[tuple[str, list[str]]]:
        """Keys below a prefix by their second part: `deposits/` gives each deposit with its keys."""
        refs = self.archive.objects.vault.list(prefix)
        for thing, group in groupby(refs, lambda ref: ref.key.split("/")[1]):
            yield thing, list(dict.fromkeys(ref.key for ref in group))

    def contents(self, key: str, owner: str) -> list[Content]:
        """All versions of a small object that can be read."""
        found: list[Content] = []
        for ref in self.archive.objects.vault.versions(key):
            try:
                found.append(Content(ref, self.archive.objects.read_bytes(ref, owner, LARGEST)))
            except (KeyMissing, VaultMissing, VaultAltered) as error:
                self.problems.append(f"{key}: {error}")
                self.keep(ref, owner)
        return found

    def keep(self, ref: Ref, owner: str) -> None:
        """Note a version that could not be told: a row keeps it from being swept, and `verify` says what is wrong."""
        if ref in self._kept:
            return
        self._kept.add(ref)
        with suppress(VaultMissing):
            self.note(ref, owner, None, self.archive.clock.now())

    def version_with(self, key: str, owner: str, sha256: str) -> Ref | None:
        """The version whose plain bytes have that digest; an only version is taken at its word (`verify` reads it)."""
        refs = self.archive.objects.vault.versions(key)
        if len(refs) < 2:
            return refs[0] if refs else None
        found = next((ref for ref in refs if self._digest(ref, owner) == sha256), None)
        if found is None:
            for ref in refs:
                self.keep(ref, owner)
        return found

    def note_clear(self) -> None:
        """Write the rows of all that lies in clear; a lock that the vault does not have is set by the keeper."""
        for ref in listed_raw(self.archive.objects.vault):
            now = self.archive.clock.now()
            with suppress(VaultMissing):
                self.note(ref, None, ref.digest, now, lock_until=now + LOCK_FOR)

    def note(
        self,
        ref: Ref,
        owner: str | None,
        plain_digest: str | None,
        at: datetime,
        *,
        lock_until: datetime | None = None,
    ) -> None:
        """Write the catalogue's row of an object, with the lock that the vault has set, or else until when it shall."""
        until = self.archive.objects.vault.stat(ref).retain_until
        note_object(
            self.connection,
            ref,
            owner,
            plain_digest,
            at,
            retain_until=until or lock_until,
            locked=until is not None,
            inventory=self._segments.get((ref.key, ref.version)),
        )

    def _digest(self, ref: Ref, owner: str) -> str | None:
        digest = hashlib.sha256()
        try:
            with self.archive.objects.open(ref, owner) as stream:
                for piece in _pieces(stream.read):
                    digest.update(piece)
        except (KeyMissing, VaultMissing, VaultAltered):
            return None
        return digest.hexdigest()


def _pieces(read: Callable[[int], bytes]) -> Iterable[bytes]:
    while piece := read(_AT_ONCE):
        yield piece
