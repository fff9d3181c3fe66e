"""The stored bytes of a version as a seekable stream: opened anew where it broke off, digested as they pass."""

import hashlib
import io
from typing import TYPE_CHECKING

import urllib3

from archive.vault.errors import VaultAltered
from archive.vault.port import Ref
from archive.vault.s3.store import Store, in_our_words
from archive.vault.streams import seek_target

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse


class RemoteStream(io.RawIOBase):
    """The bytes of a version from `start`, at most `length` of them, over one connection at a time.

    A connection that breaks off is opened again where it was. Where all bytes were read from first to last, their
    digest is compared at the end, and `VaultAltered` raised; the size is compared at each opening.
    """

    def __init__(self, store: Store, ref: Ref, start: int, length: int | None) -> None:
        rest = max(ref.size - start, 0)
        self._store = store
        self._ref = ref
        self._start = start
        self._length = rest if length is None else min(length, rest)
        self._position = 0
        self._answer: BaseHTTPResponse | None = None
        self._digest = hashlib.sha256() if self._length == ref.size else None
        if self._length:
            self._answer = self._open()
        else:
            self._check_there()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = seek_target(offset, whence, self._position, self._length)
        if target != self._position:
            self._drop()
            self._digest = None
            self._position = target
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        wanted = min(len(buffer), self._length - self._position)
        if wanted <= 0:
            return 0
        data = self._read(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        if self._digest is not None:
            self._digest.update(data)
            if self._position == self._length and self._digest.hexdigest() != self._ref.digest:
                raise VaultAltered(f"{self._ref.key} was altered in the vault, or on its way")
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()

    def _read(self, wanted: int) -> bytes:
        """At least one byte, however often the connection breaks off; raises `Unavailable` when it does for good."""
        retry = self._store.retry
        with in_our_words(self._ref.key):
            while True:
                try:
                    self._answer = self._answer or self._open()
                    if data := self._answer.read(wanted):
                        return data
                    raise urllib3.exceptions.ProtocolError("the answer ends early")
                except (urllib3.exceptions.ProtocolError, urllib3.exceptions.TimeoutError) as error:
                    self._drop()
                    retry = retry.increment("GET", self._ref.key, error=error)
                    retry.sleep()

    def _open(self) -> "BaseHTTPResponse":
        start = self._start + self._position
        with in_our_words(self._ref.key):
            answer = self._store.client.get_object(
                self._store.bucket,
                self._ref.key,
                offset=start,
                length=self._length - self._position,
                version_id=self._ref.version,
            )
        total = answer.headers.get("Content-Range", "").rpartition("/")[2] or answer.headers["Content-Length"]
        if int(total) != self._ref.size:
            answer.close()
            raise _other_size(self._ref, int(total))
        return answer

    def _check_there(self) -> None:
        with in_our_words(self._ref.key):
            found = self._store.client.stat_object(
                self._store.bucket, self._ref.key, version_id=self._ref.version
            )
        if found.size != self._ref.size:
            raise _other_size(self._ref, found.size or 0)

    def _drop(self) -> None:
        """Give the connection back where the answer was read to its end; else it ends."""
        if self._answer is not None:
            if self._position < self._length:
                self._answer.close()
            self._answer.release_conn()
            self._answer = None


def _other_size(ref: Ref, size: int) -> VaultAltered:
    return VaultAltered(f"{ref.key} has {size} bytes in the vault and should have {ref.size}")
