"""Certificates and revocation lists signed by any signer, in memory or in a device.

cryptography's builders take private keys only. For a key that does not leave its device they sign with a stand-in of
the same kind, and its signature is replaced: what is signed (RFC 5280, tbsCertificate) does not depend on the key.
"""

from collections.abc import Callable
from typing import TypeVar

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from signing.keys import KeySigner, Signer


def public_key(signer: Signer) -> CertificateIssuerPublicKeyTypes:
    """The public key of a signer, as builders want it."""
    return load_der_public_key(signer.public_der)  # type: ignore[return-value]  # Ed25519, ECDSA or RSA by `Algorithm`


def certify(builder: x509.CertificateBuilder, signer: Signer) -> x509.Certificate:
    """The certificate that a signer issues."""
    return _issue(builder.sign, x509.load_der_x509_certificate, signer)


def certify_list(
    builder: x509.CertificateRevocationListBuilder, signer: Signer
) -> x509.CertificateRevocationList:
    """The revocation list that a signer issues."""
    return _issue(builder.sign, x509.load_der_x509_crl, signer)


Issued = TypeVar("Issued", x509.Certificate, x509.CertificateRevocationList)


class _Signed(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """The outer form of both: what is signed, how, and the signature (RFC 5280 sections 4.1.1 and 5.1.1)."""

    _fields = [  # noqa: RUF012  # asn1crypto completes the list in place
        ("to_be_signed", core.Any),
        ("algorithm", core.Any),
        ("signature", core.OctetBitString),
    ]


def _issue(sign: Callable[..., Issued], load: Callable[[bytes], Issued], signer: Signer) -> Issued:
    if isinstance(signer, KeySigner):
        return sign(signer.private, signer.hash_algorithm)
    stand_in = KeySigner.generate(signer.algorithm)
    draft = sign(stand_in.private, stand_in.hash_algorithm)
    parsed = _Signed.load(draft.public_bytes(Encoding.DER))
    parsed["signature"] = signer.sign(parsed["to_be_signed"].dump())
    return load(parsed.dump())
