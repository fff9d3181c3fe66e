"""What an archive takes on disk: files of the vault by their sort, tables with their indexes, the search index."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archive.catalogue.schema import metadata

_SORTS = (
    ("original", "originals"),
    ("manifest-", "manifests"),
    ("reading-", "readings"),
    ("images-", "pictures"),
    ("key", "keys"),
)
_TOP = {
    "log": "log",
    "tile": "log",
    "stamps": "stamps",
    "inventory": "inventory",
    "documents": "records",
    "batches": "records",
}


@dataclass(slots=True)
class Taken:
    """Files, their bytes, and the bytes of the disk blocks that they lie in."""

    files: int = 0
    bytes: int = 0
    allocated: int = 0

    def add(self, path: Path) -> None:
        """Count a file."""
        status = path.stat()
        self.files += 1
        self.bytes += status.st_size
        self.allocated += status.st_blocks * 512


@dataclass(slots=True)
class Shape:
    """The parts of an archive by name; of tables also the rows."""

    vault: dict[str, Taken] = field(default_factory=dict)
    tables: dict[str, Taken] = field(default_factory=dict)
    index: Taken = field(default_factory=Taken)
    indexes: dict[str, int] = field(default_factory=dict)
    """Bytes of the pages of each index of a table."""
    folders: int = 0
    """Of the vault."""

    def rows(self) -> Iterator[tuple[str, int, int, int]]:
        """Part, count of files or rows, bytes, allocated bytes."""
        for name, taken in sorted(self.vault.items(), key=lambda item: -item[1].allocated):
            yield f"vault: {name}", taken.files, taken.bytes, taken.allocated
        for name, taken in sorted(self.tables.items(), key=lambda item: -item[1].allocated):
            yield f"catalogue: {name}", taken.files, taken.bytes, taken.allocated
        yield "search index", self.index.files, self.index.bytes, self.index.allocated


def measure_shape(home: Path) -> Shape:
    """The shape of the embedded archive under a home."""
    shape = Shape()
    vault = home / "vault"
    for path in _files(vault):
        shape.vault.setdefault(sort_of(path.relative_to(vault)), Taken()).add(path)
    for path in _files(home / "index"):
        shape.index.add(path)
    shape.folders = sum(1 for _ in os.walk(vault))
    shape.tables, shape.indexes = measure_tables(home / "catalogue.db")
    return shape


def measure_tables(catalogue: Path) -> tuple[dict[str, Taken], dict[str, int]]:
    """Rows of each table that has some, bytes of the cells, and bytes of the pages of it and of its indexes; and the
    bytes of the pages of each index."""
    database = sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)
    owner = dict(
        database.execute("SELECT name, tbl_name FROM sqlite_master WHERE type IN ('table', 'index')")
    )
    found: dict[str, Taken] = {}
    indexes: dict[str, int] = {}
    # Summed here: what dbstat itself sums up (`aggregate = TRUE`) ends at 2 GiB for the size of a table's pages.
    for name, payload, pages in database.execute(
        "SELECT name, sum(payload), sum(pgsize) FROM dbstat GROUP BY name"
    ):
        table = owner.get(name, name)
        if table != name:
            indexes[name] = pages
        taken = found.setdefault(table, Taken())
        taken.bytes += payload
        taken.allocated += pages
    for name in list(found):
        if name in metadata.tables:
            (found[name].files,) = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608
        if name not in metadata.tables or not found[name].files:
            del found[name]
    database.close()
    return found, {name: pages for name, pages in indexes.items() if owner[name] in found}


def sort_of(key: Path) -> str:
    """What a file of the vault is."""
    if key.suffix == ".lock" or "@" in key.name:
        return "locks and versions"
    for beginning, sort in _SORTS:
        if key.name.startswith(beginning):
            return sort
    return _TOP.get(key.parts[0], key.parts[0])


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield Path(parent, name)
