"""Right-to-left lines as they stand on paper, and as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.bidi import is_right_to_left, logical_order


def read(visual: str) -> str:
    return "".join(visual[index] for index in logical_order(visual))


@pytest.mark.parametrize(
    ("visual", "logical"),
    [
        ("םולש", "שלום"),
        ("067524223 .ז.ת", "ת.ז. 067524223"),
        ("10/01/2024 :ךיראת", "תאריך: 10/01/2024"),
        ("2,489.70 ₪ :םוכס", "סכום: ₪ 2,489.70"),
        ("תא ןייצלו IL71 0993 0208 1826 ןובשחל", "לחשבון IL71 0993 0208 1826 ולציין את"),
        (",58 בוחר", "רחוב 58,"),
        ("17% מ״עמ", "מע״מ 17%"),
    ],
)
def test_the_order_of_reading(visual: str, logical: str) -> None:
    assert read(visual) == logical


@given(st.text(alphabet="אבגדה ABC123.,:/-%()", max_size=40))
def test_no_letter_is_lost_or_doubled(visual: str) -> None:
    assert sorted(logical_order(visual)) == list(range(len(visual)))


def test_the_direction_is_that_of_most_letters() -> None:
    assert is_right_to_left("חשבון IL71")
    assert not is_right_to_left("Account חן")
    assert not is_right_to_left("2024")
