"""Exactly one keeper acts; a failing duty harms no other; what it does goes all the way to the search."""

import io
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import delete, update

from archive.archive import Archive
from archive.catalogue import LeaseLost, check_lease
from archive.catalogue.schema import deposits, documents, index_outbox, log_entries, log_outbox
from archive.fixity import Pace, Rolling, ask_again
from archive.identity import KEY, Identity
from ingest.indexing import Indexer, rebuild_index
from ingest.keeper import Duty, Keeper
from ingest.stored import queue_indexing
from ingest.worker import Worker
from search.analysis import Analyser
from search.answer import Finder, SearchRequest
from search.embedded import EmbeddedRebuild, EmbeddedWriter
from search.port import Scopes
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Unavailable
from tests.ingest.support import Doors, count, papers, rows

LETTER = papers(["Final demand", "The outstanding principal is overdue."], ["An annex about zebras."])


def test_a_paper_is_sealed_found_and_has_its_receipt(
    archive: Archive, doors: Doors, worker: Worker, keeper: Keeper, found: Finder
) -> None:
    answer = doors.receive(LETTER, retention=timedelta(days=10))
    worker.drain()
    assert keeper.run_once()
    assert count(archive, log_outbox) == 0
    assert {row.type for row in rows(archive, log_entries)} == {
        "batch-open",
        "receive",
        "compose",
        "derive",
        "read",
    }
    assert rows(archive, deposits)[0].receipt is not None
    (document,) = rows(archive, documents)
    assert document.state == "searchable"
    assert document.searchable_at is not None
    assert count(archive, index_outbox) == 0
    hits = found.answer(SearchRequest("zebras", Scopes.of("unassigned"))).hits
    assert [(hit.document, [page.page for page in hit.pages]) for hit in hits] == [(answer.document, [2])]
    assert not found.answer(SearchRequest("zebras", Scopes.of("portfolio:x"))).hits


def test_a_void_paper_is_not_found_and_the_index_can_be_made_anew(
    archive: Archive,
    doors: Doors,
    worker: Worker,
    keeper: Keeper,
    found: Finder,
    tmp_path: Path,
    analyser: Analyser,
) -> None:
    answers = [doors.receive(LETTER), doors.receive(papers(["Another about zebras."]))]
    worker.drain()
    keeper.run_once()
    with archive.catalogue.write() as connection:
        connection.execute(
            update(documents).where(documents.c.id == answers[0].document).values(state="void")
        )
    assert rebuild_index(archive, EmbeddedRebuild(tmp_path / "index", analyser)) == 1
    hits = found.answer(SearchRequest("zebras", Scopes.all())).hits
    assert [hit.document for hit in hits] == [answers[1].document]


def test_a_paper_whose_reading_is_lost_keeps_no_other_from_being_found(
    archive: Archive, doors: Doors, worker: Worker, keeper: Keeper, found: Finder
) -> None:
    """It is left out until the reading is back, with a repair or by hand; then it is found as well."""
    answers = [doors.receive(LETTER), doors.receive(papers(["Another about zebras."]))]
    worker.drain()
    (ref,) = archive.objects.vault.list(f"deposits/{answers[0].deposit}/reading-")
    with archive.objects.vault.get(ref) as stream:
        reading = stream.read()
    archive.objects.vault.delete(ref)
    body = Identity(archive.id, archive.origin, True, archive.clock.now()).to_bytes()
    archive.objects.put_raw(KEY, body)

    def look() -> None:
        with archive.catalogue.write() as connection:
            ask_again(connection, archive.clock.now())
        token = keeper._token
        assert token is not None
        Rolling(archive, Pace(days=30, rate=1 << 40)).run(token)

    def finds() -> list[str]:
        hits = found.answer(SearchRequest("zebras", Scopes.all())).hits
        return sorted(hit.document for hit in hits)

    assert keeper.run_once()
    assert finds() == [answers[1].document]
    assert count(archive, index_outbox) == 0
    look()
    archive.objects.vault.put(ref.key, io.BytesIO(reading))
    archive.clock.advance(hours=1)  # type: ignore[attr-defined]
    keeper.renew()
    look()
    assert keeper.run_once()
    assert finds() == sorted(answer.document for answer in answers)
    assert {row.state for row in rows(archive, documents)} == {"searchable"}


def test_only_one_keeper_acts_and_another_takes_over(archive: Archive, clock: ManualClock) -> None:
    done: list[str] = []
    first, second = (
        Keeper(archive, name, {"lane": [Duty("note", lambda _, name=name: done.append(name))]})
        for name in ("first", "second")
    )
    assert first.run_once() and not second.run_once()
    assert done == ["first"]
    clock.advance(seconds=11)
    assert second.run_once() and not first.run_once()
    second.release()
    assert first.run_once()
    assert done == ["first", "second", "first"]


def test_what_concerns_a_machine_is_done_by_those_that_stand_by(archive: Archive) -> None:
    done: list[tuple[str, str, int]] = []

    def duties(name: str) -> dict[str, list[Duty]]:
        def note(what: str, token: int) -> None:
            done.append((name, what, token))

        return {
            "lane": [
                Duty("seal", partial(note, "seal")),
                Duty("watch", partial(note, "watch"), everywhere=True),
            ]
        }

    assert Keeper(archive, "first", duties("first")).run_once()
    assert not Keeper(archive, "second", duties("second")).run_once()
    assert done == [("first", "seal", 1), ("first", "watch", 1), ("second", "watch", 0)]


def test_a_keeper_whose_lease_has_passed_stops_its_round(archive: Archive, clock: ManualClock) -> None:
    done: list[int] = []

    def fenced(token: int) -> None:
        with archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
        done.append(token)

    def slow(token: int) -> None:
        clock.advance(seconds=11)
        assert Keeper(archive, "other", {}).renew()

    keeper = Keeper(archive, "slow", {"lane": [Duty("slow", slow), Duty("fenced", fenced)]})
    assert not keeper.run_once()
    assert done == []
    with pytest.raises(LeaseLost):
        fenced(1)


def test_a_duty_that_fails_is_put_off_and_harms_no_other(archive: Archive, clock: ManualClock) -> None:
    tried: list[str] = []

    def fail(_: int) -> None:
        tried.append("failing")
        raise RuntimeError("a fault")

    keeper = Keeper(
        archive,
        "keeper",
        {"lane": [Duty("failing", fail), Duty("other", lambda _: tried.append("other"))]},
    )
    keeper.run_once()
    keeper.run_once()
    assert tried == ["failing", "other", "other"]
    clock.advance(seconds=1)
    keeper.run_once()
    clock.advance(seconds=1)
    keeper.run_once()
    assert tried.count("failing") == 2


@pytest.mark.parametrize(
    ("fault", "longest"), [(RuntimeError("a fault"), 60), (Unavailable("the store does not answer"), 5)]
)
def test_a_duty_that_met_a_part_which_is_away_is_soon_tried_again(
    archive: Archive, clock: ManualClock, fault: Exception, longest: int
) -> None:
    tried: list[int] = []

    def fail(_: int) -> None:
        tried.append(len(tried))
        raise fault

    keeper = Keeper(archive, "keeper", {"lane": [Duty("failing", fail)]})
    for _ in range(10):
        keeper.run_once()
        clock.advance(seconds=60)
    tried.clear()
    keeper.run_once()
    clock.advance(seconds=longest - 1)
    keeper.run_once()
    assert len(tried) == 1
    clock.advance(seconds=1)
    keeper.run_once()
    assert len(tried) == 2


def test_a_duty_that_is_due_now_and_then_waits(archive: Archive, clock: ManualClock) -> None:
    done: list[int] = []
    keeper = Keeper(archive, "k", {"lane": [Duty("sweep", done.append, timedelta(minutes=1))]})
    keeper.run_once()
    keeper.run_once()
    assert len(done) == 1
    clock.advance(seconds=61)
    keeper.run_once()
    assert len(done) == 2


def test_the_keeper_runs_until_told_to_stop(archive: Archive) -> None:
    stop, seen = Event(), Event()
    closed: list[bool] = []
    duty = Duty("note", lambda _: seen.set(), close=lambda: closed.append(True))
    keeper = Keeper(archive, "k", {"lane": [duty]})
    thread = Thread(target=keeper.run, args=(stop,))
    thread.start()
    assert seen.wait(60)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert closed
    assert Keeper(archive, "next", {}).renew()


def test_what_is_added_to_the_outbox_meanwhile_stays(
    archive: Archive, doors: Doors, worker: Worker, indexer: Indexer, keeper: Keeper
) -> None:
    answer = doors.receive(LETTER)
    worker.drain()
    assert keeper.renew()
    token = keeper._token
    assert token is not None
    assert indexer.run(token) == 1
    assert indexer.run(token) == 0
    with archive.catalogue.write() as connection:
        queue_indexing(connection, answer.document, archive.clock.now())
    with pytest.raises(LeaseLost):
        indexer.run(token + 1)
    assert count(archive, index_outbox) == 1
    assert indexer.run(token) == 1


def test_what_a_keeper_wrote_after_its_lease_had_passed_is_written_again(
    archive: Archive, doors: Doors, worker: Worker, clock: ManualClock, tmp_path: Path, analyser: Analyser
) -> None:
    class Frozen(EmbeddedWriter):
        """The keeper stands still at its commit, beyond its lease; the other one settles what waits."""

        def commit(self) -> None:
            super().commit()
            clock.advance(seconds=11)
            assert other.renew()
            with archive.catalogue.write() as connection:
                connection.execute(delete(index_outbox))

    other, frozen = Keeper(archive, "other", {}), Keeper(archive, "frozen", {})
    indexer = Indexer(archive, lambda: Frozen(tmp_path / "index", analyser))
    doors.receive(LETTER)
    worker.drain()
    assert frozen.renew()
    assert frozen.lease is not None
    with pytest.raises(LeaseLost):
        indexer.run(frozen.lease)
    assert [row.document_id for row in rows(archive, index_outbox)] == [
        row.id for row in rows(archive, documents)
    ]
    indexer.close()
    assert count(archive, index_outbox) == 1


def test_a_duty_that_takes_long_takes_no_more_than_its_share_of_the_time() -> None:
    clock, times = ManualClock(), list[int]()

    def slow(token: int) -> None:
        times.append(token)
        time.sleep(0.02)

    duty = Duty("walk", slow, every=timedelta(seconds=1), share=0.01)
    duty.round(1, clock.now())
    clock.advance(seconds=1.5)
    duty.round(2, clock.now())
    clock.advance(seconds=60)
    duty.round(3, clock.now())
    assert times == [1, 3]
