"""Keys that sign in a PKCS#11 device: made there, used there, and never seen here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pkcs11
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature, encode_named_curve_parameters

from signing.errors import KeyUnusable
from signing.keys import Algorithm, key_id

_CURVES = {Algorithm.P256: "secp256r1", Algorithm.P384: "secp384r1"}
_ED25519 = "1.3.101.112"
_RSA_BITS = 3072


@dataclass(frozen=True, slots=True)
class DeviceSigner:
    """A signer whose private key is in the device."""

    algorithm: Algorithm
    public_der: bytes
    _sign: Callable[[bytes], bytes]

    @property
    def key_id(self) -> str:
        return key_id(self.public_der)

    def sign(self, data: bytes) -> bytes:
        try:
            return self._sign(data)
        except PKCS11Error as error:
            raise KeyUnusable(f"the device did not sign: {type(error).__name__}") from error


class Device:
    """A token of a PKCS#11 module (v2.40; Ed25519 by v3.0), opened with its user's PIN.

    Its session lasts as long as the process: closing one would log out every other session of the process.
    """

    def __init__(self, module: Path, token: str, pin: str) -> None:
        """Raises `KeyUnusable` where module or token are not there, or the PIN is not theirs."""
        self._lock = Lock()
        try:
            found = pkcs11.lib(str(module)).get_token(token_label=token)
            try:
                self._session = found.open(rw=True, user_pin=pin)
            except UserAlreadyLoggedIn:
                # One process has one login, however many sessions (PKCS#11 section 5.6).
                self._session = found.open(rw=True)
        except (PKCS11Error, RuntimeError) as error:
            raise KeyUnusable(
                f"the token {token!r} of {module.name} cannot be opened: {type(error).__name__}"
            ) from error

    def generate(self, label: str, algorithm: Algorithm) -> DeviceSigner:
        """A new key under a label that no other key has; it can sign, and cannot leave the device."""
        private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.SIGN: True}
        given: dict[str, Any] = {"store": True, "label": label, "private_template": private}
        try:
            with self._lock:
                if self._find(label, ObjectClass.PRIVATE_KEY):
                    raise KeyUnusable(f"the device has a key {label!r} already")
                if algorithm is Algorithm.RSA:
                    self._session.generate_keypair(KeyType.RSA, _RSA_BITS, **given)
                elif algorithm is Algorithm.ED25519:
                    mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN
                    self._curve(KeyType.EC_EDWARDS, _ED25519).generate_keypair(mechanism=mechanism, **given)
                else:
                    self._curve(KeyType.EC, _CURVES[algorithm]).generate_keypair(**given)
        except PKCS11Error as error:
            raise KeyUnusable(
                f"the device cannot make a key of {algorithm.value}: {type(error).__name__}"
            ) from error
        return self.find(label)

    def find(self, label: str) -> DeviceSigner:
        """The key of that label; raises `KeyUnusable` where it is not there, or of a kind that we do not use."""
        try:
            with self._lock:
                public = self._find(label, ObjectClass.PUBLIC_KEY)
                private = self._find(label, ObjectClass.PRIVATE_KEY)
                if len(public) != 1 or len(private) != 1:
                    raise KeyUnusable(f"the device does not have exactly one key {label!r}")
                algorithm, public_der = _public(public[0])
        except PKCS11Error as error:
            raise KeyUnusable(f"the key {label!r} cannot be found: {type(error).__name__}") from error
        return DeviceSigner(algorithm, public_der, lambda data: self._signed(private[0], algorithm, data))

    def _signed(self, private: Any, algorithm: Algorithm, data: bytes) -> bytes:
        # A session does one operation at a time.
        with self._lock:
            match algorithm:
                case Algorithm.ED25519:
                    return bytes(private.sign(data, mechanism=Mechanism.EDDSA))
                case Algorithm.RSA:
                    return bytes(private.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
                case Algorithm.P256:
                    digest = hashlib.sha256(data).digest()
                case Algorithm.P384:
                    digest = hashlib.sha384(data).digest()
            raw = private.sign(digest, mechanism=Mechanism.ECDSA)
        return bytes(encode_ecdsa_signature(raw))

    def _curve(self, kind: KeyType, name: str) -> Any:
        parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters(name)}
        return self._session.create_domain_parameters(kind, parameters, local=True)

    def _find(self, label: str, kind: ObjectClass) -> list[Any]:
        return list(self._session.get_objects({Attribute.LABEL: label, Attribute.CLASS: kind}))


def _public(key: Any) -> tuple[Algorithm, bytes]:
    """Kind and SubjectPublicKeyInfo of a public key object."""
    if key.key_type == KeyType.RSA:
        modulus, exponent = (
            int.from_bytes(key[part], "big") for part in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
        )
        if modulus.bit_length() < _RSA_BITS:
            raise KeyUnusable("only RSA keys of 3072 bits or more are used")
        return Algorithm.RSA, _spki(rsa.RSAPublicNumbers(exponent, modulus).public_key())
    if key.key_type == KeyType.EC_EDWARDS:
        raw = bytes(core.OctetString.load(key[Attribute.EC_POINT]))
        return Algorithm.ED25519, _spki(ed25519.Ed25519PublicKey.from_public_bytes(raw))
    curves = {encode_named_curve_parameters(name): algorithm for algorithm, name in _CURVES.items()}
    algorithm = curves.get(bytes(key[Attribute.EC_PARAMS]))
    if algorithm is None:
        raise KeyUnusable("only Ed25519, P-256, P-384 and RSA keys are used")
    return algorithm, _spki(load_der_public_key(encode_ec_public_key(key)))


def _spki(public: Any) -> bytes:
    return bytes(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
