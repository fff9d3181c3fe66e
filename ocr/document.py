"""From the pages of a file to what the file is: language, kind, parts, fields."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ocr.values import FieldReading, Kind, PageReading, Part, Reading


def language_of(pages: Sequence[PageReading]) -> str:
    """The language in which most is written, or `und`."""
    letters: Counter[str] = Counter()
    for page in pages:
        if page.language != "und":
            letters[page.language] += max(1, len(page.text))
    return letters.most_common(1)[0][0] if letters else "und"


def describe(pages: Sequence[PageReading], sha256: str, media_type: str, engine: dict[str, Any]) -> Reading:
    """The reading of a whole file; one part by default."""
    language = language_of(pages)
    kind: Kind = "other"
    fields: tuple[FieldReading, ...] = ()
    parts = (Part(pages[0].number, pages[-1].number, kind, language),) if pages else ()
    return Reading(sha256, media_type, language, kind, 0.0, parts, tuple(pages), fields, engine)
