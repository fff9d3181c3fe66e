"""Objects: encrypted where they can hold personal data, in clear where other people's tools read them."""

import io
from pathlib import Path

import pytest

from archive.vault import (
    ArchiveKeyFile,
    BadKey,
    FolderVault,
    KeyMissing,
    KeyRing,
    NewObject,
    Objects,
    VaultAltered,
    VaultMissing,
    is_raw,
)
from archive.vault.codec import CHUNK
from tabellion.base.clock import ManualClock
from tabellion.base.errors import TooLarge
from tabellion.base.ids import Randomness

OWNER = "deposits/a"
ORIGINAL = "deposits/a/original"
TEXT = b"Jan Kowalski owes 2926.05" * 10_000


@pytest.fixture
def plain(vault: FolderVault, randomness: Randomness) -> Objects:
    """The archive that was made with encryption off."""
    return Objects(vault, None, randomness)


@pytest.fixture(params=["objects", "plain"])
def either(request: pytest.FixtureRequest) -> Objects:
    chosen = request.getfixturevalue(request.param)
    assert isinstance(chosen, Objects)
    return chosen


def test_gives_back_what_was_put(either: Objects) -> None:
    ref = either.put(ORIGINAL, io.BytesIO(TEXT), OWNER)
    assert either.size(ref) == len(TEXT)
    assert either.read_bytes(ref, OWNER, len(TEXT)) == TEXT
    with either.open(ref, OWNER) as stream:
        stream.seek(CHUNK + 3)
        assert stream.read(25) == TEXT[CHUNK + 3 :][:25]
        assert stream.seekable()
    with either.open(ref, OWNER, CHUNK - 1, 2) as stream:
        assert stream.read() == TEXT[CHUNK - 1 : CHUNK + 1]
    with pytest.raises(TooLarge):
        either.read_bytes(ref, OWNER, len(TEXT) - 1)


def test_the_file_holds_nothing_readable(objects: Objects, root: Path) -> None:
    objects.put_bytes(ORIGINAL, TEXT, OWNER)
    content = b"".join(p.read_bytes() for p in root.rglob("*") if p.is_file())
    assert b"Kowalski" not in content
    assert (root / ORIGINAL).read_bytes()[:8] == b"TABVLT\x01\x01"


def test_off_means_as_it_is(plain: Objects, root: Path) -> None:
    plain.put_bytes(ORIGINAL, TEXT, OWNER)
    assert (root / ORIGINAL).read_bytes() == TEXT
    assert plain.destroy_key(OWNER) == 0


def test_groups(either: Objects, clock: ManualClock) -> None:
    until = clock.now().replace(year=2040)
    new = [
        NewObject("documents/d/record-1", b"one", "documents/d/record-1"),
        NewObject("documents/d/record-2", b"two", "documents/d/record-2", until),
    ]
    refs = either.put_many(new)
    assert [either.read_bytes(ref, n.owner, 10) for ref, n in zip(refs, new, strict=True)] == [b"one", b"two"]
    assert [either.vault.stat(ref).retain_until for ref in refs] == [None, until]


def test_the_same_bytes_twice_are_two_versions_that_do_not_show_it(objects: Objects) -> None:
    first, second = objects.put_bytes(ORIGINAL, TEXT, OWNER), objects.put_bytes(ORIGINAL, TEXT, OWNER)
    assert first.digest != second.digest
    assert objects.read_bytes(first, OWNER, 1 << 20) == objects.read_bytes(second, OWNER, 1 << 20) == TEXT


def test_the_same_randomness_gives_the_same_object(tmp_path: Path, clock: ManualClock) -> None:
    def run(name: str) -> str:
        vault = FolderVault(tmp_path / name / "vault", clock)
        keys = ArchiveKeyFile.create(tmp_path / name / "key", b"x", lambda n: b"r" * n, clock.now())
        ring = KeyRing(vault, keys, lambda n: b"r" * n, clock)
        return Objects(vault, ring, lambda n: b"r" * n).put_bytes(ORIGINAL, TEXT, OWNER).digest

    assert run("one") == run("two")


def test_a_destroyed_key_takes_its_objects_along(objects: Objects) -> None:
    ref = objects.put_bytes(ORIGINAL, TEXT, OWNER)
    other = objects.put_bytes("deposits/b/original", b"stays", "deposits/b")
    assert objects.destroy_key(OWNER) == 1
    with pytest.raises(KeyMissing):
        objects.open(ref, OWNER)
    with pytest.raises(KeyMissing):
        objects.put_bytes("deposits/a/reading-1", b"late", OWNER)
    assert objects.read_bytes(other, "deposits/b", 10) == b"stays"


def test_an_altered_object_is_refused(objects: Objects, root: Path) -> None:
    ref = objects.put_bytes(ORIGINAL, TEXT, OWNER)
    path = root / ORIGINAL
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[100_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(VaultAltered):
        objects.read_bytes(ref, OWNER, 1 << 20)


def test_a_removed_object_is_missing(objects: Objects, root: Path) -> None:
    ref = objects.put_bytes(ORIGINAL, TEXT, OWNER)
    (root / ORIGINAL).unlink()
    with pytest.raises(VaultMissing):
        objects.open(ref, OWNER)


def test_raw_objects_are_in_clear_and_checked(either: Objects, root: Path) -> None:
    ref = either.put_raw("log/tile/0/000", b"tile")
    assert (root / "log/tile/0/000").read_bytes() == b"tile"
    assert either.read_raw(ref) == b"tile"
    with pytest.raises(TooLarge):
        either.read_raw(ref, 3)
    (root / "log/tile/0/000").chmod(0o640)
    (root / "log/tile/0/000").write_bytes(b"life")
    with pytest.raises(VaultAltered):
        either.read_raw(ref)
    refs = either.put_raw_many([("stamps/s/root", b"1"), ("stamps/s/token", b"2")])
    assert [either.read_raw(r) for r in refs] == [b"1", b"2"]


@pytest.mark.parametrize("key", ["deposits/a/original", "archive.json.bak", "logs/x", "keys/a"])
def test_personal_data_is_never_stored_in_clear(objects: Objects, key: str) -> None:
    assert not is_raw(key)
    with pytest.raises(BadKey):
        objects.put_raw(key, b"")


@pytest.mark.parametrize("key", ["archive.json", "log/tile/0/000", "inventory/1", "stamps/s/token"])
def test_what_others_read_is_never_encrypted(objects: Objects, key: str) -> None:
    assert is_raw(key)
    with pytest.raises(BadKey):
        objects.put_bytes(key, b"", OWNER)
    with pytest.raises(BadKey):
        objects.put_many([NewObject(key, b"", OWNER)])
