"""One holder a lease; the token grows with every change of holder."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from archive.catalogue import (
    Catalogue,
    LeaseLost,
    alive,
    beat,
    check_lease,
    forget_silent,
    holders,
    release_lease,
    stop_beating,
    take_lease,
)
from archive.catalogue.schema import beats
from tabellion.base.clock import ManualClock

LENGTH = timedelta(seconds=30)


def take(catalogue: Catalogue, holder: str, clock: ManualClock) -> int | None:
    with catalogue.write() as connection:
        return take_lease(connection, "keeper", holder, clock.now(), LENGTH)


def test_the_second_waits_until_the_first_is_silent(catalogue: Catalogue) -> None:
    clock = ManualClock()
    assert take(catalogue, "a", clock) == 1
    assert take(catalogue, "b", clock) is None
    clock.advance(seconds=20)
    assert take(catalogue, "a", clock) == 1
    clock.advance(seconds=31)
    assert take(catalogue, "b", clock) == 2
    assert take(catalogue, "a", clock) is None
    with pytest.raises(LeaseLost), catalogue.write() as connection:
        check_lease(connection, "keeper", 1)
    with catalogue.write() as connection:
        check_lease(connection, "keeper", 2)


def test_a_clean_stop_lets_the_next_one_act_at_once(catalogue: Catalogue) -> None:
    clock = ManualClock()
    assert take(catalogue, "a", clock) == 1
    with catalogue.write() as connection:
        release_lease(connection, "keeper", 1, clock.now())
    assert take(catalogue, "b", clock) == 2


def test_who_beats_is_alive(catalogue: Catalogue) -> None:
    clock = ManualClock()
    with catalogue.write() as connection:
        beat(connection, "w1", "worker", clock.now())
        beat(connection, "w2", "worker", clock.now())
        beat(connection, "k", "keeper", clock.now())
        stop_beating(connection, "w2")
    clock.advance(seconds=5)
    with catalogue.write() as connection:
        beat(connection, "w1", "worker", clock.now())
        assert alive(connection, "worker", clock.now(), timedelta(seconds=10)) == 1
        assert alive(connection, "keeper", clock.now(), timedelta(seconds=3)) == 0
        forget_silent(connection, clock.now() - timedelta(seconds=3))
        assert (holders(connection, "worker", clock.now(), timedelta(days=1)), beating(connection)) == (
            ["w1"],
            1,
        )


def beating(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(beats)).scalar_one()
