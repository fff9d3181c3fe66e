"""The pointer: an object whose newest version is what it says, replaced by conditional PUTs."""

from contextlib import suppress
from dataclasses import dataclass

from urllib3 import HTTPHeaderDict

from archive.vault.errors import BadKey, PointerMoved, VaultMissing
from archive.vault.s3.listing import KIND, WRITE, Listing
from archive.vault.s3.store import Precondition, Store, in_our_words
from tabellion.base.errors import Unavailable
from tabellion.base.ids import Randomness

POINTER = "pointer"
_LARGEST = 1 << 20
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Present:
    """What a pointer says now, and the ETag of what lies on top (None: a delete marker)."""

    value: bytes
    etag: str | None


class Pointers:
    """Reads and swaps pointers."""

    def __init__(self, store: Store, listing: Listing, randomness: Randomness) -> None:
        self._store = store
        self._listing = listing
        self._randomness = randomness

    def read(self, name: str) -> bytes | None:
        """What the pointer says, or None before its first swap."""
        present = self._present(name)
        return None if present is None else present.value

    def swap(self, name: str, expected: bytes | None, new: bytes) -> None:
        """Replace the value where it is `expected`; raises `PointerMoved`, and `BadKey` for an object."""
        before = self._present(name)
        if (None if before is None else before.value) != expected:
            raise PointerMoved(f"{name} does not say what was expected")
        word = self._randomness(8).hex()
        try:
            with in_our_words(name, versioned=False):
                etag = None if before is None else before.etag
                self._store.put_if(name, new, {KIND: POINTER, WRITE: word}, etag)
        except Precondition:
            # A PUT whose answer was lost is sent again, and then finds what it wrote itself.
            found = self._listing.of_key(name)
            if not found or found[-1].write != word:
                raise PointerMoved(f"{name} was swapped by somebody else") from None
        # Best effort: what stays behind is an old version, and no more.
        with suppress(Unavailable, VaultMissing):
            self._prune(name)

    def _present(self, name: str) -> Present | None:
        """What is there, below delete markers and what others wrote over it; raises `BadKey` for an object."""
        for _ in range(_ATTEMPTS):
            with suppress(VaultMissing):
                value, head = self._get(name)
                if head.get(f"x-amz-meta-{KIND}") == POINTER:
                    return Present(value, head.get("ETag", "").strip('"'))
            found = self._listing.of_key(name)
            ours = [each for each in found if each.kind == POINTER]
            if found and not ours:
                raise BadKey(f"{name} is an object, not a pointer")
            if not ours:
                return None
            # It vanishes where it was swapped at this moment; then the newer one is found.
            with suppress(VaultMissing):
                value, _ = self._get(name, ours[-1].ref.version)
                etag = found[-1].etag if found[-1].latest else None
                return Present(value, etag)
        raise Unavailable(f"{name} is swapped faster than it can be read")

    def _prune(self, name: str) -> None:
        """Remove old versions, but for the last one before the present: a reader may have just been told of it."""
        ours = [each.ref for each in self._listing.of_key(name) if each.kind == POINTER]
        for ref in ours[:-2]:
            with in_our_words(name):
                self._store.client.remove_object(self._store.bucket, name, version_id=ref.version)

    def _get(self, name: str, version: str | None = None) -> tuple[bytes, HTTPHeaderDict]:
        with in_our_words(name):
            answer = self._store.client.get_object(self._store.bucket, name, version_id=version)
            try:
                return answer.read(_LARGEST), answer.headers
            finally:
                answer.close()
                answer.release_conn()
