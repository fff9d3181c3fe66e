"""What lies in the bucket: versions with what was noted of them, without delete markers, pointers and probes."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, groupby, islice, takewhile

from minio.datatypes import Object

from archive.vault.errors import BadKey, VaultMissing
from archive.vault.port import Ref, check_key
from archive.vault.s3.store import Store, in_our_words

SHA256, WRITE, KIND = "sha256", "write", "kind"
"""What metadata note: the digest (a tag as well), a random word for each write, and what is not an object."""

_AT_ONCE, _BATCH = 8, 64
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Noted:
    """A version, its ETag, whether it is what a read without a version gives, and the notes of who wrote it."""

    ref: Ref
    etag: str
    latest: bool
    write: str | None
    kind: str | None


class Listing:
    """Lists a bucket. A version is asked for its notes one by one; they are a convenience and no proof."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_key(self, key: str) -> list[Noted]:
        """All versions of a key, oldest first, those that are not objects among them."""
        found = self.as_listed(key)
        return [noted for each in reversed(found) if (noted := self._noted(each)) is not None]

    def as_listed(self, key: str) -> list[Object]:
        """All versions of a key, newest first, in one request for a thousand of them and without their notes."""
        # A key sorts before the longer ones that it is the beginning of.
        return list(takewhile(lambda each: each.object_name == key, self._stored(key)))

    def objects(self, prefix: str) -> Iterator[Ref]:
        """All objects below a prefix in the order of keys, the versions of each oldest first."""
        keys = groupby(self._stored(prefix), lambda each: each.object_name)
        ordered = chain.from_iterable(reversed(list(versions)) for _, versions in keys)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while batch := list(islice(ordered, _BATCH)):
                for noted in pool.map(self._noted, batch):
                    if noted is not None and noted.kind is None:
                        yield noted.ref

    def _stored(self, prefix: str) -> Iterator[Object]:
        """Versions as the store lists them: in the order of keys, newest first; names that are not ours left out."""
        with in_our_words(prefix or "the bucket", versioned=False):
            found = self._store.client.list_objects(
                self._store.bucket, prefix=prefix, recursive=True, include_version=True
            )
            for each in found:
                if not each.is_delete_marker and _is_key(each.object_name):
                    yield each

    def _noted(self, found: Object) -> Noted | None:
        """The version with its notes, or None where it has been deleted since."""
        key, version = found.object_name or "", found.version_id or ""
        with suppress(VaultMissing), in_our_words(key):
            head = self._store.client.stat_object(self._store.bucket, key, version_id=version)
            notes = head.metadata or {}
            etag = (found.etag or "").strip('"')
            digest = notes.get(f"x-amz-meta-{SHA256}") or self._digest(key, version, etag)
            return Noted(
                Ref(key, version, digest, head.size or 0),
                etag,
                is_latest(found),
                notes.get(f"x-amz-meta-{WRITE}"),
                notes.get(f"x-amz-meta-{KIND}"),
            )
        return None

    def _digest(self, key: str, version: str, etag: str) -> str:
        """The digest from the tag of what was sent in parts (its ETag has a dash); else the bytes are read."""
        if "-" in etag:
            tags = self._store.client.get_object_tags(self._store.bucket, key, version_id=version)
            if tags is not None and tags.get(SHA256):
                return str(tags[SHA256])
        digest = hashlib.sha256()
        answer = self._store.client.get_object(self._store.bucket, key, version_id=version)
        try:
            for piece in answer.stream(_PIECE):
                digest.update(piece)
        finally:
            answer.close()
            answer.release_conn()
        return digest.hexdigest()


def is_latest(found: Object) -> bool:
    """Whether the store shows this version to who asks for none."""
    return str(found.is_latest).lower() == "true"


def _is_key(name: str | None) -> bool:
    try:
        check_key(name or "")
    except BadKey:
        return False
    return True
