"""Where the pages of a void document are now: in the living papers that they went to, or in a scan that replaced it.

It is told by the pages themselves: however often papers were joined and cut since, whoever holds a page now is named.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, select

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import SAME_PAGE, current, document_pages, documents, pages, relations
from archive.histories import JOINED_INTO, RELATION_KEY, RESCAN_OF

DEAD = ("void", "erased")

Why = Literal["joined", "replaced", "separator", "declared"]
"""Why a document is void: put into another, replaced by a better scan, a sheet that parts papers, or declared so."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Why a document is void, and the documents that stand in its place, in the order of its pages."""

    why: Why
    documents: tuple[str, ...] = ()


def whereabouts(connection: Connection, document_ids: Iterable[str]) -> dict[str, Whereabouts]:
    """What became of each of the documents that is void; of the others nothing is said."""
    asked = set(document_ids)
    found = _told(connection, asked)
    # A scan that replaced another can be void by now: then it is told what became of that.
    seen = set(asked)
    told: Mapping[str, Whereabouts] = found
    while new := {each for one in told.values() for each in one.documents} - seen:
        seen |= new
        told = _told(connection, new)
        found |= told
    return {
        document: replace(one, documents=tuple(_ends(document, found, frozenset())))
        for document, one in found.items()
        if document in asked
    }


def _ends(document: str, found: Mapping[str, Whereabouts], on_the_way: frozenset[str]) -> dict[str, None]:
    """The documents that are not void themselves; scans that were said to replace each other lead nowhere."""
    if document in on_the_way:
        return {}
    if document not in found:
        return {document: None}
    return {
        end: None
        for later in found[document].documents
        for end in _ends(later, found, on_the_way | {document})
    }


def _told(connection: Connection, document_ids: Collection[str]) -> dict[str, Whereabouts]:
    void = connection.scalars(
        select(documents.c.id).where(documents.c.id.in_(sorted(document_ids)), documents.c.state == "void")
    ).all()
    if not void:
        return {}
    holders = _holders(connection, void)
    here, other = relations.c.document_id, relations.c.other_id
    joined = _related(connection, here, other, here.in_(void), relations.c.relation == JOINED_INTO)
    # What the archive itself found to be another scan took nobody's place.
    by_people = relations.c.actor != SYSTEM_ACTOR
    better = _related(connection, other, here, other.in_(void), relations.c.relation == RESCAN_OF, by_people)
    sheets = _sheets(connection, void)
    found = {}
    for document in void:
        if document in holders or document in joined:
            found[document] = Whereabouts("joined", holders.get(document, ()))
        elif document in better:
            found[document] = Whereabouts("replaced", better[document])
        else:
            found[document] = Whereabouts("separator" if document in sheets else "declared")
    return found


def _holders(connection: Connection, void: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The living documents that hold pages of each."""
    mine, theirs = document_pages.alias("mine"), document_pages.alias("theirs")
    rows = connection.execute(
        select(mine.c.document_id, theirs.c.document_id.label("holder"))
        .join(theirs, (theirs.c.deposit_id == mine.c.deposit_id) & (theirs.c.page == mine.c.page))
        .join(documents, documents.c.id == theirs.c.document_id)
        .where(mine.c.document_id.in_(void), documents.c.state.not_in(DEAD))
        .order_by(mine.c.document_id, mine.c.position)
    )
    return _grouped((row.document_id, row.holder) for row in rows)


def _related(
    connection: Connection,
    here: ColumnElement[str],
    other: ColumnElement[str],
    *conditions: ColumnElement[bool],
) -> dict[str, tuple[str, ...]]:
    """The other ends of present relations of which the conditions hold."""
    rows = connection.execute(
        select(here.label("here"), other.label("other"))
        .where(*conditions, relations.c.granted == 1, current(relations, *RELATION_KEY))
        .order_by(relations.c.id)
    )
    return _grouped((row.here, row.other) for row in rows)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for document, other in pairs:
        found[document][other] = None
    return {document: tuple(others) for document, others in found.items()}


def _sheets(connection: Connection, void: Collection[str]) -> frozenset[str]:
    """Those that consist of sheets which only part papers."""
    rows = connection.execute(
        select(document_pages.c.document_id)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id.in_(void))
        .group_by(document_pages.c.document_id)
        .having(func.count() == func.count(pages.c.separator))
    )
    return frozenset(rows.scalars())
