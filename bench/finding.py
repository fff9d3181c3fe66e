"""Finds whom papers are about: the evaluation pages against a registry of thousands, links made, proposed and missed.

Every page is read as a scan is; then the whole of linking looks for its parties among strangers, some of whom have the
debtors' names. Once with the parties alone, as a fresh import leaves them, and once with their claims. Then whether the
right paper comes first for what people type, among made pages; and what an import of 120 000 parties takes, and typing
for one of them.
"""

import argparse
import hashlib
import json
import os
import pickle
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select

from archive.archive import Archive
from archive.catalogue import Catalogue, claim_work, finish, upgrade
from archive.catalogue.schema import batches, current, documents, links
from archive.histories import LINK_KEY
from archive.registry import put_claims, put_parties
from archive.vault import FolderVault, Objects
from bench._asking import FIFTH_GOAL, FIRST_GOAL, measure_queries
from bench._pages import SHARED as SHARED_PAGES
from bench._registry import LANGUAGES, families, strangers
from bench._tables import publish, say, table
from ingest.describing import write_fields
from ingest.linking import link_document
from ocr import Reader
from ocr.values import Reading
from tabellion.base.clock import SystemClock

PARTIES, IMPORTED = 10_000, 120_000
FOUND_GOAL, PRECISION_GOAL = 0.98, 0.995
_OWING = ("debtor", "co_debtor", "guarantor")


@dataclass(slots=True)
class Tally:
    """What became of the true links of some papers, and how long the search for them took."""

    papers: int = 0
    made: int = 0
    proposed: int = 0
    right: int = 0
    sure: int = 0
    all_right: int = 0
    all_sure: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def count(
        self, file: str, language: str, ids: dict[str, str], names: dict[str, str], made: Sequence[Row[Any]]
    ) -> None:
        """Add what became of one file."""
        debtor = ids[f"{language}-debtor"]
        mine = {row.state for row in made if row.target_id == debtor and row.role in _OWING}
        self.papers += 1
        self.made += "automatic" in mine
        self.proposed += mine == {"proposed"}
        if not mine:
            self.missed.append(file)
        for row in made:
            if row.state != "automatic":
                continue
            right = names[row.target_id] == f"{language}-{row.role}"
            self.all_sure += 1
            self.all_right += right
            if row.role in _OWING:
                self.sure += 1
                self.right += right
            if not right:
                self.wrong.append(f"{file}: {names[row.target_id]} as {row.role} by {row.basis}")

    @property
    def figures(self) -> dict[str, Any]:
        """The promised figures; shares are of 1."""
        return {
            "papers": self.papers,
            "made": self.made,
            "proposed": self.proposed,
            "found": round((self.made + self.proposed) / self.papers, 4),
            "precision": round(self.right / self.sure, 4) if self.sure else None,
            "precision_all_roles": round(self.all_right / self.all_sure, 4) if self.all_sure else None,
            "milliseconds_median": round(1000 * statistics.median(self.seconds), 1),
            "milliseconds_worst": round(1000 * max(self.seconds), 1),
            "missed": self.missed,
            "wrong": self.wrong,
        }


def readings(pages: Path, kept: Path | None) -> Iterator[tuple[Path, Reading]]:
    """Every file with its reading; `kept` is a folder in which readings are kept for a second run."""
    files = [file for file in sorted(pages.glob("*/*")) if file.suffix in (".pdf", ".tif")]
    with Reader(languages=LANGUAGES) as reader:
        for number, file in enumerate(files, 1):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            known = None if kept is None else kept / f"{file.name}.{digest}.pickle"
            if known is not None and known.exists():
                yield file, pickle.loads(known.read_bytes())  # noqa: S301  # written by this bench
                continue
            with file.open("rb") as stream:
                reading = reader.read(stream)
            say(f"{number} of {len(files)}: {file.name}")
            if known is not None:
                known.write_bytes(pickle.dumps(reading))
            yield file, reading


@contextmanager
def registry(pages: Path, count: int, *, with_claims: bool) -> Iterator[tuple[Archive, dict[str, str]]]:
    """An archive with a registry of so many parties; with it the ids of all of them by external id."""
    with tempfile.TemporaryDirectory(prefix="finding-") as folder:
        catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
        upgrade(catalogue)
        clock = SystemClock()
        archive = Archive(
            "bench",
            "localhost/bench",
            catalogue,
            Objects(FolderVault(Path(folder) / "v", clock), None, os.urandom),
        )
        ours = families(pages)
        wanted = [party for family in ours for party in family.parties.values()]
        wanted += strangers(count - len(wanted), ours)
        with catalogue.write() as connection:
            done = put_parties(archive, connection, wanted)
            ids = {str(party.external_id): put.id for party, put in zip(wanted, done, strict=True)}
            if with_claims:
                put_claims(archive, connection, [family.claim(ids) for family in ours])
        yield archive, ids
        catalogue.close()


def enter(archive: Archive, found: Sequence[tuple[Path, Reading]]) -> dict[str, str]:
    """Write documents with the fields of these readings into the catalogue; gives their ids by file name."""
    now, batch = archive.clock.now(), archive.ids.new()
    ids = {file.name: archive.ids.new() for file, _ in found}
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(batches).values(
                id=batch,
                name="bench",
                origin="import",
                sides_mode="simplex",
                state="open",
                opened_at=now,
                version=1,
                record_n=0,
            )
        )
        for file, reading in found:
            connection.execute(
                insert(documents).values(
                    id=ids[file.name],
                    batch_id=batch,
                    state="searchable",
                    kind=reading.kind,
                    kind_confidence=reading.kind_confidence,
                    language=reading.language,
                    received_at=now,
                    version=1,
                    record_n=0,
                )
            )
            write_fields(connection, ids[file.name], reading.fields, now)
    return ids


def link(archive: Archive, found: Sequence[tuple[Path, Reading]]) -> tuple[dict[str, str], list[float]]:
    """Link all files as they come, then those again that another one has told something about; seconds of each."""
    ids = enter(archive, found)
    seconds: list[float] = []
    texts = {ids[file.name]: {page.number: page.text for page in reading.pages} for file, reading in found}
    waiting = list(ids.values())
    random.Random(1).shuffle(waiting)
    while waiting:
        for document in waiting:
            begin = time.perf_counter()
            with archive.catalogue.write() as connection:
                link_document(archive, connection, document, [(1, len(texts[document]))], texts[document])
            seconds.append(time.perf_counter() - begin)
        waiting = []
        while True:
            with archive.catalogue.write() as connection:
                task = claim_work(connection, "bench", archive.clock.now(), timedelta(minutes=1))
                if task is None:
                    break
                finish(connection, task, archive.clock.now())
            waiting.append(task.object_id)
    return ids, seconds


def measure(archive: Archive, ids: dict[str, str], found: Sequence[tuple[Path, Reading]]) -> dict[str, Tally]:
    """Link every file; tallies by how its pages were degraded, and of all."""
    tallies: dict[str, Tally] = {}
    names = {party: external for external, party in ids.items()}
    papers, seconds = link(archive, found)
    for file, _ in found:
        language, degree = file.parent.name, file.name.split(".")[1]
        with archive.catalogue.read() as connection:
            made = connection.execute(
                select(links).where(
                    links.c.document_id == papers[file.name],
                    links.c.target_type == "party",
                    links.c.state != "rejected",
                    current(links, *LINK_KEY),
                )
            ).all()
        for tally in (tallies.setdefault(degree, Tally()), tallies.setdefault("all", Tally())):
            tally.seconds = seconds
            tally.count(file.name, language, ids, names, made)
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code says whether it could be measured, not whether the goal was met."""
    parser = argparse.ArgumentParser(prog="script/bench finding", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--parties", type=int, default=PARTIES, metavar="N", help="parties in the registry")
    parser.add_argument(
        "--imported", type=int, default=IMPORTED, metavar="N", help="parties in the imported file; 0: none"
    )
    parser.add_argument(
        "--search-url", metavar="URL", help="ask an OpenSearch instead of the embedded engine"
    )
    parser.add_argument("--readings", type=Path, metavar="FOLDER", help="keep readings here for a second run")
    options = parser.parse_args(arguments)
    if not SHARED_PAGES.is_dir():
        say(f"there are no evaluation pages at {SHARED_PAGES}")
        return 1
    if options.readings is not None:
        options.readings.mkdir(parents=True, exist_ok=True)
    found = list(readings(SHARED_PAGES, options.readings))
    result: dict[str, Any] = {
        "parties": options.parties,
        "goals": {"found": FOUND_GOAL, "precision": PRECISION_GOAL},
    }
    rows = []
    for name, with_claims in (("parties", False), ("parties_and_claims", True)):
        with registry(SHARED_PAGES, options.parties, with_claims=with_claims) as (archive, ids):
            tallies = measure(archive, ids, found)
        result[name] = {degree: tally.figures for degree, tally in tallies.items()}
        for degree, tally in sorted(tallies.items()):
            one = tally.figures
            rows.append(
                (
                    f"{name.replace('_', ' ')}, {degree}",
                    one["papers"],
                    one["made"],
                    one["proposed"],
                    100 * one["found"],
                    None if one["precision"] is None else 100 * one["precision"],
                    one["milliseconds_median"],
                )
            )
    heads = ("registry, pages", "papers", "made", "proposed", "found %", "precision %", "median ms")
    people = table(heads, rows) + (
        f"\n\nLinks of papers to their debtors, in a registry of {options.parties} parties. "
        f"Goals: {100 * FOUND_GOAL:.0f} % made or proposed, precision of those made {100 * PRECISION_GOAL:.1f} %."
    )
    result["queries"] = asked = measure_queries(SHARED_PAGES, found, url=options.search_url)
    shares = [(sort, *one.values()) for sort, one in {**asked["sorts"], "all": asked["all"]}.items()]
    people += "\n\n" + table(("queries", "number", "right one first", "in the first five"), shares)
    people += (
        f"\n\nQueries over the medium and hard pages among made ones of strangers. "
        f"Goals: {FIRST_GOAL} first, {FIFTH_GOAL} in the first five."
    )
    if options.imported:
        result["registry"] = imported = importing(options.imported)
        people += "\n\n" + (
            f"{imported['parties']} parties imported in {imported['import']['seconds']} s "
            f"({imported['import']['cpu_seconds']} s of CPU), again in {imported['again']['seconds']} s, "
            f"peak {imported['peak_bytes'] // 2**20} MiB; type-ahead p95 {imported['typing_all']['ms_p95']} ms, "
            f"for one who sees a twentieth {imported['typing_in_scope']['ms_p95']} ms. "
            "Goals: 180 s, 500 MiB, 30 ms."
        )
    publish(result, people, as_json=options.json)
    return 0


def importing(count: int) -> dict[str, Any]:
    """What an import of so many parties takes, and typing for them after it."""
    say(f"importing {count} parties")
    ran = subprocess.run(
        [sys.executable, "-m", "bench._importing", str(count)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
