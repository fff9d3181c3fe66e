"""The contact sheet of a batch: one frame a page in feed order, numbered empty frames where something is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, exists, func, select

from archive.catalogue.schema import SAME_PAGE, batch_items, document_pages, documents, pages
from ingest.cuts import OpenCut
from ingest.ledger import Ledger
from ingest.spans import Span
from ingest.views import MOST_ITEMS, ItemLine, item_lines

PER_SHEET = 60
"""Numbers of the batch on one sheet of frames."""

MOST_PAGES = 12
"""Frames of one item; a longer one says how many pages more it has."""

DOUBTFUL = 0.55
"""Mean confidence of a page's words below which somebody should look at the scan."""

Shown = Literal["held", "waiting", "needs-you", "missing", "void", "replaced", "separator", "blank", "more"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `number` is the station's; `part` counts the pages of an item that has several, from 1.

    `left` is how many pages of an item are not shown. `cut` says that a new paper may begin with the page, and waits.
    `before` is the document that the paper before on the sheet belongs to, for joining. `percent` is how much of a
    doubtful page could be read.
    """

    key: str
    number: int
    shown: Shown
    item: str | None = None
    part: int = 0
    left: int = 0
    document: str | None = None
    position: int = 0
    before: str | None = None
    name: str | None = None
    reason: str | None = None
    percent: int | None = None
    picture: bool = False
    width: int = 3
    height: int = 4
    cut: OpenCut | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The frames of a run of numbers, and how many numbers there are."""

    first: int
    last: int
    highest: int
    frames: tuple[Frame, ...]

    @property
    def before(self) -> int | None:
        """The first number of the sheet before."""
        return max(1, self.first - PER_SHEET) if self.first > 1 else None

    @property
    def following(self) -> int | None:
        """The first number of the next sheet."""
        return self.last + 1 if self.last < self.highest else None


@dataclass(frozen=True, slots=True)
class _Page:
    document: str | None
    position: int
    blank: bool
    confidence: float
    words: int
    error: str | None
    picture: bool
    width: int
    height: int
    separator: bool


Cuts = Mapping[tuple[str, int], OpenCut]
"""Proposals that wait, by document and page."""


def sheet_of(connection: Connection, batch_id: str, ledger: Ledger, first: int, cuts: Cuts) -> Sheet:
    """The sheet whose numbers begin with `first`; pages with which a new paper may begin are always on it."""
    highest = _highest(connection, batch_id, ledger)
    first = max(1, min(first, max(highest, 1)))
    last = min(first + PER_SHEET - 1, max(highest, first))
    lines: list[ItemLine] = []
    after = (first - 1, "~")
    while True:
        some = item_lines(connection, batch_id, after=after, last=last, limit=MOST_ITEMS)
        lines += some
        if len(some) < MOST_ITEMS:
            break
        after = (some[-1].sequence, some[-1].id)
    found = _pages(connection, [line.deposit for line in lines if line.deposit])
    gaps = [span for span in ledger.gaps if span[1] >= first and span[0] <= last]
    frames = _in_order(lines, found, gaps, cuts)
    return Sheet(first, last, highest, tuple(frame for frame in frames if first <= frame.number <= last))


def _highest(connection: Connection, batch_id: str, ledger: Ledger) -> int:
    highest = connection.scalar(
        select(func.max(batch_items.c.sequence)).where(batch_items.c.batch_id == batch_id)
    )
    return max([highest or 0, *(last for _, last in ledger.gaps)])


def _pages(connection: Connection, deposits: Sequence[str]) -> dict[str, list[_Page]]:
    """The pages of each deposit, with the living paper that each belongs to."""
    # Asked of each page's paper: a list of all living papers would be made for each batch that is opened.
    lives = (
        exists()
        .where(documents.c.id == document_pages.c.document_id, documents.c.state.not_in(("void", "erased")))
        .correlate(document_pages)
    )
    rows = connection.execute(
        select(pages, document_pages.c.document_id, document_pages.c.position)
        .select_from(pages)
        .outerjoin(document_pages, SAME_PAGE & lives)
        .where(pages.c.deposit_id.in_(deposits))
        .order_by(pages.c.deposit_id, pages.c.number, document_pages.c.document_id)
    ).all()
    found: dict[str, list[_Page]] = {}
    seen: set[tuple[str, int]] = set()
    for row in rows:
        if (row.deposit_id, row.number) in seen:
            continue
        seen.add((row.deposit_id, row.number))
        found.setdefault(row.deposit_id, []).append(
            _Page(
                document=row.document_id,
                position=row.position or 0,
                blank=row.blank,
                confidence=row.confidence,
                words=row.words,
                error=row.error,
                picture=row.thumb_offset is not None and row.document_id is not None,
                width=max(row.width, 1),
                height=max(row.height, 1),
                separator=row.separator is not None,
            )
        )
    return found


def _in_order(
    lines: Sequence[ItemLine], found: dict[str, list[_Page]], gaps: Sequence[Span], cuts: Cuts
) -> Iterator[Frame]:
    missing = [number for first, last in gaps for number in range(first, min(last, first + 10_000) + 1)]
    before: str | None = None
    for line in lines:
        while missing and missing[0] < line.sequence:
            number = missing.pop(0)
            yield Frame(f"gap-{number}", number, "missing")
        for frame in _frames(line, found.get(line.deposit or "", []), before, cuts):
            yield frame
            before = frame.document or before
    for number in missing:
        yield Frame(f"gap-{number}", number, "missing")


def _frames(line: ItemLine, read: Sequence[_Page], before: str | None, cuts: Cuts) -> Iterator[Frame]:
    if line.state in ("void", "replaced", "separator") or not read:
        yield Frame(
            key=line.id,
            number=line.sequence,
            shown=_shown(line, None),
            item=line.id,
            document=line.document,
            before=before,
            name=line.name,
            reason=line.void_reason if line.state == "void" else line.reason_code,
            picture=bool(read and read[0].picture and line.state == "separator"),
            position=1,
        )
        return
    left = 0
    for at, page in enumerate(read, start=1):
        cut = cuts.get((page.document or "", page.position))
        if at > MOST_PAGES and cut is None:
            left += 1
            continue
        shown = _shown(line, page)
        yield Frame(
            key=f"{line.id}-{at}",
            number=line.sequence,
            shown=shown,
            item=line.id,
            part=at if len(read) > 1 else 0,
            document=page.document,
            position=page.position,
            before=before if page.position == 1 else None,
            name=line.name,
            reason=line.reason_code or page.error,
            percent=round(100 * page.confidence) if shown == "needs-you" and not page.error else None,
            picture=page.picture,
            width=page.width,
            height=page.height,
            cut=cut,
        )
        before = page.document or before
    if left:
        yield Frame(f"{line.id}-more", line.sequence, "more", item=line.id, document=line.document, left=left)


def _shown(line: ItemLine, page: _Page | None) -> Shown:
    """One of the three states, or what was decided about the item."""
    if line.state in ("void", "replaced", "separator", "blank"):
        return line.state  # type: ignore[return-value]
    if page is not None and page.separator:
        return "separator"
    if page is not None and page.blank:
        return "blank"
    doubtful = page is not None and (
        page.error is not None or (page.words > 0 and page.confidence < DOUBTFUL)
    )
    return "needs-you" if doubtful else line.seen
