import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import EntryInvalid
from signing.tlog import Bundle, Tile, bundles_for, entry_bundle, parse_bundle, tiles_for


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(1, 1234067), "tile/1/x001/x234/067"),
        (Tile(2, 1000, 255), "tile/2/x001/000.p/255"),
        (Bundle(999), "tile/entries/999"),
        (Bundle(1234067, 12), "tile/entries/x001/x234/067.p/12"),
    ],
)
def test_paths_of_the_specification(tile, path):
    assert tile.path() == path


def test_the_tree_of_70_000_of_the_specification():
    tiles = list(tiles_for(0, 70_000))
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [tile for tile in tiles if tile.width != 256 or tile.level] == [
        Tile(0, 273, 112),
        Tile(1, 0, 256),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles_for(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize(
    ("old", "new", "tiles"),
    [
        (0, 0, []),
        (5, 5, []),
        (5, 6, [Tile(0, 0, 6)]),
        (255, 257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]),
        (256, 257, [Tile(0, 1, 1)]),
        (256, 512, [Tile(0, 1), Tile(1, 0, 2)]),
    ],
)
def test_only_what_changes_is_written(old, new, tiles):
    assert list(tiles_for(old, new)) == tiles


@given(st.integers(0, 200_000), st.integers(0, 3_000))
def test_growing_in_two_steps_writes_what_growing_at_once_does(old, more):
    full = {tile for tile in tiles_for(0, old + more) if tile.width == 256}
    steps = [*tiles_for(0, old), *tiles_for(old, old + more)]
    assert full == {tile for tile in steps if tile.width == 256}
    for tile in tiles_for(0, old + more):
        assert tile in steps
    bundles = [*bundles_for(0, old), *bundles_for(old, old + more)]
    assert set(bundles_for(0, old + more)) <= set(bundles)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_go_round(entries):
    assert parse_bundle(entry_bundle(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01ab", entry_bundle([b""] * 257)])
def test_a_torn_or_overfull_bundle_is_refused(data):
    with pytest.raises(EntryInvalid):
        parse_bundle(data)


def test_an_entry_too_long_for_a_bundle():
    with pytest.raises(OverflowError):
        entry_bundle([bytes(65_536)])
