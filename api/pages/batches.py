"""`/batches`: the operator's start, and a batch with its sentence, contact sheet, ledger and what can be done to it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import Connection, exists, func, select, true

from api import access
from api.access import Action, Actor
from api.pages.cuts import REASONS as CUT_REASONS
from api.pages.cuts import waiting_in
from api.pages.done import done_of
from api.pages.render import fragment, page
from api.pages.sheet import Sheet, sheet_of
from api.request import Ask, service_of
from api.rescans import other_scans
from archive.catalogue.schema import batches, deposits, documents
from archive.registry import list_portfolios
from archive.scan_papers import blank_sides
from ingest import batches as opening
from ingest.ledger import Ledger, ledger_of
from ingest.stations import list_stations
from ingest.views import BatchLine, batch_lines
from tabellion.base.errors import Forbidden

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.BATCH_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.BATCH_WRITE))]
BatchId = Annotated[str, Path(max_length=36)]

PER_PAGE = 50


READ = ("read", "searchable")
"""States of documents whose pages are known."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper on the contact sheet is: its kind, its pages, and how many of those are blank sides."""

    kind: str
    pages: int
    blank: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The foot of the start: when the newest paper with a receipt came, and how many wait for theirs."""

    newest: datetime | None
    waiting: int


@router.get("/batches")
def list_batches(
    request: Request,
    actor: Reader,
    state: Literal["open", "closed"] = "open",
    before: Annotated[str | None, Query(max_length=36)] = None,
    new: bool = False,
) -> Response:
    """Open batches first; `new` shows the form."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        lines = batch_lines(
            connection,
            access.visible_batches(actor),
            batches.c.state == state,
            before=before,
            limit=PER_PAGE + 1,
        )
        everywhere = actor.sees_all
        context: dict[str, Any] = {
            "lines": lines[:PER_PAGE],
            "following": lines[PER_PAGE - 1].id if len(lines) > PER_PAGE else None,
            "state": state,
            "new": new,
            "portfolios": [
                row
                for row in list_portfolios(connection)
                if everywhere or f"portfolio:{row.id}" in actor.scopes
            ],
            "stations": [station for station in list_stations(connection) if station.disabled_at is None],
            "pulse": _pulse(connection, actor),
            "now": archive.clock.now(),
        }
    return page(request, "batches.html", context, actor=actor, here="batches")


@router.post("/batches")
def open_batch(
    request: Request,
    actor: Writer,
    name: Annotated[str, Form(max_length=200)],
    portfolio: Annotated[str, Form(max_length=36)] = "",
    station: Annotated[str, Form(max_length=36)] = "",
    sheets: Annotated[str, Form(max_length=9)] = "",
    sides_mode: Annotated[Literal["simplex", "duplex"], Form()] = "simplex",
) -> Response:
    """Open a batch with what is declared of it."""
    access.require_portfolio(actor, portfolio or None)
    declaration = opening.Declaration(
        name=name,
        portfolio=portfolio or None,
        station=station or actor.station_id or None,
        sides_mode=sides_mode,
        sheets=int(sheets) if sheets.strip().isdigit() else None,
    )
    made = opening.open_declared(service_of(request).archive, declaration, actor.pseudonym)
    return RedirectResponse(f"/batches/{made}", 303)


@router.get("/batches/unassigned")
def unassigned(request: Request, actor: Writer) -> Response:
    """The queue of what came without a batch."""
    batch_id = opening.unassigned(service_of(request).archive, actor.pseudonym)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.get("/batches/{batch_id}")
def show(
    request: Request,
    batch_id: BatchId,
    actor: Reader,
    first: Annotated[int, Query(alias="from", ge=1)] = 1,
    done: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """A batch: one sentence, the contact sheet, the ledger; and what was just done, with the way back."""
    context = _context(request, actor, batch_id, first)
    with service_of(request).archive.catalogue.read() as connection:
        context["done"] = done_of(connection, actor, done)
    return page(request, "batch.html", context, actor=actor, here="batches")


@router.get("/batches/{batch_id}/state")
def state(
    request: Request,
    batch_id: BatchId,
    actor: Reader,
    first: Annotated[int, Query(alias="from", ge=1)] = 1,
    since: Annotated[str, Query(max_length=64)] = "",
) -> JSONResponse:
    """What of the page is alive, rendered: only `mark` where nothing has changed since the one that is named."""
    context = _context(request, actor, batch_id, first)
    parts = {
        name: fragment(request, f"batch_{name}.html", context, actor=actor)
        for name in ("sentence", "sheet", "ledger", "foot")
    }
    mark = sha256("\0".join(parts.values()).encode()).hexdigest()
    quiet = context["ledger"].waiting == 0
    return JSONResponse(
        {"mark": mark, "quiet": quiet} if mark == since else {"mark": mark, "quiet": quiet, **parts}
    )


def load_batch(connection: Connection, actor: Actor, batch_id: str) -> tuple[BatchLine, Ledger]:
    """The batch with its whole ledger; raises Forbidden."""
    lines = batch_lines(connection, access.visible_batches(actor), batches.c.id == batch_id, limit=1)
    if not lines:
        raise Forbidden("there is no such batch, or not for you")
    return lines[0], ledger_of(connection, batch_id)


def _context(request: Request, actor: Actor, batch_id: str, first: int) -> dict[str, Any]:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        line, ledger = load_batch(connection, actor, batch_id)
        row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
        cuts = waiting_in(connection, actor, batch_id)
        sheet = sheet_of(connection, batch_id, ledger, first, cuts)
        shown = sorted({frame.document for frame in sheet.frames if frame.document})
        supplements = connection.execute(
            select(batches.c.id, batches.c.name)
            .where(batches.c.supplement_of == batch_id)
            .order_by(batches.c.id)
        ).all()
        return {
            "batch": line,
            "row": row,
            "ledger": ledger,
            "sheet": sheet,
            "scans": other_scans(connection, actor, shown),
            "papers": _papers(connection, shown),
            "composable": _composable(connection, actor, sheet),
            "cuts": len(cuts),
            "cut_reasons": CUT_REASONS,
            "supplements": supplements,
            "receipts": _receipts(connection, batch_id),
            "may_write": actor.may(Action.BATCH_WRITE) and line.state == "open",
            "may_compose": actor.may(Action.COMPOSE),
            "may_send": actor.may(Action.RECEIVE) and line.state == "open",
        }


def _papers(connection: Connection, document_ids: list[str]) -> dict[str, Paper]:
    """What begins with the first page of each document that was read."""
    blank = blank_sides(connection, document_ids)
    rows = connection.execute(
        select(documents.c.id, documents.c.kind, documents.c.page_count).where(
            documents.c.id.in_(document_ids), documents.c.state.in_(READ)
        )
    )
    return {row.id: Paper(row.kind, row.page_count or 0, blank.get(row.id, 0)) for row in rows}


def _composable(connection: Connection, actor: Actor, sheet: Sheet) -> frozenset[str]:
    """The documents on the sheet, or just before it, that the actor may split and join."""
    if not actor.may(Action.COMPOSE):
        return frozenset()
    wanted = {each for frame in sheet.frames for each in (frame.document, frame.before) if each}
    read = select(documents.c.id).where(documents.c.id.in_(sorted(wanted)), documents.c.state.in_(READ))
    opened = access.open_pages(connection, actor, connection.scalars(read).all())
    return frozenset(document for document, scope in opened.items() if scope.complete)


def _receipts(connection: Connection, batch_id: str) -> dict[str, Any]:
    row = connection.execute(
        select(
            func.count().label("all"),
            func.count(deposits.c.receipt).label("signed"),
        ).where(deposits.c.batch_id == batch_id, deposits.c.erased_at.is_(None))
    ).one()
    return {"all": row.all, "signed": row.signed}


def _pulse(connection: Connection, actor: Actor) -> Pulse:
    """Of batches in scope: what others bring in is neither counted nor timed by who may not see it."""
    mine = exists().where(batches.c.id == deposits.c.batch_id, access.visible_batches(actor))
    waiting = connection.scalar(
        select(func.count()).where(
            deposits.c.receipt.is_(None), deposits.c.erased_at.is_(None), true() if actor.sees_all else mine
        )
    )
    last = select(func.max(deposits.c.id)).where(deposits.c.receipt.is_not(None))
    if not actor.sees_all:
        # Of each batch its last, not all files of all batches that may be seen.
        of_batch = last.where(deposits.c.batch_id == batches.c.id).scalar_subquery()
        last = select(func.max(of_batch)).where(access.visible_batches(actor))
    newest = connection.scalar(last)
    at = connection.scalar(select(deposits.c.received_at).where(deposits.c.id == newest))
    return Pulse(at, waiting or 0)
