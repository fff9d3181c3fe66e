"""The folder adapter: the contract, and what lies in the folder."""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.vault import BadKey, FolderVault, Put, VaultAltered, VaultLocked, VaultMissing, VaultTaken
from tabellion.base.clock import ManualClock
from tabellion.base.errors import DiskFull
from tests.archive.vault.contract import VaultContract, put, stored


class TestFolderVault(VaultContract):
    """The contract holds; the fixtures come from conftest."""


def files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_an_object_is_a_plain_read_only_file(vault: FolderVault, root: Path) -> None:
    put(vault, "log/tile/0/000", b"tile")
    put(vault, "log/tile/0/000.p/5", b"part")
    assert files(root) == ["log/tile/0/000", "log/tile/0/000.p/5"]
    assert (root / "log/tile/0/000").read_bytes() == b"tile"
    assert (root / "log/tile/0/000").stat().st_mode & 0o777 == 0o440


def test_further_versions_and_locks_lie_beside(vault: FolderVault, root: Path) -> None:
    first, second = put(vault, "a/b", b"one"), put(vault, "a/b", b"two")
    vault.hold(second)
    assert files(root) == [".mutex", "a/b", f"a/b@{second.version}.lock", f"a/b@versions/{second.version}"]
    vault.release(second)
    vault.delete(second)
    vault.delete(first)
    assert files(root) == [".mutex"]
    assert [p.name for p in root.iterdir()] == [".mutex"], "no empty folder stays"


def test_the_pointer_is_a_plain_file(vault: FolderVault, root: Path) -> None:
    vault.swap_pointer("log/checkpoint", None, b"origin\n")
    assert (root / "log/checkpoint").read_bytes() == b"origin\n"


def test_pointers_and_objects_do_not_mix(vault: FolderVault) -> None:
    put(vault, "a", b"one")
    with pytest.raises(BadKey):
        vault.swap_pointer("a", b"one", b"two")
    vault.swap_pointer("b", None, b"one")
    with pytest.raises(BadKey):
        put(vault, "b", b"two")


def test_a_key_is_not_the_beginning_of_another(vault: FolderVault) -> None:
    put(vault, "a/b", b"one")
    with pytest.raises(BadKey):
        put(vault, "a/b/c", b"two")
    with pytest.raises(BadKey):
        put(vault, "a", b"three")
    assert [ref.key for ref in vault.list()] == ["a/b"]
    assert vault.sweep_temporary(timedelta(days=-1)) == 0


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o640)
    path.write_bytes(data)


def test_another_size_is_noticed(vault: FolderVault, root: Path) -> None:
    ref = put(vault, "a", b"one")
    overwrite(root / "a", b"longer")
    with pytest.raises(VaultAltered):
        vault.get(ref)


def test_swapped_files_are_noticed(vault: FolderVault, root: Path) -> None:
    ref, other = put(vault, "a", b"one"), put(vault, "b", b"two")
    (root / "a").rename(root / "c")
    (root / "b").rename(root / "a")
    (root / "c").rename(root / "b")
    for swapped in (ref, other):
        with pytest.raises(VaultMissing):
            vault.get(swapped)


def test_putting_again_heals_altered_bytes(vault: FolderVault, root: Path) -> None:
    ref = put(vault, "a", b"one")
    overwrite(root / "a", b"two")
    assert put(vault, "a", b"one") == ref
    assert stored(vault, ref) == b"one"
    assert vault.versions("a") == [ref]


def test_a_further_version_that_was_altered_is_not_taken_for_sound(vault: FolderVault, root: Path) -> None:
    put(vault, "a", b"one")
    ref = put(vault, "a", b"two")
    overwrite(root / "a@versions" / ref.version, b"six")
    with pytest.raises(VaultAltered):
        put(vault, "a", b"two")


def test_copies_without_extended_attributes_are_read(
    vault: FolderVault, root: Path, clock: ManualClock
) -> None:
    refs = [put(vault, "a", b"one"), put(vault, "a", b"two")]
    copied = FolderVault(root.with_name("copy"), clock)
    for name in files(root):
        target = root.with_name("copy") / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((root / name).read_bytes())
    assert sorted(copied.versions("a")) == sorted(refs)
    assert [stored(copied, ref) for ref in refs] == [b"one", b"two"]
    assert put(copied, "a", b"one") == refs[0]


def test_a_lock_that_cannot_be_read_locks(vault: FolderVault, root: Path) -> None:
    ref = put(vault, "a", b"one")
    vault.hold(ref)
    overwrite(root / f"a@{ref.version}.lock", b"{}")
    with pytest.raises(VaultAltered):
        vault.delete(ref)
    assert stored(vault, ref) == b"one"


def test_the_lock_is_seen_by_another_process(vault: FolderVault, root: Path, clock: ManualClock) -> None:
    ref = put(vault, "a", b"one")
    vault.retain_until(ref, clock.now() + timedelta(days=1))
    with pytest.raises(VaultLocked):
        FolderVault(root, clock).delete(ref)


def test_space_is_kept_free(root: Path, clock: ManualClock) -> None:
    vault = FolderVault(root, clock, reserve=1 << 62)
    with pytest.raises(DiskFull):
        put(vault, "a", b"one")
    assert files(root) == []


def test_other_errors_of_the_disk_keep_their_names(vault: FolderVault, root: Path) -> None:
    class Failing:
        def read(self, size: int, /) -> bytes:
            raise OSError(5, "input/output error")

    with pytest.raises(OSError, match="input/output"):
        vault.put("a", Failing())
    assert files(root) == []


def test_sweeps_what_dead_writers_left_and_nothing_else(
    vault: FolderVault, root: Path, clock: ManualClock
) -> None:
    put(vault, "a/b", b"one")
    left = root / "a" / ".tmp-1-0"
    left.write_bytes(b"half")
    moment = clock.now().timestamp()
    os.utime(left, (moment, moment))
    assert vault.sweep_temporary(timedelta(minutes=1)) == 0
    assert [ref.key for ref in vault.list()] == ["a/b"]
    clock.advance(minutes=2)
    assert vault.sweep_temporary(timedelta(minutes=1)) == 1
    assert files(root) == ["a/b"]


def test_a_slow_writer_is_not_swept(vault: FolderVault, clock: ManualClock) -> None:
    class Slow:
        """Takes a day between two pieces, while the keeper sweeps."""

        def __init__(self) -> None:
            self._pieces = [b"one", b"two", b""]

        def read(self, size: int, /) -> bytes:
            clock.instant = datetime.fromtimestamp(4e9, clock.instant.tzinfo)
            assert vault.sweep_temporary(timedelta(0)) == 0
            return self._pieces.pop(0)

    assert stored(vault, vault.put("a", Slow())) == b"onetwo"


def test_a_group_that_fails_leaves_no_temporary_file(vault: FolderVault, root: Path) -> None:
    put(vault, "taken", b"")
    puts = [
        Put("x/1", io.BytesIO(b"1")),
        Put("taken", io.BytesIO(b"2"), if_absent=True),
        Put("x/3", io.BytesIO(b"3")),
    ]
    with pytest.raises(VaultTaken):
        vault.put_many(puts)
    assert not [name for name in files(root) if ".tmp-" in name]
