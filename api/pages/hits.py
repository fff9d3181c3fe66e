"""Where a query's words stand in one document: pages that match, on a page the runs of matched words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from api import access
from api.access import Actor, DocumentAccess
from api.service import Service
from ocr.values import PageReading
from search.compile import Compiler
from search.highlight import mark
from search.query import parse

MOST_PAGES = 500
Pixels = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Matched words that follow each other on a line: their box, and the box of the whole line, in pixels."""

    box: Pixels
    line: Pixels

    def middle(self, height: int) -> int:
        """How far down the page it stands, in per cent."""
        return round(100 * (self.box[1] + self.box[3]) / 2 / max(height, 1))


def pages_with(
    service: Service, actor: Actor, query: str, document_id: str, opened: DocumentAccess
) -> list[int]:
    """The open pages of the document that match, in its order. Raises QueryError."""
    finder = service.finder
    scopes = access.search_scopes(actor)
    variants = partial(finder.index.variants, scopes=scopes)
    compiled = Compiler(finder.analyser, variants).compile(parse(query))
    found = finder.index.pages(compiled.plan, scopes, [document_id], MOST_PAGES)
    return sorted(hit.page for hit in found.get(document_id, ()) if opened.page(hit.page))


def runs_on(service: Service, query: str, reading: PageReading) -> list[Run]:
    """The runs of matched words of a page, in reading order. Raises QueryError."""
    finder = service.finder
    compiled = Compiler(finder.analyser, finder.index.variants).compile(parse(query))
    marked = mark(reading, compiled.needles, finder.analyser)
    return [Run(box, _line_of(reading, box)) for box in joined(marked.boxes)]


def joined(boxes: Sequence[Pixels]) -> list[Pixels]:
    """Boxes in reading order, those that follow each other on a line put together."""
    found: list[Pixels] = []
    for x0, y0, x1, y1 in boxes:
        if found:
            a0, b0, a1, b1 = found[-1]
            overlap, height = min(b1, y1) - max(b0, y0), min(b1 - b0, y1 - y0)
            near = min(abs(x0 - a1), abs(a0 - x1)) < 1.2 * max(b1 - b0, y1 - y0)
            if height > 0 and overlap > height / 2 and near:
                found[-1] = (min(a0, x0), min(b0, y0), max(a1, x1), max(b1, y1))
                continue
        found.append((x0, y0, x1, y1))
    return found


def _line_of(reading: PageReading, box: Pixels) -> Pixels:
    """The box of the line that the words stand in, a little room round it."""
    lines: dict[tuple[int, int], Pixels] = {}
    wanted: tuple[int, int] | None = None
    for word in reading.words:
        x0, y0, x1, y1 = word.box.pixels(reading.width, reading.height)
        key = (word.block, word.line)
        a0, b0, a1, b1 = lines.get(key, (x0, y0, x1, y1))
        lines[key] = (min(a0, x0), min(b0, y0), max(a1, x1), max(b1, y1))
        if wanted is None and box[0] <= x0 and x1 <= box[2] and box[1] <= y0 and y1 <= box[3]:
            wanted = key
    a0, b0, a1, b1 = lines.get(wanted, box) if wanted is not None else box
    room = max(2, (box[3] - box[1]) // 3)
    return (
        max(0, a0 - room),
        max(0, b0 - room),
        min(reading.width, a1 + room),
        min(reading.height, b1 + room),
    )
