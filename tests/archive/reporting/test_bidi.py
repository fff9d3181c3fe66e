"""The order of letters in lines of two directions, on cases whose order anybody can see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.reporting.pdf.bidi import base_level, levels, visual_order

TEXTS = st.text(alphabet="abc אבג 123 ابت .,:/-()[]%₪+\u05b0", max_size=40)


def seen(text: str) -> str:
    """The letters from left to right (brackets are mirrored later, by the font)."""
    return "".join(text[place] for place in visual_order(levels(text, base_level(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Umowa 12/2026", "Umowa 12/2026"),
        ("אבג", "גבא"),
        ("אבג 123", "123 גבא"),
        ("אבג 1,234.50 דהו", "והד 1,234.50 גבא"),
        ("abc אבג דהו xyz", "abc והד גבא xyz"),
        ("אבג abc דהו", "והד abc גבא"),
        ("אבג (abc) דהו", "והד )abc( גבא"),
        ("abc (אבג) xyz", "abc (גבא) xyz"),
        ("abc אבג (דהו)", "abc )והד( גבא"),
        ("אבג 12-2026.pdf", "pdf.12-2026 גבא"),
        ("אבג 50% דהו", "והד 50% גבא"),
        ("ابت 12", "12 تبا"),
        ("אבג ", " גבא"),
    ],
)
def test_cases(text: str, expected: str):
    assert seen(text) == expected


@given(TEXTS, st.sampled_from([0, 1]))
def test_every_letter_stands_once(text: str, base: int):
    found = levels(text, base)
    assert sorted(visual_order(found)) == list(range(len(text)))
    assert all(level in (0, 1, 2) for level in found)


@given(st.text(alphabet="abc 123 .,:/-()żłЖ", max_size=40))
def test_what_runs_left_to_right_stays_as_it_is(text: str):
    assert visual_order(levels(text, 0)) == list(range(len(text)))


@given(TEXTS)
def test_digits_of_a_number_keep_their_order(text: str):
    line = f"אבג {text.replace('a', '')} 1234 דהו"
    assert "1234" in seen(line)
