"""Which language a page is in: its script first, then its words."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import lingua

from ocr.languages import Language, Script

_SCRIPTS: tuple[tuple[str, Script], ...] = (
    ("LATIN", "Latin"),
    ("CYRILLIC", "Cyrillic"),
    ("HEBREW", "Hebrew"),
    ("THAI", "Thai"),
)
_MIN_LETTERS = 12


def script_of(text: str) -> Script | None:
    """The script of most letters, or None where there are hardly any."""
    counts: Counter[Script] = Counter()
    for letter in text:
        if letter.isalpha():
            name = unicodedata.name(letter, "")
            for prefix, script in _SCRIPTS:
                if name.startswith(prefix):
                    counts[script] += 1
                    break
    if sum(counts.values()) < _MIN_LETTERS:
        return None
    # Papers in other scripts carry IBANs, company forms and e-mail addresses in Latin letters.
    other = Counter({script: count for script, count in counts.items() if script != "Latin"})
    if other:
        script, count = other.most_common(1)[0]
        if count > 0.3 * sum(counts.values()):
            return script
    return counts.most_common(1)[0][0]


class LanguageFinder:
    """Tells the configured languages apart. Low-accuracy models suffice for a page of words and need 10 MB, not 150."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self._languages = tuple(languages)
        self._detectors: dict[Script, Any] = {}

    def find(self, text: str) -> str | None:
        """The language of the text (ISO 639-1), or None where it does not say."""
        script = script_of(text)
        candidates = [language for language in self._languages if language.script == script]
        if not candidates or script is None:
            return None
        if len(candidates) == 1:
            return candidates[0].code
        # Numbers, codes and single letters say nothing and cost time.
        words = [
            word for word in text.split() if sum(letter.isalpha() for letter in word) > max(1, len(word) // 2)
        ]
        if not words:
            return None
        found = self._detector(script, candidates).detect_language_of(" ".join(words[:400]).lower())
        return None if found is None else str(found.iso_code_639_1.name).lower()

    def _detector(self, script: Script, candidates: Sequence[Language]) -> Any:
        if script not in self._detectors:
            codes = [getattr(lingua.IsoCode639_1, language.code.upper()) for language in candidates]
            builder = lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
            self._detectors[script] = builder.with_low_accuracy_mode().build()
        return self._detectors[script]
