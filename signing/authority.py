"""A local RFC 3161 authority for tests and the embedded mode: own CA with a revocation list, own signing certificate.

It proves nothing to a court, and every name and verdict says so; technically it is what a real authority is.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from asn1crypto import cms as asn1_cms
from asn1crypto import core, crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certificates
from signing.cms import TimeStampResponse
from signing.errors import KeyUnusable
from signing.keys import Algorithm, KeySigner, Signer
from signing.timestamp import TimestampTrust
from tabellion.base.ids import Randomness

POLICY = "1.3.6.1.4.1.32473.1.1"
"""Its time-stamp policy, under the enterprise number that RFC 5612 keeps for examples: nobody's, so no promise."""

NAME = "Tabellion local test authority"

_ACCURACY = timedelta(seconds=1)
_HASHES = {"sha256": 32, "sha384": 48, "sha512": 64, "sha3_256": 32, "sha3_512": 64}
_SIGNATURES = {
    Algorithm.P256: ("sha256", "sha256_ecdsa"),
    Algorithm.P384: ("sha384", "sha384_ecdsa"),
    Algorithm.RSA: ("sha256", "sha256_rsa"),
}
"""Per kind of key: the digest in its tokens, and their signature algorithm."""


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """A CA, and a signer of time-stamps that it has certified; both keys are P-256, P-384 or RSA.

    `former` are the CA certificates of its keys before these, by which older tokens are believed.
    """

    ca_certificate: x509.Certificate
    ca_key: Signer
    tsa_certificate: x509.Certificate
    tsa_key: Signer
    former: tuple[x509.Certificate, ...] = ()

    @classmethod
    def create(
        cls,
        now: datetime,
        randomness: Randomness,
        algorithm: Algorithm = Algorithm.P256,
        life: timedelta = certificates.TSA_LIFE,
        name: str = NAME,
        list_address: str | None = None,
    ) -> Self:
        """A new authority; `randomness` gives the serial numbers of its certificates, `life` is the signer's.

        `list_address` is where its revocation list can be fetched, for the signer's certificate.
        """
        keys = KeySigner.generate(algorithm), KeySigner.generate(algorithm)
        return cls.certified(*keys, now, randomness, life, name, list_address)

    @classmethod
    def certified(
        cls,
        ca_key: Signer,
        tsa_key: Signer,
        now: datetime,
        randomness: Randomness,
        life: timedelta = certificates.TSA_LIFE,
        name: str = NAME,
        list_address: str | None = None,
    ) -> Self:
        """As `create`, for keys that are there; raises `KeyUnusable` for those that not every verifier can follow."""
        if not {ca_key.algorithm, tsa_key.algorithm} <= _SIGNATURES.keys():
            raise KeyUnusable(
                "an authority signs with P-256, P-384 or RSA, so that every verifier can follow"
            )
        start = now.replace(microsecond=0) - timedelta(hours=1)
        ca = certificates.authority(f"{name} CA (no legal value)", ca_key, _serial(randomness), start)
        tsa = certificates.time_stamping(
            f"{name} (no legal value)", tsa_key, _serial(randomness), start, ca, ca_key, life, list_address
        )
        return cls(ca, ca_key, tsa, tsa_key)

    def save(self, folder: Path, passphrase: bytes) -> None:
        """Write keys (encrypted, mode 0600) and certificates (PEM) into a folder; the last file makes it complete.

        Keys that are in a device stay there; `load` is then handed them again.
        """
        for name, key in (("ca", self.ca_key), ("tsa", self.tsa_key)):
            if isinstance(key, KeySigner):
                key.write(folder / f"{name}.key", passphrase)
        if self.former:
            (folder / "former.pem").write_bytes(
                b"".join(each.public_bytes(Encoding.PEM) for each in self.former)
            )
        (folder / "tsa.pem").write_bytes(self.tsa_certificate.public_bytes(Encoding.PEM))
        (folder / "ca.pem").write_bytes(self.ca_certificate.public_bytes(Encoding.PEM))

    @classmethod
    def load(cls, folder: Path, passphrase: bytes, keys: tuple[Signer, Signer] | None = None) -> Self:
        """The authority that `save` wrote; `keys` are those of CA and signer where they are in a device.

        Raises `KeyUnusable`.
        """
        try:
            ca_certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
            tsa_certificate = x509.load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
            former = folder / "former.pem"
            before = tuple(x509.load_pem_x509_certificates(former.read_bytes())) if former.exists() else ()
        except (OSError, ValueError) as error:
            raise KeyUnusable("the certificates of the local authority cannot be read") from error
        ca_key, tsa_key = keys or (
            KeySigner.read(folder / "ca.key", passphrase),
            KeySigner.read(folder / "tsa.key", passphrase),
        )
        return cls(ca_certificate, ca_key, tsa_certificate, tsa_key, before)

    @property
    def trust(self) -> TimestampTrust:
        """What a verifier pins of this authority."""
        return TimestampTrust(
            authority=NAME,
            time_class="test",
            anchors=(self.ca_certificate, *self.former),
            policies=frozenset({POLICY}),
            max_accuracy=_ACCURACY,
        )

    def revocation_list(self, now: datetime) -> x509.CertificateRevocationList:
        """The CA's list as of now: nothing is revoked."""
        return certificates.revocation_list(self.ca_certificate, self.ca_key, now)

    def respond(self, request: bytes, now: datetime, serial: int, *, with_list: bool = True) -> bytes:
        """The DER TimeStampResp to a DER TimeStampReq; `serial` must be new for every token of this authority.

        With `with_list` the token carries the CA's revocation list.
        """
        try:
            asked = _read_request(request)
        except _Refused as refused:
            status = {"status": "rejection", "fail_info": {str(refused)}}
            return bytes(TimeStampResponse({"status": status}).dump())
        info: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": serial,
            "gen_time": now,
            "accuracy": {"seconds": int(_ACCURACY.total_seconds())},
            "tsa": asn1_x509.GeneralName("directory_name", _subject(self.tsa_certificate)),
        }
        if asked["nonce"].native is not None:
            info["nonce"] = asked["nonce"]
        with_certificate = asked["cert_req"].native
        token = self._sign(tsp.TSTInfo(info), now, with_certificate=with_certificate, with_list=with_list)
        return bytes(TimeStampResponse({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _sign(
        self, info: tsp.TSTInfo, now: datetime, *, with_certificate: bool, with_list: bool
    ) -> asn1_cms.ContentInfo:
        """The CMS SignedData of RFC 3161 section 2.4.2, with the CA's revocation list inside where that is wanted."""
        certificate = asn1_x509.Certificate.load(self.tsa_certificate.public_bytes(Encoding.DER))
        content = info.dump()
        digest, signature_algorithm = _SIGNATURES[self.tsa_key.algorithm]
        attributes = asn1_cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "signing_time", "values": [_signing_time(now)]},
                {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
                {"type": "signing_certificate_v2", "values": [_signing_certificate(certificate, digest)]},
            ]
        )
        signed: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": asn1_cms.SignerIdentifier(
                        "issuer_and_serial_number",
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
                    ),
                    "digest_algorithm": {"algorithm": digest},
                    "signed_attrs": attributes,
                    "signature_algorithm": {"algorithm": signature_algorithm},
                    "signature": self.tsa_key.sign(attributes.dump()),
                }
            ],
        }
        if with_list:
            revocation = crl.CertificateList.load(self.revocation_list(now).public_bytes(Encoding.DER))
            signed["crls"] = [asn1_cms.RevocationInfoChoice("crl", revocation)]
        if with_certificate:
            signed["certificates"] = [asn1_cms.CertificateChoices("certificate", certificate)]
        return asn1_cms.ContentInfo({"content_type": "signed_data", "content": asn1_cms.SignedData(signed)})


class _Refused(Exception):
    """The name of the PKIFailureInfo bit to answer with."""


def _read_request(request: bytes) -> tsp.TimeStampReq:
    try:
        parsed = tsp.TimeStampReq.load(request, strict=True)
        asked = parsed.native
    except (ValueError, TypeError, KeyError) as error:
        raise _Refused("bad_data_format") from error
    imprint = asked["message_imprint"]
    if asked["version"] != "v1":
        raise _Refused("bad_request")
    if imprint["hash_algorithm"]["algorithm"] not in _HASHES:
        raise _Refused("bad_alg")
    if len(imprint["hashed_message"]) != _HASHES[imprint["hash_algorithm"]["algorithm"]]:
        raise _Refused("bad_data_format")
    if asked["req_policy"] not in (None, POLICY):
        raise _Refused("unaccepted_policy")
    if asked["extensions"]:
        raise _Refused("unaccepted_extensions")
    return parsed


def _signing_time(now: datetime) -> asn1_cms.Time:
    """UTCTime through 2049 and GeneralizedTime from then on (RFC 5652 section 11.3)."""
    return asn1_cms.Time("utc_time" if now.year < 2050 else "generalized_time", now.replace(microsecond=0))


def _signing_certificate(certificate: asn1_x509.Certificate, digest: str) -> tsp.SigningCertificateV2:
    issuer = asn1_x509.GeneralName("directory_name", certificate.issuer)
    return tsp.SigningCertificateV2(
        {
            "certs": [
                {
                    "hash_algorithm": {"algorithm": digest},
                    "cert_hash": hashlib.new(digest, certificate.dump()).digest(),
                    "issuer_serial": {"issuer": [issuer], "serial_number": certificate.serial_number},
                }
            ]
        }
    )


def _subject(certificate: x509.Certificate) -> asn1_x509.Name:
    return asn1_x509.Name.load(certificate.subject.public_bytes())


def _serial(randomness: Randomness) -> int:
    """Fifteen random bytes behind a one: positive, and within the 20 octets of RFC 5280 section 4.1.2.2."""
    return int.from_bytes(b"\x01" + randomness(15), "big")
