"""Links that wait for a person: which there are in scope, and what speaks for each on the paper and in the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, func, or_, select

from api import access
from api.access import Actor
from api.finding import visible_claims, visible_parties
from archive.catalogue.schema import (
    claim_numbers,
    claim_parties,
    claims,
    current,
    documents,
    links,
    parties,
    party_identifiers,
    party_names,
)
from archive.histories import LINK_KEY
from archive.names import fold_text, number_skeleton, parse_name
from ingest.linking.likeness import word_likeness
from ocr.values import PageReading

MOST_COUNTED = 1_000
_ALIKE = 0.8
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """A link that nobody has confirmed: the pages, the record that they may belong to, how likely, and why."""

    link: str
    document: str
    kind: str
    date: date | None
    first: int
    last: int
    type: str
    target: str
    name: str
    role: str
    score: float
    basis: str

    @property
    def place(self) -> tuple[str, float, str]:
        """Where it stands in the list."""
        return self.document, self.score, self.link


@dataclass(frozen=True, slots=True)
class Fact:
    """What the registry says of somebody, and whether that stands on the page; `nearly`: something much like it."""

    label: str
    value: str
    on_page: bool
    nearly: bool = False
    day: date | None = None


def proposals(
    connection: Connection,
    actor: Actor,
    limit: int,
    after: tuple[str, float, str] | None = None,
    where: ColumnElement[bool] | None = None,
) -> list[Proposal]:
    """Proposed links in scope, of the newest papers first; the likeliest of a paper first; `after` is
    the place (`Proposal.place`) of the last that is known.

    Those whose pages are closed to the asker are left out.
    """
    # Aliases: the conditions of scope speak of the same tables, and must not be read as these rows of them.
    party, claim = parties.alias(), claims.alias()
    query = (
        select(links, documents.c.kind, documents.c.document_date, party.c.display_name, claim.c.number)
        .join(documents, documents.c.id == links.c.document_id)
        .outerjoin(party, and_(links.c.target_type == "party", party.c.id == links.c.target_id))
        .outerjoin(claim, and_(links.c.target_type == "claim", claim.c.id == links.c.target_id))
        .where(*_waiting(actor))
        .order_by(links.c.document_id.desc(), links.c.score.desc(), links.c.link_id)
    )
    if after is not None:
        document, score, link = after
        later = or_(links.c.score < score, and_(links.c.score == score, links.c.link_id > link))
        query = query.where(or_(links.c.document_id < document, and_(links.c.document_id == document, later)))
    if where is not None:
        query = query.where(where)
    rows = connection.execute(query.limit(limit)).all()
    opened = access.open_pages(connection, actor, [row.document_id for row in rows])
    found = []
    for row in rows:
        scope = opened.get(row.document_id)
        pages = range(row.first_page, row.last_page + 1)
        if scope is not None and any(scope.page(number) for number in pages):
            found.append(_proposal(row, complete=scope.complete))
    return found


def find_proposal(connection: Connection, actor: Actor, link_id: str) -> Proposal | None:
    """The proposal of that id, if it is in scope and still waits."""
    found = proposals(connection, actor, 1, where=links.c.link_id == link_id)
    return found[0] if found else None


def rivals_of(connection: Connection, actor: Actor, one: Proposal) -> list[Proposal]:
    """Other records that are proposed for the same role of the same paper."""
    same = and_(
        links.c.document_id == one.document,
        links.c.role == one.role,
        links.c.target_type == one.type,
        links.c.link_id != one.link,
    )
    return proposals(connection, actor, 10, where=same)


def count_waiting(connection: Connection, actor: Actor) -> int:
    """How many proposals wait in scope, counted up to `MOST_COUNTED`."""
    some = (
        select(links.c.id)
        .join(documents, documents.c.id == links.c.document_id)
        .where(*_waiting(actor))
        .limit(MOST_COUNTED)
    )
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def facts_of(connection: Connection, actor: Actor, one: Proposal, page: PageReading | None) -> list[Fact]:
    """What tells the record from others, each with whether it stands on the page."""
    text = page.text if page is not None else ""
    if one.type == "claim":
        return _claim_facts(connection, actor, one.target, text)
    words = fold_text(text).split()
    skeleton = _skeleton(text)
    party = connection.execute(select(parties).where(parties.c.id == one.target)).one()
    names = connection.execute(
        select(party_names.c.name).where(party_names.c.party_id == one.target)
    ).scalars()
    facts = [_name_fact(name, words) for name in dict.fromkeys((party.display_name, *names))]
    if party.birth_date is not None:
        born: date = party.birth_date
        forms = (f"{born:%d.%m.%Y}", f"{born:%Y-%m-%d}", f"{born:%d/%m/%Y}", f"{born:%d-%m-%Y}")
        facts.append(Fact("birth_date", born.isoformat(), any(form in text for form in forms), day=born))
    address = [party.address.get(part) for part in ("street", "postcode")] + [party.town]
    facts += [
        Fact("address", part, fold_text(part).replace(" ", "") in "".join(words)) for part in address if part
    ]
    identifiers = connection.execute(
        select(party_identifiers)
        .where(party_identifiers.c.party_id == one.target)
        .order_by(party_identifiers.c.type)
    )
    facts += [
        Fact(row.type, row.value, len(row.value) > _SHORTEST and number_skeleton(row.value) in skeleton)
        for row in identifiers
    ]
    held = connection.execute(
        select(claims)
        .join(claim_parties, claim_parties.c.claim_id == claims.c.id)
        .where(claim_parties.c.party_id == one.target, visible_claims(actor))
        .order_by(claims.c.number)
        .limit(20)
    ).all()
    for claim in held:
        facts += _claim_facts(connection, actor, claim.id, text)
    return facts


def marks_on(facts: Sequence[Fact], page: PageReading) -> list[tuple[int, int, int, int]]:
    """The words of the page that say what the facts say, as boxes in pixels."""
    names = {word for fact in facts if fact.label == "name" for word in parse_name(fact.value).words}
    numbers = [number_skeleton(fact.value) for fact in facts if fact.on_page and fact.label != "name"]
    marked = []
    for word in page.words:
        folded = fold_text(word.text).replace(" ", "")
        bare = number_skeleton(word.text)
        named = len(folded) > 2 and any(word_likeness(folded, name) >= _ALIKE for name in names)
        numbered = len(bare) >= _SHORTEST and any(
            bare in number or number in bare for number in numbers if number
        )
        if named or numbered:
            x0, y0, x1, y1 = word.box.pixels(page.width, page.height)
            marked.append((x0, y0, x1, y1))
    return marked


def _waiting(actor: Actor) -> list[ColumnElement[bool]]:
    known_party = exists().where(parties.c.id == links.c.target_id, visible_parties(actor))
    known_claim = exists().where(claims.c.id == links.c.target_id, visible_claims(actor))
    return [
        links.c.state == "proposed",
        current(links, *LINK_KEY),
        documents.c.state.not_in(("void", "erased")),
        access.visible_documents(actor),
        # Not an "or" of both types, by which all links would be looked up instead of those that wait.
        case((links.c.target_type == "party", known_party), else_=known_claim),
    ]


def _proposal(row: Row[Any], *, complete: bool) -> Proposal:
    return Proposal(
        link=row.link_id,
        document=row.document_id,
        kind=row.kind,
        # A date may stand on a page that is closed to the asker.
        date=row.document_date if complete else None,
        first=row.first_page,
        last=row.last_page,
        type=row.target_type,
        target=row.target_id,
        name=row.display_name or row.number,
        role=row.role,
        score=row.score,
        basis=row.basis,
    )


def _claim_facts(connection: Connection, actor: Actor, claim_id: str, text: str) -> list[Fact]:
    skeleton = _skeleton(text)
    rows = connection.execute(
        select(claim_numbers).where(claim_numbers.c.claim_id == claim_id).order_by(claim_numbers.c.value)
    )
    return [Fact(row.type, row.value, bool(row.skeleton) and row.skeleton in skeleton) for row in rows]


def _name_fact(name: str, words: Sequence[str]) -> Fact:
    wanted = parse_name(name)
    squashed = "".join(words)
    if wanted.thai:
        return Fact("name", name, wanted.squashed in squashed)
    exact = all(part in words for part in wanted.words)
    likely = all(any(word_likeness(word, part) >= _ALIKE for word in words) for part in wanted.words)
    return Fact("name", name, exact or likely, nearly=likely and not exact)


def _skeleton(text: str) -> str:
    return "".join(number_skeleton(text[start : start + 100]) for start in range(0, len(text), 100))
