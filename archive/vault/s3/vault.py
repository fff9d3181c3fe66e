"""The vault in a bucket with versioning and Object Lock; see `archive.vault.port.Vault`.

An object has the key of the vault, and is addressed by the version id that the store gave it: what others write over
it, and delete markers, change nothing of what a ref reads. The SHA-256 is noted in the metadata of what is sent whole,
in a tag of what is sent in parts.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from minio.commonconfig import Tags

from archive.vault.errors import BadKey, VaultMissing, VaultTaken, VaultUnsafe
from archive.vault.port import Put, Readable, Ref, Stat, check_key, check_prefix
from archive.vault.s3.address import LockModes
from archive.vault.s3.listing import SHA256, WRITE, Listing
from archive.vault.s3.locking import Locking
from archive.vault.s3.pointer import POINTER, Pointers
from archive.vault.s3.store import Precondition, Store, in_our_words
from archive.vault.s3.stream import RemoteStream
from archive.vault.s3.uploads import abort_uploads
from archive.vault.streams import read_fully
from tabellion.base.clock import Clock
from tabellion.base.errors import Unavailable
from tabellion.base.ids import Randomness

PART = 8 << 20
"""Bytes of a part. What is shorter is sent whole; a store takes 10 000 parts, which is 78 GiB."""

_BUFFER = 1 << 17
_AT_ONCE = 8
_ATTEMPTS = 20


class S3Vault:
    """Keeps objects in a bucket. It can be pickled, and opens connections of its own where it arrives."""

    def __init__(self, store: Store, modes: LockModes, clock: Clock, randomness: Randomness) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._listing = Listing(store)
        self._locking = Locking(store, modes, clock)
        self._pointers = Pointers(store, self._listing, randomness)

    def put(
        self, key: str, stream: Readable, retain_until: datetime | None = None, *, if_absent: bool = False
    ) -> Ref:
        check_key(key)
        head = read_fully(stream, PART)
        if len(head) < PART:
            ref = self._put_whole(key, head, if_absent)
        else:
            ref = self._put_parts(key, _Digesting(head, stream), if_absent)
        if retain_until is not None:
            self._locking.extend(ref, retain_until)
        return ref

    def put_many(self, puts: Sequence[Put]) -> list[Ref]:
        def one(put: Put) -> Ref:
            return self.put(put.key, put.stream, put.retain_until, if_absent=put.if_absent)

        if len(puts) < 2:
            return [one(put) for put in puts]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(one, puts))

    def get(self, ref: Ref, start: int = 0, length: int | None = None) -> BinaryIO:
        return io.BufferedReader(RemoteStream(self._store, _checked(ref), start, length), _BUFFER)

    def stat(self, ref: Ref) -> Stat:
        return self._locking.status(_checked(ref)).stat

    def versions(self, key: str) -> list[Ref]:
        return [each.ref for each in self._listing.of_key(check_key(key)) if each.kind is None]

    def list(self, prefix: str = "") -> Iterator[Ref]:
        yield from self._listing.objects(check_prefix(prefix))

    def hold(self, ref: Ref) -> None:
        self._locking.set_held(_checked(ref), True)

    def release(self, ref: Ref) -> None:
        self._locking.set_held(_checked(ref), False)

    def retain_until(self, ref: Ref, instant: datetime) -> None:
        self._locking.extend(_checked(ref), instant)

    def delete(self, ref: Ref) -> None:
        self._locking.delete(_checked(ref))

    def read_pointer(self, name: str) -> bytes | None:
        return self._pointers.read(check_key(name))

    def swap_pointer(self, name: str, expected: bytes | None, new: bytes) -> None:
        self._pointers.swap(check_key(name), expected, new)

    def sweep_temporary(self, older_than: timedelta) -> int:
        return abort_uploads(self._store, self._clock.now() - older_than)

    def _put_whole(self, key: str, data: bytes, if_absent: bool) -> Ref:
        """Send what fits into memory, on the condition that the key is as it was looked at: no race makes it twice."""
        digest, word = hashlib.sha256(data).hexdigest(), self._randomness(8).hex()
        for _ in range(_ATTEMPTS):
            found = self._listing.of_key(key)
            if any(each.kind == POINTER for each in found):
                raise BadKey(f"{key} is a pointer, not an object")
            for each in found:
                # A PUT whose answer was lost is sent again, and then finds what it wrote itself.
                if each.write == word or (each.ref.digest == digest and not if_absent):
                    return each.ref
            if if_absent and found:
                raise VaultTaken(f"{key} is stored already")
            on_top = found[-1].etag if found and found[-1].latest else None
            try:
                with in_our_words(key, versioned=False):
                    version = self._store.put_if(key, data, {SHA256: digest, WRITE: word}, on_top)
            except Precondition:
                continue
            return _with_version(Ref(key, version, digest, len(data)))
        raise Unavailable(f"too many write {key} at the same time")

    def _put_parts(self, key: str, stream: "_Digesting", if_absent: bool) -> Ref:
        """Send a stream in parts, one in memory at a time. Its digest is known only at the end, and noted in a tag.

        Of the same bytes sent at the same moment the oldest version stays; what was broken off leaves no version.
        """
        if if_absent and self._listing.of_key(key):
            raise VaultTaken(f"{key} is stored already")
        with in_our_words(key, versioned=False):
            client, bucket = self._store.client, self._store.bucket
            source = cast(BinaryIO, stream)  # the client reads and nothing else
            sent = client.put_object(bucket, key, source, -1, part_size=PART, num_parallel_uploads=1)
            ref = _with_version(Ref(key, sent.version_id or "", stream.digest, stream.size))
            tags = Tags.new_object_tags()
            tags[SHA256] = ref.digest
            client.set_object_tags(bucket, key, tags, version_id=ref.version)
        for each in self._listing.of_key(key):
            if each.ref.version == ref.version:
                break
            if if_absent or each.ref.digest == ref.digest:
                self._locking.delete(ref)
                if if_absent:
                    raise VaultTaken(f"{key} is stored already")
                return each.ref
        return ref


class _Digesting:
    """What was read already and the rest behind it, digested and counted as they are sent."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int, /) -> bytes:
        piece = self._head.read(size) or self._rest.read(size)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def digest(self) -> str:
        """SHA-256 in hex of what has been read."""
        return self._digest.hexdigest()


def _checked(ref: Ref) -> Ref:
    """The ref, if it can name one version for good: without an id, or with `null`, a store gives what is newest."""
    check_key(ref.key)
    if ref.version in ("", "null"):
        raise VaultMissing(f"{ref.key} has no version {ref.version!r} in the vault")
    return ref


def _with_version(ref: Ref) -> Ref:
    if ref.version in ("", "null"):
        raise VaultUnsafe("the object store gives objects no versions: versioning was suspended")
    return ref
