"""Archives in a folder, for tests of the rooms above: `vault/`, `archive.key` and, on SQLite, `catalogue.db`."""

import os
from pathlib import Path

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from tabellion.base.clock import Clock, SystemClock
from tabellion.base.ids import Ids

_PASSPHRASE = b"correct horse battery staple"


def make_template(folder: Path) -> Path:
    """An empty catalogue with its schema and an archive key, to be copied: both take a while to make."""
    catalogue = sqlite_catalogue(folder)
    upgrade(catalogue)
    catalogue.close()
    ArchiveKeyFile.create(folder / "archive.key", _PASSPHRASE, os.urandom, SystemClock().now())
    return folder


def copy_template(template: Path, folder: Path) -> None:
    """Put what `make_template` made into another folder."""
    for file in template.iterdir():
        _copy(file, folder)


def sqlite_catalogue(folder: Path) -> Catalogue:
    """The catalogue that lies in the folder."""
    return Catalogue(f"sqlite:///{folder}/catalogue.db")


def open_archive(
    folder: Path, clock: Clock, catalogue: Catalogue | None = None, archive_id: str | None = None
) -> Archive:
    """The archive in the folder, with the catalogue there unless another is given; a new one unless its id is."""
    vault = FolderVault(folder / "vault", clock)
    keys = KeyRing(vault, ArchiveKeyFile(folder / "archive.key", _PASSPHRASE, os.urandom), os.urandom, clock)
    ids = Ids(clock)
    return Archive(
        archive_id or ids.new(),
        "localhost/test",
        catalogue or sqlite_catalogue(folder),
        Objects(vault, keys, os.urandom),
        clock=clock,
        ids=ids,
    )


def archive_beside(catalogue: Catalogue, template: Path, folder: Path, clock: Clock) -> Archive:
    """An archive in the folder whose catalogue is not there, but on a server."""
    _copy(template / "archive.key", folder)
    return open_archive(folder, clock, catalogue)


def _copy(file: Path, folder: Path) -> None:
    (folder / file.name).write_bytes(file.read_bytes())
    (folder / file.name).chmod(0o600)
