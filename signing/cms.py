"""The signed envelope of a time-stamp token (RFC 5652, RFC 5816): one signer, signed attributes, a bound certificate.

Each function checks one thing and raises `TokenRefused` with the reason of exactly that condition.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signing import der
from signing.errors import TokenReason, TokenRefused

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3_256": hashes.SHA3_256(),
    "sha3_512": hashes.SHA3_512(),
}
_SET_OF = b"\x31"

LIMITS = der.Limits(size=8 << 20, depth=32, count=300_000)
"""A token with the revocation lists of a large authority has some megabytes."""

UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for certificates and revocation lists that break their format."""


class TimeStampResponse(core.Sequence):  # type: ignore[misc]
    """TimeStampResp (RFC 3161 section 2.4.2); asn1crypto's own does not know that the token is optional."""

    _fields = [  # noqa: RUF012
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed token: its content, the one signer, and the certificates and revocation lists that it carries."""

    info: tsp.TSTInfo
    content: bytes
    signer: cms.SignerInfo
    digest_algorithm: str
    certificates: tuple[x509.Certificate, ...]
    crls: tuple[x509.CertificateRevocationList, ...]


def open_envelope(token: bytes) -> Envelope:
    """Take a token apart; the content type and the number of signers are checked, no signature yet."""
    try:
        der.check(token, LIMITS)
        outer = cms.ContentInfo.load(token, strict=True)
        if outer["content_type"].native != "signed_data":
            raise TokenRefused(TokenReason.MALFORMED, "the token is not a CMS SignedData")
        signed = outer["content"]
        content_info = signed["encap_content_info"]
        if signed["version"].native == "v1" or content_info["content_type"].native != "tst_info":
            raise TokenRefused(TokenReason.CONTENT_TYPE, "the content of the token is not id-ct-TSTInfo")
        if len(signed["signer_infos"]) != 1:
            raise TokenRefused(TokenReason.SIGNER_COUNT, "the token has not exactly one signer")
        # asn1crypto parses lazily; this makes it read all of it here, so that nothing malformed surfaces later.
        _ = outer.native
        info = content_info["content"].parsed
        if not isinstance(info, tsp.TSTInfo) or info.native["version"] != "v1":
            raise TokenRefused(
                TokenReason.MALFORMED, "the content of the token is not a TSTInfo of version 1"
            )
        signer = signed["signer_infos"][0]
        return Envelope(
            info=info,
            content=bytes(content_info["content"]),
            signer=signer,
            digest_algorithm=signer["digest_algorithm"]["algorithm"].native,
            certificates=tuple(_certificate(choice) for choice in signed["certificates"] or ()),
            crls=tuple(
                x509.load_der_x509_crl(choice.chosen.dump())
                for choice in signed["crls"] or ()
                if choice.name == "crl"
            ),
        )
    except (TypeError, LookupError, RecursionError, OverflowError, AttributeError, *UNREADABLE) as error:
        raise TokenRefused(TokenReason.MALFORMED, "the token is not well-formed DER") from error


def check_signed_attributes(envelope: Envelope) -> None:
    """Signed attributes are there, name the content type, and hold the digest of the content."""
    if not envelope.signer["signed_attrs"]:
        raise TokenRefused(TokenReason.SIGNED_ATTRIBUTES, "the token has no signed attributes")
    content_type = _attribute(envelope, "content_type", TokenReason.SIGNED_ATTRIBUTES)
    if content_type.native != "tst_info":
        raise TokenRefused(TokenReason.SIGNED_ATTRIBUTES, "the signed content type is not id-ct-TSTInfo")
    if envelope.digest_algorithm not in _HASHES:
        raise TokenRefused(TokenReason.WEAK_ALGORITHM, f"{envelope.digest_algorithm} is not trusted")
    digest = _attribute(envelope, "message_digest", TokenReason.MESSAGE_DIGEST)
    if bytes(digest) != hashlib.new(envelope.digest_algorithm, envelope.content).digest():
        raise TokenRefused(TokenReason.MESSAGE_DIGEST, "the signed digest is not that of the content")


def find_signer(envelope: Envelope, known: Sequence[x509.Certificate]) -> x509.Certificate:
    """The signer's certificate, from the token or from those that are known."""
    sid = envelope.signer["sid"]
    for certificate in (*envelope.certificates, *known):
        if sid.name == "issuer_and_serial_number":
            issuer = sid.chosen["issuer"].dump() == certificate.issuer.public_bytes()
            if issuer and sid.chosen["serial_number"].native == certificate.serial_number:
                return certificate
        elif sid.chosen.native == _subject_key(certificate):
            return certificate
    raise TokenRefused(
        TokenReason.SIGNER_UNKNOWN, "the signer's certificate is neither in the token nor known"
    )


def check_signature(envelope: Envelope, certificate: x509.Certificate) -> None:
    """The signer's key signed the attributes, with the hash that the signer names (RFC 5652 section 5.4)."""
    algorithm = envelope.signer["signature_algorithm"]
    signature = envelope.signer["signature"].native
    signed = _SET_OF + envelope.signer["signed_attrs"].dump()[1:]
    digest = _HASHES[envelope.digest_algorithm]
    try:
        kind = algorithm.signature_algo
        if kind != "ed25519" and _signature_hash(algorithm) not in (None, envelope.digest_algorithm):
            raise InvalidSignature("two hash algorithms in one signature")
        match kind, certificate.public_key():
            case "rsassa_pkcs1v15", rsa.RSAPublicKey() as key:
                key.verify(signature, signed, padding.PKCS1v15(), digest)
            case "rsassa_pss", rsa.RSAPublicKey() as key:
                salt = algorithm["parameters"]["salt_length"].native
                key.verify(signature, signed, padding.PSS(padding.MGF1(digest), salt), digest)
            case "ecdsa", ec.EllipticCurvePublicKey() as key:
                key.verify(signature, signed, ec.ECDSA(digest))
            case "ed25519", ed25519.Ed25519PublicKey() as key:
                key.verify(signature, signed)
            case _:
                raise InvalidSignature("the algorithm is not one for the signer's key")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError) as error:
        raise TokenRefused(TokenReason.SIGNATURE, "the signature of the token does not verify") from error


def check_signer_reference(envelope: Envelope, certificate: x509.Certificate) -> None:
    """The first ESSCertIDv2 (RFC 5816) is that of the signer's certificate."""
    reference = _attribute(envelope, "signing_certificate_v2", TokenReason.SIGNER_REFERENCE)
    try:
        first = reference["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native
        digest = first["cert_hash"].native
        issuer_serial = first["issuer_serial"]
        serial = issuer_serial["serial_number"].native if issuer_serial else certificate.serial_number
    except (IndexError, KeyError, ValueError, TypeError) as error:
        raise TokenRefused(TokenReason.SIGNER_REFERENCE, "the ESSCertIDv2 is not well-formed") from error
    if algorithm not in _HASHES:
        raise TokenRefused(TokenReason.WEAK_ALGORITHM, f"{algorithm} is not trusted")
    expected = hashlib.new(algorithm, certificate.public_bytes(Encoding.DER)).digest()
    if digest != expected or serial != certificate.serial_number:
        raise TokenRefused(TokenReason.SIGNER_REFERENCE, "the ESSCertIDv2 names another certificate")


def _attribute(envelope: Envelope, name: str, reason: TokenReason) -> Any:
    found = [each for each in envelope.signer["signed_attrs"] if each["type"].native == name]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise TokenRefused(reason, f"the signed attribute {name} is not there exactly once")
    return found[0]["values"][0]


def _certificate(choice: Any) -> x509.Certificate:
    if choice.name != "certificate":
        raise TokenRefused(TokenReason.FOREIGN_CERTIFICATE, f"the token carries a {choice.name}")
    if choice.chosen.serial_number <= 0:
        raise TokenRefused(TokenReason.MALFORMED, "a certificate's serial number is not positive (RFC 5280)")
    certificate = x509.load_der_x509_certificate(choice.chosen.dump())
    # These are parsed when they are asked for; asking here keeps what is malformed from surfacing later.
    _ = certificate.extensions, certificate.public_key(), certificate.signature_hash_algorithm
    _ = certificate.subject, certificate.issuer, certificate.serial_number
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return certificate


def _signature_hash(algorithm: Any) -> str | None:
    """The hash that a signature algorithm identifier names; None for plain rsaEncryption, which names none."""
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return None


def _subject_key(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None
