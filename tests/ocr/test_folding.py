"""The one form in which labels are looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Termin płatności:", "termin platnosci"),
        ("SCADENZA  –  Pagamento", "scadenza pagamento"),
        ("СЧЁТ № 12", "счет no 12"),
        ('סה"כ לתשלום', "סהכ לתשלוס"),
        ("เลขที่ ใบแจ้งหนี้", "เลขทีใบแจงหนี"),
        ("Straße", "strasse"),
        ("  ", ""),
    ],
)
def test_what_does_not_count_is_gone(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text(max_size=60))
def test_every_letter_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= place < len(text) for place in folded.origin)


@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once
