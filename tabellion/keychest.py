"""The keys under the home: the passphrase, the archive key, the keys that sign, the local authority."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.vault import ArchiveKeyFile, make_passphrase_file, read_passphrase_file
from signing.authority import LocalAuthority
from signing.keys import Algorithm, KeySigner
from tabellion.base.errors import NotInitialised
from tabellion.settings import Settings

ARCHIVE, LOG, RECEIPT, TSA = "archive.key", "log", "receipt", "tsa"


@dataclass(frozen=True, slots=True)
class KeyChest:
    """The opened keys; log and receipts have keys of their own."""

    wrapper: ArchiveKeyFile
    log: KeySigner
    receipt: KeySigner
    authority: LocalAuthority


def make_keys(settings: Settings, now: datetime) -> KeyChest:
    """Make the keys of a new archive that are not there yet; a passphrase file of one's own is used where one is named.

    What an `init` that was interrupted has made stays in use: a key is never removed or overwritten.
    """
    folder = _folder(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.passphrase_file.exists() or settings.key_passphrase_file is not None:
        passphrase = read_passphrase_file(settings.passphrase_file)
    else:
        passphrase = make_passphrase_file(settings.passphrase_file, os.urandom)
    if not (folder / ARCHIVE).exists():
        ArchiveKeyFile.create(folder / ARCHIVE, passphrase, os.urandom, now)
    for use in (LOG, RECEIPT):
        if not (folder / f"{use}.pem").exists():
            KeySigner.generate(Algorithm.ED25519).write(folder / f"{use}.pem", passphrase)
    if not (folder / TSA).exists():
        draft = folder / f"{TSA}.new"
        shutil.rmtree(draft, ignore_errors=True)  # nothing was ever signed with a draft
        draft.mkdir(mode=0o700)
        LocalAuthority.create(now, os.urandom).save(draft, passphrase)
        draft.rename(folder / TSA)
    return open_keys(settings)


def open_keys(settings: Settings) -> KeyChest:
    """Open the keys of an archive; raises NotInitialised where there are none."""
    folder = _folder(settings)
    if not (folder / ARCHIVE).exists():
        raise NotInitialised(f"there are no keys in {folder}")
    passphrase = passphrase_of(settings)
    return KeyChest(
        wrapper=ArchiveKeyFile(folder / ARCHIVE, passphrase, os.urandom),
        log=KeySigner.read(folder / f"{LOG}.pem", passphrase),
        receipt=KeySigner.read(folder / f"{RECEIPT}.pem", passphrase),
        authority=LocalAuthority.load(folder / TSA, passphrase),
    )


def passphrase_of(settings: Settings) -> bytes:
    """The passphrase that protects all keys."""
    return read_passphrase_file(settings.passphrase_file)


def _folder(settings: Settings) -> Path:
    return settings.home / "keys"
