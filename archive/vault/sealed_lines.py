"""Backup files: lines of any number, sealed with a passphrase, written once and read in constant memory.

line 1   JSON, sealed with the passphrase (archive.vault.sealed): the key of the rest
rest     the lines, in the codec's form, under the name of the purpose
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.vault import codec, durable, sealed
from archive.vault.errors import ArchiveKeyRefused
from archive.vault.streams import Pieces, Window
from tabellion.base.errors import Conflict
from tabellion.base.ids import Randomness

_LONGEST_HEAD = 1 << 16


class SealedLines:
    """An opened file. Raises `ArchiveKeyRefused` for another passphrase, `VaultAltered` for altered bytes."""

    def __init__(self, path: Path, passphrase: bytes, purpose: str) -> None:
        try:
            with path.open("rb") as file:
                head = file.readline(_LONGEST_HEAD)
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError as error:
            raise ArchiveKeyRefused(f"there is no backup at {path}") from error
        self._path = path
        self._begin = len(head)
        self._stored = size - len(head)
        self._purpose = purpose
        self._secret = sealed.unseal(head, passphrase, purpose)

    def opened(self) -> BinaryIO:
        """The lines as a stream, from the first; to be closed."""

        def fetch(start: int, size: int) -> BinaryIO:
            window = Window(self._path.open("rb"), self._begin + start, min(size, self._stored - start))
            return io.BufferedReader(window)

        reader = codec.DecryptingReader(fetch, self._stored, self._secret, self._purpose)
        return io.BufferedReader(reader, 4 * codec.CHUNK)


def write_sealed_lines(
    path: Path, passphrase: bytes, purpose: str, lines: Iterator[bytes], randomness: Randomness
) -> None:
    """Write a new file of mode 0600, durably. Raises `Conflict` where it exists, and `DiskFull`."""
    secret = randomness(codec.KEY_SIZE)
    head = sealed.seal(secret, passphrase, purpose, sealed.FOR_PEOPLE, randomness)
    stream = codec.EncryptingReader(Pieces(lines), secret, purpose, randomness(codec.SALT_SIZE))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise Conflict(f"{path.name} exists already: a backup is never overwritten") from error
    try:
        with durable.full_disk_named(), os.fdopen(descriptor, "wb") as file:
            file.write(head)
            while piece := stream.read(durable.PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        durable.fsync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
