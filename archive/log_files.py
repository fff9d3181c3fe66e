"""The log as it lies in the vault: tiles, entry bundles and the checkpoint (C2SP tlog-tiles), stored in clear."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from archive.vault import Objects, VaultMissing
from signing.errors import ProofInvalid
from signing.tlog import Bundle, LogTree, Tile, entry_bundle, parse_bundle, tiles_for
from signing.tlog.tiles import HEIGHT, WIDTH, tile_of

CHECKPOINT = "log/checkpoint"
_PREFIX = "log/"
_REMEMBERED = 512
_HASH = 32


class LogFiles:
    """Reads and writes the files of one log; paths are those of tlog-tiles, `tile/0/x001/234`."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._full: OrderedDict[str, bytes] = OrderedDict()

    def read_checkpoint(self) -> bytes | None:
        """The signed checkpoint that is published now; None before the first."""
        return self._objects.vault.read_pointer(CHECKPOINT)

    def swap_checkpoint(self, expected: bytes | None, new: bytes) -> None:
        """Publish a checkpoint in the place of `expected`; raises `PointerMoved` where another one stands there."""
        self._objects.vault.swap_pointer(CHECKPOINT, expected, new)

    def tree(self, size: int) -> LogTree:
        """The tree of the first `size` entries, over the stored tiles."""
        return LogTree(size, self.read_tile)

    def read_tile(self, path: str) -> bytes:
        """The hashes of a tile; a partial one is also read out of wider ones, which begin with the same hashes.

        Raises `VaultMissing` and `VaultAltered`.
        """
        if path in self._full:
            self._full.move_to_end(path)
            return self._full[path]
        data = self._read(path)
        full, _, width = path.partition(".p/")
        if width:
            return data[: int(width) * _HASH]
        self._full[full] = data
        if len(self._full) > _REMEMBERED:
            self._full.popitem(last=False)
        return data

    def read_bundle(self, bundle: Bundle) -> Sequence[bytes]:
        """The entries of a bundle. Raises `VaultMissing`, `VaultAltered`, and `ProofInvalid` where some are missing."""
        entries = parse_bundle(self._read(bundle.path()))[: bundle.width]
        if len(entries) != bundle.width:
            raise ProofInvalid(f"{bundle.path()} does not hold {bundle.width} entries")
        return entries

    def write(self, files: Mapping[str, bytes], retain_until: datetime | None) -> None:
        """Store files durably; the full ones, which never change again, are locked until the instant."""
        full = [(_PREFIX + path, data) for path, data in files.items() if ".p/" not in path]
        partial = [(_PREFIX + path, data) for path, data in files.items() if ".p/" in path]
        self._objects.put_raw_many(full, retain_until)
        self._objects.put_raw_many(partial)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove partial files that wider ones have superseded."""
        vault = self._objects.vault
        for path in paths:
            for ref in vault.versions(_PREFIX + path):
                with suppress(VaultMissing):
                    vault.delete(ref)

    def _read(self, path: str) -> bytes:
        vault = self._objects.vault
        for _ in range(2):
            # The second look is for a reader whose partial file was superseded between the two steps.
            for candidate in self._candidates(path):
                for ref in vault.versions(_PREFIX + candidate):
                    with suppress(VaultMissing):
                        return self._objects.read_raw(ref)
        raise VaultMissing(f"{_PREFIX}{path} is not in the vault")

    def _candidates(self, path: str) -> Iterable[str]:
        yield path
        full, _, width = path.partition(".p/")
        if width:
            yield full
            found = {ref.key for ref in self._objects.vault.list(f"{_PREFIX}{full}.p/")}
            widths = (int(key.rpartition("/")[2]) for key in found)
            yield from (f"{full}.p/{wider}" for wider in sorted(widths) if wider > int(width))


def files_of(old_size: int, tail: Sequence[bytes], entries: Sequence[bytes]) -> dict[str, bytes]:
    """The entry bundles to write when a log of `old_size` grows; `tail` are the entries of its last, partial bundle."""
    files: dict[str, bytes] = {}
    start, row = old_size // WIDTH, [*tail, *entries]
    for offset in range(0, len(row), WIDTH):
        held = row[offset : offset + WIDTH]
        files[Bundle(start + offset // WIDTH, len(held)).path()] = entry_bundle(held)
    return files


def superseded(old_size: int, new_size: int) -> list[str]:
    """Paths of the partial files of a log of `old_size` that wider ones stand for once it has `new_size` entries."""
    paths: list[str] = []
    if new_size > old_size and old_size % WIDTH:
        paths.append(Bundle(old_size // WIDTH, old_size % WIDTH).path())
    for tile in tiles_for(old_size, new_size):
        old: Tile = tile_of(tile.level, tile.index, old_size)
        if tile.index == (old_size >> HEIGHT * tile.level) // WIDTH and 0 < old.width < WIDTH:
            paths.append(old.path())
    return paths
