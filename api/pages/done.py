"""What was just done by splitting or joining, in words for the batch page, and the way back.

The address names the act and the version of the paper that it left; the words come from the catalogue, and only as long
as nothing else has happened to that paper since. Going back is the opposite act: an entry more, nothing rewritten.
"""

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

import regex
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor
from archive.archive import Archive
from archive.catalogue.schema import document_deposits, documents, relations
from archive.histories import CUT_FROM, JOINED_INTO
from archive.scan_papers import blank_sides, papers_of_scans

Act = Literal["split", "join", "refuse"]

_SAID: Final = regex.compile(
    r"(undo-)?(split|join|refuse)\.([0-9a-f-]{36})\.([0-9a-f-]{36}|[1-9][0-9]{0,6})\.([0-9]{1,9})"
)


@dataclass(frozen=True, slots=True)
class Undo:
    """The opposite act: what its form names, and the version of the paper for which that holds."""

    act: Literal["split", "join"]
    of: str
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """An act, the page to go on at, and the paper that page is in: its kind, sides, and place among its scan's.

    `undone` says that it was the way back from another act; what `undo` does then is that act again.
    """

    act: Act
    document: str
    position: int
    kind: str
    pages: int
    blank: int
    place: int
    papers: int
    undo: Undo | None
    undone: bool


def back(
    archive: Archive, batch_id: str, first: int, act: Act, kept: str, other: str | int, *, undo: bool = False
) -> Response:
    """To the batch, which says what was done; `kept` is the paper that has its identifier still.

    `other` is the paper that was cut out or put behind it, and where a proposal was refused, the page. `undo` says that
    the act was the way back from another.
    """
    with archive.catalogue.read() as connection:
        version = connection.scalar(select(documents.c.version).where(documents.c.id == kept))
    query = {"from": first} if first > 1 else {}
    done = f"{'undo-' if undo else ''}{act}.{kept}.{other}.{version}"
    return RedirectResponse(f"/batches/{batch_id}?{urlencode({**query, 'done': done})}", 303)


def done_of(connection: Connection, actor: Actor, said: str) -> Done | None:
    """What the address says was done; nothing where it is not so, any more, or not for the actor."""
    parts = _SAID.fullmatch(said)
    if parts is None or not actor.may(Action.COMPOSE):
        return None
    undone, act, kept, other, version = parts[1] is not None, *parts.groups()[1:]
    row = connection.execute(select(documents).where(documents.c.id == kept)).one_or_none()
    opened = access.open_pages(connection, actor, [kept])
    if row is None or row.version != int(version) or kept not in opened or not opened[kept].complete:
        return None
    if act == "refuse":
        return _done(connection, "refuse", kept, int(other), None, undone) if other.isdigit() else None
    at = _pages(connection, other, kept, CUT_FROM if act == "split" else JOINED_INTO)
    if at is None:
        return None
    if act == "split":
        return _done(connection, "split", other, 1, Undo("join", f"{other}:{kept}", row.version), undone)
    return _done(connection, "join", kept, at, Undo("split", f"{kept}:{at}", row.version), undone)


def _pages(connection: Connection, document_id: str, other_id: str, relation: str) -> int | None:
    """The first page of the newest such relation."""
    first: int | None = connection.scalar(
        select(relations.c.first_page)
        .where(
            relations.c.document_id == document_id,
            relations.c.other_id == other_id,
            relations.c.relation == relation,
        )
        .order_by(relations.c.id.desc())
        .limit(1)
    )
    return first


def _done(
    connection: Connection, act: Act, document_id: str, position: int, undo: Undo | None, undone: bool
) -> Done | None:
    row = connection.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None:
        return None
    deposits = connection.scalars(
        select(document_deposits.c.deposit_id).where(document_deposits.c.document_id == document_id)
    ).all()
    scans = papers_of_scans(connection, deposits)
    around = list(dict.fromkeys(paper.document for papers in scans.values() for paper in papers))
    if document_id not in around:
        return None
    blank = blank_sides(connection, [document_id]).get(document_id, 0)
    return Done(
        act=act,
        document=document_id,
        position=position,
        kind=row.kind,
        pages=row.page_count or 0,
        blank=blank,
        place=around.index(document_id) + 1,
        papers=len(around),
        undo=undo,
        undone=undone,
    )
