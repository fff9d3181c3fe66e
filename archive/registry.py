"""The registry that papers are linked to: portfolios, parties with names and identifiers, claims with roles.

The collection system owns these records; `external_id` is its name for them, and an upsert by it changes nothing where
nothing changed.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, or_, select, update

from archive.archive import Archive
from archive.catalogue.schema import (
    claim_numbers,
    claim_parties,
    claims,
    parties,
    party_identifiers,
    party_names,
    portfolios,
)
from archive.identifiers import identifies
from archive.relinking import queue_linking
from tabellion.base.errors import BadRequest, Conflict, NotFound

PARTY_KINDS = ("person", "company", "court", "authority")
ROLES = ("debtor", "co_debtor", "guarantor")


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party as it is imported; `identifiers` are (type, value) with types as in the field names."""

    name: str
    kind: str = "person"
    external_id: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    other_names: tuple[str, ...] = ()
    birth_date: date | None = None
    town: str | None = None
    address: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim as it is imported; `parties` are (party id, role), `numbers` (type, value)."""

    number: str
    portfolio: str | None = None
    external_id: str | None = None
    creditor: str | None = None
    original_creditor: str | None = None
    currency: str | None = None
    principal_minor: int | None = None
    principal_source: str | None = None
    principal_as_of: date | None = None
    parties: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    dates: dict[str, str] = field(default_factory=dict)


def fold_name(text: str) -> str:
    """A name without case, diacritics, punctuation and double spaces, for comparing and type-ahead."""
    plain = unicodedata.normalize(
        "NFKD", text.casefold().replace("ł", "l").replace("đ", "d").replace("ø", "o")
    )
    kept = "".join(
        character if character.isalnum() else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return " ".join(kept.split())[:300]


def fold_number(text: str) -> str:
    """A number of a contract, invoice or case: letters and digits only, upper case."""
    return "".join(character for character in text.upper() if character.isalnum())[:120]


def add_portfolio(archive: Archive, connection: Connection, name: str, external_id: str | None = None) -> str:
    """A new portfolio; raises Conflict where the name is taken."""
    name = name.strip()
    if not name or len(name) > 200:
        raise BadRequest("a portfolio's name has 1 to 200 characters")
    if connection.scalar(select(portfolios.c.id).where(portfolios.c.name == name)):
        raise Conflict(f"there is a portfolio {name!r} already")
    portfolio_id = archive.ids.new()
    connection.execute(
        insert(portfolios).values(
            id=portfolio_id, name=name, external_id=external_id, created_at=archive.clock.now()
        )
    )
    return portfolio_id


def find_portfolio(connection: Connection, wanted: str) -> str:
    """The id of a portfolio by id, name or external id; raises NotFound."""
    query = select(portfolios.c.id).where(
        or_(portfolios.c.id == wanted, portfolios.c.name == wanted, portfolios.c.external_id == wanted)
    )
    found: str | None = connection.execute(query).scalars().first()
    if found is None:
        raise NotFound(f"there is no portfolio {wanted!r}", advice="`tabellion portfolios list` shows them.")
    return found


def list_portfolios(connection: Connection) -> Sequence[Row[Any]]:
    """All portfolios by name."""
    return connection.execute(select(portfolios).order_by(portfolios.c.name)).all()


def put_party(archive: Archive, connection: Connection, party: NewParty) -> str:
    """Add a party, or bring the one with that external id up to date; gives its id."""
    if party.kind not in PARTY_KINDS:
        raise BadRequest(f"a party is one of {', '.join(PARTY_KINDS)}")
    if not party.name.strip():
        raise BadRequest("a party has a name")
    known = _by_external(connection, parties, party.external_id)
    party_id, now = known or archive.ids.new(), archive.clock.now()
    carried = _values(connection, party_identifiers.c.value, party_identifiers.c.party_id == party_id)
    values = {
        "kind": party.kind,
        "display_name": party.name.strip()[:300],
        "sort_name": fold_name(party.name),
        "external_id": party.external_id,
        "birth_date": party.birth_date,
        "town": party.town,
        "address": party.address,
        "updated_at": now,
    }
    if known is None:
        connection.execute(insert(parties).values(id=party_id, created_at=now, version=1, **values))
    else:
        connection.execute(
            update(parties).where(parties.c.id == party_id).values(version=parties.c.version + 1, **values)
        )
        connection.execute(delete(party_names).where(party_names.c.party_id == party_id))
        connection.execute(delete(party_identifiers).where(party_identifiers.c.party_id == party_id))
    for name in dict.fromkeys((party.name, *party.other_names)):
        connection.execute(
            insert(party_names).values(
                party_id=party_id, name=name[:300], folded=fold_name(name), script=_script(name)
            )
        )
    for kind, bare in dict.fromkeys((kind, fold_number(value)[:64]) for kind, value in party.identifiers):
        connection.execute(
            insert(party_identifiers).values(
                party_id=party_id, type=kind, value=bare, valid=identifies(kind, bare)
            )
        )
    queue_linking(archive, connection, carried ^ {fold_number(value)[:64] for _, value in party.identifiers})
    return party_id


def put_claim(archive: Archive, connection: Connection, claim: NewClaim) -> str:
    """Add a claim, or bring the one with that external id up to date; gives its id."""
    if not claim.number.strip():
        raise BadRequest("a claim has a number")
    if any(role not in ROLES for _, role in claim.parties):
        raise BadRequest(f"a party of a claim is one of {', '.join(ROLES)}")
    known = _by_external(connection, claims, claim.external_id)
    claim_id, now = known or archive.ids.new(), archive.clock.now()
    carried = _values(connection, claim_numbers.c.value, claim_numbers.c.claim_id == claim_id)
    values = {
        "number": claim.number.strip()[:120],
        "portfolio_id": claim.portfolio,
        "original_creditor": claim.original_creditor,
        "creditor": claim.creditor,
        "currency": claim.currency,
        "principal_minor": claim.principal_minor,
        "principal_source": claim.principal_source,
        "principal_as_of": claim.principal_as_of,
        "dates": claim.dates,
        "external_id": claim.external_id,
        "updated_at": now,
    }
    if known is None:
        connection.execute(insert(claims).values(id=claim_id, created_at=now, version=1, **values))
    else:
        connection.execute(
            update(claims).where(claims.c.id == claim_id).values(version=claims.c.version + 1, **values)
        )
        for table in (claim_parties, claim_numbers):
            connection.execute(delete(table).where(table.c.claim_id == claim_id))
    for party_id, role in dict.fromkeys(claim.parties):
        connection.execute(insert(claim_parties).values(claim_id=claim_id, party_id=party_id, role=role))
    for kind, value in dict.fromkeys((("claim_number", claim.number), *claim.numbers)):
        connection.execute(
            insert(claim_numbers).values(
                claim_id=claim_id, type=kind, value=value[:120], folded=fold_number(value)
            )
        )
    changed = carried ^ {claim.number[:120], *(value[:120] for _, value in claim.numbers)}
    queue_linking(archive, connection, changed | {fold_number(value) for value in changed})
    return claim_id


def parties_in(portfolio_ids: Sequence[str] | None, creditor_ids: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition that a row of `parties` has a claim in these portfolios or of these creditors; None: any."""
    if portfolio_ids is None:
        return parties.c.id.is_not(None)
    return exists().where(
        and_(
            claim_parties.c.party_id == parties.c.id,
            claims.c.id == claim_parties.c.claim_id,
            or_(claims.c.portfolio_id.in_(portfolio_ids), claims.c.creditor.in_(creditor_ids)),
        )
    )


def claims_in(portfolio_ids: Sequence[str] | None, creditor_ids: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition that a row of `claims` belongs to these portfolios or creditors; None: any."""
    if portfolio_ids is None:
        return claims.c.id.is_not(None)
    return or_(claims.c.portfolio_id.in_(portfolio_ids), claims.c.creditor.in_(creditor_ids))


def find_parties(
    connection: Connection, text: str, visible: ColumnElement[bool], limit: int
) -> Sequence[Row[Any]]:
    """Parties whose name begins with the words, or has them, or whose identifier is or ends with the text."""
    folded, number = fold_name(text), fold_number(text)
    matches = []
    if folded:
        # Every word must begin a word of the name; an index serves the first, the rest is filtered.
        words = [
            exists().where(
                party_names.c.party_id == parties.c.id,
                or_(party_names.c.folded.startswith(word), party_names.c.folded.contains(f" {word}")),
            )
            for word in folded.split()[:8]
        ]
        matches.append(and_(*words))
    if len(number) >= 4 and any(character.isdigit() for character in number):
        matches.append(
            exists().where(
                party_identifiers.c.party_id == parties.c.id, party_identifiers.c.value.endswith(number)
            )
        )
    if not matches:
        return []
    query = select(parties).where(or_(*matches), visible).order_by(parties.c.sort_name).limit(limit)
    return connection.execute(query).all()


def find_claims(
    connection: Connection, text: str, visible: ColumnElement[bool], limit: int
) -> Sequence[Row[Any]]:
    """Claims that have a number which is, begins or ends with the text."""
    number = fold_number(text)
    if len(number) < 4 or not any(character.isdigit() for character in number):
        return []
    matches = exists().where(
        claim_numbers.c.claim_id == claims.c.id,
        or_(claim_numbers.c.folded.startswith(number), claim_numbers.c.folded.endswith(number)),
    )
    query = select(claims).where(matches, visible).order_by(claims.c.number).limit(limit)
    return connection.execute(query).all()


def _values(connection: Connection, column: Any, condition: ColumnElement[bool]) -> set[str]:
    return set(connection.execute(select(column).where(condition)).scalars())


def _by_external(connection: Connection, table: Any, external_id: str | None) -> str | None:
    if external_id is None:
        return None
    found: str | None = connection.scalar(select(table.c.id).where(table.c.external_id == external_id))
    return found


def _script(name: str) -> str:
    letter = next((character for character in name if character.isalpha()), "")
    word = unicodedata.name(letter, "LATIN").split()[0].lower()
    return word[:8]
