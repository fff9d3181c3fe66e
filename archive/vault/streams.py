"""Streams over other streams: a stretch of a file, pieces as they are made, reads that are never short."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from archive.vault.port import Readable


class Window(io.RawIOBase):
    """The bytes of `file` from `start`, at most `length` of them: readable, seekable; closes the file with itself."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = seek_target(offset, whence, self._position, self._length)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        wanted = min(len(buffer), self._length - self._position)
        if wanted <= 0:
            return 0
        self._file.seek(self._start + self._position)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class Pieces:
    """Pieces of bytes, made one after another, read as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """Exactly `size` bytes, fewer only at the end."""
        if size <= 0:
            raise ValueError("a positive number of bytes must be asked for")
        parts, have = [self._rest], len(self._rest)
        while have < size and (piece := next(self._pieces, None)) is not None:
            parts.append(memoryview(piece))
            have += len(piece)
        keep = len(parts[-1]) - max(0, have - size)
        parts[-1], self._rest = parts[-1][:keep], parts[-1][keep:]
        return b"".join(parts)


def read_fully(stream: Readable, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end of the stream, whatever pieces it gives."""
    piece = stream.read(size)
    if not piece or len(piece) == size:
        return piece
    parts, have = [piece], len(piece)
    while have < size and (piece := stream.read(size - have)):
        parts.append(piece)
        have += len(piece)
    return b"".join(parts)


def seek_target(offset: int, whence: int, position: int, size: int) -> int:
    """Where a seek leads, by the rules of `io`. Raises ValueError before the beginning."""
    base = {io.SEEK_SET: 0, io.SEEK_CUR: position, io.SEEK_END: size}[whence]
    if base + offset < 0:
        raise ValueError("a position cannot lie before the beginning")
    return base + offset
