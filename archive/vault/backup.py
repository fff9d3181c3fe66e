"""Backups of the keys: one file, sealed with a passphrase, that holds the archive keys and every wrapped key.

line 1   JSON, sealed with the passphrase (archive.vault.sealed): the key of the rest
rest     in the codec's form, under the name `keys-backup`: JSON lines; the first says which archive and when, and
         holds the archive keys and the keys that sign; then one line per owner, in order; the last counts them
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from archive.vault.archive_key import ArchiveKey, ArchiveKeyFile, parse_keys, serialise_keys, unwrap_with
from archive.vault.errors import KeyMissing, VaultAltered
from archive.vault.keys import KeyRing
from archive.vault.sealed_lines import SealedLines, write_sealed_lines
from tabellion.base.clock import parse_rfc3339, rfc3339
from tabellion.base.errors import EvidenceError
from tabellion.base.ids import Randomness

PURPOSE = "keys-backup"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds, and how it compares with the vault at hand.

    `owners` counts the wrapped keys in the backup. `missing_in_vault` are owners whose key only the backup has and that
    were not destroyed: a restore brings them back. `missing_in_backup` were made later, or are lost if the vault is.
    `unopened` are wrapped keys of the backup that its own archive keys do not open.
    """

    archive: str
    made_at: datetime
    owners: int
    missing_in_vault: tuple[str, ...] = ()
    missing_in_backup: tuple[str, ...] = ()
    unopened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """The files of the keys that sign, by their names below the folder of keys, and the passphrase that opens them."""

    passphrase: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """The member of the backup's first line."""
        files = {name: _text(data) for name, data in self.files.items()}
        return {"passphrase": _text(self.passphrase), "files": files}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        files = {name: base64.b64decode(data, validate=True) for name, data in value["files"].items()}
        return cls(base64.b64decode(value["passphrase"], validate=True), files)


class Backup:
    """An opened backup. Raises `ArchiveKeyRefused` for another passphrase, `VaultAltered` for altered bytes."""

    def __init__(self, path: Path, passphrase: bytes) -> None:
        self._lines = SealedLines(path, passphrase, PURPOSE)
        with self._lines.opened() as stream:
            first = _line(stream.readline())
        self.archive: str = first["archive"]
        self.made_at: datetime = parse_rfc3339(first["made_at"])
        self.archive_keys: tuple[ArchiveKey, ...] = parse_keys(first["archive_keys"].encode())
        self.signing = SigningFiles.from_json(first["signing"]) if "signing" in first else None

    def wrapped(self) -> Iterator[tuple[str, bytes]]:
        """Every owner with its wrapped key, in order. Raises `VaultAltered` where the count at the end is another."""
        count = 0
        with self._lines.opened() as stream:
            stream.readline()
            for line in stream:
                value = _line(line)
                if "owners" in value:
                    if value["owners"] != count:
                        raise VaultAltered("the backup does not hold as many keys as it says")
                    return
                count += 1
                yield value["owner"], base64.b64decode(value["wrapped"], validate=True)
        raise VaultAltered("the backup has no end")


def write_backup(
    path: Path,
    passphrase: bytes,
    archive: str,
    keys: ArchiveKeyFile,
    keyring: KeyRing | None,
    randomness: Randomness,
    now: datetime,
    signing: SigningFiles | None = None,
) -> BackupReport:
    """Write a backup to a new file of mode 0600, durably. Raises `Conflict` where the file exists, and `DiskFull`.

    Without a key ring (an archive that is not encrypted) it holds the archive keys and those that sign.
    """
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        first = {
            "archive": archive,
            "made_at": rfc3339(now),
            "archive_keys": serialise_keys(keys.keys).decode(),
        }
        yield _dump(first if signing is None else first | {"signing": signing.to_json()})
        for owner, wrapped in () if keyring is None else _wrapped(keyring):
            yield _dump({"owner": owner, "wrapped": _text(wrapped)})
            count += 1
        yield _dump({"owners": count})

    write_sealed_lines(path, passphrase, PURPOSE, lines(), randomness)
    return BackupReport(archive, now, count)


def restore_archive_key(
    backup: Backup, path: Path, passphrase: bytes, randomness: Randomness
) -> ArchiveKeyFile:
    """Make the key file of an archive that lost it. Raises `ArchiveKeyRefused` where there is one."""
    return ArchiveKeyFile.restore(path, passphrase, randomness, backup.archive_keys)


def restore_keys(backup: Backup, keyring: KeyRing, is_erased: Callable[[str], bool]) -> int:
    """Bring back every key that the vault does not have and that was not erased, and say how many.

    `is_erased` answers from the `erase` entries of the log, which outlive the marks in the vault.
    """
    count = 0
    for owner, wrapped in backup.wrapped():
        if not is_erased(owner):
            count += keyring.bring_back(owner, unwrap_with(backup.archive_keys, owner, wrapped))
    return count


def check_backup(path: Path, passphrase: bytes, keyring: KeyRing | None) -> BackupReport:
    """Rehearse a restore: read the whole backup, open every key with its archive keys, compare with the vault at hand.

    Changes nothing. Without a key ring (no vault at hand) nothing is compared. Memory is independent of the number of
    keys: both sides come in the same order.
    """
    backup = Backup(path, passphrase)
    here = iter(keyring.owners()) if keyring is not None else iter(())
    present = next(here, None)
    count = 0
    only_backup: list[str] = []
    only_vault: list[str] = []
    unopened: list[str] = []
    for owner, wrapped in backup.wrapped():
        count += 1
        try:
            unwrap_with(backup.archive_keys, owner, wrapped)
        except EvidenceError:
            unopened.append(owner)
        if keyring is None:
            continue
        while present is not None and present < owner:
            only_vault.append(present)
            present = next(here, None)
        if present == owner:
            present = next(here, None)
        elif not keyring.is_destroyed(owner):
            only_backup.append(owner)
    while present is not None:
        only_vault.append(present)
        present = next(here, None)
    return BackupReport(
        backup.archive, backup.made_at, count, tuple(only_backup), tuple(only_vault), tuple(unopened)
    )


def _wrapped(keyring: KeyRing) -> Iterator[tuple[str, bytes]]:
    for owner in keyring.owners():
        try:
            yield owner, keyring.wrapped(owner)
        except KeyMissing:
            if not keyring.is_destroyed(owner):
                raise


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _line(line: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(line)
    return value
