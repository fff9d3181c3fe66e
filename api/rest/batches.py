"""/batches: what a station hands over, with its ledger; opened, declared, explained, closed, and supplemented."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import ColumnElement, Connection, select

from api import access
from api.access import Action, Actor
from api.creations import once
from api.request import Ask, service_of
from api.rest.batch_shapes import Batch, BatchId, batch_answer, batch_shape
from api.rest.common import (
    RECEIPT,
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    Strict,
    expected_version,
    read_cursor,
    write_cursor,
)
from archive.archive import Archive
from archive.catalogue.schema import batches
from ingest import batches as opening
from ingest import views
from ingest.reasons import CLOSE_REASONS
from ingest.stations import find_station
from tabellion.base.errors import Forbidden, NotFound

router = APIRouter(prefix="/batches", tags=["batches"])
Reader = Annotated[Actor, Depends(Ask(Action.BATCH_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.BATCH_WRITE))]


class Batches(Strict):
    """A part of the list, newest first."""

    batches: list[Batch]
    next: str | None


class NewBatch(Strict):
    """A batch that a station or a person is going to hand over. A station's own batches are of its own portfolio."""

    name: str = Field(min_length=1, max_length=200, examples=["Box 17"])
    portfolio: str | None = Field(default=None, max_length=36)
    station: str | None = Field(
        default=None, max_length=36, description="Id; a station's token says it itself."
    )
    sides_mode: Literal["simplex", "duplex"] = "simplex"
    sheets: int | None = Field(default=None, ge=1, le=opening.MOST_SHEETS, examples=[75])
    sides: int | None = Field(default=None, ge=1, le=2 * opening.MOST_SHEETS, examples=[150])


class Declared(Strict):
    """Declared counts; null takes a declaration back."""

    sheets: int | None = Field(ge=1, le=opening.MOST_SHEETS, examples=[76])
    sides: int | None = Field(default=None, ge=1, le=2 * opening.MOST_SHEETS, examples=[152])


class Closing(Strict):
    """Why the batch is closed although it does not balance; null where it does."""

    reason: str | None = Field(
        default=None, examples=["not-in-box"], description=f"One of {', '.join(CLOSE_REASONS)}."
    )


@router.get("")
def list_batches(
    request: Request,
    actor: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: Literal["open", "closed"] | None = None,
    portfolio: Annotated[str | None, Query(max_length=36)] = None,
) -> Batches:
    """Batches in scope, newest first; a station sees its own. Keyset paging."""
    conditions: list[ColumnElement[bool]] = [access.visible_batches(actor)]
    if state is not None:
        conditions.append(batches.c.state == state)
    if portfolio is not None:
        conditions.append(batches.c.portfolio_id == portfolio)
    before = None if cursor is None else read_cursor(cursor, str)[0]
    with service_of(request).archive.catalogue.read() as connection:
        lines = views.batch_lines(connection, *conditions, before=before, limit=limit + 1)
    following = write_cursor(lines[limit - 1].id) if len(lines) > limit else None
    return Batches(batches=[batch_shape(line, line.ledger) for line in lines[:limit]], next=following)


@router.post("", status_code=status.HTTP_201_CREATED)
def open_batch(
    request: Request,
    response: Response,
    body: NewBatch,
    actor: Writer,
    idempotency_key: IdempotencyKey = None,
) -> Batch:
    """Open a batch. Files are sent to it with `POST /deposits?batch=...`."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        declaration = _declaration(connection, actor, body)
        batch_id = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"batch {body.model_dump_json()}",
            lambda: opening.open_declared_within(archive, connection, declaration, actor.pseudonym),
        )
        return batch_answer(connection, actor, response, batch_id, made=True)


@router.get("/{batch_id}")
def show(request: Request, response: Response, batch_id: BatchId, actor: Reader) -> Batch:
    """A batch with its ledger, gaps by number included."""
    with service_of(request).archive.catalogue.read() as connection:
        return batch_answer(connection, actor, response, batch_id)


@router.patch("/{batch_id}")
def declare(
    request: Request,
    response: Response,
    batch_id: BatchId,
    body: Declared,
    actor: Writer,
    if_match: IfMatch = None,
) -> Batch:
    """Change the declared counts of an open batch."""
    archive = _own(request, actor, batch_id)
    opening.declare(
        archive,
        batch_id,
        actor.pseudonym,
        sheets=body.sheets,
        sides=body.sides,
        version=expected_version(if_match),
    )
    return _fresh(archive, actor, response, batch_id)


@router.post("/{batch_id}/close", status_code=status.HTTP_202_ACCEPTED)
def close(
    request: Request,
    response: Response,
    batch_id: BatchId,
    body: Closing,
    actor: Writer,
    if_match: IfMatch = None,
) -> Batch:
    """Close a batch for good. The signed receipt follows at `Location` once all its items are in the log."""
    archive = _own(request, actor, batch_id)
    version = expected_version(if_match)
    opening.close(archive, batch_id, actor.pseudonym, reason=body.reason, version=version)
    answer = _fresh(archive, actor, response, batch_id)
    response.headers["Location"] = f"/api/v1/batches/{batch_id}/receipt"
    return answer


@router.get("/{batch_id}/receipt", response_class=Response, responses=RECEIPT)
def receipt(
    request: Request, batch_id: BatchId, actor: Annotated[Actor, Depends(Ask(Action.RECEIPT))]
) -> Response:
    """The signed receipt of a closed batch (docs/evidence.md), with every item, gap, void and duplicate."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.RECEIPT, batch_id)
        row = connection.execute(
            select(batches.c.state, batches.c.receipt).where(batches.c.id == batch_id)
        ).one()
    if row.receipt is None:
        advice = "Close the batch first." if row.state == "open" else "Ask again in a second."
        raise NotFound("there is no receipt yet", advice=advice)
    headers = {"Content-Disposition": f'attachment; filename="{batch_id}.receipt.json"'}
    return Response(row.receipt, media_type="application/json", headers=headers)


@router.post("/{batch_id}/supplement", status_code=status.HTTP_201_CREATED)
def supplement(request: Request, response: Response, batch_id: BatchId, actor: Writer) -> Batch:
    """The open batch for what comes late for a closed one; made where there is none."""
    archive = _own(request, actor, batch_id)
    made = opening.open_supplement(archive, batch_id, actor.pseudonym)
    with archive.catalogue.read() as connection:
        return batch_answer(connection, actor, response, made, made=True)


def _own(request: Request, actor: Actor, batch_id: str) -> Archive:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_WRITE, batch_id)
    return archive


def _declaration(connection: Connection, actor: Actor, body: NewBatch) -> opening.Declaration:
    portfolio, station = body.portfolio, body.station
    if actor.station_id is not None:
        own = find_station(connection, actor.station_id)
        if station not in (None, own.id) or portfolio not in (None, own.portfolio_id):
            raise Forbidden("there is no such station or portfolio, or not for you")
        station, portfolio = own.id, own.portfolio_id
    else:
        access.require_portfolio(actor, portfolio)
    return opening.Declaration(
        name=body.name,
        portfolio=portfolio,
        station=station,
        sides_mode=body.sides_mode,
        sheets=body.sheets,
        sides=body.sides,
    )


def _fresh(archive: Archive, actor: Actor, response: Response, batch_id: str) -> Batch:
    with archive.catalogue.read() as connection:
        return batch_answer(connection, actor, response, batch_id)
