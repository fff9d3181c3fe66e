"""The keys under the home: the passphrase, the archive key, the keys that sign, the local authority."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.vault import ArchiveKeyFile, make_passphrase_file, read_passphrase_file
from signing.authority import LocalAuthority
from signing.keys import Algorithm, KeySigner
from tabellion.base.errors import NotInitialised
from tabellion.settings import Settings

LOG, RECEIPT, TSA = "log", "receipt", "tsa"


@dataclass(frozen=True, slots=True)
class KeyChest:
    """The opened keys; log and receipts have keys of their own."""

    wrapper: ArchiveKeyFile
    log: KeySigner
    receipt: KeySigner
    authority: LocalAuthority


def make_keys(settings: Settings, now: datetime) -> KeyChest:
    """Make all keys of a new archive; a passphrase file of one's own is used where the settings name one."""
    folder = _folder(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.key_passphrase_file is None:
        passphrase = make_passphrase_file(settings.passphrase_file, os.urandom)
    else:
        passphrase = read_passphrase_file(settings.key_passphrase_file)
    ArchiveKeyFile.create(folder / "archive.key", passphrase, os.urandom, now)
    for use in (LOG, RECEIPT):
        KeySigner.generate(Algorithm.ED25519).write(folder / f"{use}.pem", passphrase)
    (folder / TSA).mkdir(mode=0o700, exist_ok=True)
    LocalAuthority.create(now, os.urandom).save(folder / TSA, passphrase)
    return open_keys(settings)


def open_keys(settings: Settings) -> KeyChest:
    """Open the keys of an archive; raises NotInitialised where there are none."""
    folder = _folder(settings)
    if not (folder / "archive.key").exists():
        raise NotInitialised(f"there are no keys in {folder}")
    passphrase = passphrase_of(settings)
    return KeyChest(
        wrapper=ArchiveKeyFile(folder / "archive.key", passphrase, os.urandom),
        log=KeySigner.read(folder / f"{LOG}.pem", passphrase),
        receipt=KeySigner.read(folder / f"{RECEIPT}.pem", passphrase),
        authority=LocalAuthority.load(folder / TSA, passphrase),
    )


def passphrase_of(settings: Settings) -> bytes:
    """The passphrase that protects all keys."""
    return read_passphrase_file(settings.passphrase_file)


def _folder(settings: Settings) -> Path:
    return settings.home / "keys"
