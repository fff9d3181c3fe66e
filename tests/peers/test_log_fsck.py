"""tessera's fsck accepts a log of ours, and none that was tampered with."""

from pathlib import Path

import pytest

from signing import tlog
from signing.checkpoint import Checkpoint
from signing.note import NoteKey
from tests.peers.tessera import accepts, needs_fsck
from tests.signing.values import LOG_KEY, ORIGIN, entry

pytestmark = [pytest.mark.peers, needs_fsck]
KEY = NoteKey(ORIGIN, LOG_KEY.public_der)
SIZE = 600


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of entries that grew in groups, in a folder as tlog-tiles lays it out."""
    folder = tmp_path / "log"
    entries = [entry(seq=number).to_bytes() for number in range(SIZE)]
    tree = tlog.LogTree(0, lambda path: (folder / path).read_bytes())
    for start, end in ((0, 7), (7, 256), (256, SIZE)):
        grown = tree.append([tlog.leaf_hash(each) for each in entries[start:end]])
        files = dict(grown.tiles)
        for bundle in tlog.bundles_for(start, end):
            first = bundle.index * 256
            files[bundle.path()] = tlog.entry_bundle(entries[first : first + bundle.width])
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    (folder / "checkpoint").write_bytes(Checkpoint(ORIGIN, SIZE, tree.root()).sign(LOG_KEY))
    return folder


def test_accepted(log: Path, tmp_path: Path):
    assert accepts(log, KEY, tmp_path)


def _flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("what", ["entry", "tile", "signature", "checkpoint of another root"])
def test_refused(what: str, log: Path, tmp_path: Path):
    match what:
        case "entry":
            _flip(log / "tile" / "entries" / "001", 300)
        case "tile":
            _flip(log / "tile" / "0" / "000", 40)
        case "signature":
            data = (log / "checkpoint").read_text().rstrip("\n")
            (log / "checkpoint").write_text(data[:-9] + ("A" if data[-9] != "A" else "B") + data[-8:] + "\n")
        case _:
            (log / "checkpoint").write_bytes(Checkpoint(ORIGIN, SIZE, bytes(32)).sign(LOG_KEY))
    assert not accepts(log, KEY, tmp_path, seconds=8)
