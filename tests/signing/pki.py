"""A small test PKI and a maker of time-stamp tokens that can be wrong in one respect at a time."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import cms, core, crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.timestamp import TimestampTrust

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2036, 1, 1, tzinfo=UTC)
GEN_TIME = datetime(2026, 11, 21, 9, 14, 0, 250_000, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.32473.7"
NONCE = 2**64 + 7
IMPRINT = hashlib.sha256(b"the root of a stamp").digest()


@cache
def key(kind: str = "p256", owner: str = "") -> Any:
    """A private key of that kind, the same one for the same owner within a run."""
    match kind:
        case "p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "p521":
            return ec.generate_private_key(ec.SECP521R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any


def usage(**bits: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: bits.get(name, False) for name in names})


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def issue(
    name: str,
    issuer: Identity | None,
    private: Any,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    *,
    start: datetime = START,
    end: datetime = END,
    serial: int | None = None,
) -> Identity:
    """A certificate with exactly those extensions, beside the key identifiers."""
    signer = issuer.key if issuer else private
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer.certificate.subject if issuer else _name(name))
        .public_key(private.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Identity(builder.sign(signer, digest), private)


def ca(
    name: str,
    issuer: Identity | None = None,
    *,
    private: Any = None,
    is_ca: bool = True,
    path_length: int | None = None,
    may: x509.KeyUsage | None = None,
    purposes: Sequence[x509.ObjectIdentifier] = (),
    **dates: Any,
) -> Identity:
    """A certification authority, self-signed where it has no issuer."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=path_length if is_ca else None), True),
        (may or usage(key_cert_sign=True, crl_sign=True), True),
    ]
    if purposes:
        extensions.append((x509.ExtendedKeyUsage(purposes), False))
    return issue(name, issuer, private or key(owner=name), extensions, **dates)


def tsa(
    issuer: Identity,
    *,
    private: Any = None,
    purposes: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.TIME_STAMPING,),
    purposes_critical: bool = True,
    is_ca: bool = False,
    may: x509.KeyUsage | None = None,
    without_usage: bool = False,
    **dates: Any,
) -> Identity:
    """A signer of time-stamps."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=None), True)
    ]
    if purposes is not None:
        extensions.append((x509.ExtendedKeyUsage(purposes), purposes_critical))
    if not without_usage:
        extensions.append((may or usage(digital_signature=True), True))
    return issue("signer", issuer, private or key(owner="signer"), extensions, **dates)


def revocation_list(
    issuer: Identity,
    *,
    revoked: Sequence[tuple[x509.Certificate, datetime, x509.ReasonFlags | None]] = (),
    made: datetime = GEN_TIME,
    until: datetime | None = None,
    signed_by: Identity | None = None,
    critical: bool = False,
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(made)
        .next_update(until or made + timedelta(days=7))
    )
    for certificate, when, reason in revoked:
        entry = (
            x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(when)
        )
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    if critical:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    return builder.sign((signed_by or issuer).key, hashes.SHA256())


ROOT = ca("root")
SIGNER = tsa(ROOT)
TRUST = TimestampTrust("authority", "ordinary", (ROOT.certificate,), frozenset({POLICY}))

Attribute = dict[str, Any]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Recipe:
    """How a token is made; each field can be changed alone."""

    signer: Identity = SIGNER
    carried: tuple[x509.Certificate, ...] | None = None
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    info: tuple[tuple[str, Any], ...] = ()
    digest: str = "sha256"
    signature_algorithm: str | None = None
    content_type: str = "tst_info"
    change_attributes: Callable[[list[Attribute]], list[Attribute]] = _same
    change_content: Callable[[bytes], bytes] = _same
    change_signature: Callable[[bytes], bytes] = _same
    by_key_identifier: bool = False
    signers: int = 1

    def but(self, **changes: Any) -> "Recipe":
        return replace(self, **changes)

    def token(self) -> bytes:
        """The DER ContentInfo."""
        return bytes(self._content_info().dump())

    def response(self, status: str = "granted", failure: str | None = None) -> bytes:
        """The DER TimeStampResp with the token in it."""
        info: dict[str, Any] = {"status": status}
        if failure is not None:
            info["fail_info"] = {failure}
        return bytes(tsp.TimeStampResp({"status": info, "time_stamp_token": self._content_info()}).dump())

    def _content_info(self) -> cms.ContentInfo:
        certificate = asn1_x509.Certificate.load(self.signer.certificate.public_bytes(Encoding.DER))
        content = self._tst_info()
        attributes = self.change_attributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.new(self.digest, content).digest()]},
                {"type": "signing_certificate_v2", "values": [reference(self.signer.certificate)]},
            ]
        )
        info: dict[str, Any] = {
            "version": "v1",
            "sid": self._sid(certificate),
            "digest_algorithm": {"algorithm": self.digest},
        }
        signed = content
        if attributes:
            info["signed_attrs"] = cms.CMSAttributes(attributes)
            signed = info["signed_attrs"].dump()
        algorithm, signature = _sign(self.signer.key, self.digest, signed)
        info["signature_algorithm"] = {"algorithm": self.signature_algorithm or algorithm}
        info["signature"] = self.change_signature(signature)
        carried = (self.signer.certificate,) if self.carried is None else self.carried
        whole: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {
                "content_type": self.content_type,
                "content": core.ParsableOctetString(self.change_content(content)),
            },
            "signer_infos": [info] * self.signers,
        }
        if carried:
            whole["certificates"] = [
                cms.CertificateChoices(
                    "certificate", asn1_x509.Certificate.load(each.public_bytes(Encoding.DER))
                )
                for each in carried
            ]
        if self.crls:
            whole["crls"] = [
                cms.RevocationInfoChoice("crl", crl.CertificateList.load(each.public_bytes(Encoding.DER)))
                for each in self.crls
            ]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(whole)})

    def _tst_info(self) -> bytes:
        info: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": IMPRINT},
            "serial_number": 4711,
            "gen_time": GEN_TIME,
            "accuracy": {"seconds": 1},
            "nonce": NONCE,
        } | dict(self.info)
        present = {name: value for name, value in info.items() if value is not None}
        return bytes(tsp.TSTInfo(present).dump())

    def _sid(self, certificate: asn1_x509.Certificate) -> cms.SignerIdentifier:
        if self.by_key_identifier:
            return cms.SignerIdentifier("subject_key_identifier", certificate.key_identifier)
        return cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
        )


def reference(
    certificate: x509.Certificate, *, digest: str = "sha256", serial: int | None = None
) -> tsp.SigningCertificateV2:
    """An ESSCertIDv2 of a certificate."""
    parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    issuer = asn1_x509.GeneralName("directory_name", parsed.issuer)
    return tsp.SigningCertificateV2(
        {
            "certs": [
                {
                    "hash_algorithm": {"algorithm": digest},
                    "cert_hash": hashlib.new(digest, parsed.dump()).digest(),
                    "issuer_serial": {
                        "issuer": [issuer],
                        "serial_number": certificate.serial_number if serial is None else serial,
                    },
                }
            ]
        }
    )


def _sign(private: Any, digest: str, data: bytes) -> tuple[str, bytes]:
    algorithm = {
        "sha1": hashes.SHA1(),  # noqa: S303
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }[digest]
    match private:
        case rsa.RSAPrivateKey():
            return f"{digest}_rsa", private.sign(data, padding.PKCS1v15(), algorithm)
        case ec.EllipticCurvePrivateKey():
            return f"{digest}_ecdsa", private.sign(data, ec.ECDSA(algorithm))
        case _:
            return "ed25519", private.sign(data)
