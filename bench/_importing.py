"""Imports a file of parties and types for them, in a process of its own whose memory is counted; prints JSON."""

import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue.schema import claim_parties, claims, parties
from archive.registry import add_portfolio, find_parties, parties_in
from archive.vault import FolderVault, Objects
from bench._registry import strangers
from ingest.importing import Import, Layout, guess, open_table, run_import
from tabellion.base.clock import SystemClock

QUERIES = 400
OFFERED = 8
SCOPED = 20
"""One party in so many belongs to the portfolio of the user who sees a part."""


def write_table(path: Path, count: int) -> None:
    """A CSV of so many made-up parties in eight languages."""
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["external_id", "name", "birth_date", "town", "street", "pesel", "national_id", "inn"])
        for party in strangers(count, []):
            held = dict(party.identifiers)
            own = [held.get(kind, "") for kind in ("pesel", "national_id", "inn")]
            table.writerow(
                [party.external_id, party.name, party.birth_date, party.town, party.address["street"], *own]
            )


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Import twice, then type; seconds, bytes and milliseconds."""
    file = folder / "parties.csv"
    write_table(file, count)
    catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
    upgrade(catalogue)
    objects = Objects(FolderVault(folder / "vault", SystemClock()), None, os.urandom)
    archive = Archive("bench", "localhost/bench", catalogue, objects)
    result: dict[str, Any] = {"parties": count}
    for name in ("import", "again"):
        begin, cpu = time.perf_counter(), time.process_time()
        with file.open("rb") as stream:
            table = open_table(stream, Layout())
            counts = run_import(archive, table, Import(guess("debtors", table.columns), SYSTEM_ACTOR))
        result[name] = {
            "seconds": round(time.perf_counter() - begin, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "added": counts.added,
            "unchanged": counts.unchanged,
        }
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with catalogue.write() as connection:
        portfolio = _scope(archive, connection)
    with catalogue.read() as connection:
        result["typing_all"] = _type(connection, parties_in(None))
        result["typing_in_scope"] = _type(connection, parties_in([portfolio]))
    catalogue.close()
    return result


def _scope(archive: Archive, connection: Connection) -> str:
    """Claims for a part of the parties in a portfolio."""
    portfolio = add_portfolio(archive, connection, "part")
    now = archive.clock.now()
    ids = list(connection.execute(select(parties.c.id).order_by(parties.c.id)).scalars())[::SCOPED]
    rows = [{"id": archive.ids.new(), "party": party} for party in ids]
    common = {"portfolio_id": portfolio, "dates": {}, "created_at": now, "updated_at": now, "version": 1}
    connection.execute(insert(claims), [{"id": row["id"], "number": row["id"], **common} for row in rows])
    connection.execute(
        insert(claim_parties),
        [{"claim_id": row["id"], "party_id": row["party"], "role": "debtor"} for row in rows],
    )
    return portfolio


def _type(connection: Connection, visible: Any) -> dict[str, float]:
    """Beginnings of names and ends of identifiers, as somebody types them."""
    random_ = random.Random(7)
    names = list(connection.execute(select(parties.c.display_name).limit(5_000)).scalars())
    taken = []
    for _ in range(QUERIES):
        first, *_, last = random_.choice(names).split()
        text = random_.choice(
            (
                last[: random_.randint(2, 7)],
                f"{first} {last[: random_.randint(1, 4)]}",
                str(random_.randrange(1_000, 99_999)),
            )
        )
        begin = time.perf_counter()
        find_parties(connection, text, visible, OFFERED)
        taken.append(1000 * (time.perf_counter() - begin))
    taken.sort()
    return {"ms_median": round(taken[len(taken) // 2], 1), "ms_p95": round(taken[len(taken) * 95 // 100], 1)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="importing-") as scratch:
        print(json.dumps(measure(Path(scratch), int(sys.argv[1]))))
