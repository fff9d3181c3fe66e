"""What operators do to a batch, as plain forms: void, mark, split, join, close, supplement; and the printed receipt."""

import json
from hashlib import sha256
from typing import Annotated, Any, Literal

import segno
from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from api import access
from api.access import Action, Actor
from api.pages.batches import load_batch
from api.pages.done import back
from api.pages.render import page
from api.request import Ask, service_of
from api.rest.composition import all_open
from archive.archive import Archive
from archive.catalogue.schema import accounts, batches
from ingest import batches as opening
from ingest import changes, composition
from ingest.views import ItemLine, item_lines

router = APIRouter(include_in_schema=False)
Writer = Annotated[Actor, Depends(Ask(Action.BATCH_WRITE))]
Composer = Annotated[Actor, Depends(Ask(Action.COMPOSE))]
BatchId = Annotated[str, Path(max_length=36)]
Document = Annotated[str, Form(max_length=36)]
First = Annotated[int, Form(alias="from", ge=1)]
Page = Annotated[str, Form(pattern="^[0-9a-f-]{36}:[1-9][0-9]{0,6}$")]
"""A page of a paper, with which another is to begin: its document and its number there."""
Pair = Annotated[str, Form(pattern="^[0-9a-f-]{36}:[0-9a-f-]{36}$")]
"""A paper and the one that it is to be put behind."""
Undoing = Annotated[bool, Form()]
"""Whether it is the way back from the opposite act."""
Version = Annotated[int | None, Form(ge=0)]

MOST_LINES = 20_000


@router.post("/batches/{batch_id}/void")
def void(
    request: Request,
    batch_id: BatchId,
    actor: Writer,
    number: Annotated[int, Form(ge=1)],
    reason: Annotated[str, Form(max_length=40)],
    first: First = 1,
) -> Response:
    """Declare a number void: kept and counted."""
    changes.void_number(_own(request, actor, batch_id), batch_id, number, actor.pseudonym, reason)
    return _back(batch_id, first)


@router.post("/batches/{batch_id}/mark")
def mark(
    request: Request,
    batch_id: BatchId,
    actor: Writer,
    item: Document,
    state: Annotated[Literal["held", "separator", "blank"], Form()],
    first: First = 1,
) -> Response:
    """Say that an item is a separator sheet or a blank side, or a paper after all."""
    changes.mark_item(_own(request, actor, batch_id), batch_id, item, state, actor.pseudonym)
    return _back(batch_id, first)


@router.post("/batches/{batch_id}/split")
def split(
    request: Request,
    batch_id: BatchId,
    actor: Composer,
    at: Page,
    version: Version = None,
    first: First = 1,
    undo: Undoing = False,
) -> Response:
    """Let a new paper begin at that page."""
    document, _, position = at.partition(":")
    archive = all_open(request, actor, document)
    made = composition.split(archive, document, [int(position)], actor.pseudonym, version=version)
    return back(archive, batch_id, first, "split", document, made[-1], undo=undo)


@router.post("/batches/{batch_id}/join")
def join(
    request: Request,
    batch_id: BatchId,
    actor: Composer,
    pair: Pair,
    version: Version = None,
    first: First = 1,
    undo: Undoing = False,
) -> Response:
    """Put a paper behind the one before it: together they are one."""
    document, _, to = pair.partition(":")
    archive = all_open(request, actor, to, document)
    composition.join(archive, [to, document], actor.pseudonym, version=version)
    return back(archive, batch_id, first, "join", to, document, undo=undo)


@router.post("/batches/{batch_id}/close")
def close(
    request: Request,
    batch_id: BatchId,
    actor: Writer,
    version: Annotated[int, Form(ge=0)],
    reason: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Close the batch for good, as it was seen: a batch that has changed since is looked at again first."""
    opening.close(
        _own(request, actor, batch_id), batch_id, actor.pseudonym, reason=reason or None, version=version
    )
    return RedirectResponse(f"/batches/{batch_id}/receipt", 303)


@router.post("/batches/{batch_id}/supplement")
def supplement(request: Request, batch_id: BatchId, actor: Writer) -> Response:
    """The open batch for what comes late."""
    made = opening.open_supplement(_own(request, actor, batch_id), batch_id, actor.pseudonym)
    return RedirectResponse(f"/batches/{made}", 303)


@router.get("/batches/{batch_id}/receipt")
def receipt(
    request: Request, batch_id: BatchId, actor: Annotated[Actor, Depends(Ask(Action.BATCH_READ))]
) -> Response:
    """The receipt for people, to be printed on A4; the signed one is named on it by its digest."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        line, ledger = load_batch(connection, actor, batch_id)
        row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
        operator = connection.scalar(select(accounts.c.name).where(accounts.c.pseudonym == row.operator))
        items: list[ItemLine] = []
        while some := item_lines(
            connection,
            batch_id,
            after=(items[-1].sequence, items[-1].id) if items else (0, ""),
            limit=500,
        ):
            items += some
            if len(items) >= MOST_LINES:
                break
    digest = sha256(row.receipt.encode()).hexdigest() if row.receipt else None
    context: dict[str, Any] = {
        "batch": line,
        "row": row,
        "operator": operator,
        "ledger": ledger,
        "items": items,
        "digest": digest,
        "key": json.loads(row.receipt).get("key_id") if row.receipt else None,
        "qr": qr(f"{archive.origin} {batch_id} {digest}") if digest else "",
        "origin": archive.origin,
        "now": archive.clock.now(),
    }
    return page(request, "batch_receipt.html", context, actor=actor, here="batches")


def qr(text: str) -> str:
    """A QR code as SVG that needs no style: black on white by presentation attributes."""
    made: str = segno.make(text, error="m").svg_inline(
        scale=3, border=2, light="#fff", svgclass="qr", lineclass=None
    )
    return made


def _own(request: Request, actor: Actor, batch_id: str) -> Archive:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_WRITE, batch_id)
    return archive


def _back(batch_id: str, first: int) -> Response:
    return RedirectResponse(f"/batches/{batch_id}" + (f"?from={first}" if first > 1 else ""), 303)
