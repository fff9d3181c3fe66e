"""Paragraphs: no line is wider than it may be, no word is lost."""

from hypothesis import given
from hypothesis import strategies as st

from archive.reporting.look import TEXT, fill
from archive.reporting.pdf.text import Paragraph, Span, _lines

WORDS = st.text(alphabet="abcdżЖאבגที่น้ำ123-./ ", max_size=60)


def lines(spans: list[Span], width: float) -> list[str]:
    return ["".join(piece.text for piece in line) for line in _lines(spans, width)]


@given(WORDS, st.floats(40, 300))
def test_lines_fit_and_keep_everything(text: str, width: float):
    spans = [Span(text, TEXT)]
    found = _lines(spans, width)
    assert all(sum(piece.width for piece in line) <= width + 0.01 for line in found)
    said = "".join(piece.text for line in found for piece in line)
    assert said.replace(" ", "") == text.replace(" ", "")


def test_breaks_between_words():
    assert lines([Span("Received 21 Nov 2026, by this archive's clock", TEXT)], 115) == [
        "Received 21 Nov 2026,",
        "by this archive's clock",
    ]


def test_a_long_name_is_broken_where_it_must():
    found = lines([Span("x" * 200 + ".pdf", TEXT)], 200)
    assert len(found) > 1
    assert "".join(found) == "x" * 200 + ".pdf"


def test_a_value_is_a_span_of_its_own():
    spans = fill("Seen outside by: %(names)s.", TEXT, names="ישראל (1)")
    assert [span.text for span in spans] == ["Seen outside by: ", "ישראל (1)", "."]
    paragraph = Paragraph(spans, 400)
    assert paragraph.height == TEXT.leading
    assert paragraph.first_baseline == TEXT.size


def test_an_empty_paragraph_has_no_height():
    assert Paragraph([], 100).height == 0
    assert Paragraph([Span("", TEXT)], 100).first_baseline == 0
