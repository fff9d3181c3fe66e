"""Snowball stems for the six languages that have them, diacritics folded afterwards."""

import threading

import Stemmer

from search.analysis.folding import fold

STEMMED = {"pl": "polish", "it": "italian", "es": "spanish", "en": "english", "de": "german", "ru": "russian"}
_CYRILLIC = ("\u0400", "\u04ff")


class Stems:
    """Stems by language. The Snowball objects keep state, so every thread has its own."""

    def __init__(self) -> None:
        self._local = threading.local()

    def of(self, form: str, language: str) -> str:
        """The folded stem of a normalised word in a language; the folded word where there is no stemmer.

        A Latin word on a Russian, Hebrew or Thai page is taken for English, a Cyrillic one anywhere for Russian.
        """
        if _CYRILLIC[0] <= form[:1] <= _CYRILLIC[1]:
            language = "ru"
        elif language in ("ru", "he", "th"):
            language = "en"
        if language not in STEMMED or not form or not form.isalpha() or ord(form[0]) >= 0x0500:
            return fold(form)
        return fold(self._stemmer(language).stemWord(form))

    def all(self, form: str) -> frozenset[str]:
        """What the word may stem to in any language: a query does not say its language."""
        return frozenset({fold(form), *(self.of(form, language) for language in STEMMED)})

    def _stemmer(self, language: str) -> Stemmer.Stemmer:
        stemmers: dict[str, Stemmer.Stemmer] | None = getattr(self._local, "stemmers", None)
        if stemmers is None:
            stemmers = self._local.stemmers = {
                code: Stemmer.Stemmer(name, 0) for code, name in STEMMED.items()
            }
        return stemmers[language]
