"""Text brought to one form, in which labels are looked for: case, accents, punctuation and spaces do not count."""

import unicodedata
from dataclasses import dataclass

_QUOTES = frozenset("'\"’‘“”„«»`´״׳")
_THAI_FIRST, _THAI_LAST = "\u0e00", "\u0e7f"
# Mai ek to thanthakhat: small marks over the vowels.
_THAI_TONES = frozenset("\u0e48\u0e49\u0e4a\u0e4b\u0e4c")
HEBREW_PREFIXES = frozenset("ובהלמכש")
"""And, in, the, to, from, as, that: Hebrew writes them as one with the word that follows."""

_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad")


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text; `origin[i]` is where its i-th letter stood in the text that was folded."""

    text: str
    origin: tuple[int, ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that became `text[start:end]`."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Lower case without accents; quotes vanish, other punctuation and white space become one space each run.

    Thai keeps its vowels and loses its spaces, which carry no meaning there, and its tone marks, which scans lose.
    """
    letters: list[str] = []
    origin: list[int] = []
    for index, original in enumerate(text):
        if original in _QUOTES or original in _BIDI:
            continue
        for letter in unicodedata.normalize("NFKD", original).casefold():
            thai = _THAI_FIRST <= letter <= _THAI_LAST
            if letter in _THAI_TONES:
                continue
            if unicodedata.combining(letter) and not thai:
                continue
            # Polish and Danish strokes are letters of their own to Unicode; to a smudged scan they are accents.
            # A Hebrew final mem is a samekh to a scan.
            plain = {"ł": "l", "ø": "o", "đ": "d", "ם": "ס"}.get(letter, letter)
            if not (plain.isalnum() or thai or plain in "%№"):
                plain = " "
            if plain == " ":
                if not letters or letters[-1] == " ":
                    continue
            elif thai and letters and letters[-1] == " " and len(letters) > 1 and _is_thai(letters[-2]):
                letters.pop()
                origin.pop()
            elif plain == "ц" and letters and letters[-1] == "ы":
                # "ьщ" in a narrow print, as in "плательщик". In "рыцарь" the two are meant; but labels are folded as
                # pages are, so that words with them are found all the same.
                letters[-1], plain = "ь", "щ"
            letters.append(plain)
            origin.append(index)
    if letters and letters[-1] == " ":
        letters.pop()
        origin.pop()
    return Folded("".join(letters), tuple(origin))


def _is_thai(letter: str) -> bool:
    return _THAI_FIRST <= letter <= _THAI_LAST
