"""Names and contents of the files that a log is kept in (C2SP tlog-tiles): hash tiles and entry bundles."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from signing.errors import EntryInvalid

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

HEIGHT = 8
"""Levels of the Merkle tree that a tile spans."""

_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """A hash tile: its level and index, and how many hashes it holds (256 where it is full)."""

    level: int
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`, relative to the log's folder or URL."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """An entry bundle: its index, and how many entries it holds (256 where it is full)."""

    index: int
    width: int = WIDTH

    def path(self) -> str:
        """`tile/entries/<N>[.p/<W>]`, relative to the log's folder or URL."""
        return f"tile/entries/{_place(self.index, self.width)}"


def tile_of(level: int, index: int, size: int) -> Tile:
    """The tile as it stands in a log of `size` entries, which must reach into it."""
    return Tile(level, index, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tiles_for(old_size: int, new_size: int) -> Iterator[Tile]:
    """Every tile, full or partial, that must be written when the log grows, from the lowest level up."""
    level = 0
    while (new_size >> HEIGHT * level) > (old_size >> HEIGHT * level):
        old, new = old_size >> HEIGHT * level, new_size >> HEIGHT * level
        for index in range(old // WIDTH, -(-new // WIDTH)):
            yield tile_of(level, index, new_size)
        level += 1


def bundles_for(old_size: int, new_size: int) -> Iterator[Bundle]:
    """Every entry bundle, full or partial, that must be written when the log grows."""
    if new_size > old_size:
        for index in range(old_size // WIDTH, -(-new_size // WIDTH)):
            yield Bundle(index, min(WIDTH, new_size - index * WIDTH))


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of a bundle: each entry behind its length as a big-endian uint16."""
    return b"".join(len(entry).to_bytes(_LENGTH, "big") + entry for entry in entries)


def parse_bundle(data: bytes) -> Sequence[bytes]:
    """The entries of a bundle; raises `EntryInvalid` where lengths and bytes do not add up."""
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + _LENGTH
        position = start + int.from_bytes(data[position:start], "big")
        if position > len(data) or start > len(data):
            raise EntryInvalid("the entry bundle ends in the middle of an entry")
        entries.append(data[start:position])
    if len(entries) > WIDTH:
        raise EntryInvalid(f"an entry bundle has at most {WIDTH} entries")
    return entries


def _place(index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups)) + (f".p/{width}" if width < WIDTH else "")
