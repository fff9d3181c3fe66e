import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import StampInvalid
from signing.stamp import fold, group_node, log_leaf, reduced_tree, stamp_root

LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(40)]


def _h(*parts):
    return hashlib.sha256(b"".join(sorted(parts))).digest()


def test_a_group_is_the_hash_of_its_sorted_members():
    manifest, one, other = LEAVES[:3]
    assert (
        group_node(manifest, [one, other]) == _h(one, other, manifest) == group_node(other, [manifest, one])
    )
    assert group_node(manifest, []) == manifest
    assert group_node(manifest, [one, one]) != group_node(manifest, [one])


def test_the_layout_of_five_leaves():
    a, b, c, d, e = LEAVES[:5]
    assert stamp_root([a, b, c, d, e]) == _h(_h(_h(a, b), _h(c, d)), e)
    assert reduced_tree([a, b, c, d, e], 4) == (_h(_h(a, b), _h(c, d)),)
    assert reduced_tree([a, b, c, d, e], 2) == (d, _h(a, b), e)
    assert stamp_root([a]) == a
    assert reduced_tree([a], 0) == ()


def test_the_log_leaf_is_the_hash_of_the_note_text():
    assert (
        log_leaf(b"example.com/archive\n1\nroot\n")
        == hashlib.sha256(b"example.com/archive\n1\nroot\n").digest()
    )


@given(st.integers(1, 40), st.data())
def test_every_leaf_folds_to_the_root_and_no_other_does(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    siblings = reduced_tree(leaves, index)
    assert fold([leaves[index]], siblings) == stamp_root(leaves)
    assert fold([b"x" * 32], siblings) != stamp_root(leaves)
    for place in range(len(siblings)):
        assert fold([leaves[index]], siblings[:place] + siblings[place + 1 :]) != stamp_root(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4), st.integers(1, 9))
def test_a_group_folds_from_its_members_in_any_order(members, others):
    leaves = [*LEAVES[:others], group_node(members[0], members[1:])]
    siblings = reduced_tree(leaves, others)
    assert fold(members, siblings) == fold(members[::-1], siblings) == stamp_root(leaves)


def test_limits():
    with pytest.raises(ValueError, match="at least one leaf"):
        stamp_root([])
    with pytest.raises(ValueError, match="no leaf"):
        reduced_tree(LEAVES, 40)
    for members, siblings in (
        ([], []),
        ([b"short"], []),
        ([LEAVES[0]], [b"short"]),
        ([LEAVES[0]], LEAVES[:1] * 65),
    ):
        with pytest.raises(StampInvalid):
            fold(members, siblings)
