"""/stamps: the time-stamps over what was received; one can be asked for now."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, Row, func, select

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from archive.catalogue.schema import manifests, stamps
from tabellion.base.errors import NotFound

router = APIRouter(prefix="/stamps", tags=["evidence"])
Reader = Annotated[Actor, Depends(Ask(Action.EVIDENCE))]


class Stamp(Strict):
    """A stamp. Until it is verified, everything under it says "time proof pending"."""

    stamp: str
    number: int
    state: Literal["open", "closed", "stamped", "verified", "published"]
    opened_at: datetime
    closed_at: datetime | None
    reason: Literal["full", "due", "on-demand"] | None
    manifests: int = Field(description="How many manifests it covers; of an open one, none yet.")
    checkpoint_size: int | None = Field(description="Entries of the log that it covers.")
    root: str | None = Field(description="What the authority signed, hexadecimal.")
    authority: str | None
    time_class: Literal["test", "ordinary", "qualified", "unknown"] | None
    gen_time: datetime | None = Field(description="The proven time.")
    failure: str | None = Field(
        examples=["TOKEN_POLICY"], description="Why it waits for a person; null: it goes on by itself."
    )


class Stamps(Strict):
    """A part of the stamps, newest first."""

    stamps: list[Stamp]
    next: str | None


@router.get("")
def list_stamps(request: Request, _: Reader, limit: Limit = 50, cursor: Cursor = None) -> Stamps:
    """The stamps, newest first; keyset paging."""
    query = select(stamps).order_by(stamps.c.number.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(stamps.c.number < read_cursor(cursor, int)[0])
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query).all()
        shown = [_stamp(connection, row) for row in rows[:limit]]
    return Stamps(stamps=shown, next=write_cursor(rows[limit - 1].number) if len(rows) > limit else None)


@router.post("", status_code=status.HTTP_202_ACCEPTED)
def close(request: Request, response: Response, _: Annotated[Actor, Depends(Ask(Action.STAMP))]) -> Stamp:
    """Close the open stamp now, with all that was received before. Its state, at `Location`, tells when it is there."""
    service = service_of(request)
    stamp_id = service.close_stamp()
    response.headers["Location"] = f"/api/v1/stamps/{stamp_id}"
    with service.archive.catalogue.read() as connection:
        return _find(connection, stamp_id)


@router.get("/{stamp_id}")
def show(request: Request, stamp_id: Annotated[str, Path(max_length=36)], _: Reader) -> Stamp:
    """One stamp, as far as it has come."""
    with service_of(request).archive.catalogue.read() as connection:
        return _find(connection, stamp_id)


def _find(connection: Connection, stamp_id: str) -> Stamp:
    row = connection.execute(select(stamps).where(stamps.c.id == stamp_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such stamp")
    return _stamp(connection, row)


def _stamp(connection: Connection, row: Row[Any]) -> Stamp:
    covered = select(func.count()).select_from(manifests).where(manifests.c.stamp_id == row.id)
    return Stamp(
        stamp=row.id,
        number=row.number,
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        reason=row.reason,
        manifests=connection.scalar(covered) or 0,
        checkpoint_size=row.checkpoint_size,
        root=row.root,
        authority=row.authority,
        time_class=row.time_class,
        gen_time=row.gen_time,
        failure=row.failure if row.retry_at is None else None,
    )
