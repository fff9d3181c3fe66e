"""The tree that one time-stamp token covers: a reduced hash tree as RFC 4998 section 4.2 builds it.

Layout, frozen for stamp format 1:

- Leaves, in this order: one group node per manifest, in the order in which they joined the stamp; then one leaf for the
  log, SHA-256 of the note text (without signature lines) of the newest checkpoint.
- Group node: one member, its hash; several, SHA-256 of their hashes in ascending binary order, concatenated. The
  members of a manifest's group are the manifest and every file it lists. Equal hashes are kept, each counts.
- Inner node: leaves are paired from the left; the two hashes in ascending binary order, concatenated, SHA-256. An odd
  node at the end of a row is promoted to the next row as it is. A stamp of one leaf has that leaf as its root.
- Reduced tree of a leaf: from the bottom up, its sibling in each row where it has one. With the group's member hashes
  before it, these are the PartialHashtrees of an evidence record: the first is the group, siblings begin with the
  second.

Nodes are not domain separated (RFC 4998 has none), so 64 bytes that are two child hashes could pose as a document: a
verifier must read every member of a group strictly, which the manifest's format makes possible.
"""

import hashlib
from collections.abc import Iterable, Sequence

from signing.errors import StampInvalid
from signing.ers.tree import HashTree, fold_hashtree, hash_group

FORMAT = 1
"""The number of the layout above, kept with each stamp."""

_ALGORITHM = "sha256"
_HASH = 32
_DEEPEST = 64


def group_node(manifest_digest: bytes, file_digests: Iterable[bytes]) -> bytes:
    """The leaf of one manifest: its own SHA-256 and those of all files it lists."""
    return hash_group(_ALGORITHM, [manifest_digest, *file_digests])


def log_leaf(checkpoint_text: bytes) -> bytes:
    """The leaf of the log: SHA-256 of a checkpoint's note text."""
    return hashlib.sha256(checkpoint_text).digest()


def stamp_root(leaves: Sequence[bytes]) -> bytes:
    """The root over a stamp's leaves; raises ValueError where there are none."""
    return HashTree(_ALGORITHM, leaves).root


def reduced_tree(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The siblings of a leaf from the bottom up; a row in which it is promoted gives none."""
    return HashTree(_ALGORITHM, leaves).siblings(index)


def fold(members: Sequence[bytes], siblings: Sequence[bytes]) -> bytes:
    """The root that a group's member hashes and a reduced tree lead to; raises `StampInvalid` beyond the limits."""
    if not members or len(siblings) > _DEEPEST or any(len(each) != _HASH for each in (*members, *siblings)):
        raise StampInvalid(
            "the reduced hash tree is empty, too deep, or holds something that is not a SHA-256"
        )
    return fold_hashtree(_ALGORITHM, [members, *([sibling] for sibling in siblings)])
