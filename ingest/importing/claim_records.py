"""From the fields of a row to a claim, laid over what is known of it, with everything that is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from archive.registry import NewClaim
from archive.registry.values import LARGEST_NUMBER
from ingest.importing.cells import members_of, pairs_of
from ingest.importing.columns import CLAIM_DATES, NUMBERS, PARTY_ROLES
from ingest.importing.days import Days
from ingest.importing.problems import Problem
from ingest.importing.reader import Reader

_LARGEST_AMOUNT = Decimal(10) ** 13
_IMPORTED = "import"
"""The source of a principal that an import brought and that names none."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim whose parties and portfolio are still called as the other system calls them.

    `claim` is laid over what was known but for those; `given` are the fields that the row has.
    """

    external_id: str
    claim: NewClaim
    given: frozenset[str]
    portfolio: str | None
    creditor: str | None
    original_creditor: str | None
    parties: tuple[tuple[str, str], ...]
    assigned: tuple[str | None, str, date] | None


def claim_of(
    line: int, fields: Mapping[str, str], former: NewClaim | None = None, days: Days | None = None
) -> tuple[ClaimRow | None, list[Problem]]:
    """The claim of a row, laid over what it was, or None, and what is wrong with the row."""
    row = Reader(line, fields, days or Days())
    known = NewClaim("") if former is None else former
    external_id, number = row.text("external_id"), row.text("number", known.number or None)
    if external_id is None:
        row.refuse("external_id", "NO_EXTERNAL_ID", "no external id")
    if number is None or len(number) > LARGEST_NUMBER:
        row.refuse("number", "NO_NUMBER", f"no number of at most {LARGEST_NUMBER} characters")
    currency = row.text("currency", known.currency)
    if currency is not None and currency != known.currency:
        currency = currency.upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            row.refuse("currency", "BAD_CURRENCY", "no code of three letters", currency)
    principal = _minor(row) if "principal" in fields else known.principal_minor
    as_of, assigned_on = row.day("principal_as_of", known.principal_as_of), row.day("assigned_on")
    assigned_to, assigned_from = row.text("assigned_to"), row.text("assigned_from")
    source, numbers, dates = _source(row, known, principal), _numbers(row, known), _dates(row, known)
    if (assigned_on is None) != (assigned_to is None):
        row.refuse("assigned_on", "INCOMPLETE_ASSIGNMENT", "an assignment has a buyer and a day")
    if row.problems or external_id is None or number is None:
        return None, row.problems
    claim = NewClaim(
        number=number,
        external_id=external_id,
        portfolio=known.portfolio,
        creditor=known.creditor,
        original_creditor=known.original_creditor,
        currency=currency,
        principal_minor=principal,
        principal_source=source,
        principal_as_of=as_of,
        parties=tuple((party, role) for party, role in known.parties if role not in fields),
        numbers=numbers,
        dates=dates,
    )
    bought = None if assigned_on is None or assigned_to is None else (assigned_from, assigned_to, assigned_on)
    return ClaimRow(
        external_id=external_id,
        claim=claim,
        given=frozenset(fields),
        portfolio=row.text("portfolio"),
        creditor=row.text("creditor"),
        original_creditor=row.text("original_creditor"),
        parties=tuple((party, role) for role in PARTY_ROLES for party in row.many(role)),
        assigned=bought,
    ), []


def _numbers(row: Reader, known: NewClaim) -> tuple[tuple[str, str], ...]:
    found = [(of, value) for of, value in known.numbers if of in NUMBERS and of not in row.fields]
    found += [(of, value) for of in NUMBERS for value in row.many(of)]
    for of, value in found:
        if len(value) > LARGEST_NUMBER:
            row.refuse(of, "TOO_LONG", f"longer than {LARGEST_NUMBER} characters")
    others = tuple((of, value) for of, value in known.numbers if of not in NUMBERS)
    return (*found, *row.parsed("other_numbers", pairs_of, others))


def _dates(row: Reader, known: NewClaim) -> dict[str, str]:
    dates = dict(known.dates)
    for name in CLAIM_DATES:
        if name in row.fields:
            dates.pop(name, None)
            if (day := row.day(name)) is not None:
                dates[name] = day.isoformat()
    if "other_dates" in row.fields:
        dates = {name: value for name, value in dates.items() if name in CLAIM_DATES}
        dates |= row.parsed("other_dates", members_of, dict[str, str]())
    return dates


def _source(row: Reader, known: NewClaim, principal: int | None) -> str | None:
    """Where the principal comes from: from an import, where nobody says anything else of a new one."""
    if said := row.text(
        "principal_source", known.principal_source if row.fields.get("principal_source") else None
    ):
        return said
    before = known.principal_source
    same = principal == known.principal_minor
    if same and (before in (None, _IMPORTED) or "principal_source" not in row.fields):
        return before
    return None if principal is None else _IMPORTED


def _minor(row: Reader) -> int | None:
    """An amount in hundredths; a comma or a point before the last one or two digits is the decimal sign."""
    if not (text := row.fields.get("principal")):
        return None
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    match = re.fullmatch(r"(-?[\d.,]*?)(?:[.,](\d{1,2}))?", plain)
    try:
        if match is None:
            raise InvalidOperation
        whole = match[1].replace(".", "").replace(",", "")
        amount = Decimal(f"{whole or '0'}.{match[2] or '0'}")
    except InvalidOperation:
        row.refuse("principal", "BAD_AMOUNT", "no amount such as 2926.05", text)
        return None
    if abs(amount) >= _LARGEST_AMOUNT:
        row.refuse("principal", "BAD_AMOUNT", "larger than any amount", text)
        return None
    return int(amount * 100)
