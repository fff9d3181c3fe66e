"""The local test authority, judged by our own verifier and by two that others wrote."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import rfc3161_client
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authority import NAME, POLICY, LocalAuthority
from signing.cms import TimeStampResponse, open_envelope
from signing.errors import KeyUnusable, TokenReason, TokenRefused
from signing.keys import Algorithm
from signing.timestamp import accept_response, build_request, verify_token

# openssl compares with the machine's clock.
NOW = datetime.now(UTC)
IMPRINT = hashlib.sha256(b"the root of a stamp").digest()
AUTHORITIES = {
    algorithm: LocalAuthority.create(NOW, os.urandom, algorithm)
    for algorithm in (Algorithm.P256, Algorithm.P384, Algorithm.RSA)
}
AUTHORITY = AUTHORITIES[Algorithm.P256]
each_kind = pytest.mark.parametrize("authority", AUTHORITIES.values(), ids=AUTHORITIES)


def _ask(authority=AUTHORITY, nonce=2**63 + 1, now=NOW, serial=1, **request):
    return authority.respond(build_request(IMPRINT, nonce=nonce, **request), now, serial)


@each_kind
def test_its_tokens_are_accepted(authority):
    token = accept_response(_ask(authority), imprint=IMPRINT, nonce=2**63 + 1, trust=authority.trust, now=NOW)
    assert token.gen_time == NOW
    assert (token.authority, token.time_class, token.revocation) == (NAME, "test", "good")
    assert (token.policy, token.serial, token.accuracy) == (POLICY, 1, timedelta(seconds=1))
    assert (
        verify_token(token.der, imprint=IMPRINT, trust=authority.trust, at=NOW + timedelta(days=9000))
        == token
    )


@each_kind
def test_openssl_accepts_its_tokens(authority, tmp_path):
    (tmp_path / "request.tsq").write_bytes(build_request(IMPRINT, nonce=7, policy=POLICY))
    (tmp_path / "response.tsr").write_bytes(_ask(authority, nonce=7, policy=POLICY))
    (tmp_path / "ca.pem").write_bytes(authority.ca_certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-in", "response.tsr", "-CAfile", "ca.pem"]
    for against in (["-queryfile", "request.tsq"], ["-digest", IMPRINT.hex()]):
        done = subprocess.run([*command, *against], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    another = ["-digest", hashlib.sha256(b"another").hexdigest()]
    assert (
        subprocess.run([*command, *another], cwd=tmp_path, capture_output=True, check=False).returncode == 1
    )


@each_kind
def test_openssl_accepts_its_tokens_with_the_revocation_list(authority, tmp_path):
    (tmp_path / "ca.pem").write_bytes(authority.ca_certificate.public_bytes(Encoding.PEM))
    (tmp_path / "tsa.pem").write_bytes(authority.tsa_certificate.public_bytes(Encoding.PEM))
    (tmp_path / "crl.pem").write_bytes(authority.revocation_list(NOW).public_bytes(Encoding.PEM))
    command = "openssl verify -x509_strict -crl_check -CRLfile crl.pem -CAfile ca.pem -purpose timestampsign tsa.pem"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@each_kind
def test_rfc3161_client_accepts_its_tokens(authority):
    verifier = (
        rfc3161_client.VerifierBuilder()
        .add_root_certificate(authority.ca_certificate)
        .nonce(2**63 + 1)
        .build()
    )
    response = rfc3161_client.decode_timestamp_response(_ask(authority))
    assert verifier.verify(response, IMPRINT)
    with pytest.raises(rfc3161_client.VerificationError):
        verifier.verify(response, hashlib.sha256(b"another").digest())


def test_its_revocation_list_is_in_the_token():
    envelope = open_envelope(tsp.TimeStampResp.load(_ask())["time_stamp_token"].dump())
    (listed,) = envelope.crls
    assert listed.issuer == AUTHORITY.ca_certificate.subject
    assert listed.is_signature_valid(AUTHORITY.ca_certificate.public_key())
    assert envelope.certificates == (AUTHORITY.tsa_certificate,)


def test_the_certificate_is_left_out_where_it_is_not_asked_for():
    request = tsp.TimeStampReq.load(build_request(IMPRINT, nonce=7))
    request["cert_req"] = False
    response = AUTHORITY.respond(request.dump(force=True), NOW, 1)
    with pytest.raises(TokenRefused) as caught:
        accept_response(response, imprint=IMPRINT, nonce=7, trust=AUTHORITY.trust, now=NOW)
    assert caught.value.reason is TokenReason.SIGNER_UNKNOWN


@pytest.mark.parametrize("year", [2049, 2050])
def test_the_turn_of_the_half_century(year):
    then = datetime(year, 6, 1, tzinfo=UTC)
    authority = LocalAuthority.create(then, os.urandom)
    response = _ask(authority, now=then)
    token = accept_response(response, imprint=IMPRINT, nonce=2**63 + 1, trust=authority.trust, now=then)
    assert token.gen_time == then


def test_another_authority_of_the_same_name_is_not_believed():
    other = LocalAuthority.create(NOW, os.urandom)
    with pytest.raises(TokenRefused) as caught:
        accept_response(_ask(other), imprint=IMPRINT, nonce=2**63 + 1, trust=AUTHORITY.trust, now=NOW)
    assert caught.value.reason is TokenReason.PATH


def _request(**changes):
    request = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": IMPRINT},
        "nonce": 7,
        "cert_req": True,
    }
    return tsp.TimeStampReq(request | changes).dump()


@pytest.mark.parametrize(
    ("request_der", "failure"),
    [
        (b"", "bad_data_format"),
        (b"GET / HTTP/1.1", "bad_data_format"),
        (_request() + b"\0", "bad_data_format"),
        (_request(version="v2"), "bad_request"),
        (
            _request(message_imprint={"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}),
            "bad_alg",
        ),
        (
            _request(
                message_imprint={"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(20)}
            ),
            "bad_data_format",
        ),
        (_request(req_policy="1.2.3"), "unaccepted_policy"),
        (_request(extensions=[{"extn_id": "1.2.3", "extn_value": b"x"}]), "unaccepted_extensions"),
    ],
)
def test_what_it_rejects(request_der, failure):
    status = TimeStampResponse.load(AUTHORITY.respond(request_der, NOW, 1))["status"].native
    assert (status["status"], status["fail_info"]) == ("rejection", {failure})
    with pytest.raises(TokenRefused) as caught:
        accept_response(
            AUTHORITY.respond(request_der, NOW, 1), imprint=IMPRINT, nonce=7, trust=AUTHORITY.trust, now=NOW
        )
    assert caught.value.reason is TokenReason.NOT_GRANTED


def test_it_can_be_saved_and_loaded(tmp_path):
    AUTHORITY.save(tmp_path, b"passphrase")
    again = LocalAuthority.load(tmp_path, b"passphrase")
    token = accept_response(_ask(again), imprint=IMPRINT, nonce=2**63 + 1, trust=AUTHORITY.trust, now=NOW)
    assert token.gen_time == NOW
    assert {path.name for path in tmp_path.iterdir()} == {"ca.key", "ca.pem", "tsa.key", "tsa.pem"}
    with pytest.raises(KeyUnusable):
        LocalAuthority.load(tmp_path, b"another")
    (tmp_path / "tsa.pem").unlink()
    with pytest.raises(KeyUnusable):
        LocalAuthority.load(tmp_path, b"passphrase")


def test_keys_that_not_every_verifier_follows():
    with pytest.raises(KeyUnusable):
        LocalAuthority.create(NOW, os.urandom, Algorithm.ED25519)


def test_serial_numbers_come_from_the_randomness_that_is_handed_in():
    authority = LocalAuthority.create(NOW, lambda size: b"\xff" * size)
    assert authority.tsa_certificate.serial_number == int("01" + "ff" * 15, 16)
