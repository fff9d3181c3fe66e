"""What a million documents cost, part by part: an archive is filled with made papers through the doors, the workers and
the keeper, without recognition, and measured; then its papers are multiplied, and it is measured at each size.

Where the time of a stage grows with the archive, the first and the last lot differ. At each size the keeper's rounds
that find nothing to do, its start, the verification of a sample, and the pages that people open are timed. Multiplied
papers have all their rows, their entries in the log and their stamps; their files where that is wanted, and no place in
the index.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.catalogue.schema import documents
from archive.stamp_closing import demand
from bench._copied_files import CopiedFiles
from bench._evidence import an_archive, fill_outbox, settle
from bench._intake import PAPERS_OF_A_DEBTOR, Filler, Papers, Spent, make_registry
from bench._measure import CommandFailed
from bench._multiplying import Multiplied
from bench._points import later, measure_point
from bench._scale_told import for_people
from bench._sealing import seal
from bench._tables import publish, say
from bench._turning import STEP
from tabellion.settings import load_settings
from tabellion.wiring import Parts, opened

DOCUMENTS, LOTS, VISITS = 10_000, 20, 20
FILES = 100_000
_ALIKE = 40
"""Debtors that are so far apart in the registry are of one language and one portfolio."""


def fill(parts: Parts, count: int, size: int, times: int = 1) -> Filler:
    """The archive with so many papers, logged, indexed and stamped; its registry is one for `times` as many."""
    alike = -(-max(count // PAPERS_OF_A_DEBTOR, 100) // _ALIKE) * _ALIKE
    debtors, portfolios = make_registry(parts, alike * times)
    say(f"  {len(debtors)} parties")
    filler = Filler(parts, Papers(debtors[:alike], size, count), portfolios, registry=debtors)
    lot = max(count // LOTS, 1)
    started = time.monotonic()
    while filler.taken < count:
        filler.fill(min(lot, count - filler.taken))
        say(f"  {filler.taken} documents in {time.monotonic() - started:.0f} s")
    filler.lots.append({})
    demand(parts.archive)
    for _ in range(4):
        filler.keeper.run_once()
    settle(parts, filler.keeper)
    return filler


def growth(filler: Filler, count: int) -> dict[str, dict[str, float]]:
    """Milliseconds a document of each stage: on the clock, on processors, and that in the second and the last lot."""
    lots = filler.lots[:-1]
    lot = count / len(lots)
    nothing = Spent()

    def cpu(one: dict[str, Spent], name: str) -> float:
        return round(1000 * one.get(name, nothing).cpu / lot, 3)

    found = {
        name: {
            "ms_a_document": round(
                1000 * sum(one.get(name, nothing).seconds for one in filler.lots) / count, 3
            ),
            "cpu_ms_a_document": round(
                1000 * sum(one.get(name, nothing).cpu for one in filler.lots) / count, 3
            ),
            "cpu_ms_second_lot": cpu(lots[min(1, len(lots) - 1)], name),
            "cpu_ms_last_lot": cpu(lots[-1], name),
        }
        for name in {name for one in lots for name in one}
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["ms_a_document"]))


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures."""
    home = folder / "home"
    times = sorted(options.multiply)
    started = time.monotonic()
    with an_archive(home) as (parts, first):
        first.release()
        filler = fill(parts, options.documents, options.size, max(times, default=1))
        with parts.archive.catalogue.read() as connection:
            papers = list(connection.scalars(select(documents.c.id)))
        result: dict[str, Any] = {
            "documents": options.documents,
            "pages": filler.papers.pages,
            "text_bytes": filler.papers.text_bytes,
            "original_bytes": options.size,
            "parties": len(filler.registry),
            "seconds": round(time.monotonic() - started, 1),
            "stages": growth(filler, options.documents),
        }
        point = measure_point(filler, home, papers, options.visits)
        way = {"documents": options.documents, "way": "through the doors", "files": True}
        result["points"] = [_told(way | point)]
        if options.entries:
            result["log_entries_a_second"] = _log_speed(parts, filler, options.entries)
    if times:
        result["points"] += _multiplied(home, filler, papers, times, options)
    return result


def _log_speed(parts: Parts, filler: Filler, entries: int) -> int:
    """Entries a second that the log takes in groups."""
    fill_outbox(parts, entries)
    begun = time.perf_counter()
    filler.keeper.renew()
    settle(parts, filler.keeper)
    taken = time.perf_counter() - begun
    filler.keeper.release()
    return round(entries / taken)


def _multiplied(
    home: Path, filler: Filler, papers: Sequence[str], times: Sequence[int], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """The archive with so many times its papers, and measured, for each of these numbers."""
    multiplied = Multiplied(home, filler.registry, len(filler.papers.debtors))
    files = CopiedFiles(home / "vault", multiplied.turning)
    done = 1
    for goal in times:
        copies, count = range(done, goal), options.documents * goal
        say(f"{count} documents")
        begun, ahead = time.perf_counter(), STEP * (goal - 1)
        rows = multiplied.rows(copies, datetime.now(UTC) + ahead)
        made = {"rows": rows, "rows_a_second": round(rows / (time.perf_counter() - begun))}
        say(f"  {rows} rows in {time.perf_counter() - begun:.0f} s")
        with _reopened(home) as parts:
            sealed = seal(later(parts, ahead), multiplied, copies)
        made |= {
            "entries": sealed.entries,
            "entries_a_second": round(sealed.entries / max(sealed.log_seconds, 0.001)),
            "stamps": sealed.stamps,
            "ms_a_stamp": round(1000 * sealed.stamp_seconds / max(sealed.stamps, 1)),
        }
        if goal == times[0] and (broken := multiplied.broken()):
            raise CommandFailed(f"rows of copies lead nowhere: {broken[:5]}")
        with_files = count <= options.files
        if with_files:
            begun = time.perf_counter()
            made["files"] = files.write(copies)
            say(f"  {made['files']} files in {time.perf_counter() - begun:.0f} s")
        elif done * options.documents <= options.files:
            files.remove()
        with _reopened(home) as parts:
            there = later(parts, ahead)
            grown = Filler(there, filler.papers, filler.portfolios, registry=filler.registry)
            point = measure_point(grown, home, papers, options.visits)
        way = {"documents": count, "way": f"multiplied by {goal}", "files": with_files, "made": made}
        yield _told(way | point)
        done = goal


def _told(point: dict[str, Any]) -> dict[str, Any]:
    """The point, told on standard error as well: the next one may take hours."""
    say(json.dumps(point))
    return point


@contextmanager
def _reopened(home: Path) -> Iterator[Parts]:
    with opened(load_settings(home=home)) as parts:
        yield parts


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench scale", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, metavar="N", help="papers to make")
    parser.add_argument(
        "--multiply",
        type=lambda text: [int(number) for number in text.split(",")],
        default=[],
        metavar="N,N",
        help="measure also with so many times as many, multiplied in the catalogue, the log and the stamps",
    )
    parser.add_argument(
        "--files",
        type=int,
        default=FILES,
        metavar="N",
        help="up to so many documents copies have their files",
    )
    parser.add_argument(
        "--size", type=int, default=2_000, metavar="BYTES", help="bytes of a file as received"
    )
    parser.add_argument(
        "--visits", type=int, default=VISITS, metavar="N", help="how often each page is opened"
    )
    parser.add_argument("--entries", type=int, default=0, metavar="N", help="entries for the log besides")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="work in this folder's file system")
    options = parser.parse_args(arguments)
    if any(number < 2 for number in options.multiply):
        parser.error("--multiply takes numbers from 2")
    # A run that is told to end removes what it has written.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="tabellion-scale-", dir=options.folder) as folder:
        result = run(options, Path(folder))
    publish(result, for_people(result), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
