"""Numbers that papers give to things: invoices, contracts, cases, references; found by the label before them."""

import re
from collections.abc import Iterator, Sequence

from ocr.fields.candidate import Candidate
from ocr.fields.flow import Flow
from ocr.folding import HEBREW_PREFIXES, fold
from ocr.lexicon import Lexicon

# Between label and number: "nr", "n.º", "No.", a colon.
_LINK = re.compile(
    r"[\s.:,#№°º]*(?:(?:nr|no|n|num|numer|numero|número|number|מספר|מס'?)(?!\w)[.:°º]*[\s.:№]*)?",
    re.IGNORECASE,
)
# Letters and digits with marks inside, at least two digits; Thai numbers may begin with a short word of letters.
_NUMBER = re.compile(
    r"(?:[\u0e01-\u0e2e]{1,3}\.?\s)?(?=[^\s,;()]*(?:/\n)?\d[^\s,;()]*\d)[^\W_](?:[\w\u0e01-\u0e4e./–-]|(?<=[/-])\n)*[^\W_](?!\w)",
)
_DATE = re.compile(r"^\d{1,2}([./-])\d{1,2}\1\d{4}$")
_AMOUNT = re.compile(r"^\d{1,3}(?:[.,]\d{3})*[.,]\d{2,3}$")
# A number that goes on in the next line after a stroke.
_BROKEN = re.compile(r"(?<=[/-])\n")
_ALONE = re.compile(r"^(?:nr|no|n|№)[.:º°]*\s+(?P<id>\S*\d\S*\d\S*)$", re.IGNORECASE | re.MULTILINE)
_HEAD = 0.35
_TOO_LONG = 40


def find_numbers(flow: Flow, words: Lexicon, names: Sequence[str]) -> Iterator[tuple[str, Candidate]]:
    """Field names with their numbers, in the order of the text for each name."""
    if names[:1] == ("contract_number",):
        yield from (("contract_number", found) for found in _headed(flow))
    folded = fold(flow.text)
    for name in names:
        for pattern in words.patterns.get(name, ()):
            for match in re.finditer(pattern, flow.text):
                yield name, Candidate(flow, match.start(), match.end(), _tidy(match[0]), f"{name}: form", 0.9)
        for label in words.numbers.get(name, ()):
            yield from ((name, found) for found in _after(flow, folded.text, folded.origin, label, name))


def _headed(flow: Flow) -> Iterator[Candidate]:
    """The number that stands alone on a line near the head: of a contract, its own."""
    for match in _ALONE.finditer(flow.text):
        if flow.rows[flow.row_number(match.start("id"))].top < _HEAD:
            yield Candidate(
                flow, match.start("id"), match.end("id"), match["id"], "contract_number: alone", 0.85
            )


def _after(flow: Flow, folded: str, origin: tuple[int, ...], label: str, name: str) -> Iterator[Candidate]:
    place = folded.find(label)
    while place >= 0:
        stop = place + len(label)
        if _whole(folded, place, stop, label):
            begin = origin[stop - 1] + 1
            link = _LINK.match(flow.text, begin)
            match = _NUMBER.match(flow.text, link.end() if link else begin)
            if (
                match
                and not _DATE.match(match[0])
                and not _AMOUNT.match(match[0])
                and len(match[0]) <= _TOO_LONG
            ):
                end = match.start() + len(match[0].rstrip(".–-/"))
                value = _tidy(_BROKEN.sub("", flow.text[match.start() : end]))
                yield Candidate(flow, match.start(), end, value, f"{name}: after “{label}”", 0.9)
        place = folded.find(label, place + 1)


def _whole(folded: str, start: int, stop: int, label: str) -> bool:
    if "\u0e00" <= label[0] <= "\u0e7f":
        return True
    before = folded[start - 1] if start else " "
    if before in HEBREW_PREFIXES and (start < 2 or folded[start - 2] == " "):
        before = " "
    after = folded[stop] if stop < len(folded) else " "
    return not before.isalnum() and not after.isalpha()


def _tidy(text: str) -> str:
    return " ".join(text.split())
