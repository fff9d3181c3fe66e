"""The court that issued a paper: the line near the head that begins as courts' names begin."""

import re
from collections.abc import Iterator, Sequence

from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.fields.thai import squeezed
from ocr.folding import fold
from ocr.lexicon import Lexicon

_HEAD = 0.5
_LONGEST = 130
_CASE_ENDING = 3
# A comma goes on to a division of the court: a number and a word, or the word itself.
_DIVISION = re.compile(
    r",\s+(?=(?:[IVXL]{1,6}|\d{1,2}\.?ª?)\s+\w+|Wydział|Sezione|Sección|Abteilung|Division|Kammer)"
)
_END = re.compile(
    r"[,;:(]|\s[–—-]\s(?=[a-zа-яё])|\.\s"
    # Who sits, and over what.
    r"|\s?คดี(?:หมายเลข|แดง|ดำ|ดํา)|\s(?:в составе|под председательством)\b"
    r"|\s(?:w (?:następującym )?składzie|w osobie|po rozpoznaniu|w sprawie|in composizione|in persona|nella persona)\b"
)
_BEFORE = re.compile(r"^(?:in the|at the|the|il|im namen des volkes|przed|w)\s+", re.IGNORECASE)
_HEBREW_IN = "ב"
_WHEREAS = fold("ด้วย").text
# "Court" or "enforcement authority" alone, where another line says which.
_BARE = 0.03
_COURT_FIRST = ("pl", "it", "es")
"""Languages in which the name of a court begins with the word for it."""
_DANGLING = ("de", "del", "of", "at", "e", "y", "di", "w")
"""Words after which the name of a court goes on in the next line, whatever room there was."""
_POLISH_DIVISION = re.compile(r"^[IVXL]{1,6}\s+Wydział", re.IGNORECASE)


def find_courts(cells: Cells, words: Lexicon, language: str) -> Iterator[tuple[Candidate, float]]:
    """Names of courts with how telling their place is, 0..1."""
    for cell in cells.all:
        if cell.middle > _HEAD or not (found := _start(cell, words.names.courts, language)):
            continue
        start = cell.start + found - 1
        end = _end(cells, cell, start)
        value = " ".join(cells.flow.text[start:end].split()).strip(" .,;:|_-–")
        value = _JUDGE.sub("", value) if language == "ru" else value
        if cells.flow.page.source == "ocr":
            value = _spelt(value, language)
        if value.startswith(_HEBREW_IN + _HEBREW_IN):
            value = value[1:]
        if len(value) > 5 and value.split()[-1:] != []:
            alone = end >= cell.end - 2
            bare = fold(value).text in words.names.courts
            yield (
                Candidate(cells.flow, start, end, value, "court: begins as a court's name", 0.95),
                (0.95 if alone else 0.85) - (_BARE if bare else 0.0),
            )


def _spelt(name: str, language: str) -> str:
    """What a scan makes of the marks in such names: the raised letter of the Spanish number, the German dash."""
    if language == "th":
        return squeezed(name)
    if language == "he":
        return name.replace("השלוס", "השלום")
    if language == "es":
        return re.sub(r"\bn\.\s?[*°'’\"”%?o0](?=\s?\d|\s)", "n.º", name)
    return name.replace(" — ", " – ") if language == "de" else name


# "Мировой судья судебного участка № 4 ... Зимина О. П.": who judges is no part of the name.
_JUDGE = re.compile(
    r"(?<=\w)[ ]+[А-ЯЁ][а-яё]+ (?:[А-ЯЁ]\. ?[А-ЯЁ]|[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(?:ич|на|ича|ны))\.?$"
)


def _start(cell: Cell, courts: Sequence[str], language: str) -> int:
    """One more than where the court's name begins in the cell; 0 where there is none."""
    text = cell.text
    lead = _BEFORE.match(text)
    offset = lead.end() if lead else 0
    folded = fold(text[offset:])
    for court in courts:
        place = folded.text.find(court)
        if place < 0 or not _ends(folded.text, place + len(court)):
            continue
        if place == 0:
            return offset + 1
        led = folded.text[:place]
        if court[0] >= "\u0e00" and (led[-1] in " 0123456789" or led.endswith(_WHEREAS)):
            # Behind the number of a Thai case stands the court that decided it.
            return offset + folded.back(place, place + 1)[0] + 1
        # "Leninsky District Court of Perm", "Northampton County Court": the name runs before the word.
        if (
            language not in _COURT_FIRST
            and place < 60
            and len(folded.text) < 80
            and folded.text[place - 1] == " "
            and _capitals(text[offset:])
        ):
            return offset + 1
    return 0


def _ends(folded: str, stop: int) -> bool:
    """Whether the word for a court ends here but for a case ending: "суд" does not begin "судебный приказ"."""
    if "\u0e00" <= folded[stop - 1] <= "\u0e7f":
        return True
    ending = folded[stop:].partition(" ")[0]
    return len(ending) <= _CASE_ENDING


def _capitals(text: str) -> bool:
    return text[:1].isupper() and not re.search(r"[,:;]", text[:40])


def _goes_on(cells: Cells, cell: Cell, below: Cell) -> bool:
    """Whether the next line is more of the name: it was broken for want of room, and is no number and no label."""
    if _POLISH_DIVISION.match(below.text) and 0 <= below.start - cell.end <= 1:
        return True
    dangling = fold(cell.text).text.rpartition(" ")[2] in _DANGLING
    if not 0 <= below.start - cell.end <= (2 if dangling else 1) or (
        cells.wrapped(below) is not cell and not dangling
    ):
        return False
    return not re.search(r"[\d:]", below.text)


def _end(cells: Cells, cell: Cell, start: int) -> int:
    flow = cells.flow
    end = cell.end
    below = cells.below(cell)
    while below is not None and _goes_on(cells, cell, below) and end - start < _LONGEST:
        end, cell = below.end, below
        below = cells.below(cell)
    text = flow.text[start : min(end, start + _LONGEST)]
    place = 0
    while match := _END.search(text, place):
        division = _DIVISION.match(text, match.start())
        if division is None and not re.match(
            r"г\.\s|[nN]\.\s|nr\.\s|№", text[max(0, match.start() - 1) :][:4]
        ):
            return start + match.start()
        place = match.end()
    return start + len(text)
