"""The reader through which all received bytes pass: digests, size limit, announced digest, beginning of the file."""

from typing import Protocol

from ingest.errors import DigestDiffers
from ocr.media import HEAD_BYTES
from signing.digests import DigestingReader, Digests
from tabellion.base.errors import TooLarge


class Readable(Protocol):
    """Anything that gives its bytes in pieces; an empty piece is the end."""

    def read(self, size: int = -1, /) -> bytes: ...


class IntakeReader:
    """Digests what passes and refuses, while it passes, what is too large or is not what was announced.

    The announced digest is checked before the end is reported, so that a vault that reads from here never completes
    an object of other bytes. Raises `TooLarge` and `DigestDiffers`.
    """

    __slots__ = ("_digesting", "_ended", "_limit", "_sha256", "_sha512", "head")

    def __init__(
        self, stream: Readable, limit: int, *, sha256: str | None = None, sha512: str | None = None
    ) -> None:
        self._digesting = DigestingReader(stream)
        self._limit = limit
        self._sha256, self._sha512 = sha256, sha512
        self._ended = False
        self.head = b""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, a mebibyte at most."""
        if self._ended:
            return b""
        piece = self._digesting.read(1 << 20 if size < 0 else min(size, 1 << 20))
        if len(self.head) < HEAD_BYTES:
            self.head += piece[: HEAD_BYTES - len(self.head)]
        if self.digests.size > self._limit:
            raise TooLarge(f"more than {self._limit} bytes in one file")
        if not piece and size != 0:
            self._ended = True
            self._compare()
        return piece

    def exhaust(self) -> Digests:
        """Read to the end without keeping anything."""
        while self.read(1 << 20):
            pass
        return self.digests

    @property
    def digests(self) -> Digests:
        """Digests of what has passed."""
        return self._digesting.digests

    def _compare(self) -> None:
        found = self.digests
        for name, expected, computed in (
            ("SHA-256", self._sha256, found.sha256),
            ("SHA-512", self._sha512, found.sha512),
        ):
            if expected is not None and expected.lower() != computed:
                raise DigestDiffers(f"the {name} of what arrived is {computed}, announced was {expected}")
