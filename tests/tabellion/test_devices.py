"""Keys in a PKCS#11 device sign as keys in files do."""

import subprocess
import sys

import pytest

from signing.errors import KeyUnusable
from signing.keys import Algorithm, Signer, verify_signature
from tabellion.devices import Device
from tests.tabellion.devices import MODULE, PIN, TOKEN, Token


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_of_the_device_signs(softhsm: Token, algorithm: Algorithm) -> None:
    device = Device(MODULE, TOKEN, PIN)
    made: Signer = device.generate(f"test-{algorithm.value}", algorithm)
    assert made.algorithm is algorithm
    verify_signature(algorithm, made.public_der, b"data", made.sign(b"data"))
    with pytest.raises(KeyUnusable, match="already"):
        device.generate(f"test-{algorithm.value}", algorithm)
    again = Device(MODULE, TOKEN, PIN)
    found = again.find(f"test-{algorithm.value}")
    assert found.key_id == made.key_id
    verify_signature(algorithm, made.public_der, b"more", found.sign(b"more"))


def test_what_is_not_there(softhsm: Token) -> None:
    device = Device(MODULE, TOKEN, PIN)
    with pytest.raises(KeyUnusable, match="exactly one"):
        device.find("nobody's")
    with pytest.raises(KeyUnusable, match="cannot be opened"):
        Device(MODULE, "another", PIN)
    with pytest.raises(KeyUnusable, match="cannot be opened"):
        Device(MODULE.with_name("no-module.so"), TOKEN, PIN)


def test_another_pin(softhsm: Token) -> None:
    """In a process of its own: one that has logged in is not asked again."""
    program = (
        "import sys; from pathlib import Path; from tabellion.devices import Device; "
        "Device(Path(sys.argv[1]), sys.argv[2], sys.argv[3])"
    )
    command = [sys.executable, "-c", program, MODULE, TOKEN, "4321"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be opened: PinIncorrect" in done.stderr
