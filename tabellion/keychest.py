"""The keys under the home: the passphrase, the archive key, the keys that sign, the seal, the local authority."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from archive.vault import ArchiveKeyFile, make_passphrase_file, read_passphrase_file
from signing.authority import LocalAuthority
from signing.durable import write_secret
from signing.errors import KeyUnusable
from signing.keys import Algorithm, KeySigner
from signing.package.seal import SealKey
from tabellion.base.errors import NotInitialised
from tabellion.settings import Settings

ARCHIVE, LOG, RECEIPT, TSA = "archive.key", "log", "receipt", "tsa"
SEAL, SEAL_CERTIFICATE = "seal.pem", "seal-certificate.pem"
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class KeyChest:
    """The opened keys; log, receipts and packages have keys of their own.

    An archive that was made before there were packages has no seal until its first one (`make_seal`).
    """

    wrapper: ArchiveKeyFile
    log: KeySigner
    receipt: KeySigner
    authority: LocalAuthority
    seal: SealKey | None

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """The public keys (DER) that sign for the archive: of the log, of receipts, of the seal."""
        seals = () if self.seal is None else (self.seal.signer.public_der,)
        return (self.log.public_der, self.receipt.public_der, *seals)


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
    make_seal(settings, now)
    return open_keys(settings)


def make_seal(settings: Settings, now: datetime) -> SealKey:
    """The archive's seal, made where it is not there yet: a P-256 key, and its certificate in the name of the key."""
    folder, passphrase = _folder(settings), passphrase_of(settings)
    if not (folder / SEAL).exists():
        _unless_taken(
            lambda: KeySigner.generate(Algorithm.P256).write(folder / SEAL, passphrase), folder / SEAL
        )
    if not (folder / SEAL_CERTIFICATE).exists():
        signer = KeySigner.read(folder / SEAL, passphrase)
        certificate = SealKey.create(f"Archive seal {signer.key_id}", signer, now, os.urandom).certificate
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        _unless_taken(lambda: write_secret(folder / SEAL_CERTIFICATE, pem), folder / SEAL_CERTIFICATE)
    seal = _read_seal(folder, passphrase)
    if seal is None:
        raise KeyUnusable("the key of the seal was taken away while it was made")
    return seal


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
        seal=_read_seal(folder, passphrase),
    )


def signing_files(settings: Settings) -> dict[str, bytes]:
    """Every file of the chest but the archive key, by its relative name, for a backup; private keys stay encrypted."""
    folder = _folder(settings)
    paths = [path for path in sorted(folder.rglob("*.pem")) + sorted(folder.rglob("*.key")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name != ARCHIVE}


def restore_signing_files(settings: Settings, files: Mapping[str, bytes], passphrase: bytes) -> int:
    """Bring back what is missing in the chest; gives how many files. `passphrase` is that of the backed-up files.

    Private keys are encrypted with the passphrase that is in force now. What is there is never overwritten.
    """
    folder, present, count = _folder(settings), passphrase_of(settings), 0
    for name, data in files.items():
        path = folder / name
        if path.exists() or not path.resolve().is_relative_to(folder.resolve()):
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if data.startswith(_ENCRYPTED):
            try:
                private = serialization.load_pem_private_key(data, passphrase)
            except (ValueError, TypeError) as error:
                raise KeyUnusable(f"the key {name} of the backup cannot be opened") from error
            KeySigner.of(private).write(path, present)
        else:
            write_secret(path, data)
        count += 1
    return count


def passphrase_of(settings: Settings) -> bytes:
    """The passphrase that protects all keys."""
    return read_passphrase_file(settings.passphrase_file)


def _read_seal(folder: Path, passphrase: bytes) -> SealKey | None:
    """The seal with its certificate; None where an archive has none yet, or its making was interrupted."""
    if not (folder / SEAL_CERTIFICATE).exists():
        return None
    try:
        certificate = x509.load_pem_x509_certificate((folder / SEAL_CERTIFICATE).read_bytes())
    except (OSError, ValueError) as error:
        raise KeyUnusable("the certificate of the seal cannot be read") from error
    return SealKey(KeySigner.read(folder / SEAL, passphrase), certificate)


def _unless_taken(write: Callable[[], None], path: Path) -> None:
    """Write a file; where another process wrote it at the same moment, that one counts."""
    try:
        write()
    except KeyUnusable:
        if not path.exists():
            raise


def _folder(settings: Settings) -> Path:
    return settings.home / "keys"
