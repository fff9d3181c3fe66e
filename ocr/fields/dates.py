"""Dates in eight languages: numbers, names of months from CLDR, Buddhist years."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process

from ocr.fields.candidate import Candidate
from ocr.fields.digits import western
from ocr.fields.flow import Flow
from ocr.fields.spelt_dates import spelt_dates
from ocr.fields.thai import squeeze
from ocr.folding import fold

_BUDDHIST_OFFSET = 543
_FIRST_BUDDHIST, _LAST_BUDDHIST, _BUDDHIST_CENTURY = 2440, 2643, 2500
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SIMILAR = 78.0
SHORT_YEAR = "date: short year"
# Thai months are shortened to two consonants: "ก.ย.".
_SHORTEST = {"th": 2}

# A Hebrew preposition is joined to a date by a hyphen.
_NUMERIC = re.compile(r"(?:(?<=[א-ת]-)|(?<![\d/.-]))(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?![\d/])")
# A year of two digits; day and month have theirs, or it might be any number in parts.
_SHORT = re.compile(r"(?<![\d/.,-])(\d{2})([./])(\d{2})\2(\d{2})(?![\d/%]|[.,-]\d)")
# Papers leave out noughts: "11.5.25", "9/5/68".
_SHORTER = re.compile(r"(?:(?<=[א-ת]-)|(?<![\d/.,-]))(\d{1,2})([./])(\d{1,2})\2(\d{2})(?![\d/%]|[.,-]\d)")
_WITHOUT_NOUGHTS = ("he", "th", "en", "es", "de")
_THIS_CENTURY = 60
_ISO = re.compile(r"(?<![\d/.-])(\d{4})([-/.])(\d{2})\2(\d{2})(?![\d/.-]\d|\d)")
# "30-Apr-2025", "03/mar/25".
_DASHED = re.compile(r"(?<![\w/.-])(\d{1,2})([-/.])([^\W\d_]{3,10})\.?\2(\d{4}|\d{2})(?![\w/-]|\.\d)")
# Day, perhaps "." or "de", a word, perhaps "de" or an era, a year.
_NAMED = re.compile(
    r"(?<![\d/.-])(\d{1,2})(?:st|nd|rd|th|º|°)?\.?[\"”“»>]?\s+(?:de\s+|(?:day\s+)?of\s+|เดือน\s*|[בל]?חודש\s+)?([^\W\d_][^\W\d_\u0e31\u0e34-\u0e4e]*"
    r"[^\s\d]*?)\s?\.?,?\s*(?:del?\s+|พ\s?\.\s?ศ\s?\.\s*|พุทธศักราช\s*)?(\d{4})(?!\d)"
)
# "5 ก.ย. 68", as banks print it.
_THAI_SHORT = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s*(เ?[ก-ฮ][\u0e34\u0e35]?)\s?\.\s?([ก-ฮ])\s?\.?\s*(?:พ\.ศ\.\s*)?(\d{4}|\d{2})(?!\d)"
)
# The Buddhist era, where it has run into the name of the month.
_ERA = re.compile(r"(?:พุทธศักราช|พ\s?\.?\s?ศ\s?\.?)$")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,\s+(\d{4})(?!\d)")


def find_dates(flow: Flow, language: str) -> Iterator[Candidate]:
    """Every date on the page; values are ISO 8601 in the common era."""
    text = western(flow.text)
    if language == "th":
        # A scan has gaps in the middle of words.
        found = squeeze(flow.text)
        for candidate in _in_text(flow, western(found.text), language):
            start, end = found.origin[candidate.start], found.origin[candidate.end - 1] + 1
            yield replace(candidate, start=start, end=end)
        return
    yield from _in_text(flow, text, language)


def _in_text(flow: Flow, text: str, language: str) -> Iterator[Candidate]:
    for match in _ISO.finditer(text):
        yield from _candidate(flow, match.span(), match[1], match[3], match[4], "date: year-month-day", 0.97)
    for match in _NUMERIC.finditer(text):
        day, month = match[1], match[3]
        if int(month) > 12 and language == "en":
            day, month = month, day
        yield from _candidate(flow, match.span(), match[4], month, day, "date: numbers", 0.95)
    for match in _DASHED.finditer(text):
        if number := month_number(match[3], language):
            year = match[4] if len(match[4]) > 2 else f"20{match[4]}"
            yield from _candidate(
                flow, match.span(), year, str(number), match[1], "date: name of the month", 0.95
            )
    for match in (_SHORTER if language in _WITHOUT_NOUGHTS else _SHORT).finditer(text):
        century = 2000 if int(match[4]) < _THIS_CENTURY else 1900
        year = str((_BUDDHIST_CENTURY if language == "th" else century) + int(match[4]))
        yield from _candidate(flow, match.span(), year, match[3], match[1], SHORT_YEAR, 0.85)
    for match in _NAMED.finditer(text):
        number = month_number(_ERA.sub("", match[2]) or match[2], language)
        if number:
            yield from _candidate(
                flow, match.span(), match[3], str(number), match[1], "date: name of the month", 0.95
            )
    yield from _as_written_there(flow, text, language)


def _as_written_there(flow: Flow, text: str, language: str) -> Iterator[Candidate]:
    """Dates in forms that one language has: with the month first, in words, with Thai months shortened."""
    if language == "en":
        for match in _MONTH_FIRST.finditer(text):
            number = month_number(match[1], language)
            if number:
                yield from _candidate(
                    flow, match.span(), match[3], str(number), match[2], "date: name of the month", 0.95
                )
    if language == "es":
        for span, *told in spelt_dates(text, lambda word: month_number(word, language)):
            year, month, day = map(str, told)
            yield from _candidate(flow, span, year, month, day, "date: in words", 0.93)
    if language == "th":
        for match in _THAI_SHORT.finditer(text):
            number = month_number(match[2] + match[3], language)
            whole = _NAMED.match(text, match.start())
            if number and not (whole and month_number(whole[2], language)):
                year = match[4] if len(match[4]) > 2 else str(_BUDDHIST_CENTURY + int(match[4]))
                yield from _candidate(
                    flow, match.span(), year, str(number), match[1], "date: name of the month", 0.95
                )


def month_number(word: str, language: str) -> int | None:
    """The month (1..12) that this word names in that language or in English, smudged letters allowed."""
    folded = fold(word).text
    if len(folded) < _SHORTEST.get(language, 3):
        return None
    for code in (language, "en"):
        names = _months(code)
        if folded in names:
            return names[folded]
        if code == "he" and folded[1:] in names:
            return names[folded[1:]]
    names = _months(language)
    best = process.extractOne(folded, list(names), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return names[best[0]] if best and len(folded) >= 4 else None


@cache
def _months(language: str) -> dict[str, int]:
    """Folded names of months, in every form and width that CLDR knows of more than two letters."""
    locale = Locale.parse(language)
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                folded = fold(name).text
                if len(folded) >= _SHORTEST.get(language, 3):
                    names.setdefault(folded, number)
                    if language == "he":
                        # "in March" is written as one word.
                        names.setdefault("ב" + folded, number)
    return names


def _candidate(
    flow: Flow, span: tuple[int, int], year: str, month: str, day: str, rule: str, certainty: float
) -> Iterator[Candidate]:
    number = int(year)
    if _FIRST_BUDDHIST <= number <= _LAST_BUDDHIST:
        number -= _BUDDHIST_OFFSET
        rule += ", Buddhist year"
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        return
    try:
        date = dt.date(number, int(month), int(day))
    except ValueError:
        return
    yield Candidate(flow, *span, date.isoformat(), rule, certainty)
