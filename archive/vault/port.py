"""The port to the vault: immutable objects with versions and locks, and one pointer that is compared and swapped."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from archive.vault.errors import BadKey

LONGEST_KEY = 512
LONGEST_SEGMENT = 120
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


class Readable(Protocol):
    """Anything that gives its bytes in pieces; an empty piece is the end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One version of one object: all that is needed to read it and to see whether it is still the same.

    `version` is the vault's own name of it; `digest` is the SHA-256 (hex) and `size` the number of the stored bytes.
    """

    key: str
    version: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Stat:
    """What the vault knows of a version besides its bytes. Instants are UTC."""

    size: int
    stored_at: datetime
    retain_until: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class Put:
    """One object on its way into the vault. With `if_absent`, only where nothing has that key yet."""

    key: str
    stream: Readable
    retain_until: datetime | None = None
    if_absent: bool = False


class Vault(Protocol):
    """Where objects are kept. What `put` has returned is durable; what is stored is never rewritten.

    Every method raises `BadKey` for a name it does not take, `VaultMissing` for a version that is not there and
    `Unavailable` where the storage does not answer. An adapter that can be pickled, to open connections of its own
    where it arrives, is read by several processes when everything is verified; one that cannot is read by one.
    """

    def put(
        self, key: str, stream: Readable, retain_until: datetime | None = None, *, if_absent: bool = False
    ) -> Ref:
        """Store the bytes durably. The same bytes under the same key give the same ref, other bytes a new version.

        Raises `DiskFull`, and `VaultTaken` where `if_absent` is set and the key has a version.
        """
        ...

    def put_many(self, puts: Sequence[Put]) -> list[Ref]:
        """Store a group; durable when this returns, and cheaper than one by one. Not atomic: an error leaves some."""
        ...

    def get(self, ref: Ref, start: int = 0, length: int | None = None) -> BinaryIO:
        """The stored bytes from `start`, at most `length` of them. Digests are not checked here, sizes are."""
        ...

    def stat(self, ref: Ref) -> Stat:
        """Size, time of storing and locks of a version."""
        ...

    def versions(self, key: str) -> list[Ref]:
        """All versions of a key, oldest first; empty where there is none."""
        ...

    def list(self, prefix: str = "") -> Iterator[Ref]:
        """All versions of all keys that begin with the prefix, in the order of keys. Pointers are not objects."""
        ...

    def hold(self, ref: Ref) -> None:
        """Lock without an end, until `release`."""
        ...

    def release(self, ref: Ref) -> None:
        """End a hold; a retention stays."""
        ...

    def retain_until(self, ref: Ref, instant: datetime) -> None:
        """Lock until the instant. It can be moved on, never back: an earlier one raises `VaultLocked`."""
        ...

    def delete(self, ref: Ref) -> None:
        """Remove one version for good. Raises `VaultLocked` while it is held or retained."""
        ...

    def read_pointer(self, name: str) -> bytes | None:
        """What the pointer says, or None before its first swap."""
        ...

    def swap_pointer(self, name: str, expected: bytes | None, new: bytes) -> None:
        """Replace the pointer, atomically and durably, if it says `expected`; else raises `PointerMoved`."""
        ...

    def sweep_temporary(self, older_than: timedelta) -> int:
        """Remove what writers left unfinished that long ago, and say how many things that were."""
        ...


def check_key(key: str) -> str:
    """The key itself, if the vault takes it: ASCII letters, digits, `.`, `_`, `-` and single slashes inside.

    No part begins with a dot, so that no key leaves its folder or names a temporary file. Raises `BadKey`.
    """
    parts = key.split("/")
    if len(key) > LONGEST_KEY or not all(len(p) <= LONGEST_SEGMENT and _SEGMENT.fullmatch(p) for p in parts):
        raise BadKey(f"not a name for an object in the vault: {key[:80]!r}")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself, if it is the beginning of a key that the vault takes (or empty). Raises `BadKey`."""
    if prefix:
        check_key(prefix.removesuffix("/"))
    return prefix
