"""Text set in fonts: what is shown is what was asked for, in every script."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.reporting.errors import FontMissing
from archive.reporting.pdf import fonts
from archive.reporting.pdf.bidi import base_level, levels, visual_order
from archive.reporting.pdf.fonts import Face, printable, shape

NAMES = (
    "Żółć gęślą jaźń",
    "Съешь ещё этих булок",
    "הסכם הלוואה (סופי)",
    "น้ำดื่ม ที่ปรึกษา ชื่อ ปู่",
    "اتفاقية قرض",
    "AVATAR fi",
)


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("face", Face)
def test_no_letter_is_lost_or_empty(text: str, face: Face):
    base = base_level(text)
    runs = shape(text, face, base)
    said = "".join(
        run.text(cell) for run in runs for cell in (run.cells[::-1] if run.right_to_left else run.cells)
    )
    assert sorted(said) == sorted(text)
    assert all(glyph.index != 0 for run in runs for cell in run.cells for glyph in cell)
    assert sum(run.width for run in runs) > 0


def test_right_to_left_stands_as_the_rules_say():
    text = "הסכם (סופי) 12"
    shown = "".join(run.text(cell) for run in shape(text, Face.REGULAR, 1) for cell in run.cells)
    assert shown == "".join(text[place] for place in visual_order(levels(text, 1)))


def test_marks_belong_to_their_letter():
    (run,) = shape("ที่น้ำ", Face.REGULAR, 0)
    assert [run.text(cell) for cell in run.cells] == ["ที่", "น", "้ำ"]


def test_a_letter_that_no_font_has_is_seen_as_missing_and_kept_as_text():
    (run,) = shape("漢", Face.REGULAR, 0)
    (cell,) = run.cells
    assert cell[0].text == "漢"
    assert cell[0].index == run.font.font.get_nominal_glyph(0xFFFD)


@given(st.text(max_size=20))
def test_any_text_has_shapes(text: str):
    shown = printable(text)
    for run in shape(shown, Face.REGULAR, base_level(shown)):
        assert all(glyph.index != 0 for cell in run.cells for glyph in cell)


def test_controls_are_shown():
    assert printable("kod\u202egpj.exe\x00\n") == "kod‹U+202E›gpj.exe‹U+0000› "


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    monkeypatch.setattr(fonts, "_font_file", fonts._font_file.__wrapped__)
    with pytest.raises(FontMissing, match="NotoSans-Regular") as caught:
        fonts.chain.__wrapped__(Face.REGULAR)
    assert "fonts-noto-core" in caught.value.diagnostics()
