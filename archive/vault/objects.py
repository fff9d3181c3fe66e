"""Objects as the rest of the archive sees them: plain bytes in and out, whatever the vault and the codec do beneath."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from archive.vault import codec
from archive.vault.errors import BadKey, VaultAltered
from archive.vault.keys import KeyRing
from archive.vault.port import Put, Readable, Ref, Vault
from tabellion.base.errors import TooLarge
from tabellion.base.ids import Randomness

_AT_ONCE = 1 << 20
_PIECE = 1 << 16

RAW = ("archive.json", "inventory/", "log/", "stamps/")
"""What is stored in clear and holds no personal data: keys with these beginnings, and no others."""


@dataclass(frozen=True, slots=True)
class NewObject:
    """One object of a group: where it goes, its plain bytes or a stream of them, and whose key encrypts it."""

    key: str
    data: bytes | Readable
    owner: str
    retain_until: datetime | None = None

    @property
    def stream(self) -> Readable:
        """The plain bytes, to be read once."""
        return io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data


class Objects:
    """Puts and reads objects. Without a key ring (`TABELLION_VAULT_ENCRYPTION=off`) they are stored as they are."""

    def __init__(self, vault: Vault, keyring: KeyRing | None, randomness: Randomness) -> None:
        self.vault = vault
        self.keyring = keyring
        self._randomness = randomness

    def put(self, key: str, stream: Readable, owner: str, retain_until: datetime | None = None) -> Ref:
        """Store an object durably; the owner's key is made (durably, before) on its first use.

        Raises `KeyMissing` where the owner's key was destroyed, and what `Vault.put` raises.
        """
        _refuse_raw(key)
        secret = None if self.keyring is None else self.keyring.for_writing(owner)
        return self.vault.put(key, self._encoded(key, stream, secret), retain_until)

    def put_bytes(self, key: str, data: bytes, owner: str, retain_until: datetime | None = None) -> Ref:
        """As `put`, for bytes in memory."""
        return self.put(key, io.BytesIO(data), owner, retain_until)

    def put_many(self, objects: Sequence[NewObject]) -> list[Ref]:
        """Store a group, with few fsyncs. Not atomic: an error leaves some of them, and the group may be put again."""
        for new in objects:
            _refuse_raw(new.key)
        secrets: dict[str, bytes] = {}
        if self.keyring is not None:
            secrets = self.keyring.for_writing_many(new.owner for new in objects)
        return self.vault.put_many(
            [
                Put(new.key, self._encoded(new.key, new.stream, secrets.get(new.owner)), new.retain_until)
                for new in objects
            ]
        )

    def open(self, ref: Ref, owner: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """The plain bytes of an object, or a range of them: a seekable stream in constant memory, to be closed.

        Raises `KeyMissing`, `VaultMissing`, and, here or while reading, `VaultAltered`.
        """
        if self.keyring is None:
            return self.vault.get(ref, start, length)

        secret = self.keyring.secret(owner)
        whole = start == 0 and length is None and ref.size <= _AT_ONCE
        fetch = self._in_memory(ref) if whole else lambda at, size: self.vault.get(ref, at, size)
        reader = codec.DecryptingReader(fetch, ref.size, secret, ref.key, start, length)
        return io.BufferedReader(reader, 4 * codec.CHUNK)

    def _in_memory(self, ref: Ref) -> codec.Fetch:
        """A small object, got from the vault once instead of header, end and middle each."""
        with self.vault.get(ref) as stream:
            stored = memoryview(stream.read())
        return lambda at, size: io.BytesIO(stored[at : at + size])

    def pieces(self, ref: Ref, owner: str) -> Iterator[bytes]:
        """All plain bytes of an object, in pieces, from beginning to end: what is quickest, in constant memory.

        Raises `KeyMissing`, `VaultMissing` and `VaultAltered` at any piece; nothing counts of what came before it.
        """
        secret = None if self.keyring is None else self.keyring.secret(owner)
        with self.vault.get(ref) as stream:
            if secret is not None:
                yield from codec.decrypted(stream, ref.size, secret, ref.key)
                return
            while piece := stream.read(_PIECE):
                yield piece

    def size(self, ref: Ref) -> int:
        """How many plain bytes an object has."""
        return ref.size if self.keyring is None else codec.plain_size(ref.size)

    def read_bytes(self, ref: Ref, owner: str, limit: int) -> bytes:
        """All plain bytes of an object of at most `limit` bytes. Raises `TooLarge` and what `open` raises."""
        if self.size(ref) > limit:
            raise TooLarge(f"{ref.key} has more than {limit} bytes")
        return b"".join(self.pieces(ref, owner))

    def put_raw(self, key: str, data: bytes, retain_until: datetime | None = None) -> Ref:
        """Store an object in clear. Only under the names of `RAW`: for all others raises `BadKey`."""
        return self.put_raw_many([(key, data)], retain_until)[0]

    def put_raw_many(
        self, objects: Sequence[tuple[str, bytes]], retain_until: datetime | None = None
    ) -> list[Ref]:
        """As `put_raw` for a group, with few fsyncs."""
        for key, _ in objects:
            if not is_raw(key):
                raise BadKey(f"{key[:80]!r} is not stored in clear")
        return self.vault.put_many([Put(key, io.BytesIO(data), retain_until) for key, data in objects])

    def read_raw(self, ref: Ref, limit: int = 64 << 20) -> bytes:
        """All bytes of an object that is stored in clear, compared with their digest.

        Raises `VaultMissing`, `VaultAltered`, `TooLarge`.
        """
        if ref.size > limit:
            raise TooLarge(f"{ref.key} has more than {limit} bytes")
        with self.vault.get(ref) as stream:
            data = stream.read()
        if hashlib.sha256(data).hexdigest() != ref.digest:
            raise VaultAltered(f"{ref.key} was altered in the vault")
        return data

    def destroy_key(self, owner: str) -> int:
        """Destroy an owner's key, so that nothing of its objects can be read again; says how many versions it had."""
        return 0 if self.keyring is None else self.keyring.destroy(owner)

    def _encoded(self, key: str, stream: Readable, secret: bytes | None) -> Readable:
        if secret is None:
            return stream
        return codec.EncryptingReader(stream, secret, key, self._randomness(codec.SALT_SIZE))


def is_raw(key: str) -> bool:
    """Whether objects of this name are stored in clear."""
    return any(key == name or (name.endswith("/") and key.startswith(name)) for name in RAW)


def _refuse_raw(key: str) -> None:
    if is_raw(key):
        raise BadKey(f"{key[:80]!r} is stored in clear: put_raw takes it")
