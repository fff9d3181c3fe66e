"""Certificates and revocation lists signed by any signer, in memory or in a device.

cryptography's builders take private keys only. For a key that does not leave its device they sign with a stand-in of
the same kind, and its signature is replaced: what is signed (RFC 5280, tbsCertificate) does not depend on the key.
"""

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from signing.keys import KeySigner, Signer


def public_key(signer: Signer) -> CertificateIssuerPublicKeyTypes:
    """The public key of a signer, as builders want it."""
    return load_der_public_key(signer.public_der)  # type: ignore[return-value]  # Ed25519, ECDSA or RSA by `Algorithm`


def certify(builder: x509.CertificateBuilder, signer: Signer) -> x509.Certificate:
    """The certificate that a signer issues."""
    if isinstance(signer, KeySigner):
        return builder.sign(signer.private, signer.hash_algorithm)
    stand_in = KeySigner.generate(signer.algorithm)
    draft = builder.sign(stand_in.private, stand_in.hash_algorithm)
    parsed = asn1_x509.Certificate.load(draft.public_bytes(Encoding.DER))
    parsed["signature_value"] = signer.sign(draft.tbs_certificate_bytes)
    return x509.load_der_x509_certificate(parsed.dump())


def certify_list(
    builder: x509.CertificateRevocationListBuilder, signer: Signer
) -> x509.CertificateRevocationList:
    """The revocation list that a signer issues."""
    if isinstance(signer, KeySigner):
        return builder.sign(signer.private, signer.hash_algorithm)
    stand_in = KeySigner.generate(signer.algorithm)
    draft = builder.sign(stand_in.private, stand_in.hash_algorithm)
    parsed = asn1_crl.CertificateList.load(draft.public_bytes(Encoding.DER))
    parsed["signature"] = signer.sign(draft.tbs_certlist_bytes)
    return x509.load_der_x509_crl(parsed.dump())
