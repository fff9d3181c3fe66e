"""What a measured command cost, with everything it started."""

import sys

import pytest

from bench._measure import CommandFailed, measure

GRANDCHILD = """
import subprocess, sys
work = "import time; held = bytearray(120 << 20); held[::4096] = b'x' * len(held[::4096])\\n"
work += "end = time.process_time() + 0.6\\nwhile time.process_time() < end: pass"
subprocess.run([sys.executable, "-c", work], check=True)
print("done")
"""


def test_counts_what_grandchildren_cost() -> None:
    measured = measure([sys.executable, "-c", GRANDCHILD])
    assert measured.output == "done\n"
    assert measured.exit_code == 0
    assert 0.6 <= measured.cpu_seconds <= measured.seconds + 1
    assert measured.peak_bytes >= 120 << 20


def test_a_failed_command_has_no_figures() -> None:
    with pytest.raises(CommandFailed, match="ended with 3:\nno luck"):
        measure([sys.executable, "-c", "import sys; sys.stderr.write('no luck'); sys.exit(3)"])
    assert measure([sys.executable, "-c", "import sys; sys.exit(3)"], check=False).exit_code == 3
