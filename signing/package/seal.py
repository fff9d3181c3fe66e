"""The archive's seal: a detached CAdES signature (ETSI EN 319 122-1, level B-B, B-T with a time-stamp) of P-256 or RSA.

Debian's openssl cannot sign CMS with Ed25519, and courts' tools want a certificate; so the seal has a key of its own.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing.certifying import certify, public_key
from signing.errors import KeyUnusable
from signing.keys import Algorithm, Signer
from tabellion.base.ids import Randomness

TimeStamper = Callable[[bytes], bytes | None]
"""Gives the time-stamp token (DER ContentInfo) over a SHA-256; None where nobody gives one just now."""

LIFE = timedelta(days=365 * 10)
"""How long a seal's certificate lasts."""

_SIGNATURES = {
    Algorithm.P256: ("sha256", "sha256_ecdsa"),
    Algorithm.P384: ("sha384", "sha384_ecdsa"),
    Algorithm.RSA: ("sha256", "sha256_rsa"),
}


@dataclass(frozen=True, slots=True)
class SealKey:
    """A signer and its certificate; raises `KeyUnusable` where they do not fit, or courts could not follow."""

    signer: Signer
    certificate: x509.Certificate

    def __post_init__(self) -> None:
        if self.signer.algorithm not in _SIGNATURES:
            raise KeyUnusable("packages are sealed with P-256, P-384 or RSA")
        carried = asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER)).public_key.dump()
        if carried != self.signer.public_der:
            raise KeyUnusable("the seal's certificate is for another key")

    @classmethod
    def create(cls, name: str, signer: Signer, now: datetime, randomness: Randomness) -> Self:
        """A seal with a self-signed certificate of that name, valid from now on; verifiers pin the certificate."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        public = public_key(signer)
        start = now.replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(public)
            # Fifteen random bytes behind a one: positive, and within 20 octets (RFC 5280 section 4.1.2.2).
            .serial_number(int.from_bytes(b"\x01" + randomness(15), "big"))
            .not_valid_before(start)
            .not_valid_after(start + LIFE)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_USAGE, critical=True)
        )
        return cls(signer, certify(builder, signer))

    def sign(self, content: bytes, at: datetime, time_stamp: TimeStamper | None = None) -> bytes:
        """The DER of `signature.p7s` over the content; `at` is the claimed signing time, the time-stamp proves one."""
        certificate = asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))
        digest, signature_algorithm = _SIGNATURES[self.signer.algorithm]
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["data"]},
                {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
                {"type": "signing_time", "values": [_time(at)]},
                {"type": "signing_certificate_v2", "values": [_reference(certificate)]},
            ]
        )
        signature = self.signer.sign(attributes.dump())
        info: dict[str, Any] = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": {"algorithm": digest},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": signature_algorithm},
            "signature": signature,
        }
        stamped = None if time_stamp is None else time_stamp(hashlib.sha256(signature).digest())
        if stamped is not None:
            token = cms.ContentInfo.load(stamped)
            info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
        signed = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": digest}],
                "encap_content_info": {"content_type": "data"},
                "certificates": [cms.CertificateChoices("certificate", certificate)],
                "signer_infos": [info],
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _time(at: datetime) -> cms.Time:
    """UTCTime through 2049 and GeneralizedTime from then on (RFC 5652 section 11.3)."""
    moment = at.replace(microsecond=0)
    if at.year < 2050:
        return cms.Time("utc_time", core.UTCTime(moment))
    return cms.Time("generalized_time", core.GeneralizedTime(moment))


def _reference(certificate: asn1_x509.Certificate) -> tsp.SigningCertificateV2:
    """The ESSCertIDv2 (RFC 5035) of the seal's certificate, under SHA-256, its default."""
    issuer = asn1_x509.GeneralName("directory_name", certificate.issuer)
    return tsp.SigningCertificateV2(
        {
            "certs": [
                {
                    "cert_hash": hashlib.sha256(certificate.dump()).digest(),
                    "issuer_serial": {"issuer": [issuer], "serial_number": certificate.serial_number},
                }
            ]
        }
    )
