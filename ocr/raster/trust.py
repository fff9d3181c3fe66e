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

# The private letters by which Thai fonts of Windows and their heirs draw the same marks at other places, beside tall
# consonants and over vowels: the glyphs uniF700 to uniF71A, of which PDF writers take their ToUnicode tables.
_THAI_GLYPHS = str.maketrans(
    "\uf700\uf701\uf702\uf703\uf704\uf705\uf706\uf707\uf708\uf709\uf70a\uf70b\uf70c\uf70d\uf70e\uf70f\uf710\uf711\uf712"
    "\uf713\uf714\uf715\uf716\uf717\uf718\uf719\uf71a",
    "\u0e10\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e0d\u0e31\u0e4d\u0e47"
    "\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
)
# A tone mark is written after the vowel over or under its consonant, but drawn over it.
_THAI_DISORDER = re.compile(r"([\u0e48-\u0e4c])([\u0e31\u0e34-\u0e3a\u0e47\u0e4d])")


def thai_letters(text: str) -> str:
    """The text with Thai marks as Unicode has them, whatever glyphs a font drew them by."""
    return text.translate(_THAI_GLYPHS)


def thai_order(text: str) -> str:
    """The marks over and under one Thai consonant in the order of Unicode (chapter 16.1): vowel, then tone."""
    return _THAI_DISORDER.sub(r"\2\1", text)


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
