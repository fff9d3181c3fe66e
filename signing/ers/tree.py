"""Hash trees of RFC 4998 section 4.2 under any hash algorithm; signing/stamp.py has the layout of a stamp's leaves."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

_HASHES: Mapping[str, Callable[[bytes], Any]] = MappingProxyType(
    {
        "sha224": hashlib.sha224,
        "sha256": hashlib.sha256,
        "sha384": hashlib.sha384,
        "sha512": hashlib.sha512,
        "sha3_256": hashlib.sha3_256,
        "sha3_384": hashlib.sha3_384,
        "sha3_512": hashlib.sha3_512,
    }
)
"""What can be computed; whether it is trusted at a time is for the algorithm policy to say."""

DIGEST_SIZES: Mapping[str, int] = MappingProxyType(
    {name: function(b"").digest_size for name, function in _HASHES.items()}
)
"""Bytes of each algorithm's digests."""


def hash_bytes(algorithm: str, data: bytes) -> bytes:
    """The digest; raises KeyError for an algorithm that `DIGEST_SIZES` does not name."""
    digest: bytes = _HASHES[algorithm](data).digest()
    return digest


def hash_group(algorithm: str, members: Sequence[bytes]) -> bytes:
    """The node of a list of hashes: the hash itself where it is alone, else the hash of them all in ascending order."""
    return members[0] if len(members) == 1 else hash_bytes(algorithm, b"".join(sorted(members)))


def fold_hashtree(algorithm: str, lists: Sequence[Sequence[bytes]]) -> bytes:
    """The root of a reduced hash tree (section 4.3): each list's node joins the next list."""
    node = hash_group(algorithm, lists[0])
    for siblings in lists[1:]:
        node = hash_group(algorithm, [*siblings, node])
    return node


class HashTree:
    """The tree over leaves in their order: pairs from the left, an odd node promoted as it is; raises for no leaf."""

    __slots__ = ("_rows", "algorithm", "leaves")

    def __init__(self, algorithm: str, leaves: Sequence[bytes]) -> None:
        size = DIGEST_SIZES[algorithm]
        if not leaves or any(len(leaf) != size for leaf in leaves):
            raise ValueError(f"a tree has at least one leaf, and every leaf is a digest of {algorithm}")
        self.algorithm = algorithm
        self.leaves: tuple[bytes, ...] = tuple(leaves)
        self._rows: list[Sequence[bytes]] = [self.leaves]
        while len(row := self._rows[-1]) > 1:
            pairs = [hash_group(algorithm, row[i : i + 2]) for i in range(0, len(row), 2)]
            self._rows.append(pairs)

    @property
    def root(self) -> bytes:
        """What the token is over."""
        return self._rows[-1][0]

    def siblings(self, index: int) -> tuple[bytes, ...]:
        """The siblings of a leaf from the bottom up; a row in which it is promoted gives none."""
        if not 0 <= index < len(self.leaves):
            raise ValueError(f"the tree has no leaf {index}")
        found: list[bytes] = []
        for row in self._rows[:-1]:
            if index ^ 1 < len(row):
                found.append(row[index ^ 1])
            index //= 2
        return tuple(found)
