from datetime import UTC, datetime

import pytest

from signing.algorithms import BUILT_IN, AlgorithmPolicy, Rule
from tests.signing import pki

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512", "sha3_256", "sha3_512", "ed25519"])
def test_what_is_trusted(name):
    assert BUILT_IN.refusal(name, NOW) is None


@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "dsa", ""])
def test_what_is_not_listed_is_refused(name):
    assert "not among" in (BUILT_IN.refusal(name, NOW) or "")


def test_nothing_is_trusted_before_it_was_made():
    assert BUILT_IN.refusal("sha256", datetime(2001, 1, 1, tzinfo=UTC))


def test_sunset_and_size():
    policy = AlgorithmPolicy(2, (Rule("rsa", datetime(2020, 1, 1, tzinfo=UTC), NOW, 3000),))
    before = datetime(2026, 11, 20, tzinfo=UTC)
    assert policy.refusal("rsa", before, 3000) is None
    assert "too small" in (policy.refusal("rsa", before, 2999) or "")
    assert "not trusted at" in (policy.refusal("rsa", NOW, 3000) or "")


@pytest.mark.parametrize(
    ("kind", "trusted"),
    [("p256", True), ("rsa3072", True), ("ed25519", True), ("rsa2048", False), ("p521", False)],
)
def test_keys(kind, trusted):
    assert (BUILT_IN.key_refusal(pki.key(kind).public_key(), NOW) is None) is trusted
