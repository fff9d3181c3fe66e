"""From the pages of a file to what the file is: language, kind, parts, fields."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ocr.fields import find_fields, find_lines
from ocr.kind import KindVerdict, kind_of
from ocr.languages import language_of
from ocr.parts import Cut, cuts_of, spans_of
from ocr.rows import rows_of
from ocr.values import FieldReading, PageReading, Part, Reading

# What a paper is stands on its first sheet, or its first few; the hundredth page of an annex would only blur it.
_PAGES_THAT_TELL = 3
_SURE = 0.5


def describe(
    pages: Sequence[PageReading],
    sha256: str,
    media_type: str,
    engine: dict[str, Any],
    *,
    whole: bool = False,
) -> Reading:
    """The reading of a whole file: the papers that it holds, each with its kind, language and fields.

    `whole` says that it is one paper, as a file that carries an e-invoice is.
    """
    told = tuple(
        replace(page, kind=kind_of(rows_of(page), page.language).kind) if page.words else page
        for page in pages
    )
    cuts = () if whole else cuts_of(told)
    papers = [_paper(told, span, cut) for span, cut in zip(spans_of(told, cuts), (None, *cuts), strict=True)]
    lined = {page.number: page for paper in papers for page in paper.pages}
    first = papers[0] if papers else _Paper(Part(1, 1, "other", "und"), 0.0, ())
    return Reading(
        sha256,
        media_type,
        first.part.language,
        first.part.kind,
        first.kind_confidence,
        tuple(paper.part for paper in papers),
        tuple(lined.get(page.number, page) for page in told),
        tuple(item for paper in papers for item in paper.fields),
        engine,
    )


@dataclass(frozen=True, slots=True)
class _Paper:
    part: Part
    kind_confidence: float
    fields: tuple[FieldReading, ...]
    pages: tuple[PageReading, ...] = ()


def _paper(pages: Sequence[PageReading], span: tuple[int, int], cut: Cut | None) -> _Paper:
    """One paper of a file: the pages of the span, of which the first is the cut."""
    own = [page for page in pages if span[0] <= page.number <= span[1]]
    written = [page for page in own if page.words]
    language = language_of(own)
    verdict = KindVerdict("other", 0.0, ())
    if written:
        verdict = kind_of(rows_of(written[0]), language)
        if verdict.kind == "other" or verdict.confidence < _SURE:
            verdict = kind_of([row for page in written[:_PAGES_THAT_TELL] for row in rows_of(page)], language)
    confidence, reasons = (1.0, ()) if cut is None else (cut.confidence, cut.reasons)
    part = Part(span[0], span[1], verdict.kind, language, confidence, reasons, verdict.confidence)
    fields = find_fields(written, verdict.kind, language)
    read = find_lines(own, fields) if verdict.kind == "invoice" else tuple(own)
    return _Paper(part, verdict.confidence, fields, read)
