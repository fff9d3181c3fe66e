"""Asks the registry's indexes who a paper may be about: by identifier, number and name, never by reading all of it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from archive.catalogue.schema import (
    claim_numbers,
    claim_parties,
    claims,
    parties,
    party_identifiers,
    party_names,
)
from archive.catalogue.schema.registry import party_keys
from archive.names import Name, begin_pairs, end_keys, name_keys, number_skeleton, parse_name, smudged
from archive.pieces import in_pieces

MOST_CANDIDATES = 20
"""Records that carry one identifier or number; where there are more, it says nothing."""

_THAI = re.compile("[\u0e00-\u0e7f]+")
_COMMON, _COMMON_PAIR = 400, 2_000
"""Parties that share a key which says nothing any more: part of a word, or a pair of words."""

_READ = 20_000
OWING = ("debtor", "co_debtor", "guarantor")
_MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim of a party: its numbers, and what is owed on it."""

    id: str
    role: str
    principal_minor: int | None
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry says of a party that a paper may be about."""

    id: str
    row: Row[Any]
    names: tuple[Name, ...]
    identifiers: tuple[tuple[str, str], ...]
    claims: tuple[KnownClaim, ...]
    sells: bool
    """Whether it is the original creditor of a claim."""

    buys: bool
    """Whether it is the present creditor of a claim, and not its original one."""

    @property
    def sells_or_buys(self) -> bool:
        """Whether it is a creditor at all."""
        return self.sells or self.buys


def by_value(connection: Connection, values: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """The parties that carry an identifier of any type with one of these values, by type and value.

    Only those whose check digit holds.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for some in in_pieces(sorted(set(values))):
        rows = connection.execute(
            select(party_identifiers)
            .where(party_identifiers.c.value.in_(some), party_identifiers.c.valid)
            .order_by(party_identifiers.c.party_id)
        )
        for row in rows:
            found.setdefault((row.type, row.value), []).append(row.party_id)
    return {key: owners for key, owners in found.items() if len(owners) <= MOST_CANDIDATES}


def by_number(connection: Connection, numbers: Iterable[str]) -> dict[str, list[tuple[str, bool]]]:
    """The claims that have these numbers, by the number: its id, and whether letter by letter or but for confusion."""
    skeletons: dict[str, list[str]] = {}
    for number in numbers:
        skeletons.setdefault(number_skeleton(number), []).append(number)
    found: dict[str, dict[str, bool]] = {}
    for some in in_pieces(sorted(skeletons)):
        rows = connection.execute(
            select(claim_numbers.c.claim_id, claim_numbers.c.folded, claim_numbers.c.skeleton)
            .where(claim_numbers.c.skeleton.in_(some))
            .order_by(claim_numbers.c.claim_id)
        )
        for row in rows:
            for number in skeletons[row.skeleton]:
                here = found.setdefault(number, {})
                here[row.claim_id] = here.get(row.claim_id, False) or row.folded == number
    kept: dict[str, list[tuple[str, bool]]] = {}
    for number, claim_ids in found.items():
        exact = {claim_id: True for claim_id, same in claim_ids.items() if same}
        if len(chosen := exact or claim_ids) <= MOST_CANDIDATES:
            kept[number] = sorted(chosen.items())
    return kept


def by_names(connection: Connection, names: Iterable[Name]) -> set[str]:
    """Parties that share enough keys with one of these names to be compared with it."""
    found: set[str] = set()
    for name in set(names):
        found |= _sharing(connection, name_keys(name), least=2 if len(name.words) > 1 else 1)
    return found


def by_words(connection: Connection, words: Sequence[str], squashed: str) -> set[str]:
    """Parties whose name may stand somewhere among these words of a page."""
    keys: set[str] = set()
    for word in set(words):
        keys |= end_keys(word)
    # Thai has no spaces between words, and recognition sees some in them: a name may begin and end at any letter.
    for run in _THAI.findall(squashed):
        keys |= {f"{kind}:{smudged(run[at : at + 4])}" for kind in "ps" for at in range(len(run) - 3)}
    for reach in (1, 2):
        for one, other in zip(words, words[reach:], strict=False):
            keys |= {f"n:{pair}" for pair in begin_pairs((one, other))}
    return _sharing(connection, keys, least=3)


def known(connection: Connection, ids: Collection[str]) -> dict[str, Known]:
    """What the registry says of these parties."""
    found: dict[str, Known] = {}
    for some in in_pieces(sorted(ids)):
        names = _by_party(connection, party_names, some)
        identifiers = _by_party(connection, party_identifiers, some)
        owed = _claims_of(connection, some)
        sells, buys = _creditors(connection, some)
        for row in connection.execute(select(parties).where(parties.c.id.in_(some))):
            found[row.id] = Known(
                row.id,
                row,
                tuple(parse_name(one.name) for one in names.get(row.id, ())),
                tuple((one.type, one.value) for one in identifiers.get(row.id, ())),
                tuple(owed.get(row.id, ())),
                row.id in sells,
                row.id in buys,
            )
    return found


def debtors_of(connection: Connection, claim_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The parties of these claims with their roles."""
    found: dict[str, list[tuple[str, str]]] = {}
    for some in in_pieces(sorted(claim_ids)):
        rows = connection.execute(select(claim_parties).where(claim_parties.c.claim_id.in_(some)))
        for row in rows:
            found.setdefault(row.claim_id, []).append((row.party_id, row.role))
    return found


def _sharing(connection: Connection, keys: Collection[str], least: int) -> set[str]:
    """Parties that share so many of the keys; keys of too many parties count only in pairs of words."""
    holders = _holders(connection, keys)
    shares: Counter[str] = Counter()
    read = 0
    for some in in_pieces([key for key, _ in sorted(holders.items(), key=lambda item: item[1])]):
        rows = connection.execute(
            select(party_keys.c.party_id, party_keys.c.key).where(party_keys.c.key.in_(some))
        )
        for party_id, key in rows:
            # A pair of words says as much as the words by themselves.
            shares[party_id] += 2 if key[0] in "nx" else 1
            read += 1
        if read > _READ:
            break
    return {party_id for party_id, count in shares.most_common(_MOST_NAMED) if count >= least}


def _holders(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in in_pieces(sorted(keys)):
        rows = connection.execute(
            select(party_keys.c.key, func.count())
            .where(party_keys.c.key.in_(some))
            .group_by(party_keys.c.key)
        )
        found |= {key: count for key, count in rows if count <= (_COMMON_PAIR if key[0] in "nx" else _COMMON)}
    return found


def _by_party(connection: Connection, table: Any, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(table).where(table.c.party_id.in_(ids))):
        found.setdefault(row.party_id, []).append(row)
    return found


def _claims_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[KnownClaim]]:
    rows = connection.execute(
        select(claim_parties.c.party_id, claim_parties.c.role, claims.c.id, claims.c.principal_minor)
        .join(claims, claims.c.id == claim_parties.c.claim_id)
        .where(claim_parties.c.party_id.in_(ids))
    ).all()
    numbers: dict[str, list[str]] = {}
    for some in in_pieces(sorted({row.id for row in rows})):
        for one in connection.execute(select(claim_numbers).where(claim_numbers.c.claim_id.in_(some))):
            numbers.setdefault(one.claim_id, []).append(one.folded)
    found: dict[str, list[KnownClaim]] = {}
    for row in rows:
        claim = KnownClaim(row.id, row.role, row.principal_minor, tuple(numbers.get(row.id, ())))
        found.setdefault(row.party_id, []).append(claim)
    return found


def _creditors(connection: Connection, ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Which of these are the original creditor of a claim, and which the present one of somebody else's."""
    original = claims.c.original_creditor == parties.c.id
    bought = and_(claims.c.creditor == parties.c.id, claims.c.original_creditor != parties.c.id)
    kept = and_(claims.c.creditor == parties.c.id, claims.c.original_creditor.is_(None))
    # Asked one by one: a creditor may have a hundred thousand claims, of which the first answers.
    sells, buys = (
        set(
            connection.execute(
                select(parties.c.id).where(parties.c.id.in_(ids), exists().where(way))
            ).scalars()
        )
        for way in (or_(original, kept), bought)
    )
    return sells, buys
