"""Writes a zip whose bytes are a function of names and contents alone: stored, one date, no extra fields.

Nothing is compressed: scans are already, and deflate's output depends on the version of the library that makes it.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from signing.digests import Readable

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16
_CHUNK = 1 << 20


class ZipWriter:
    """Files in the order in which they are added."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, size: int, stream: Readable) -> None:
        """A file of that size; raises ValueError where the stream has another."""
        info = zipfile.ZipInfo(name, _DATE)
        info.create_system = _UNIX
        info.external_attr = _REGULAR_FILE
        info.file_size = size
        left = size
        with self._archive.open(info, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as entry:
            while data := stream.read(_CHUNK):
                left -= len(data)
                if left < 0:
                    break
                entry.write(data)
        if left:
            raise ValueError(f"{name} does not have the {size} bytes that were said")


@contextmanager
def writing(out: BinaryIO) -> Iterator[ZipWriter]:
    """A zip on a seekable file that is empty; complete when the block has ended without an exception."""
    with zipfile.ZipFile(out, "x", zipfile.ZIP_STORED) as archive:
        yield ZipWriter(archive)
