"""The keys of owners: one 32-byte key per deposit, record or package, wrapped by the archive key, kept in the vault.

Destroying an owner's key is how an object is erased. What is destroyed leaves a mark without content, so that neither a
late writer nor a backup brings the key back.
"""

import io
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from archive.vault.archive_key import KeyWrapper
from archive.vault.codec import KEY_SIZE
from archive.vault.errors import BadKey, KeyMissing, VaultMissing, VaultTaken
from archive.vault.port import Put, Ref, Vault
from tabellion.base.clock import Clock
from tabellion.base.ids import Randomness

PREFIX = "keys/"
DESTROYED = ".destroyed"
_LARGEST_WRAPPED = 4096


class KeyRing:
    """Makes, gives and destroys the keys of owners.

    An owner is a name such as `deposits/<id>`, `documents/<id>/record-3` or `batches/<id>/record-1`. Keys are
    remembered for a short while only, so that a key that another process destroyed is soon forgotten here too.
    """

    def __init__(
        self,
        vault: Vault,
        wrapper: KeyWrapper,
        randomness: Randomness,
        clock: Clock,
        *,
        remembered: int = 1024,
        remember_for: timedelta = timedelta(seconds=30),
    ) -> None:
        self._vault = vault
        self._wrapper = wrapper
        self._randomness = randomness
        self._clock = clock
        self._remembered = remembered
        self._remember_for = remember_for
        self._cache: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()
        self._cache_lock = Lock()

    def __getstate__(self) -> dict[str, object]:
        """What another process is handed: everything but what is remembered."""
        return self.__dict__ | {"_cache": OrderedDict(), "_cache_lock": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state | {"_cache_lock": Lock()})

    def secret(self, owner: str) -> bytes:
        """The key of an owner. Raises `KeyMissing` where it was destroyed, lost, or never made."""
        secret = self._recall(owner)
        if secret is None:
            wrapped = self._wrapped(owner)
            if wrapped is None:
                raise KeyMissing(f"the key of {owner} is not in the vault")
            secret = self._remember(owner, self._wrapper.unwrap(owner, wrapped))
        return secret

    def exists(self, owner: str) -> bool:
        """Whether the vault holds a key of this owner now."""
        return bool(self._vault.versions(key_of(owner)))

    def is_destroyed(self, owner: str) -> bool:
        """Whether the owner's key was destroyed on purpose."""
        return bool(self._vault.versions(key_of(owner) + DESTROYED))

    def create(self, owner: str) -> bytes:
        """A new key, durable in the vault. Raises `VaultTaken` where there is one, `KeyMissing` if it was destroyed."""
        secret = self._randomness(KEY_SIZE)
        self._vault.put(key_of(owner), io.BytesIO(self._wrapper.wrap(owner, secret)), if_absent=True)
        self._refuse_destroyed(owner)
        return self._remember(owner, secret)

    def for_writing(self, owner: str) -> bytes:
        """The key of an owner, made where there is none yet. Raises `KeyMissing` where it was destroyed."""
        with suppress(KeyMissing):
            return self.secret(owner)
        with suppress(VaultTaken):
            return self.create(owner)
        return self.secret(owner)

    def for_writing_many(self, owners: Iterable[str]) -> dict[str, bytes]:
        """As `for_writing`, with the missing keys made in one group."""
        secrets: dict[str, bytes] = {}
        new: dict[str, bytes] = {}
        for owner in dict.fromkeys(owners):
            try:
                secrets[owner] = self.secret(owner)
            except KeyMissing:
                new[owner] = self._randomness(KEY_SIZE)
        puts = [Put(key_of(o), io.BytesIO(self._wrapper.wrap(o, s)), if_absent=True) for o, s in new.items()]
        try:
            self._vault.put_many(puts)
        except VaultTaken:
            # Somebody else made one of them in the meantime; those of the group that were stored are found one by one.
            return secrets | {owner: self.for_writing(owner) for owner in new}
        for owner, secret in new.items():
            self._refuse_destroyed(owner)
            secrets[owner] = self._remember(owner, secret)
        return secrets

    def destroy(self, owner: str) -> int:
        """Delete every version of the owner's key, for good, and say how many there were.

        The mark comes first: a writer who makes the key at the same moment sees the mark after and deletes it again.
        """
        if self.exists(owner):
            self._vault.put(key_of(owner) + DESTROYED, io.BytesIO(b""))
        with self._cache_lock:
            self._cache.pop(owner, None)
        return self._delete_all(owner)

    def owners(self, prefix: str = "") -> Iterator[str]:
        """All owners that have a key, in order."""
        last = None
        for ref in self._vault.list(PREFIX + prefix):
            if not ref.key.endswith(DESTROYED) and ref.key != last:
                last = ref.key
                yield ref.key.removeprefix(PREFIX)

    def wrapped(self, owner: str) -> bytes:
        """The wrapped key as it is stored, for backups. Raises `KeyMissing`."""
        wrapped = self._wrapped(owner)
        if wrapped is None:
            raise KeyMissing(f"the key of {owner} is not in the vault")
        return wrapped

    def bring_back(self, owner: str, secret: bytes) -> bool:
        """Store a key that a backup gave, unless there is one or it was destroyed; says whether it did."""
        if self.exists(owner) or self.is_destroyed(owner):
            return False
        self._vault.put(key_of(owner), io.BytesIO(self._wrapper.wrap(owner, secret)), if_absent=True)
        return True

    def rewrap(self) -> int:
        """Wrap every key anew that a retired archive key wraps, and say how many; objects are not touched.

        The new version is durable before the old ones go, and both hold the same key, so that this can be stopped and
        repeated at any point while others read.
        """
        count = 0
        for owner in self.owners():
            refs = self._vault.versions(key_of(owner))
            stored = {ref: self._read(ref) for ref in refs}
            old = [
                ref for ref, data in stored.items() if data is not None and not self._wrapper.is_current(data)
            ]
            if not old:
                continue
            if len(old) == len(refs):
                secret = self._wrapper.unwrap(owner, stored[old[0]] or b"")
                self._vault.put(key_of(owner), io.BytesIO(self._wrapper.wrap(owner, secret)))
            for ref in old:
                self._vault.delete(ref)
            count += 1
            if self.is_destroyed(owner):
                self._delete_all(owner)
        return count

    def _wrapped(self, owner: str) -> bytes | None:
        # Several versions exist only while keys are wrapped anew; all of them hold the same key. One that has just
        # been deleted has its successor in place already, so that a second look finds it.
        for _ in range(2):
            for ref in self._vault.versions(key_of(owner)):
                if (data := self._read(ref)) is not None:
                    return data
        return None

    def _read(self, ref: Ref) -> bytes | None:
        try:
            with self._vault.get(ref) as stream:
                return stream.read(_LARGEST_WRAPPED)
        except VaultMissing:
            return None

    def _refuse_destroyed(self, owner: str) -> None:
        if self.is_destroyed(owner):
            self._delete_all(owner)
            raise KeyMissing(f"the key of {owner} was destroyed and is not made anew")

    def _delete_all(self, owner: str) -> int:
        count = 0
        while refs := self._vault.versions(key_of(owner)):
            for ref in refs:
                with suppress(VaultMissing):
                    self._vault.delete(ref)
                    count += 1
        return count

    def _recall(self, owner: str) -> bytes | None:
        with self._cache_lock:
            until, secret = self._cache.get(owner, (None, b""))
            if until is None or until <= self._clock.now():
                self._cache.pop(owner, None)
                return None
            self._cache.move_to_end(owner)
            return secret

    def _remember(self, owner: str, secret: bytes) -> bytes:
        with self._cache_lock:
            self._cache[owner] = (self._clock.now() + self._remember_for, secret)
            while len(self._cache) > self._remembered:
                self._cache.popitem(last=False)
        return secret


def key_of(owner: str) -> str:
    """Where the wrapped key of an owner lies in the vault."""
    if owner.endswith(DESTROYED):
        raise BadKey(f"not a name for an owner of keys: {owner[:80]!r}")
    return PREFIX + owner
