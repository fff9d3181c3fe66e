"""Merkle tree hashes and proofs (RFC 9162 section 2); an odd node is promoted, never duplicated."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

from signing.errors import ProofInvalid

ReadNode: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree: (level, index) covers the leaves from index * 2^level, 2^level of them."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
_HASH = 32


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; `EMPTY_ROOT` for none."""
    row = list(leaves)
    while len(row) > 1:
        row = _parents(row) + (row[-1:] if len(row) % 2 else [])
    return row[0] if row else EMPTY_ROOT


def root_at(size: int, read_node: ReadNode) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range_hash(0, size, read_node) if size else EMPTY_ROOT


def node_reader(leaves: Sequence[bytes]) -> ReadNode:
    """A `ReadNode` over leaf hashes in memory."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        rows.append(_parents(rows[-1]))
    return lambda level, index: rows[level][index]


def inclusion_proof(index: int, size: int, read_node: ReadNode) -> list[bytes]:
    """The hashes from the leaf's sibling up to the root's child (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(middle, end, read_node))
            end = middle
        else:
            proof.append(_range_hash(start, middle, read_node))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read_node: ReadNode) -> list[bytes]:
    """The hashes that show the tree of `old` leaves to be the beginning of that of `new` (section 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"there is no consistency proof from {old} to {new}")
    proof: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_hash(middle, end, read_node))
            end = middle
        else:
            proof.append(_range_hash(start, middle, read_node))
            start = middle
    if start:
        proof.append(_range_hash(start, end, read_node))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise `ProofInvalid` unless the leaf hash stands at `index` of the tree (section 2.1.3.2)."""
    _require_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofInvalid(f"leaf {index} is not in a tree of {size}")
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("the inclusion proof is too long")
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofInvalid("the inclusion proof is too short")
    if computed != root:
        raise ProofInvalid("the inclusion proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `ProofInvalid` unless the old tree is the beginning of the new one (section 2.1.4.2).

    The empty tree is refused: it is consistent with everything, so a proof from it proves nothing.
    """
    if not 0 < old <= new:
        raise ProofInvalid(f"a tree of {old} is not the beginning of a tree of {new}")
    if old == new:
        if proof or old_root != new_root:
            raise ProofInvalid("two trees of the same size have different roots, or a proof too many")
        return
    _require_hashes(old_root, new_root, *proof)
    # Where the old tree is a complete subtree of the new one, its root is the first hash, and the proof leaves it out.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofInvalid("the consistency proof is empty")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid("the consistency proof is too long")
        if position & 1 or position == last:
            older = node_hash(sibling, older)
            newer = node_hash(sibling, newer)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofInvalid("the consistency proof is too short")
    if older != old_root or newer != new_root:
        raise ProofInvalid("the consistency proof leads to other roots")


def _parents(row: list[bytes]) -> list[bytes]:
    return [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _range_hash(start: int, end: int, read_node: ReadNode) -> bytes:
    """The hash of leaves start..end, where start is aligned as ranges that RFC 9162 splits off always are."""
    nodes: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(read_node(level, start >> level))
        start += 1 << level
    computed = nodes.pop()
    while nodes:
        computed = node_hash(nodes.pop(), computed)
    return computed


def _require_hashes(*hashes: bytes) -> None:
    if any(len(each) != _HASH for each in hashes):
        raise ProofInvalid("a hash of the proof is not 32 bytes long")
