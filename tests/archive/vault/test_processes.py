"""The folder adapter between processes: killed writers, contests, full disks."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from archive.vault import FolderVault, Ref
from tabellion.base.clock import SystemClock
from tabellion.base.errors import DiskFull
from tests.archive.vault.contract import put, stored

CHECKOUT = Path(__file__).parents[3]


@contextmanager
def writer(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.archive.vault.writer", *map(str, arguments)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def vault(root: Path) -> FolderVault:
    return FolderVault(root, SystemClock())


def temporaries(root: Path) -> list[Path]:
    return list(root.rglob(".tmp-*"))


def test_a_killed_writer_leaves_nothing_that_is_listed(vault: FolderVault, root: Path) -> None:
    with writer("stall", root) as process:
        assert said(process) == "stalled"
        assert [p.stat().st_size for p in temporaries(root)] == [3 << 20]
        assert vault.sweep_temporary(timedelta(days=-1)) == 0, "its writer lives"
    assert list(vault.list()) == []
    assert vault.versions("deposits/a/original") == []
    assert vault.sweep_temporary(timedelta(hours=1)) == 0, "it is young"
    assert vault.sweep_temporary(timedelta(days=-1)) == 1
    assert temporaries(root) == []
    assert stored(vault, put(vault, "deposits/a/original", b"again")) == b"again"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_acknowledged_survives_a_kill(vault: FolderVault, root: Path, seed: int) -> None:
    with writer("flood", root, str(seed)) as process:
        lines = [said(process) for _ in range(5 * seed)]
        time.sleep(seed / 100)
        process.kill()
        assert process.stdout is not None
        lines += [line.strip() for line in process.stdout if line.endswith("\n")]
    for line in lines:
        key, version, digest, size = line.split()
        ref = Ref(key, version, digest, int(size))
        assert vault.versions(key) == [ref]
        assert put(vault, key, stored(vault, ref)) == ref, "the bytes are those of the digest"
    assert len(list(vault.list())) <= len(lines) + 1, "at most the one that was not acknowledged any more"
    vault.sweep_temporary(timedelta(days=-1))
    assert temporaries(root) == []


def test_one_process_is_first(vault: FolderVault, root: Path) -> None:
    with writer("first", root, "keys/a", "one") as one, writer("first", root, "keys/a", "two") as two:
        outcome = {said(one): b"one", said(two): b"two"}
    assert sorted(outcome) == ["lost", "won"]
    assert [stored(vault, ref) for ref in vault.versions("keys/a")] == [outcome["won"]]


def test_no_swap_of_two_processes_is_lost(vault: FolderVault, root: Path) -> None:
    with (
        writer("count", root, "log/checkpoint", "60") as one,
        writer("count", root, "log/checkpoint", "60") as two,
    ):
        assert one.wait(60) == two.wait(60) == 0
    assert vault.read_pointer("log/checkpoint") == b"120"


def test_a_file_size_limit_is_a_full_disk(vault: FolderVault, root: Path) -> None:
    with writer("limited", root) as process:
        assert said(process) == "DISK_FULL"
        assert process.wait(60) == 0
    assert list(vault.list()) == []
    assert temporaries(root) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte, where this process may mount one."""
    path = tmp_path / "small"
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_full_disk_refuses_and_leaves_room(small_disk: Path) -> None:
    vault = FolderVault(small_disk, SystemClock(), reserve=0)
    first = put(vault, "deposits/a/original", bytes(300_000))
    vault.swap_pointer("log/checkpoint", None, b"one")
    with pytest.raises(DiskFull):
        put(vault, "deposits/b/original", bytes(2_000_000))
    assert list(vault.list()) == [first]
    assert temporaries(small_disk) == []
    (small_disk / "fill").write_bytes(
        bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize)
    )
    with pytest.raises(DiskFull):
        vault.swap_pointer("log/checkpoint", b"one", b"two" * 4096)
    assert vault.read_pointer("log/checkpoint") == b"one"
    with pytest.raises(DiskFull):
        vault.hold(first)
    assert not vault.stat(first).held
    (small_disk / "fill").unlink()
    assert put(vault, "deposits/b/original", bytes(500_000)).size == 500_000
    with pytest.raises(DiskFull):
        FolderVault(small_disk, SystemClock(), reserve=900_000).put(
            "deposits/c/original", io.BytesIO(b"small")
        )
