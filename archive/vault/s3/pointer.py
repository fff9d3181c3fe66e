"""The pointer: an object whose newest version is what it says, swapped by conditional PUTs that are settled after.

What a store shows to who asks for no version is not relied on: SeaweedFS 4.48 shows the version before the newest
where an old version is deleted while a new one is put (docs/vault.md). The order in which versions are listed is what
counts; each notes which one it follows; and whoever put one looks whether somebody else follows the same.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile, pairwise, takewhile

from minio.datatypes import Object

from archive.vault.errors import BadKey, PointerMoved, VaultMissing
from archive.vault.s3.listing import KIND, WRITE, Listing, is_latest
from archive.vault.s3.store import Precondition, Store, in_our_words
from tabellion.base.errors import Unavailable
from tabellion.base.ids import Randomness

POINTER = "pointer"
AFTER = "after"
"""Notes the version that a swap replaced; a first one notes `none`."""

KEPT = timedelta(minutes=10)
"""How long a value is kept when it was replaced: longer than any request that was begun before is sent again."""

_NONE = "none"
_LARGEST = 1 << 20
_ATTEMPTS, _PAUSE = 8, 0.05


@dataclass(frozen=True, slots=True)
class Present:
    """What a pointer says now, in which version; and the ETag of what the store shows (None: nothing, or a marker)."""

    value: bytes
    version: str
    shown: str | None


class Pointers:
    """Reads and swaps pointers."""

    def __init__(
        self, store: Store, listing: Listing, randomness: Randomness, kept: timedelta = KEPT
    ) -> None:
        self._store = store
        self._listing = listing
        self._randomness = randomness
        self._kept = kept

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
        after, shown = (_NONE, None) if before is None else (before.version, before.shown)
        # A PUT whose answer was lost is sent again and refused for what it wrote itself: what is there decides.
        with suppress(Precondition), in_our_words(name, versioned=False):
            self._store.put_if(name, new, {KIND: POINTER, WRITE: word, AFTER: after}, shown)
        found = self._listing.as_listed(name)
        self._settle(name, word, after, found)
        # Best effort: what stays behind is an old version, and no more.
        with suppress(Unavailable, VaultMissing):
            self._prune(name, after, found)

    def _settle(self, name: str, word: str, after: str, found: Sequence[Object]) -> None:
        """Return where our version is the only one that follows `after`; else it goes, and `PointerMoved` is raised.

        Of two that follow the same, one at least was there when the other looked, and goes. One that was already
        followed itself stays, since the other one cannot have been followed.
        """
        notes: dict[str, Mapping[str, str]] = {}
        for each in takewhile(lambda each: each.version_id != after, found):
            with suppress(VaultMissing):  # a loser has taken his away
                notes[str(each.version_id)] = self._notes(name, each)
        ours = [version for version, note in notes.items() if note.get(WRITE) == word]
        rivals = [v for v, note in notes.items() if note.get(AFTER) == after and v not in ours]
        if ours and (not rivals or any(note.get(AFTER) in ours for note in notes.values())):
            return
        for version in ours:
            self._remove(name, version)
        raise PointerMoved(f"{name} was swapped by somebody else")

    def _present(self, name: str) -> Present | None:
        """What is there, below delete markers and what others wrote over it; raises `BadKey` for an object."""
        for attempt in range(_ATTEMPTS):
            found = self._listing.as_listed(name)
            # A version that vanishes between the list and the request is that of a loser: look again.
            with suppress(VaultMissing):
                newest = self._newest(name, found, settled=attempt == _ATTEMPTS - 1)
                if newest is not None:
                    shown = [(each.etag or "").strip('"') for each in found if is_latest(each)]
                    version = str(newest.version_id)
                    return Present(self._value(name, version), version, shown[0] if shown else None)
                if not found:
                    return None
            time.sleep(_PAUSE)
        raise Unavailable(f"{name} is swapped faster than it can be read")

    def _newest(self, name: str, found: Sequence[Object], *, settled: bool) -> Object | None:
        """The newest version of ours, or None while several follow the same; then, if `settled`, the oldest of them.

        A loser takes his away at once; where he was killed before, the one that was there first stays.
        """
        ours: list[Object] = []
        follows: str | None = None
        for each in found:
            if ours and each.version_id == follows:
                break
            notes = self._notes(name, each)
            if notes.get(KIND) == POINTER and (not ours or notes.get(AFTER) == follows):
                follows = notes.get(AFTER)
                ours.append(each)
        if found and not ours:
            raise BadKey(f"{name} is an object, not a pointer")
        return ours[-1] if len(ours) == 1 or (ours and settled) else None

    def _prune(self, name: str, after: str, found: Sequence[Object]) -> None:
        """Remove what was replaced long ago: no request still under way can be about it."""
        kept = dropwhile(lambda each: each.version_id != after, found)
        for newer, each in pairwise(kept):
            replaced, now = newer.last_modified, found[0].last_modified
            if replaced is None or now is None or now - replaced < self._kept:
                continue
            if self._notes(name, each).get(KIND) == POINTER:
                self._remove(name, str(each.version_id))

    def _notes(self, name: str, version: Object) -> Mapping[str, str]:
        """What a version notes of itself, by its short names; raises `VaultMissing`."""
        with in_our_words(name):
            head = self._store.client.stat_object(
                self._store.bucket, name, version_id=version.version_id
            ).metadata
        notes = {note: (head or {}).get(f"x-amz-meta-{note}") for note in (KIND, WRITE, AFTER)}
        return {note: value for note, value in notes.items() if value is not None}

    def _remove(self, name: str, version: str) -> None:
        with in_our_words(name):
            self._store.client.remove_object(self._store.bucket, name, version_id=version)

    def _value(self, name: str, version: str) -> bytes:
        with in_our_words(name):
            answer = self._store.client.get_object(self._store.bucket, name, version_id=version)
            try:
                return answer.read(_LARGEST)
            finally:
                answer.close()
                answer.release_conn()
