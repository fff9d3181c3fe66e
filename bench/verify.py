"""Evidence at scale: verifying deposits beside sha256sum and sha512sum, one large stamp, a package, the log.

The peer reads the same bytes, plain, from files of the same file system in the same run: sha256sum over all of them,
then sha512sum, one process on one core each, as somebody at a terminal runs them. Beside it stands what both take when
they run at the same time. Verifying reads the encrypted objects, decrypts them, computes both digests, and compares all
of it with manifests, log, stamps and catalogue, on all cores. Everything is in the page cache for both.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from archive.sequencer import Sequencer
from archive.stamp_closing import Pace, close_due, demand
from bench._evidence import an_archive, fill_outbox, pack, settle, stamp, take_in
from bench._measure import CommandFailed, measure
from bench._tables import publish, say, table

GOALS = {"verify": 0.8, "stamp": 2.0, "package": 3.0, "log": 5000}
PACKAGED = 100
_PROGRAMS = ("sha256sum", "sha512sum")
_OVER_ALL = 'find "$1" -type f -print0 | xargs -0'


def sums(folder: Path) -> float:
    """Seconds of sha256sum, then sha512sum, over all files."""
    return sum(_shell(f"{_OVER_ALL} {program} >/dev/null", folder) for program in _PROGRAMS)


def sums_at_once(folder: Path) -> float:
    """Seconds of both at the same time."""
    return _shell(
        " & ".join(f"{_OVER_ALL} {program} >/dev/null" for program in _PROGRAMS) + " & wait", folder
    )


def _shell(script: str, folder: Path) -> float:
    return measure(["sh", "-c", script, "sh", folder]).seconds


def verifying(home: Path) -> dict[str, Any]:
    """What a process of its own measured."""
    run = measure([sys.executable, "-m", "bench._evidence", home])
    found: dict[str, Any] = json.loads(run.output)
    if found["overall"] != "PASSED":
        raise CommandFailed(f"the archive did not verify: {found}")
    return found | {"peak_bytes": run.peak_bytes}


def evidence(folder: Path, count: int, size: int) -> dict[str, Any]:
    """Deposits of random bytes: stamped, packed, verified."""
    plain = folder / "plain"
    plain.mkdir()
    paths = [plain / f"{number:06}.bin" for number in range(count)]
    for path in paths:
        path.write_bytes(os.urandom(size))
    with an_archive(folder / "home") as (parts, keeper):
        started = time.monotonic()
        take_in(parts, paths)
        taking = time.monotonic() - started
        say(f"  {count} deposits taken in, {taking:.0f} s")
        keeper.renew()
        if keeper.lease is None:
            raise CommandFailed("the keeper of this measurement does not act")
        # Only the log: the keeper's next round would close the stamp, which is to be measured.
        Sequencer(parts.archive, parts.chest.log).run(keeper.lease)
        close_due(parts.archive, keeper.lease, Pace(manifests=count + 1))
        demand(parts.archive)
        keeper.renew()
        started = time.monotonic()
        close_due(parts.archive, keeper.lease, Pace())
        building = time.monotonic() - started
        stamp(parts, keeper)
        packing, packed = pack(parts, keeper, min(PACKAGED, count))
        settle(parts, keeper)
    rounds = [(sums(plain), verifying(folder / "home")) for _ in range(3)]
    together = min(sums_at_once(plain) for _ in rounds)
    peer, own = min(rounds, key=lambda each: each[1]["seconds"] / each[0])
    return {
        "deposits": count,
        "bytes": count * size,
        "take_in_seconds": round(taking, 2),
        "stamp_seconds": round(building, 2),
        "package_documents": min(PACKAGED, count),
        "package_seconds": round(packing, 2),
        "package_bytes": packed,
        "sums_seconds": round(peer, 2),
        "sums_at_once_seconds": round(together, 2),
        "verify_seconds": round(own["seconds"], 2),
        "verify_cpu_seconds": round(own["cpu_seconds"], 2),
        "verify_peak_bytes": own["peak_bytes"],
        "speed_of_sums": round(peer / own["seconds"], 3),
        "checked": own["checked"],
    }


def log(folder: Path, count: int) -> float:
    """Entries a second that the log takes, in groups, with an fsync a group."""
    with an_archive(folder / "log") as (parts, keeper):
        settle(parts, keeper)
        fill_outbox(parts, count)
        keeper.renew()
        if keeper.lease is None:
            raise CommandFailed("the keeper of this measurement does not act")
        sequencer = Sequencer(parts.archive, parts.chest.log)
        started = time.monotonic()
        done = sequencer.run(keeper.lease)
        return done / (time.monotonic() - started)


def people(result: dict[str, Any]) -> str:
    """The same as a table."""
    rows = [
        ["verifying, speed of sha256sum and sha512sum", result["speed_of_sums"], GOALS["verify"]],
        ["  verifying, seconds", result["verify_seconds"], None],
        ["  sha256sum, then sha512sum, seconds", result["sums_seconds"], None],
        ["  both at once, seconds", result["sums_at_once_seconds"], None],
        [f"building a stamp of {result['deposits']}, seconds", result["stamp_seconds"], GOALS["stamp"]],
        [
            f"a package of {result['package_documents']} documents, seconds",
            result["package_seconds"],
            GOALS["package"],
        ],
        ["the log, entries a second", result["log_entries_a_second"], GOALS["log"]],
    ]
    return table(["", "measured", "goal"], rows)


def main() -> int:
    """0 where everything was measured; the goals are for people to compare."""
    parser = argparse.ArgumentParser(prog="script/bench verify", description=__doc__)
    parser.add_argument("--deposits", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=200_000, help="bytes of a deposit")
    parser.add_argument("--entries", type=int, default=50_000, help="entries for the log")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabellion-verify-") as folder:
        result = evidence(Path(folder), options.deposits, options.size)
        result["log_entries_a_second"] = round(log(Path(folder), options.entries))
    publish(result, people(result), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
