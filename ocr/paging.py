"""What a page says of its own number: "page 2 of 3", in the words that papers print at their head and foot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.folding import fold
from ocr.rows import Row

_HEAD, _FOOT = 0.14, 0.86
_MOST = 999
# Folded, as `ocr.folding` does: "strona 2 z 3", "pag. 2 di 3", "Seite 2 von 3", "стр. 2 из 3", "עמוד 2 מתוך 3".
_PAGE = "strona|str|s|pagina|pag|hoja|folio|page|p|seite|blatt|страница|стр|лист|л|עמוד|עמ|דף|หนา|หนาที|แผนที"
_OF = "z|ze|di|de|of|von|из|מתוך|מ|จาก|ของ|ใน"
_WORDED = re.compile(rf"(?:^| )(?:{_PAGE}) ?(\d{{1,3}})(?: ?(?:{_OF}) ?(\d{{1,3}})| (\d{{1,3}})|)(?= |$)")
_BARE = re.compile(r"^\W*(\d{1,3}) ?(?:/|of|z|di|de|von|из|מתוך) ?(\d{1,3})\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageMark:
    """The number that a page gives itself, and of how many, where it says so."""

    number: int
    of: int | None


def page_mark(rows: Sequence[Row]) -> PageMark | None:
    """What head and foot of a page say of its number; None where they say nothing, or not the same."""
    found = {
        mark
        for row in rows
        if not _HEAD < row.top < _FOOT
        for cell in row.text.split("\t")
        if (mark := _mark(cell)) is not None
    }
    return found.pop() if len(found) == 1 else None


def _mark(text: str) -> PageMark | None:
    bare = _BARE.match(text.strip())
    if bare is not None:
        return _sane(int(bare[1]), int(bare[2]))
    folded = fold(text).text
    worded = _WORDED.search(folded)
    if worded is None:
        return None
    of = worded[2] or worded[3]
    if of is None and len(folded) > worded.end() - worded.start() + 4:
        return None  # "p. 5" within a sentence names a page of something else
    return _sane(int(worded[1]), int(of) if of else None)


def _sane(number: int, of: int | None) -> PageMark | None:
    fits = 1 <= number <= (of or _MOST)
    return PageMark(number, of) if fits else None
