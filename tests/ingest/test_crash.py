"""A process that is killed in the middle of receiving: what was acknowledged is there once, nothing else is visible."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.catalogue.schema import batch_items, deposits, documents, work
from tests.ingest.support import Doors, rows

SENDER = """
import io, sys
from pathlib import Path
from ingest.arrivals import Arrival
from ingest.receive import receive
from tabellion.base.clock import SystemClock
from tests.archives import open_archive

home, archive_id, batch = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
archive = open_archive(home, SystemClock(), archive_id=archive_id)
for number in range(1000):
    arrival = Arrival(batch, "n", "a", "upload", source=f"act-{number}")
    done = receive(archive, io.BytesIO(b"%d" % number * 3000), arrival, nudge=lambda: None)
    print(number, done.deposit, done.sha256, flush=True)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_acknowledged_survives_a_kill(
    archive: Archive, doors: Doors, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: dict[str, tuple[str, str]] = {}
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(tmp_path), archive.id, doors.batch], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.4))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        for line in (first + rest).decode().splitlines():
            if len(words := line.split()) == 3 and len(words[2]) == 64:
                number, deposit, sha256 = words
                assert acknowledged.setdefault(number, (deposit, sha256)) == (deposit, sha256)
    found = {row.id: row.sha256 for row in rows(archive, deposits)}
    for number, (deposit, sha256) in acknowledged.items():
        assert found[deposit] == sha256 == hashlib.sha256(f"{number}".encode() * 3000).hexdigest()
    items = rows(archive, batch_items)
    assert len({item.sequence for item in items}) == len(items) == len(found)
    assert {row.object_id for row in rows(archive, work)} == set(found)
    assert len(rows(archive, documents)) == len(found)
