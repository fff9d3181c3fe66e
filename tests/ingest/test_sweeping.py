"""What nobody ever acknowledged goes; what could have been acknowledged never does."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from archive.archive import Archive
from archive.catalogue.schema import documents, log_entries, objects
from archive.sequencer import Sequencer
from archive.vault import Ref
from ingest.keeper import Keeper
from ingest.retrying import retry_reading
from ingest.sweeping import ALL_WITHIN, DIGITS, EVERY, Sweeper
from ingest.worker import Worker
from signing.keys import Algorithm, KeySigner
from tabellion.base.clock import ManualClock
from tests.ingest.support import Doors, papers, rows


@pytest.fixture
def token(archive: Archive) -> int:
    keeper = Keeper(archive, "k", {})
    assert keeper.renew()
    assert keeper._token is not None
    return keeper._token


def orphan(archive: Archive, deposit: str, name: str = "original") -> Ref:
    owner = f"deposits/{deposit}"
    return archive.objects.put(f"{owner}/{name}", io.BytesIO(b"never acknowledged"), owner)


def age(home: Path, days: float, clock: ManualClock) -> None:
    then = clock.now().timestamp() - days * 86400
    for path in (home / "vault").rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def kept(archive: Archive) -> set[str]:
    return {ref.key for ref in archive.objects.vault.list()}


def test_only_what_was_never_acknowledged_is_swept(
    archive: Archive, doors: Doors, token: int, clock: ManualClock, tmp_path: Path
) -> None:
    answer = doors.receive()
    before = kept(archive)
    lost = archive.ids.new()
    orphan(archive, lost)
    orphan(archive, answer.deposit, "reading-1")
    age(tmp_path, 0.5, clock)
    assert Sweeper(archive).run(token) == 0
    age(tmp_path, 1.5, clock)
    assert Sweeper(archive).run(token) == 3
    assert kept(archive) == before
    assert Sweeper(archive).run(token) == 0


def test_all_is_looked_at_within_a_month_and_no_sweep_walks_through_everything(
    archive: Archive, token: int, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = orphan(archive, archive.ids.new())
    clock.advance(days=10)
    fresh = orphan(archive, archive.ids.new())
    walked: list[str] = []
    listing = archive.objects.vault.list

    def seen(prefix: str = "") -> Iterator[Ref]:
        walked.append(prefix)
        return listing(prefix)

    monkeypatch.setattr(type(archive.objects.vault), "list", staticmethod(seen))
    removed, sweeps = 0, 0
    while removed == 0:
        removed += Sweeper(archive).run(token)
        sweeps += 1
        assert sweeps <= ALL_WITHIN // EVERY
    assert removed == 2, "the object and its key"
    assert not archive.objects.vault.versions(lost.key)
    assert archive.objects.vault.versions(fresh.key), "it is not a day old"
    assert all(prefix.startswith(("deposits/", "packages/")) for prefix in walked)
    assert {len(prefix.partition("/")[2]) for prefix in walked} == {DIGITS}
    walked.clear()
    for _ in range(ALL_WITHIN // EVERY):
        Sweeper(archive).run(token)
    begin, end = int(archive.id[:DIGITS], 16), int(archive.ids.new()[:DIGITS], 16)
    assert set(walked) == {
        f"{kind}/{n:06x}" for kind in ("deposits", "packages") for n in range(begin, end + 1)
    }


def test_an_older_copy_of_the_catalogue_sweeps_nothing(
    archive: Archive, doors: Doors, token: int, clock: ManualClock, tmp_path: Path
) -> None:
    doors.receive()
    Sequencer(archive, KeySigner.generate(Algorithm.ED25519)).run(token)
    before = kept(archive)
    with archive.catalogue.write() as connection:
        for table in (objects, log_entries):
            connection.execute(delete(table))
    age(tmp_path, 30, clock)
    assert Sweeper(archive).run(token) == 0
    assert kept(archive) == before


def test_what_failed_can_be_read_again(archive: Archive, doors: Doors, worker: Worker) -> None:
    failed = doors.receive(b"")
    read = doors.receive(papers(["A letter."]))
    worker.drain()
    with archive.catalogue.write() as connection:
        assert retry_reading(archive, connection, [failed.deposit]) == 1

    states = {row.id: (row.state, row.reason_code) for row in rows(archive, documents)}
    assert states == {failed.document: ("received", None), read.document: ("read", None)}
    assert worker.drain() == 1
    with archive.catalogue.write() as connection:
        assert retry_reading(archive, connection, [read.deposit, archive.ids.new()]) == 1
        assert retry_reading(archive, connection, [read.deposit]) == 0
