"""A stretch of a file as a stream of its own."""

import io
from typing import BinaryIO


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


def seek_target(offset: int, whence: int, position: int, size: int) -> int:
    """Where a seek leads, by the rules of `io`. Raises ValueError before the beginning."""
    base = {io.SEEK_SET: 0, io.SEEK_CUR: position, io.SEEK_END: size}[whence]
    if base + offset < 0:
        raise ValueError("a position cannot lie before the beginning")
    return base + offset
