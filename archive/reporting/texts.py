"""Texts of the papers: gettext catalogues (PO files, compiled in memory), and values in a locale and zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from babel.units import format_unit

FOLDER = Path(__file__).parent / "locale"
SOURCE = "en"
_PLACE = re.compile(r"%\((\w+)\)s")
_KILO = 1000
_UTC = ZoneInfo("UTC")


@cache
def languages() -> tuple[str, ...]:
    """Languages that papers can be made in: English, and every catalogue in `locale/`."""
    return (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, slots=True)
class Texts:
    """Says texts and values in one language and zone; a language without a catalogue is answered in English."""

    language: str
    zone: ZoneInfo = _UTC

    @classmethod
    def of(cls, language: str, zone: ZoneInfo = _UTC) -> "Texts":
        """The texts of that language, or of English."""
        return cls(language if language in languages() else SOURCE, zone)

    @property
    def locale(self) -> Locale:
        """The Babel locale."""
        return Locale.parse("en_GB" if self.language == SOURCE else self.language)

    def gettext(self, message: str) -> str:
        """A text of the catalogue."""
        return str(_catalogue(self.language).gettext(message))

    def ngettext(self, one: str, many: str, count: int) -> str:
        """A text that depends on a number, with `%(n)s` filled in."""
        text = str(_catalogue(self.language).ngettext(one, many, count))
        return text.replace("%(n)s", self.number(count))

    def day(self, value: date) -> str:
        """A civil date, "21 November 2026"."""
        return format_date(value, "d MMMM y", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """An instant in the reader's zone to the second, "21 Nov 2026, 09:14:05 UTC+01:00"."""
        return f"{self.second(value)} {self.offset(value)}"

    def minute(self, value: datetime) -> str:
        """An instant in the reader's zone to the minute, "21 Nov 2026, 09:14"."""
        return format_datetime(value, "d MMM y, HH:mm", tzinfo=self.zone, locale=self.locale)

    def second(self, value: datetime) -> str:
        """An instant in the reader's zone to the second, "21 Nov 2026, 09:14:05"."""
        return format_datetime(value, "d MMM y, HH:mm:ss", tzinfo=self.zone, locale=self.locale)

    def offset(self, value: datetime) -> str:
        """How far the reader's zone is from UTC then, "UTC+01:00"."""
        text = value.astimezone(self.zone).strftime("%z")
        return "UTC" if text == "+0000" else f"UTC{text[:3]}:{text[3:]}"

    def number(self, value: int) -> str:
        """A number with the locale's separators."""
        return format_decimal(value, locale=self.locale)

    def size(self, value: int) -> str:
        """A number of bytes in the largest decimal unit that leaves it at one or more, "1.1 MB"."""
        shown, unit = float(value), "byte"
        for name in ("kilobyte", "megabyte", "gigabyte"):
            if shown < _KILO:
                break
            shown, unit = shown / _KILO, name
        return format_unit(round(shown, 1), unit, length="short", locale=self.locale)


def places(message: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text with `%(name)s` in it: (words, False), or (the name of a place, True)."""
    position = 0
    for found in _PLACE.finditer(message):
        if found.start() > position:
            yield message[position : found.start()], False
        yield found[1], True
        position = found.end()
    if position < len(message):
        yield message[position:], False
