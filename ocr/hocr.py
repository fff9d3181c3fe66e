"""A reading as hOCR 1.2 (XHTML): pages, blocks, lines and words with boxes in pixels, for other people's tools."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from ocr.languages import LANGUAGES
from ocr.values import PageReading, Word

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<meta name="ocr-system" content="tabellion"/>
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_line ocrx_word"/>
</head>
<body>
"""
_FOOT = "</body>\n</html>\n"


def hocr(pages: Iterable[PageReading], title: str) -> Iterator[str]:
    """The document in pieces; pages are numbered from 1 in the order given, whatever their numbers were."""
    yield _HEAD.format(title=escape(_printable(title)))
    for number, page in enumerate(pages, 1):
        yield from _page(page, number)
    yield _FOOT


def _page(page: PageReading, number: int) -> Iterator[str]:
    size = f"bbox 0 0 {page.width} {page.height}; ppageno {number - 1}; scan_res {page.dpi} {page.dpi}"
    direction = ' dir="rtl"' if page.language in LANGUAGES and LANGUAGES[page.language].right_to_left else ""
    language = "" if page.language == "und" else f" lang={quoteattr(page.language)}"
    yield f'<div class="ocr_page" id="page_{number}"{language}{direction} title="{size}">\n'
    for block, held in groupby(page.words, key=lambda word: word.block):
        lines = [list(line) for _, line in groupby(held, key=lambda word: word.line)]
        place = _bbox([word for line in lines for word in line], page)
        yield f'<div class="ocr_carea" id="block_{number}_{block}" title="{place}">\n'
        for line in lines:
            words = " ".join(_word(word, page) for word in line)
            name = f"line_{number}_{line[0].line}"
            yield f'<span class="ocr_line" id="{name}" title="{_bbox(line, page)}">{words}</span>\n'
        yield "</div>\n"
    yield "</div>\n"


def _word(word: Word, page: PageReading) -> str:
    title = f"{_bbox([word], page)}; x_wconf {round(100 * word.confidence)}"
    return f'<span class="ocrx_word" title="{title}">{escape(_printable(word.text))}</span>'


def _bbox(words: Sequence[Word], page: PageReading) -> str:
    boxes = [word.box.pixels(page.width, page.height) for word in words]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return f"bbox {x0} {y0} {x1} {y1}"


def _printable(text: str) -> str:
    """The text without what XML 1.0 cannot hold (section 2.2)."""
    return "".join(
        letter
        for letter in text
        if letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff"
    )
