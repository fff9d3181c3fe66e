"""What a million documents cost, part by part: an archive is filled with made papers through the doors, the workers and
the keeper, without recognition, and measured.

Where the time of a stage grows with the archive, the first and the last lot differ. At the end the keeper's rounds that
find nothing to do, its start, the verification of a sample, and the pages that people open are timed at that size.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.catalogue.schema import document_deposits
from archive.stamp_closing import demand
from archive.verify import verify
from bench._evidence import an_archive, fill_outbox, settle
from bench._intake import PAPERS_OF_A_DEBTOR, Filler, Papers, Spent, make_registry
from bench._measure import CommandFailed
from bench._shape import measure_shape
from bench._tables import publish, say, table
from bench._visiting import measure_visits, visitors, visits
from tabellion.running.keeping import make_keeper
from tabellion.running.trust import verify_trust
from tabellion.wiring import Parts

DOCUMENTS, LOTS, VISITS = 10_000, 20, 20
_SAMPLE = 100
_ROUNDS = 5


def fill(parts: Parts, count: int, size: int) -> Filler:
    """The archive with so many papers, logged, indexed and stamped."""
    debtors, portfolios = make_registry(parts, max(count // PAPERS_OF_A_DEBTOR, 100))
    filler = Filler(parts, Papers(debtors, size, count), portfolios)
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


def quiet_rounds(filler: Filler) -> dict[str, float]:
    """Milliseconds of each of the keeper's duties where there is nothing to do."""
    found: dict[str, list[float]] = {}
    token = filler.keeper.lease
    if token is None:
        raise CommandFailed("the keeper of this measurement does not act")
    for _ in range(_ROUNDS):
        filler.keeper.renew()
        for duty in chain.from_iterable(filler.lanes.values()):
            filler.lots.append({})
            duty.run(token)
            found.setdefault(duty.name, []).append(
                1000 * sum(spent.seconds for spent in filler.lots.pop().values())
            )
    return {name: round(statistics.median(times), 1) for name, times in found.items()}


def verify_sample(parts: Parts, seed: int) -> float:
    """Milliseconds a document for the verification of some, drawn from all."""
    with parts.archive.catalogue.read() as connection:
        ids = list(connection.scalars(select(document_deposits.c.document_id)))
    some = random.Random(seed).sample(ids, min(_SAMPLE, len(ids)))
    started = time.perf_counter()
    report = verify(parts.archive, verify_trust(parts), some)
    taken = time.perf_counter() - started
    if report.overall.value != "PASSED":
        raise CommandFailed(f"the sample did not verify: {report.findings}")
    return round(1000 * taken / len(some), 2)


def keeper_start(parts: Parts) -> float:
    """Seconds until a new keeper has done its first round: what it must know of the log it looks up then."""
    keeper = make_keeper(parts, "bench again")
    started = time.perf_counter()
    keeper.run_once()
    taken = time.perf_counter() - started
    keeper.release()
    return round(taken, 2)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures."""
    home = folder / "home"
    started = time.monotonic()
    with an_archive(home) as (parts, first):
        first.release()
        filler = fill(parts, options.documents, options.size)
        filling = time.monotonic() - started
        result: dict[str, Any] = {
            "documents": options.documents,
            "pages": filler.papers.pages,
            "text_bytes": filler.papers.text_bytes,
            "original_bytes": options.size,
            "parties": len(filler.papers.debtors),
            "seconds": round(filling, 1),
            "stages": growth(filler, options.documents),
            "quiet_round_ms": quiet_rounds(filler),
        }
        filler.keeper.release()
        result["keeper_start_seconds"] = keeper_start(parts)
        result["verify_ms_a_document"] = verify_sample(parts, seed=1)
        say("  asking pages")
        with visitors(parts, filler.portfolios[0]) as asked:
            result["visits"] = measure_visits(asked, visits(filler, filler.portfolios[0]), options.visits)
        if options.entries:
            fill_outbox(parts, options.entries)
            begun = time.perf_counter()
            keeper = filler.keeper
            keeper.renew()
            settle(parts, keeper)
            result["log_entries_a_second"] = round(options.entries / (time.perf_counter() - begun))
            keeper.release()
    result["shape"] = {
        part: {"count": count, "bytes": size, "allocated": allocated}
        for part, count, size, allocated in measure_shape(home).rows()
    }
    return result


def for_people(result: dict[str, Any]) -> str:
    """The figures as tables."""
    count, seconds = result["documents"], result["seconds"]
    stages = [
        (name, *each.values()) for name, each in result["stages"].items() if each["ms_a_document"] >= 0.01
    ]
    cpu = sum(each["cpu_ms_a_document"] for each in result["stages"].values())
    stages.append(("all", round(1000 * seconds / count, 2), cpu, None, None))
    asked = [(name, each["ms_p50"], each["ms_p95"]) for name, each in result["visits"].items()]
    quiet = list(result["quiet_round_ms"].items())
    quiet.append(("its first round after a start", 1000 * result["keeper_start_seconds"]))
    said = [
        f"{count} documents of {result['pages']} pages with {result['text_bytes'] / count:.0f} bytes of text, "
        f"{result['original_bytes']} bytes each as received; {result['parties']} parties; {seconds:.0f} s. "
        f"A million would take {seconds / count * 1e6 / 3600:.1f} h at this pace.",
        table(
            ("part", "files or rows a document", "bytes a document", "GB a million on disk"),
            list(_parts(result["shape"], count)),
        ),
        table(("stage", "ms a document", "CPU ms", "in the second lot", "in the last lot"), stages),
        table(("a quiet round of the keeper", "ms"), quiet),
        table(("page", "p50 ms", "p95 ms"), asked),
        f"Verifying takes {result['verify_ms_a_document']} ms a document of a sample.",
    ]
    if "log_entries_a_second" in result:
        said.append(f"The log takes {result['log_entries_a_second']} entries a second.")
    return "\n\n".join(said)


def _parts(shape: dict[str, dict[str, int]], count: int) -> Iterator[tuple[object, ...]]:
    """A row for each part that takes a byte a document, and one for all parts."""
    for name, each in shape.items():
        if each["allocated"] >= count:
            yield name, round(each["count"] / count, 2), *_sizes([each], count)
    yield "all", None, *_sizes(shape.values(), count)


def _sizes(some: Collection[dict[str, int]], count: int) -> tuple[int, float]:
    size, allocated = (sum(each[what] for each in some) for what in ("bytes", "allocated"))
    return round(size / count), round(allocated / count / 1e3, 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench scale", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, metavar="N", help="papers to make")
    parser.add_argument(
        "--size", type=int, default=2_000, metavar="BYTES", help="bytes of a file as received"
    )
    parser.add_argument(
        "--visits", type=int, default=VISITS, metavar="N", help="how often each page is opened"
    )
    parser.add_argument("--entries", type=int, default=0, metavar="N", help="entries for the log besides")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="work in this folder's file system")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tabellion-scale-", dir=options.folder) as folder:
        result = run(options, Path(folder))
    publish(result, for_people(result), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
