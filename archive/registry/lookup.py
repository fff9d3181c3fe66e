"""Finds parties and claims as people type: words of a name, identifiers by an end, numbers of claims by any part.

Every question is a range of an index: nothing reads the whole registry, and no word makes it read more than a bounded
part of a range.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select, union

from archive.catalogue.schema import claim_numbers, claim_parties, claims, parties, party_identifiers
from archive.catalogue.schema.registry import claim_keys, party_keys
from archive.inflection import is_form, stem_of
from archive.names import SHORTEST_PART, fold_name, fold_number, number_part, parse_name

_LAST = "\U0010ffff"
_MOST_MATCHES = 400
"""Parties that are looked at for one beginning of a word; exact words come first."""

_COUNTED = 3_000
_MOST_WORDS = 8
_SHORTEST_FORM = 4


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
    """Parties with words of a name that begin so, or with an identifier that is, begins or ends with the text.

    Where there are none, those of whose names the words are forms: Małgorzacie Brzezińskiej, pana Kowalskiego.
    """
    if found := _typed(connection, text, visible, limit):
        return found
    forms = _forms(connection, parse_name(text).words)
    return _rows(connection, [_by_forms(forms, visible)], limit) if forms else []


def _typed(connection: Connection, text: str, visible: ColumnElement[bool], limit: int) -> Sequence[Row[Any]]:
    ways: list[Select[Any]] = []
    if words := fold_name(text).split()[:_MOST_WORDS]:
        ways.append(_by_words(connection, words, visible))
    number = fold_number(text)
    if len(number) >= SHORTEST_PART and any(character.isdigit() for character in number):
        for column, value in (
            (party_identifiers.c.value, number),
            (party_identifiers.c.reversed, number[::-1]),
        ):
            ways.append(
                select(parties.c.id)
                .join(party_identifiers, party_identifiers.c.party_id == parties.c.id)
                .where(_begins(column, value), visible)
                .limit(_MOST_MATCHES)
            )
    return _rows(connection, ways, limit) if ways else []


def _rows(connection: Connection, ways: Sequence[Select[Any]], limit: int) -> Sequence[Row[Any]]:
    found = union(*(select(way.subquery()) for way in ways)).subquery()
    query = select(parties).join(found, found.c.id == parties.c.id)
    return connection.execute(query.order_by(parties.c.sort_name, parties.c.id).limit(limit)).all()


def find_claims(
    connection: Connection, text: str, visible: ColumnElement[bool], limit: int
) -> Sequence[Row[Any]]:
    """Claims with a number that has the text anywhere in it; first those whose number it is, then by number."""
    part = number_part(text)
    if part is None:
        return []
    has_it = _begins(claim_keys.c.key, part)
    near = select(claim_keys.c.claim_id).where(has_it).order_by(claim_keys.c.key).limit(_COUNTED).subquery()
    # Claims that the version before wrote, while it still ran beside this one, have no parts. Joined to their numbers,
    # all claims of a portfolio could be looked up instead of those that have the number.
    folded = claim_numbers.c.folded
    begun = select(claim_numbers.c.claim_id).where(_begins(folded, part)).order_by(folded).limit(_COUNTED)
    ways = [
        select(claims.c.id).where(claims.c.id.in_(select(those.c.claim_id)), visible)
        for those in (near, begun.subquery())
    ]
    if connection.scalar(select(func.count()).select_from(near)) == _COUNTED:
        # So many have the part that those in scope may lie beyond: then they are looked for among these.
        mine = select(claims.c.id).where(visible).limit(_COUNTED).subquery()
        its_own = exists().where(claim_keys.c.claim_id == mine.c.id, has_it)
        ways.append(select(mine.c.id).where(its_own))
    found = union(*(select(way.limit(_MOST_MATCHES).subquery()) for way in ways)).subquery()
    whole = exists().where(
        claim_numbers.c.claim_id == claims.c.id, claim_numbers.c.folded == fold_number(text)
    )
    query = select(claims).join(found, found.c.id == claims.c.id)
    return connection.execute(query.order_by(whole.desc(), claims.c.number, claims.c.id).limit(limit)).all()


def _by_words(connection: Connection, words: Sequence[str], visible: ColumnElement[bool]) -> Select[Any]:
    """The rarest word leads, by its range of the index; the others are looked up of each party that has it."""
    counts = {word: _count(connection, word) for word in words}
    first, *others = sorted(dict.fromkeys(words), key=lambda word: counts[word])
    lead = party_keys.alias()
    conditions = [_begins(lead.c.key, f"w:{first}"), visible]
    for word in others:
        other = party_keys.alias()
        conditions.append(exists().where(other.c.party_id == parties.c.id, _begins(other.c.key, f"w:{word}")))
    return (
        select(parties.c.id)
        .join(lead, lead.c.party_id == parties.c.id)
        .where(*conditions)
        .order_by(lead.c.key)
        .limit(_MOST_MATCHES)
    )


def _forms(connection: Connection, words: Sequence[str]) -> list[list[str]]:
    """For each word the keys of what it begins or is a form of, fewest first; nothing where a word has none."""
    found = []
    for word in sorted(set(words), key=len, reverse=True):  # the longest is most likely to have none
        stem = stem_of(word) if len(word) >= _SHORTEST_FORM else word
        known = (key.removeprefix("w:") for key in _keys(connection, f"w:{stem}"))
        forms = [f"w:{name}" for name in known if name.startswith(word) or is_form(word, name)]
        if not forms:
            return []
        found.append(forms)
    return sorted(found, key=len)


def _keys(connection: Connection, start: str) -> Sequence[str]:
    """The first different keys that begin so: from one to the next by the index, however many parties have each."""
    walk = select(func.min(party_keys.c.key).label("key")).where(_begins(party_keys.c.key, start))
    steps = walk.cte(recursive=True)
    after = select(func.min(party_keys.c.key)).where(
        party_keys.c.key > steps.c.key, party_keys.c.key < start + _LAST
    )
    steps = steps.union_all(select(after.scalar_subquery()).where(steps.c.key.is_not(None)))
    query = select(steps.c.key).where(steps.c.key.is_not(None)).limit(_MOST_MATCHES)
    return connection.execute(query).scalars().all()


def _by_forms(forms: Sequence[Sequence[str]], visible: ColumnElement[bool]) -> Select[Any]:
    lead, others = party_keys.alias(), [party_keys.alias() for _ in forms[1:]]
    query = select(parties.c.id).join(lead, lead.c.party_id == parties.c.id).where(visible)
    for other, keys in zip(others, forms[1:], strict=True):
        query = query.where(exists().where(other.c.party_id == parties.c.id, other.c.key.in_(keys)))
    return query.where(lead.c.key.in_(forms[0])).distinct().limit(_MOST_MATCHES)


def _count(connection: Connection, word: str) -> int:
    some = select(party_keys.c.party_id).where(_begins(party_keys.c.key, f"w:{word}")).limit(_COUNTED)
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    return and_(column >= text, column < text + _LAST)
