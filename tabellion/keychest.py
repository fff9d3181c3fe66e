"""The keys under the home: the passphrase, the archive key, the keys that sign, the seal, the local authority."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from archive.vault import ArchiveKeyFile, make_passphrase_file, read_passphrase_file
from signing.authority import LocalAuthority
from signing.durable import write_secret
from signing.errors import KeyUnusable
from signing.keys import Algorithm, KeySigner, PublicKey, Signer
from signing.note import NoteKey
from signing.package.seal import SealKey
from tabellion.base.errors import NotInitialised
from tabellion.keystore import KeyStore
from tabellion.settings import Settings

ARCHIVE, LOG, RECEIPT, TSA = "archive.key", "log", "receipt", "tsa"
SEAL, SEAL_CERTIFICATE, FORMER_SEALS = "seal", "seal-certificate.pem", "seal-former.pem"
NEW_SEAL_CERTIFICATE = "seal-certificate.new.pem"
CA_KEY, TSA_KEY = "ca-key", "tsa-key"
"""Names of an authority's keys in a device, below its folder; those in files are named by `LocalAuthority`."""

_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_KEPT = (".pem", ".key", ".p11", ".json")


@dataclass(frozen=True, slots=True)
class KeyChest:
    """The opened keys; log, receipts and packages have keys of their own, in files or in a PKCS#11 device.

    An archive that was made before there were packages has no seal until its first one (`make_seal`). `retired` are the
    public keys of before, each with its time; `former_seals` the certificates of seals of before.
    """

    wrapper: ArchiveKeyFile
    log: Signer
    receipt: Signer
    authority: LocalAuthority
    seal: SealKey | None
    retired: tuple[PublicKey, ...] = ()
    former_seals: tuple[x509.Certificate, ...] = ()

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """The public keys (DER) that sign for the archive: of the log, of receipts, of the seal."""
        seals = () if self.seal is None else (self.seal.signer.public_der,)
        return (self.log.public_der, self.receipt.public_der, *seals)

    def log_keys(self, origin: str) -> tuple[NoteKey, ...]:
        """The verifier keys of the log under that origin: the present one, then those of before."""
        former = [key.public_der for key in self.retired if key.use == "log"]
        return tuple(NoteKey(origin, public) for public in (self.log.public_der, *former))


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
    store = key_store(settings)
    for use in (LOG, RECEIPT):
        store.make(use, Algorithm.ED25519)
    if not (folder / TSA).exists():
        draft_authority(settings, now, Algorithm.P256, ()).rename(folder / TSA)
    make_seal(settings, now)
    return open_keys(settings)


def make_seal(settings: Settings, now: datetime) -> SealKey:
    """The archive's seal, made where it is not there yet: a P-256 key, and its certificate in the name of the key."""
    folder, store = _folder(settings), key_store(settings)
    signer = store.make(SEAL, Algorithm.P256)
    if not (folder / SEAL_CERTIFICATE).exists():
        pem = seal_certificate(signer, now)
        unless_taken(lambda: write_secret(folder / SEAL_CERTIFICATE, pem), folder / SEAL_CERTIFICATE)
    seal = _read_seal(folder, store)
    if seal is None:
        raise KeyUnusable("the key of the seal was taken away while it was made")
    return seal


def seal_certificate(signer: Signer, now: datetime) -> bytes:
    """A certificate (PEM) for the key of a seal, in the name of the key."""
    certificate = SealKey.create(f"Archive seal {signer.key_id}", signer, now, os.urandom).certificate
    return certificate.public_bytes(serialization.Encoding.PEM)


def draft_authority(
    settings: Settings, now: datetime, algorithm: Algorithm, former: tuple[x509.Certificate, ...]
) -> Path:
    """The folder of a new local authority, to be renamed; nothing was ever signed with a draft that was there."""
    folder, store = _folder(settings), key_store(settings)
    draft = folder / f"{TSA}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if settings.pkcs11_module is None:
        made = LocalAuthority.create(now, os.urandom, algorithm)
    else:
        ca_key, tsa_key = (store.make(f"{TSA}.new/{name}", algorithm) for name in (CA_KEY, TSA_KEY))
        made = LocalAuthority.certified(ca_key, tsa_key, now, os.urandom)
    replace(made, former=former).save(draft, store.passphrase)
    return draft


def finish_authority(folder: Path) -> None:
    """Put the drafted authority in the place of one that was taken away for it."""
    draft = folder / f"{TSA}.new"
    if not (folder / TSA).exists() and (draft / "ca.pem").exists():
        draft.rename(folder / TSA)


def open_keys(settings: Settings) -> KeyChest:
    """Open the keys of an archive; raises NotInitialised where there are none."""
    folder = _folder(settings)
    if not (folder / ARCHIVE).exists():
        raise NotInitialised(f"there are no keys in {folder}")
    store = key_store(settings)
    former = folder / FORMER_SEALS
    return KeyChest(
        wrapper=ArchiveKeyFile(folder / ARCHIVE, store.passphrase, os.urandom),
        log=store.open(LOG),
        receipt=store.open(RECEIPT),
        authority=_read_authority(folder, store),
        seal=_read_seal(folder, store),
        retired=store.retired(),
        former_seals=tuple(x509.load_pem_x509_certificates(former.read_bytes())) if former.exists() else (),
    )


def key_store(settings: Settings) -> KeyStore:
    """The keys under the home, by name."""
    return KeyStore(_folder(settings), passphrase_of(settings), settings)


def signing_files(settings: Settings) -> dict[str, bytes]:
    """Every file of the chest but the archive key, by its relative name, for a backup; private keys stay encrypted.

    Keys in a device are not in it: the device has a way of its own to be backed up.
    """
    folder = _folder(settings)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _KEPT]
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


def _read_seal(folder: Path, store: KeyStore) -> SealKey | None:
    """The seal with its certificate; None where an archive has none yet, or its making was interrupted."""
    if not (folder / SEAL_CERTIFICATE).exists():
        return None
    signer = store.open(SEAL)
    try:
        certificate = x509.load_pem_x509_certificate((folder / SEAL_CERTIFICATE).read_bytes())
        fresh = folder / NEW_SEAL_CERTIFICATE
        following = x509.load_pem_x509_certificate(fresh.read_bytes()) if fresh.exists() else certificate
    except (OSError, ValueError) as error:
        raise KeyUnusable("the certificate of the seal cannot be read") from error
    try:
        return SealKey(signer, certificate)
    except KeyUnusable:
        return SealKey(signer, following)  # a rotation was interrupted between key and certificate


def _read_authority(folder: Path, store: KeyStore) -> LocalAuthority:
    """The local authority; where it is just being followed by another, that one."""
    place = folder / TSA
    if not place.exists() and (folder / f"{TSA}.new" / "ca.pem").exists():
        place = folder / f"{TSA}.new"
    names = [f"{place.name}/{name}" for name in (CA_KEY, TSA_KEY)]
    in_device = all((folder / f"{name}.p11").exists() for name in names)
    keys = (store.open(names[0]), store.open(names[1])) if in_device else None
    return LocalAuthority.load(place, store.passphrase, keys)


def unless_taken(write: Callable[[], None], path: Path) -> None:
    """Write a file; where another process wrote it at the same moment, that one counts."""
    try:
        write()
    except KeyUnusable:
        if not path.exists():
            raise


def _folder(settings: Settings) -> Path:
    return settings.home / "keys"
