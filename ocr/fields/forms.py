"""Legal forms: where a company's name ends or begins, and how the form is written where a scan bent it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ocr.folding import fold

# What a scan gives for these letters; only inside a legal form, whose spelling is known.
_LOOKS_LIKE = {
    "o": "oO0°",
    "O": "oO0",
    "S": "S5$",
    "s": "s5S",
    "l": "lI1|",
    "I": "Il1|",
    "z": "z2Z",
    "Z": "Z2z",
    "B": "B8",
}
_QUOTES = "\"'״׳“”„’`"
_SHORT = 3
INTERNATIONAL = (
    "Ltd.", "Ltd", "Limited", "plc", "LLP", "LLC", "Inc.", "GmbH", "AG", "SE", "S.A.", "S.p.A.", "S.r.l.", "S.L.",
    "S.à r.l.", "SARL", "SAS", "B.V.", "N.V.", "s.r.o.", "a.s.", "Kft.", "Zrt.", "OÜ", "UAB", "SIA", "AB", "A/S", "Oy",
    "Sp. z o.o.",
)  # fmt: skip
"""Forms of companies from elsewhere, met on the papers of every country."""


@dataclass(frozen=True, slots=True)
class Form:
    """A legal form in a text, and its proper spelling."""

    start: int
    end: int
    spelling: str


def trailing_forms(text: str, forms: tuple[str, ...]) -> Iterator[Form]:
    """Where legal forms stand that end a name, the longest first at each place."""
    if not forms:
        return
    for match in _pattern(forms).finditer(text):
        printed = " ".join(match[0].split())
        yield Form(match.start(), match.end(), _spelling(printed, forms))


@cache
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<![^\s,(])(?:" + "|".join(_loose(form) for form in forms) + r")(?!\w)")


def _loose(form: str) -> str:
    letters = sum(letter.isalpha() for letter in form)
    parts = []
    for letter in form:
        if letter == ".":
            parts.append(r"[.,]?\s?")
        elif letter == " ":
            parts.append(r"\s{0,2}")
        elif letter in _QUOTES:
            parts.append(f"[{_QUOTES}]{{1,2}}")
        elif letter in _LOOKS_LIKE:
            # Court orders print the parties in capitals: "S.R.L.".
            parts.append(f"[{_LOOKS_LIKE[letter]}{letter.upper() if form[0].isupper() else ''}]")
        elif letter.isalpha() and letter.lower() != letter.upper():
            loose = letters > _SHORT or (letter.islower() and form[0].isupper())
            parts.append(f"[{letter.lower()}{letter.upper()}]" if loose else letter)
        else:
            parts.append(re.escape(letter))
    # A mark or space that ends the form is part of it only where the form is written with it.
    if parts[-1] == r"[.,]?\s?":
        parts[-1] = r"\.?"
    return "".join(parts)


def _spelling(printed: str, forms: tuple[str, ...]) -> str:
    if printed in forms or (printed.isupper() and printed in (form.upper() for form in forms)):
        return printed
    key = _key(printed)
    same = [form for form in forms if _key(form) == key]
    if not same:
        return printed
    dots = printed.count(".")
    return min(same, key=lambda form: (abs(form.count(".") - dots), form))


def _key(form: str) -> str:
    bare = fold(form).text.replace(" ", "")
    return bare.translate(str.maketrans("05$12|", "osslzl")).replace("i", "l")
