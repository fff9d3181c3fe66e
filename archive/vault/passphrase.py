"""Passphrase files, and files that only their owner may read."""

import base64
import os
from pathlib import Path

from archive.vault import durable
from archive.vault.errors import ArchiveKeyRefused
from tabellion.base.ids import Randomness


def make_passphrase_file(path: Path, randomness: Randomness) -> bytes:
    """Make a passphrase of 256 random bits in a file of mode 0600. Raises `ArchiveKeyRefused` where it exists."""
    if path.exists():
        raise ArchiveKeyRefused(f"{path.name} exists already: a passphrase is never overwritten")
    passphrase = base64.urlsafe_b64encode(randomness(32)).rstrip(b"=")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    durable.replace_file(path, passphrase + b"\n", 0o600)
    durable.fsync_folder(path.parent)
    return passphrase


def read_passphrase_file(path: Path) -> bytes:
    """The first line of a passphrase file. Raises `ArchiveKeyRefused` where it is absent, empty or open to others."""
    try:
        passphrase = read_private(path).split(b"\n", 1)[0].rstrip(b"\r")
    except FileNotFoundError as error:
        raise ArchiveKeyRefused(f"there is no passphrase file at {path}") from error
    if not passphrase:
        raise ArchiveKeyRefused(f"the passphrase file {path.name} is empty")
    return passphrase


def read_private(path: Path) -> bytes:
    """A file's bytes, if only its owner can read or write it; else raises `ArchiveKeyRefused`."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise ArchiveKeyRefused(f"others can read or write {path}: it must have mode 0600")
        return file.read()
