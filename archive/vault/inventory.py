"""The inventory: append-only segments, in clear, that name every object of the vault with its version and digest.

    inventory/<n>   JSON lines, each in RFC 8785 form: {"$schema": ..., "segment": n}, then
                    {"digest", "key", "size", "version"}               an object that was stored
                    {"key", "removed": true, "version"}                one that was removed on purpose

A segment is written once and never changed; its digest is an entry of the log. So whoever has the log can check the
vault without any key.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.vault.errors import VaultAltered, VaultMissing
from archive.vault.port import Ref, Vault
from signing import canonical
from signing.errors import NotCanonical
from tabellion.base.errors import EvidenceError

PREFIX = "inventory/"
SCHEMA = "urn:tabellion:inventory:v1"
SEGMENT_LINES = 50_000
_PIECE = 1 << 20
_LARGEST_SEGMENT = 64 << 20


@dataclass(frozen=True, slots=True)
class Removed:
    """A version that was removed on purpose: an erased object, a key that was wrapped anew, a superseded tile."""

    key: str
    version: str


Line = Ref | Removed

Progress = Callable[[int, int], None]
"""Called with the number of objects and of bytes that have been checked."""


@dataclass(frozen=True, slots=True)
class InventoryFinding:
    """An object, or a segment, that is not as it should be: the code and words of the error."""

    key: str
    version: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class InventoryReport:
    """What a check found: nothing, where all is well."""

    objects: int
    bytes: int
    findings: tuple[InventoryFinding, ...]


def segments(vault: Vault) -> list[Ref]:
    """The segments in their order. Raises `VaultMissing` where one between them is not there."""
    found: dict[int, Ref] = {}
    for ref in vault.list(PREFIX):
        name = ref.key.removeprefix(PREFIX)
        if name.isdecimal():
            # A second version is not ours: a segment is written once. The log says which digest is the right one.
            found.setdefault(int(name), ref)
    for number in range(1, max(found, default=0) + 1):
        if number not in found:
            raise VaultMissing(f"{PREFIX}{number} is not in the vault")
    return [found[number] for number in sorted(found)]


def append(vault: Vault, lines: Iterable[Line], retain_until: datetime | None = None) -> list[Ref]:
    """Write the lines into new segments, durably and locked, and give their refs, whose digests go into the log.

    There is one writer, the keeper; should there be two, one of them gets `VaultTaken`.
    """
    number = len(segments(vault))
    refs = []
    for batch in _batches(lines):
        number += 1
        head = canonical.dumps({"$schema": SCHEMA, "segment": number})
        content = b"".join(line + b"\n" for line in (head, *map(_dump, batch)))
        refs.append(vault.put(f"{PREFIX}{number}", io.BytesIO(content), retain_until, if_absent=True))
    return refs


def read_segment(vault: Vault, ref: Ref) -> list[Line]:
    """The lines of a segment. Raises `VaultAltered` where its bytes are not those of the digest, or not a segment."""
    with vault.get(ref) as stream:
        content = stream.read(_LARGEST_SEGMENT)
    if hashlib.sha256(content).hexdigest() != ref.digest:
        raise VaultAltered(f"{ref.key} was altered in the vault")
    try:
        head, *rows = [canonical.load_object(row) for row in content.splitlines()]
        if head != {"$schema": SCHEMA, "segment": int(ref.key.removeprefix(PREFIX))}:
            raise ValueError("another head")
        return [_parse(row) for row in rows]
    except (NotCanonical, ValueError, KeyError, TypeError) as error:
        raise VaultAltered(f"{ref.key} is not a segment of the inventory") from error


def check_inventory(
    vault: Vault, segments: Sequence[Ref], progress: Progress = lambda objects, size: None
) -> InventoryReport:
    """Read every object that the segments name, and compare size and digest: fixity, without keys.

    Memory is independent of the sizes of objects, and grows only with what was removed. Errors of the storage itself
    (`Unavailable`, OSError) are not findings: they end the check.
    """
    findings: list[InventoryFinding] = []
    removed: dict[tuple[str, str], int] = {}
    for position, line in enumerate(_lines(vault, segments, findings)):
        if isinstance(line, Removed):
            removed[line.key, line.version] = position
    objects = size = 0
    lost: dict[tuple[str, str], InventoryFinding] = {}
    for position, line in enumerate(_lines(vault, segments, [])):
        if isinstance(line, Ref) and removed.get((line.key, line.version), -1) < position:
            try:
                size += check_object(vault, line)
            except EvidenceError as error:
                found = InventoryFinding(line.key, line.version, error.code, error.message)
                lost[line.key, line.digest] = found
            else:
                # What was brought back after a loss has a later line, where its version is another one.
                lost.pop((line.key, line.digest), None)
            objects += 1
            progress(objects, size)
    return InventoryReport(objects, size, (*findings, *lost.values()))


def check_object(vault: Vault, ref: Ref) -> int:
    """Read one stored object and compare it with its digest; gives its size. Raises `VaultMissing`, `VaultAltered`."""
    digest = hashlib.sha256()
    with vault.get(ref) as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != ref.digest:
        raise VaultAltered(f"{ref.key} was altered in the vault: its digest is {digest.hexdigest()}")
    return ref.size


def _lines(vault: Vault, refs: Sequence[Ref], findings: list[InventoryFinding]) -> Iterator[Line]:
    for ref in refs:
        try:
            yield from read_segment(vault, ref)
        except EvidenceError as error:
            findings.append(InventoryFinding(ref.key, ref.version, error.code, error.message))


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == SEGMENT_LINES:
            yield batch
            batch = []
    if batch:
        yield batch


def _dump(line: Line) -> bytes:
    if isinstance(line, Removed):
        return canonical.dumps({"key": line.key, "version": line.version, "removed": True})
    return canonical.dumps(
        {"key": line.key, "version": line.version, "digest": line.digest, "size": line.size}
    )


def _parse(row: dict[str, Any]) -> Line:
    if row.get("removed") is True:
        return Removed(row["key"], row["version"])
    return Ref(row["key"], row["version"], row["digest"], row["size"])
