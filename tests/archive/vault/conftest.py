"""A vault in a fresh folder, and what its tests hand in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Randomness

# Its assertions then say what they saw; pytest looks only into files that are named as tests by itself.
pytest.register_assert_rewrite("tests.archive.vault.contract")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def now(clock: ManualClock) -> Callable[[], datetime]:
    return clock.now


@pytest.fixture
def let_pass(clock: ManualClock) -> Callable[[timedelta], None]:
    return lambda delta: clock.advance(seconds=delta.total_seconds())


@pytest.fixture
def randomness() -> Randomness:
    """Bytes that are different each time and the same in every run."""
    serial = count()

    def give(size: int) -> bytes:
        seed = b"%d" % next(serial)
        return b"".join(sha256(seed + b"/%d" % i).digest() for i in range(-(-size // 32)))[:size]

    return give


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path, clock: ManualClock) -> FolderVault:
    return FolderVault(root, clock)


@pytest.fixture
def key_file(tmp_path: Path, randomness: Randomness, clock: ManualClock) -> ArchiveKeyFile:
    return ArchiveKeyFile.create(tmp_path / "keys" / "archive.key", b"correct horse", randomness, clock.now())


@pytest.fixture
def keyring(
    vault: FolderVault, key_file: ArchiveKeyFile, randomness: Randomness, clock: ManualClock
) -> KeyRing:
    return KeyRing(vault, key_file, randomness, clock)


@pytest.fixture
def objects(vault: FolderVault, keyring: KeyRing, randomness: Randomness) -> Objects:
    return Objects(vault, keyring, randomness)
