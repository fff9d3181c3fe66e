"""Writes the registry as a table that `import` reads back; cells that a spreadsheet would run are made plain text."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, select

from archive.catalogue.schema import (
    claim_numbers,
    claim_parties,
    claims,
    parties,
    party_identifiers,
    party_names,
    portfolios,
)
from archive.registry.claims import claim_dates
from ingest.importing.cells import as_json, joined, plain_cell
from ingest.importing.columns import CLAIM_DATES, FIELDS, IDENTIFIERS, NUMBERS, What

Format = Literal["csv", "jsonl"]
_PAGE = 500
_OF_ADDRESS = frozenset({"street", "postcode", "country", "lines"})
_LEFT_OUT = frozenset({"given_name", "family_name", "assigned_from", "assigned_to", "assigned_on"})


def export_table(
    connection: Connection, what: What, visible: ColumnElement[bool], form: Format
) -> Iterator[bytes]:
    """The parties or claims that fulfil the condition, by id, in UTF-8; CSV begins with the names of its columns."""
    columns = [name for name in FIELDS[what] if name not in _LEFT_OUT]
    if form == "csv":
        yield _csv([columns])
    for page in _pages(connection, what, visible):
        found = _parties(connection, page) if what == "debtors" else _claims(connection, page)
        if form == "csv":
            yield _csv([[plain_cell(record.get(column, "")) for column in columns] for record in found])
        else:
            yield "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in found).encode()


def _pages(connection: Connection, what: What, visible: ColumnElement[bool]) -> Iterator[Sequence[Row[Any]]]:
    table, last = parties if what == "debtors" else claims, ""
    while True:
        query = select(table).where(visible, table.c.id > last).order_by(table.c.id).limit(_PAGE)
        if not (rows := connection.execute(query).all()):
            return
        yield rows
        last = rows[-1].id


def _parties(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Mapping[str, str]]:
    ids = [row.id for row in rows]
    names = _children(connection, select(party_names).where(party_names.c.party_id.in_(ids)), "party_id")
    held = _children(
        connection, select(party_identifiers).where(party_identifiers.c.party_id.in_(ids)), "party_id"
    )
    for row in rows:
        record = {
            "external_id": row.external_id or row.id,
            "name": row.display_name,
            "kind": row.kind,
            "birth_date": row.birth_date.isoformat() if row.birth_date else "",
            "other_names": joined(
                [one.name for one in names.get(row.id, ()) if one.name != row.display_name]
            ),
            **{part: row.address.get(part, "") for part in ("street", "postcode", "country")},
            "town": row.town or "",
            "address_lines": row.address.get("lines", ""),
            "address_more": as_json(
                {
                    part: value
                    for part, value in row.address.items()
                    if part not in _OF_ADDRESS and (part, value) != ("town", row.town)
                }
            ),
            "other_addresses": as_json(row.other_addresses),
        }
        of_types = _by_type(held.get(row.id, ()))
        record |= {of: joined(values) for of, values in of_types.items() if of in IDENTIFIERS}
        record["other_identifiers"] = as_json(
            [[of, value] for of, values in of_types.items() if of not in IDENTIFIERS for value in values]
        )
        yield {name: value for name, value in record.items() if value}


def _by_type(rows: Iterable[Row[Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.type, []).append(row.value)
    return found


def _claims(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Mapping[str, str]]:
    ids = [row.id for row in rows]
    numbers = _children(
        connection, select(claim_numbers).where(claim_numbers.c.claim_id.in_(ids)), "claim_id"
    )
    roles = _children(connection, select(claim_parties).where(claim_parties.c.claim_id.in_(ids)), "claim_id")
    named = {one.party_id for held in roles.values() for one in held}
    named |= {one for row in rows for one in (row.creditor, row.original_creditor) if one}
    called = _called(connection, sorted(named))
    folders = _folders(connection)
    for row in rows:
        record = {
            "external_id": row.external_id or row.id,
            "number": row.number,
            "portfolio": folders.get(row.portfolio_id or "", ""),
            "creditor": called.get(row.creditor or "", row.creditor or ""),
            "original_creditor": called.get(row.original_creditor or "", row.original_creditor or ""),
            "currency": row.currency or "",
            "principal": "" if row.principal_minor is None else str(Decimal(row.principal_minor).scaleb(-2)),
            "principal_source": row.principal_source or "",
            "principal_as_of": row.principal_as_of.isoformat() if row.principal_as_of else "",
        }
        dates = claim_dates(row.dates)
        plain = {name: value for name, value in dates.items() if name in CLAIM_DATES and _is_day(value)}
        record |= plain
        record["other_dates"] = as_json(
            {name: value for name, value in dates.items() if name not in plain and value}
        )
        owing: dict[str, list[str]] = {}
        for one in roles.get(row.id, ()):
            owing.setdefault(one.role, []).append(called.get(one.party_id, one.party_id))
        record |= {role: joined(held) for role, held in owing.items()}
        of_types = _by_type(
            one for one in numbers.get(row.id, ()) if (one.type, one.value) != ("claim_number", row.number)
        )
        record |= {of: joined(values) for of, values in of_types.items() if of in NUMBERS}
        record["other_numbers"] = as_json(
            [[of, value] for of, values in of_types.items() if of not in NUMBERS for value in values]
        )
        yield {name: value for name, value in record.items() if value}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _folders(connection: Connection) -> dict[str, str]:
    """What portfolios are called, by id; of two with one name the id."""
    names = {row.id: row.name for row in connection.execute(select(portfolios))}
    counts = Counter(names.values())
    return {one: name if counts[name] == 1 else one for one, name in names.items()}


def _called(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(ids), _PAGE):
        some = parties.c.id.in_(ids[start : start + _PAGE])
        for row in connection.execute(select(parties.c.id, parties.c.external_id).where(some)):
            found[row.id] = row.external_id or row.id
    return found


def _children(connection: Connection, query: Any, owner: str) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(getattr(row, owner), []).append(row)
    return found


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
