"""The Go implementation that logs and witnesses use reads our checkpoints, cosignatures and verifier keys."""

import shutil
import subprocess
from pathlib import Path

import pytest

from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign
from signing.keys import Algorithm, KeySigner
from signing.note import Note, NoteKey
from tests.services.process import ServiceError
from tests.services.tools import fetch
from tests.signing.values import LOG_KEY, NOW, ORIGIN

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not shutil.which("go"), reason="the Go verifier needs Go"),
]
SOURCE = Path(__file__).parent / "cosignature"
LOG = NoteKey(ORIGIN, LOG_KEY.public_der)
WITNESS = KeySigner.generate(Algorithm.ED25519)
KEY = WitnessKey("witness.example/w1", WITNESS.public_der)
NOTE = Note.parse(Checkpoint(ORIGIN, 7, bytes(32)).sign(LOG_KEY))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("go") / "cosignature"
    command = ["go", "build", "-C", str(SOURCE), "-o", str(path), "."]
    try:
        fetch(command, "the Go verifier")
    except ServiceError as error:
        pytest.skip(str(error))
    return path


def _signers(program: Path, note: Note) -> list[str]:
    done = subprocess.run(
        [str(program), LOG.vkey(), KEY.vkey()], input=note.to_bytes(), capture_output=True, check=False
    )
    return done.stdout.decode().split()


def test_read(program: Path):
    note = NOTE.with_signatures(cosign(NOTE.text, KEY.name, WITNESS, NOW))
    assert _signers(program, note) == [ORIGIN, KEY.name]


def test_refused(program: Path):
    other = cosign(Checkpoint(ORIGIN, 8, bytes(32)).text(), KEY.name, WITNESS, NOW)
    assert _signers(program, NOTE.with_signatures(other)) == []
