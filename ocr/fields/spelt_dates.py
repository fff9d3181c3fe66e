"""Dates in words, as Spanish courts and notaries write them: "nueve de junio de dos mil veinticinco"."""

import re
from collections.abc import Callable, Iterator

from ocr.folding import fold

_UNITS = ("", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_TEENS = (
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
)
_TENS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")


def _numbers() -> dict[str, int]:
    words = {word: number for number, word in enumerate(_UNITS) if word}
    words |= {word: 10 + number for number, word in enumerate(_TEENS)}
    words |= {"veinte": 20, "primero": 1, "un": 1}
    words |= {f"veinti{word}": 20 + number for number, word in enumerate(_UNITS) if word}
    for ten, word in enumerate(_TENS, start=3):
        words[word] = 10 * ten
        words |= {f"{word} y {unit}": 10 * ten + number for number, unit in enumerate(_UNITS) if unit}
    return words


_NUMBERS = _numbers()
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_SPELT = re.compile(
    rf"(?<!\w)({_NUMBER}) (?:dias )?de ([a-z]{{4,10}}) de(?:l ano)? dos mil(?: ({_NUMBER}))?(?!\w)"
)


def spelt_dates(
    text: str, month_of: Callable[[str], int | None]
) -> Iterator[tuple[tuple[int, int], int, int, int]]:
    """The span of each in the text, its year, month and day; `month_of` knows the names of months."""
    folded = fold(text)
    for match in _SPELT.finditer(folded.text):
        month = month_of(match[2])
        if month is not None:
            year = 2000 + _NUMBERS.get(match[3] or "", 0)
            yield folded.back(*match.span()), year, month, _NUMBERS[match[1]]
