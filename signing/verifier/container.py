"""Opens a hostile zip and reads its files, each bounded by the size in its header and compared with its checksum."""

import zlib
from collections.abc import Mapping
from typing import BinaryIO

from signing.digests import Digests, digest_stream
from signing.errors import PackageRefused
from signing.verifier.zip_directory import DEFLATED, Entry, read_directory

_CHUNK = 1 << 20


class Container:
    """The files of a zip, in their order; reading one raises `PackageRefused` where its header does not hold."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries = read_directory(file)
        self._digests: dict[str, Digests] = {}

    @property
    def entries(self) -> Mapping[str, Entry]:
        """By name, in their order."""
        return self._entries

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def open(self, name: str) -> "EntryReader":
        """The content of a file; raises KeyError where there is none of that name."""
        return EntryReader(self._file, self._entries[name])

    def digests(self, name: str) -> Digests:
        """Size and digests of a file, read once."""
        if name not in self._digests:
            self._digests[name] = digest_stream(self.open(name))
        return self._digests[name]

    def read(self, name: str, largest: int) -> bytes:
        """A small file whole; raises `PackageRefused` where it is larger than that."""
        if self._entries[name].size > largest:
            raise PackageRefused("FILE_TOO_LARGE", f"{name} is larger than {largest} bytes")
        reader, pieces = self.open(name), []
        while piece := reader.read(_CHUNK):
            pieces.append(piece)
        return b"".join(pieces)


class EntryReader:
    """Reads one file, bounded by the size in its header, and checks size and CRC at its end."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        self._file = file
        self._entry = entry
        self._position = entry.data
        self._end = entry.data + entry.packed
        self._left = entry.size
        self._crc = 0
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == DEFLATED else None
        self._done = False

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, a megabyte at most at a time."""
        if self._done:
            return b""
        wanted = min(_CHUNK if size < 0 else size, _CHUNK, self._left)
        data = self._raw(wanted) if self._inflate is None or not wanted else self._inflated(wanted)
        self._crc = zlib.crc32(data, self._crc)
        self._left -= len(data)
        if not self._left:
            self._finish()
        elif wanted and not data:
            raise self._altered()
        return data

    def _raw(self, wanted: int) -> bytes:
        self._file.seek(self._position)
        data = self._file.read(min(wanted, self._end - self._position))
        self._position += len(data)
        return data

    def _inflated(self, wanted: int) -> bytes:
        inflate = self._inflate
        assert inflate is not None  # noqa: S101  (for the type checker: `read` asked)
        try:
            while True:
                packed = inflate.unconsumed_tail or self._raw(_CHUNK)
                data = inflate.decompress(packed, wanted)
                if data or not packed or inflate.eof:
                    return data
        except zlib.error as error:
            raise self._altered() from error

    def _finish(self) -> None:
        self._done = True
        if self._crc != self._entry.crc:
            raise self._altered()
        if self._inflate is None:
            if self._position != self._end:
                raise self._altered()
        else:
            self._finish_inflating()

    def _finish_inflating(self) -> None:
        """The stream must end here, with nothing more to come and nothing behind it."""
        inflate = self._inflate
        assert inflate is not None  # noqa: S101  (for the type checker: `_finish` asked)
        try:
            while not inflate.eof:
                packed = inflate.unconsumed_tail or self._raw(_CHUNK)
                if inflate.decompress(packed, 1) or not packed:
                    raise self._altered()
        except zlib.error as error:
            raise self._altered() from error
        if inflate.unused_data or self._position != self._end:
            raise self._altered()

    def _altered(self) -> PackageRefused:
        return PackageRefused("ZIP_ALTERED", f"{self._entry.name} is not what its header says")
