"""What a person may write into a field: values in the published form of each name (INTERFACES, Field names)."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from tabellion.base.errors import BadRequest

DATES: Final = (
    "document_date",
    "due_date",
    "invoice_date",
    "payment_date",
    "assignment_date",
    "interest_from",
)
NUMBERS: Final = ("invoice_number", "contract_number", "case_number", "enforcement_number", "reference")
AMOUNTS: Final = (
    "principal",
    "interest",
    "costs",
    "net",
    "vat",
    "total",
    "deposit",
    "monthly_fee",
    "credit_limit",
)
SIDES: Final = ("creditor", "assignee", "debtor")
_IDENTIFIERS = """nip regon pesel krs partita_iva codice_fiscale nif cif vat company_number ust_id inn kpp ogrn snils
tz hp national_id tax_id"""
IDENTIFIERS: Final = tuple(_IDENTIFIERS.split())
NAMES: Final = frozenset(
    (
        *DATES,
        *NUMBERS,
        "currency",
        *(f"amounts.{name}" for name in AMOUNTS),
        *(f"{kind}.{side}" for kind in ("iban", "account", "bik") for side in SIDES),
        *(f"parties.{side}.{name}" for side in SIDES for name in ("name", "birth_date", *IDENTIFIERS)),
        "parties.court.name",
    )
)
"""Every name that a field can have."""

LONGEST: Final = 300
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15


def checked_value(name: str, value: str) -> str:
    """The value in the form of its name; raises BadRequest where it cannot be one."""
    if name not in NAMES:
        raise BadRequest(f"there is no field {name!r}", advice="docs/rest.md lists the names.")
    text = " ".join(value.split())
    if not text or len(text) > LONGEST or not text.isprintable():
        raise BadRequest(f"a value has 1 to {LONGEST} printable characters")
    last = name.rpartition(".")[2]
    if name in DATES or last == "birth_date":
        return _date(text)
    if name.startswith("amounts."):
        return _amount(text)
    if name == "currency":
        return _matching(r"[A-Z]{3}", text.upper(), "a currency has three letters (ISO 4217)")
    if name.startswith("iban."):
        return _matching(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", _bare(text), "that is not an IBAN")
    if last in IDENTIFIERS or name.startswith(("account.", "bik.")):
        return _matching(r"[A-Z0-9]{4,40}", _bare(text), "an identifier has letters and digits only")
    return text


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise BadRequest("a date is written as in 2024-06-18") from error


def _amount(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadRequest("an amount is written as in 2926.05") from error
    if not amount.is_finite() or abs(amount) >= _LARGEST or amount != amount.quantize(_CENT):
        raise BadRequest("an amount has two digits after the point, and is smaller than a quadrillion")
    return f"{amount:.2f}"


def _bare(text: str) -> str:
    return re.sub(r"[\s./-]", "", text).upper()


def _matching(pattern: str, text: str, complaint: str) -> str:
    if not re.fullmatch(pattern, text):
        raise BadRequest(complaint)
    return text


_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_DECIMALS = re.compile(r"(-?[\d.,]*?)(?:[.,](\d{1,2}))?")
_BUDDHIST_FROM, _BUDDHIST = 2400, 543


def typed_value(name: str, typed: str) -> str:
    """What a person typed, in the form of its name; raises BadRequest where it cannot be one.

    Besides the published form it takes days written day first (also in Buddhist years) and amounts in any notation.
    """
    text = " ".join(typed.split())
    if name in DATES or name.endswith(".birth_date"):
        if match := _DAY_FIRST.fullmatch(text):
            day, month, year = (int(part) for part in match.groups())
            text = f"{year - _BUDDHIST if year >= _BUDDHIST_FROM else year:04}-{month:02}-{day:02}"
    elif name.startswith("amounts."):
        # What is left of an abbreviated currency ("руб.") is no decimal point.
        bare = re.sub(r"[^\d.,-]", "", text).strip(".,")
        match = _DECIMALS.fullmatch(bare)
        if match and re.search(r"\d", bare):
            whole = re.sub(r"[.,]", "", match[1])
            text = f"{whole or '0'}.{match[2] or '0'}"
    return checked_value(name, text)
