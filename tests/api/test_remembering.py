"""What is slow to find out is remembered for a while; what is quick is always new."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from api.remembering import Remembered


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def taking(self, seconds: float, value: int) -> Callable[[], int]:
        """Something that takes so long to find out."""

        def find() -> int:
            self.now += seconds
            return value

        return find


def test_what_took_long_is_remembered_until_it_is_old() -> None:
    clock = Clock()
    remembered = Remembered[int](300.0, clock=clock)
    assert remembered.get(clock.taking(2.0, 1)) == 1
    clock.now += 299
    assert remembered.get(clock.taking(2.0, 2)) == 1
    clock.now += 1
    assert remembered.get(clock.taking(2.0, 3)) == 3


def test_what_takes_ever_longer_is_found_out_ever_more_rarely() -> None:
    clock = Clock()
    remembered = Remembered[int](60.0, clock=clock)
    assert remembered.get(clock.taking(2.0, 1)) == 1
    clock.now += 199
    assert remembered.get(clock.taking(2.0, 2)) == 1
    clock.now += 1
    assert remembered.get(clock.taking(2.0, 3)) == 3


def test_who_asks_while_another_finds_out_is_given_what_was_known() -> None:
    clock = Clock()
    remembered = Remembered[int](60.0, clock=clock)
    remembered.get(clock.taking(0.1, 1))
    clock.now += 60

    def find() -> int:
        with ThreadPoolExecutor() as other:
            assert other.submit(remembered.get, clock.taking(0.1, 2)).result(10) == 1
        return 3

    assert remembered.get(find) == 3


def test_what_was_known_long_ago_is_given_to_nobody() -> None:
    clock = Clock()
    remembered = Remembered[int](60.0, clock=clock)
    remembered.get(clock.taking(0.1, 1))
    clock.now += 121
    begun, waits = Event(), Event()

    def find() -> int:
        begun.set()
        assert waits.wait(10)
        return 2

    with ThreadPoolExecutor() as others:
        first = others.submit(remembered.get, find)
        assert begun.wait(10)
        second = others.submit(remembered.get, clock.taking(0.1, 3))
        waits.set()
        assert first.result(10) == 2
        assert second.result(10) in (2, 3)


def test_what_is_quick_is_found_out_each_time() -> None:
    clock = Clock()
    remembered = Remembered[int](300.0, clock=clock)
    assert [remembered.get(clock.taking(0.01, value)) for value in (1, 2)] == [1, 2]
