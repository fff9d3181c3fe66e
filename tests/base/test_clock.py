"""Instants are UTC with microseconds, and their text sorts as they do."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabellion.base.clock import ManualClock, SystemClock, parse_rfc3339, rfc3339

instants = st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(instants)
def test_text_and_back(instant: datetime) -> None:
    assert parse_rfc3339(rfc3339(instant)) == instant


@given(instants, instants)
def test_text_order_is_time_order(first: datetime, second: datetime) -> None:
    assert (rfc3339(first) < rfc3339(second)) == (first < second)


def test_other_zones_become_utc() -> None:
    instant = datetime(2026, 11, 21, 10, 14, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert rfc3339(instant) == "2026-11-21T09:14:00.000005Z"


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", ["", "2026-11-21", "2026-11-21T09:14:00Z", "2026-11-21T09:14:00.000000+00:00"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_rfc3339(text)


def test_the_system_clock_is_aware_and_does_not_stand() -> None:
    clock = SystemClock()
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock()
    start = clock.now()
    assert clock.now() == start
    clock.advance(days=365, microseconds=1)
    assert clock.now() - start == timedelta(days=365, microseconds=1)
