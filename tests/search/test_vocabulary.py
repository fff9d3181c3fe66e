"""The words near one, as the dictionaries of terms are asked for them: the same as if all were looked at."""

from itertools import product
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from search import Analyser, EmbeddedWriter
from search.embedded.vocabulary import near_words
from search.variants import nearest
from tests.search.pages import record

# Words about a few, with letters that OCR confuses, and with what makes one letter of two.
_LETTERS = "desn0om1r"
_WORDS = sorted(
    {"".join(letters) for letters in product("dr", "en", "srn", "do0", "eom")}
    | {f"de{one}{two}e" for one, two in product(_LETTERS, repeat=2)}
    | {
        "desede",
        "dede",
        "desdea",
        "dsede",
        "dedse",
        "derne",
        "deme",
        "rnomes",
        "romes",
        "de5de",
        "dsde",
        "ddese",
    }
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> tantivy.Searcher:
    folder: Path = tmp_path_factory.mktemp("words")
    with EmbeddedWriter(folder, Analyser(), heap=15_000_000) as writer:
        writer.replace("a", [record("a", " ".join(_WORDS))])
        writer.replace("b", [record("b", " ".join(_WORDS[::3]) + " PL61 1090 1014 0000 0712 1981 2874")])
    return tantivy.Index.open(str(folder / "generation-1")).searcher()


@given(
    st.sampled_from(_WORDS)
    | st.text(_LETTERS, min_size=5, max_size=7)
    | st.text(_LETTERS, max_size=3).map(lambda end: ("de" + end).ljust(5, "e"))
)
@settings(max_examples=300, deadline=None)
def test_words_that_are_near_are_found_by_what_they_share(searcher: tantivy.Searcher, word: str) -> None:
    counts = {each: searcher.doc_freq("folded", each) for each in _WORDS if each != word}
    assert list(near_words(searcher, word, 1, 40)) == nearest(word, counts, 1, 40)
