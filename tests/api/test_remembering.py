"""What is slow to find out is remembered for a while; what is quick is always new."""

from collections.abc import Callable

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


def test_what_is_quick_is_found_out_each_time() -> None:
    clock = Clock()
    remembered = Remembered[int](300.0, clock=clock)
    assert [remembered.get(clock.taking(0.01, value)) for value in (1, 2)] == [1, 2]
