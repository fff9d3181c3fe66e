"""Marking a page: boxes on the words, snippets of the text as it stands."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from search import Analyser
from search.analysis.outline import outline_of
from search.analysis.pieces import Pieces
from search.compile import Compiler
from search.highlight import SNIPPET, Marked, Marker, _lay_out, _Spaced, mark
from search.query import parse
from tests.search.pages import TEXTS, reading

ANALYSER = Analyser()


def marking(query: str, text: str, language: str = "pl") -> Marked:
    compiled = Compiler(ANALYSER, lambda word, distance, limit: ()).compile(parse(query))
    return mark(reading(text, language), compiled.needles, ANALYSER)


def test_boxes_are_the_words_own_in_reading_order() -> None:
    page = reading("umowa i umowy\nkredytu umowa", "pl")
    marked = marking("umowa kredytu", page.text)
    expected = [word.box.pixels(1000, 1400) for word in page.words if word.text != "i"]
    assert [list(box) for box in marked.boxes] == expected


def test_a_negated_word_is_not_marked() -> None:
    assert marking("umowa -kredytu", "umowa kredytu").boxes == marking("umowa", "umowa kredytu").boxes


def test_punctuation_around_a_word_belongs_to_its_box() -> None:
    assert len(marking("umowa", "(umowa),").boxes) == 1


def test_a_text_that_does_not_hold_the_words_is_made_of_them() -> None:
    page = replace(reading("umowa kredytu", "pl"), text="something else entirely")
    compiled = Compiler(ANALYSER, lambda word, distance, limit: ()).compile(parse("kredytu"))
    marked = mark(page, compiled.needles, ANALYSER)
    assert marked.snippet == "umowa kredytu"
    assert len(marked.boxes) == 1


def test_the_snippet_is_where_most_matches_stand() -> None:
    text = "umowa " + "inne słowa tutaj " * 40 + "umowa kredytu hipotecznego " + "dalsze słowa " * 40
    snippet = marking("umowa kredytu", text).snippet
    assert "umowa kredytu hipotecznego" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) <= SNIPPET + 4


@given(st.text(max_size=600), st.sampled_from(["a", "umowa", "ab*", '"a b"', "1234", "ก"]))
@example(":\x1fA", "a")
@settings(deadline=None)
def test_any_text_can_be_marked(text: str, query: str) -> None:
    marked = marking(query, text)
    assert len(marked.snippet) <= SNIPPET + 4
    assert "".join(marked.snippet.strip("… ").split()) in "".join(text.split())


QUERIES = (
    *(
        "wezwanie",
        "zapłaty należności",
        '"wezwanie do zapłaty"',
        "FV/2024/03/0017",
        "2874",
        "kowalski*",
        "wezwanle",
    ),
    *(
        "Zahlungserinnerung",
        "rechnung",
        "ใบแจ้งหนี้",
        "สัญญา เงิน",
        "חשבונית",
        "shcherbakov",
        "dogovor",
        "2 926,05",
        "umowa",
    ),
    *('"PL 61 1090 1014 0000 0712 1981 2874"', "iban:2874", "nip", "kwocie", "l'azienda", "iban", "2024"),
    *("id:FV202403", "id:2874", "ใบ.แจ้ง", "ท่านชำระ กู้ยืม", "umowa สัญญา", '"umowa wezwanie"', "id:ใบแจ้ง"),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(QUERIES), st.data())
def test_the_tokens_that_marking_leaves_out_matter_to_nothing(query: str, data: st.DataObject) -> None:
    """Matches among the few tokens of marking are those among all tokens of the page."""
    language = data.draw(st.sampled_from(sorted(TEXTS)))
    pieces = (
        TEXTS[language].replace("\n", " \n ").split(" ") + query.strip('"').split() + ["\n", "umowa/2024"]
    )
    text = " ".join(data.draw(st.lists(st.sampled_from(pieces), max_size=40)))
    needles = Compiler(ANALYSER, lambda word, distance, limit: ["wezwanie"]).compile(parse(query)).needles
    whole = ANALYSER.tokens(text, language)
    outline = outline_of(ANALYSER.fields(text, language).groups, text, language)
    few = Marker(needles, ANALYSER).tokens.of(
        Pieces(text), language, data.draw(st.sampled_from([outline, b""]))
    )
    for needle in needles:
        found = [
            {
                (tokens[match.first].start, tokens[match.last].end, match.reason)
                for match in needle.matches(tokens)
            }
            for tokens in (whole, few)
        ]
        assert found[0] == found[1]


@settings(deadline=None)
@given(
    st.text(st.characters(categories=["L", "M", "Nd", "Po", "Zs"]), max_size=12),
    st.sampled_from(sorted(TEXTS)),
)
@example("naïve", "en")
@example("Zahlungserinnerung", "de")
@example("abcก", "th")
def test_the_forms_of_a_word_that_is_seen_at_once_are_those_of_its_tokens(text: str, language: str) -> None:
    for chunk in text.split():
        quick = ANALYSER.word_keys(chunk, language)
        tokens = ANALYSER.chunk(chunk, language)
        whole = {key for token in tokens for key in (token.form, token.folded, token.stem, *token.parts)}
        assert not quick or quick == whole


@given(st.lists(st.text("ab \n", min_size=1, max_size=6), max_size=8), st.data())
def test_words_between_spaces_are_found_where_they_stand(pieces: list[str], data: st.DataObject) -> None:
    page = reading("".join(pieces), "pl")
    spaced = _lay_out(page)
    assert isinstance(spaced, _Spaced)
    start = data.draw(st.integers(0, len(page.text)))
    end = data.draw(st.integers(start, len(page.text)))
    if not page.text[start:end].strip():
        return
    begin = 0
    expected = []
    for at, word in enumerate(page.words):
        begin = page.text.index(word.text, begin)
        if begin < end and begin + len(word.text) > start:
            expected.append(at)
        begin += len(word.text)
    assert list(spaced.under(start, end)) == expected
