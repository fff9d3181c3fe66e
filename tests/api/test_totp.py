"""Codes of RFC 6238: its own test values, and what the window takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.totp import AROUND, PERIOD, address_of, code_at, grouped, matching_step, step_of, text_of

KEY = b"12345678901234567890"  # RFC 6238 appendix B, SHA-1
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_values_of_the_standard(seconds: int, code: str) -> None:
    """Appendix B gives eight digits; six are their end."""
    assert code_at(KEY, step_of(datetime.fromtimestamp(seconds, UTC))) == code


def test_a_clock_may_be_a_step_off_and_no_more() -> None:
    present = step_of(NOW)
    for offset in range(-3, 4):
        found = matching_step(KEY, code_at(KEY, present + offset), NOW, 0)
        assert found == (present + offset if abs(offset) <= AROUND else None)


def test_a_step_counts_once() -> None:
    step = step_of(NOW)
    assert matching_step(KEY, code_at(KEY, step), NOW, step) is None
    assert matching_step(KEY, code_at(KEY, step - 1), NOW, step) is None
    later = NOW + timedelta(seconds=PERIOD)
    assert matching_step(KEY, code_at(KEY, step + 1), later, step) == step + 1


@given(st.text(max_size=12), st.binary(min_size=20, max_size=20))
def test_nothing_else_is_taken(code: str, key: bytes) -> None:
    near = [code_at(key, step_of(NOW) + offset) for offset in range(-AROUND, AROUND + 1)]
    assert (matching_step(key, code, NOW, 0) is not None) == (code in near)


def test_the_key_as_it_is_typed_and_scanned() -> None:
    assert text_of(KEY) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert grouped(KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    address = address_of(KEY, "Tabellion", "anna: & k")
    assert address.startswith("otpauth://totp/Tabellion%3Aanna%3A%20%26%20k?secret=GEZDGNBV")
    assert address.endswith("&issuer=Tabellion&algorithm=SHA1&digits=6&period=30")
