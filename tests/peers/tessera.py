"""tessera's fsck as a judge of a log: re-reads every tile and entry bundle of a folder, and the checkpoint.

A bad signature makes it end with 0, and a tampered entry makes it retry for ever: only what it says counts, in time.
"""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from signing.note import NoteKey
from tests.services.process import ServiceError
from tests.services.tools import TOOLS, go_program

PROGRAM = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
ACCEPTED = "Successfully fsck'd log"

needs_fsck = pytest.mark.skipif(
    not (shutil.which("go") or (TOOLS / "tessera" / "fsck").exists()), reason="tessera's fsck needs Go"
)


@cache
def _program() -> Path:
    try:
        return go_program(PROGRAM, "tessera")
    except ServiceError as error:
        pytest.skip(str(error))


def accepts(log: Path, key: NoteKey, scratch: Path, seconds: float = 20) -> bool:
    """Whether fsck accepts the log in the folder (checkpoint, tile/...) within that time."""
    public = scratch / "log.vkey"
    public.write_text(key.vkey() + "\n")
    command = [str(_program()), f"--storage_url={log.as_uri()}/", f"--public_key={public}", "-ui=false"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as expired:
        return ACCEPTED in (expired.stderr or b"").decode()
    return ACCEPTED in done.stderr + done.stdout
