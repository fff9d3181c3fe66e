"""Revocation lists go into a token's CMS, and nothing else of it changes; openssl still takes it."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certificates, cms
from signing.authority import LocalAuthority
from signing.errors import TokenReason, TokenRefused
from signing.revocation import distribution_points, path_of, usable_lists, with_lists
from signing.timestamp import Token, accept_response, build_request, verify_token
from tests.signing.values import NOW

IMPRINT = bytes(range(32))
AUTHORITY = LocalAuthority.create(NOW, os.urandom, list_address="http://tsa.example/ca.crl")
OTHER = LocalAuthority.create(NOW, os.urandom)
LIST = AUTHORITY.revocation_list(NOW)


def accepted(*, with_list: bool = False) -> Token:
    answer = AUTHORITY.respond(build_request(IMPRINT, nonce=5), NOW, 1, with_list=with_list)
    return accept_response(answer, imprint=IMPRINT, nonce=5, trust=AUTHORITY.trust, now=NOW)


def verified(der: bytes) -> Token:
    return verify_token(der, imprint=IMPRINT, trust=AUTHORITY.trust, at=NOW)


def revoking(reason: x509.ReasonFlags) -> bytes:
    """A list of the CA on which the signer is."""
    revoked = (
        x509.RevokedCertificateBuilder()
        .serial_number(AUTHORITY.tsa_certificate.serial_number)
        .revocation_date(NOW - timedelta(minutes=1))
        .add_extension(x509.CRLReason(reason), critical=False)
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(AUTHORITY.ca_certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=1))
        .add_revoked_certificate(revoked)
    )
    return builder.sign(AUTHORITY.ca_key.private, AUTHORITY.ca_key.hash_algorithm).public_bytes(Encoding.DER)


def test_a_list_is_added_and_all_else_stays() -> None:
    token = accepted()
    assert token.revocation == "unknown"
    path = path_of(token, AUTHORITY.trust)
    assert path == (AUTHORITY.tsa_certificate, AUTHORITY.ca_certificate)
    lists = usable_lists([LIST.public_bytes(Encoding.PEM)], path, NOW)
    enriched = with_lists(token.der, lists)
    assert verified(enriched).revocation == "good"
    before, after = (asn1_cms.ContentInfo.load(der)["content"] for der in (token.der, enriched))
    for name in ("encap_content_info", "certificates", "signer_infos", "digest_algorithms", "version"):
        assert before[name].dump() == after[name].dump()
    assert with_lists(enriched, lists) == enriched
    assert cms.open_envelope(enriched).crls == (LIST,)
    twice = with_lists(enriched, [AUTHORITY.revocation_list(NOW + timedelta(hours=1))])
    assert len(cms.open_envelope(twice).crls) == 2
    assert verified(twice).revocation == "good"


def test_openssl_takes_the_enriched_token(tmp_path: Path) -> None:
    token, ca = tmp_path / "token.der", tmp_path / "ca.pem"
    token.write_bytes(with_lists(accepted().der, [LIST]))
    ca.write_bytes(AUTHORITY.ca_certificate.public_bytes(Encoding.PEM))
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-token_in", "-in", token, "-digest", IMPRINT.hex(), "-CAfile", ca,
         "-attime", str(int(NOW.timestamp()))],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "OK" in said.stdout


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        LIST.public_bytes(Encoding.DER)[:-5],
        OTHER.revocation_list(NOW).public_bytes(Encoding.DER),
    ],
)
def test_what_is_no_list_of_the_path_is_left_out(data: bytes) -> None:
    path = path_of(accepted(), AUTHORITY.trust)
    assert usable_lists([data, LIST.public_bytes(Encoding.DER)], path, NOW) == (LIST,)


def test_a_list_in_the_ca_s_name_that_it_did_not_sign_is_left_out() -> None:
    posing = certificates.revocation_list(AUTHORITY.ca_certificate, OTHER.ca_key, NOW)
    path = path_of(accepted(), AUTHORITY.trust)
    assert usable_lists([posing.public_bytes(Encoding.DER)], path, NOW) == ()


def test_a_list_that_revokes_is_kept_and_the_token_refused() -> None:
    token = accepted()
    path = path_of(token, AUTHORITY.trust)
    lists = usable_lists([revoking(x509.ReasonFlags.key_compromise)], path, NOW)
    assert len(lists) == 1
    with pytest.raises(TokenRefused) as refused:
        verified(with_lists(token.der, lists))
    assert refused.value.reason is TokenReason.REVOKED


def test_where_lists_are_said_to_be() -> None:
    assert distribution_points(AUTHORITY.tsa_certificate) == ("http://tsa.example/ca.crl",)
    assert distribution_points(AUTHORITY.ca_certificate) == ()
    for address in ("ldap://tsa.example/cn=ca", "file:///etc/passwd"):
        odd = LocalAuthority.create(NOW, os.urandom, list_address=address)
        assert distribution_points(odd.tsa_certificate) == ()
