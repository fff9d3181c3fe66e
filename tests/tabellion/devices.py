"""A SoftHSM token for tests: a PKCS#11 device in a folder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN, PIN = "tabellion", "1234"


@dataclass(frozen=True)
class Token:
    """The settings that name the token."""

    pin_file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TABELLION_PKCS11_MODULE": str(MODULE),
            "TABELLION_PKCS11_TOKEN": TOKEN,
            "TABELLION_PKCS11_PIN_FILE": str(self.pin_file),
        }


@contextmanager
def token_in(folder: Path) -> Iterator[Token]:
    """A new token of SoftHSM in that folder, as long as the block lasts.

    The module reads its configuration once in a process: of all tokens of one process only the first is seen.
    """
    tool = shutil.which("softhsm2-util")
    if tool is None or not MODULE.exists():
        pytest.skip("SoftHSM 2 is not installed: script/bootstrap --test installs it")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        command = [tool, "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "5678"]
        subprocess.run(command, check=True, capture_output=True)
        pin_file = folder / "pin"
        pin_file.write_text(f"{PIN}\n")
        pin_file.chmod(0o600)
        yield Token(pin_file)
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before
