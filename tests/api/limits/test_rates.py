"""Requests a second: a burst at once, the rate in the long run, everybody apart, and what is told of it."""

from hypothesis import given
from hypothesis import strategies as st

from api.limits import Rate, Rates
from api.limits.rates import REMEMBERED


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_at_once_and_then_the_rate() -> None:
    time = Time()
    rates, rate = Rates(time), Rate(2.0, 5)
    assert [rates.charge("ann", rate).wait for _ in range(5)] == [None] * 5
    refused = rates.charge("ann", rate)
    assert refused.wait is not None and 0.49 < refused.wait < 0.51
    assert rates.charge("bob", rate).wait is None
    time.now += refused.wait
    assert rates.charge("ann", rate).wait is None
    assert rates.charge("ann", rate).wait is not None
    time.now += 3600
    assert [rates.charge("ann", rate).wait is None for _ in range(7)] == [True] * 5 + [False] * 2


def test_what_is_told() -> None:
    rates, rate = Rates(Time()), Rate(50.0, 500)
    first = rates.charge("ann", rate)
    assert first.fields == {
        "RateLimit-Policy": '"requests";q=500;w=10',
        "RateLimit": '"requests";r=499;t=1',
    }
    for _ in range(499):
        last = rates.charge("ann", rate)
    assert last.fields["RateLimit"] == '"requests";r=0;t=10'


@given(
    st.floats(0.5, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 3), min_size=1, max_size=200),
)
def test_no_window_holds_more_than_burst_and_rate_and_who_waits_is_granted(
    a_second: float, burst: int, pauses: list[float]
) -> None:
    time, rate = Time(), Rate(a_second, burst)
    rates, granted = Rates(time), list[float]()
    for pause in pauses:
        time.now += pause
        standing = rates.charge("ann", rate)
        assert 0 <= standing.left < burst
        if standing.wait is None:
            granted.append(time.now)
        else:
            time.now += standing.wait
            assert rates.charge("ann", rate).wait is None
            granted.append(time.now)
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            assert last - first + 1 <= burst + a_second * (granted[last] - granted[first]) + 1e-3


def test_only_those_are_remembered_who_were_here_lately() -> None:
    rates, rate = Rates(Time()), Rate(1.0, 1)
    rates.charge("first", rate)
    for number in range(REMEMBERED):
        rates.charge(str(number), rate)
    assert rates.charge(str(REMEMBERED - 1), rate).wait is not None
    assert rates.charge("first", rate).wait is None
