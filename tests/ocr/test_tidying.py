"""What a scan bends is set right, what is no print stays out of the text, and no word is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.engines import RecognisedWord
from ocr.tidying import is_print, spelt
from ocr.values import Box, Word


def words(text: str) -> list[RecognisedWord]:
    return [RecognisedWord(part, 0, 0, 10, 10, 0.9, 0, 0, 0) for part in text.split()]


@pytest.mark.parametrize(
    ("language", "read", "printed"),
    [
        ("pl", "Alfa Sp. z 0.0. dnia", "Alfa Sp. z o.o. dnia"),
        ("pl", "$ 3 Czas trwania", "§ 3 Czas trwania"),
        ("de", "($ 288 BGB) — kurz", "(§ 288 BGB) – kurz"),
        ("de", "$ 288,00 bar", "$ 288,00 bar"),
        ("en", "$ 20 in cash", "$ 20 in cash"),
        ("es", "Factura n.*: 7 y D.* Ana", "Factura n.º: 7 y D.ª Ana"),
        ("es", "piso 3.* y 3.5", "piso 3.º y 3.5"),
        ("es", "LV.A. y N.LF.: 1", "I.V.A. y N.I.F.: 1"),
        ("he", "ביוס ההסכס תשלוס.", "ביום ההסכם תשלום."),
        ("he", "מס הכרטיס בטופס קנס", "מס הכרטיס בטופס קנס"),
        ("th", "4,000.00 um ๐ UM um", "4,000.00 บาท ๐ บาท um"),
        ("it", "123,60| 22%", "123,60 22%"),
        ("ru", "ООО «Ромашка» — это", "ООО «Ромашка» — это"),
    ],
)
def test_spelling(language: str, read: str, printed: str) -> None:
    assert " ".join(word.text for word in spelt(words(read), language)) == printed


@pytest.mark.parametrize(
    ("text", "confidence", "kept"),
    [
        ("|", 0.95, False),
        ("~", 0.4, False),
        ("a", 0.3, False),
        ("–", 0.9, True),
        ("a", 0.9, True),
        ("Nowak", 0.2, True),
        ("Nowak", 0.02, False),
        ("ก", 0.3, True),
    ],
)
def test_what_belongs_into_the_text(text: str, confidence: float, kept: bool) -> None:
    assert is_print(Word(text, Box(0, 0, 1, 1), confidence, 0, 0), dusty=True) is kept


@pytest.mark.parametrize(
    ("text", "confidence", "kept"), [("§", 0.6, True), ("1", 0.3, True), ("ee", 0.4, False)]
)
def test_where_there_is_no_dust_less_is_doubted(text: str, confidence: float, kept: bool) -> None:
    assert is_print(Word(text, Box(0, 0, 1, 1), confidence, 0, 0), dusty=False) is kept


@given(
    st.lists(st.text(min_size=1, max_size=8).filter(str.strip), max_size=6),
    st.sampled_from(["pl", "he", "es", "th"]),
)
def test_no_word_is_lost(texts: list[str], language: str) -> None:
    given_words = [RecognisedWord(text, 0, 0, 1, 1, 0.5, 0, 0, 0) for text in texts]
    found = spelt(given_words, language)
    assert len(found) == len(texts)
    assert all(word.text for word in found)
