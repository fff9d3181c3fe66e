"""What splitting and joining made of papers, for people: where a void one went, and what each act of a history did."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from api import access
from api.access import Actor
from archive.catalogue.schema import current, documents, relations
from archive.histories import CUT_FROM, JOINED_INTO, RELATION_KEY
from archive.scan_papers import papers_of_scans
from archive.whereabouts import Why, whereabouts

_MOST_EARLIER = 20

How = Literal["left", "from", "took", "into"]
"""Pages left the paper, or it is pages of another; it took pages up, or became pages of another."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that can be opened, with what it is called by."""

    id: str
    kind: str
    document_date: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Pages that went from a paper to another; `paper` is the other, none where it is not open to who asks.

    `first` and `last` count in the paper of which the history is told, or for `from` and `into` in the other.
    """

    how: How
    paper: Paper | None
    first: int
    last: int
    at: datetime

    @property
    def reason(self) -> str:
        """Of the entry of the log that says so."""
        return "split" if self.how in ("left", "from") else "join"


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a paper is void, and the open papers that stand in its place; beside a sheet, those of its scan."""

    why: Why
    papers: tuple[Paper, ...]
    beside: tuple[Paper, ...] = ()


def gone_of(
    connection: Connection, actor: Actor, document_id: str, deposit_ids: Collection[str]
) -> Gone | None:
    """What became of a paper that is void; none of one that is not."""
    known = whereabouts(connection, [document_id]).get(document_id)
    if known is None:
        return None
    scans = papers_of_scans(connection, deposit_ids) if known.why == "separator" else {}
    around = list(dict.fromkeys(paper.document for papers in scans.values() for paper in papers))
    named = _papers(connection, actor, [*known.documents, *around])
    return Gone(
        known.why,
        tuple(named[each] for each in known.documents if each in named),
        tuple(named[each] for each in around if each in named),
    )


def moves_of(connection: Connection, actor: Actor, document_id: str) -> list[Moved]:
    """All pages that went from or to the paper by splitting and joining, in the order in which they did."""
    rows = connection.execute(
        select(relations)
        .where(
            (relations.c.document_id == document_id) | (relations.c.other_id == document_id),
            relations.c.relation.in_((CUT_FROM, JOINED_INTO)),
            relations.c.first_page.is_not(None),
            current(relations, *RELATION_KEY),
        )
        .order_by(relations.c.id)
    ).all()
    ends = [end for row in rows for end in (row.document_id, row.other_id)]
    named = _papers(connection, actor, ends)
    return [_moved(row, document_id, named) for row in rows]


def earlier_papers(connection: Connection, actor: Actor, document_id: str) -> list[Paper]:
    """The open papers in which, or with which, pages of this one lay before, the nearest first."""
    found: dict[str, Paper] = {}
    asked, waiting = {document_id}, [document_id]
    while waiting and len(found) < _MOST_EARLIER:
        for move in moves_of(connection, actor, waiting.pop(0)):
            if move.how in ("from", "took") and move.paper is not None and move.paper.id not in asked:
                asked.add(move.paper.id)
                found[move.paper.id] = move.paper
                waiting.append(move.paper.id)
    return list(found.values())


def moved_by(moves: Sequence[Moved], entries: Sequence[tuple[str | None, datetime]]) -> list[list[Moved]]:
    """The moves that each entry (reason and time, in the order of the log) made.

    A move is written down in the transaction of its entry and before it: it belongs to the first one after it.
    """
    made: list[list[Moved]] = [[] for _ in entries]
    for move in moves:
        for number, (reason, at) in enumerate(entries):
            if reason == move.reason and at >= move.at:
                made[number].append(move)
                break
    return made


def _moved(row: Any, document_id: str, named: Mapping[str, Paper]) -> Moved:
    here = row.document_id == document_id
    hows: tuple[How, How] = ("from", "left") if row.relation == CUT_FROM else ("into", "took")
    other = row.other_id if here else row.document_id
    return Moved(
        hows[0] if here else hows[1],
        named.get(other),
        row.first_page,
        row.last_page or row.first_page,
        row.at,
    )


def _papers(connection: Connection, actor: Actor, document_ids: Collection[str]) -> dict[str, Paper]:
    """Those that the actor may open; the date of one that is not wholly open to him is not told."""
    opened = access.open_pages(connection, actor, document_ids)
    rows = connection.execute(
        select(documents.c.id, documents.c.kind, documents.c.document_date).where(
            documents.c.id.in_(sorted(opened))
        )
    )
    return {
        row.id: Paper(row.id, row.kind, row.document_date if opened[row.id].complete else None)
        for row in rows
    }
