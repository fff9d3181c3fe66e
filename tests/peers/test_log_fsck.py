"""tessera's fsck re-reads a log of ours: it accepts every tile and the checkpoint, and not a tampered one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from signing.note import NoteKey
from signing.tlog import LogTree, bundles_for, entry_bundle
from tests.signing.package.sample import LOG_KEY, Log, identifier
from tests.signing.values import ORIGIN

TOOLS = Path(__file__).parents[2] / "var" / "tools" / "tessera"
VERSION = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(
        not (shutil.which("go") or (TOOLS / "fsck").exists()), reason="tessera's fsck needs Go to build it"
    ),
]


@pytest.fixture(scope="module")
def fsck() -> Path:
    if not (TOOLS / "fsck").exists():
        built = subprocess.run(
            ["go", "install", VERSION],
            env=os.environ | {"GOBIN": str(TOOLS)},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        if built.returncode:
            pytest.skip(f"tessera's fsck cannot be built: {built.stderr.strip()[-300:]}")
    return TOOLS / "fsck"


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
    (tmp_path / "log.vkey").write_text(NoteKey(ORIGIN, LOG_KEY.public_der).vkey() + "\n")
    return tmp_path


def _accepted(fsck: Path, folder: Path, seconds: float) -> bool:
    """A bad signature exits with 0 and a tampered entry never returns: only its own words of success count."""
    command = [
        str(fsck),
        "-ui=false",
        f"-storage_url=file://{folder / 'log'}/",
        f"-origin={ORIGIN}",
        f"-public_key={folder / 'log.vkey'}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return "Successfully fsck'd log" in done.stdout + done.stderr


def test_a_log_of_ours(fsck: Path, folder: Path):
    assert _accepted(fsck, folder, 60)


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "checkpoint"])
def test_a_tampered_log(name: str, fsck: Path, folder: Path):
    path = folder / "log" / name
    data = bytearray(path.read_bytes())
    data[-4] ^= 1
    path.write_bytes(bytes(data))
    # An untouched log takes it well under a second.
    assert not _accepted(fsck, folder, 5)
