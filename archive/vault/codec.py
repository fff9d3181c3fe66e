"""The form in which encrypted objects are stored: AES-256-GCM over chunks, so that ranges can be read and nothing need
be held in memory whole.

    header   8 bytes   "TABVLT", codec 1, version 1
             32 bytes  salt, random for each object
    chunk i  64 KiB of plain bytes (the last: 0 to 64 KiB, empty only in an empty object) || 16-byte tag

The object's key is HKDF-SHA-256 (RFC 5869) of the owner's key with that salt, info = header || name, 32 bytes long;
name is the ASCII name of the object in the vault. The nonce of chunk i is i as 11 bytes, big-endian, and one byte that
is 1 for the last chunk and 0 for the others: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar (2015).
There is no associated data.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.vault.errors import VaultAltered
from archive.vault.port import Readable
from archive.vault.streams import Pieces, read_fully, seek_target

MAGIC = b"TABVLT\x01\x01"
SALT_SIZE = 32
HEADER_SIZE = len(MAGIC) + SALT_SIZE
KEY_SIZE = 32
CHUNK = 1 << 16
TAG = 16
SEALED_CHUNK = CHUNK + TAG

Fetch = Callable[[int, int], BinaryIO]
"""Gives the stored bytes from a position, at most so many of them."""


def stored_size(plain: int) -> int:
    """How many bytes an object of so many plain bytes takes in the vault."""
    return HEADER_SIZE + plain + TAG * max(1, -(-plain // CHUNK))


def plain_size(stored: int) -> int:
    """How many plain bytes a stored object holds. Raises `VaultAltered` for a size that no object has."""
    chunks = max(1, -(-(stored - HEADER_SIZE) // SEALED_CHUNK))
    plain = stored - HEADER_SIZE - TAG * chunks
    if plain < 0 or stored_size(plain) != stored:
        raise VaultAltered(f"no object has {stored} bytes in the vault: it was cut or extended")
    return plain


def _cipher(secret: bytes, header: bytes, name: str) -> AESGCM:
    if len(secret) != KEY_SIZE:
        raise ValueError(f"a key has {KEY_SIZE} bytes")
    info = header + name.encode("ascii")
    return AESGCM(HKDF(SHA256(), KEY_SIZE, salt=header[len(MAGIC) :], info=info).derive(secret))


def decrypted(stream: Readable, stored: int, secret: bytes, name: str) -> Iterator[bytes]:
    """The plain bytes of a whole stored object, read once from its beginning, a chunk at a time.

    Every chunk is authenticated for its place; that the object ends where it should shows only at the last one. So
    nothing counts of what raises `VaultAltered` on the way.
    """
    last = max(0, -(-plain_size(stored) // CHUNK) - 1)
    cipher = _cipher(secret, _checked(read_fully(stream, HEADER_SIZE), name), name)
    for index in range(last + 1):
        yield _opened(cipher, index, index == last, read_fully(stream, SEALED_CHUNK), name)


def _checked(header: bytes, name: str) -> bytes:
    if header[: len(MAGIC)] != MAGIC:
        raise VaultAltered(f"{name} does not begin as an encrypted object of a known form")
    return header


def _opened(cipher: AESGCM, index: int, last: bool, sealed: bytes, name: str) -> bytes:
    try:
        return cipher.decrypt(_nonce(index, last), sealed, None)
    except (InvalidTag, ValueError) as error:
        raise VaultAltered(
            f"{name} was altered in the vault (chunk {index}), or is not under its own key"
        ) from error


def _nonce(index: int, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


class EncryptingReader(Pieces):
    """Reads plain bytes from `stream` and gives the bytes to store. `salt` is 32 random bytes, used once."""

    def __init__(self, stream: Readable, secret: bytes, name: str, salt: bytes) -> None:
        if len(salt) != SALT_SIZE:
            raise ValueError(f"a salt has {SALT_SIZE} bytes")
        super().__init__(_encrypt(stream, secret, name, MAGIC + salt))


def _encrypt(stream: Readable, secret: bytes, name: str, header: bytes) -> Iterator[bytes]:
    cipher = _cipher(secret, header, name)
    yield header
    chunk = read_fully(stream, CHUNK)
    index, last = 0, False
    while not last:
        # Only the chunk after it tells that a chunk is not the last.
        following = read_fully(stream, CHUNK) if len(chunk) == CHUNK else b""
        last = not following
        yield cipher.encrypt(_nonce(index, last), chunk, None)
        chunk, index = following, index + 1


class DecryptingReader(io.RawIOBase):
    """The plain bytes of a stored object, or a range of them: readable, seekable within the range.

    Before the first byte is given, the last chunk is authenticated: it proves where the object ends, so that a range of
    an object that was cut or extended is refused as well. Every chunk that is read is authenticated for its place.
    Raises `VaultAltered` for anything that was not written so under this name with this key.
    """

    def __init__(
        self, fetch: Fetch, stored: int, secret: bytes, name: str, start: int = 0, length: int | None = None
    ) -> None:
        self._fetch = fetch
        self._name = name
        self._size = plain_size(stored)
        self._last = max(0, -(-self._size // CHUNK) - 1)
        self._start = min(start, self._size)
        self._length = self._size - self._start if length is None else min(length, self._size - self._start)
        self._position = 0
        self._stream: BinaryIO | None = None
        self._next = -1
        header = _checked(self._fetched(0, HEADER_SIZE), name)
        self._cipher = _cipher(secret, header, name)
        self._tail = self._opened(self._last, self._fetched(self._offset(self._last), SEALED_CHUNK))
        self._chunk, self._index = self._tail, self._last

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
        wanted = max(0, min(len(buffer), self._length - self._position))
        done = 0
        while done < wanted:
            index, within = divmod(self._start + self._position, CHUNK)
            self._load(index)
            piece = memoryview(self._chunk)[within : within + wanted - done]
            buffer[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def readall(self) -> bytes:
        buffer = bytearray(max(0, self._length - self._position))
        return bytes(memoryview(buffer)[: self.readinto(buffer)])

    def close(self) -> None:
        if not self.closed and self._stream is not None:
            self._stream.close()
        super().close()

    def _load(self, index: int) -> None:
        if index == self._index:
            return
        if index == self._last:
            self._chunk, self._index = self._tail, index
            return
        if self._stream is None or index != self._next:
            if self._stream is not None:
                self._stream.close()
            begin, end = self._offset(index), self._offset(self._last_needed() + 1)
            self._stream = self._fetch(begin, end - begin)
        self._chunk = self._opened(index, read_fully(self._stream, SEALED_CHUNK))
        self._index, self._next = index, index + 1

    def _last_needed(self) -> int:
        """The last chunk but the final one, which is held already, that the range touches."""
        return min((self._start + max(self._length, 1) - 1) // CHUNK, max(self._last - 1, 0))

    def _opened(self, index: int, sealed: bytes) -> bytes:
        return _opened(self._cipher, index, index == self._last, sealed, self._name)

    def _fetched(self, start: int, size: int) -> bytes:
        with self._fetch(start, size) as stream:
            return read_fully(stream, size)

    @staticmethod
    def _offset(index: int) -> int:
        return HEADER_SIZE + index * SEALED_CHUNK
