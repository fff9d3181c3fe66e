"""The matched words of a page: their boxes, a snippet of the text as it stands, and why they matched."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Protocol

from ocr.tidying import is_print
from ocr.values import PageReading
from search.analysis import Analyser, Token
from search.analysis.outline import Sought
from search.analysis.pieces import Pieces
from search.analysis.sparse import SparseTokens, Wanted
from search.needles import Match, Needle, Reason, RunNeedle

SNIPPET: Final = 180
"""Characters of a snippet, more or less a word."""

MOST_BOXES: Final = 200

_TEXT = attrgetter("text")


@dataclass(frozen=True, slots=True)
class Marked:
    """What is shown of a page: boxes are pixels `[x0, y0, x1, y1]` of the upright page, in reading order."""

    width: int
    height: int
    dpi: int
    snippet: str
    boxes: tuple[tuple[int, int, int, int], ...]
    reasons: tuple[Reason, ...]


class _Layout(Protocol):
    """A page's text, and which of its words stand where in it."""

    @property
    def pieces(self) -> Pieces: ...

    def under(self, start: int, end: int) -> Sequence[int]:
        """The words that `text[start:end]` touches."""
        ...


@dataclass(frozen=True, slots=True)
class _Spaced:
    """A text in which each word of the page is what stands between spaces, which is so on most pages."""

    pieces: Pieces

    def under(self, start: int, end: int) -> range:
        starts = self.pieces.starts
        first = bisect_right(starts, start) - 1
        if first < 0 or start >= starts[first] + len(self.pieces.all[first]):
            first += 1
        return range(first, bisect_left(starts, end))


@dataclass(frozen=True, slots=True)
class _Laid:
    """A text with the place of each word in it: `starts[i]` to `ends[i]` is word `words[i]`."""

    pieces: Pieces
    starts: list[int]
    ends: list[int]
    words: list[int]

    def under(self, start: int, end: int) -> Sequence[int]:
        return self.words[bisect_right(self.ends, start) : bisect_left(self.starts, end)]


class Marker:
    """Marks pages that one question found; it remembers which words are none of those that are looked for."""

    def __init__(self, needles: Sequence[Needle], analyser: Analyser) -> None:
        self._needles = tuple(needles)
        wanted = Wanted(
            token=_any_of([needle.wants for needle in self._needles]),
            run=lambda run: any(needle.wants_run(run) for needle in self._needles),
            figures=any(needle.has_figures for needle in self._needles),
            keys=_keys_of(self._needles),
            sought=_sought(self._needles),
        )
        self.tokens = SparseTokens(analyser, wanted)

    def mark(self, page: PageReading, outline: bytes = b"") -> Marked:
        """Find the needles on a page by analysing its words again, by the rules that made the index.

        The page's outline tells which words are worth it; without one all are looked at.
        """
        if not self._needles:
            return Marked(page.width, page.height, page.dpi, _snippet(page.text, ()), (), ())
        laid = _lay_out(page)
        tokens = self.tokens.of(laid.pieces, page.language, outline)
        matches = _strongest([match for needle in self._needles for match in _of(needle, tokens)])
        spans = sorted({(tokens[match.first].start, tokens[match.last].end) for match in matches})
        boxes: dict[int, tuple[int, int, int, int]] = {}
        for start, end in spans:
            for at in laid.under(start, end):
                x0, y0, x1, y1 = page.words[at].box.pixels(page.width, page.height)
                boxes.setdefault(at, (x0, y0, x1, y1))
        return Marked(
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            snippet=_snippet(laid.pieces.text, spans),
            boxes=tuple(boxes[at] for at in sorted(boxes))[:MOST_BOXES],
            reasons=tuple(sorted({match.reason for match in matches})),
        )


def _keys_of(needles: Sequence[Needle]) -> frozenset[str] | None:
    """The forms of which a token must have one; none where a needle looks for more than whole forms."""
    keys = [needle.keys for needle in needles]
    return None if None in keys else frozenset().union(*(each for each in keys if each is not None))


def _sought(needles: Sequence[Needle]) -> Sought | None:
    """What to look for in outlines; none where a needle looks for the beginnings of words."""
    runs = [needle.run for needle in needles if isinstance(needle, RunNeedle)]
    keys = _keys_of([needle for needle in needles if not isinstance(needle, RunNeedle)])
    return None if keys is None else Sought(keys, runs)


def _any_of(judges: Sequence[Callable[[Token], bool]]) -> Callable[[Token], bool]:
    if len(judges) == 1:
        return judges[0]
    return lambda token: any(judge(token) for judge in judges)


def mark(page: PageReading, needles: Sequence[Needle], analyser: Analyser, outline: bytes = b"") -> Marked:
    """One page marked."""
    return Marker(needles, analyser).mark(page, outline)


def _of(needle: Needle, tokens: Sequence[Token]) -> list[Match]:
    """Where a needle stands; its OCR variants only on a page that has nothing better of it."""
    matches = list(needle.matches(tokens))
    written = [match for match in matches if match.reason is not Reason.OCR_VARIANT]
    return written or matches


def _strongest(matches: list[Match]) -> list[Match]:
    """Of matches of the same tokens the strongest reason."""
    best: dict[tuple[int, int], Match] = {}
    for match in matches:
        held = best.get((match.first, match.last))
        if held is None or match.reason < held.reason:
            best[match.first, match.last] = match
    return list(best.values())


def _lay_out(page: PageReading) -> _Layout:
    """The page's text, and where its words stand in it.

    The words follow each other in the text with white space, or in Thai nothing, between them; what is no print is not
    in the text. Where they do not (it may have been put in another order) the text is made of the words themselves.
    """
    pieces = Pieces(page.text)
    if pieces.all == list(map(_TEXT, page.words)):
        return _Spaced(pieces)
    starts: list[int] = []
    ends: list[int] = []
    words: list[int] = []
    at = 0
    for number, word in enumerate(page.words):
        if not word.text:
            continue
        start = page.text.find(word.text, at)
        if start < 0 or page.text[at:start].strip():
            if not is_print(word, dusty=True):
                continue
            return _from_words(page)
        at = start + len(word.text)
        starts.append(start)
        ends.append(at)
        words.append(number)
    return _Laid(pieces, starts, ends, words)


def _from_words(page: PageReading) -> _Laid:
    starts: list[int] = []
    ends: list[int] = []
    pieces: list[str] = []
    at = 0
    line: tuple[int, int] | None = None
    for word in page.words:
        here = (word.block, word.line)
        gap = "" if line is None else " " if here == line else "\n"
        line = here
        pieces.extend((gap, word.text))
        starts.append(at + len(gap))
        at += len(gap) + len(word.text)
        ends.append(at)
    return _Laid(Pieces("".join(pieces)), starts, ends, list(range(len(page.words))))


def _snippet(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The stretch of text with the most matches in it, cut at spaces, its white space made single."""
    start = 0
    most = 0
    for first, (begin, _) in enumerate(spans):
        last = begin + SNIPPET
        inside = sum([end <= last for _, end in spans[first : bisect_left(spans, (last,), first)]])
        if inside > most:
            most, start = inside, max(0, begin - SNIPPET // 4)
    if start > 0:
        space = _space_after(text, start, start + SNIPPET // 8)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + SNIPPET)
    if end < len(text):
        space = _space_before(text, end)
        end = space if space > start + SNIPPET // 2 else end
    inner = " ".join(text[start:end].split())
    before, after = "… " if start > 0 else "", " …" if end < len(text) else ""
    return f"{before}{inner}{after}" if inner else ""


def _space_after(text: str, start: int, end: int) -> int:
    return next((at for at in range(start, min(end, len(text))) if text[at].isspace()), -1)


def _space_before(text: str, end: int) -> int:
    return next((at for at in range(end, 0, -1) if text[at - 1].isspace()), 0) - 1
