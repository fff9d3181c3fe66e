"""Confidence grows with what speaks for a value, and stays within its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from ocr.fields.confidence import calibrated


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_speaks_for_more(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= calibrated(low) <= calibrated(high) <= 1


def test_the_points_themselves() -> None:
    assert (calibrated(0.0), calibrated(0.85), calibrated(1.0)) == (0.0, 0.9, 1.0)
