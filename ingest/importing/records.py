"""From the fields of a row to a party or a claim, laid over what is known of it, with everything that is wrong.

A field that the row does not have stays as it is; one that it has and that is empty is emptied.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from archive.identifiers import identifies
from archive.names import fold_number
from archive.registry import PARTY_KINDS, NewClaim, NewParty
from archive.registry.values import LARGEST_IDENTIFIER, LARGEST_NAME, LARGEST_NUMBER
from ingest.importing.cells import divided, members_of, objects_of, pairs_of
from ingest.importing.columns import CLAIM_DATES, IDENTIFIERS, NUMBERS, PARTY_ROLES
from ingest.importing.days import Days, NoDay
from ingest.importing.problems import Problem

_LARGEST_TEXT = {
    "external_id": 200,
    "town": 120,
    "street": 200,
    "postcode": 20,
    "country": 60,
    "principal_source": 60,
    "address_lines": 1_000,
}
_LARGEST_AMOUNT = Decimal(10) ** 13
_SHOWN = 60
_DIGITS: Mapping[str, tuple[int, ...]] = {
    "pesel": (11,), "nip": (10,), "regon": (9, 14), "krs": (10,), "partita_iva": (11,), "inn": (10, 12),
    "ogrn": (13, 15), "snils": (11,), "hp": (9,), "national_id": (13,), "tax_id": (13,), "company_number": (8,),
}  # fmt: skip
"""How many digits identifiers have that spreadsheets take for numbers."""

_MOST_ZEROS = 5
_IMPORTED = "import"
"""The source of a principal that an import brought and that names none."""

P = TypeVar("P")


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


@dataclass(slots=True)
class _Reader:
    """The fields of one row as they are read; what is wrong is noted."""

    line: int
    fields: Mapping[str, str]
    days: Days
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, reason: str, value: str = "") -> None:
        self.problems.append(Problem(self.line, name, code, reason, value=value[:_SHOWN]))

    def warn(self, name: str, code: str, reason: str, value: str) -> None:
        self.problems.append(Problem(self.line, name, code, reason, warning=True, value=value[:_SHOWN]))

    @property
    def refused(self) -> bool:
        return any(not problem.warning for problem in self.problems)

    def text(self, name: str, former: str | None = None) -> str | None:
        """The text of a field; what was there stays where the row has it, but for spaces around it."""
        value = self.fields.get(name)
        if value is None or value == (former or "").strip():
            return former
        if len(value) > (largest := _LARGEST_TEXT.get(name, LARGEST_NAME)):
            self.refuse(name, "TOO_LONG", f"longer than {largest} characters")
            return None
        return value or None

    def day(self, name: str, former: date | None = None) -> date | None:
        if not (value := self.fields.get(name)):
            return former if value is None else None
        try:
            return self.days.read(name, value)
        except NoDay as error:
            self.refuse(name, error.code, str(error), value)
            return None

    def many(self, name: str) -> list[str]:
        return divided(self.fields.get(name, ""))

    def parsed(self, name: str, parse: Callable[[str], P], former: P) -> P:
        """A field of JSON, as exports write what no other field holds."""
        if (value := self.fields.get(name)) is None:
            return former
        try:
            return parse(value)
        except ValueError:
            self.refuse(name, "BAD_VALUE", "not as an export writes it", value)
            return former


def party_of(
    line: int, fields: Mapping[str, str], former: NewParty | None = None, days: Days | None = None
) -> tuple[NewParty | None, list[Problem]]:
    """The party of a row, laid over what it was, or None, and what is wrong with the row."""
    row = _Reader(line, fields, days or Days())
    external_id = row.text("external_id")
    if external_id is None and not row.problems:
        row.refuse("external_id", "NO_EXTERNAL_ID", "no external id")
    name = _name(row, former)
    if not name and not row.problems:
        row.refuse("name", "NO_NAME", "no name")
    identifiers = _identifiers(row, former)
    kind = fields.get("kind", "").casefold() or (_kind_of(fields) if former is None else former.kind)
    if kind not in PARTY_KINDS:
        row.refuse("kind", "BAD_KIND", f"none of {', '.join(PARTY_KINDS)}", kind)
    known = NewParty("") if former is None else former
    other_names = (
        tuple(one[:LARGEST_NAME] for one in row.many("other_names"))
        if "other_names" in fields
        else known.other_names
    )
    born, town, address = (
        row.day("birth_date", known.birth_date),
        row.text("town", known.town),
        _address(row, known),
    )
    others = row.parsed("other_addresses", objects_of, known.other_addresses)
    if row.refused:
        return None, row.problems
    party = NewParty(
        name=name or "",
        kind=kind,
        external_id=external_id,
        identifiers=identifiers,
        other_names=other_names,
        birth_date=born,
        town=town,
        address=address,
        other_addresses=others,
    )
    return party, row.problems


def claim_of(
    line: int, fields: Mapping[str, str], former: NewClaim | None = None, days: Days | None = None
) -> tuple[ClaimRow | None, list[Problem]]:
    """The claim of a row, laid over what it was, or None, and what is wrong with the row."""
    row = _Reader(line, fields, days or Days())
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


def _name(row: _Reader, former: NewParty | None) -> str | None:
    """The whole name; half of one does not take the place of a name that is known."""
    halves = ("given_name", "family_name")
    if former is None or "name" in row.fields or all(half in row.fields for half in halves):
        return row.text("name") or " ".join(filter(None, (row.text(half) for half in halves)))
    return former.name


def _kind_of(fields: Mapping[str, str]) -> str:
    """What a party is where the file does not say: who was born is a person, who is in a register of firms is none."""
    firm = {"krs", "regon", "cif", "company_number", "ust_id", "ogrn", "kpp", "hp"}
    if fields.get("birth_date") or not any(fields.get(one) for one in firm):
        return "person"
    return "company"


def _address(row: _Reader, known: NewParty) -> dict[str, str]:
    address = dict(known.address)

    def lay(part: str, value: str | None) -> None:
        if value is None:
            address.pop(part, None)
        else:
            address[part] = value

    for part, name in (
        ("street", "street"),
        ("postcode", "postcode"),
        ("country", "country"),
        ("lines", "address_lines"),
    ):
        if name in row.fields:
            lay(part, row.text(name, address.get(part)))
    # The town of a party is that of its address too, unless that is known to be another one.
    if "town" in row.fields and row.fields["town"] != (known.town or "").strip():
        lay("town", row.fields["town"] or None)
    if "address_more" in row.fields:
        for part in address.keys() - {"street", "postcode", "country", "lines"}:
            if part != "town" or address[part] not in (row.fields.get("town"), known.town):
                del address[part]
        address |= row.parsed("address_more", members_of, dict[str, str]())
    return address


def _identifiers(row: _Reader, former: NewParty | None) -> tuple[tuple[str, str], ...]:
    known = () if former is None else former.identifiers
    found = [(of, value) for of, value in known if of in IDENTIFIERS and of not in row.fields]
    for of in IDENTIFIERS:
        for value in row.many(of):
            bare = fold_number(value)
            if not bare or len(bare) > LARGEST_IDENTIFIER:
                row.refuse(
                    of, "TOO_LONG", f"no identifier of at most {LARGEST_IDENTIFIER} letters and digits"
                )
                continue
            _doubt(row, of, bare)
            found.append((of, bare))
    others = tuple((of, value) for of, value in known if of not in IDENTIFIERS)
    return (*found, *row.parsed("other_identifiers", pairs_of, others))


def _doubt(row: _Reader, of: str, bare: str) -> None:
    """Warn of an identifier that is none, and of what a spreadsheet may have done to it."""
    if of == "kpp" or identifies(of, bare):
        return
    zeros = [length - len(bare) for length in _DIGITS.get(of, ()) if 0 < length - len(bare) <= _MOST_ZEROS]
    if bare.isdecimal() and zeros:
        fitting = [zero for zero in zeros if identifies(of, "0" * zero + bare)]
        lost = (fitting or zeros)[0]
        if fitting or lost <= 2:
            reason = f"{len(bare)} digits, not {len(bare) + lost}: a spreadsheet may have dropped a zero before them"
            row.warn(of, "LEADING_ZERO", reason, bare)
            return
    row.warn(of, "CHECK_DIGIT", "its check digit does not hold", "")


def _numbers(row: _Reader, known: NewClaim) -> tuple[tuple[str, str], ...]:
    found = [(of, value) for of, value in known.numbers if of in NUMBERS and of not in row.fields]
    found += [(of, value) for of in NUMBERS for value in row.many(of)]
    for of, value in found:
        if len(value) > LARGEST_NUMBER:
            row.refuse(of, "TOO_LONG", f"longer than {LARGEST_NUMBER} characters")
    others = tuple((of, value) for of, value in known.numbers if of not in NUMBERS)
    return (*found, *row.parsed("other_numbers", pairs_of, others))


def _dates(row: _Reader, known: NewClaim) -> dict[str, str]:
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


def _source(row: _Reader, known: NewClaim, principal: int | None) -> str | None:
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


def _minor(row: _Reader) -> int | None:
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
