"""Outlines of pages: which words may matter is seen by numbers, and never said of another text."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from search import Analyser
from search.analysis.outline import EMPTY, IDENTIFIER, JOINED, Group, Sought, group_of, keys_of, outline_of
from search.analysis.pieces import Pieces
from search.compile import Compiler
from search.highlight import Marked, mark
from search.query import parse
from tests.search.pages import TEXTS, reading

ANALYSER = Analyser()


def outline(text: str, language: str = "pl") -> bytes:
    return outline_of(ANALYSER.fields(text, language).groups, text, language)


def groups(text: str, *keys: str, run: str = "", language: str = "pl") -> list[Group] | None:
    return Sought(keys, [run]).groups(outline(text, language), Pieces(text), language)


def marked_by(query: str, text: str, outline: bytes) -> Marked:
    needles = Compiler(ANALYSER, lambda word, distance, limit: ()).compile(parse(query)).needles
    return mark(reading(text, "pl"), needles, ANALYSER, outline)


@given(st.text(st.characters(categories=["L", "M", "Nd", "Po", "Pd", "Cc", "Zs"]), max_size=80))
@settings(deadline=None)
def test_each_piece_of_a_text_has_its_place(text: str) -> None:
    body = ANALYSER.fields(text, "de").groups
    assert sum(character < "\u8000" or character == JOINED for character in body) == len(text.split())
    assert body.encode("utf-16-le").decode("utf-16-le") == body


@given(st.text("ab \n\t\u2003", max_size=30))
def test_pieces_begin_where_they_stand(text: str) -> None:
    pieces = Pieces(text)
    for piece, start in zip(pieces.all, pieces.starts, strict=False):
        assert text[start:].startswith(piece)
    assert len(pieces.starts) >= len(pieces.all)


def test_a_word_is_found_by_each_of_its_forms() -> None:
    text = "faktury oraz należności"
    assert groups(text, "faktury") == [Group(0, 0, apart=False)]
    assert groups(text, "naleznosci") == [Group(2, 2, apart=True)]
    assert groups(text, "faktury", "oraz") == [Group(0, 0, apart=False), Group(1, 1, apart=False)]
    assert groups(text, "rachunek") == []


def test_what_has_no_token_keeps_nothing_apart() -> None:
    assert groups("faktura - vat", "faktura", "vat") == [Group(0, 0, apart=False), Group(2, 2, apart=False)]
    assert group_of([]) == EMPTY


def test_a_line_with_figures_is_one_group() -> None:
    text = "dnia\nkonto 61 1090 1014 0000 0712 1981 2874 bank\nkonto"
    assert groups(text, "konto") == [Group(1, 9, apart=True), Group(10, 10, apart=False)]
    assert groups(text, IDENTIFIER) == [Group(1, 9, apart=True)]


def test_a_run_of_thai_is_found_over_spaces_and_in_parts_of_pieces() -> None:
    text = "สัญญา เงินกู้ faktura"
    assert groups(text, run="ญาเงิน") == [Group(0, 0, apart=False), Group(1, 1, apart=False)]
    assert groups(text, run="กู้") == [Group(1, 1, apart=True)]
    assert groups(text, run="ใบ") == []


def test_letters_that_are_not_as_they_are_indexed_are_not_looked_for() -> None:
    assert groups("นํ้า", run="น้ำ") is None


def test_an_outline_of_another_reading_is_left_aside() -> None:
    text = "umowa kredytu"
    whole = marked_by("umowa", text, b"")
    assert len(whole.boxes) == 1
    assert marked_by("umowa", text, outline("kredytu umowa")) == whole
    assert marked_by("umowa", text, outline(text, "de")) == whole
    assert marked_by("umowa", text, outline(text)) == whole
    # An outline of this text is believed.
    assert marked_by("umowa", text, outline_of(EMPTY * 2, text, "pl")) == replace(whole, boxes=(), reasons=())


def test_all_that_needles_compare_is_in_an_outline() -> None:
    for language, text in TEXTS.items():
        for token in ANALYSER.tokens(text, language):
            for key in keys_of(token):
                found = groups(text, key, language=language)
                assert found, (language, key)
