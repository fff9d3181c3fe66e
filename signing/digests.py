"""Both digests of a stream in one pass, so that a file is read once whatever its size."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_CHUNK = 1 << 20


class Readable(Protocol):
    """Anything with the `read` of a binary file."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 and SHA-512 in hexadecimal, and the number of bytes."""

    sha256: str
    sha512: str
    size: int


class DigestingReader:
    """A reader that digests what passes through it."""

    __slots__ = ("_sha256", "_sha512", "_size", "_stream")

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read up to `size` bytes from the stream beneath, all of it where `size` is negative."""
        data = self._stream.read(size)
        self._sha256.update(data)
        self._sha512.update(data)
        self._size += len(data)
        return data

    @property
    def digests(self) -> Digests:
        """Digests of what was read up to now."""
        return Digests(self._sha256.hexdigest(), self._sha512.hexdigest(), self._size)


def digest_stream(stream: Readable) -> Digests:
    """Digests of a stream from where it stands to its end, a megabyte in memory at a time."""
    reader = DigestingReader(stream)
    while reader.read(_CHUNK):
        pass
    return reader.digests


def digest_pieces(pieces: Iterable[bytes]) -> Digests:
    """Digests of bytes that come in pieces."""
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    for piece in pieces:
        sha256.update(piece)
        sha512.update(piece)
        size += len(piece)
    return Digests(sha256.hexdigest(), sha512.hexdigest(), size)


def digest_bytes(data: bytes) -> Digests:
    """Digests of bytes that are in memory anyway."""
    return Digests(hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), len(data))
