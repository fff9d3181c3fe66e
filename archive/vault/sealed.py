"""Small secrets sealed with a passphrase: scrypt (RFC 7914) and AES-256-GCM in a JSON file that says its parameters."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from archive.vault.errors import ArchiveKeyRefused
from tabellion.base.ids import Randomness

_VERSION = 1
_SALT, _NONCE = 32, 12
MOST_MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost parameters of scrypt: it takes 128 * n * r bytes of memory."""

    n: int
    r: int = 8
    p: int = 1


FOR_GENERATED = Cost(1 << 15)
"""32 MiB: for a passphrase that was generated with 256 random bits; each process pays it at its start."""

FOR_PEOPLE = Cost(1 << 17)
"""128 MiB: for a passphrase that a person thought of."""


def seal(plain: bytes, passphrase: bytes, purpose: str, cost: Cost, randomness: Randomness) -> bytes:
    """The JSON file that holds `plain`. `purpose` is written into it, and a file of another purpose does not open."""
    if not passphrase:
        raise ArchiveKeyRefused("the passphrase is empty")
    salt, nonce = randomness(_SALT), randomness(_NONCE)
    head = {
        "$schema": f"urn:tabellion:sealed:{purpose}:v{_VERSION}",
        "cipher": "AES-256-GCM",
        "kdf": {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": _text(salt)},
        "nonce": _text(nonce),
    }
    sealed = AESGCM(_derive(passphrase, salt, cost)).encrypt(nonce, plain, _associated(head))
    return json.dumps({**head, "sealed": _text(sealed)}, sort_keys=True).encode() + b"\n"


def unseal(data: bytes, passphrase: bytes, purpose: str) -> bytes:
    """What `seal` was given. Raises `ArchiveKeyRefused` for another passphrase or purpose, or an altered file."""
    try:
        value: dict[str, Any] = json.loads(data)
        sealed = _bytes(value.pop("sealed"))
        kdf = value["kdf"]
        cost = Cost(int(kdf["n"]), int(kdf["r"]), int(kdf["p"]))
        salt, nonce = _bytes(kdf["salt"]), _bytes(value["nonce"])
        schema = value["$schema"]
        if 128 * cost.n * cost.r * cost.p > MOST_MEMORY:
            raise ValueError("the cost is out of bounds")
        secret = _derive(passphrase, salt, cost)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveKeyRefused("this is not a file of sealed keys") from error
    if schema != f"urn:tabellion:sealed:{purpose}:v{_VERSION}":
        raise ArchiveKeyRefused(f"this file of sealed keys is of another kind: {schema!r:.80}")
    try:
        return AESGCM(secret).decrypt(nonce, sealed, _associated(value))
    except (InvalidTag, ValueError) as error:
        raise ArchiveKeyRefused(
            "the passphrase does not open the sealed keys, or the file was altered"
        ) from error


def _derive(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(passphrase)


def _associated(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
