"""The languages that can be read: ISO 639-1 code, Tesseract models, script, Debian package."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ocr.errors import ReadingRefused
from ocr.values import PageReading

Script = Literal["Latin", "Cyrillic", "Hebrew", "Thai"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language. `models` are what Tesseract loads for a page of it, the main one first."""

    code: str
    models: tuple[str, ...]
    script: Script

    @property
    def right_to_left(self) -> bool:
        return self.script == "Hebrew"

    @property
    def spaced(self) -> bool:
        """Whether words are set apart by spaces."""
        return self.script != "Thai"


LANGUAGES = {
    language.code: language
    for language in (
        Language("pl", ("pol",), "Latin"),
        Language("it", ("ita",), "Latin"),
        Language("es", ("spa",), "Latin"),
        Language("en", ("eng",), "Latin"),
        Language("de", ("deu",), "Latin"),
        Language("ru", ("rus",), "Cyrillic"),
        Language("he", ("heb",), "Hebrew"),
        # Thai papers carry Latin letters in their numbers, which the Thai model alone misreads.
        Language("th", ("tha", "eng"), "Thai"),
    )
}


def check_languages(codes: Sequence[str], installed: Iterable[str]) -> tuple[Language, ...]:
    """The languages of these codes; raises ReadingRefused where one is unknown or its model is not installed."""
    present = set(installed)
    unknown = [code for code in codes if code not in LANGUAGES]
    if unknown:
        raise ReadingRefused("LANGUAGE_MISSING", f"languages that cannot be read: {', '.join(unknown)}")
    if not codes:
        raise ReadingRefused("LANGUAGE_MISSING", "no language is configured")
    languages = tuple(LANGUAGES[code] for code in codes)
    models = {model for language in languages for model in language.models} | {"osd"}
    absent = sorted(models - present)
    if absent:
        packages = " ".join(f"tesseract-ocr-{model}" for model in absent)
        raise ReadingRefused("LANGUAGE_MISSING", f"not installed: {', '.join(absent)} (Debian: {packages})")
    return languages


def language_of(pages: Sequence[PageReading]) -> str:
    """The language in which most is written, or `und`."""
    letters: Counter[str] = Counter()
    for page in pages:
        if page.language != "und":
            letters[page.language] += max(1, len(page.text))
    return letters.most_common(1)[0][0] if letters else "und"
