"""Marks that scans bend, set right by the spelling of a language; and words that are no print, left out of the text.

Nothing is guessed from what other pages say, and no word is lost: the words keep all that was recognised, with its
confidence; only the running text, which people copy and search, goes without specks, rules and strokes of a pen.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ocr.values import Word

if TYPE_CHECKING:
    # The engines need numpy, which takes a while to load; most processes that tidy words recognise none.
    from ocr.engines import RecognisedWord

_NONSENSE = 0.1
# Short words and those of many marks must be surer than words that look like words; on a dusty fax, surer still.
_DOUBTFUL, _DOUBTFUL_IN_DUST = 0.5, 0.7
_LETTERS, _SHARE = 3, 0.6
_RULES = "|¦"
_SPANISH = (
    # A raised "o" or "a" after a number's or a lady's abbreviation.
    (re.compile(r"^([Nn])\.?\s?[*?”\"'%°](?=:?$)"), r"\1.º"),
    (re.compile(r"^(\d{1,3})\.[*”\"'](?=[,:;]?$)"), r"\1.º"),
    (re.compile(r"^D\.[*?”\"'%°]$"), "D.ª"),
    (re.compile(r"^[LI1]?\s?[VY]\.A\.$"), "I.V.A."),
    (re.compile(r"^N\.?[LI1]\.?F\.?(?=:?$)"), "N.I.F."),
    (re.compile(r"^C\.?[LI1]\.?F\.?(?=:?$)"), "C.I.F."),
)
_POLISH = ((re.compile(r"^[o0]\.[o0]\.(?=,?$)"), "o.o."), (re.compile(r"^[o0]\.[o0]\.,$"), "o.o.,"))
# Hebrew words that do end in a samekh; a scan reads the far commoner final mem as one.
_SAMEKH = frozenset((
    "מס", "בסיס", "כרטיס", "טופס", "נכס", "כנס", "יחס", "קנס", "פנקס", "אפס", "כיס", "פרס", "רכס",
    "הדפס", "דפוס", "גיוס", "ביסוס", "מינוס", "פלוס", "טקס", "גרוס", "נס", "גס", "הס", "חס", "כוס",
    "בוס", "סוס", "יחוס", "ניכוס", "אכלוס", "ריסוס", "דרוס", "הרס", "חרס", "טס", "רס", "אינוס", "אנס",
    "מכס", "עסיס", "רסיס", "תריס", "קמפוס", "אוטובוס", "סינוס", "וירוס",
))  # fmt: skip
# What the English model, which reads along on Thai pages, makes of the word baht after a sum.
_LIKE_BAHT = re.compile(r"^(?:um|uw|UM|Um|uM|ou)$")
_DASHED = frozenset(("de", "it", "pl"))
_PARAGRAPH = frozenset(("de", "pl"))


def spelt(words: Sequence["RecognisedWord"], language: str) -> list["RecognisedWord"]:
    """The words as their language spells them."""
    result = []
    for place, word in enumerate(words):
        following = words[place + 1].text if place + 1 < len(words) else ""
        before = words[place - 1].text if place else ""
        text = _spelt(word.text.strip(_RULES) or word.text, before, following, language)
        result.append(word if text == word.text else replace(word, text=text))
    return result


def is_print(word: Word, *, dusty: bool) -> bool:
    """Whether the word belongs into the running text: it is no rule, and as sure as a word of its looks must be.

    `dusty` says that specks or marks of the page are likely to have been read as letters, as on a fax.
    """
    if word.confidence < _NONSENSE or not word.text.strip(_RULES):
        return False
    letters = sum(letter.isalnum() for letter in word.text)
    if (letters >= _LETTERS and letters >= _SHARE * len(word.text)) or _is_thai(word.text):
        return True
    if dusty:
        return word.confidence >= _DOUBTFUL_IN_DUST
    return word.confidence >= _DOUBTFUL or any(letter.isdigit() for letter in word.text)


def _spelt(text: str, before: str, following: str, language: str) -> str:
    if language == "th" and before[-1:].isdigit() and _LIKE_BAHT.match(text):
        return "บาท"
    if text == "—" and language in _DASHED:
        return "–"
    if language in _PARAGRAPH and text in ("$", "($") and re.match(r"\d{1,4}[a-z]?\b(?![.,]\d)", following):
        return text.replace("$", "§")
    if language == "pl":
        return _replaced(text, _POLISH)
    if language == "es":
        return _replaced(text, _SPANISH)
    return _final_mem(text) if language == "he" else text


def _replaced(text: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, spelt in rules:
        text = pattern.sub(spelt, text)
    return text


def _final_mem(text: str) -> str:
    match = re.match(r"^([\"'(]*)([א-ת\"']+)ס([.,:;)\"']*)$", text)
    if match is None:
        return text
    word = match[2] + "ס"
    # In, the, to, of, as, from, and: written as one with the word.
    bare = {word, word[1:], word[2:]} if len(word) > 3 else {word, word[1:]}
    if bare & _SAMEKH or len(word) < 3:
        return text
    return f"{match[1]}{match[2]}ם{match[3]}"


def _is_thai(text: str) -> bool:
    return any("\u0e01" <= letter <= "\u0e5b" for letter in text)
