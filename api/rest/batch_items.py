"""/batches/.../items and what explains them: numbers, separators, blanks, voids, announced digests."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from api import access
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.batch_shapes import Batch, BatchId, batch_answer
from api.rest.common import Cursor, IfMatch, Limit, Strict, expected_version, read_cursor, write_cursor
from archive.archive import Archive
from ingest import changes, views
from ingest.changes import Announced
from ingest.reasons import VOID_REASONS
from ingest.views import ItemLine

router = APIRouter(prefix="/batches", tags=["batches"])
Reader = Annotated[Actor, Depends(Ask(Action.BATCH_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.BATCH_WRITE))]


class Item(Strict):
    """An item of a batch: `state` is what was decided, `seen` what there is to do about it."""

    item: str
    sequence: int
    state: Literal["held", "void", "replaced", "separator", "blank"]
    seen: Literal["waiting", "held", "needs-you"]
    deposit: str | None
    document: str | None
    name: str | None = Field(examples=["scan0117.tif"])
    sha256: str | None
    pages: int | None
    reason_code: str | None = Field(examples=["TRUNCATED"])
    reason: str | None
    void_reason: str | None = Field(examples=["number-skipped"])
    replaced_by: str | None
    repeats: int
    received_at: datetime


class Items(Strict):
    """A part of the items, by number."""

    items: list[Item]
    next: str | None


class Digest(Strict):
    """A number of the batch and the SHA-256 of the bytes that will come under it."""

    sequence: int = Field(ge=1, examples=[117])
    sha256: str = Field(pattern="^[0-9a-f]{64}$", examples=["9f" * 32])


class Announcement(Strict):
    """The whole list or a part of it; announcing again is harmless."""

    digests: list[Digest] = Field(
        max_length=changes.MOST_ANNOUNCED, examples=[[{"sequence": 117, "sha256": "9f" * 32}]]
    )


class MissingItem(Digest):
    """An announced item that is not there; `differs`: its number is taken by other bytes."""

    differs: bool


class Missing(Strict):
    """What of all that was announced is not there; empty: everything arrived."""

    missing: list[MissingItem]


class Void(Strict):
    """A number without a usable scan, and why."""

    sequence: int = Field(ge=1, examples=[118])
    reason: str = Field(examples=["number-skipped"], description=f"One of {', '.join(VOID_REASONS)}.")


class Mark(Strict):
    """What an item is: a paper, a separator sheet, or a blank side."""

    state: Literal["held", "separator", "blank"]


@router.get("/{batch_id}/items")
def items(
    request: Request, batch_id: BatchId, actor: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Items:
    """The items by number, those that were replaced beside their successors; keyset paging."""
    sequence, last = (0, "") if cursor is None else read_cursor(cursor, int, str)
    with service_of(request).archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_READ, batch_id)
        lines = views.item_lines(connection, batch_id, after=(sequence, last), limit=limit + 1)
    following = None
    if len(lines) > limit:
        following = write_cursor(lines[limit - 1].sequence, lines[limit - 1].id)
    return Items(items=[_item(line) for line in lines[:limit]], next=following)


@router.patch("/{batch_id}/items/{item_id}")
def mark(
    request: Request,
    response: Response,
    batch_id: BatchId,
    item_id: Annotated[str, Path(max_length=36)],
    body: Mark,
    actor: Writer,
    if_match: IfMatch = None,
) -> Batch:
    """Say that an item is a separator sheet or a blank side, or that it is a paper after all."""
    archive = _own(request, actor, batch_id)
    changes.mark_item(
        archive, batch_id, item_id, body.state, actor.pseudonym, version=expected_version(if_match)
    )
    return _fresh(archive, actor, response, batch_id)


@router.post("/{batch_id}/announced")
def announce(request: Request, batch_id: BatchId, body: Announcement, actor: Writer) -> Missing:
    """Announce the digests of what the batch should hold; answers what of all that was announced is missing."""
    archive = _own(request, actor, batch_id)
    digests = [Announced(one.sequence, one.sha256) for one in body.digests]
    return _missing(changes.announce(archive, batch_id, digests, actor.pseudonym))


@router.get("/{batch_id}/missing")
def missing(request: Request, batch_id: BatchId, actor: Reader) -> Missing:
    """What of the announced items is not there."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_READ, batch_id)
        return _missing(changes.missing_of(connection, batch_id))


@router.post("/{batch_id}/voids")
def void(
    request: Request,
    response: Response,
    batch_id: BatchId,
    body: Void,
    actor: Writer,
    if_match: IfMatch = None,
) -> Batch:
    """Declare a number void: it is kept and counted, and what was scanned under it stays sealed."""
    archive = _own(request, actor, batch_id)
    version = expected_version(if_match)
    changes.void_number(archive, batch_id, body.sequence, actor.pseudonym, body.reason, version=version)
    return _fresh(archive, actor, response, batch_id)


def _own(request: Request, actor: Actor, batch_id: str) -> Archive:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_WRITE, batch_id)
    return archive


def _fresh(archive: Archive, actor: Actor, response: Response, batch_id: str) -> Batch:
    with archive.catalogue.read() as connection:
        return batch_answer(connection, actor, response, batch_id)


def _missing(found: list[changes.Missing]) -> Missing:
    return Missing(
        missing=[MissingItem(sequence=one.sequence, sha256=one.sha256, differs=one.differs) for one in found]
    )


def _item(line: ItemLine) -> Item:
    return Item(
        item=line.id,
        sequence=line.sequence,
        state=line.state,
        seen=line.seen,
        deposit=line.deposit,
        document=line.document,
        name=line.name,
        sha256=line.sha256,
        pages=line.pages,
        reason_code=line.reason_code,
        reason=line.reason,
        void_reason=line.void_reason,
        replaced_by=line.replaced_by,
        repeats=line.repeats,
        received_at=line.received_at,
    )
