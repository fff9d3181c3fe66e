"""Identifiers as people type them: whole, by their tail, by any part, and as a scanner bent them."""

from string import ascii_lowercase

import regex
from stdnum import iban as _iban

from search.analysis.folding import fold, normalise

_NOT_PLAIN = regex.compile(r"[^\p{L}\p{N}]+")
_DATE = regex.compile(r"\d{1,2}[.\-/]\d{1,2}[.\-/](?:\d{4}|\d{2})|\d{4}[.\-/]\d{1,2}[.\-/]\d{1,2}")
_SHAPES = str.maketrans(
    {"o": "0", "q": "0", "l": "1", "i": "1", "|": "1", "s": "5", "b": "8", "z": "2", "g": "6"}
)

_IBAN = regex.compile(r"[a-z]{2}[0-9]{2}[a-z0-9]{11,30}")
_VALUES = {ord(letter): str(number) for number, letter in enumerate(ascii_lowercase, start=10)}

GRAM = 4
TAILS = range(4, 9)
BREAK = "\u00b6"
"""Stands between identifiers in the gram field, so that no phrase runs from one into the next."""


def identifier_form(text: str) -> str:
    """Letters and digits only, normalised and folded: `PL 61 1090 ...` and `pl61-1090...` are one."""
    return _NOT_PLAIN.sub("", fold(normalise(text)))


def looks_like_identifier(raw: str, form: str) -> bool:
    """Whether a token of a page is worth keeping as an identifier: six characters, three digits, no date."""
    return len(form) >= 6 and sum(map(str.isdigit, form)) >= 3 and not _DATE.fullmatch(raw)


def may_be_part_of_identifier(form: str) -> bool:
    """Whether a token of a query may mean an identifier or a piece of one: four characters, three digits."""
    return len(form) >= GRAM and sum(map(str.isdigit, form)) >= 3


def is_iban(form: str) -> bool:
    """Whether the check digits of ISO 13616 hold, and the number is built as its country's are."""
    return bool(_IBAN.fullmatch(form)) and _remainder(form) == 1 and bool(_iban.is_valid(form))


def _remainder(form: str) -> int:
    """Of division by 97, letters being numbers from 10 up (ISO 7064): nearly all others are told apart so, quickly."""
    return int((form[4:] + form[:4]).translate(_VALUES)) % 97


def skeleton(form: str) -> str:
    """The form with what OCR confuses folded together: 0OQ, 1lI|, 5S, 8B, 2Z, 6G, rn and m."""
    return form.replace("rn", "m").translate(_SHAPES)


def tails(form: str) -> tuple[str, ...]:
    """The last four to eight characters, as they are read out over the telephone."""
    return tuple([form[-length:] for length in TAILS if length < len(form)])


def grams(form: str) -> tuple[str, ...]:
    """The four-character pieces of the skeleton in order: any part of four or more is a phrase of them."""
    shape = skeleton(form)
    return tuple([shape[at : at + GRAM] for at in range(max(1, len(shape) - GRAM + 1))])
