"""Identifiers are UUIDv7 (RFC 9562), sort by time, and cannot be guessed."""

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids, is_id


@given(st.binary(min_size=10, max_size=10))
def test_form_is_version_7_of_the_rfc_variant(random: bytes) -> None:
    value = uuid.UUID(Ids(ManualClock(), lambda _: random).new())
    assert value.version == 7
    assert value.variant == uuid.RFC_4122


def test_the_first_48_bits_are_milliseconds() -> None:
    clock = ManualClock()
    value = uuid.UUID(Ids(clock).new())
    assert value.int >> 80 == int(clock.now().timestamp() * 1000)


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10), st.integers(1, 10**9))
def test_later_ids_sort_after_earlier_ones(first: bytes, second: bytes, milliseconds: int) -> None:
    clock = ManualClock()
    earlier = Ids(clock, lambda _: first).new()
    clock.advance(milliseconds=milliseconds)
    assert earlier < Ids(clock, lambda _: second).new()


@given(st.binary(min_size=10, max_size=10), st.integers(0, 79))
def test_all_but_the_six_fixed_bits_are_random(random: bytes, bit: int) -> None:
    """Flipping one bit of the randomness changes the identifier, but for four bits of version and two of variant."""
    other = (int.from_bytes(random, "big") ^ 1 << bit).to_bytes(10, "big")
    clock = ManualClock()
    same = Ids(clock, lambda _: random).new() == Ids(clock, lambda _: other).new()
    assert same == (bit in {62, 63, 76, 77, 78, 79})


def test_two_ids_of_one_millisecond_differ() -> None:
    ids = Ids(ManualClock(), os.urandom)
    assert len({ids.new() for _ in range(1000)}) == 1000


def test_an_id_is_recognised() -> None:
    assert is_id(Ids().new())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "../019ab0c2-7d00-7000-8000-000000000000",
        "019AB0C2-7D00-7000-8000-000000000000",
        "{019ab0c2-7d00-7000-8000-000000000000}",
        "019ab0c27d0070008000000000000000",
        "urn:uuid:019ab0c2-7d00-7000-8000-000000000000",
        "019ab0c2-7d00-7000-8000-000000000000\n",
    ],
)
def test_what_is_not_in_canonical_form_is_no_id(text: str) -> None:
    assert not is_id(text)
