"""Texts on screens: gettext catalogues (PO files, compiled in memory), and values in the reader's locale and zone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_group_symbol
from babel.support import NullTranslations, Translations
from babel.units import format_unit

from api.languages import DEFAULT, FOLDER, MIRRORED, languages

BYTES = 1000
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ISOLATE, _ISOLATED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_NARROW = "\N{NARROW NO-BREAK SPACE}"


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; English is the source text itself."""
    path = FOLDER / f"{language}.po"
    if language == DEFAULT or language not in languages():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language if language != MIRRORED else None)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def choose_language(wanted: str | None, accepted: str) -> str:
    """The account's language, else the best of an Accept-Language header, else English."""
    for entry in [wanted or "", *(part.split(";")[0] for part in accepted.split(","))]:
        code = entry.strip().lower().split("-")[0]
        if code in languages():
            return code
    return DEFAULT


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says values in one language and zone."""

    language: str
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        """The Babel locale; a test language counts as English."""
        try:
            return Locale.parse(self.language)
        except (UnknownLocaleError, ValueError):
            return Locale.parse(DEFAULT)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`; the mirrored test language `qps` is right to left."""
        return "rtl" if self.language == MIRRORED else str(self.locale.text_direction)

    def day(self, value: date | None) -> str:
        """A civil date, "21 Nov 2026"."""
        return self._apart(format_date(value, "d MMM y", locale=self.locale)) if value else ""

    def moment(self, value: datetime | None) -> str:
        """An instant in the reader's zone, "21 Nov 2026, 09:14 UTC+01:00"."""
        if value is None:
            return ""
        shown = format_datetime(value, "d MMM y, HH:mm", tzinfo=self.zone, locale=self.locale)
        return self._apart(f"{shown}{_NO_BREAK}{self.offset(value)}")

    def offset(self, value: datetime) -> str:
        """How far the reader's zone is from UTC then, as reports say it: "UTC", "UTC+01:00"."""
        text = value.astimezone(self.zone).strftime("%z")
        return "UTC" if text == "+0000" else f"UTC{text[:3]}:{text[3:5]}"

    def day_of(self, value: datetime | None) -> str:
        """The civil date of an instant in the reader's zone."""
        return self.day(value.astimezone(self.zone).date()) if value else ""

    def same_day(self, value: datetime, now: datetime) -> bool:
        """Whether an instant lies on the present day of the reader's zone."""
        return value.astimezone(self.zone).date() == now.astimezone(self.zone).date()

    def language_name(self, code: str) -> str:
        """What a language is called in this one; the code where it has no name."""
        return str(self.locale.languages.get(code, code))

    def clock(self, value: datetime | None) -> str:
        """The time of day of an instant in the reader's zone, "09:31 UTC+01:00"."""
        if value is None:
            return ""
        shown = format_time(value, "HH:mm", tzinfo=self.zone, locale=self.locale)
        return self._apart(f"{shown}{_NO_BREAK}{self.offset(value)}")

    def _apart(self, text: str) -> str:
        """A value that keeps its own order where what is around it runs from right to left (UAX 9, section 2.4)."""
        return f"{_ISOLATE}{text}{_ISOLATED}" if self.direction == "rtl" else text

    def size(self, value: int) -> str:
        """A number of bytes in the largest decimal unit that leaves it at one or more, "1.1 GB"."""
        shown, unit = float(value), "byte"
        for name in ("kilobyte", "megabyte", "gigabyte", "terabyte"):
            if shown < BYTES:
                break
            shown, unit = shown / BYTES, name
        return format_unit(round(shown, 1), unit, length="short", locale=self.locale)

    def number(self, value: float | Decimal) -> str:
        """A number with the locale's separators."""
        return format_decimal(value, locale=self.locale)

    def decimal(self, value: str | Decimal, digits: int | None = None) -> str:
        """A decimal with the locale's separators and so many digits behind the point, as many as it has by default."""
        if value == "":
            return ""
        pattern = "#,##0.######" if digits is None else "#,##0." + "0" * digits
        return format_decimal(Decimal(value), pattern, locale=self.locale)

    def quantity(self, value: str) -> str:
        """A count or measure; its thousands are parted by a narrow space, for "1,840" is also read as 1.84.

        ISO 80000-1 section 7.3.1 knows no other separator of groups.
        """
        return self.decimal(value).replace(get_group_symbol(self.locale), _NARROW)

    def amount(self, minor: int | None, currency: str | None) -> str:
        """An amount in minor units, with its currency."""
        if minor is None:
            return ""
        value = Decimal(minor) / 100
        if not currency:
            return format_decimal(value, "#,##0.00", locale=self.locale)
        return format_currency(value, currency, "#,##0.00 ¤¤", locale=self.locale)
