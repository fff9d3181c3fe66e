"""claim_work hands each row to one holder, most urgent first, and fences what a late holder writes."""

from datetime import timedelta

import pytest

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
    retry_work,
    work_waits,
)
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
