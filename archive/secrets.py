"""Small secrets that lie in the catalogue: encrypted with a key of their owner, which the archive key wraps.

So who copies the database reads none of them, and they end with their owner's key. Without encryption of the vault
there are no keys of owners, and they lie there as everything else does.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.archive import Archive
from archive.vault import VaultAltered

_NONCE = 12
_CLEAR, _SEALED = b"\x00", b"\x01"


def seal_secret(archive: Archive, owner: str, name: str, secret: bytes) -> bytes:
    """The bytes to keep: they open for the same owner (such as `accounts/<id>`) and name only.

    The owner's key is made, durably, on its first use. Raises `KeyMissing` where it was destroyed.
    """
    if (keyring := archive.objects.keyring) is None:
        return _CLEAR + secret
    nonce = archive.ids.randomness(_NONCE)
    key = AESGCM(keyring.for_writing(owner))
    return _SEALED + nonce + key.encrypt(nonce, secret, _associated(owner, name))


def open_secret(archive: Archive, owner: str, name: str, kept: bytes) -> bytes:
    """The secret. Raises `VaultAltered` for bytes that were not made so, `KeyMissing` where the owner's key is gone."""
    keyring = archive.objects.keyring
    if keyring is None and kept[:1] == _CLEAR:
        return kept[1:]
    if keyring is None or kept[:1] != _SEALED:
        raise VaultAltered(f"a secret of {owner} is not stored as this archive stores them")
    nonce, sealed = kept[1 : 1 + _NONCE], kept[1 + _NONCE :]
    try:
        return AESGCM(keyring.secret(owner)).decrypt(nonce, sealed, _associated(owner, name))
    except (InvalidTag, ValueError) as error:
        raise VaultAltered(f"a secret of {owner} was altered, or is another's") from error


def _associated(owner: str, name: str) -> bytes:
    return f"urn:tabellion:secret:v1 {owner} {name}".encode()
