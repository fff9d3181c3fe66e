"""Files on their way into a package, laid down in one unnamed file so that they do not fill the memory."""

import os
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self

from signing.package.parts import Opener


class Spool:
    """Keeps what is written until it is closed; each part can be read again, as often as wanted."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `__exit__`

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, write: Callable[[BinaryIO], object]) -> Opener:
        """Keep what `write` writes; gives what opens it."""
        start = self._file.seek(0, os.SEEK_END)
        write(self._file)
        self._file.flush()
        end = self._file.tell()
        return lambda: _Slice(self._file.fileno(), start, end)


class _Slice:
    """A part of the file, with a position of its own."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor = descriptor
        self._at = start
        self._end = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int = -1, /) -> bytes:
        left = self._end - self._at
        data = os.pread(self._descriptor, left if size < 0 else min(size, left), self._at)
        self._at += len(data)
        return data
