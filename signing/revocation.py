"""Revocation lists of an authority: where its certificates say they are, and how they go into a token's CMS.

The `crls` of a SignedData are not signed (RFC 5652 section 5.1), so that whoever keeps a token may add the lists that
later verifiers will need and no longer find (EVIDENCE section 4).
"""

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms as asn1_cms
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from signing import cms
from signing.certification_path import revocation_state
from signing.errors import TokenReason, TokenRefused
from signing.timestamp import TimestampTrust, Token

_MOST_ADDRESSES = 4


def path_of(token: Token, trust: TimestampTrust) -> tuple[x509.Certificate, ...]:
    """The certificates of a verified token's path, from the signer to the pinned CA."""
    carried = cms.open_envelope(token.der).certificates
    known = {
        each.fingerprint(SHA256()).hex(): each for each in (*trust.anchors, *trust.certificates, *carried)
    }
    return tuple(known[fingerprint] for fingerprint in token.path)


def distribution_points(certificate: x509.Certificate) -> tuple[str, ...]:
    """The addresses of http and https at which a certificate says that its issuer's list lies (RFC 5280 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, *cms.UNREADABLE):
        return ()
    names = [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
    return tuple(name for name in names if name.lower().startswith(("http://", "https://")))[:_MOST_ADDRESSES]


def usable_lists(
    lists: Sequence[bytes], path: Sequence[x509.Certificate], gen_time: datetime
) -> tuple[x509.CertificateRevocationList, ...]:
    """Those (DER or PEM) that are signed by a CA of the path; a list that revokes is among them.

    They came over the network, so that a malformed or foreign one says nothing about the token and is left out.
    """
    issuers = {each.subject for each in path[1:]}
    found = []
    for data in lists:
        try:
            crl = _load(data)
            if crl.issuer not in issuers:
                continue
            revocation_state(path, [crl], gen_time)
        except cms.UNREADABLE:
            continue
        except TokenRefused as refused:
            if refused.reason is not TokenReason.REVOKED:
                continue
        found.append(crl)
    return tuple(found)


def with_lists(token: bytes, crls: Sequence[x509.CertificateRevocationList]) -> bytes:
    """The token (DER of a ContentInfo) with further lists in its `crls`; all else stays byte for byte as it is."""
    outer = asn1_cms.ContentInfo.load(token, strict=True)
    signed = outer["content"]
    kept = [choice.dump() for choice in signed["crls"] or ()]
    added = [each.public_bytes(Encoding.DER) for each in crls]
    fresh = [der for der in dict.fromkeys(added) if der not in kept]
    if not fresh:
        return token
    choices = [*(signed["crls"] or ()), *map(_choice, fresh)]
    signed["crls"] = asn1_cms.RevocationInfoChoices(choices)
    return bytes(outer.dump())


def _load(data: bytes) -> x509.CertificateRevocationList:
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(data)
    return x509.load_der_x509_crl(data)


def _choice(der: bytes) -> asn1_cms.RevocationInfoChoice:
    return asn1_cms.RevocationInfoChoice("crl", asn1_crl.CertificateList.load(der))
