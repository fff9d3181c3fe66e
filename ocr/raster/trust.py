"""Whether the text layer of a PDF says what the page shows."""

import re
import unicodedata

_CID = re.compile(r"\(cid:\d+\)")
_ENOUGH_THAI = 250
_THAI = re.compile(r"[\u0e01-\u0e5b]")
# What Thai orthography does not allow: two vowels above or below on one consonant, two tone marks, a mark or a
# following vowel after a space, a leading vowel before anything but a consonant. Fonts with a broken ToUnicode
# table write them.
_THAI_IMPOSSIBLE = re.compile(
    r"[\u0e31\u0e34-\u0e3a]{2}|[\u0e48-\u0e4b]{2}|(?<![\u0e01-\u0e2e\u0e31-\u0e3a\u0e48-\u0e4e])[\u0e30-\u0e3a\u0e48-\u0e4e]"
    r"|[\u0e40-\u0e44](?![\u0e01-\u0e2e])|[\u0e34-\u0e3a][\u0e32\u0e33]"
)


def unmapped(text: str) -> float:
    """The share of glyphs that no one mapped to a letter: cid numbers, replacement and private-use characters."""
    bare, cids = _CID.subn("", text)
    letters = [letter for letter in bare if letter not in " \t\r\n\u00a0"]
    bad = cids + sum(
        unicodedata.category(letter) in ("Co", "Cn", "Cc") or letter == "\ufffd" for letter in letters
    )
    return bad / max(1, cids + len(letters))


def misspelt_thai(text: str) -> float:
    """The share of Thai letters that stand where the orthography does not allow them; 0 without Thai.

    One letter in fifty is SARA AM; a page without any has lost them with their marks.
    """
    thai = len(_THAI.findall(text))
    if thai >= _ENOUGH_THAI and "\u0e33" not in text and "\u0e4d\u0e32" not in text:
        return 1.0
    return len(_THAI_IMPOSSIBLE.findall(text)) / thai if thai else 0.0
