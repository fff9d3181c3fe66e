"""Certificates and lists of a signer whose key does not leave its device are those that its key signed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from signing.certifying import certify, certify_list, public_key
from signing.keys import Algorithm, KeySigner

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Device")])


@dataclass(frozen=True)
class Device:
    """Signs, and gives no key away."""

    key: KeySigner

    @property
    def algorithm(self) -> Algorithm:
        return self.key.algorithm

    @property
    def public_der(self) -> bytes:
        return self.key.public_der

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


@pytest.fixture(params=[each for each in Algorithm if each is not Algorithm.RSA])
def device(request: pytest.FixtureRequest) -> Device:
    return Device(KeySigner.generate(request.param))


def test_a_certificate(device: Device) -> None:
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(public_key(device))
        .serial_number(5)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    made = certify(builder, device)
    made.verify_directly_issued_by(made)
    assert made.serial_number == 5


def test_a_revocation_list(device: Device) -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(NAME)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=1))
    )
    assert certify_list(builder, device).is_signature_valid(public_key(device))
