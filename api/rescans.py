"""Other scans of a paper, as far as they are open to whoever asks, and which of them was read best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Float, case, cast, func, select

from api import access
from api.access import Action, Actor
from archive.catalogue.schema import SAME_PAGE, document_pages, documents, pages
from archive.twins import Basis, twins_of

LIVING = ("received", "read", "searchable", "failed")


@dataclass(frozen=True, slots=True)
class OtherScan:
    """Another scan of a paper. `better` says whether it was read better than the one that it is told of."""

    document: str
    basis: Basis
    received_at: datetime
    state: str
    quality: float
    better: bool

    @property
    def void(self) -> bool:
        """Whether it was replaced or declared void; it stays evidence."""
        return self.state not in LIVING


@dataclass(frozen=True, slots=True)
class _Reading:
    state: str
    received_at: datetime
    quality: float
    dpi: float

    @property
    def rank(self) -> tuple[bool, float, float]:
        """What is read first is higher: living, read with more confidence, scanned finer."""
        return self.state in LIVING, round(self.quality, 3), self.dpi


def other_scans(
    connection: Connection, actor: Actor, document_ids: Sequence[str]
) -> dict[str, tuple[OtherScan, ...]]:
    """The other scans of each document that has any in scope, the best first.

    Only documents all of whose pages are open to the actor are told; erased ones never.
    """
    if not actor.may(Action.READ):
        return {}
    known = twins_of(connection, document_ids)
    wanted = {twin.document for each in known.values() for twin in each}
    opened = access.open_pages(connection, actor, wanted)
    seen = {document for document in wanted if document in opened and opened[document].complete}
    readings = _readings(connection, seen | known.keys())
    found = {}
    for document, others in known.items():
        told = [
            _scan(other.document, other.basis, readings[document], readings[other.document])
            for other in others
            if other.document in seen and document in readings and other.document in readings
        ]
        if told:
            found[document] = tuple(sorted(told, key=lambda one: (one.void, -one.quality, one.document)))
    return found


def _scan(document: str, basis: Basis, here: _Reading, there: _Reading) -> OtherScan:
    return OtherScan(
        document=document,
        basis=basis,
        received_at=there.received_at,
        state=there.state,
        quality=there.quality,
        better=there.rank > here.rank,
    )


def _readings(connection: Connection, document_ids: Iterable[str]) -> Mapping[str, _Reading]:
    """How well documents were read: the mean confidence of their words, and dots per inch; erased ones are left out."""
    words = func.sum(pages.c.words)
    rows = connection.execute(
        select(
            documents.c.id,
            documents.c.state,
            documents.c.received_at,
            case((words > 0, func.sum(pages.c.confidence * pages.c.words) / cast(words, Float)), else_=0.0),
            func.min(pages.c.dpi),
        )
        .outerjoin(document_pages, document_pages.c.document_id == documents.c.id)
        .outerjoin(pages, SAME_PAGE)
        .where(documents.c.id.in_(sorted(document_ids)), documents.c.state != "erased")
        .group_by(documents.c.id, documents.c.state, documents.c.received_at)
    )
    return {row[0]: _Reading(row[1], row[2], float(row[3] or 0.0), float(row[4] or 0.0)) for row in rows}
