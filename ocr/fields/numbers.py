"""Numbers that papers give to things: invoices, contracts, cases, references; found by the label before them."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.fields.flow import Flow, View
from ocr.folding import HEBREW_PREFIXES, Folded, fold
from ocr.lexicon import Lexicon

# Between label and number: "nr", "n.º", "No.", a colon.
_LINK = re.compile(
    # "Rechnung des Versicherers (575) Nr.": whose it is, and its type by number, may stand between.
    r"(?:\s+(?:des|der)\s+\w+(?=\s*\())?(?:\s*\((?:\d{1,3}|[A-Z]{2,5}\.?)\))?[\s.:,#№°º—–-]*(?:(?:nr|no|n|num|numer|numero|número|number|מספר|מס'?)(?!\w)"
    # A raised "o" is read as a star, a quote or a percent sign.
    r"[.:°º*\"”’'%]*[\s.:№—–-]*)?",
    re.IGNORECASE,
)
# Letters and digits with marks inside, at least two digits; Thai numbers may begin with a short word of letters.
_THAI_ABBREVIATION = r"(?:[\u0e01-\u0e2e][\u0e34-\u0e3a\u0e47-\u0e4e]?[ ]?){1,3}"
# "Agreement for the hire of cars no.": what it is about may stand between.
_FAR_LINK = re.compile(
    r"(?P<about>(?:[ \n]+\(?[^\W\d_]+\)?){1,6})[ \n]+"
    r"(?:(?:nr|no|num|numer|numero|número|number|מספר|מס'?)(?!\w)|n(?=[.°º]))"
    r"[.:°º]*(?:[ \n]*[№°º:])*[ \n]*|(?P<about_too>(?:[ \n]+[^\W\d_]+){1,3})[ \n]*№[ \n]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?:{_THAI_ABBREVIATION}\.?[ ]?(?=\d))?"
    r"(?=[^\s,;()]*(?:/\n)?\d[^\s,;()]*\d)[^\W_](?:[\w\u0e01-\u0e4e./–-]|(?<=[/-])\n)*[^\W_](?!\w)",
)
# "Payable to account number GB72 ...": an IBAN is no number of a paper.
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){3}")
_DATE = re.compile(r"^(?:[0-2]?\d|3[01])([./-])(?:[0-2]?\d|3[01])\1\d{4}$")
_AMOUNT = re.compile(r"^\d{1,3}(?:[.,]\d{3})*[.,]\d{2,3}$")
# A number that goes on in the next line after a stroke.
_BROKEN = re.compile(r"(?<=[/-])\n")
_ALONE = re.compile(
    r"^(?:nr|no|n|№|n[uú]mero|number|nummer|numer|מס'|מס׳|מספר)[.:º°]*\s+(?P<id>\S*\d\S*\d\S*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER_SIGN = re.compile(
    r"^(?:nr|no|n|num|numero|número|number|numer|номер|№|מס'?|מספר|เลขที่)[.:º°]*$", re.IGNORECASE
)
# "Contrato de arrendamiento RM/23/5512": what it is about, and a number that only a number can be.
_ABOUT = re.compile(r"(?P<about>(?:[ \n]+[^\W\d_\u0e00-\u0e7f]+){1,3})[ \n]+(?=[A-ZА-Я\d][\w.]*[/-]\S*\d)")
_RED_REACH = 20
_BANK_REACH = 48
_HEAD = 0.35
_THAI_NUMBER = fold("เลขที่").text
# What follows the number of a house, which has the same word as that of a paper.
_THAI_HOUSE = re.compile(r"\s*(?:ถนน|ถ\.|หมู่|ม\.|ซอย|ซ\.|แขวง|ตำบล|ต\.|อาคาร|ชั้น|ตรอก|ห้อง)")
_GERMAN_NOUNS = ("rechnung", "vertrag", "gutschrift")
_THAI_PREFIX = re.compile(rf"^{_THAI_ABBREVIATION}(?:\.| )[ .]*(?=\d)")
_THAI_GAP = re.compile(r"(?<=[\u0e01-\u0e2e])\s(?=[\u0e01-\u0e2e])")
# Forms that are known, and what a scan makes of them.
_REPAIRS = (
    # An English claim number has a letter, two digits, two letters, three digits: zero is read as "O0".
    (re.compile(r"^([A-HJ-NP-Z])[O0](\d{2}[A-Z]{2}\d{3})$"), r"\1\2"),
    # The division and the register of a Polish case, run into its number.
    (re.compile(r"^([IVX]{1,5}\s+(?:Nc-e|GNc|Nc|GCo|GC|Cupr|Co|C))(?=\d)"), r"\1 "),
    # A capital I before a letter and digits is read as a one.
    (re.compile(r"^[1l|](?=[A-Z]\d{3}|V\d)"), "I"),
    # The court's number in a Russian case: "А76-".
    (
        re.compile(r"^([АA])([\dЗОб]{2})(?=-\d)"),
        lambda match: "А" + match[2].translate(str.maketrans("ЗОб", "306")),
    ),
)
_TOO_LONG = 40
# "מס'": the mark of a word cut short, which folding takes off the label.
_SHORTENED = ("'", "׳", "’")
_GROUPED = re.compile(
    r"[A-ZÄÖÜĄĆŁŚŹŻ]{1,5}[ \n](?=\d+[/-]\d)\d{1,7}(?:[/-][A-Z\d]+)+(?!\w)"
    r"|(?:[A-ZÄÖÜ]{1,4}(?:-[A-Z]{1,4})? (?=\d{4})\d+(?:[/-]\d+)?|\d{1,6}(?= \d))(?: \d{2,6}){0,6}"
    r"(?=\s*(?:$|[\n\t,;)]|(?:vom|v\.|от|dated|of|del|z|der|des|bei|mit|with|con)\s))"
)
_FEWEST_GROUPED, _FEWEST_STROKED = 6, 3
_INITIALS = re.compile(
    r"(?<=\d)(?: [A-Za-z]{1,3}(?:[-/][A-Za-z]{1,3})?| [A-Z]\d{1,2})(?: [a-z]{1,3})?(?=\s*(?:$|[\n\t]))"
)
"""Who keeps the file, behind its number at the end of the line: "0388/25 br-k", "1127/25 D05 ck"."""
_FEWEST_GROUPED = 6
_ACCOUNT = re.compile(r"^[34]\d{19}$")
"""A Russian account: the word for one is that for an invoice."""


def find_numbers(cells: Cells, words: Lexicon, names: Sequence[str]) -> Iterator[tuple[str, Candidate]]:
    """Field names with their numbers, in the order of the text for each name."""
    flow = cells.flow
    if names[:1] in (("contract_number",), ("invoice_number",)):
        yield from ((names[0], found) for found in _headed(cells, names[0]))
    for name in names:
        for pattern in words.patterns.get(name, ()):
            found = sorted(
                re.finditer(pattern, flow.text), key=lambda match: not _decided(flow, match.start())
            )
            for match in found:
                yield (
                    name,
                    Candidate(flow, match.start(), match.end(), _told(flow, match[0]), f"{name}: form", 0.92),
                )
    views = [(view, fold(view.text)) for view in flow.views()]
    for name in names:
        others = {
            label.split(" ")[0]
            for other, labels in words.numbers.items()
            if other != name
            for label in labels
        }
        longer = [label for other, labels in words.numbers.items() if other != name for label in labels]
        for view, folded in views:
            for label in words.numbers.get(name, ()):
                yield from (
                    (name, found) for found in _after(cells, view, folded, label, name, others, longer)
                )


def _headed(cells: Cells, name: str) -> Iterator[Candidate]:
    """The number that stands alone on a line near the head, or under "No.": of a contract or an invoice, its own."""
    flow = cells.flow
    for cell in cells.all:
        alone = _ALONE.match(cell.text) if cell.middle < _HEAD else None
        if alone is not None:
            start, end = cell.start + alone.start("id"), cell.start + alone.end("id")
            yield Candidate(flow, start, end, alone["id"], f"{name}: alone", 0.85)
        if cell.middle < _HEAD and _NUMBER_SIGN.match(cell.text):
            below = cells.below(cell)
            number = None if below is None else _number_at(flow.text, below.start)
            if number is not None:
                value, length = _value(number)
                end = number.start() + length
                yield Candidate(flow, number.start(), end, value, f"{name}: beneath “{cell.text}”", 0.8)


def _after(
    cells: Cells,
    view: View,
    folded: Folded,
    label: str,
    name: str,
    others: Collection[str],
    longer: Sequence[str],
) -> Iterator[Candidate]:
    place = folded.text.find(label)
    # "Tenancy reference" is the number of a contract, though it ends as that of a letter does.
    longer = [other for other in longer if other.endswith(f" {label}")]
    while place >= 0:
        stop = place + len(label)
        if any(folded.text.endswith(other, 0, stop) for other in longer):
            place = folded.text.find(label, place + 1)
            continue
        begin = folded.origin[stop - 1] + 1
        while unicodedata.combining(view.text[begin : begin + 1] or " ") or view.text.startswith(
            _SHORTENED, begin
        ):
            begin += 1
        link = _LINK.match(view.text, begin)
        parted = view.text[max(0, folded.origin[place] - 1) : folded.origin[place]] in ("", "\n", "\t")
        if _whole(folded.text, place, stop, label, parted=parted) or (
            link and _compound(folded.text, place, label, link[0])
        ):
            rest = link.end() if link else begin
            match = _grouped_at(view.text, rest) or _number_at(view.text, rest)
            far = _FAR_LINK.match(view.text, begin) if match is None and " " not in label else None
            if far is None and match is None and " " not in label and label[0] < "\u0e00":
                far = _ABOUT.match(view.text, begin)
            if far is not None and not _names_another(_about(far), others):
                match = _number_at(view.text, far.end())
            if match and label == _THAI_NUMBER and _THAI_HOUSE.match(view.text, match.end()):
                match = None
            if match and (view.row is not None or _goes_on(cells, begin - 1, match.start())):
                value, length = _value(match)
                if name == "contract_number" and _of_bank(view, match.start()):
                    place = folded.text.find(label, place + 1)
                    continue
                if name == "reference" and (more := _INITIALS.match(view.text, match.start() + length)):
                    length += more.end() - more.start()
                    value = " ".join(view.text[match.start() : match.start() + length].split())
                span = view.span(match.start(), match.start() + length)
                yield Candidate(view.flow, *span, value, f"{name}: after “{label}”", 0.9)
            elif view.row is None:
                yield from _beneath(cells, begin, rest, label, name)
        place = folded.text.find(label, place + 1)


def _told(flow: Flow, text: str) -> str:
    """The number as it is printed where nothing was recognised, else tidied."""
    return " ".join(text.split()) if flow.page.source == "text" else _tidy(text)


def _decided(flow: Flow, start: int) -> bool:
    """Whether a Thai case has its red number here, which it gets when it is decided, and not its black one."""
    return "แดง" in flow.before(start, _RED_REACH)


def _about(far: re.Match[str]) -> str:
    return next((told for told in far.groupdict().values() if told), "")


def _names_another(about: str, others: Collection[str]) -> bool:
    """Whether a word between the noun and its number is one that other numbers are called by."""
    return any(word in others for word in fold(about).text.split())


def _of_bank(view: View, start: int) -> bool:
    """Whether an account is one at a bank: its sort code stands by."""
    place = view.span(start, start + 1)[0]
    nearby = view.text[max(0, start - _BANK_REACH) : start + _BANK_REACH]
    around = fold(f"{view.flow.row_before(place)} {nearby}").text
    return any(word in around for word in ("sort code", "bankleitzahl", " blz ", "bank identifier"))


def _number_at(text: str, place: int) -> re.Match[str] | None:
    match = _NUMBER.match(text, place)
    if (
        match is None
        or _IBAN.match(text, place)
        or _DATE.match(match[0])
        or _ACCOUNT.match(match[0])
        or _AMOUNT.match(match[0])
        or len(match[0]) > _TOO_LONG
    ):
        return None
    return match


def _grouped_at(text: str, place: int) -> re.Match[str] | None:
    """A number printed in groups, "5 8834 2217 09" or "AK 4471882", up to the end of what its cell or clause says."""
    match = _GROUPED.match(text, place)
    if match is None:
        return None
    # "FPR 44/25" is told from words by its stroke, groups of digits by how many they are.
    fewest = _FEWEST_STROKED if "/" in match[0] and match[0][0].isalpha() else _FEWEST_GROUPED
    return match if sum(map(str.isdigit, match[0])) >= fewest else None


def _value(match: re.Match[str]) -> tuple[str, int]:
    """The number that was found, tidied, and the length of its text, in which marks at the end do not count."""
    found = match[0].rstrip(".–-/")
    return _tidy(_BROKEN.sub("", found)), len(found)


def _goes_on(cells: Cells, label: int, number: int) -> bool:
    """Whether what stands at `number` follows what ends at `label`: beside it, or in the next line of its column.

    Of a row of headings, the last is followed by the first value beneath, which is not its own.
    """
    one, other = cells.at(label), cells.at(number)
    if one is other or one.beside(other):
        return True
    return min(one.x1, other.x1) > max(one.x0, other.x0)


def _beneath(cells: Cells, begin: int, rest: int, label: str, name: str) -> Iterator[Candidate]:
    """The number in the cell under a heading that ends with the label."""
    heading = cells.at(begin - 1)
    below: Cell | None = cells.below(heading) if rest >= heading.end else None
    match = None if below is None else _number_at(cells.flow.text, below.start)
    if match is not None:
        value, length = _value(match)
        end = match.start() + length
        yield Candidate(cells.flow, match.start(), end, value, f"{name}: beneath “{label}”", 0.88)


def _compound(folded: str, place: int, label: str, link: str) -> bool:
    """ "Handelsrechnung Nr. 7": German runs its nouns together; the word for a number shows that one is meant."""
    return label in _GERMAN_NOUNS and folded[place - 1 : place].isalpha() and "nr" in link.lower()


def _whole(folded: str, start: int, stop: int, label: str, *, parted: bool) -> bool:
    before = folded[start - 1] if start else " "
    if "\u0e00" <= label[0] <= "\u0e7f":
        # "Number" alone is that of something else where a word runs into it.
        return parted or label != _THAI_NUMBER or not "\u0e00" <= before <= "\u0e7f"
    parted_at = (count for count in (1, 2) if start == count or folded[start - count - 1] == " ")
    prefixes = next(parted_at, 0) if start else 0
    if prefixes and all(letter in HEBREW_PREFIXES for letter in folded[start - prefixes : start]):
        # "And in the invoice": up to two words are written as one with the label.
        before = " "
    after = folded[stop] if stop < len(folded) else " "
    return not before.isalnum() and not after.isalpha()


def _tidy(text: str) -> str:
    tidy = _THAI_GAP.sub("", " ".join(text.split()))
    if match := _THAI_PREFIX.match(tidy):
        # Abbreviations are consonants; what a scan sees above or under them are specks.
        dot = "." if "." in match[0] else " "
        tidy = (
            "".join(letter for letter in match[0] if "\u0e01" <= letter <= "\u0e2e")
            + dot
            + tidy[match.end() :]
        )
    for pattern, repaired in _REPAIRS:
        tidy = pattern.sub(repaired, tidy)
    return tidy
