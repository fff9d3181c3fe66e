"""From the fields of a row to a party, laid over what is known of it, with everything that is wrong.

A field that the row does not have stays as it is; one that it has and that is empty is emptied.
"""

from collections.abc import Mapping

from archive.identifiers import identifies
from archive.names import fold_number
from archive.registry import PARTY_KINDS, NewParty
from archive.registry.values import LARGEST_IDENTIFIER, LARGEST_NAME
from ingest.importing.cells import members_of, objects_of, pairs_of
from ingest.importing.columns import IDENTIFIERS
from ingest.importing.days import Days
from ingest.importing.problems import Problem
from ingest.importing.reader import Reader

_DIGITS: Mapping[str, tuple[int, ...]] = {
    "pesel": (11,), "nip": (10,), "regon": (9, 14), "krs": (10,), "partita_iva": (11,), "inn": (10, 12),
    "ogrn": (13, 15), "snils": (11,), "hp": (9,), "national_id": (13,), "tax_id": (13,), "company_number": (8,),
}  # fmt: skip
"""How many digits identifiers have that spreadsheets take for numbers."""

_MOST_ZEROS = 5


def party_of(
    line: int, fields: Mapping[str, str], former: NewParty | None = None, days: Days | None = None
) -> tuple[NewParty | None, list[Problem]]:
    """The party of a row, laid over what it was, or None, and what is wrong with the row."""
    row = Reader(line, fields, days or Days())
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


def _name(row: Reader, former: NewParty | None) -> str | None:
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


def _address(row: Reader, known: NewParty) -> dict[str, str]:
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


def _identifiers(row: Reader, former: NewParty | None) -> tuple[tuple[str, str], ...]:
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


def _doubt(row: Reader, of: str, bare: str) -> None:
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
