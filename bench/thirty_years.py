"""Thirty years of an archive on its own clock: three authority certificates, one hash change, ten thousand documents.

Papers come in for twenty years; evidence is renewed when it is due, as the keeper does. At the end every document is
verified out of packages by the single file that strangers use, with nothing but the folder of trust. Beside it the same
documents as an archive would have them that never renewed: those must be undecided, never passed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.catalogue.schema import renewals
from bench._measure import measure
from bench._tables import publish, say, table
from bench._thirty import END, START, YEARS, Life, Packer, pieces
from signing.bundle import bundle
from signing.keys import Algorithm, KeySigner
from signing.package.seal import SealKey
from tabellion.base.clock import rfc3339

IN_PACKAGE = 200


@contextmanager
def timed(times: dict[str, float], what: str) -> Iterator[None]:
    """Adds what the block takes."""
    started = time.monotonic()
    yield
    times[what] = times.get(what, 0.0) + time.monotonic() - started


def live(life: Life, count: int, times: dict[str, float]) -> None:
    """Twenty years of papers, then ten of keeping."""
    for year in range(YEARS):
        life.clock.instant = START.replace(year=START.year + year)
        with timed(times, "taking in"):
            life.take_in(count * (year + 1) // YEARS - count * year // YEARS, START.year + year)
        with timed(times, "stamping"):
            life.stamp()
        with timed(times, "renewing"):
            life.renew()
        life.clock.advance(days=60)
        with timed(times, "renewing"):
            life.renew()
        say(f"  {START.year + year}")
    while life.clock.now() < END:
        with timed(times, "renewing"):
            life.renew()
        life.clock.advance(days=90)
    life.clock.instant = END


def verify(program: Path, trust: Path, packages: list[Path]) -> Counter[str]:
    """Documents by the verdict of the single file."""
    verdicts: Counter[str] = Counter()
    for package in packages:
        command: list[str | Path] = [
            sys.executable,
            program,
            package,
            "--trust",
            trust,
            "--at",
            rfc3339(END),
            "--json",
        ]
        run = measure(command, check=False)
        report = json.loads(run.output)
        if report["overall"] == "PASSED":
            verdicts["PASSED"] += report["checked"]["documents"]
        else:
            codes = sorted(
                {each["code"] for each in report["findings"]} - {"EXISTED", "SEALED", "WITNESS_NONE"}
            )
            verdicts[f"{report['overall']}: {' '.join(codes)}"] += report["checked"]["documents"]
    return verdicts


def run(count: int, folder: Path) -> dict[str, Any]:
    """All of it; the figures."""
    times: dict[str, float] = {}
    life = Life(folder / "home")
    live(life, count, times)
    seal = SealKey.create("Seal", KeySigner.generate(Algorithm.P384), END - timedelta(days=9), os.urandom)
    trust, program = folder / "trust", folder / "verify.py"
    for name, data in life.trust(seal).items():
        (trust / name).parent.mkdir(parents=True, exist_ok=True)
        (trust / name).write_bytes(data)
    program.write_bytes(bundle())
    packer = Packer(life, seal)
    documents = packer.documents()
    packages: list[Path] = []
    with timed(times, "packing"):
        for number, some in enumerate(pieces(documents, IN_PACKAGE)):
            packages.append(folder / f"package-{number}.asice")
            packer.write(some, packages[-1])
    with timed(times, "verifying"):
        verdicts = verify(program, trust, packages)
    never = folder / "never-renewed.asice"
    Packer(life, seal, renewed=False).write(documents[:IN_PACKAGE], never)
    with life.archive.catalogue.read() as connection:
        rows = connection.execute(select(renewals).order_by(renewals.c.number)).all()
    result = {
        "documents": len(documents),
        "packages": len(packages),
        "verdicts": dict(verdicts),
        "never_renewed": dict(verify(program, trust, [never])),
        "renewals": [
            {"kind": row.kind, "algorithm": row.algorithm, "at": rfc3339(row.gen_time), "leaves": row.total}
            for row in rows
        ],
        "seconds": {name: round(seconds, 1) for name, seconds in times.items()},
    }
    life.archive.catalogue.close()
    return result


def people(result: dict[str, Any]) -> str:
    """The same as tables."""
    rows = [[verdict, number] for verdict, number in result["verdicts"].items()]
    rows += [[f"never renewed: {verdict}", number] for verdict, number in result["never_renewed"].items()]
    renewed = [
        [each["at"][:10], each["kind"], each["algorithm"], each["leaves"]] for each in result["renewals"]
    ]
    seconds = [[what, value] for what, value in result["seconds"].items()]
    return "\n\n".join(
        (
            table(["verdict in 2056", "documents"], rows),
            table(["renewed", "how", "hash", "leaves"], renewed),
            table(["step", "seconds"], seconds),
        )
    )


def main() -> int:
    """0 where every document passed, and none that was never renewed."""
    parser = argparse.ArgumentParser(prog="script/bench thirty_years", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabellion-thirty-") as folder:
        result = run(options.documents, Path(folder))
    publish(result, people(result), as_json=options.json)
    good = result["verdicts"] == {"PASSED": result["documents"]}
    return 0 if good and "PASSED" not in result["never_renewed"] else 1


if __name__ == "__main__":
    sys.exit(main())
