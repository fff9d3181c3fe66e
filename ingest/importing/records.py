"""From the fields of a row to a party or a claim, with everything that is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from archive.identifiers import identifies
from archive.names import fold_number
from archive.registry import PARTY_KINDS, NewParty
from archive.registry.values import LARGEST_IDENTIFIER, LARGEST_NAME, LARGEST_NUMBER
from ingest.importing.columns import CLAIM_DATES, IDENTIFIERS, NUMBERS, PARTY_ROLES
from ingest.importing.problems import Problem

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_LARGEST_TEXT = {
    "external_id": 200,
    "town": 120,
    "street": 200,
    "postcode": 20,
    "country": 60,
    "principal_source": 60,
}
_LARGEST_AMOUNT = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim whose parties and portfolio are still called as the other system calls them."""

    external_id: str
    number: str
    portfolio: str | None
    creditor: str | None
    original_creditor: str | None
    currency: str | None
    principal_minor: int | None
    principal_source: str | None
    principal_as_of: date | None
    parties: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str], ...]
    dates: dict[str, str]
    assigned: tuple[str | None, str, date] | None


@dataclass(slots=True)
class _Reader:
    """The fields of one row as they are read; what is wrong is noted."""

    line: int
    fields: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, reason: str) -> None:
        self.problems.append(Problem(self.line, name, code, reason))

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is not None and len(value) > (largest := _LARGEST_TEXT.get(name, LARGEST_NAME)):
            self.refuse(name, "TOO_LONG", f"longer than {largest} characters")
            return None
        return value

    def day(self, name: str) -> date | None:
        value = self.fields.get(name)
        if value is None:
            return None
        if match := _ISO.fullmatch(value):
            year, month, day = map(int, match.groups())
        elif match := _DAY_FIRST.fullmatch(value):
            day, month, year = map(int, match.groups())
        else:
            self.refuse(name, "BAD_DATE", "no date such as 2024-06-18")
            return None
        try:
            return date(year, month, day)
        except ValueError:
            self.refuse(name, "BAD_DATE", "there is no such day")
            return None

    def many(self, name: str) -> list[str]:
        return [part for one in self.fields.get(name, "").split(";") if (part := one.strip())]


def party_of(line: int, fields: Mapping[str, str]) -> tuple[NewParty | None, list[Problem]]:
    """The party of a row, or None, and what is wrong with the row."""
    row = _Reader(line, fields)
    external_id = row.text("external_id")
    if external_id is None and not row.problems:
        row.refuse("external_id", "NO_EXTERNAL_ID", "no external id")
    parts = (row.text("given_name"), row.text("family_name"))
    name = row.text("name") or " ".join(filter(None, parts))
    if not name and not row.problems:
        row.refuse("name", "NO_NAME", "no name")
    identifiers = _identifiers(row)
    kind = fields.get("kind", "").casefold() or _kind_of(fields)
    if kind not in PARTY_KINDS:
        row.refuse("kind", "BAD_KIND", f"none of {', '.join(PARTY_KINDS)}")
    born, town = row.day("birth_date"), row.text("town")
    address = {part: value for part in ("street", "postcode", "town", "country") if (value := row.text(part))}
    if any(not problem.warning for problem in row.problems):
        return None, row.problems
    party = NewParty(
        name=name,
        kind=kind,
        external_id=external_id,
        identifiers=identifiers,
        other_names=tuple(one[:LARGEST_NAME] for one in row.many("other_names")),
        birth_date=born,
        town=town,
        address=address,
    )
    return party, row.problems


def claim_of(line: int, fields: Mapping[str, str]) -> tuple[ClaimRow | None, list[Problem]]:
    """The claim of a row, or None, and what is wrong with the row."""
    row = _Reader(line, fields)
    external_id, number = row.text("external_id"), row.text("number")
    if external_id is None:
        row.refuse("external_id", "NO_EXTERNAL_ID", "no external id")
    if number is None or len(number) > LARGEST_NUMBER:
        row.refuse("number", "NO_NUMBER", f"no number of at most {LARGEST_NUMBER} characters")
    currency = (row.text("currency") or "").upper() or None
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        row.refuse("currency", "BAD_CURRENCY", "no code of three letters")
    principal = _minor(row)
    dates = {name: day.isoformat() for name in CLAIM_DATES if (day := row.day(name)) is not None}
    numbers = [(name, one) for name in NUMBERS for one in row.many(name)]
    for name, one in numbers:
        if len(one) > LARGEST_NUMBER:
            row.refuse(name, "TOO_LONG", f"longer than {LARGEST_NUMBER} characters")
    as_of, assigned_on, assigned_to = (
        row.day("principal_as_of"),
        row.day("assigned_on"),
        row.text("assigned_to"),
    )
    if (assigned_on is None) != (assigned_to is None):
        row.refuse("assigned_on", "INCOMPLETE_ASSIGNMENT", "an assignment has a buyer and a day")
    if row.problems or external_id is None or number is None:
        return None, row.problems
    claim = ClaimRow(
        external_id=external_id,
        number=number,
        portfolio=row.text("portfolio"),
        creditor=row.text("creditor"),
        original_creditor=row.text("original_creditor"),
        currency=currency,
        principal_minor=principal,
        principal_source=None if principal is None else row.text("principal_source") or "import",
        principal_as_of=as_of,
        parties=tuple((party, role) for role in PARTY_ROLES for party in row.many(role)),
        numbers=tuple(numbers),
        dates=dates,
        assigned=None
        if assigned_on is None or assigned_to is None
        else (row.text("assigned_from"), assigned_to, assigned_on),
    )
    return claim, []


def _kind_of(fields: Mapping[str, str]) -> str:
    """What a party is where the file does not say: who was born is a person, who is in a register of firms is none."""
    firm = {"krs", "regon", "cif", "company_number", "ust_id", "ogrn", "kpp", "hp"}
    if "birth_date" in fields or not firm & fields.keys():
        return "person"
    return "company"


def _identifiers(row: _Reader) -> tuple[tuple[str, str], ...]:
    found = []
    for kind in IDENTIFIERS:
        for value in row.many(kind):
            bare = fold_number(value)
            if not bare or len(bare) > LARGEST_IDENTIFIER:
                row.refuse(
                    kind, "TOO_LONG", f"no identifier of at most {LARGEST_IDENTIFIER} letters and digits"
                )
                continue
            if kind != "kpp" and not identifies(kind, bare):
                row.problems.append(
                    Problem(row.line, kind, "CHECK_DIGIT", "its check digit does not hold", warning=True)
                )
            found.append((kind, bare))
    return tuple(found)


def _minor(row: _Reader) -> int | None:
    """An amount in hundredths; a comma or a point before the last one or two digits is the decimal sign."""
    text = row.fields.get("principal")
    if text is None:
        return None
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    match = re.fullmatch(r"(-?[\d.,]*?)(?:[.,](\d{1,2}))?", plain)
    try:
        if match is None:
            raise InvalidOperation
        whole = match[1].replace(".", "").replace(",", "")
        amount = Decimal(f"{whole or '0'}.{match[2] or '0'}")
    except InvalidOperation:
        row.refuse("principal", "BAD_AMOUNT", "no amount such as 2926.05")
        return None
    if abs(amount) >= _LARGEST_AMOUNT:
        row.refuse("principal", "BAD_AMOUNT", "larger than any amount")
        return None
    return int(amount * 100)
