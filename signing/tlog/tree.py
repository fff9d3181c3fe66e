"""A log's tree over its stored tiles: grows by groups, answers roots and proofs, reads no more than it needs."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from signing.errors import ProofInvalid
from signing.tlog import merkle
from signing.tlog.tiles import HEIGHT, WIDTH, tile_of

ReadTile: TypeAlias = Callable[[str], bytes]
"""Gives the bytes of a tile by its path, `tile/0/x001/234`; raises where there is none."""

_HASH = 32


class Grown(NamedTuple):
    """What an `append` gives: the new root, and the tiles to be written, by path."""

    root: bytes
    tiles: dict[str, bytes]


class LogTree:
    """The tree of a log of `size` entries whose tiles `read_tile` gives.

    The tiles of an append are a function of the entries alone, so writing them twice writes the same bytes. They must
    be written before proofs are asked about them; the root needs no reading. Only the right edge is held in memory.
    """

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self._size = size
        self._read_tile = read_tile
        self._edge: dict[int, list[bytes]] = {}

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self._size

    def append(self, leaf_hashes: Sequence[bytes]) -> Grown:
        """Grow by a group of leaf hashes."""
        old_size, new_size = self._size, self._size + len(leaf_hashes)
        edges = dict(self._edge)
        tiles: dict[str, bytes] = {}
        fresh, level = list(leaf_hashes), 0
        while fresh:
            start = (old_size >> HEIGHT * level) // WIDTH
            row = [*self._edge_of(level), *fresh]
            fresh = []
            for offset in range(0, len(row), WIDTH):
                hashes = row[offset : offset + WIDTH]
                tile = tile_of(level, start + offset // WIDTH, new_size)
                tiles[tile.path()] = b"".join(hashes)
                if len(hashes) == WIDTH:
                    fresh.append(merkle.root_of(hashes))
            edges[level] = row[len(row) - len(row) % WIDTH :]
            level += 1
        self._size, self._edge = new_size, edges
        return Grown(self.root(), tiles)

    def root(self, size: int | None = None) -> bytes:
        """The root now, or when the log had `size` entries."""
        return merkle.root_at(self._within(size), self._read_node)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof of the entry at `index` in the tree now, or when the log had `size` entries."""
        return merkle.inclusion_proof(index, self._within(size), self._read_node)

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """The proof that the log of `old_size` entries is the beginning of the log now, or of that of `size`."""
        return merkle.consistency_proof(old_size, self._within(size), self._read_node)

    def _within(self, size: int | None) -> int:
        if size is not None and not 0 <= size <= self._size:
            raise ValueError(f"the log has {self._size} entries, not {size}")
        return self._size if size is None else size

    def _read_node(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        hashes = self._hashes(tile_level, first // WIDTH)[first % WIDTH : first % WIDTH + (1 << height)]
        return merkle.root_of(hashes)

    def _hashes(self, level: int, index: int) -> list[bytes]:
        if index == (self._size >> HEIGHT * level) // WIDTH:
            return self._edge_of(level)
        return self._read(level, index)

    def _edge_of(self, level: int) -> list[bytes]:
        """The hashes of the partial tile at the right end of a level; none where the last tile is full."""
        if level not in self._edge:
            count = self._size >> HEIGHT * level
            self._edge[level] = self._read(level, count // WIDTH) if count % WIDTH else []
        return self._edge[level]

    def _read(self, level: int, index: int) -> list[bytes]:
        tile = tile_of(level, index, self._size)
        data = self._read_tile(tile.path())
        if len(data) != tile.width * _HASH:
            raise ProofInvalid(f"{tile.path()} does not hold {tile.width} hashes")
        return [data[i : i + _HASH] for i in range(0, len(data), _HASH)]
