"""Keys that sign: the Signer protocol, its PKCS#8 files, and the public keys that a verifier must trust.

Private keys come from the operating system's randomness alone: a source that is handed in could be weak.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeAlias, get_args

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from signing import canonical
from signing import fields as check
from signing.durable import write_secret
from signing.errors import KeyUnusable, NotCanonical, SignatureInvalid
from tabellion.base.clock import parse_rfc3339, rfc3339

PrivateKey: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SCHEMA = "urn:tabellion:keys:v1"
_RSA_BITS = 3072


class Algorithm(StrEnum):
    """A kind of key together with the one way in which it signs here."""

    ED25519 = "ed25519"
    P256 = "ecdsa-p256-sha256"
    P384 = "ecdsa-p384-sha384"
    RSA = "rsa-pkcs1-sha256"


_HASHES: Mapping[Algorithm, hashes.SHA256 | hashes.SHA384] = {
    Algorithm.P256: hashes.SHA256(),
    Algorithm.P384: hashes.SHA384(),
    Algorithm.RSA: hashes.SHA256(),
}

Use = Literal["log", "receipt", "seal"]
"""What a key of the archive is trusted for."""


class Signer(Protocol):
    """Anything that signs: a key in a file, later one in a PKCS#11 device."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def public_der(self) -> bytes:
        """The public key as DER SubjectPublicKeyInfo."""
        ...

    @property
    def key_id(self) -> str:
        """`key_id(public_der)`."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature of the data: raw 64 bytes (Ed25519), DER (P-256, P-384), PKCS#1 v1.5 (RSA)."""
        ...


def key_id(public_der: bytes) -> str:
    """The first 32 hexadecimal digits of the SHA-256 of a public key's SubjectPublicKeyInfo."""
    return hashlib.sha256(public_der).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A signer whose private key is in memory."""

    private: PrivateKey
    algorithm: Algorithm
    public_der: bytes

    @classmethod
    def of(cls, private: object) -> Self:
        """The signer of a private key; raises `KeyUnusable` for kinds and sizes that we do not use."""
        match private:
            case ed25519.Ed25519PrivateKey():
                algorithm = Algorithm.ED25519
            case ec.EllipticCurvePrivateKey() if isinstance(private.curve, ec.SECP256R1):
                algorithm = Algorithm.P256
            case ec.EllipticCurvePrivateKey() if isinstance(private.curve, ec.SECP384R1):
                algorithm = Algorithm.P384
            case rsa.RSAPrivateKey() if private.key_size >= _RSA_BITS:
                algorithm = Algorithm.RSA
            case _:
                raise KeyUnusable("only Ed25519, P-256, P-384 and RSA keys of 3072 bits or more are used")
        return cls(private, algorithm, _spki(private.public_key()))

    @classmethod
    def generate(cls, algorithm: Algorithm) -> Self:
        """A new key."""
        match algorithm:
            case Algorithm.ED25519:
                return cls.of(ed25519.Ed25519PrivateKey.generate())
            case Algorithm.P256:
                return cls.of(ec.generate_private_key(ec.SECP256R1()))
            case Algorithm.P384:
                return cls.of(ec.generate_private_key(ec.SECP384R1()))
            case Algorithm.RSA:
                return cls.of(rsa.generate_private_key(65537, _RSA_BITS))

    @property
    def key_id(self) -> str:
        return key_id(self.public_der)

    def sign(self, data: bytes) -> bytes:
        match self.private:
            case ed25519.Ed25519PrivateKey() as private:
                return private.sign(data)
            case ec.EllipticCurvePrivateKey() as private:
                return private.sign(data, ec.ECDSA(_HASHES[self.algorithm]))
            case rsa.RSAPrivateKey() as private:
                return private.sign(data, padding.PKCS1v15(), _HASHES[self.algorithm])

    @property
    def hash_algorithm(self) -> hashes.SHA256 | hashes.SHA384 | None:
        """The hash that it signs with; None for Ed25519, which has its own."""
        return _HASHES.get(self.algorithm)

    def write(self, path: Path, passphrase: bytes) -> None:
        """Write the key as encrypted PKCS#8 (PEM, mode 0600), at once or not at all; an existing file is refused."""
        write_secret(
            path,
            self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(passphrase),
            ),
        )

    @classmethod
    def read(cls, path: Path, passphrase: bytes) -> Self:
        """The key of a file that `write` made; raises `KeyUnusable`."""
        try:
            if path.stat().st_mode & 0o077:
                raise KeyUnusable(f"the key file {path.name} can be read by others than its owner")
            return cls.of(serialization.load_pem_private_key(path.read_bytes(), passphrase))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusable(f"the key file {path.name} cannot be opened: {type(error).__name__}") from error


def verify_signature(algorithm: Algorithm, public_der: bytes, data: bytes, signature: bytes) -> None:
    """Raise `SignatureInvalid` unless that key signed the data with that algorithm."""
    try:
        match algorithm, serialization.load_der_public_key(public_der):
            case Algorithm.ED25519, ed25519.Ed25519PublicKey() as public:
                public.verify(signature, data)
            case Algorithm.P256, ec.EllipticCurvePublicKey() as public if isinstance(
                public.curve, ec.SECP256R1
            ):
                public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
            case Algorithm.P384, ec.EllipticCurvePublicKey() as public if isinstance(
                public.curve, ec.SECP384R1
            ):
                public.verify(signature, data, ec.ECDSA(hashes.SHA384()))
            case Algorithm.RSA, rsa.RSAPublicKey() as public if public.key_size >= _RSA_BITS:
                public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise SignatureInvalid(f"the public key is not one of {algorithm.value}")
    except InvalidSignature as error:
        raise SignatureInvalid("the signature does not belong to these bytes and this key") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureInvalid("the public key cannot be read") from error


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that a verifier trusts for one use, from `valid_from` until (excluding) `valid_until` where that is set."""

    use: Use
    algorithm: Algorithm
    public_der: bytes
    valid_from: datetime
    valid_until: datetime | None = None

    @property
    def key_id(self) -> str:
        """`key_id(public_der)`."""
        return key_id(self.public_der)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hexadecimal: what a report prints."""
        return hashlib.sha256(self.public_der).hexdigest()

    def valid_at(self, instant: datetime) -> bool:
        """Whether the key was to be used at that instant."""
        return self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until)

    def ended_at(self, instant: datetime) -> bool:
        """Whether the key was not to be used any more then; what it signed may be older than itself."""
        return self.valid_until is not None and self.valid_until <= instant

    def verify(self, data: bytes, signature: bytes) -> None:
        """Raise `SignatureInvalid` unless this key signed the data."""
        verify_signature(self.algorithm, self.public_der, data, signature)

    @classmethod
    def of(cls, use: Use, signer: Signer, valid_from: datetime) -> Self:
        """The public half of a signer."""
        return cls(use, signer.algorithm, signer.public_der, valid_from)


def public_keys(keys: Iterable[PublicKey]) -> bytes:
    """The bytes of `keys.json`, in the order given: RFC 8785 of `{$schema, keys: [{use, key_id, ...}]}`."""
    return canonical.dumps({"$schema": SCHEMA, "keys": [_key_object(key) for key in keys]})


def parse_public_keys(data: bytes) -> tuple[PublicKey, ...]:
    """The keys of a `keys.json`; raises `KeyUnusable` where it is not exactly what `public_keys` writes."""
    try:
        value = check.members("keys.json", canonical.load_object(data), frozenset({"$schema", "keys"}))
        if value["$schema"] != SCHEMA or not isinstance(value["keys"], list):
            raise ValueError(f"not a {SCHEMA}")
        return tuple(_parse_key(key) for key in value["keys"])
    except (NotCanonical, ValueError) as error:
        raise KeyUnusable(f"the list of public keys is not valid: {error}") from error


def _key_object(key: PublicKey) -> dict[str, str]:
    value = {
        "use": key.use,
        "key_id": key.key_id,
        "algorithm": key.algorithm.value,
        "public_key": base64.b64encode(key.public_der).decode(),
        "valid_from": rfc3339(key.valid_from),
    }
    return value if key.valid_until is None else value | {"valid_until": rfc3339(key.valid_until)}


def _parse_key(value: Any) -> PublicKey:
    required = frozenset({"use", "key_id", "algorithm", "public_key", "valid_from"})
    members = check.members("a key", value, required, frozenset({"valid_until"}))
    if members["use"] not in get_args(Use):
        raise ValueError("the use of a key is none of log, receipt, seal")
    key = PublicKey(
        use=members["use"],
        algorithm=Algorithm(members["algorithm"]),
        public_der=check.base64_bytes("public_key", members["public_key"]),
        valid_from=parse_rfc3339(check.instant("valid_from", members["valid_from"])),
        valid_until=parse_rfc3339(check.instant("valid_until", members["valid_until"]))
        if "valid_until" in members
        else None,
    )
    if key.key_id != members["key_id"]:
        raise ValueError("a key id does not belong to its key")
    return key


def _spki(public: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
