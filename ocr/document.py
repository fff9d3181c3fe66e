"""From the pages of a file to what the file is: language, kind, parts, fields."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ocr.fields import find_fields
from ocr.kind import KindVerdict, kind_of
from ocr.rows import rows_of
from ocr.values import PageReading, Part, Reading

# What a paper is stands on its first sheet, or its first few; the hundredth page of an annex would only blur it.
_PAGES_THAT_TELL = 3
_SURE = 0.5


def language_of(pages: Sequence[PageReading]) -> str:
    """The language in which most is written, or `und`."""
    letters: Counter[str] = Counter()
    for page in pages:
        if page.language != "und":
            letters[page.language] += max(1, len(page.text))
    return letters.most_common(1)[0][0] if letters else "und"


def describe(pages: Sequence[PageReading], sha256: str, media_type: str, engine: dict[str, Any]) -> Reading:
    """The reading of a whole file; it is one part until someone divides it."""
    language = language_of(pages)
    written = [page for page in pages if page.words]
    told = tuple(
        replace(page, kind=kind_of(rows_of(page), page.language).kind) if page.words else page
        for page in pages
    )
    verdict = KindVerdict("other", 0.0, ())
    if written:
        verdict = kind_of(rows_of(written[0]), language)
        if verdict.kind == "other" or verdict.confidence < _SURE:
            verdict = kind_of([row for page in written[:_PAGES_THAT_TELL] for row in rows_of(page)], language)
    fields = find_fields(written, verdict.kind, language)
    parts = (Part(pages[0].number, pages[-1].number, verdict.kind, language),) if pages else ()
    return Reading(
        sha256, media_type, language, verdict.kind, verdict.confidence, parts, told, fields, engine
    )
