"""/review/links: links that wait for a person. They are decided where they are: PATCH /documents/{id}/links/{link}."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from api.review import count_waiting, proposals

router = APIRouter(prefix="/review", tags=["documents"])


class WaitingLink(Strict):
    """A proposed link: the pages, the record that they may belong to, how likely, and why."""

    link: str
    document: str
    kind: str
    date: date | None
    first_page: int
    last_page: int
    target_type: Literal["party", "claim"]
    target: str
    name: str
    role: str = Field(examples=["debtor"])
    score: float
    basis: str = Field(examples=["name_address"])


class WaitingLinks(Strict):
    """A part of the list, of the newest papers first; `waiting` is counted up to a thousand."""

    links: list[WaitingLink]
    waiting: int
    next: str | None


@router.get("/links")
def waiting_links(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.LINK))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> WaitingLinks:
    """Proposed links in scope. What a person decides stays: the machine neither changes nor repeats it."""
    after = None
    if cursor is not None:
        document, score, link = read_cursor(cursor, str, float, str)
        after = (document, score, link)
    with service_of(request).archive.catalogue.read() as connection:
        found = proposals(connection, actor, limit + 1, after)
        waiting = count_waiting(connection, actor)
    more = len(found) > limit
    return WaitingLinks(
        links=[
            WaitingLink(
                link=one.link,
                document=one.document,
                kind=one.kind,
                date=one.date,
                first_page=one.first,
                last_page=one.last,
                target_type="party" if one.type == "party" else "claim",
                target=one.target,
                name=one.name,
                role=one.role,
                score=one.score,
                basis=one.basis,
            )
            for one in found[:limit]
        ],
        waiting=waiting,
        next=write_cursor(*found[limit - 1].place) if more else None,
    )
