"""/review: links and fields that wait for a person, and how often the machine was right where a person looked.

They are decided where they are: PATCH /documents/{id}/links/{link}, POST /documents/{id}/fields.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from api.review import count_waiting, proposals
from api.waiting_fields import Place, WaitingField, waiting_fields
from api.waiting_fields import count_waiting as count_fields
from archive.corrections import corrections
from archive.doubts import Reason

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


class DoubtfulField(Strict):
    """A field that waits: what was read where, and why a person should look."""

    document: str
    kind: str
    name: str = Field(examples=["amounts.total"])
    value: str = Field(examples=["2926.05"])
    raw: str = Field(examples=["2 926,05 zl"])
    printed: str | None = Field(description="What the page prints, where the file's own data says `value`.")
    confidence: float
    page: int
    box: list[float] = Field(description="x0, y0, x1, y1 as fractions of the upright page.")
    rule: str
    reasons: list[Reason]
    stake_minor: int | None = Field(
        description="The largest amount of the paper in hundredths; null where there is none, or pages are closed."
    )
    currency: str | None


class DoubtfulFields(Strict):
    """A part of the list, the largest amounts in doubt first; `waiting` is counted up to a thousand."""

    fields: list[DoubtfulField]
    waiting: int
    next: str | None


class RightShare(Strict):
    """Of so many fields that persons looked at, so many were right as the machine read them."""

    name: str = Field(description="A range of confidences, or the name of a field.", examples=["0.8-0.9"])
    looked_at: int
    right: int
    share: float | None


class Measured(Strict):
    """How often the machine was right, by its confidence and by the field; `missed` is what persons added."""

    by_confidence: list[RightShare]
    by_name: list[RightShare]
    missed: int


@router.get("/fields")
def doubtful_fields(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.CORRECT))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> DoubtfulFields:
    """Fields in scope that nobody has checked and that are unsure or break a rule; on open pages only."""
    after = None if cursor is None else Place(*read_cursor(cursor, int, str, int, int, int))
    with service_of(request).archive.catalogue.read() as connection:
        found = waiting_fields(connection, actor, limit + 1, after)
        waiting = count_fields(connection, actor)
    return DoubtfulFields(
        fields=[_doubtful(one) for one in found[:limit]],
        waiting=waiting,
        next=write_cursor(*found[limit - 1].place) if len(found) > limit else None,
    )


@router.get("/corrections")
def measured(request: Request, _: Annotated[Actor, Depends(Ask(Action.OPERATIONS))]) -> Measured:
    """What persons said of fields, against what the machine had read; numbers only, no word of a paper."""
    with service_of(request).archive.catalogue.read() as connection:
        return Measured.model_validate(corrections(connection).shape())


def _doubtful(one: WaitingField) -> DoubtfulField:
    return DoubtfulField(
        document=one.document,
        kind=one.kind,
        name=one.name,
        value=one.value,
        raw=one.raw,
        printed=one.printed,
        confidence=one.confidence,
        page=one.page,
        box=list(one.box),
        rule=one.rule,
        reasons=[reason for reason in get_args(Reason) if reason in one.reasons],
        stake_minor=one.stake,
        currency=one.currency,
    )
