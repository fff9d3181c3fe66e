"""The key file and its passphrase file: modes, passphrases, what is refused."""

import json
from pathlib import Path

import pytest

from archive.vault import ArchiveKeyFile, ArchiveKeyRefused, make_passphrase_file, read_passphrase_file
from archive.vault import sealed as sealed_module
from archive.vault.sealed import Cost, seal, unseal
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Randomness

CHEAP = Cost(1 << 4)


@pytest.fixture
def path(tmp_path: Path, key_file: ArchiveKeyFile) -> Path:
    return tmp_path / "keys" / "archive.key"


def test_the_key_file_is_private_and_opens_again(
    path: Path, key_file: ArchiveKeyFile, randomness: Randomness
) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert ArchiveKeyFile(path, b"correct horse", randomness).keys == key_file.keys
    assert key_file.keys[0].secret.hex() not in path.read_text()
    assert "secret" not in repr(key_file.keys[0])


def test_the_key_is_never_overwritten(path: Path, randomness: Randomness, clock: ManualClock) -> None:
    with pytest.raises(ArchiveKeyRefused, match="never overwritten"):
        ArchiveKeyFile.create(path, b"x", randomness, clock.now())


def test_another_passphrase_does_not_open(path: Path, randomness: Randomness) -> None:
    with pytest.raises(ArchiveKeyRefused, match="passphrase"):
        ArchiveKeyFile(path, b"wrong horse", randomness)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(path: Path, randomness: Randomness, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(ArchiveKeyRefused, match="0600"):
        ArchiveKeyFile(path, b"correct horse", randomness)


def test_an_absent_file_is_refused(tmp_path: Path, randomness: Randomness) -> None:
    with pytest.raises(ArchiveKeyRefused, match="no archive key"):
        ArchiveKeyFile(tmp_path / "nothing", b"x", randomness)


def test_the_passphrase_file(tmp_path: Path, randomness: Randomness) -> None:
    path = tmp_path / "secrets" / "passphrase"
    passphrase = make_passphrase_file(path, randomness)
    assert len(passphrase) == 43
    assert read_passphrase_file(path) == passphrase
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ArchiveKeyRefused, match="never overwritten"):
        make_passphrase_file(path, randomness)
    path.write_bytes(b"first line\r\nsecond\n")
    assert read_passphrase_file(path) == b"first line"
    path.write_bytes(b"\n")
    with pytest.raises(ArchiveKeyRefused, match="empty"):
        read_passphrase_file(path)
    path.chmod(0o644)
    with pytest.raises(ArchiveKeyRefused, match="others"):
        read_passphrase_file(path)
    path.unlink()
    with pytest.raises(ArchiveKeyRefused, match="no passphrase file"):
        read_passphrase_file(path)


def test_sealed_and_unsealed(randomness: Randomness) -> None:
    data = seal(b"plain", b"pass", "test", CHEAP, randomness)
    assert unseal(data, b"pass", "test") == b"plain"
    assert json.loads(data)["kdf"]["n"] == 16
    with pytest.raises(ArchiveKeyRefused, match="passphrase"):
        unseal(data, b"Pass", "test")
    with pytest.raises(ArchiveKeyRefused, match="another kind"):
        unseal(data, b"pass", "other")
    with pytest.raises(ArchiveKeyRefused, match="empty"):
        seal(b"plain", b"", "test", CHEAP, randomness)


@pytest.mark.parametrize("name", ["$schema", "nonce", "sealed", "kdf", "cipher"])
def test_no_part_of_a_sealed_file_can_be_changed(randomness: Randomness, name: str) -> None:
    value = json.loads(seal(b"plain", b"pass", "test", CHEAP, randomness))
    other = json.loads(seal(b"other", b"pass", "test", Cost(1 << 5), randomness))
    value[name] = "AES-128-GCM" if name == "cipher" else "urn:x" if name == "$schema" else other[name]
    with pytest.raises(ArchiveKeyRefused):
        unseal(json.dumps(value).encode(), b"pass", "test")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"sealed": "!"}', b'{"sealed": 3}'])
def test_what_is_not_a_sealed_file(data: bytes) -> None:
    with pytest.raises(ArchiveKeyRefused):
        unseal(data, b"pass", "test")


def test_a_sealed_file_cannot_ask_for_all_memory(randomness: Randomness) -> None:
    value = json.loads(seal(b"plain", b"pass", "test", CHEAP, randomness))
    value["kdf"]["n"] = 1 << 40
    with pytest.raises(ArchiveKeyRefused, match="not a file"):
        unseal(json.dumps(value).encode(), b"pass", "test")
    assert 128 * sealed_module.FOR_PEOPLE.n * sealed_module.FOR_PEOPLE.r <= sealed_module.MOST_MEMORY
