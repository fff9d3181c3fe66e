"""Thai names: companies between their legal forms, persons behind their titles, whatever gaps a scan has seen.

Thai has no spaces between words; those between a first and a last name, or a name and its form, are the only ones here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ocr.fields.flow import Flow

# A word begins with a consonant or a vowel that is written before one.
_FIRST = re.compile(r"[\u0e01-\u0e2e\u0e40-\u0e44]")
# Vowels that are written before a consonant, and the short one between two, end no word.
_NEVER_LAST = re.compile(r"[\u0e31\u0e40-\u0e44 ]")
_FIGURE = re.compile(r"(?<=\s)\d(?=\s|$)")
_LETTER = re.compile(r"[\u0e01-\u0e4e]")
_COMPANY = re.compile(
    r"(?P<form>บริษัท|ธนาคาร)(?!ฯ)(?P<name>(?:(?!บริษัท|ธนาคาร|บัญชี|เลขที)(?:[^\d,:()\n]|(?<=\s)\d{1,4}(?=\s)|\([^()\d\n]{2,24}\))){2,70}?)"
    r"จ(?:ำ|ํา|ํ|า)[กคถ]ั?ด\s?(?P<public>\(\s?มหาชน\s?\))?"
    r"|(?P<limited>ห้างหุ้นส่วนจ(?:ำ|ํา)กัด)(?P<partners>[\u0e01-\u0e4e]{3,40})"
    r"|(?P<short>บจก\s?\.|บมจ\s?\.|หจก\s?\.)(?P<called>\s?[^\d,:;\n]{3,44}?)(?=[,:;\d\n\t]|เลข|\s\(|$|โดย|ได้|ซึ|เป็น|โจทก|จำเลย)"
)
# Not the second half of a lawyer or an employer, whose words have the same letters.
_PERSON = re.compile(
    r"(?<!ท)(?P<title>นางสาว|นาย|นาง|น\.ส\.|ว่าที่ร้อย(?:ตรี|โท|เอก)(?:หญิง)?|ดร\.)"
    r"(?!ความ|จ้าง|ทะเบียน|อำเภอ|ประกัน)(?P<name>[\u0e01-\u0e4e]{4,44})"
    r"|(?<!ขอบ)(?<!พระ)(?P<courtesy>คุณ)(?!นาย|นาง|ภาพ|สมบัติ|ได้|จะ|สามารถ|มี|ต้อง|ชำระ|ค้าง|เป็น)(?P<called>[\u0e01-\u0e4e]{4,44})"
)
_LIKE, _WIDE = 0.8, 0.26
_OF_FIRST = ("บริหารสินทรัพย์", "บริหารสินทรัพย")
"""What the names of asset managers begin with, behind which most have a space."""
# What runs into a name from behind.
_BEHIND = re.compile(
    r"เลขประ|ถือบัตร|ถือหนังสือ|เกิดวัน|หมายเลข|เลขที|เลขบัตร|อยู|ซึ|จำเลย|จําเลย|โจทก|ที่อยู|ทีอยู|บัตร|อายุ|ผู|บัญชี|ตาม|ได้|เป็น|ชำระ|ในฐานะ|ลูกหนี|ให้|และ|กับ"
)
# Endings of names that are written with a mark which scans lose.
_MARKS = (
    (re.compile(r"ศักดิ(?!์)"), "ศักดิ์"),
    (re.compile(r"พันธุ(?!์)"), "พันธุ์"),
    (re.compile(r"ทรัพย(?!์|า)"), "ทรัพย์"),
)


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text without the spaces between Thai letters; `origin[i]` is where its i-th letter stood."""

    text: str
    origin: tuple[int, ...]


@lru_cache(maxsize=4)
def squeeze(text: str) -> Squeezed:
    """The text without spaces between Thai letters, and the way back."""
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        if (
            letter in " \n"
            and letters
            and _LETTER.match(letters[-1])
            and _LETTER.match(text[place + 1 : place + 2])
        ):
            continue
        letters.append(letter)
        origin.append(place)
    return Squeezed("".join(letters), tuple(origin))


def squeezed(text: str) -> str:
    """The text without spaces between Thai letters."""
    return squeeze(text).text


def companies(flow: Flow) -> Iterator[tuple[int, int, str]]:
    """Companies as start and end in the flow, and spelling."""
    text = squeeze(flow.text)
    for match in _COMPANY.finditer(text.text):
        start, end = text.origin[match.start()], text.origin[match.end() - 1] + 1
        if match["limited"]:
            partners = match["partners"]
            line = flow.text[start:].partition("\n")[0]
            if flow.page.source == "text" and start + len(line) < end:
                # The name ends with its line, whatever Thai word begins the next.
                end = start + len(line.rstrip())
                partners = squeezed(line).removeprefix(match["limited"]).strip()
            yield start, end, f"ห้างหุ้นส่วนจำกัด {partners}"
            continue
        if match["short"]:
            # Nothing but the line ends such a name.
            printed = flow.text[start:end].partition("\n")[0].rstrip()
            called = " ".join(printed.split())
            if flow.page.source != "text":
                own = range(match.start("called"), match.end("called"))
                inside = [place for place in own if text.origin[place] < start + len(printed)]
                called = f"{match['short'][:3]}. {_spaced(flow, text, inside[0], inside[-1] + 1)}"
            yield start, start + len(printed), called
            continue
        name = _spaced(flow, text, match.start("name"), match.end("name")).strip(" .-")
        if flow.page.source == "text":
            # Spaces inside the name are its own where nothing was recognised.
            name = " ".join(
                flow.text[text.origin[match.start("name")] : text.origin[match.end("name") - 1] + 1].split()
            )
        # A bank's name follows its word without a space.
        form = "บริษัท " if match["form"] == "บริษัท" else "ธนาคาร"
        yield start, end, f"{form}{_marked(name)} จำกัด" + (" (มหาชน)" if match["public"] else "")


def persons(flow: Flow) -> Iterator[tuple[int, int, str]]:
    """Persons as start and end in the flow, and spelling: the widest gap parts the first name from the last."""
    text = squeeze(flow.text)
    for match in _PERSON.finditer(text.text):
        # "Khun" is a courtesy and no part of the name.
        named = match.start("name") if match["title"] else match.start("called")
        start, last = match.start() if match["title"] else named, match.end()
        behind = _BEHIND.search(text.text, named + 4, match.end())
        if behind:
            last = behind.start()
        line_end = flow.text.find("\n", text.origin[match.start()])
        while line_end >= 0 and last > match.start() and text.origin[last - 1] > line_end:
            last -= 1
        parting = _widest_gap(flow, text, named + 2, last - 2)
        if last - named < 4 or parting is None:
            continue
        first, family = text.text[start:parting], text.text[parting:last]
        yield text.origin[start], text.origin[last - 1] + 1, _marked(f"{first} {family}")


def _spaced(flow: Flow, text: Squeezed, start: int, end: int) -> str:
    """The squeezed text there with the spaces that are about as wide as those on both sides of it.

    A recognised page has many that are none, between letters of one word.
    """
    gaps = {
        place: gap for place in range(start, end + 1) if (gap := _gap_before(flow, text, place)) is not None
    }
    around = [gaps[place] for place in (start, end) if place in gaps]
    first = flow.page.words[flow.words(text.origin[start], text.origin[start] + 1)[0]].box
    wide = _WIDE * (first.y1 - first.y0) * flow.page.height / max(1, flow.page.width)
    least = max(wide, _LIKE * max(around, default=float("inf")))
    parts = ""
    for place in range(start, end):
        begins = _FIRST.match(text.text[place]) and not _NEVER_LAST.match(text.text[place - 1])
        if parts.endswith(_OF_FIRST) and begins and gaps.get(place, 0.0) >= least:
            parts += " "
        parts += text.text[place]
    # A figure alone is a speck between letters.
    return " ".join(_FIGURE.sub(" ", parts).split())


def _gap_before(flow: Flow, text: Squeezed, place: int) -> float | None:
    """How wide the gap is between the words in which this letter and the one before it stand, if in two of a line."""
    if not 0 < place < len(text.origin):
        return None
    (left, *_), (right, *_) = (flow.words(text.origin[at], text.origin[at] + 1) for at in (place - 1, place))
    one, other = flow.page.words[left], flow.page.words[right]
    return other.box.x0 - one.box.x1 if left != right and one.line == other.line else None


def _widest_gap(flow: Flow, text: Squeezed, start: int, end: int) -> int | None:
    """Before which letter of the squeezed text the widest gap between two words lies."""
    best: tuple[float, int] | None = None
    for place in range(start, end):
        if not _FIRST.match(text.text[place]):
            continue
        (left, *_), (right, *_) = (
            flow.words(text.origin[at], text.origin[at] + 1) for at in (place - 1, place)
        )
        if left != right:
            gap = flow.page.words[right].box.x0 - flow.page.words[left].box.x1
            if best is None or gap > best[0]:
                best = gap, place
    return best[1] if best else None


def _marked(name: str) -> str:
    for pattern, spelt in _MARKS:
        name = pattern.sub(spelt, name)
    return name
