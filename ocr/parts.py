"""Where one paper ends and the next begins, in a file that holds several: what speaks for it, and how surely.

Evidence is weighed as sums of log-odds: what first pages have (a title, a date and a number of their own at the head,
"page 1 of 2", another language), and what continued pages have ("page 2", a sentence that goes on, a next clause).
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr.fields import find_fields
from ocr.folding import fold
from ocr.kind import KindVerdict, kind_of, title_of
from ocr.paging import PageMark, page_mark
from ocr.rows import Row, rows_of
from ocr.values import PageReading

OFFERED = 0.5
"""How sure a new paper must be to be proposed at all."""

_CERTAIN = 0.99
_USUAL = -2.2
_WEIGHTS: Mapping[str, float] = {
    "title": 0.9,  # for each of its points: `title_of` gives up to 7.8
    "page-one": 5.0,
    "page-next": -12.0,  # "2 of 3" after "1 of 3"
    "page-later": -5.0,
    "page-of-another": 2.0,
    "language": 3.0,
    "kind": 2.2,  # for a kind that is certain, nothing for one that is as likely as not
    "letterhead": 0.8,
    "number": 1.6,
    "date": 1.5,
    "blank": 1.2,
    "size": 1.0,
    "runs-on": -2.5,
    "next-clause": -2.0,
    "sparse": -1.5,
    "same-head": -3.0,
}
_HEAD = 0.45
_TITLE_LEAST = 2.0
_TOP = 0.22
_WORDS_THAT_TELL = 25
_FEW_WORDS = 12
_OTHER_SIZE = 0.06
_SAME = 92.0
_ALIKE = 0.5
_OWN_NUMBERS = ("invoice_number", "case_number", "contract_number", "reference")
# A post code before or after a town, an address of mail or web, a telephone number.
_REACHED = re.compile(
    r"\b\d{2}-\d{3}\b|\b\d{5,7}\b|@\w|www\.|\+\d{2}[ \d]{7,}|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
)
_CLAUSE = re.compile(r"^\s*(?:§|art\.?|ust\.?|статья|סעיף|ข้อ)?\s*(\d{1,2})\s*[.)\s]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cut:
    """A page that begins a new paper: how sure that is (0..1), and the codes of what speaks for it, strongest first."""

    page: int
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one written page shows."""

    page: PageReading
    rows: tuple[Row, ...]
    mark: PageMark | None
    kind: KindVerdict
    title: tuple[float, str]
    numbers: frozenset[str]
    date: str | None
    clauses: tuple[int, ...]
    head: frozenset[str]
    """The words at the very top."""
    addressed: bool
    """Whether these say where somebody is to be reached."""


def cuts_of(pages: Sequence[PageReading]) -> tuple[Cut, ...]:
    """The pages that begin a new paper, at least `OFFERED` sure; the first written page begins one without being said.

    Blank pages and separator sheets stay behind the paper before them.
    """
    cuts: list[Cut] = []
    paper: list[_Seen] = []
    between: list[PageReading] = []
    for page in pages:
        if page.separator is not None or not page.words:
            between.append(page)
            continue
        seen = _seen(page)
        cut = _cut(paper, between, seen) if paper else None
        if cut is not None and cut.confidence >= OFFERED:
            cuts.append(cut)
            paper = []
        paper.append(seen)
        between = []
    return tuple(cuts)


def _cut(paper: Sequence[_Seen], between: Sequence[PageReading], seen: _Seen) -> Cut:
    if any(page.separator is not None for page in between):
        return Cut(seen.page.number, _CERTAIN, ("separator",))
    weighed = dict(_evidence(paper, between, seen))
    odds = _USUAL + sum(weighed.values())
    for_it = sorted((code for code, weight in weighed.items() if weight > 0), key=lambda code: -weighed[code])
    confidence = min(_CERTAIN, 1 / (1 + math.exp(-odds)))
    return Cut(seen.page.number, round(confidence, 3), tuple(for_it))


def _evidence(
    paper: Sequence[_Seen], between: Sequence[PageReading], seen: _Seen
) -> Iterator[tuple[str, float]]:
    last = paper[-1]
    same_head = _same_title(paper, seen)
    points, _ = seen.title
    if points >= _TITLE_LEAST and not same_head:
        yield "title", points * _WEIGHTS["title"]
    begins = seen.mark is not None and seen.mark.number == 1
    if same_head and not begins and not (seen.numbers and seen.numbers.isdisjoint(paper[0].numbers)):
        yield _weight("same-head")
    yield from _paging(last, seen)
    yield from _of_its_own(paper, seen)
    if _language(seen) and _language(last) and _language(seen) != _language(last):
        yield _weight("language")
    if any(page.blank for page in between):
        yield _weight("blank")
    if abs(seen.page.width / seen.page.height - last.page.width / last.page.height) > _OTHER_SIZE:
        yield _weight("size")
    if points < _TITLE_LEAST:
        if _runs_on(seen):
            yield _weight("runs-on")
        if last.clauses and seen.clauses and seen.clauses[0] == last.clauses[-1] + 1:
            yield _weight("next-clause")
    if len(seen.page.words) < _FEW_WORDS:
        yield _weight("sparse")


def _paging(last: _Seen, seen: _Seen) -> Iterator[tuple[str, float]]:
    if seen.mark is None:
        return
    if seen.mark.number == 1:
        yield _weight("page-one")
    elif last.mark is None:
        yield _weight("page-later")
    elif last.mark.number + 1 == seen.mark.number and (last.mark.of or seen.mark.of) == (
        seen.mark.of or last.mark.of
    ):
        yield _weight("page-next")
    else:
        # "2 of 3" after "1 of 4": sheets of two papers, of which the first of the second is missing.
        yield _weight("page-of-another")


def _of_its_own(paper: Sequence[_Seen], seen: _Seen) -> Iterator[tuple[str, float]]:
    """A kind, a number and a date that the paper so far does not have, where a first page has them."""
    known = {number for page in paper for number in page.numbers}
    if seen.numbers and seen.numbers.isdisjoint(known):
        yield _weight("number")
    if seen.date is not None and seen.date not in {page.date for page in paper}:
        yield _weight("date")
    if seen.kind.kind != "other" and seen.kind.kind not in {page.kind.kind for page in paper}:
        yield "kind", _WEIGHTS["kind"] * max(0.0, 2 * seen.kind.confidence - 1)
    if seen.addressed and not any(_alike(seen.head, page.head) for page in (paper[0], paper[-1])):
        yield _weight("letterhead")


def _weight(code: str) -> tuple[str, float]:
    return code, _WEIGHTS[code]


def _seen(page: PageReading) -> _Seen:
    rows = rows_of(page)
    kind = kind_of(rows, page.language)
    own = find_fields([page], kind.kind, page.language)
    head = [item for item in own if item.box.y0 < _HEAD]
    top = " ".join(row.text for row in rows if row.top < _TOP)
    return _Seen(
        page=page,
        rows=rows,
        mark=page_mark(rows),
        kind=kind,
        title=title_of([row for row in rows if row.top < _HEAD], page.language),
        numbers=frozenset(item.value for item in head if item.name in _OWN_NUMBERS),
        date=next((item.value for item in head if item.name == "document_date"), None),
        clauses=tuple(int(found[1]) for row in rows if (found := _CLAUSE.match(row.text)) is not None),
        head=frozenset(fold(top).text.split()),
        addressed=_REACHED.search(top) is not None,
    )


def _same_title(paper: Sequence[_Seen], seen: _Seen) -> bool:
    """Whether the page is headed as the one before is: then its head runs over all pages of the paper."""
    digits = re.findall(r"\d+", seen.title[1])
    return bool(seen.title[1]) and any(
        page.title[1]
        and fuzz.ratio(page.title[1], seen.title[1]) >= _SAME
        and re.findall(r"\d+", page.title[1]) == digits
        for page in (paper[0], paper[-1])
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > _ALIKE * max(1, min(len(one), len(other)))


def _language(seen: _Seen) -> str | None:
    """The language of a page that has enough words to tell."""
    enough = len(seen.page.words) >= _WORDS_THAT_TELL and seen.page.language != "und"
    return seen.page.language if enough else None


def _runs_on(seen: _Seen) -> bool:
    """Whether the first line of text begins in the middle of a sentence."""
    for row in seen.rows:
        first = next((letter for letter in row.text if letter.isalpha()), "")
        if len(row.words) >= 4 and first:
            return first.islower() and not row.text[:1].isdigit()
    return False


def spans_of(pages: Sequence[PageReading], cuts: Sequence[Cut]) -> list[tuple[int, int]]:
    """First and last page of each paper, without blank pages and separator sheets at either end."""
    starts = {cut.page for cut in cuts}
    papers: list[list[PageReading]] = [[]]
    for page in pages:
        if page.number in starts:
            papers.append([])
        papers[-1].append(page)
    spans = []
    for paper in papers:
        told = [page.number for page in paper if page.separator is None and not page.blank] or [
            page.number for page in paper
        ]
        if told:
            spans.append((told[0], told[-1]))
    return spans
