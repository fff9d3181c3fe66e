"""tessera's fsck re-reads a log of ours: it accepts every tile and the checkpoint, and not a tampered one."""

import time
from pathlib import Path

import pytest

from signing.note import NoteKey
from signing.tlog import LogTree, bundles_for, entry_bundle
from tests.peers.tessera import accepts, needs_fsck
from tests.signing.package.sample import LOG_KEY, Log, identifier
from tests.signing.values import ORIGIN

KEY = NoteKey(ORIGIN, LOG_KEY.public_der)
pytestmark = [pytest.mark.peers, needs_fsck]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of 600 entries: full and partial tiles of two levels, full and partial bundles."""
    log = Log()
    for number in range(600):
        log.add("receive", "deposit", identifier(1, number), "ab" * 32, "upload")

    def none(path: str) -> bytes:
        raise FileNotFoundError(path)

    files = dict(LogTree(0, none).append(log.leaves).tiles)
    for bundle in bundles_for(0, len(log.entries)):
        files[bundle.path()] = entry_bundle(log.entries[bundle.index * 256 :][: bundle.width])
    files["checkpoint"] = log.checkpoint().sign(log.key)
    for name, data in files.items():
        (tmp_path / "log" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / name).write_bytes(data)
    return tmp_path


def test_a_log_of_ours(folder: Path):
    assert accepts(folder / "log", KEY, folder, seconds=60)


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "checkpoint"])
def test_a_tampered_log(name: str, folder: Path):
    begun = time.monotonic()
    assert accepts(folder / "log", KEY, folder, seconds=60)
    taken = time.monotonic() - begun
    path = folder / "log" / name
    data = bytearray(path.read_bytes())
    data[-4] ^= 1
    path.write_bytes(bytes(data))
    assert not accepts(folder / "log", KEY, folder, seconds=1 + 3 * taken)
