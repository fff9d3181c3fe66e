import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import ProofInvalid
from signing.tlog import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    node_reader,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.shared import SHARED, needs_shared

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]


def reference_root(leaves):
    """RFC 9162 section 2.1.1 word for word: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


def test_hashes_are_domain_separated():
    assert leaf_hash(b"") == hashlib.sha256(b"\0").digest()
    assert node_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()
    assert root_of([]) == root_at(0, node_reader([])) == EMPTY_ROOT == hashlib.sha256().digest()


@pytest.mark.parametrize("size", range(1, 70))
def test_the_root_is_that_of_the_standard(size):
    assert root_of(LEAVES[:size]) == reference_root(LEAVES[:size]) == root_at(size, node_reader(LEAVES))


@given(st.data())
def test_inclusion_holds_for_every_leaf_and_for_nothing_else(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    root = root_of(LEAVES[:size])
    proof = inclusion_proof(index, size, node_reader(LEAVES))
    verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index)) if size > 1 else 1
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[index], other, size, proof, root)
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[(index + 1) % 70], index, size, proof, root)
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
    for place in range(len(proof)):
        with pytest.raises(ProofInvalid):
            verify_inclusion(LEAVES[index], index, size, proof[:place] + proof[place + 1 :], root)
        with pytest.raises(ProofInvalid):
            verify_inclusion(
                LEAVES[index], index, size, [*proof[:place], b"x" * 32, *proof[place + 1 :]], root
            )


@given(st.data())
def test_consistency_holds_for_every_beginning_and_for_nothing_else(data):
    new = data.draw(st.integers(1, 70))
    old = data.draw(st.integers(1, new))
    old_root, new_root = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    proof = consistency_proof(old, new, node_reader(LEAVES))
    verify_consistency(old, new, old_root, new_root, proof)
    forged = root_of([*LEAVES[: old - 1], b"x" * 32])
    for one, other in ((forged, new_root), (old_root, forged)):
        with pytest.raises(ProofInvalid):
            verify_consistency(old, new, one, other, proof)
    with pytest.raises(ProofInvalid):
        verify_consistency(old, new, old_root, new_root, [*proof, new_root])
    for place in range(len(proof)):
        with pytest.raises(ProofInvalid):
            verify_consistency(old, new, old_root, new_root, proof[:place] + proof[place + 1 :])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_no_inclusion_proof_of_what_is_not_there(index, size):
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_proof(index, size, node_reader(LEAVES))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (0, 0)])
def test_no_consistency_proof_of_what_is_no_beginning(old, new):
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_proof(old, new, node_reader(LEAVES))


def _cases(kind):
    return sorted((SHARED / "vectors" / "merkle" / kind).glob("**/*.json"))


def _bytes(value):
    return base64.b64decode(value or "")


@needs_shared("vectors", "merkle")
@pytest.mark.parametrize("path", _cases("inclusion"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_inclusion_vectors(path):
    case = json.loads(path.read_text())
    arguments = (
        _bytes(case["leafHash"]),
        case["leafIdx"],
        case["treeSize"],
        [_bytes(each) for each in case["proof"] or []],
        _bytes(case["root"]),
    )
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


@needs_shared("vectors", "merkle")
@pytest.mark.parametrize("path", _cases("consistency"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_consistency_vectors(path):
    case = json.loads(path.read_text())
    arguments = (
        case["size1"],
        case["size2"],
        _bytes(case["root1"]),
        _bytes(case["root2"]),
        [_bytes(each) for each in case["proof"] or []],
    )
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)
