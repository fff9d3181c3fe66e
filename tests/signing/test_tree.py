import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import ProofInvalid
from signing.tlog import (
    EMPTY_ROOT,
    LogTree,
    leaf_hash,
    root_of,
    tiles_for,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(66_000)]


def grown(sizes):
    """A log that grew to each of the sizes in turn, and the tiles that were written."""
    store: dict[str, bytes] = {}
    tree = LogTree(0, store.__getitem__)
    for size in sizes:
        before = tree.size
        result = tree.append(LEAVES[before:size])
        assert set(result.tiles) == {tile.path() for tile in tiles_for(before, size)}
        assert result.root == root_of(LEAVES[:size])
        store |= result.tiles
    return tree, store


sizes = st.lists(st.integers(1, 1200), min_size=1, max_size=5).map(lambda found: sorted(set(found)))


@given(sizes, st.data())
def test_any_growth_gives_the_same_tiles_roots_and_proofs(found, data):
    _, store = grown(found)
    last = found[-1]
    _, at_once = grown([last])
    assert at_once.items() <= store.items()

    tree = LogTree(last, at_once.__getitem__)
    size = data.draw(st.integers(1, last))
    index = data.draw(st.integers(0, size - 1))
    root = root_of(LEAVES[:size])
    assert tree.root(size) == root
    verify_inclusion(LEAVES[index], index, size, tree.inclusion_proof(index, size), root)
    verify_consistency(size, last, root, tree.root(), tree.consistency_proof(size))
    verify_consistency(index + 1, size, tree.root(index + 1), root, tree.consistency_proof(index + 1, size))


@given(sizes)
def test_a_tree_opened_from_its_tiles_grows_like_the_one_that_wrote_them(found):
    written, store = grown(found)
    opened = LogTree(written.size, store.__getitem__)
    more = LEAVES[written.size : written.size + 300]
    assert opened.append(more) == written.append(more)


def test_three_levels_of_tiles():
    tree, store = grown([65_000, 65_535, 65_536, 65_537, 66_000])
    assert "tile/2/000.p/1" in store
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        verify_inclusion(LEAVES[index], index, 66_000, tree.inclusion_proof(index), tree.root())
    verify_consistency(65_000, 66_000, root_of(LEAVES[:65_000]), tree.root(), tree.consistency_proof(65_000))


def test_an_empty_log():
    tree = LogTree(0, {}.__getitem__)
    assert tree.root() == EMPTY_ROOT
    assert tree.append([]) == (EMPTY_ROOT, {})
    with pytest.raises(ValueError, match="is not in a tree"):
        tree.inclusion_proof(0)


def test_a_size_that_the_log_never_had():
    tree, _ = grown([5])
    for size in (-1, 6):
        with pytest.raises(ValueError, match="the log has 5"):
            tree.root(size)


def test_an_append_that_cannot_read_changes_nothing():
    _, store = grown([300])
    broken = dict(store)
    del broken["tile/0/001.p/44"]
    tree = LogTree(300, lambda path: broken[path])
    with pytest.raises(KeyError):
        tree.append(LEAVES[300:310])
    assert tree.size == 300
    broken |= store
    assert tree.append(LEAVES[300:310]).root == root_of(LEAVES[:310])


def test_a_tile_of_the_wrong_length_is_refused():
    _, store = grown([300])
    tree = LogTree(300, lambda path: store[path][:-1])
    with pytest.raises(ProofInvalid):
        tree.inclusion_proof(7)


def test_groups_are_quick():
    store: dict[str, bytes] = {}
    tree = LogTree(0, store.__getitem__)
    started = time.process_time()
    for start in range(0, 20_000, 50):
        store |= tree.append(LEAVES[start : start + 50]).tiles
    # 20 000 entries in groups of 50; the promise is 5 000 a second, this leaves room for a busy machine.
    assert time.process_time() - started < 4
