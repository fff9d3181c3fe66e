"""Processes that write into a vault, for the tests that kill them, crowd them or fill their disk.

python -m tests.archive.vault.writer stall ROOT              writes three mebibytes of an object and stops
python -m tests.archive.vault.writer flood ROOT SEED         puts objects without end, a line for each that is durable
python -m tests.archive.vault.writer first ROOT KEY TEXT     puts the text where nothing is, and says whether it won
python -m tests.archive.vault.writer limited ROOT            puts four mebibytes where files end at one
python -m tests.archive.vault.writer count ROOT NAME TIMES   counts the pointer up
"""

import io
import random
import resource
import sys
import time
from pathlib import Path

from archive.vault import FolderVault, PointerMoved, VaultTaken
from tabellion.base.clock import SystemClock
from tabellion.base.errors import DiskFull


def say(text: str) -> None:
    print(text, flush=True)


class Stalling:
    """Gives three pieces and then never another."""

    def __init__(self) -> None:
        self._pieces = 3

    def read(self, size: int, /) -> bytes:
        if not self._pieces:
            say("stalled")
            time.sleep(600)
        self._pieces -= 1
        return b"x" * size


def flood(vault: FolderVault, seed: str) -> None:
    chance = random.Random(seed)
    for number in range(1_000_000):
        data = chance.randbytes(chance.choice([10, 5_000, 2_000_000]))
        ref = vault.put(f"deposits/{seed}-{number}/original", io.BytesIO(data))
        say(f"{ref.key} {ref.version} {ref.digest} {ref.size}")


def count(vault: FolderVault, name: str, times: int) -> None:
    while times:
        seen = vault.read_pointer(name)
        try:
            vault.swap_pointer(name, seen, b"%d" % (int(seen or b"0") + 1))
        except PointerMoved:
            continue
        times -= 1


def main(task: str, root: str, *rest: str) -> None:
    vault = FolderVault(Path(root), SystemClock(), reserve=0)
    match task, *rest:
        case ["stall"]:
            vault.put("deposits/a/original", Stalling())
        case ["flood", seed]:
            flood(vault, seed)
        case ["first", key, text]:
            try:
                vault.put(key, io.BytesIO(text.encode()), if_absent=True)
                say("won")
            except VaultTaken:
                say("lost")
        case ["limited"]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
            try:
                vault.put("deposits/a/original", io.BytesIO(bytes(4 << 20)))
            except DiskFull as error:
                say(error.code)
        case ["count", name, times]:
            count(vault, name, int(times))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
