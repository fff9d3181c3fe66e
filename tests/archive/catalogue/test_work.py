"""claim_work hands each row to one holder, most urgent first, and fences what a late holder writes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalogue import (
    BULK,
    URGENT,
    Catalogue,
    LeaseLost,
    add_work,
    claim_work,
    extend,
    fail,
    finish,
    give_back,
    put_off,
    retry_work,
    work_waits,
)
from archive.catalogue.schema import metadata, work
from archive.catalogue.work import MAX_ATTEMPTS
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids

LEASE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def queue(catalogue: Catalogue, clock: ManualClock, *items: tuple[str, int]) -> None:
    with catalogue.write() as connection:
        for object_id, priority in items:
            add_work(connection, Ids(clock), "read", object_id, clock.now(), priority=priority)


def test_the_most_urgent_comes_first_and_once(catalogue: Catalogue, clock: ManualClock) -> None:
    queue(catalogue, clock, ("bulk", BULK), ("person", URGENT), ("bulk", BULK))
    taken = []
    for _ in range(3):
        with catalogue.write() as connection:
            task = claim_work(connection, "w", clock.now(), LEASE)
            taken.append(task.object_id if task else None)
    assert taken == ["person", "bulk", None]


def test_two_open_transactions_never_share_a_row(catalogue: Catalogue, clock: ManualClock) -> None:
    if catalogue.dialect == "sqlite":
        pytest.skip("SQLite serialises writers: there are no two open transactions")
    queue(catalogue, clock, ("a", BULK), ("b", BULK))
    with catalogue.write() as first, catalogue.write() as second:
        one = claim_work(first, "w1", clock.now(), LEASE)
        two = claim_work(second, "w2", clock.now(), LEASE)
    assert one is not None and two is not None
    assert {one.object_id, two.object_id} == {"a", "b"}


def test_many_workers_beside_senders_do_everything_once(catalogue: Catalogue, clock: ManualClock) -> None:
    if catalogue.dialect == "sqlite":
        pytest.skip("SQLite serialises writers")
    done: list[str] = []

    def send(name: str) -> None:
        for number in range(25):
            with catalogue.write() as connection:
                ids = Ids(clock)
                add_work(connection, ids, "read", f"{name}-{number}", clock.now(), owner=name, priority=BULK)

    def work_off(name: str) -> None:
        idle = 0
        while idle < 3:
            with catalogue.write() as connection:
                task = claim_work(connection, name, clock.now(), LEASE)
            if task is None:
                idle += senders_ended.wait(0.05)
                continue
            with catalogue.write() as connection:
                finish(connection, task, clock.now())
            done.append(task.object_id)

    senders_ended = Event()
    with ThreadPoolExecutor(12) as pool:
        workers = [pool.submit(work_off, f"worker-{n}") for n in range(8)]
        for sender in [pool.submit(send, f"sender-{n}") for n in range(4)]:
            sender.result()
        senders_ended.set()
        for worker in workers:
            worker.result()
    assert Counter(done) == Counter(f"sender-{n}-{m}" for n in range(4) for m in range(25))


def test_a_lease_that_ran_out_is_taken_over_and_the_late_holder_is_refused(
    catalogue: Catalogue, clock: ManualClock
) -> None:
    queue(catalogue, clock, ("a", BULK))
    with catalogue.write() as connection:
        late = claim_work(connection, "w1", clock.now(), LEASE)
    clock.advance(minutes=2)
    with catalogue.write() as connection:
        taken = claim_work(connection, "w2", clock.now(), LEASE)
    assert late is not None and taken is not None
    assert taken.token > late.token
    for write in (finish, lambda c, t, now: extend(c, t, now, LEASE)):
        with pytest.raises(LeaseLost), catalogue.write() as connection:
            write(connection, late, clock.now())
    with catalogue.write() as connection:
        extend(connection, taken, clock.now(), LEASE)
        finish(connection, taken, clock.now())


def test_failures_back_off_and_end(catalogue: Catalogue, clock: ManualClock) -> None:
    queue(catalogue, clock, ("a", BULK))
    tries = 0
    for _ in range(2 * MAX_ATTEMPTS):
        with catalogue.write() as connection:
            task = claim_work(connection, "w", clock.now(), LEASE)
            if task is not None:
                tries += 1
                fail(connection, task, clock.now(), "READER_DIED", "it died", retry=True)
        with catalogue.write() as connection:
            assert claim_work(connection, "w", clock.now(), LEASE) is None
        clock.advance(hours=1)
    assert tries == MAX_ATTEMPTS
    with catalogue.write() as connection:
        assert retry_work(connection, "read", "a", clock.now())
        assert not retry_work(connection, "read", "b", clock.now())
        task = claim_work(connection, "w", clock.now(), LEASE)
        assert task is not None
        assert task.attempts == 1


def test_work_that_is_given_back_is_ready_at_once_and_no_attempt(
    catalogue: Catalogue, clock: ManualClock
) -> None:
    queue(catalogue, clock, ("a", BULK))
    with catalogue.write() as connection:
        assert work_waits(connection, clock.now())
        task = claim_work(connection, "w1", clock.now(), LEASE)
        assert task is not None
        assert not work_waits(connection, clock.now())
        give_back(connection, task, clock.now())
    with catalogue.write() as connection:
        again = claim_work(connection, "w2", clock.now(), LEASE)
        assert again is not None
        assert (again.attempts, again.token) == (task.attempts, task.token + 1)
        with pytest.raises(LeaseLost):
            give_back(connection, task, clock.now())


def test_work_that_is_put_off_waits_a_while_and_is_no_attempt(
    catalogue: Catalogue, clock: ManualClock
) -> None:
    queue(catalogue, clock, ("a", BULK))
    for _ in range(2 * MAX_ATTEMPTS):
        with catalogue.write() as connection:
            task = claim_work(connection, "w", clock.now(), LEASE)
            assert task is not None
            assert task.attempts == 1
            put_off(connection, task, clock.now(), "UNAVAILABLE", "the store does not answer")
            assert not work_waits(connection, clock.now())
            with pytest.raises(LeaseLost):
                put_off(connection, task, clock.now(), "UNAVAILABLE", "the store does not answer")
        clock.advance(seconds=11)


class TestTurns:
    def bring(self, catalogue: Catalogue, clock: ManualClock, owner: str | None, *objects: str) -> None:
        with catalogue.write() as connection:
            for name in objects:
                clock.advance(seconds=1)
                add_work(connection, Ids(clock), "read", name, clock.now(), priority=URGENT, owner=owner)

    def take(self, catalogue: Catalogue, clock: ManualClock, count: int) -> list[str]:
        taken = []
        for _ in range(count):
            with catalogue.write() as connection:
                task = claim_work(connection, "w", clock.now(), LEASE)
                if task is not None:
                    finish(connection, task, clock.now())
                    taken.append(task.object_id)
        return taken

    def test_a_newcomer_is_served_next_but_one_and_then_in_turn(
        self, catalogue: Catalogue, clock: ManualClock
    ) -> None:
        self.bring(catalogue, clock, "ann", *(f"a{number:03}" for number in range(200)))
        assert self.take(catalogue, clock, 50) == [f"a{number:03}" for number in range(50)]
        self.bring(catalogue, clock, "bob", "b0", "b1", "b2")
        self.bring(catalogue, clock, "cyd", "c0")
        assert self.take(catalogue, clock, 8) == ["a050", "b0", "c0", "a051", "b1", "a052", "b2", "a053"]

    def test_who_was_away_has_saved_up_nothing(self, catalogue: Catalogue, clock: ManualClock) -> None:
        self.bring(catalogue, clock, "ann", *(f"a{number}" for number in range(9)))
        self.take(catalogue, clock, 5)
        self.bring(catalogue, clock, "bob", "b0", "b1", "b2", "b3")
        assert self.take(catalogue, clock, 8) == ["a5", "b0", "a6", "b1", "a7", "b2", "a8", "b3"]

    def test_work_of_nobody_waits_for_nobody(self, catalogue: Catalogue, clock: ManualClock) -> None:
        self.bring(catalogue, clock, "ann", "a0", "a1")
        self.bring(catalogue, clock, None, "n0")
        assert self.take(catalogue, clock, 3) == ["n0", "a0", "a1"]

    def test_what_is_tried_again_opens_no_way_past_the_others(
        self, catalogue: Catalogue, clock: ManualClock
    ) -> None:
        self.bring(catalogue, clock, "ann", *(f"a{number}" for number in range(6)))
        with catalogue.write() as connection:
            task = claim_work(connection, "w", clock.now(), LEASE)
            assert task is not None
            fail(connection, task, clock.now(), "CODE", "words", retry=True)
        assert self.take(catalogue, clock, 2) == ["a1", "a2"]
        self.bring(catalogue, clock, "bob", "b0", "b1")
        clock.advance(minutes=1)
        assert self.take(catalogue, clock, 6) == ["a0", "a3", "b0", "a4", "b1", "a5"]

    @given(
        brought=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), min_size=1, max_size=12),
        served=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    )
    @settings(max_examples=30, deadline=None)
    def test_nobody_waits_longer_than_a_round_while_he_has_work(
        self, brought: list[tuple[str, int]], served: list[int]
    ) -> None:
        """Between two pieces of one who waits, no other is served more than twice."""
        with TemporaryDirectory() as folder:
            catalogue = Catalogue(f"sqlite:///{folder}/turns.db")
            self.hold_to_rounds(catalogue, brought, served)
            catalogue.close()

    def hold_to_rounds(self, catalogue: Catalogue, brought: list[tuple[str, int]], served: list[int]) -> None:
        clock = ManualClock()
        metadata.create_all(catalogue.engine, [work])
        waiting: Counter[str] = Counter()
        order: list[tuple[str, set[str]]] = []
        number = 0
        for (owner, count), serve in zip(brought, served, strict=False):
            for _ in range(count):
                self.bring(catalogue, clock, owner, f"{owner}{number}")
                waiting[owner] += 1
                number += 1
            for name in self.take(catalogue, clock, serve):
                order.append((name[0], {one for one, left in waiting.items() if left}))
                waiting[name[0]] -= 1
        for owner in "abc":
            others: Counter[str] = Counter()
            for one, had in order:
                if one == owner or owner not in had:
                    others.clear()
                else:
                    others[one] += 1
                    assert others[one] <= 2, order
