"""One form of a word: compatibility forms, case, digits, and (apart from it) diacritics."""

import unicodedata
from typing import Final

import regex

_DECIMAL = regex.compile(r"[\p{Nd}--[0-9]]", regex.V1)
_MARK = regex.compile(r"\p{M}")
_SOFT = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))

# Letters that carry a stroke or are ligatures have no decomposition in Unicode; these are the usual Latin ones.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ı": "i"}
)

_HEBREW_POINTS = range(0x0591, 0x05C8)
_ARABIC_POINTS = range(0x064B, 0x0660)
_THAI_AM_APART, _THAI_AM = "\u0e4d\u0e32", "\u0e33"


def normalise(text: str) -> str:
    """NFKC (UAX 15) and case folding; Thai, Arabic-Indic and other decimal digits as ASCII; soft hyphens gone.

    NFKC takes the Thai vowel AM apart; it is put together again, so that a word looks as dictionaries write it.
    """
    if text.isascii():
        return text.lower()
    if text.isalpha():
        # Nothing in a word of letters alone goes away, and few letters turn into something else.
        form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if form.isalpha():
            return form
    text = unicodedata.normalize("NFKC", text.translate(_SOFT)).casefold()
    text = unicodedata.normalize("NFKC", text).replace(_THAI_AM_APART, _THAI_AM)
    return _DECIMAL.sub(lambda found: str(unicodedata.decimal(found[0], found[0])), text)


def fold(form: str) -> str:
    """A normalised word without diacritics, where they are additions to a letter and not letters of their own.

    Latin marks and strokes go, Russian yo becomes ye (short i is a letter and stays), Hebrew niqqud and
    Arabic vowel points go. Thai marks are vowels and tones and stay.
    """
    if form.isascii():
        return form
    # Without marks that stand alone, each letter is folded by itself.
    return form.translate(_BY_LETTER) if form.isalpha() else _folded(form)


class _Letters(dict[int, str]):
    """What letters are folded to, filled as they come."""

    def __missing__(self, letter: int) -> str:
        folded = self[letter] = _folded(chr(letter))
        return folded


_BY_LETTER: Final = _Letters()


def _folded(form: str) -> str:
    apart = unicodedata.normalize("NFD", form)
    if not _MARK.search(apart):
        return form.translate(_LETTERS)
    kept: list[str] = []
    latin = False
    for character in apart:
        if not unicodedata.combining(character):
            latin = "LATIN" in unicodedata.name(character, "")
        elif latin or ord(character) in _HEBREW_POINTS or ord(character) in _ARABIC_POINTS:
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).replace("ё", "е").translate(_LETTERS)
