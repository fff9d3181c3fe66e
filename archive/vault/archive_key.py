"""The archive key: what wraps the keys of all owners, in a file of mode 0600 that a passphrase file opens."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.vault import durable, sealed
from archive.vault.errors import ArchiveKeyRefused, KeyMissing, VaultAltered
from archive.vault.passphrase import read_private
from tabellion.base.clock import parse_rfc3339, rfc3339
from tabellion.base.ids import Randomness

PURPOSE = "archive-keys"
WRAPPED_SCHEMA = "urn:tabellion:wrapped-key:v1"
SAFE_DELAY = timedelta(hours=1)
"""How long a retired key stays at least: longer than a process takes between looking at the key file and writing."""

_KEY_SIZE, _NONCE, _ID_SIZE = 32, 12, 8


class KeyWrapper(Protocol):
    """What wraps the keys of owners: a key file, a PKCS#11 token, a key service."""

    def wrap(self, owner: str, secret: bytes) -> bytes:
        """The bytes to store for that owner; they open for no other."""
        ...

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """The secret. Raises `VaultAltered` for bytes that were not made so, `KeyMissing` where their key is gone."""
        ...

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the bytes were wrapped with the key in force; what is not is wrapped anew after a rotation."""
        ...


@dataclass(frozen=True, slots=True)
class ArchiveKey:
    """One archive key. `retired_at` is set once another has taken its place."""

    id: str
    secret: bytes = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None


class ArchiveKeyFile:
    """The archive keys of one key file: one in force, and those that were retired and still wrap something.

    Several processes may have the file open while another rotates it: each looks whether it was replaced before it
    wraps, and when it meets a key that it does not know.
    """

    def __init__(self, path: Path, passphrase: bytes, randomness: Randomness) -> None:
        """Opens the file. Raises `ArchiveKeyRefused` where it is absent, open to others, or sealed otherwise."""
        self._path = path
        self._passphrase = passphrase
        self._randomness = randomness
        self._state: tuple[int, int] = (0, 0)
        self._keys: tuple[ArchiveKey, ...] = ()
        self._refresh()

    @classmethod
    def create(cls, path: Path, passphrase: bytes, randomness: Randomness, now: datetime) -> "ArchiveKeyFile":
        """Make a first archive key. Raises `ArchiveKeyRefused` where the file exists: a key is never overwritten."""
        return cls.restore(path, passphrase, randomness, (_new_key(randomness, now),))

    @classmethod
    def restore(
        cls, path: Path, passphrase: bytes, randomness: Randomness, keys: tuple[ArchiveKey, ...]
    ) -> "ArchiveKeyFile":
        """Make the file from keys that a backup gave. Raises `ArchiveKeyRefused` where it exists."""
        if path.exists():
            raise ArchiveKeyRefused(f"{path.name} exists already: an archive key is never overwritten")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, keys, passphrase, randomness)
        return cls(path, passphrase, randomness)

    @property
    def keys(self) -> tuple[ArchiveKey, ...]:
        """All keys of the file, the one in force first."""
        self._refresh()
        return self._keys

    def wrap(self, owner: str, secret: bytes) -> bytes:
        self._refresh()
        key, nonce = self._keys[0], self._randomness(_NONCE)
        wrapped = AESGCM(key.secret).encrypt(nonce, secret, _associated(owner))
        value = {
            "$schema": WRAPPED_SCHEMA,
            "archive_key": key.id,
            "nonce": _text(nonce),
            "wrapped": _text(wrapped),
        }
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        try:
            return unwrap_with(self._keys, owner, wrapped)
        except KeyMissing:
            self._refresh()
            return unwrap_with(self._keys, owner, wrapped)

    def is_current(self, wrapped: bytes) -> bool:
        self._refresh()
        return bool(json.loads(wrapped).get("archive_key") == self._keys[0].id)

    def rotate(self, now: datetime) -> ArchiveKey:
        """Put a new key in force and retire the present one, which stays until `drop_retired`."""
        with durable.exclusive(self._mutex()):
            self._refresh()
            head, *retired = self._keys
            new = _new_key(self._randomness, now)
            self._replace((new, replace(head, retired_at=now), *retired))
        return new

    def drop_retired(self, before: datetime) -> list[str]:
        """Forget the keys that were retired before the instant, and say which; nothing may need them any more."""
        with durable.exclusive(self._mutex()):
            self._refresh()
            dropped = [k for k in self._keys if k.retired_at is not None and k.retired_at < before]
            if dropped:
                self._replace(tuple(k for k in self._keys if k not in dropped))
        return [k.id for k in dropped]

    def _mutex(self) -> Path:
        return self._path.with_name(f".{self._path.name}.mutex")

    def _replace(self, keys: tuple[ArchiveKey, ...]) -> None:
        _write(self._path, keys, self._passphrase, self._randomness)
        self._refresh()

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            state = (status.st_ino, status.st_mtime_ns)
            if state == self._state:
                return
            data = read_private(self._path)
        except FileNotFoundError as error:
            raise ArchiveKeyRefused(f"there is no archive key at {self._path}") from error
        self._keys = parse_keys(sealed.unseal(data, self._passphrase, PURPOSE))
        self._state = state


def unwrap_with(keys: Sequence[ArchiveKey], owner: str, wrapped: bytes) -> bytes:
    """The secret that one of the keys wrapped for the owner. Raises `VaultAltered`, `KeyMissing`."""
    try:
        value = json.loads(wrapped)
        if value["$schema"] != WRAPPED_SCHEMA:
            raise ValueError("an unknown form")
        nonce, body = (base64.b64decode(value[name], validate=True) for name in ("nonce", "wrapped"))
        key = next((key for key in keys if key.id == value["archive_key"]), None)
        if key is None:
            raise KeyMissing(f"the archive key that wraps the key of {owner} is not there")
        return AESGCM(key.secret).decrypt(nonce, body, _associated(owner))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise VaultAltered(f"the key of {owner} was altered, or belongs to another") from error


def serialise_keys(keys: tuple[ArchiveKey, ...]) -> bytes:
    """The keys in clear, as JSON: what is sealed into the key file and into backups."""
    rows = []
    for key in keys:
        row = {"id": key.id, "secret": _text(key.secret), "created_at": rfc3339(key.created_at)}
        rows.append(row if key.retired_at is None else {**row, "retired_at": rfc3339(key.retired_at)})
    return json.dumps({"keys": rows}).encode()


def parse_keys(data: bytes) -> tuple[ArchiveKey, ...]:
    """What `serialise_keys` wrote, the key in force first."""
    keys = []
    for row in json.loads(data)["keys"]:
        retired_at = row.get("retired_at")
        keys.append(
            ArchiveKey(
                id=row["id"],
                secret=base64.b64decode(row["secret"], validate=True),
                created_at=parse_rfc3339(row["created_at"]),
                retired_at=None if retired_at is None else parse_rfc3339(retired_at),
            )
        )
    return tuple(keys)


def _new_key(randomness: Randomness, now: datetime) -> ArchiveKey:
    return ArchiveKey(randomness(_ID_SIZE).hex(), randomness(_KEY_SIZE), now)


def _write(path: Path, keys: tuple[ArchiveKey, ...], passphrase: bytes, randomness: Randomness) -> None:
    content = sealed.seal(serialise_keys(keys), passphrase, PURPOSE, sealed.FOR_GENERATED, randomness)
    durable.replace_file(path, content, 0o600)
    durable.fsync_folder(path.parent)


def _associated(owner: str) -> bytes:
    return f"{WRAPPED_SCHEMA} {owner}".encode("ascii")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
