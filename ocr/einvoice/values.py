"""Values of invoice formats in the forms that fields promise."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from stdnum.es import cif

_DAY = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})")
_CENT = Decimal("0.01")


def date(printed: str) -> str:
    """ISO 8601 from `20240131`, `2024-01-31` or a time stamp; empty where it is none."""
    match = _DAY.match(printed)
    if match is None:
        return ""
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return ""


def amount(printed: str) -> str:
    """A decimal point and two digits; empty where it is no number."""
    try:
        value = Decimal(printed.strip())
        return str(value.quantize(_CENT)) if value.is_finite() and abs(value) < 10**13 else ""
    except InvalidOperation:
        return ""


def plain(printed: str) -> str:
    """A number without an exponent and without zeros that say nothing; empty where it is none."""
    try:
        value = Decimal(printed.strip())
        return f"{value.normalize():f}" if value.is_finite() and abs(value) < 10**13 else ""
    except InvalidOperation:
        return ""


def total(printed: list[str]) -> str:
    """The sum of amounts; empty where one of them is no number or there are none."""
    values = [amount(item) for item in printed]
    return str(sum((Decimal(value) for value in values), Decimal("0.00"))) if values and all(values) else ""


def tax_number(country: str, number: str) -> tuple[str, str]:
    """The field name and the bare value of a VAT number with or without its country's prefix."""
    bare = re.sub(r"[\s.-]", "", number).upper()
    prefix = bare[:2] if bare[:2].isalpha() else country.upper()[:2]
    digits = bare[2:] if bare[:2] == prefix else bare
    match prefix:
        case "DE":
            return "ust_id", "DE" + digits
        case "PL":
            return "nip", digits
        case "IT":
            return "partita_iva", digits
        case "ES":
            return ("cif" if cif.is_valid(digits) else "nif"), digits
        case _:
            return "vat", prefix + digits


def account(printed: str) -> str:
    """An IBAN without spaces; empty where it has not the form of one."""
    bare = re.sub(r"\s", "", printed).upper()
    return bare if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", bare) else ""
