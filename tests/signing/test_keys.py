import json
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from signing import canonical
from signing.errors import KeyUnusable, SignatureInvalid
from signing.keys import (
    Algorithm,
    KeySigner,
    PublicKey,
    Signer,
    key_id,
    parse_public_keys,
    public_keys,
    verify_signature,
)
from tests.signing.values import NOW

SIGNERS = {algorithm: KeySigner.generate(algorithm) for algorithm in Algorithm}
every_algorithm = pytest.mark.parametrize("algorithm", list(Algorithm))


@every_algorithm
def test_a_signature_belongs_to_its_bytes_key_and_algorithm(algorithm):
    signer: Signer = SIGNERS[algorithm]
    signature = signer.sign(b"data")
    verify_signature(algorithm, signer.public_der, b"data", signature)
    others = [
        (algorithm, signer.public_der, b"other", signature),
        (algorithm, signer.public_der, b"data", signature[:-1] + bytes([signature[-1] ^ 1])),
        (algorithm, signer.public_der, b"data", b""),
        (algorithm, KeySigner.generate(algorithm).public_der, b"data", signature),
        (algorithm, b"no key", b"data", signature),
    ] + [(other, signer.public_der, b"data", signature) for other in Algorithm if other is not algorithm]
    for arguments in others:
        with pytest.raises(SignatureInvalid):
            verify_signature(*arguments)


@every_algorithm
def test_key_files(algorithm, tmp_path):
    signer = SIGNERS[algorithm]
    path = tmp_path / "the.key"
    signer.write(path, b"passphrase")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert list(tmp_path.iterdir()) == [path]
    again = KeySigner.read(path, b"passphrase")
    assert (again.key_id, again.algorithm) == (signer.key_id, algorithm)
    verify_signature(algorithm, signer.public_der, b"data", again.sign(b"data"))


def test_a_key_file_can_be_read_by_openssl(tmp_path):
    path = tmp_path / "the.key"
    SIGNERS[Algorithm.P256].write(path, b"passphrase")
    command = ["openssl", "pkey", "-in", path, "-passin", "pass:passphrase", "-pubout", "-outform", "DER"]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    assert shown == SIGNERS[Algorithm.P256].public_der


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "the.key"
    SIGNERS[Algorithm.ED25519].write(path, b"passphrase")
    before = path.read_bytes()
    with pytest.raises(KeyUnusable):
        KeySigner.generate(Algorithm.ED25519).write(path, b"passphrase")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_key_files_that_cannot_be_used(tmp_path):
    path = tmp_path / "the.key"
    with pytest.raises(KeyUnusable, match="cannot be opened"):
        KeySigner.read(path, b"passphrase")
    SIGNERS[Algorithm.ED25519].write(path, b"passphrase")
    with pytest.raises(KeyUnusable, match="cannot be opened"):
        KeySigner.read(path, b"another")
    path.chmod(0o640)
    with pytest.raises(KeyUnusable, match="others"):
        KeySigner.read(path, b"passphrase")
    path.chmod(0o600)
    path.write_bytes(b"no key")
    with pytest.raises(KeyUnusable, match="cannot be opened"):
        KeySigner.read(path, b"passphrase")
    with pytest.raises(KeyUnusable, match="cannot be written"):
        SIGNERS[Algorithm.ED25519].write(tmp_path / "absent" / "the.key", b"passphrase")


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP521R1()),
        ed448.Ed448PrivateKey.generate,
    ],
    ids=["short RSA", "P-521", "Ed448"],
)
def test_kinds_of_keys_that_are_not_used(make):
    private = make()
    with pytest.raises(KeyUnusable):
        KeySigner.of(private)


def test_public_keys_go_round():
    keys = (
        PublicKey.of("log", SIGNERS[Algorithm.ED25519], NOW),
        replace(PublicKey.of("seal", SIGNERS[Algorithm.RSA], NOW), valid_until=NOW + timedelta(days=1)),
        PublicKey.of("receipt", SIGNERS[Algorithm.P256], NOW),
    )
    data = public_keys(keys)
    assert parse_public_keys(data) == keys
    first = json.loads(data)["keys"][0]
    assert first["use"] == "log"
    assert first["key_id"] == key_id(SIGNERS[Algorithm.ED25519].public_der) == keys[0].fingerprint[:32]


def test_a_key_has_its_time():
    key = replace(PublicKey.of("log", SIGNERS[Algorithm.ED25519], NOW), valid_until=NOW + timedelta(days=1))
    assert not key.valid_at(NOW - timedelta(microseconds=1))
    assert key.valid_at(NOW)
    assert not key.valid_at(NOW + timedelta(days=1))
    assert replace(key, valid_until=None).valid_at(NOW + timedelta(days=10_000))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("use", "everything"),
        ("algorithm", "rsa"),
        ("key_id", "00" * 16),
        ("public_key", "!"),
        ("valid_from", "2026"),
        ("valid_until", "2026"),
        ("owner", "somebody"),
    ],
)
def test_lists_of_keys_that_break_the_format(name, value):
    whole = json.loads(public_keys([PublicKey.of("log", SIGNERS[Algorithm.ED25519], NOW)]))
    whole["keys"][0][name] = value
    with pytest.raises(KeyUnusable):
        parse_public_keys(canonical.dumps(whole))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"$schema":"x","keys":[]}', b'{"$schema":"urn:tabellion:keys:v1","keys":{}}']
)
def test_what_is_no_list_of_keys(data):
    with pytest.raises(KeyUnusable):
        parse_public_keys(data)
