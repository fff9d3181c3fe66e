"""What a matter may be about: the claim on whose page it was opened, those of a debtor, those that its papers name."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from api import access
from api.access import Actor
from api.finding import visible_claims, visible_parties
from archive.catalogue.schema import claim_numbers, claim_parties, claims, current, links, parties
from archive.histories import LINK_KEY
from archive.matters import LONGEST
from archive.registry import ROLES

OFFERED = 8
"""Claims that are offered at once; others are found by their number."""

_SURE = ("automatic", "confirmed")
_PLACE = re.compile(r"/(claims|debtors|documents)/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the form of a new matter begins with; `offered` are rows of `claims`, `chosen` the ids it is about."""

    name: str = ""
    case_numbers: tuple[str, ...] = ()
    offered: tuple[Row[Any], ...] = ()
    chosen: frozenset[str] = frozenset()


def beginning_at(connection: Connection, actor: Actor, address: str) -> Beginning:
    """What is known of a matter that is opened from the page at that address.

    A claim's page says which claim it is; the only claim of a debtor or a paper is taken to be meant, of several none.
    """
    place = _PLACE.match(address)
    if place is None:
        return Beginning()
    offered = tuple(_claims_at(connection, actor, place[1], place[2]))
    name = _debtor_name(connection, actor, place[2]) if place[1] == "debtors" else ""
    if len(offered) != 1:
        return Beginning(name, offered=offered)
    (claim,) = offered
    owing = [name] if name else _debtors(connection, actor, claim.id)
    named = ", ".join([claim.number, *owing])[:LONGEST]
    return Beginning(named, _case_numbers(connection, claim.id), offered, frozenset((claim.id,)))


def claims_of_papers(
    connection: Connection, actor: Actor, documents: Collection[str], without: Sequence[str] = ()
) -> list[Row[Any]]:
    """Claims in scope that links lead to from these papers, or whose debtor they lead to, by number.

    Papers that are not wholly open to the actor say nothing.
    """
    opened = access.open_pages(connection, actor, documents)
    whole = [document for document, scope in opened.items() if scope.complete]
    linked = select(links.c.target_id).where(
        links.c.document_id.in_(whole), links.c.state.in_(_SURE), current(links, *LINK_KEY)
    )
    held = select(claim_parties.c.claim_id).where(
        claim_parties.c.party_id.in_(linked.where(links.c.target_type == "party", links.c.role.in_(ROLES)))
    )
    named = claims.c.id.in_(linked.where(links.c.target_type == "claim"))
    wanted = or_(named, claims.c.id.in_(held)) & claims.c.id.not_in(without)
    return _by_number(connection, actor, wanted)


def _claims_at(connection: Connection, actor: Actor, kind: str, target: str) -> Iterable[Row[Any]]:
    if kind == "documents":
        return claims_of_papers(connection, actor, [target])
    if kind == "claims":
        return _by_number(connection, actor, claims.c.id == target)
    held = select(claim_parties.c.claim_id).where(claim_parties.c.party_id == target)
    return _by_number(connection, actor, claims.c.id.in_(held))


def _by_number(connection: Connection, actor: Actor, wanted: Any) -> list[Row[Any]]:
    query = select(claims).where(wanted, visible_claims(actor)).order_by(claims.c.number).limit(OFFERED)
    return list(connection.execute(query).all())


def _debtor_name(connection: Connection, actor: Actor, party_id: str) -> str:
    query = select(parties.c.display_name).where(parties.c.id == party_id, visible_parties(actor))
    return connection.scalar(query) or ""


def _debtors(connection: Connection, actor: Actor, claim_id: str) -> list[str]:
    query = (
        select(parties.c.display_name)
        .join(claim_parties, claim_parties.c.party_id == parties.c.id)
        .where(claim_parties.c.claim_id == claim_id, claim_parties.c.role == "debtor", visible_parties(actor))
        .order_by(parties.c.sort_name, parties.c.id)
    )
    return list(connection.scalars(query))


def _case_numbers(connection: Connection, claim_id: str) -> tuple[str, ...]:
    query = (
        select(claim_numbers.c.value)
        .where(claim_numbers.c.claim_id == claim_id, claim_numbers.c.type == "case_number")
        .order_by(claim_numbers.c.value)
    )
    return tuple(connection.scalars(query))
